"""Time limits of a case: one clock runs at a time, chosen by the state alone (`routing.CLOCK`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction

from erjian import audit, policy
from erjian.applications.models import Application, Clock, ClockKind
from erjian.applications.routing import CLOCK, PAUSING
from erjian.applications.states import State
from erjian.policy import clock, working_days

audit.codes.register("application.recount", "重新计算时限")


@dataclass(frozen=True)
class TimeLeft:
    """What a page shows of a limit: days left (negative when over), its unit, and whether little is left."""

    kind: str
    left: int
    working: bool
    soon: bool
    due_on: date
    provisional: bool
    """Whether its last day rests on a calendar that is not published yet (暂定)."""


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
    """Only the decision's clock pauses (`routing.PAUSING`), and its days are working days."""
    assert running.paused_on is not None
    paused = working_days.between(running.paused_on, today)
    running.paused_days += paused
    running.due_on = working_days.add(running.due_on, paused)
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


def counted(item: Clock) -> date:
    """The day on which a limit is over by the calendar as it is known now."""
    return _due(item.started_on, item.days + item.extended_days + item.paused_days, working=item.working)


def miscounted() -> list[int]:
    """Keys of running limits counted before the calendar of a year was published; what is over stays over."""
    running = Clock.objects.filter(
        working=True, ended_on__isnull=True, paused_on__isnull=True, due_on__gte=clock.today()
    )
    return [item.pk for item in running if counted(item) != item.due_on]


def recount(item: Clock) -> None:
    """Count a running limit again; nothing happens when it ended or paused meanwhile."""
    with transaction.atomic():
        application = Application.objects.select_for_update(of=("self",)).get(pk=item.application_id)
        running = application.clocks.filter(pk=item.pk, ended_on__isnull=True, paused_on__isnull=True).first()
        if running is None:
            return
        before, running.due_on = running.due_on, counted(running)
        running.save(update_fields=["due_on"])
        application.due_on = running.due_on
        application.save(update_fields=["due_on"])
        audit.record(
            "application.recount",
            actor=audit.SYSTEM,
            subject=("application", application.pk),
            data={"from": before.isoformat(), "to": running.due_on.isoformat()},
        )


def time_left(state: str, due_on: date | None, *, procedure_code: str, today: date | None = None) -> TimeLeft | None:
    """Days left of the limit that runs in a state of a procedure; *soon* from the policy's share of its length on."""
    kind = CLOCK.get(State(state))
    if kind is None or due_on is None:
        return None
    today = today or clock.today()
    working = kind in (ClockKind.ACCEPTANCE, ClockKind.DECISION)
    if due_on >= today:
        left = working_days.between(today, due_on) if working else (due_on - today).days
    else:
        left = -(working_days.between(due_on, today) if working else (today - due_on).days)
    length, _ = _length(kind, procedure_code)
    return TimeLeft(
        kind=ClockKind(kind).label,
        left=left,
        working=working,
        soon=left <= length * (1 - policy.current().warn_ratio) + 1e-9,
        due_on=due_on,
        provisional=working and working_days.is_provisional(due_on.year),
    )
