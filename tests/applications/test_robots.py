"""Dry runs on request, what a run keeps, and who lapses by age."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError

from erjian.accounts.models import Function
from erjian.applications import robots, tasks
from erjian.applications.errors import CaseRefused, NotYours
from erjian.applications.models import RobotRun
from erjian.audit.models import Event
from erjian.policy import clock
from erjian.registry import changes
from erjian.registry.models import Change, Registration
from erjian.standards.validity import add_years
from tests import makers

pytestmark = pytest.mark.django_db
PROVINCE = "430000"


def registered(age: int, *, kind: str = "constructor", **changed: Any) -> Registration:
    today = clock.today()
    values = {"registered_on": today, "employed_on": today, "valid_until": today + timedelta(days=900)}
    return Registration.objects.create(
        person=makers.person(birth=add_years(today, -age), verified=False), registration_class=kind,
        number=f"湘243{makers.id_number()[6:]}", enterprise=makers.enterprise(), **(values | changed),
    )  # fmt: skip


def test_age_ends_what_runs_on_beyond_it_once() -> None:
    formal, young = registered(65), registered(64)
    temporary, grown = registered(60, kind="temporary", dates_binding=False), registered(59, kind="temporary")
    assert robots.run().done == {}, "the birthday is the last day"
    birthday = clock.today()
    with clock.travel(days=1):
        assert robots.run(dry_run=True).done == {"over_age": 2}
        assert robots.run().done == {"over_age": 2}
        assert robots.run().done == {}
    for row in (formal, temporary, young, grown):
        row.refresh_from_db()
    assert [row.status for row in (formal, temporary, young, grown)] == ["lapsed", "lapsed", "valid", "valid"]
    assert (formal.ended_on, formal.end_reason) == (birthday, "年龄满 65 周岁")
    assert Change.objects.filter(kind="lapsed").count() == 2


def test_a_row_on_which_something_breaks_is_listed_and_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    broken, other = registered(40, valid_until=clock.today()), registered(41, valid_until=clock.today())
    soon = registered(42, valid_until=clock.today() + timedelta(days=61))
    lapse = changes.lapse

    def breaks(*, registration_id: int, **rest: Any) -> Registration:
        assert registration_id != broken.pk, "a defect"
        return lapse(registration_id=registration_id, **rest)

    monkeypatch.setattr(changes, "lapse", breaks)
    with clock.travel(days=1):
        run = robots.run()
    assert run.done == {"lapse": 1, "remind": 1}, "the other registration, and the robots that come later"
    assert [line for line in run.refused if broken.number in line and "故障" in line] == run.refused != []
    other.refresh_from_db()
    assert (other.status, soon.status) == ("lapsed", "valid")


@pytest.mark.parametrize("when", ["asked", "read"])
def test_a_robot_that_cannot_read_its_rows_holds_up_no_other(monkeypatch: pytest.MonkeyPatch, when: str) -> None:
    row = registered(40, valid_until=clock.today() - timedelta(days=1))

    def broken() -> Any:
        assert when == "read", "a defect"
        return 17  # no rows to be had from it

    bad = robots.Robot(name="bad", label="坏的任务", rows=broken, act=lambda _row: None)
    monkeypatch.setattr(robots, "ROBOTS", [bad, *robots.ROBOTS])
    for dry_run in (True, False):
        run = robots.run(dry_run=dry_run)
        assert run.done == {"lapse": 1}
        assert [line for line in run.refused if "坏的任务" in line and "故障" in line] == run.refused != []
    row.refresh_from_db()
    assert row.status == "lapsed"


def test_a_run_that_is_cut_off_does_not_pass_for_complete(monkeypatch: pytest.MonkeyPatch) -> None:
    registered(40, valid_until=clock.today())

    def away(**_: Any) -> Registration:
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(changes, "lapse", away)
    with clock.travel(days=1), pytest.raises(OperationalError):
        robots.run()
    kept = RobotRun.objects.get()
    assert (kept.done, len(kept.refused), "运行中断" in kept.refused[0]) == ({}, 1, True)


def test_who_was_reminded_is_not_counted_again() -> None:
    registered(40, valid_until=clock.today() + timedelta(days=90))
    assert robots.run(dry_run=True).done == {"remind": 1}
    assert robots.run().done == {"remind": 1}
    assert robots.run(dry_run=True).done == {}
    assert robots.run().done == {}
    with clock.travel(days=30):
        assert robots.run().done == {"remind": 1}


def test_a_dry_run_is_asked_for_once_and_changes_nothing() -> None:
    operator = makers.officer(PROVINCE, Function.SYSTEM)
    row = registered(66)
    asked = robots.request_dry_run(by=operator)
    assert Event.objects.get(code="robots.dry_run").actor_user_id == operator.pk
    with pytest.raises(CaseRefused, match="正在进行"):
        robots.request_dry_run(by=operator)
    tasks.dry_run(run_id=asked.pk)
    asked.refresh_from_db()
    row.refresh_from_db()
    assert (asked.done, asked.dry_run, asked.requested_by, asked.current) == ({"over_age": 1}, True, operator.name, "")
    assert (asked.ended_at is not None, row.status) == (True, "valid")
    row.delete()
    tasks.dry_run(run_id=asked.pk)
    asked.refresh_from_db()
    assert asked.done == {"over_age": 1}, "a job that is repeated does nothing again"
    assert robots.request_dry_run(by=operator).pk != asked.pk


def test_a_lost_dry_run_blocks_for_an_hour_only() -> None:
    operator = makers.officer(PROVINCE, Function.SYSTEM)
    RobotRun.objects.create(started_at=clock.now() - timedelta(hours=2), dry_run=True)
    assert robots.request_dry_run(by=operator).pk


def test_only_operators_ask() -> None:
    with pytest.raises(NotYours):
        robots.request_dry_run(by=makers.officer(PROVINCE, Function.DECISION))


def test_progress_names_every_robot() -> None:
    said: list[tuple[str, int, int]] = []
    robots.run(dry_run=True, progress=lambda *what: said.append(what))
    assert [label for label, _, _ in said] == [robot.label for robot in robots.ROBOTS]
    assert {count for _, _, count in said} == {len(robots.ROBOTS)}
