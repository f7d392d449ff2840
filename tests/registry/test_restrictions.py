"""Bars, locks and hours one by one: what is added once, ended once, remembered and audited."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from erjian import audit
from erjian.applications import facts
from erjian.audit.models import Event
from erjian.policy import clock
from erjian.procedures import get
from erjian.registry import restrictions
from erjian.registry.changes import RegisterRefused
from erjian.registry.models import Bar, BarBasis, Change, EducationHours, Lock, LockKind
from tests import makers

pytestmark = pytest.mark.django_db


def bar(of: Any, **changed: Any) -> Bar:
    values = {
        "basis": BarBasis.FALSE_MATERIAL,
        "reason": "提供虚假劳动合同",
        "document": "湘建罚〔2026〕12号",
        "begins": clock.today(),
        "ends": clock.today() + timedelta(days=364),
    }
    return restrictions.add_bar(person=of, actor=audit.SYSTEM, **(values | changed))


def lock(of: Any, **changed: Any) -> Lock:
    values = {
        "kind": LockKind.PROJECT,
        "reason": "担任梅溪湖安置房二期项目负责人",
        "document": "4301042511050101",
        "begins": clock.today(),
        "ends": None,
    }
    return restrictions.add_lock(person=of, actor=audit.SYSTEM, **(values | changed))


def hours(of: Any, **changed: Any) -> EducationHours:
    values = {
        "completed_on": clock.today(),
        "compulsory": 60,
        "elective": 60,
        "course": "建筑工程专业继续教育",
        "provider": "湖南城建职业技术学院",
        "certificate_number": "XJ2026041800123",
    }
    return restrictions.add_hours(person=of, actor=audit.SYSTEM, **(values | changed))


@contextmanager
def refused(code: str) -> Iterator[None]:
    """Expect a refusal with this code; any code when it is empty."""
    with pytest.raises(RegisterRefused) as found:
        yield
    assert not code or found.value.code == code


def facts_of(person: Any) -> Any:
    return facts.assemble(procedure=get("initial"), person=person, enterprise=makers.enterprise())


def test_a_bar_bites_until_it_is_lifted_once() -> None:
    person = makers.person()
    made = bar(person)
    assert [each.label for each in facts_of(person).bars] == ["隐瞒情况或提供虚假材料"]
    restrictions.lift_bar(bar=made, reason="复议决定撤销", actor=audit.SYSTEM)
    assert facts_of(person).bars == ()
    with refused("ended_already"):
        restrictions.lift_bar(bar=made, reason="再次", actor=audit.SYSTEM)
    made.refresh_from_db()
    assert (made.lifted_on, made.lift_reason) == (clock.today(), "复议决定撤销")
    assert list(Change.objects.order_by("id").values_list("kind", flat=True)) == ["barred", "unbarred"]
    assert said() == [("register.bar", str(person.pk)), ("register.unbar", str(person.pk))]


def said() -> list[tuple[str, str]]:
    """What the audit holds of restrictions."""
    rows = Event.objects.filter(code__startswith="register.").order_by("id")
    return list(rows.values_list("code", "subject_id"))


def test_what_ends_by_itself_is_in_force_on_its_last_day_and_not_after_it() -> None:
    person, enterprise, today = makers.person(), makers.enterprise(), clock.today()
    last = today + timedelta(days=30)
    bar(person, ends=last)
    lock(person, ends=last)
    restrictions.bar_enterprise(
        enterprise=enterprise, reason="提供虚假申报材料", document="湘建罚〔2026〕13号", begins=today, ends=last,
        actor=audit.SYSTEM,
    )  # fmt: skip

    def in_force() -> tuple[int, int, int]:
        found = facts.assemble(procedure=get("initial"), person=person, enterprise=enterprise)
        return len(found.bars), len(found.locks), len(found.enterprise.bars)

    assert in_force() == (1, 1, 1)
    with clock.travel(to=last):
        assert in_force() == (1, 1, 1)
    with clock.travel(to=last + timedelta(days=1)):
        assert in_force() == (0, 0, 0)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"ends": None}, "ends"),
        ({"basis": BarBasis.LIFETIME}, "ends"),
        ({"ends": date(2020, 1, 1)}, "invalid"),
        ({"reason": "  "}, "reason_missing"),
        ({"basis": "no_such"}, "invalid"),
    ],
)
def test_a_bar_that_makes_no_sense_is_refused(changed: dict[str, Any], code: str) -> None:
    person = makers.person()
    with refused(code):
        bar(person, **changed)
    assert (Bar.objects.count(), Change.objects.count()) == (0, 0)


def test_a_bar_may_not_begin_tomorrow() -> None:
    with refused("begins_later"):
        bar(makers.person(), begins=clock.today() + timedelta(days=1))


def test_the_same_bar_twice_is_refused_in_words() -> None:
    person = makers.person()
    bar(person)
    with pytest.raises(RegisterRefused, match="已登记"):
        bar(person)
    assert Bar.objects.count() == 1


def test_a_lock_is_released_once_and_a_project_lock_names_its_project() -> None:
    person = makers.person()
    with refused("document_missing"):
        lock(person, document=" ")
    made = lock(person)
    assert [each.label for each in facts_of(person).locks] == ["在施锁定"]
    restrictions.release_lock(lock=made, reason="工程竣工验收合格", actor=audit.SYSTEM)
    assert facts_of(person).locks == ()
    with refused("ended_already"):
        restrictions.release_lock(lock=made, reason="再次", actor=audit.SYSTEM)
    assert said() == [("register.lock", str(person.pk)), ("register.unlock", str(person.pk))]


def test_the_database_itself_refuses_a_lock_that_ends_before_it_begins() -> None:
    with pytest.raises(IntegrityError, match="lock_period_in_order"), transaction.atomic():
        Lock.objects.create(
            person=makers.person(), kind="manual", reason="×", begins=date(2026, 2, 1), ends=date(2026, 1, 1)
        )


def test_hours_count_until_they_are_withdrawn() -> None:
    person = makers.person()
    made = hours(person)
    assert [(each.compulsory, each.elective) for each in facts_of(person).education] == [(60, 60)]
    with pytest.raises(RegisterRefused, match="已登记"):
        hours(person)
    restrictions.withdraw_hours(hours=made, reason="证明系伪造", actor=audit.SYSTEM)
    assert facts_of(person).education == ()
    assert [code for code, _ in said()] == ["register.education", "register.education_withdraw"]


@pytest.mark.parametrize(
    "changed", [{"compulsory": 0, "elective": 0}, {"completed_on": date(2999, 1, 1)}, {"course": ""}]
)
def test_hours_that_make_no_sense_are_refused(changed: dict[str, Any]) -> None:
    with refused(""):
        hours(makers.person(), **changed)
    assert EducationHours.objects.count() == 0


def test_a_barred_enterprise_cannot_file_until_the_bar_is_lifted() -> None:
    enterprise, person = makers.enterprise(), makers.person()
    made = restrictions.bar_enterprise(
        enterprise=enterprise,
        reason="提供虚假申报材料",
        document="湘建罚〔2026〕13号",
        begins=clock.today(),
        ends=None,
        actor=audit.SYSTEM,
    )
    found = facts.assemble(procedure=get("initial"), person=person, enterprise=enterprise)
    assert [each.reason for each in found.enterprise.bars] == ["提供虚假申报材料"]
    restrictions.lift_enterprise_bar(bar=made, reason="期满", actor=audit.SYSTEM)
    assert facts.assemble(procedure=get("initial"), person=person, enterprise=enterprise).enterprise.bars == ()
