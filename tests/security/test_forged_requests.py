"""Random fields at every address that takes a post, by everybody: never a fault, and nothing of the others changes."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from erjian.accounts.models import ADMINISTRATORS, EnterpriseRight, Grant, User
from erjian.applications.models import Application
from erjian.registry.models import Enterprise, Person, Registration
from tests.permissions.roles import ROLES, Role, Side
from tests.permissions.table import TABLE
from tests.permissions.world import World

pytestmark = pytest.mark.django_db
FORGERS = [
    role
    for role in ROLES
    if role.kind is None
    or role.name in ("person", "city officer", "province officer")
    or role.right == EnterpriseRight.MANAGE
    or role.functions <= set(ADMINISTRATORS)
]
NAMES = [
    "active",
    "action",
    "agree",
    "amount",
    "answer",
    "authority",
    "authority_code",
    "begins",
    "birth_date",
    "captcha",
    "captcha_token",
    "code",
    "confirm",
    "credential",
    "credit_code",
    "decision",
    "do",
    "draft",
    "ends",
    "enterprise",
    "enterprise_id",
    "file",
    "functions",
    "id",
    "id_number",
    "is_active",
    "items",
    "kept",
    "kind",
    "name",
    "new_password",
    "next",
    "note",
    "number",
    "old_password",
    "opinion",
    "other",
    "password",
    "person",
    "person_id",
    "phone",
    "picked",
    "pk",
    "public_title",
    "purpose",
    "question",
    "reason",
    "right",
    "seen",
    "side",
    "signature",
    "specialties",
    "state",
    "taker",
    "text",
    "title",
    "user",
    "username",
    "version",
]
VALUES = st.one_of(
    st.sampled_from(
        [
            "",
            "0",
            "1",
            "-1",
            "on",
            "true",
            "null",
            "[]",
            "{}",
            "2026-13-45",
            "0001-01-01",
            "9999-12-31",
            "security",
            "system",
            "430000",
            "430200",
            "../../etc/passwd",
            "<script>",
            "=1+1",
            "' OR 1=1 --",
            "NaN",
            "\x00",
            "999999999999999999999999999999",
        ]
    ),
    st.text(max_size=40),
    st.integers(-(2**70), 2**70).map(str),
    st.dates().map(str),
)
FIELDS = st.dictionaries(st.sampled_from(NAMES), st.lists(VALUES, min_size=1, max_size=3), max_size=8)


def of_the_foreign_side(world: World) -> Any:
    """What belongs to the other enterprise, its people and its city."""
    half = world.halves[Side.FOREIGN]
    users = [half.operator.pk, half.person_user.pk, half.acceptor.pk]
    return (
        list(Person.objects.filter(pk=half.person.pk).values()),
        list(Enterprise.objects.filter(pk=half.enterprise.pk).values()),
        list(Registration.objects.filter(enterprise=half.enterprise).order_by("pk").values()),
        list(
            Application.objects.filter(enterprise=half.enterprise)
            .order_by("pk")
            .values("pk", "state", "version", "draft")
        ),
        list(User.objects.filter(pk__in=users).order_by("pk").values()),
        list(Grant.objects.filter(user__in=users).order_by("pk").values()),
    )


def clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


@pytest.mark.parametrize("name", sorted(name for name, entry in TABLE.items() if entry.post is not None))
@settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None)
@given(data=st.data())
def test_a_forged_post(world: World, clients: dict[Role, Client], name: str, data: st.DataObject) -> None:
    role = data.draw(st.sampled_from(FORGERS), label="role")
    side = data.draw(st.sampled_from(list(Side)), label="side")
    fields = {key: [clean(each) for each in values] for key, values in data.draw(FIELDS, label="fields").items()}
    entry, client = TABLE[name], clients[role]
    cookies = client.cookies.copy()
    with transaction.atomic():
        arguments = {key: world.find(what, side, world.users.get(role)) for key, what in entry.where.items()}
        before = of_the_foreign_side(world)
        answer = client.post(reverse(name, kwargs=arguments), fields)
        if answer.streaming:
            b"".join(answer.streaming_content)
        assert answer.status_code < 500
        if Side.FOREIGN not in role.sides:
            assert of_the_foreign_side(world) == before, "what is not theirs stays as it was"
        transaction.set_rollback(True)
    client.cookies = cookies
