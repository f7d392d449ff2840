"""The register's write path: which numbers and days a change leaves, and from which status it is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from erjian.audit import SYSTEM
from erjian.policy import clock
from erjian.registry import changes
from erjian.registry.changes import RegisterRefused
from erjian.registry.models import Change, Person, Registration, RegistrationClass
from erjian.standards.specialties import Specialty
from erjian.standards.validity import add_years
from tests import makers

pytestmark = pytest.mark.django_db
BUILDING, MUNICIPAL = Specialty.BUILDING, Specialty.MUNICIPAL
ON = date(2026, 11, 23)


def registered(person: Person | None = None, *specialties: str, **changed: Any) -> Registration:
    person = person or makers.person()
    wanted = specialties or (BUILDING,)
    if not person.qualifications.exists():
        for specialty in wanted:
            makers.qualification(person, specialty)
    values: dict[str, Any] = {
        "enterprise_id": makers.enterprise().pk,
        "registration_class": RegistrationClass.CONSTRUCTOR,
        "on": ON,
        "case_number": "CS-2026-000001",
        "form": {},
    }
    return changes.register(person_id=person.pk, specialties=wanted, actor=SYSTEM, **(values | changed))


def ends(row: Registration) -> dict[str, date]:
    return dict(row.specialties.values_list("specialty", "end"))


def test_the_number_names_the_year_of_the_first_qualification_and_that_of_the_registration() -> None:
    person = makers.person()
    makers.qualification(person, BUILDING, obtained_on=date(2025, 6, 1))
    makers.qualification(person, MUNICIPAL, obtained_on=date(2024, 6, 1))
    first, second = registered(person, BUILDING, MUNICIPAL), registered()
    assert first.number[:-5] == "湘24320242026"
    assert int(second.number[-5:]) == int(first.number[-5:]) + 1


def test_each_specialty_uses_the_oldest_qualification_that_is_free() -> None:
    person = makers.person()
    used = makers.qualification(person, obtained_on=date(2020, 1, 1), used_at=clock.now())
    makers.qualification(person, obtained_on=date(2021, 1, 1), review_result="failed")
    newer = makers.qualification(person, obtained_on=date(2025, 6, 1))
    older = makers.qualification(person, obtained_on=date(2024, 6, 1))
    row = registered(person)
    assert row.specialties.get().qualification == older
    for each in (used, newer, older):
        each.refresh_from_db()
    assert (older.used_at is not None, newer.used_at) == (True, None)


def test_nobody_is_registered_by_somebody_elses_or_a_used_qualification() -> None:
    makers.qualification(makers.person("刘思齐"), obtained_on=date(2019, 1, 1))
    person = makers.person()
    used = makers.qualification(person, obtained_on=date(2020, 1, 1), used_at=clock.now())
    with pytest.raises(RegisterRefused, match="没有可用于“建筑工程”的合格资格证书"):
        registered(person)
    assert not Registration.objects.exists()
    own = makers.qualification(person, obtained_on=date(2025, 6, 1))
    first = registered(person)
    assert first.specialties.get().qualification == own
    cancel(first)
    free = makers.qualification(person, obtained_on=date(2026, 6, 1))
    again = registered(person, again=True, on=ON + timedelta(days=9))
    assert again.specialties.get().qualification == free, "a used one only where there is no other"
    cancel(again)
    last = registered(person, again=True, on=ON + timedelta(days=19))
    assert last.specialties.get().qualification == used


def test_what_the_form_says_fills_blanks_and_changes_nothing_known() -> None:
    person = makers.person(school="", graduated_on=None)
    form = {"school": "湖南大学", "major": "土木工程", "graduated_on": "2012-06-30"}
    registered(person, form=form)
    known = Person.objects.get(pk=person.pk)
    assert (known.school, known.major, known.graduated_on) == ("湖南大学", "建筑工程技术", date(2012, 6, 30))
    assert known.version == person.version + 1


@pytest.mark.parametrize(
    ("born", "until"), [(date(1980, 3, 17), date(2029, 11, 22)), (date(1963, 1, 10), date(2028, 1, 10))]
)
def test_a_period_is_three_years_less_a_day_and_ends_at_65(born: date, until: date) -> None:
    row = registered(makers.person(birth=born))
    assert (row.registered_on, row.employed_on, row.valid_until) == (ON, ON, until)
    assert [(each.begin, each.end) for each in row.specialties.all()] == [(ON, until)]


def test_an_added_specialty_has_years_of_its_own_and_the_registration_ends_with_the_last() -> None:
    row = registered()
    makers.qualification(row.person, MUNICIPAL)
    first, later = row.valid_until, ON + timedelta(days=400)
    row = changes.add_specialties(
        registration_id=row.pk, specialties=(MUNICIPAL,), on=later, case_number="CS-2", actor=SYSTEM
    )
    last = add_years(later, 3) - timedelta(days=1)
    assert (ends(row), row.valid_until) == ({BUILDING: first, MUNICIPAL: last}, last)
    change = Change.objects.get(kind="added")
    assert (change.before["valid_until"], change.after["valid_until"]) == (first.isoformat(), last.isoformat())
    assert (change.case_number, change.person_id, change.actor) == ("CS-2", row.person_id, SYSTEM.label)


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        (None, date(2032, 11, 22)),
        (date(2030, 12, 31), date(2030, 12, 31)),
        (date(2028, 12, 31), date(2029, 11, 22)),  # a policy's day never shortens what was granted
        (date(2099, 12, 31), date(2045, 3, 17)),  # nor leads beyond the age limit
    ],
)
def test_a_renewal_extends_what_was_chosen_and_nothing_else(until: date | None, expected: date) -> None:
    row = registered(makers.person(birth=date(1980, 3, 17)), BUILDING, MUNICIPAL)
    before = row.valid_until
    row = changes.extend(registration_id=row.pk, specialties=(BUILDING,), case_number="", actor=SYSTEM, until=until)
    assert (ends(row), row.valid_until) == ({BUILDING: expected, MUNICIPAL: before}, expected)


@pytest.mark.parametrize(
    ("bound", "until", "binds"), [(False, None, False), (False, date(2030, 12, 31), True), (True, None, True)]
)
def test_a_day_that_policy_names_binds_again(bound: bool, until: date | None, binds: bool) -> None:
    row = registered()
    Registration.objects.filter(pk=row.pk).update(dates_binding=bound)
    row = changes.extend(registration_id=row.pk, specialties=(BUILDING,), case_number="", actor=SYSTEM, until=until)
    assert Registration.objects.get(pk=row.pk).dates_binding is binds


def test_a_used_qualification_comes_back_for_what_its_holder_was_registered_with_and_nothing_else() -> None:
    row = registered()
    makers.qualification(row.person, MUNICIPAL, used_at=clock.now())
    registered(makers.person("刘思齐"), MUNICIPAL)
    Registration.objects.create(
        person=row.person, registration_class=RegistrationClass.TEMPORARY, number="湘204080800077(临)",
        enterprise=row.enterprise, registered_on=ON, employed_on=ON, valid_until=ON,
    ).specialties.create(specialty=MUNICIPAL, begin=ON, end=ON)  # fmt: skip
    with pytest.raises(RegisterRefused, match="没有可用于“市政公用工程”"):
        changes.add_specialties(registration_id=row.pk, specialties=(MUNICIPAL,), on=ON, case_number="", actor=SYSTEM)


def test_what_was_voided_does_not_keep_a_registration_in_force() -> None:
    row = registered(None, BUILDING, MUNICIPAL)
    later = row.valid_until + timedelta(days=300)
    row.specialties.filter(specialty=MUNICIPAL).update(voided=True, end=later)
    changes.reissue(registration_id=row.pk, case_number="", actor=SYSTEM)
    assert Registration.objects.get(pk=row.pk).valid_until == row.valid_until < later


def test_a_transfer_changes_the_employer_and_its_day_alone() -> None:
    row, other = registered(), makers.enterprise("湘江新区另一建设有限公司")
    kept = (row.number, row.valid_until, row.registered_on, ends(row))
    later = ON + timedelta(days=500)
    changes.move(registration_id=row.pk, enterprise_id=other.pk, on=later, case_number="", actor=SYSTEM)
    version, row = row.version, Registration.objects.get(pk=row.pk)
    assert (row.enterprise, row.employed_on, row.version) == (other, later, version + 1)
    assert (row.number, row.valid_until, row.registered_on, ends(row)) == kept


def cancel(row: Registration, **changed: Any) -> Registration:
    return changes.cancel(registration_id=row.pk, reason="解除", on=ON, case_number="", actor=SYSTEM, **changed)


def cancel_what_ran_out(row: Registration) -> Registration:
    return cancel(row, lapsed_too=True)


def suspend(row: Registration) -> Registration:
    return changes.suspend(registration_id=row.pk, case_number="", actor=SYSTEM)


def restore(row: Registration) -> Registration:
    return changes.restore(registration_id=row.pk, case_number="", actor=SYSTEM)


def lapse(row: Registration) -> Registration:
    return changes.lapse(registration_id=row.pk, on=ON, actor=SYSTEM)


def extend(row: Registration) -> Registration:
    return changes.extend(registration_id=row.pk, specialties=(BUILDING,), case_number="", actor=SYSTEM)


STATUSES = ("valid", "suspended", "lapsed", "cancelled", "rescinded", "revoked")


@pytest.mark.parametrize(
    ("act", "allowed", "then", "kind"),
    [
        (cancel, {"valid", "suspended"}, "cancelled", "cancelled"),
        (cancel_what_ran_out, {"valid", "suspended", "lapsed"}, "cancelled", "cancelled"),
        (suspend, {"valid"}, "suspended", "suspended"),
        (restore, {"suspended"}, "valid", "restored"),
        (lapse, {"valid"}, "lapsed", "lapsed"),
        (extend, {"valid", "suspended"}, None, "extended"),
    ],
)
def test_from_which_status_a_registration_changes(
    act: Callable[[Registration], Registration], allowed: set[str], then: str | None, kind: str
) -> None:
    row = registered()
    ended = {"lapsed", "cancelled", "rescinded", "revoked"}
    for status in STATUSES:
        Registration.objects.filter(pk=row.pk).update(status=status, ended_on=ON if status in ended else None)
        Change.objects.all().delete()
        if status not in allowed:
            with pytest.raises(RegisterRefused):
                act(row)
            assert not Change.objects.exists()
            continue
        act(row)
        now = Registration.objects.get(pk=row.pk)
        assert now.status == (then or status)
        if now.status == "cancelled":
            assert (now.end_reason, now.ended_on) == ("解除", ON)
        change = Change.objects.get()
        assert (change.kind, change.before["status"], change.after["status"]) == (kind, status, now.status)


def test_whoever_registers_again_ends_what_ran_out_and_keeps_the_number() -> None:
    former = registered()
    after = former.valid_until + timedelta(days=1)
    again = registered(former.person, again=True, on=after, case_number="CS-9")
    former.refresh_from_db()
    assert (former.status, former.ended_on, again.number) == ("cancelled", after, former.number)
    assert former.end_reason == "注册有效期满且未延续注册"
    assert Change.objects.get(kind="reregistered").before["status"] == "cancelled"
    with pytest.raises(RegisterRefused, match="没有可以重新注册的原注册"):
        registered(makers.person(), again=True)
