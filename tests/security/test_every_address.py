"""Every address by methods that nothing uses."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from erjian.accounts.models import EnterpriseRight, Function, UserKind
from tests.permissions.roles import ANONYMOUS, ROLES, Role, Side
from tests.permissions.table import TABLE
from tests.permissions.world import World

pytestmark = pytest.mark.django_db


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


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])
def test_methods_that_nothing_uses_are_refused_everywhere(
    world: World, clients: dict[Role, Client], method: str
) -> None:
    wrong = [
        f"{name} {role.name}: {answer.status_code}"
        for name in sorted(TABLE)
        for role in visitors()[::3]
        if (answer := ask(world, clients[role], name=name, role=role, method=method)).status_code != 405
    ]
    assert wrong == []


def test_the_table_has_every_kind_of_visitor() -> None:
    kinds = {role.kind for role in visitors()}
    assert kinds == {None, *UserKind}
