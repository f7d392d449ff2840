"""The pages of a form in every portal: show it, 保存, ask before 上报 or 提交补正, and where each leads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from erjian.accounts.models import User
from erjian.applications.models import Application
from erjian.applications.states import EDITABLE
from erjian.portals.shared import filing, submitting
from erjian.procedures import Filer
from erjian.ui.navigation import Shell
from erjian.ui.templatetags.ej import crumbs


class Page(Protocol):
    """The portal's page of the form: with what was posted, and what became of it."""

    def __call__(
        self,
        request: HttpRequest,
        case: Application,
        *,
        given: filing.Posted | None = None,
        result: submitting.Result | None = None,
    ) -> HttpResponse: ...


@dataclass(frozen=True, kw_only=True)
class Seat:
    """Who fills the form in, and the portal around it."""

    user: User
    filer: Filer
    namespace: str
    own: Callable[[HttpRequest, UUID], Application]
    """A case of this user; 404 for any other."""
    page: Page
    template: str
    frame: Callable[[HttpRequest, Application], Shell]
    above: Callable[[Application], tuple[str, ...]]
    """The breadcrumbs down to the form, as `ej.crumbs` takes them."""

    def url(self, name: str, case: Application) -> str:
        """An address of the case in this portal."""
        return reverse(f"{self.namespace}:{name}", args=(case.uuid,))


def edit(request: HttpRequest, uuid: UUID, seat: Seat) -> HttpResponse:
    """The form, 保存 and the beginning of 上报. What cannot be edited any more is shown as a case instead."""
    case = seat.own(request, uuid)
    if request.method != "POST":
        return seat.page(request, case) if _open(case, seat) else redirect(seat.url("case", case))
    given = filing.posted(request.POST)
    result = submitting.submit(
        case,
        given,
        by=seat.user,
        handing_in=request.POST.get("do") == "report",
        again=lambda: seat.own(request, uuid),
    )
    if result.asks:
        return redirect(seat.url("hand-in", result.case))
    return _left(request, result, seat) or seat.page(request, result.case, given=given, result=result)


def hand_in(request: HttpRequest, uuid: UUID, seat: Seat) -> HttpResponse:
    """上报, asked once everything is in order; what is not leads back to the form."""
    case = seat.own(request, uuid)
    if request.method == "POST":
        result = submitting.hand_in(
            case,
            by=seat.user,
            seen=filing.posted(request.POST).seen,
            again=lambda: seat.own(request, uuid),
            explanation=request.POST.get("explanation", ""),
        )
        if left := _left(request, result, seat):
            return left
    elif _open(case, seat):
        result = submitting.judge(case)
    else:
        return redirect(seat.url("case", case))
    return _ask(request, result, seat) if result.asks else seat.page(request, result.case, result=result)


def _open(case: Application, seat: Seat) -> bool:
    return case.state in EDITABLE and case.procedure.filer == seat.filer


def _left(request: HttpRequest, result: submitting.Result, seat: Seat) -> HttpResponse | None:
    if not result.left:
        return None
    messages.success(request, result.words)
    return redirect(seat.url("case" if result.handed_in else "edit", result.case))


def _ask(request: HttpRequest, result: submitting.Result, seat: Seat) -> HttpResponse:
    """The question before handing in, with room for the reason why something asked for was left as it was."""
    case, form_url = result.case, seat.url("edit", result.case)
    context = {
        "frame": seat.template,
        "shell": seat.frame(request, case),
        "action": request.path,
        "crumbs": crumbs(*seat.above(case), form_url, submitting.hand_in_of(case).label),
        **submitting.confirmation(case, form_url=form_url, given=request.POST or None),
    }
    return render(request, "ui/confirm.html", context, status=result.status)
