"""The bulk load: what COPY wrote reads like any other row and obeys the same rules."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from django.db import connection

from erjian import protection
from erjian.applications.models import Application
from erjian.demo import mass
from erjian.registry import numbers
from erjian.registry.models import Enterprise, Person, Registration, RegistrationSpecialty
from erjian.standards import credit_codes, id_numbers, regions

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("province")]
COUNT = 1500


def _load() -> list[tuple[int, int, str]]:
    told: list[tuple[int, int, str]] = []
    mass.load(COUNT, seed=5, progress=lambda done, total, text: told.append((done, total, text)))
    return told


def test_a_bulk_load_is_whole_and_obeys_the_constraints() -> None:
    before = Person.objects.count(), Registration.objects.latest("id").pk
    told = _load()
    assert told[-1][:2] == (COUNT, COUNT)
    assert Person.objects.count() == before[0] + COUNT
    for person in random.Random(1).sample(list(Person.objects.order_by("-pk")[:COUNT]), 100):
        number = person.id_number
        assert id_numbers.parse(number).birth_date == person.birth_date
        assert number[:6] not in regions.COUNTIES
        assert bytes(person.id_number_index) == protection.index("id_number", number)
        assert person.phone_mask[-4:] == person.phone[-4:]
    rows = Registration.objects.filter(pk__gt=before[1]).select_related("enterprise", "person")
    assert rows.count() > COUNT
    live = Counter(row.person_id for row in rows if row.status == "valid")
    assert max(live.values()) == 1
    assert not RegistrationSpecialty.objects.filter(registration__in=rows, qualification=None).exists()
    assert all(credit_codes.parse(code) for code in Enterprise.objects.values_list("credit_code", flat=True))
    assert Application.objects.filter(registration__in=rows, state="issued").count() > COUNT * 0.1
    with connection.cursor() as cursor:
        # References were not checked row by row: check that none dangles.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for column, table in (("person_id", "registry_person"), ("enterprise_id", "registry_enterprise")):
            cursor.execute(
                f"SELECT count(*) FROM registry_registration r LEFT JOIN {table} t ON t.id = r.{column} WHERE t.id IS NULL"
            )
            assert cursor.fetchone()[0] == 0


def test_rows_made_afterwards_go_on_with_fresh_keys_and_numbers() -> None:
    _load()
    person = Person.objects.order_by("-pk")[0]
    made = Person.objects.create(name="后来者", id_number="430102199003173416", sex="1", birth_date=person.birth_date)
    assert made.pk > person.pk
    used = set(Registration.objects.values_list("number", flat=True))
    for year in (2015, 2026):
        serial = numbers.take("registration", year=year)
        assert not any(number.endswith(f"{year}{serial:05d}") for number in used)
