"""What every page of the way is drawn with: where it stands of the four steps, and whose verification it is."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from erjian import policy
from erjian.identity.models import Verification

STEPS = ("本人信息", "授权同意", "身份证", "人脸识别")
HERE = "person:verify"


def draw(
    request: HttpRequest, name: str, verification: Verification | None, *, status: int = 200, now: int = 0, **more: Any
) -> HttpResponse:
    """A page of the way; `now` is the step that is marked, counted from 1, 0 for none."""
    rules = policy.current()
    context = {
        "verification": verification,
        "rules": rules,
        "labels": STEPS,
        "now": now,
        "signed_in": request.user.is_authenticated,
        **more,
    }
    return render(request, f"person/verifying/{name}.html", context, status=status)
