"""An enterprise with an operator who is signed in, and a person who can be filed for."""

from __future__ import annotations

import pytest
from django.test import Client

from erjian.accounts.models import EnterpriseRight, User
from erjian.applications.models import Application
from erjian.registry.models import Enterprise, Person
from tests import makers


@pytest.fixture
def employer(db: None) -> Enterprise:
    return makers.enterprise()


@pytest.fixture
def operator(employer: Enterprise) -> User:
    return makers.operator(employer)


@pytest.fixture
def browser(operator: User) -> Client:
    """A signed-in operator's browser."""
    return signed_in(operator)


@pytest.fixture
def stranger(db: None) -> Client:
    """The browser of another enterprise's operator."""
    return signed_in(makers.operator(makers.enterprise("湘潭另一家建设有限公司", city="430300")))


@pytest.fixture
def onlooker(employer: Enterprise) -> Client:
    """The browser of an operator who may only look."""
    return signed_in(makers.operator(employer, right=EnterpriseRight.VIEW))


@pytest.fixture
def holder(db: None) -> Person:
    person = makers.person()
    makers.qualification(person)
    return person


@pytest.fixture
def draft(holder: Person, operator: User) -> Application:
    """A draft with everything that 上报 needs."""
    return makers.draft(holder, operator)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client
