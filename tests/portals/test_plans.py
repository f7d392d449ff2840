"""What a province of a million people makes dear is read from an index: the plans of the searched lists."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from erjian.accounts.models import Function
from erjian.policy import clock
from erjian.registry import changes
from tests import makers
from tests.portals.authority.scenes import PROVINCE, Scene, signed_in

pytestmark = pytest.mark.django_db


MORE = 31
"""Rows that don't fit on one page, so that they are counted."""
_AS_LARGE = """
    UPDATE pg_class SET relpages = 20000, reltuples = 1000000, relallvisible = 20000
    WHERE relname IN (
        'registry_person', 'registry_presence', 'registry_registration', 'applications_application', 'accounts_user'
    )
"""
"""What the planner knows of the tables in a vacuumed province of a million, whatever earlier tests left in theirs."""


def plans(function: Function, address: str, *parts: str) -> list[str]:
    """How PostgreSQL answers the page's queries that contain all `parts`, when it reads no table as a whole.

    Whatever fits on the first page is not counted; an address that asks for the second has its rows counted.
    """
    client = signed_in(makers.officer(PROVINCE, function))
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    found = []
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off")
        cursor.execute(_AS_LARGE)
        for each in asked:
            if all(part in each["sql"] for part in parts):
                # A compiled query is planned without knowing its values.
                cursor.execute(f"EXPLAIN {'(GENERIC_PLAN)' if '$1' in each['sql'] else ''} {each['sql']}")
                found.append("\n".join(row for (row,) in cursor.fetchall()))
    return found


def test_a_name_s_beginning_is_counted_in_indexes(scene: Scene) -> None:
    """Count 注册 and 申报 of everybody called 彭…: nobody's row is read to learn how many there are."""
    (count,) = plans(
        Function.REGISTER, "/authority/register/registrations/?name=彭&page=2", "COUNT(*)", '"registry_person"."name"'
    )
    assert "Index Only Scan using person_by_name on registry_person" in count
    (count,) = plans(
        Function.FINAL_REVIEW, "/authority/cases/?name=彭&page=2", "COUNT(*)", '"registry_presence"."name"'
    )
    assert "Index Only Scan using presence_of_cases on registry_presence" in count
    assert "Index Only Scan using case_reported_by_person" in count


def test_the_page_of_a_name_is_read_in_the_order_of_its_index(scene: Scene) -> None:
    """Not looked for among the newest of everybody, nor sorted out of all who bear it."""
    for function, address, table, index in (
        (Function.REGISTER, "/authority/register/registrations/?name=彭", "registry_person", "person_by_name"),
        (Function.FINAL_REVIEW, "/authority/cases/?name=彭", "registry_presence", "presence_of_cases"),
    ):
        (found,) = plans(function, address, f'"{table}"."name"', "ORDER BY")
        assert f"using {index} on {table}" in found, address
        assert f"Presorted Key: {table}.name" in found, address


def test_a_name_is_looked_for_among_the_few_cases_about_enterprises(scene: Scene) -> None:
    """Not among all the cases of every enterprise whose name begins so."""
    (found,) = plans(Function.FINAL_REVIEW, "/authority/cases/?name=湖", '"registry_enterprise"."name" BETWEEN')
    assert "using case_about_enterprise on applications_application" in found


def test_officers_are_read_in_their_order(scene: Scene) -> None:
    """A million people's accounts are not searched for a hundred officers."""
    count, rows = plans(
        Function.SYSTEM, "/authority/administration/officers/?page=2", 'FROM "accounts_user" WHERE', "'officer'"
    )
    assert "using user_officers" in count
    assert "using user_officers" in rows


@pytest.fixture
def scene() -> Scene:
    """A few registered people with reported cases."""
    scene = Scene()
    for name in ("彭志远", "彭志强", "周婉如"):
        case = scene.reported(name)
        changes.register(
            person_id=case.person_id, enterprise_id=scene.enterprise.pk, registration_class="constructor",
            specialties=("building",), on=clock.today(), case_number=case.number, form={}, actor=scene.decider.actor,
        )  # fmt: skip
    return scene
