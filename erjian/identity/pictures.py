"""The four pictures of the form (manual 2.3): 身份证正照, 身份证反照, 手持身份证照, 个人承诺书.

Both sides of the card come from the verification; only somebody who was verified at the counter uploads them here.
The person with the card in hand and the signed pledge are always uploaded.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from erjian import documents, files, policy
from erjian.audit import Actor
from erjian.files import Blob
from erjian.identity.errors import IdentityRefused
from erjian.identity.models import Verification
from erjian.policy import clock
from erjian.registry import personal
from erjian.registry.models import Person
from erjian.registry.verification import set_verified

LABELS = {"id_front": "身份证正照", "id_back": "身份证反照", "id_held": "手持身份证照", "pledge": "个人承诺书"}
_OF_CARD = {"id_front": "front", "id_back": "back"}
_HINTS = {
    "id_front": "人像面，四角完整",
    "id_back": "国徽面，四角完整",
    "id_held": "本人手持身份证人像面，脸和证件都清楚",
    "pledge": "打印承诺书，签名后拍照或扫描",
}


@dataclass(frozen=True, kw_only=True)
class Place:
    """One picture as the form shows it."""

    name: str
    label: str
    hint: str
    of_card: bool
    held: bool
    fixed: bool


def held(person: Person, waiting: Verification | None, name: str) -> Blob | None:
    """The picture as it will stand: from the verification that waits, else from the register."""
    if waiting is not None and name in _OF_CARD:
        brought: Blob | None = getattr(waiting, _OF_CARD[name])
        if brought is not None:
            return brought
    found: Blob | None = getattr(person, name)
    return found


def places(person: Person, waiting: Verification | None) -> tuple[Place, ...]:
    """The four, in the manual's order."""
    return tuple(
        Place(
            name=name,
            label=label,
            hint=_HINTS[name],
            of_card=name in _OF_CARD,
            held=(there := held(person, waiting, name) is not None),
            fixed=there and name in _OF_CARD,
        )
        for name, label in LABELS.items()
    )


def missing(person: Person, waiting: Verification | None) -> list[tuple[str, str]]:
    """(name, label) of the pictures that are not there yet."""
    return [(name, label) for name, label in LABELS.items() if held(person, waiting, name) is None]


def take(*, person: Person, waiting: Verification | None, name: str, upload: UploadedFile, actor: Actor) -> None:
    """Store one picture. Raises files.FileRefused; IdentityRefused for a side that a verification has brought."""
    if name not in LABELS:
        raise IdentityRefused("没有这一项图片。请刷新页面后再上传。", code="unknown", status=404)
    if name in _OF_CARD and held(person, waiting, name) is not None:
        raise IdentityRefused("身份证照片取自实名认证，重新认证后才能更换。", code="verified", status=409)
    with transaction.atomic():
        blob = files.accept(upload, limits=personal.limits("image"), actor=actor)
        set_verified(person_id=person.pk, values={name: blob}, actor=actor)


def pledge(person: Person) -> bytes:
    """The pledge to sign (PDF); it carries no full number."""
    province = policy.current().province
    today = clock.today().isoformat()
    paragraphs = [
        f"本人{person.name}（身份证号码 {person.id_number_mask}），已取得二级建造师资格证书，现就个人实名认证郑重承诺：",
        "一、所填写的个人信息和上传的证件、照片真实、完整，均为本人所有，由本人提交。",
        "二、妥善保管登录口令和短信验证码，不交给他人使用；以本人账户办理的申报、确认和签名，均为本人真实意思。",
        "三、只受聘于一个单位并在该单位执业，不出租、出借或以其他形式转让注册证书。",
        "四、提供虚假材料的，愿意承担《中华人民共和国行政许可法》规定的法律责任。",
        "承诺人（签名）：　　　　　　　　日期：　　　年　　月　　日",
    ]
    return documents.render(
        "notices",
        {
            "kind": "generic",
            "title": "个人承诺书",
            "organ": province.department,
            "doc_no": "",
            "to": province.department,
            "received_from": "",
            "person": person.name,
            "procedure": "",
            "case_no": "",
            "received": today,
            "date": today,
            "platform": province.platform_title,
            "phone": province.support_phone,
            "service": province.platform_title,
            "review_body": province.review_body,
            "court": province.court,
            "qr": documents.qr(f"{settings.ERJIAN_ORIGIN}/m/verify/"),
            "qr_opens": "扫码打开实名认证",
            "sealed": False,
            "headed": False,
            "paragraphs": paragraphs,
        },
        timestamp=clock.now(),
    )
