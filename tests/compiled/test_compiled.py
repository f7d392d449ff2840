"""A compiled query gives what Django gives, for any values, and refuses what it could not repeat."""

from __future__ import annotations

import sys
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import Count, F, Prefetch, Q, QuerySet
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from erjian.compiled import compiled, fetch, narrowed
from erjian.policy import clock
from erjian.registry.models import Enterprise, Person, Registration, RegistrationSpecialty, standing_specialties
from tests import makers

pytestmark = pytest.mark.django_db


def _registration() -> Registration:
    today = clock.today()
    until = today + timedelta(days=700)
    made = Registration.objects.create(
        person=makers.person(), enterprise=makers.enterprise(), registration_class="constructor",
        number="湘243999999999", certificate_number="湘建造999999", status="valid", certificate_kind="electronic",
        registered_on=today, employed_on=today, valid_until=until,
    )  # fmt: skip
    for specialty in ("building", "municipal"):
        RegistrationSpecialty.objects.create(registration=made, specialty=specialty, begin=today, end=until)
    return made


@compiled
def _named(name: str, city: str) -> QuerySet[Enterprise]:
    return Enterprise.objects.filter(Q(name=name) | Q(former_name=name), city=city).order_by("-id")


@compiled
def _registered(until: date, since: datetime) -> QuerySet[Registration]:
    return (
        Registration.objects.filter(valid_until__gte=until, created_at__gte=since)
        .select_related("person", "enterprise")
        .order_by("id")
    )


def test_a_value_met_twice_is_bound_twice() -> None:
    old = makers.enterprise(name="长沙甲建设有限公司")
    new = makers.enterprise(name="长沙乙建设有限公司", former_name="长沙甲建设有限公司")
    assert _named(name="长沙甲建设有限公司", city=old.city) == [new, old]
    assert _named(name="长沙乙建设有限公司", city=old.city) == [new]
    assert _named(name="长沙甲建设有限公司", city="430200") == []


@given(text=st.text(st.characters(exclude_characters="\x00", exclude_categories=("Cs",)), max_size=20))
def test_a_value_is_only_ever_a_value(text: str) -> None:
    asked = {"name": text, "city": text[:6]}
    assert _named(**asked) == list(_named.bind(**asked).queryset)


@compiled
def _odd(city: str) -> QuerySet[Enterprise]:
    return Enterprise.objects.filter(
        Q(name__contains="100%") | Q(former_name="%s'\\"), city=city, version__lt=7, status="normal"
    )


def test_constants_are_written_into_a_statement_that_is_kept() -> None:
    """Only so is a plan made once certain that a partial index has the rows; whatever signs a text has."""
    found = [makers.enterprise(name="甲100%公司", city="430100"), makers.enterprise(former_name="%s'\\", city="430100")]
    makers.enterprise(name="甲100公司", city="430100")
    assert set(_odd(city="430100")) == set(found) == set(_odd.bind(city="430100").queryset)
    assert _odd(city="430200") == []
    with CaptureQueriesContext(connection) as asked:
        _odd(city="430100")
    assert "$1" in asked[0]["sql"]
    assert "$2" not in asked[0]["sql"]


def test_related_rows_are_the_ones_that_django_joins() -> None:
    registration = _registration()
    values: dict[str, Any] = {"until": registration.valid_until, "since": registration.created_at}
    (found,) = _registered(**values)
    (expected,) = _registered.bind(**values).queryset
    fields = [each.attname for each in Registration._meta.concrete_fields]
    assert [getattr(found, name) for name in fields] == [getattr(expected, name) for name in fields]
    assert found == expected
    assert found.person == expected.person
    assert found.person.name == expected.person.name
    assert found.person.id_number == expected.person.id_number
    assert found.enterprise.name == expected.enterprise.name
    found.number = "湘243000000001"
    found.save(update_fields=["number"])
    assert Registration.objects.get(pk=found.pk).number == "湘243000000001"


def test_a_join_that_finds_nothing_is_none() -> None:
    registration = _registration()

    @compiled
    def held(person_id: int) -> QuerySet[RegistrationSpecialty]:
        return RegistrationSpecialty.objects.filter(registration__person_id=person_id).select_related("qualification")

    assert {row.qualification for row in held(person_id=registration.person_id)} == {None}


def test_columns_left_out_are_read_when_they_are_asked_for(django_assert_num_queries: Any) -> None:
    person = makers.person()

    @compiled
    def names(pk: int) -> QuerySet[Person]:
        return Person.objects.filter(pk=pk).only("name")

    with django_assert_num_queries(1):
        (found,) = names(pk=person.pk)
        assert found.name == person.name
    with django_assert_num_queries(1):
        assert found.id_number_mask == person.id_number_mask


def test_annotations_and_tuples_come_with_the_rows() -> None:
    registration = _registration()

    @compiled
    def listed(person_id: int) -> QuerySet[Registration]:
        return Registration.objects.filter(person_id=person_id).annotate(standing=standing_specialties())

    @compiled
    def counted(person_id: int) -> QuerySet[Registration]:
        return Registration.objects.filter(person_id=person_id).values_list("status").annotate(Count("pk"))

    (row,) = listed(person_id=registration.person_id)
    codes = [item.specialty for item in registration.specialties.order_by("specialty", "begin")]
    assert codes
    assert row.standing == codes
    assert counted(person_id=registration.person_id) == [(registration.status, 1)]


def test_a_slice_is_a_page() -> None:
    made = [makers.person() for _ in range(5)]

    @compiled
    def people(least: int) -> QuerySet[Person]:
        return Person.objects.filter(pk__gte=least).order_by("id")

    bound = people.bind(least=made[0].pk)
    assert bound[0:2] == made[0:2]
    assert bound[2:4] == made[2:4]
    assert bound[4:8] == made[4:]
    assert list(bound) == made


def test_rows_are_counted_up_to_a_number(django_assert_num_queries: Any) -> None:
    made = [makers.person() for _ in range(4)]

    @compiled
    def people(least: int) -> QuerySet[Person]:
        return Person.objects.filter(pk__gte=least).select_related("portrait").order_by("name")

    with django_assert_num_queries(4):
        assert people.bind(least=made[0].pk).count(9) == 4
        assert people.bind(least=made[2].pk).count(9) == 2
        assert people.bind(least=made[0].pk).count(3) == 3
        assert people.bind(least=made[3].pk + 1).count(9) == 0


def test_it_is_compiled_once() -> None:
    calls = []

    @compiled
    def people(pk: int) -> QuerySet[Person]:
        calls.append(pk)
        return Person.objects.filter(pk=pk)

    person = makers.person()
    assert people(pk=person.pk) == [person]
    assert people(pk=0) == []
    assert len(calls) == 1
    assert calls[0] not in (person.pk, 0)


def _computes(pk: int) -> QuerySet[Person]:
    return Person.objects.filter(pk=pk + 1)


def _patterns(name: str) -> QuerySet[Person]:
    return Person.objects.filter(name__startswith=name)


def _ignores(pk: int) -> QuerySet[Person]:
    return Person.objects.order_by("id")


def _prefetches(pk: int) -> QuerySet[Person]:
    return Person.objects.filter(pk=pk).prefetch_related(Prefetch("registrations"))


def _names(pk: int) -> QuerySet[Any]:
    return Person.objects.filter(pk=pk).values("name")


@pytest.mark.parametrize("build", [_computes, _patterns, _ignores, _prefetches, _names])
def test_what_could_not_be_repeated_is_refused(build: Any) -> None:
    values = {"name": "张"} if build is _patterns else {"pk": 1}
    with pytest.raises(TypeError):
        compiled(build)(**values)


def _people() -> QuerySet[Person]:
    return Person.objects.order_by("id")


_TEXT = st.text(st.characters(exclude_characters="\x00", exclude_categories=("Cs",)), min_size=1, max_size=8)


@given(start=st.sampled_from(["张", "%", "_", "\\", "张_", ""]) | _TEXT)
def test_a_condition_is_compiled_as_django_would_ask(start: str) -> None:
    made = list(_people()) or [makers.person(name) for name in ("张三", "张_三", "%张", "\\张", "甲")]
    Person.objects.filter(pk=made[4].pk).update(name=f"{start}甲")
    first, last = made[1].pk, sys.maxsize
    for conditions in (
        {"name__startswith": start},
        {"name__startswith": start, "pk__range": (first, last)},
        {"pk__in": (first, first + 1, first + 3)},
        {"created_at__lte": clock.now(), "birth_date__gte": date(1900, 1, 1), "name": f"{start}甲"},
        {},
    ):
        asked = narrowed(_people, conditions)
        expected = list(_people().filter(**conditions))
        assert list(asked) == expected
        assert asked[0:2] == expected[:2]
        assert asked.count(3) == min(3, len(expected))
        assert list(asked.queryset) == expected


def test_conditions_on_the_same_paths_are_compiled_once() -> None:
    calls = []

    def base() -> QuerySet[Person]:
        calls.append(1)
        return _people()

    person = makers.person("彭志远")
    assert list(narrowed(base, {"name": "彭志远", "pk": person.pk})) == [person]
    assert list(narrowed(base, {"pk": 0, "name": "彭志远"})) == []
    assert len(calls) == 1
    assert list(narrowed(base, {"name": "彭志远"}, certain=True)) == [person]
    assert len(calls) == 2


def test_what_is_planned_for_any_value_is_no_pattern() -> None:
    with pytest.raises(TypeError):
        list(narrowed(_people, {"name__startswith": "张"}, certain=True))
    with pytest.raises(TypeError):
        list(narrowed(_people, {"name__contains": "张"}))
    with pytest.raises(TypeError):
        narrowed(_people, {"portrait__isnull": True})


def test_fetch_gives_what_a_list_gives() -> None:
    _registration()
    rows = Registration.objects.select_related("person").annotate(own=F("person__name")).order_by("id")
    assert [(row.pk, row.person.name, row.own) for row in fetch(rows)] == [
        (row.pk, row.person.name, row.own) for row in rows
    ]
    assert fetch(Registration.objects.filter(pk__in=())) == []
    with CaptureQueriesContext(connection) as captured:
        (row,) = fetch(Registration.objects.prefetch_related("specialties"))
        assert list(row.specialties.all())
    assert len(captured) == 2
