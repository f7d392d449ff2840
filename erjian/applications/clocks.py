"""Time limits of a case: one clock runs at a time, chosen by the state alone (`routing.CLOCK`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from erjian import policy
from erjian.applications.models import Application, Clock, ClockKind
from erjian.applications.routing import CLOCK, PAUSING
from erjian.applications.states import State
from erjian.policy import clock, working_days


@dataclass(frozen=True)
class TimeLeft:
    """What a page shows of a limit: days left (negative when over), its unit and colour."""

    kind: str
    left: int
    working: bool
    tone: str
    due_on: date


def _length(kind: ClockKind, procedure_code: str) -> tuple[int, bool]:
    rules = policy.current()
    match kind:
        case ClockKind.CONFIRMATION:
            return rules.consent_days, False
        case ClockKind.ACCEPTANCE:
            return rules.acceptance_days, True
        case ClockKind.CORRECTION:
            return rules.correction_days, False
        case _:
            return rules.decision_days_for(procedure_code), True


def _due(begin: date, days: int, *, working: bool) -> date:
    return working_days.add(begin, days) if working else begin + timedelta(days=days)


def received_on(application: Application) -> date:
    """The day on which the office received what it has to accept: a corrected filing counts anew."""
    return Clock.objects.filter(application=application, kind=ClockKind.ACCEPTANCE).latest("id").started_on


def move(application: Application, state: State) -> None:
    """End, pause, resume or start the clock that the new state asks for; sets `application.due_on`.

    The decision's starts with the acceptance, which lies in the past where it came by lapse of time.
    """
    today = clock.today()
    kind = CLOCK.get(state)
    running = Clock.objects.filter(application=application, ended_on__isnull=True).first()
    if running and state in PAUSING:
        running.paused_on = today
        running.save(update_fields=["paused_on"])
        application.due_on = None
        return
    if running and kind == running.kind:
        if running.paused_on is not None:
            _resume(running, today)
        if kind != ClockKind.CONFIRMATION:
            application.due_on = running.due_on
            return
    if running:
        running.ended_on = today
        running.save(update_fields=["ended_on"])
    application.due_on = None
    if kind is not None:
        days, working = _length(kind, application.procedure_code)
        accepted = application.accepted_at if kind == ClockKind.DECISION else None
        begin = clock.day_of(accepted) if accepted else today
        started = Clock.objects.create(
            application=application,
            kind=kind,
            started_on=begin,
            days=days,
            working=working,
            due_on=_due(begin, days, working=working),
        )
        application.due_on = started.due_on


def _resume(running: Clock, today: date) -> None:
    assert running.paused_on is not None
    count = working_days.between if running.working else (lambda a, b: (b - a).days)
    paused = count(running.paused_on, today)
    running.paused_days += paused
    running.due_on = _due(running.due_on, paused, working=running.working)
    running.paused_on = None
    running.save(update_fields=["paused_days", "due_on", "paused_on"])


def extend(application: Application, *, days: int, reason: str, by: str) -> Clock:
    """Extend the decision's limit once (行政许可法第四十二条: ten days at most, with the reason told)."""
    running = Clock.objects.select_for_update().get(
        application=application, kind=ClockKind.DECISION, ended_on__isnull=True, extended_days=0
    )
    running.extended_days = days
    running.extension_reason = reason
    running.extended_by = by
    running.due_on = _due(running.due_on, days, working=running.working)
    running.save(update_fields=["extended_days", "extension_reason", "extended_by", "due_on"])
    application.due_on = running.due_on
    return running


def time_left(state: str, due_on: date | None, *, today: date | None = None) -> TimeLeft | None:
    """Days left of the limit that runs in a state: *soon* (amber) when little is left, *late* (red) from the last day on."""
    kind = CLOCK.get(State(state))
    if kind is None or due_on is None:
        return None
    today = today or clock.today()
    working = kind in (ClockKind.ACCEPTANCE, ClockKind.DECISION)
    if due_on >= today:
        left = working_days.between(today, due_on) if working else (due_on - today).days
    else:
        left = -(working_days.between(due_on, today) if working else (today - due_on).days)
    length, _ = _length(kind, "")
    used = 1 - left / length if length else 1
    soon = used >= policy.current().warn_ratio
    tone = "late" if left <= 0 else "soon" if soon else ""
    return TimeLeft(kind=ClockKind(kind).label, left=left, working=working, tone=tone, due_on=due_on)
