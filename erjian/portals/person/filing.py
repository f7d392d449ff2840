"""我要申报: what a person files for themself, and whether it can be filed (manual, individual menu; G.11, G.12).

Every procedure whose declaration names the person as the one who files has an entry here, with the registration it
concerns and the verdict of each condition, before anything is typed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from erjian.applications import actions, facts
from erjian.applications.errors import CaseRefused
from erjian.applications.models import Application
from erjian.applications.routing import question
from erjian.applications.states import ENDED, State
from erjian.applications.workflow import TRANSITIONS
from erjian.policy import clock
from erjian.portals.person.access import account, for_person, myself
from erjian.portals.person.navigation import shell
from erjian.portals.shared import case as case_parts
from erjian.portals.shared.serving import case_or_404
from erjian.procedures import Filer, Procedure, all_procedures, guards
from erjian.procedures.guards import Stage
from erjian.registry.models import Person, Registration
from erjian.registry.models.registrations import LIVE
from erjian.ui import parts
from erjian.ui.dates import day
from erjian.ui.templatetags.ej import crumbs


@dataclass(frozen=True, kw_only=True)
class Place:
    """One procedure with the registration it concerns, the conditions, and the case that runs already."""

    procedure: Procedure
    follows: str
    registration: Registration | None = None
    status: str = ""
    tone: str = ""
    rows: tuple[parts.Row, ...] = ()
    conditions: tuple[parts.Condition, ...] = ()
    allowed: bool = False
    case: Application | None = None
    case_url: str = ""
    case_tone: str = ""


def _mine() -> tuple[Procedure, ...]:
    return tuple(item for item in all_procedures() if item.filer == Filer.PERSON)


def _held(procedure: Procedure, rows: Iterable[Registration]) -> Registration | None:
    """What the person would file about: of this class, in force before lapsed."""
    fitting = [
        row
        for row in rows
        if row.registration_class == procedure.registration_class and row.status in procedure.standing
    ]
    return min(fitting, key=lambda row: row.status not in LIVE, default=None)


def _place(
    procedure: Procedure, person: Person, rows: Iterable[Registration], open_cases: dict[str, Application]
) -> Place:
    follows = question(TRANSITIONS["report"], procedure)
    registration = _held(procedure, rows)
    if registration is None:
        return Place(procedure=procedure, follows=follows)
    known = facts.assemble(procedure=procedure, person=person, enterprise=registration.enterprise)
    verdicts = guards.judge(procedure.guards, known, stage=Stage.PICK)
    status = registration.status_on(clock.today())
    case = open_cases.get(procedure.code)
    return Place(
        procedure=procedure,
        follows=follows,
        registration=registration,
        status=status.label,
        tone="done" if status == "valid" else "mine",
        rows=(
            parts.Row("注册编号", registration.number),
            parts.Row("有效期至", _until(registration)),
            parts.Row("聘用企业", registration.enterprise.name, wide=True),
        ),
        conditions=case_parts.conditions(verdicts),
        allowed=case is None and not any(verdict.stops for verdict in verdicts),
        case=case,
        case_url=_address(case) if case else "",
        case_tone=case_parts.tone(case.state) if case else "",
    )


def _registrations(person: Person) -> QuerySet[Registration]:
    return Registration.objects.filter(person=person).select_related("enterprise").order_by("-id")


def _until(registration: Registration) -> str:
    text = day(registration.valid_until)
    return text if registration.dates_binding else f"{text}（按政策继续有效）"


def _address(case: Application) -> str:
    return reverse("person:edit" if case.state == State.DRAFT else "person:case", args=(case.uuid,))


@for_person
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Every procedure a person may file, with whether it can be filed now."""
    user, person = account(request), myself(request)
    held = list(_registrations(person))
    codes = [procedure.code for procedure in _mine()]
    running = Application.objects.visible_to(user).filter(procedure_code__in=codes).exclude(state__in=ENDED)
    open_cases = {item.procedure_code: item for item in running.order_by("id")}
    context = {
        "shell": shell(request, "filing"),
        "places": [_place(procedure, person, held, open_cases) for procedure in _mine()],
    }
    return render(request, "person/filing.html", context)


@for_person
@require_POST
def start(request: HttpRequest, code: str) -> HttpResponse:
    """Open the draft and go to its form. Raises GuardsRefused when a condition does not hold."""
    procedure = next((item for item in _mine() if item.code == code), None)
    if procedure is None:
        raise Http404
    person = myself(request)
    registration = _held(procedure, _registrations(person))
    if registration is None:
        raise CaseRefused(f"您没有有效的{procedure.registration_class.label}注册。", code="no_registration")
    case = actions.start(procedure=procedure, person=person, enterprise=registration.enterprise, by=account(request))
    return redirect("person:edit", case.uuid)


def own_or_404(request: HttpRequest, uuid: Any) -> Application:
    """A case that the person files themself; what others file for them is not theirs to edit."""
    case = case_or_404(request, uuid)
    if case.procedure.filer != Filer.PERSON:
        raise Http404
    return case


@for_person
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, uuid: Any) -> HttpResponse:
    """撤回, asked once: by the dialog, or by this page where there are no scripts."""
    case = own_or_404(request, uuid)
    if request.method == "POST":
        text = request.POST.get("seen", "")
        seen = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1
        actions.withdraw(application=case, by=account(request), seen=seen)
        messages.success(request, f"已撤回{case.procedure.kind_label}。")
        return redirect("person:case", case.uuid)
    if case.state not in TRANSITIONS["withdraw"].froms:
        return redirect("person:case", case.uuid)
    page = reverse("person:case", args=(case.uuid,))
    context = {
        "frame": "ui/base.html",
        "shell": shell(request, "filing"),
        "crumbs": crumbs("申报查询", reverse("person:cases"), case.procedure.kind_label, page, "撤回申报"),
        "title": "撤回申报",
        "question": f"撤回{case.procedure.kind_label}（{case.number}）？",
        "consequences": ("撤回后这条申报即结束，注册不变。", "需要时可以重新申报。"),
        "action": request.path,
        "verb": "撤回这条申报",
        "keep": "保留",
        "keep_url": page,
        "tone": "stop",
        "hidden": (("seen", case.version),),
    }
    return render(request, "ui/confirm.html", context)


@for_person
@require_POST
def delete(request: HttpRequest, uuid: Any) -> HttpResponse:
    """删除 a draft that was never reported."""
    case = own_or_404(request, uuid)
    actions.delete_draft(application=case, by=account(request))
    messages.success(request, f"已删除{case.procedure.kind_label}的草稿。需要时可以重新填写。")
    return redirect("person:filing")
