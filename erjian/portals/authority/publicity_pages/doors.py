"""Who opens these pages: officers of the province who hold the function. And the version a page showed."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase

from erjian.accounts.models import Function
from erjian.policy import authorities
from erjian.portals.authority.access import FunctionMissing, for_officer, officer
from erjian.standards.errors import Refusal

View = Callable[..., HttpResponseBase]


def for_province(function: Function) -> Callable[[View], View]:
    """Open a view to the province's officers who hold a function."""

    def decorate(view: View) -> View:
        @for_officer(function)
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if officer(request).authority_code != authorities.province().code:
                raise FunctionMissing("这里由省级主管部门办理。", code="province_only")
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def seen(request: HttpRequest) -> int:
    """The version that the page showed. Raises Refusal when the post does not say it."""
    text = request.POST.get("seen", "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Refusal("提交的内容不完整。请刷新页面后重新办理。", code="incomplete")
    return int(text)


def picked(request: HttpRequest) -> list[int]:
    """The ticked rows; what is no number is left out."""
    return [
        int(each) for each in request.POST.getlist("picked") if each.isascii() and each.isdigit() and len(each) < 19
    ]
