"""A person with one case that waits for their consent, signed in."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from erjian.applications import actions
from erjian.applications.models import Application
from tests import makers


def waiting(of: Any, operator: Any) -> Application:
    """A reported case of a person."""
    case = makers.draft(of, operator)
    return actions.report(application=case, by=operator, seen=case.version)


@pytest.fixture
def operator() -> Any:
    return makers.operator(makers.enterprise())


@pytest.fixture
def holder() -> Any:
    made = makers.person()
    makers.qualification(made)
    return made


@pytest.fixture
def mine(holder: Any, operator: Any, client: Client) -> SimpleNamespace:
    """The signed-in person, their client and their case."""
    case = waiting(holder, operator)
    user = makers.person_user(holder)
    client.force_login(user)
    return SimpleNamespace(
        client=client, user=user, person=holder, operator=operator, case=case, url=f"/person/cases/{case.uuid}/"
    )
