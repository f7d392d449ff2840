"""No page, file or header says a full number of a person without the reading being in the audit.

Everybody with every right walks through every view of their own side; what they are answered is searched, spreadsheets,
archives and the words of PDF files too.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import pypdfium2
import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from erjian.accounts.models import EnterpriseRight
from erjian.audit.models import Event
from erjian.registry.models import Person
from tests.permissions.roles import MIGHTY, OTHERS, Role, Side
from tests.permissions.table import TABLE
from tests.permissions.test_permissions import clients, world
from tests.permissions.world import World

__all__ = ["clients", "world"]
pytestmark = pytest.mark.django_db
WALKERS = tuple(
    role for role in (*OTHERS, *MIGHTY) if Side.OWN in role.sides and role.right in (None, EnterpriseRight.MANAGE)
)
EXAMPLES = {"authority:import_template"}
"""A blank form, whose example has a number of nobody that happens to be the makers' too."""
_NUMBER = re.compile(r"(?<![0-9])(?:[0-9]{17}[0-9Xx]|1[3-9][0-9]{9})(?![0-9])")


def words(content: bytes) -> Iterator[str]:
    """All that can be read in an answer."""
    if content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            for name in packed.namelist():
                yield name
                yield from words(packed.read(name))
    elif content.startswith(b"%PDF"):
        pages = pypdfium2.PdfDocument(content)
        yield "\n".join(page.get_textpage().get_text_range() for page in pages)
    else:
        yield content.decode("utf-8", "replace")


def shown(answer: Any) -> set[str]:
    """The full numbers in an answer or its headers."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    said = "\n".join([str(dict(answer.headers)), *words(content)])
    return {number.upper() for number in _NUMBER.findall(said)}


@pytest.mark.parametrize("role", WALKERS, ids=str)
def test_a_full_number_is_read_on_the_record(world: World, clients: dict[Role, Client], role: Role) -> None:
    known = {number for person in Person.objects.all() for number in (person.id_number, person.phone)}
    seen: list[str] = []
    unseen: list[str] = []
    for name, entry in TABLE.items():
        if entry.get is None or name in EXAMPLES:
            continue
        with transaction.atomic():
            arguments = {key: world.find(what, Side.OWN, world.users.get(role)) for key, what in entry.where.items()}
            before = Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
            answer = clients[role].get(reverse(name, kwargs=arguments), entry.query)
            read = Event.objects.filter(pk__gt=before, code="personal_data.read").exists()
            if shown(answer) & known:
                (seen if read else unseen).append(name)
            transaction.set_rollback(True)
    assert unseen == []
    assert seen, "whoever has work to do reads some number"
