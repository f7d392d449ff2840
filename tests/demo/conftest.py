"""One small province, loaded once for the tests that only read it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction

from erjian import demo

PEOPLE = 700


@pytest.fixture(scope="package")
def province(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """The province with fewer people; gone after the package's tests."""
    with django_db_blocker.unblock(), transaction.atomic():
        demo.load(people=PEOPLE)
        yield
        transaction.set_rollback(True)
