"""Hostile files at every place that takes one, by somebody who may upload there: refused in words, and none is kept.

Where the file is one field of a form, the words stand at that field and everything else that was sent is still there.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from erjian.accounts.models import EnterpriseRight
from erjian.files.models import Blob
from erjian.messaging.models import SmsMessage
from erjian.policy import clock
from erjian.proceedings.models import Proceeding
from erjian.proceedings.states import State
from tests import makers
from tests.files import hostile
from tests.permissions.roles import ANONYMOUS, MIGHTY, OTHERS, Role, Side
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
WORKBOOKS: dict[str, tuple[str, bytes]] = {
    **FILES,
    "page of a spreadsheet's name": ("资格证书.xlsx", FILES["page"][1]),
    "page of a table's name": ("资格证书.csv", FILES["page"][1]),
    "archive of a spreadsheet's name": ("资格证书.xlsx", FILES["archive"][1]),
    "archive of something else": ("资格证书.xlsx", hostile.archive({"word/document.xml": b"<w/>"})),
    "spreadsheet that unpacks to far too much": (
        "资格证书.xlsx",
        hostile.archive({"xl/workbook.xml": b"<w/>"}, claims=2**31),
    ),
}
Ready = Callable[[Client, World], dict[str, Any]]


def _nothing(_client: Client, _world: World) -> dict[str, Any]:
    return {}


def _code() -> str:
    return re.findall(r"\d{6}", SmsMessage.objects.filter(template="code").latest("pk").text)[0]


def _signing_up(client: Client, _world: World) -> dict[str, Any]:
    client.post("/register/", {"phone": "13907310055"})
    client.post("/register/code/", {"code": _code()})
    return {"key": str(uuid.uuid4())}


def _objecting(client: Client, world: World) -> dict[str, Any]:
    client.post(address("public:object", world, ANONYMOUS), {"do": "code", "phone": "13907310055"})
    return {"code": _code()}


def _at_the_card(client: Client, world: World) -> dict[str, Any]:
    own = makers.verification(world.halves[Side.OWN].person, step="card", expires_at=clock.now().replace(year=2099))
    session = client.session
    session["verification"] = {"uuid": str(own.uuid), "proven": True, "at": int(clock.now().timestamp())}
    session.save()
    return {}


def _alone(_client: Client, _world: World) -> dict[str, Any]:
    Proceeding.objects.update(state=State.CLOSED)
    return {}


@dataclass(frozen=True)
class Door:
    """Who uploads there, the field, what else is sent, and what comes before; `form` where the field is one of a form's."""

    role: Role
    name: str = "file"
    sent: dict[str, str] = field(default_factory=dict)
    ready: Ready = _nothing
    where: dict[str, str] = field(default_factory=dict)
    files: dict[str, tuple[str, bytes]] = field(default_factory=lambda: FILES)

    @property
    def form(self) -> bool:
        return bool(self.sent)


_OBJECTION = {"name": "欧阳明", "id_number": makers.id_number(), "phone": "13907310055", "text": "此人受聘于另一单位。"}
_ENTERPRISE = {
    "credit_code": makers.credit_code(4242), "name": "湖南新立建设工程有限公司", "origin": "inside", "city": "430100",
    "county": "430104", "contact_name": "谭雨欣",
}  # fmt: skip
_ACT = {"seen": "2", "text": "事实不符，理由见附件。"}
_ALONE = {"ground": "contract_ended", "facts": "劳动合同已经终止，对方一直不同意注销。"}
# The addresses are those of the table of permissions.
DOORS: dict[str, Door] = {
    "enterprise:attach": Door(CLERK),
    "enterprise:profile-attachments": Door(CLERK),
    "enterprise:question-new": Door(CLERK, "attachment", {"title": "怎样补正", "text": "补正通知书在哪里下载？"}),
    "person:attach": Door(PERSON),
    "person:portrait-upload": Door(PERSON),
    "person:signature-upload": Door(PERSON),
    "person:identity-picture-upload": Door(PERSON),
    "person:verify-card-side": Door(PERSON, ready=_at_the_card, where={"side": "front"}),
    "person:verify-card-side back": Door(PERSON, ready=_at_the_card, where={"side": "back"}),
    "authority:notice_new": Door(
        PROVINCE, "attachment", {"kind": "notice", "title": "通知", "body": "自即日起启用。", "author": "省厅"}
    ),
    "authority:import_new": Door(PROVINCE, "file", {"kind": "qualifications"}, files=WORKBOOKS),
    "authority:proceeding-new": Door(
        PROVINCE, "files", {"choice": "revoke:quality", "facts": "发生重大质量事故，经查属实。"}
    ),
    "enterprise:proceeding-act": Door(CLERK, "files", _ACT),
    "person:proceeding-act": Door(PERSON, "files", _ACT),
    "enterprise:compel": Door(CLERK, "files", _ALONE, ready=_alone),
    "person:compel": Door(PERSON, "files", _ALONE, ready=_alone),
    "public:verify-upload": Door(PERSON),
    "public:register-new": Door(ANONYMOUS, "licence", _ENTERPRISE, ready=_signing_up),
    "public:object": Door(ANONYMOUS, "evidence", {**_OBJECTION, "do": "submit"}, ready=_objecting),
}


def address(name: str, world: World, role: Role, **more: str) -> str:
    name = name.partition(" ")[0]
    user = world.users.get(role)
    return reverse(
        name, kwargs={key: world.find(what, Side.OWN, user) for key, what in TABLE[name].where.items()} | more
    )


@pytest.mark.parametrize("name", sorted(DOORS))
def test_a_hostile_file(world: World, clients: dict[Role, Client], name: str) -> None:
    door = DOORS[name]
    client = clients[door.role]
    wrong: dict[str, Any] = {}
    for kind, (filename, content) in door.files.items():
        with transaction.atomic():
            more = {**door.sent, **door.ready(client, world)}
            before = Blob.objects.count()
            sent = {**more, door.name: hostile.upload(content, filename, "image/jpeg")}
            answer = client.post(address(name, world, door.role, **door.where), sent)
            page = unescape(answer.content.decode())
            said = re.findall(r"[一-鿿]{4}", page)
            # A file that is to be verified is judged, and never kept.
            judged = name == "public:verify-upload" and answer.status_code == 200
            fine = (judged or answer.status_code in (413, 415, 422)) and said and Blob.objects.count() == before
            lost = [value for value in more.values() if door.form and value != "submit" and value not in page]
            placed = not door.form or f'id="id_{door.name}_error"' in page
            if not (fine and placed) or lost:
                wrong[kind] = (answer.status_code, Blob.objects.count() - before, placed, lost, page[-300:])
            transaction.set_rollback(True)
    assert wrong == {}
