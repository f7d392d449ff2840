"""What runs by itself over a province of a million, or is looked for in few rows of many, is read from an index."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from erjian.accounts.models import Function
from erjian.applications import clocks, reminding
from erjian.files.models import Blob
from erjian.registry.models import Person
from tests import makers
from tests.portals.authority.scenes import Scene
from tests.portals.test_plans import plans
from tests.procedures import scenes

pytestmark = pytest.mark.django_db
PICTURES = ("portrait", "signature", "id_front", "id_back", "id_held", "pledge")
_LARGE = (
    "registry_person",
    "registry_registration",
    "registry_registrationspecialty",
    "applications_clock",
    "applications_application",
)


def plan(act: Callable[[], Any], table: str) -> list[str]:
    """How PostgreSQL answers the queries of `act` that read a table, when it reads none as a whole."""
    with CaptureQueriesContext(connection) as asked:
        act()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        cursor.execute(
            "UPDATE pg_class SET relpages = 20000, reltuples = 1000000, relallvisible = 20000 WHERE relname = ANY(%s)",
            [list(_LARGE)],
        )
        found = []
        for each in asked:
            if f'FROM "{table}"' in each["sql"]:
                cursor.execute(f"EXPLAIN {each['sql']}")
                found.append("\n".join(row for (row,) in cursor.fetchall()))
    return found


def test_limits_that_run_are_counted_again_without_those_that_ended() -> None:
    Scene().accepted()
    (found,) = plan(clocks.miscounted, "applications_clock")
    assert "using clock_running on applications_clock" in found
    assert "Seq Scan" not in found


def test_whom_to_remind_is_found_by_what_ends_soon() -> None:
    scenes.Scene("renewal")
    (found,) = plan(lambda: list(reminding.to_remind()), "registry_registration")
    assert "using specialty_by_end on registry_registrationspecialty" in found
    assert "using registration_live_expiry on registry_registration" in found
    assert "Seq Scan on registry_registration" not in found


@pytest.mark.parametrize("picture", PICTURES)
def test_who_has_a_picture_is_found_among_the_few_who_have_one(picture: str) -> None:
    """Few people have any: the index of each picture holds those alone, and answers whether a file is still used."""
    makers.person()
    assert _condition(f"person_{picture}") == f"({picture}_id IS NOT NULL)"
    (found,) = plan(
        lambda: list(Person.objects.filter(**{f"{picture}_id__in": [1, 2]}).values("pk")), "registry_person"
    )
    assert f"person_{picture}" in found
    assert "Seq Scan" not in found


def test_no_index_is_kept_of_what_nobody_looks_for() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname FROM pg_indexes WHERE tablename = 'registry_person'")
        kept = {name for (name,) in cursor.fetchall()}
    assert not {name for name in kept if "emergency" in name}
    assert len([name for name in kept if any(picture in name for picture in PICTURES)]) == len(PICTURES)


def test_a_file_that_somebody_shows_is_still_not_deleted() -> None:
    person = makers.person()
    Person.objects.filter(pk=person.pk).update(pledge=makers.blob())
    blob = Person.objects.get(pk=person.pk).pledge
    assert blob is not None
    with pytest.raises(Exception, match="protected foreign keys"):
        Blob.objects.get(pk=blob.pk).delete()


def test_failed_jobs_are_counted_among_themselves() -> None:
    (found,) = plans(Function.SYSTEM, "/authority/", "procrastinate_jobs", "'failed'")
    assert "using job_failed on procrastinate_jobs" in found


def _condition(index: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [index])
        (definition,) = cursor.fetchone()
    return str(definition).partition(" WHERE ")[2]
