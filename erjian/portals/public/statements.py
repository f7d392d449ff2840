"""Pages of plain words: 无障碍说明, 个人信息保护, 平台操作手册, and the middle page of the cloud portal."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from erjian import policy
from erjian.portals.public.navigation import shell
from erjian.procedures import all_procedures


def _statement(template: str) -> Callable[[HttpRequest], HttpResponse]:
    @login_not_required
    @require_safe
    def view(request: HttpRequest) -> HttpResponse:
        rules = policy.current()
        context = {"shell": shell(request), "rules": rules, "procedures": all_procedures()}
        return render(request, template, context)

    return view


accessibility = _statement("public/accessibility.html")
privacy = _statement("public/privacy.html")
manual = _statement("public/manual.html")


@login_not_required
@require_safe
def engineers(request: HttpRequest) -> HttpResponse:
    """The middle page 二级勘察设计工程师、二级建造师: neighbouring registers lead on, this one leads in."""
    elsewhere = policy.current().entrances
    neighbours = (
        {"label": "二级建筑师", "url": elsewhere.leads_to("architects")},
        {"label": "二级结构师", "url": elsewhere.leads_to("structural_engineers")},
    )
    return render(request, "public/engineers.html", {"shell": shell(request), "neighbours": neighbours})
