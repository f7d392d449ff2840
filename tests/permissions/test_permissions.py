"""Every address × method × role × own or foreign object meets what the table says; a view without an entry fails.

The methods here are those that pages use, with HEAD decided as GET; every other one is refused before anybody is
looked up (`tests/security/test_every_address.py`).
Each request runs in a savepoint that is rolled back, so the world is made once and stays as it was.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.test.utils import override_settings
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from erjian.policy import clock
from tests.permissions.access import Outcome
from tests.permissions.roles import ANONYMOUS, ROLES, Role, Side
from tests.permissions.table import TABLE
from tests.permissions.world import World

# Inside the world's transaction, each test in a savepoint of its own.
pytestmark = pytest.mark.django_db


def views() -> dict[str, set[str]]:
    """Every named address of the site with the arguments it takes."""
    found: dict[str, set[str]] = {}

    def walk(patterns: list[Any], namespace: str, arguments: set[str]) -> None:
        for item in patterns:
            taken = arguments | set(item.pattern.converters)
            if isinstance(item, URLResolver):
                inside = f"{namespace}{item.namespace}:" if item.namespace else namespace
                walk(item.url_patterns, inside, taken)
            else:
                assert isinstance(item, URLPattern)
                assert item.name, f"the address {item.pattern} has no name"
                found[f"{namespace}{item.name}"] = taken

    walk(get_resolver().url_patterns, "", set())
    return found


VIEWS = views()


def test_every_view_has_an_entry_and_every_entry_a_view() -> None:
    assert sorted(VIEWS.keys() - TABLE.keys()) == [], "views without an entry in tests/permissions/table"
    assert sorted(TABLE.keys() - VIEWS.keys()) == [], "entries without a view"


def test_every_entry_says_what_its_address_names() -> None:
    assert {name: set(entry.where) for name, entry in TABLE.items()} == VIEWS


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with (
        django_db_blocker.unblock(),
        override_settings(MESSAGE_STORAGE="django.contrib.messages.storage.cookie.CookieStorage"),
        transaction.atomic(),
    ):
        yield World()
        transaction.set_rollback(True)
    connection.close()


@pytest.fixture(scope="module")
def clients(world: World) -> dict[Role, Client]:
    made = {}
    for role in ROLES:
        made[role] = Client(REMOTE_ADDR="192.0.2.1")
        if role is not ANONYMOUS:
            made[role].force_login(world.users[role])
    return made


@pytest.fixture(autouse=True)
def _confirmed(clients: dict[Role, Client], signed_in_at: float) -> None:
    """On a slow machine nobody has to confirm anew who they are, as whoever signed in a quarter of an hour ago has."""
    if time.monotonic() - signed_in_at < 300:
        return
    for role, client in clients.items():
        if role is not ANONYMOUS:
            session = client.session
            session["confirmed_at"] = int(clock.now().timestamp())
            session.save()


@pytest.fixture(scope="module")
def signed_in_at(clients: dict[Role, Client]) -> float:
    return time.monotonic()


def outcome(response: Any) -> Outcome | int:
    """What the visitor met, in the table's words; a plain number for what no table expects."""
    sign_ins = (settings.LOGIN_URL + "?", "/person/sign-in/?")
    leads_to_sign_in = response.status_code in (301, 302, 303) and response.headers["Location"].startswith(sign_ins)
    if leads_to_sign_in or response.status_code == 401:
        return Outcome.SIGN_IN
    match response.status_code:
        case 403:
            return Outcome.FORBIDDEN
        case 404:
            return Outcome.MISSING
        case 405:
            return Outcome.METHOD
        case 200 | 204 | 302 | 303 | 304 | 400 | 409 | 413 | 422 | 429:
            return Outcome.OPEN
        case other:
            return int(other)


def knock(world: World, client: Client, *, name: str, method: str, role: Role, side: Side) -> Outcome | int:
    """Ask for the address of a view with an object of one side; nothing that this changes stays."""
    entry = TABLE[name]
    user = world.users.get(role)
    cookies = SimpleCookie(client.cookies.output(header="", sep=";"))
    with transaction.atomic():
        arguments = {key: world.find(what, side, user) for key, what in entry.where.items()}
        address = reverse(name, kwargs=arguments)
        response = getattr(client, method.lower())(address, entry.data if method == "POST" else entry.query)
        if response.streaming:
            b"".join(response.streaming_content)
        transaction.set_rollback(True)
    client.cookies = cookies  # as before signing out, say
    return outcome(response)


@pytest.mark.parametrize("name", sorted(TABLE))
def test_a_view_opens_to_whom_the_table_says(world: World, clients: dict[Role, Client], name: str) -> None:
    entry = TABLE[name]
    wrong: dict[str, list[str]] = {}
    for method in ("GET", "HEAD", "POST"):
        for side in Side if entry.where else (Side.OWN,):
            for role in entry.roles:
                expected = entry.expected(method, role, side)
                met = knock(world, clients[role], name=name, method=method, role=role, side=side)
                if met not in expected:
                    wanted = " or ".join(sorted(each.value for each in expected))
                    got = met.value if isinstance(met, Outcome) else met
                    wrong.setdefault(f"{method} {side.value}: expected {wanted}, met {got}", []).append(role.name)
    said = "\n".join(f"{what}: {', '.join(roles)}" for what, roles in wrong.items())
    if wrong:
        pytest.fail(f"{name}\n{said}", pytrace=False)
