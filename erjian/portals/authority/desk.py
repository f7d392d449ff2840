"""The reviewer's desk: queue by due date | declared against register | material, opinion below."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from erjian import audit, files
from erjian.accounts.models import Function, User
from erjian.applications import canned, comparing, engine, facts, form_data, grounds, materials
from erjian.applications.comparing import Agreement
from erjian.applications.models import Application, TimelineEntry
from erjian.applications.routing import question
from erjian.applications.states import State
from erjian.applications.workflow import TRANSITIONS, Transition
from erjian.policy import working_days
from erjian.portals.authority import film, queue
from erjian.portals.authority.access import REVIEWING, for_officer, officer
from erjian.portals.authority.navigation import shell
from erjian.portals.shared import case as case_parts
from erjian.portals.shared.serving import case_or_404, note_picture
from erjian.procedures.guards import Answer, Verdict
from erjian.ui import parts
from erjian.ui.dates import moment, month_day

BUTTONS: dict[str, tuple[tuple[str, str], ...]] = {
    Function.ACCEPTANCE: (("accept", "S"), ("request_correction", "B"), ("refuse_acceptance", "N")),
    Function.FIRST_REVIEW: (("first_pass", "S"), ("first_fail", "N")),
    Function.FINAL_REVIEW: (("final_pass", "S"), ("step_back", "B"), ("final_fail", "N")),
}
"""The decisions of each function with their keys. The buttons never change places."""
OWN_PAGE = {"request_correction": "correction/", "refuse_acceptance": "refusal/", "final_fail": "refusal/"}
"""Decisions that need more than an opinion have a page of their own, below the case's desk."""
_STOP = frozenset({"refuse_acceptance", "first_fail", "final_fail"})


def at_desk(case: Application, user: User) -> bool:
    """Whether the case waits for this officer in a function of the desk."""
    return (
        case.acting_authority == user.authority_code
        and case.acting_function in REVIEWING
        and case.acting_function in user.functions
    )


@for_officer(*REVIEWING)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The first case of the queue, or the empty desk."""
    waiting = queue.read(officer(request), request.GET)
    if waiting.cases:
        return redirect(waiting.address(waiting.cases[0]))
    return render(
        request, "authority/desk/empty.html", {"shell": shell(request, "work"), "queue": waiting, "waiting": ()}
    )


@for_officer(*REVIEWING)
@require_safe
def desk(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One case on the desk; a case that waits for somebody else is only read."""
    case = case_or_404(request, uuid)
    if not at_desk(case, officer(request)):
        return redirect("authority:case", uuid=case.uuid)
    return show(request, case)


@for_officer(*REVIEWING)
@require_safe
def viewer(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Only the viewer, with another file or page."""
    case = case_or_404(request, uuid)
    listing = materials.listing(case, facts.of_application(case))
    shown = film.show(case, listing, request.GET, query=_kept(request))
    correcting = at_desk(case, officer(request)) and case.acting_function == Function.ACCEPTANCE
    return render(request, "authority/desk/viewer.html", {"viewer": shown, "correcting": correcting, "alone": True})


@for_officer(*REVIEWING)
@require_safe
def held(request: HttpRequest, uuid: UUID, name: str) -> HttpResponse:
    """A picture that the register holds of the case's person, of those that this kind of case shows or replaces."""
    case = case_or_404(request, uuid)
    shown = {material.replaces or material.held_on_person: material.label for material in case.procedure.materials}
    blob = getattr(case.person, name) if name and name in shown else None
    if blob is None:
        raise Http404
    note_picture(request, case, f"登记的{shown[name].removeprefix('新')}")
    return files.response(blob, filename=f"登记的{case.person}-{name}")


def _kept(request: HttpRequest) -> str:
    query = request.GET.copy()
    for name in ("material", "page"):
        query.pop(name, None)
    return query.urlencode()


def show(
    request: HttpRequest, case: Application, *, opinion: str = "", error: str = "", status: int = 200
) -> HttpResponse:
    """Draw the desk. Full numbers are shown here because the task needs them; that is noted once for each view."""
    user = officer(request)
    values = form_data.current(case)
    known = facts.of_application(case, form=values)
    rows = comparing.of_application(case, values=values, facts=known)
    verdicts = facts.verdicts(case, facts=known)
    listing = materials.listing(case, known)
    entries = list(case.timeline.order_by("id"))
    refused = grounds.refused_lately(case)
    waiting = queue.read(user, request.GET, case)
    possible = engine.available(case, user)
    audit.record_read(
        actor=user.actor, purpose=f"{waiting.title[1:]} {case.number}", kind=case.subject.kind, ids=[case.subject.id]
    )
    context = {
        "shell": shell(request, "work"),
        "queue": waiting,
        "waiting": waiting.waiting(case),
        "place": waiting.place(case),
        "case": case,
        "heading": f"{case.subject.name}　{case.procedure.kind_label}",
        "tone": case_parts.tone(case.state),
        "summary": summary(case, rows, verdicts, refused=len(refused)),
        "summary_tone": "mine" if refused or _doubtful(rows, verdicts) else "done",
        "rows": rows,
        "changed": _changed(entries),
        "opinions": (*earlier(entries), *_refused(refused)),
        "conditions": case_parts.conditions(verdicts),
        "replaced": film.replaced(case, listing),
        "viewer": film.show(case, listing, request.GET, wanted=_proof(rows), query=_kept(request)),
        "correcting": case.acting_function == Function.ACCEPTANCE,
        "phrases": canned.phrases(user, case.acting_function, case.procedure),
        "decisions": decisions(case, possible, doubtful=_doubtful(rows, verdicts)),
        "refused": _why_not(case, user, possible),
        "opinion": opinion,
        "error": error,
        "kept": _kept(request),
    }
    return render(request, "authority/desk/desk.html", context, status=status)


def _proof(rows: Iterable[comparing.Row]) -> str:
    """The material to open first: of a difference, else of what only the material can tell."""
    found = sorted(
        (row for row in rows if row.material and row.verdict != Agreement.SAME), key=lambda row: not row.differs
    )
    return found[0].material if found else ""


def _doubtful(rows: Iterable[comparing.Row], verdicts: Iterable[Verdict]) -> bool:
    return any(row.differs for row in rows) or any(item.answer == Answer.NO for item in verdicts)


def _guessed(due_on: date) -> str:
    return "（暂定）" if working_days.is_provisional(due_on.year) else ""


def summary(
    case: Application, rows: Iterable[comparing.Row], verdicts: Iterable[Verdict], *, refused: int = 0
) -> dict[str, str]:
    """2 处不一致，10 处一致。上报于 …，请在 … 前处理，逾期视为受理: what stands out, and until when."""
    found = comparing.counted(rows)
    failing = sum(item.answer == Answer.NO for item in verdicts)
    strong = f"{found[Agreement.DIFFERS]} 处不一致" if found[Agreement.DIFFERS] else "没有不一致"
    rest = [f"{found[Agreement.SAME]} 处一致"]
    if found[Agreement.UNKNOWN]:
        rest.append(f"{found[Agreement.UNKNOWN]} 处需核对材料")
    if failing:
        rest.append(f"{failing} 项条件不符合")
    if refused:
        rest.append(f"一年内曾 {refused} 次未获准，理由见下")
    until = f"请在 {month_day(case.due_on)} 前{_guessed(case.due_on)}" if case.due_on else "请尽快"
    end = {"acceptance": "处理，逾期视为受理。", "first_review": "处理。"}.get(case.acting_function, "作出决定。")
    return {"strong": strong, "rest": f"，{'，'.join(rest)}。上报于 {moment(case.reported_at)}，{until}{end}"}


def _changed(entries: Iterable[TimelineEntry]) -> frozenset[str]:
    last = next((entry for entry in reversed(list(entries)) if entry.transition.startswith("resubmit")), None)
    return frozenset(last.data.get("changed", ())) if last else frozenset()


_SPOKEN = frozenset(
    {
        "agree_former",
        "refuse_former",
        "former_silent",
        "accept",
        "deem_accepted",
        "request_correction",
        "first_pass",
        "first_fail",
        "final_pass",
        "final_fail",
        "step_back",
        "reopen_review",
        "dismiss_objection",
        "extend",
    }
)


def earlier(entries: Iterable[TimelineEntry]) -> tuple[parts.Moment, ...]:
    """What was said before, latest first: by the former employer, and by the officers of earlier stages."""
    return tuple(
        parts.Moment(
            title=TRANSITIONS[entry.transition].done if entry.transition in TRANSITIONS else "延长办理期限",
            when=moment(entry.at),
            who=f"{entry.organisation} {entry.actor_label}".strip(),
            quote=entry.opinion,
        )
        for entry in sorted(entries, key=lambda item: -item.pk)
        if entry.transition in _SPOKEN
    )


def _refused(entries: Iterable[TimelineEntry]) -> tuple[parts.Moment, ...]:
    """How the same was refused before: which case, of which enterprise, when and why."""
    return tuple(
        parts.Moment(
            title=f"此前申报{State(entry.to_state).label}",
            when=moment(entry.at),
            who=f"{entry.application.number} {entry.application.enterprise.name}",
            quote=entry.opinion,
        )
        for entry in entries
    )


def decisions(case: Application, possible: Iterable[Transition], *, doubtful: bool) -> tuple[dict[str, Any], ...]:
    """The buttons: those the officer may press now, the suggested one filled."""
    names = {row.name for row in possible}
    first, *_ = [name for name, _ in BUTTONS[case.acting_function]]
    suggested = "" if doubtful or case.state == State.FIRST_NG else first
    if doubtful and case.acting_function == Function.ACCEPTANCE:
        suggested = "request_correction"
    return tuple(
        {
            "button": parts.Decision(
                name=name,
                label=TRANSITIONS[name].label,
                key=key,
                tone="primary" if name == suggested else "stop" if name in _STOP else "",
                confirm="" if name in OWN_PAGE else question(TRANSITIONS[name], case.procedure),
            ),
            "page": OWN_PAGE.get(name, ""),
            "needs": TRANSITIONS[name].reason_missing if TRANSITIONS[name].reason and name not in OWN_PAGE else "",
        }
        for name, key in BUTTONS[case.acting_function]
        if name in names
    )


def _why_not(case: Application, user: User, possible: tuple[Transition, ...]) -> str:
    said = ""
    if case.acting_function == Function.FINAL_REVIEW:
        said = engine.already_reviewed(case.first_reviewer_id, user)
    if said:
        return said
    return "" if possible else "这条申报现在没有您可以办理的事项。"
