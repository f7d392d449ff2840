"""Robots: what happens when nobody acts in time, and when registrations run out.

They perform the same transitions and register changes as people do, in keyset chunks, one transaction each.
Validity is also computed when read, so a late run never makes a page lie. Every run is kept (`RobotRun`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F, Model, OuterRef, Q, QuerySet
from procrastinate.contrib.django import app as queue

from erjian import audit, policy
from erjian.accounts.models import Function, User
from erjian.applications import actions, clocks, employers, materials, reminding
from erjian.applications.errors import CaseRefused, NotYours
from erjian.applications.models import Application, Clock, RobotRun
from erjian.applications.states import CONFIRMING, State
from erjian.applications.workflow import TRANSITIONS
from erjian.policy import clock
from erjian.procedures import all_procedures
from erjian.registry import changes
from erjian.registry.models import Registration, RegistrationClass, RegistrationSpecialty, RegistrationStatus
from erjian.registry.models.registrations import LIVE
from erjian.standards.errors import Refusal
from erjian.standards.validity import birthday_at, born_before

CHUNK = 500
LOCK = 4_301_001
"""Advisory lock of the nightly run: two workers never run it at once."""

audit.codes.register("registration.lapse", "注册失效")
audit.codes.register("robots.dry_run", "试运行定时任务")
Progress = Callable[[str, int, int], None]
PATIENCE = timedelta(hours=1)
"""After so long a requested run that never ended counts as lost."""
_BROKEN = "办理时出现故障，已记录，下次运行时再办。再次失败请联系技术支持。"
_CUT_OFF = "运行中断，没有办完的任务下次运行时再办。"
logger = logging.getLogger(__name__)


def _chunks(robot: Robot) -> Iterator[Any]:
    rows, last = robot.rows(), 0
    while batch := list(rows.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        last = batch[-1].pk
        yield from batch


def overdue_acceptance() -> QuerySet[Application]:
    """Reported cases on which nobody acted within the limit (行政许可法第三十二条第四项)."""
    found = Application.objects.filter(state=State.REPORTED, due_on__lt=clock.today())
    return found if policy.current().deemed_acceptance else found.none()


def overdue_answers() -> QuerySet[Application]:
    """Confirmations and corrections that were not given in time (decision G.3)."""
    waiting = (CONFIRMING - {State.WAIT_FORMER}) | {State.CORRECTION}
    return Application.objects.filter(state__in=sorted(waiting), due_on__lt=clock.today())


def silent_employers() -> QuerySet[Application]:
    """Transfers that the former employer did not answer in time: they go on without (decision G.9)."""
    return Application.objects.filter(state=State.WAIT_FORMER, due_on__lt=clock.today())


def undecided_renewals() -> QuerySet[Application]:
    """Renewals filed in time of which a specialty has run out without a decision (行政许可法第五十条).

    Each specialty has its own end, so the one that was to be renewed counts, not the registration's last. Where the
    applicant's own answer was outstanding on that day, the registration has lapsed: nothing is left to be granted.
    """
    codes = [item.code for item in all_procedures() if item.granted_when_undecided]
    states = sorted(TRANSITIONS["deem_granted"].froms)
    ended = RegistrationSpecialty.objects.standing().filter(
        registration=OuterRef("registration"), end__lt=clock.today()
    )
    open_ones = Application.objects.filter(procedure_code__in=codes, state__in=states, registration__status__in=LIVE)
    return open_ones.alias(ended=ArraySubquery(ended.values("specialty"))).filter(specialties__overlap=F("ended"))


def stale_drafts() -> QuerySet[Application]:
    """Drafts untouched for the policy's days (decision G.5)."""
    before = clock.now() - timedelta(days=policy.current().draft_days)
    return Application.objects.filter(state=State.DRAFT, form_version=0, created_at__lt=before).exclude(
        draft_saved_at__gte=before
    )


def run_out() -> QuerySet[Registration]:
    """Registrations whose last specialty has ended, unless a renewal is still being decided."""
    waiting = undecided_renewals().values("registration_id")
    return Registration.objects.filter(
        status=RegistrationStatus.VALID, dates_binding=True, valid_until__lt=clock.today()
    ).exclude(pk__in=waiting)


def over_age() -> QuerySet[Registration]:
    """Registrations whose holder is beyond the age limit of their class (《注册建造师管理规定》第十六条第六项, 年龄超过).

    The birthday itself is the last day, as it is where a period is granted (`standards.validity`). Validity is capped
    at the limit when it is granted; these are imported ones that run on beyond it. What has expired lapses for that.
    """
    rules, today = policy.current(), clock.today()
    old = Q(pk__in=())
    for kind in RegistrationClass:
        born = born_before(today, age=rules.age_limit_for(kind))
        old |= Q(registration_class=kind, person__birth_date__lt=born)
    expired = Q(dates_binding=True, valid_until__lt=today)
    return Registration.objects.filter(old, ~expired, status=RegistrationStatus.VALID).select_related("person")


def _purge(*, row: Application) -> None:
    with transaction.atomic():
        audit.record(
            "application.delete", actor=audit.SYSTEM, subject=("application", row.pk), data={"reason": "stale"}
        )
        materials.forget(row.materials.all())
        row.delete()


def _lapse(*, row: Registration, on: date | None = None, reason: str = changes.EXPIRED) -> None:
    with transaction.atomic():
        changes.lapse(registration_id=row.pk, on=on or row.valid_until, actor=audit.SYSTEM, reason=reason)
        audit.record("registration.lapse", actor=audit.SYSTEM, subject=("registration", row.pk))


def _lapse_by_age(*, row: Registration) -> None:
    limit = policy.current().age_limit_for(row.registration_class)
    _lapse(row=row, on=birthday_at(row.person.birth_date, limit), reason=f"年龄满 {limit} 周岁")


@dataclass(frozen=True, kw_only=True)
class Robot:
    """One robot: its name, what it is for, the rows it works on, what it does with each."""

    name: str
    label: str
    rows: Callable[[], QuerySet[Any]]
    act: Callable[[Model], object]


ROBOTS: list[Robot] = [
    Robot(
        name="employer_over",
        label="聘用单位记录更正等，不再失效",
        rows=employers.over,
        act=lambda row: employers.drop(row=row),  # type: ignore[arg-type]
    ),
    Robot(
        name="recount",
        label="节假日安排公布，重新计算时限",
        rows=lambda: Clock.objects.filter(pk__in=clocks.miscounted()),
        act=clocks.recount,  # type: ignore[arg-type]
    ),
    Robot(
        name="deem_accepted",
        label="逾期未告知，视为受理",
        rows=overdue_acceptance,
        act=lambda row: actions.deem_accepted(application=row),  # type: ignore[arg-type]
    ),
    Robot(
        name="time_out",
        label="逾期未确认或未补正，终止",
        rows=overdue_answers,
        act=lambda row: actions.time_out(application=row),  # type: ignore[arg-type]
    ),
    Robot(
        name="former_silent",
        label="原单位逾期未答复",
        rows=silent_employers,
        act=lambda row: actions.former_silent(application=row),  # type: ignore[arg-type]
    ),
    Robot(
        name="deem_granted",
        label="期满未作决定，视为准予延续",
        rows=undecided_renewals,
        act=lambda row: actions.deem_granted(application=row),  # type: ignore[arg-type]
    ),
    Robot(name="lapse", label="注册到期失效", rows=run_out, act=lambda row: _lapse(row=row)),  # type: ignore[arg-type]
    Robot(
        name="over_age",
        label="满年龄上限失效",
        rows=over_age,
        act=lambda row: _lapse_by_age(row=row),  # type: ignore[arg-type]
    ),
    Robot(
        name="employer_lapse",
        label="聘用单位被吊销等，失效",
        rows=lambda: employers.due().exclude(registration__in=over_age()),
        act=lambda row: employers.lapse(row=row),  # type: ignore[arg-type]
    ),
    Robot(
        name="employer_notice",
        label="聘用单位被吊销等，告知本人",
        rows=lambda: employers.to_tell().exclude(pk__in=over_age()),
        act=lambda row: employers.tell(row=row),  # type: ignore[arg-type]
    ),
    Robot(
        name="remind",
        label="延续提醒",
        rows=reminding.to_remind,
        act=lambda row: reminding.remind(row=row),  # type: ignore[arg-type]
    ),
    Robot(name="purge", label="清理陈旧草稿", rows=stale_drafts, act=lambda row: _purge(row=row)),  # type: ignore[arg-type]
]


def register(robot: Robot) -> None:
    """Add a robot of a room above to the nightly run: it is counted, dry-run, logged and shown with the others."""
    ROBOTS[:] = [*(item for item in ROBOTS if item.name != robot.name), robot]


def request_dry_run(*, by: User) -> RobotRun:
    """Queue a dry run for an operator who wants to see what the next run would do; one at a time."""
    if not by.may(Function.SYSTEM):
        raise NotYours("您没有“系统管理”的职能。请联系本单位系统管理员。", code="not_yours")
    with transaction.atomic():
        waiting = RobotRun.objects.filter(ended_at__isnull=True, dry_run=True, started_at__gte=clock.now() - PATIENCE)
        if waiting.select_for_update().exists():
            raise CaseRefused("已有一次试运行正在进行。请等它结束。", code="running")
        made = RobotRun.objects.create(started_at=clock.now(), dry_run=True, requested_by=by.name)
        audit.record("robots.dry_run", actor=by.actor, subject=("robot_run", made.pk))
        queue.configure_task("erjian.applications.tasks.dry_run", queueing_lock=f"robots.dry:{made.pk}").defer(
            run_id=made.pk
        )
    return made


def _work(robot: Robot, result: RobotRun) -> None:
    """All rows of one robot. Whatever breaks, even the reading of the rows, stops nothing else."""
    rows = _chunks(robot)
    while True:
        row = None
        try:
            if (row := next(rows, None)) is None:
                return
            with transaction.atomic():
                robot.act(row)
                transaction.set_rollback(result.dry_run)
        except Refusal as refusal:
            result.refused.append(f"{robot.label} {row}: {refusal.message}")
        except (OperationalError, InterfaceError):
            raise  # no database: nothing further can be done either
        except Exception:
            logger.exception("%s %s", robot.name, row and row.pk)
            result.refused.append(f"{robot.label} {row or '全部'}: {_BROKEN}")
        else:
            result.done[robot.name] = result.done.get(robot.name, 0) + 1


def run(*, dry_run: bool = False, kept: RobotRun | None = None, progress: Progress | None = None) -> RobotRun:
    """Run all robots once and keep the result. Nothing happens while another run goes on.

    With `dry_run` each row is done and undone again, so that it tells what a run would, refusals included. A row that
    is refused, or on which something breaks, is listed with the reason and holds up no other.
    `kept` is a run that was requested before; `progress` is told (robot's label, number, of how many).
    """
    result = kept or RobotRun.objects.create(started_at=clock.now(), dry_run=dry_run)
    dry_run = result.dry_run
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            result.refused = ["另一次运行尚未结束"]
            result.ended_at = clock.now()
            result.save()
            return result
    try:
        for number, robot in enumerate(ROBOTS, 1):
            result.current = robot.name
            result.save(update_fields=["current", "done", "refused"])
            if progress:
                progress(robot.label, number, len(ROBOTS))
            _work(robot, result)
    except BaseException:
        result.refused.append(_CUT_OFF)
        raise
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
        result.ended_at = clock.now()
        result.current = ""
        result.save()
    return result
