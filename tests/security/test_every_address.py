"""Every address: by methods that nothing uses, without a token, and with what its answers tell the browser."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from erjian.accounts.models import EnterpriseRight, Function, UserKind
from erjian.config.security import CONTENT_SECURITY_POLICY
from tests.permissions.roles import ANONYMOUS, ROLES, Role, Side
from tests.permissions.table import TABLE
from tests.permissions.world import World

FILE_POLICY = "default-src 'none'; sandbox"
FILE_TYPES = {"image/jpeg", "image/png", "image/webp", "application/pdf"}
pytestmark = pytest.mark.django_db
INLINE = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>|<style\b|\sstyle=[\"']|\son[a-z]+=[\"']|javascript:", re.IGNORECASE)


def visitors() -> list[Role]:
    """Nobody, and one of each kind who may do the most."""
    return [
        role
        for role in ROLES
        if role is ANONYMOUS
        or role.name in ("person", "city officer", "province officer")
        or role.right == EnterpriseRight.MANAGE
        or (role.province and role.functions & {Function.SYSTEM, Function.SECURITY, Function.AUDIT})
    ]


def ask(world: World, client: Client, *, name: str, role: Role, method: str, side: Side = Side.OWN) -> Any:
    """Ask for an address; what it changes is rolled back."""
    entry = TABLE[name]
    with transaction.atomic():
        arguments = {key: world.find(what, side, world.users.get(role)) for key, what in entry.where.items()}
        answer = client.generic(method, reverse(name, kwargs=arguments), QUERY_STRING="")
        if answer.streaming:
            b"".join(answer.streaming_content)
        transaction.set_rollback(True)
    return answer


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS"])
def test_methods_that_nothing_uses_are_refused_everywhere(
    world: World, clients: dict[Role, Client], method: str
) -> None:
    """By everybody at every address, and without a query: before anybody looks at who asks, and for what."""
    addresses = {
        name: reverse(name, kwargs={key: world.find(what, Side.OWN, None) for key, what in entry.where.items()})
        for name, entry in TABLE.items()
    }
    with connection.execute_wrapper(no_query):
        wrong = [
            f"{name} {role.name}: {answer.status_code}"
            for name, address in addresses.items()
            for role, client in clients.items()
            if (answer := client.generic(method, address)).status_code != 405
        ]
    assert set(clients) == set(ROLES)
    assert wrong == []


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "BREW"])
def test_methods_that_nobody_knows_are_refused_before_all_else(method: str) -> None:
    with connection.execute_wrapper(no_query):
        assert Client().generic(method, "/sign-in/").status_code == 405


def no_query(_execute: Any, sql: str, *_: Any) -> None:
    raise AssertionError(sql)


def test_no_post_without_a_token(world: World) -> None:
    """A page of another site cannot make a signed-in browser do anything."""
    wrong, refused = [], 0
    for role in visitors():
        client = Client(enforce_csrf_checks=True, REMOTE_ADDR="192.0.2.1")
        if role is not ANONYMOUS:
            client.force_login(world.users[role])
        for name, entry in sorted(TABLE.items()):
            if entry.post is None:
                continue
            answer = ask(world, client, name=name, role=role, method="POST")
            refused += answer.status_code == 403
            if answer.status_code != 403:
                wrong.append(f"{name} {role.name}: {answer.status_code}")
    assert wrong == []
    assert refused > 100


def test_headers_and_nothing_inline_on_every_page(world: World, clients: dict[Role, Client]) -> None:
    wrong, pages, files = [], 0, 0
    for name, entry in sorted(TABLE.items()):
        if entry.get is None:
            continue
        for role in visitors():
            answer = ask(world, clients[role], name=name, role=role, method="GET")
            is_page = answer.get("Content-Type", "").startswith("text/html")
            # Stored files may not run anything, not even what our own pages may.
            is_file = answer.get("Content-Security-Policy") == FILE_POLICY
            missing = [
                header
                for header, value in {
                    "X-Content-Type-Options": "nosniff",
                    "Referrer-Policy": "same-origin",
                    "Cross-Origin-Opener-Policy": "same-origin",
                    "X-Frame-Options": "SAMEORIGIN",
                    "Content-Security-Policy": FILE_POLICY if is_file and not is_page else CONTENT_SECURITY_POLICY,
                }.items()
                if answer.get(header) != value
            ]
            if role is not ANONYMOUS and not {"no-store", "private", "no-cache"} & set(
                re.split(r"[\s,]+", answer.get("Cache-Control", ""))
            ):
                missing.append("Cache-Control")
            if is_file:
                files += 1
                if answer["Content-Type"] not in FILE_TYPES:
                    missing.append(answer["Content-Type"])
            if is_page and answer.status_code == 200:
                pages += 1
                missing += INLINE.findall(answer.content.decode())
            if missing:
                wrong.append(f"{name} {role.name}: {missing}")
    assert wrong == []
    assert pages > 100
    assert files > 10


def test_the_table_has_every_kind_of_visitor() -> None:
    kinds = {role.kind for role in visitors()}
    assert kinds == {None, *UserKind}
