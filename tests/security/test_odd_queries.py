"""Every address, asked with a query that nobody types: an answer in a sentence, never a fault of ours."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from tests.permissions.roles import Role
from tests.permissions.table import TABLE
from tests.permissions.world import World
from tests.security.test_every_address import visitors

pytestmark = pytest.mark.django_db
ALWAYS = [
    "after",
    "as",
    "before",
    "columns",
    "full",
    "holder",
    "key",
    "kind",
    "next",
    "page",
    "q",
    "side",
    "sort",
    "state",
    "t",
    "told",
    "version",
    "view",
    "with",
]
"""What addresses read beside the fields that their pages show."""
ODD = {
    "nul": "a%00b",
    "no UTF-8": "%ff%fe",
    "half a character": "%ed%a0%80",
    "negative": "-1",
    "decimal": "1.5",
    "huge": "9" * 40,
    "first day": "0001-01-01",
    "last day": "9999-12-31",
    "no day": "2026-02-30",
    "long": "%E4%BD%A0" * 10_000,
    "rare": "%F0%A0%AE%B7%C2%B7%E2%80%8B%E2%80%AE",
    "full width": "%EF%BC%91%EF%BC%92",
    "superscript": "%C2%B2",
    "markup": "%27%22%3C%26%25_%5C*",
}
ALONE = ("nul", "huge", "first day", "last day")
"""What a form's first refusal would hide when all fields hold it: asked in one field at a time."""


def queries(page: str) -> list[str]:
    """Each value in all fields, some in one field at a time; lists."""
    shown = set(re.findall(r'<(?:input|select|textarea)[^>]* name="([a-z_]+)"', page)) - {"csrfmiddlewaretoken"}
    names = sorted(shown.union(ALWAYS))
    single = [f"{name}={ODD[key]}" for name in sorted(shown | {"page"}) for key in ALONE]
    together = ["&".join(f"{name}={text}" for name in names) for key, text in ODD.items() if key != "long"]
    lists = "&".join(f"{name}[]=1&{name}=1&{name}=2" for name in names)
    return [*single, *together, lists, f"name={ODD['long']}&number={ODD['long']}&q={ODD['long']}&page={ODD['long']}"]


def answered(client: Client, address: str, query: str) -> Any:
    with transaction.atomic():
        answer = client.generic("GET", address, QUERY_STRING=query)
        if answer.streaming:
            b"".join(answer.streaming_content)
        transaction.set_rollback(True)
    return answer


@pytest.mark.parametrize("role", visitors(), ids=str)
def test_a_query_that_nobody_types_breaks_no_page(world: World, clients: dict[Role, Client], role: Role) -> None:
    """At every address without an object: the lists, searches, exports and forms that this visitor reaches."""
    client = clients[role]
    cookies, raising = client.cookies.copy(), client.raise_request_exception
    client.raise_request_exception = False
    wrong, pages = [], 0
    try:
        for name in sorted(name for name, entry in TABLE.items() if entry.get and not entry.where):
            address = reverse(name)
            page = answered(client, address, "")
            if page.status_code != 200 or not page["Content-Type"].startswith("text/html"):
                asked = queries("")[-2:] if page.status_code == 200 else []
            else:
                asked, pages = queries(page.content.decode()), pages + 1
            for query in asked:
                client.cookies = cookies.copy()
                if (status := answered(client, address, query).status_code) >= 500:
                    wrong.append(f"{address}?{query[:100]} {status}")
    finally:
        client.cookies, client.raise_request_exception = cookies, raising
    assert pages > 10
    assert wrong == []
