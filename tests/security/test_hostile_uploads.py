"""Hostile files at every place that takes one, by somebody who may upload there: refused in words, and none is kept."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from erjian.accounts.models import EnterpriseRight
from erjian.files.models import Blob
from tests.files import hostile
from tests.permissions.roles import MIGHTY, OTHERS, Role, Side
from tests.permissions.table import TABLE
from tests.permissions.world import World

pytestmark = pytest.mark.django_db
FILES: dict[str, tuple[str, bytes]] = {
    "page": ("合同.jpg", b"<!doctype html><html><script>alert(1)</script></html>"),
    "drawing with a script": ("照片.png", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
    "archive": ("材料.pdf", b"PK\x03\x04" + bytes(200)),
    "program": ("材料.jpg", b"MZ" + bytes(500)),
    "nothing": ("空.jpg", b""),
    "picture of many pixels": ("照片.png", hostile.png_bomb(12_000)),
    "half a picture": ("照片.jpg", hostile.jpeg()[:900]),
    "protected paper": ("材料.pdf", hostile.encrypted_pdf(user="secret")),
    **{name: ("材料.pdf", content) for name, content in list(hostile.active_pdfs().items())[:3]},
}
PERSON, CLERK, PROVINCE = (
    next(role for role in (*OTHERS, *MIGHTY) if Side.OWN in role.sides and condition(role))
    for condition in (
        lambda role: role.name == "person",
        lambda role: role.right == EnterpriseRight.MANAGE,
        lambda role: role.name == "province officer",
    )
)
# The view, who uploads there, the field, what else is sent; the addresses are those of the table of permissions.
DOORS: dict[str, tuple[Role, str, dict[str, str]]] = {
    "enterprise:attach": (CLERK, "file", {}),
    "enterprise:profile-attachments": (CLERK, "file", {}),
    "enterprise:question-new": (CLERK, "attachment", {"title": "怎样补正", "text": "补正通知书在哪里下载？"}),
    "person:attach": (PERSON, "file", {}),
    "person:portrait-upload": (PERSON, "file", {}),
    "person:signature-upload": (PERSON, "file", {}),
    "person:identity-picture-upload": (PERSON, "file", {}),
    "authority:notice_new": (
        PROVINCE, "attachment", {"kind": "notice", "title": "通知", "body": "自即日起启用。", "author": "省厅"}
    ),
    "public:verify-upload": (PERSON, "file", {}),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(DOORS))
def test_a_hostile_file(world: World, clients: dict[Role, Client], name: str) -> None:
    role, field, more = DOORS[name]
    kept: dict[str, Any] = {}
    for kind, (filename, content) in FILES.items():
        with transaction.atomic():
            where = {key: world.find(what, Side.OWN, world.users[role]) for key, what in TABLE[name].where.items()}
            before = Blob.objects.count()
            sent = {**more, field: hostile.upload(content, filename, "image/jpeg")}
            answer = clients[role].post(reverse(name, kwargs=where), sent)
            said = re.findall(r"[一-鿿]{4}", answer.content.decode())
            # A file that is to be verified is judged, and never kept.
            judged = name == "public:verify-upload" and answer.status_code == 200
            if not (judged or answer.status_code in (413, 415, 422)) or not said or Blob.objects.count() != before:
                kept[kind] = (answer.status_code, Blob.objects.count() - before, answer.content.decode()[-300:])
            transaction.set_rollback(True)
    assert kept == {}
