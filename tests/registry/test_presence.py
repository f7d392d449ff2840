"""Whose register a person belongs to follows from registrations, qualifications and cases, whoever writes them."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from erjian.accounts import scopes
from erjian.applications.models import Application
from erjian.policy import clock
from erjian.registry.models import Enterprise, Person, Presence, Qualification, Registration
from tests import makers

pytestmark = pytest.mark.django_db
PROVINCE = "430000"
CITIES = ("430100", "430200", "430300")


def expected() -> dict[tuple[str, int], tuple[int, int]]:
    """Authority and person to what is held and how many cases are known, counted from the tables themselves."""
    held: Counter[tuple[str, int]] = Counter()
    authorities = dict(Enterprise.objects.values_list("credit_code", "filing_authority"))
    for code, person in Registration.objects.values_list("enterprise__credit_code", "person_id"):
        held[authorities[code], person] += 1
    for code, person in Qualification.objects.values_list("enterprise_code", "person_id"):
        if code in authorities:
            held[authorities[code], person] += 1
    reported = Application.objects.filter(reported_at__isnull=False, person__isnull=False)
    cases = Counter(reported.values_list("authority_code", "person_id"))
    # The province knows its cities' cases too.
    for person in reported.exclude(authority_code=PROVINCE).values_list("person_id", flat=True):
        cases[PROVINCE, person] += 1
    return {key: (held[key], cases[key]) for key in held.keys() | cases.keys()}


def counted() -> dict[tuple[str, int], tuple[int, int]]:
    rows = Presence.objects.values_list("authority_code", "person_id", "held", "cases")
    return {(code, person): (held, cases) for code, person, held, cases in rows if held or cases}


def registration(person: Person, enterprise: Enterprise, number: int) -> Registration:
    today = clock.today()
    return Registration(
        person=person, enterprise=enterprise, registration_class="constructor", number=f"湘2{number:011}",
        status="expired", registered_on=today, employed_on=today, valid_until=today, ended_on=today,
    )  # fmt: skip


class Town:
    """Three people, three employers in three cities, and what can be done to them."""

    def __init__(self) -> None:
        self.employers = [makers.enterprise(f"湖南第{n}建设有限公司", city=city) for n, city in enumerate(CITIES)]
        self.people = [makers.person(f"周启{n}", birth=date(1985, 3, 1 + n)) for n in range(3)]
        for person in self.people:
            makers.qualification(person)
        self.drafts = [makers.draft(person, makers.operator(self.employers[0])) for person in self.people]
        self.codes = [*(item.credit_code for item in self.employers[:2]), makers.credit_code()]
        self.number = 0

    def rows(self, first: int) -> Any:
        return Registration.objects.filter(person=self.people[first])

    def register(self, first: int, second: int) -> None:
        registration(self.people[first], self.employers[second], self.number).save()

    def many(self, first: int, second: int) -> None:
        people = enumerate([*self.people, self.people[first]])
        Registration.objects.bulk_create(
            [registration(person, self.employers[second], 100 * self.number + place) for place, person in people]
        )

    def move(self, first: int, second: int) -> None:
        self.rows(first).update(enterprise=self.employers[second])

    def lapse(self, first: int, second: int) -> None:
        self.rows(first).update(end_reason="注册有效期满")

    def drop(self, first: int, second: int) -> None:
        self.rows(first).delete()

    def record(self, first: int, second: int) -> None:
        code = self.codes[second]
        makers.qualification(self.people[first], enterprise_code=code, management_number=f"M{self.number}")

    def recode(self, first: int, second: int) -> None:
        Qualification.objects.filter(person=self.people[first]).update(enterprise_code=self.codes[second])

    def seat(self, first: int, second: int) -> None:
        Enterprise.objects.filter(pk=self.employers[second].pk).update(filing_authority=CITIES[first])

    def found(self, first: int, second: int) -> None:
        if not Enterprise.objects.filter(credit_code=self.codes[2]).exists():
            makers.enterprise("湖南新立建设有限公司", city=CITIES[first], credit_code=self.codes[2])

    def rename(self, first: int, second: int) -> None:
        Person.objects.filter(pk=self.people[first].pk).update(name=f"周启{self.number}")

    def report(self, first: int, second: int) -> None:
        Application.objects.filter(pk=self.drafts[first].pk).update(reported_at=clock.now())

    def hand(self, first: int, second: int) -> None:
        Application.objects.filter(pk=self.drafts[first].pk).update(authority_code=(*CITIES[:2], PROVINCE)[second])


ACTIONS = ("register", "many", "move", "lapse", "drop", "record", "recode", "seat", "found", "rename", "report", "hand")


@settings(max_examples=25)
@given(actions=st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(0, 2), st.integers(0, 2)), max_size=14))
def test_the_counts_follow_every_write(actions: list[tuple[str, int, int]]) -> None:
    with transaction.atomic():
        town = Town()
        for town.number, (action, first, second) in enumerate(actions):
            getattr(town, action)(first, second)
            assert counted() == expected()
        for row in Presence.objects.select_related("person"):
            assert row.name == row.person.name
        transaction.set_rollback(True)


def test_a_city_finds_its_people_by_their_present_names() -> None:
    employer = makers.enterprise(city="430100")
    person, other = makers.person("彭志远"), makers.person("彭志强")
    registration(person, employer, 1).save()
    makers.qualification(other, enterprise_code=employer.credit_code)
    named: Any = scopes.people_of("430100").annotate(known_as=scopes.known_as("430100"))
    assert set(named.filter(known_as__startswith="彭")) == {person, other}
    assert not scopes.people_of("430200").exists()
    Person.objects.filter(pk=other.pk).update(name="李志强")
    assert list(named.filter(known_as__startswith="彭")) == [person]
    Registration.objects.filter(person=person).update(enterprise=makers.enterprise("湘潭建设有限公司", city="430300"))
    assert not named.filter(known_as__startswith="彭").exists()
    assert list(scopes.people_of("430300")) == [person]
