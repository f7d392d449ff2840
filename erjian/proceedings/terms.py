"""The days in which parties may be heard, and in which the authority holds the hearing: 工作日, some of them a guess.

What runs into a year whose holidays nobody has published is 暂定 (`policy.working_days`) and counted again each night
once they are. The parties were told a last day in writing: theirs only ever moves later.
"""

from __future__ import annotations

from datetime import date

from django.db import transaction

from erjian import audit, policy
from erjian.policy import clock, working_days
from erjian.proceedings import telling, timeline
from erjian.proceedings.models import Proceeding
from erjian.proceedings.states import State

audit.codes.register("proceeding.recount", "重新计算期限")


def begin_statements(proceeding: Proceeding) -> None:
    """From 告知 on the parties may state their case or ask for a hearing (行政许可法第四十七条)."""
    proceeding.statement_days = policy.current().proceedings.statement_days
    proceeding.due_on = working_days.add(clock.today(), proceeding.statement_days)


def begin_hearing(proceeding: Proceeding) -> None:
    """From the request on the authority has so many days to hold the hearing (行政许可法第四十七条)."""
    proceeding.hearing_asked_on = clock.today()
    proceeding.hearing_days = policy.current().proceedings.hearing_days
    proceeding.hearing_due_on = working_days.add(proceeding.hearing_asked_on, proceeding.hearing_days)


def over(proceeding: Proceeding) -> bool:
    """Whether the days for statements are past."""
    return proceeding.due_on is not None and proceeding.due_on < clock.today()


def counted(proceeding: Proceeding) -> tuple[date | None, date | None]:
    """The last day for statements and that for the hearing by the calendar as it is known now; what is over stays."""
    today, due, hearing = clock.today(), proceeding.due_on, proceeding.hearing_due_on
    if due and due >= today and proceeding.notified_at and proceeding.statement_days:
        due = max(due, working_days.add(clock.day_of(proceeding.notified_at), proceeding.statement_days))
    waiting = proceeding.state == State.HEARING and hearing is not None and hearing >= today
    if waiting and proceeding.hearing_asked_on and proceeding.hearing_days:
        hearing = working_days.add(proceeding.hearing_asked_on, proceeding.hearing_days)
    return due, hearing


def miscounted() -> list[int]:
    """Keys of proceedings whose days were counted before the calendar of a year was published."""
    running = Proceeding.objects.filter(state__in=[State.NOTIFIED, State.HEARING])
    return [row.pk for row in running if counted(row) != (row.due_on, row.hearing_due_on)]


def recount(*, row: Proceeding) -> None:
    """Count the days again and tell both parties; nothing where the proceeding went on meanwhile."""
    with transaction.atomic():
        locked = (
            Proceeding.objects.select_for_update(of=("self",)).select_related("person", "enterprise").get(pk=row.pk)
        )
        before, now = (locked.due_on, locked.hearing_due_on), counted(locked)
        if locked.state not in (State.NOTIFIED, State.HEARING) or now == before:
            return
        locked.due_on, locked.hearing_due_on = now
        locked.version += 1
        locked.save(update_fields=["due_on", "hearing_due_on", "version"])
        said = [
            f"{label}由 {old} 改为 {new}"
            for label, old, new in zip(("陈述申辩期限", "听证期限"), before, now, strict=True)
            if old != new
        ]
        event = timeline.record(
            locked, "recount", actor=audit.SYSTEM, text=f"节假日安排已公布，{'，'.join(said)}。",
            data={"from": [str(day or "") for day in before], "to": [str(day or "") for day in now]},
        )  # fmt: skip
        telling.recounted(locked, event)
