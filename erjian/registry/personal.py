"""What people themselves keep up to date: signature, portrait and how to reach them.

Everything else the register says of a person is changed by procedures only. Every change here leaves a row in the
register's history and in the audit; numbers appear there masked, pictures by their digest.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from PIL import Image

from erjian import audit, documents, files, messaging
from erjian.audit import Actor, codes
from erjian.files import Blob, FileRefused, Limits
from erjian.messaging import templates
from erjian.registry import changes
from erjian.registry.models import ChangeKind, Person, Registration
from erjian.registry.models.registrations import LIVE
from erjian.standards import phones
from erjian.standards.errors import Refusal

codes.register("registry.set_signature", "更新个人手写签名")
codes.register("registry.set_portrait", "更新人员寸照")
codes.register("registry.set_phone", "更换手机号码")
codes.register("registry.set_contact", "更新联系信息")
templates.register(
    "registry.phone_changed",
    title="手机号码已更换",
    body="{name}的登记手机号码已更换为 {phone}。如非本人操作，请立即联系主管部门。",
    sms="{name}的登记手机号码已更换为 {phone}。如非本人操作，请立即联系主管部门。",
)

BLANK_ONLY = ("school", "major", "graduated_on", "education", "degree")
"""Facts a person may add where the register knows nothing; what is there is changed by a procedure."""
_CONTRAST = 40
"""Difference in shade (of 255) below which a picture counts as blank."""
_PICTURES = {"portrait": "寸照", "signature": "手写签名"}
_CONTACT = ("landline", "emergency_name", "emergency_phone")


class PersonalRefused(Refusal):
    """The person's own data cannot be changed so (status 422)."""

    status = 422


def limits(kind: str) -> Limits:
    """What policy lets a signature (`signature`) or a portrait (`portrait`) be."""
    return Limits.of(kind)


def _locked(person_id: int) -> Person:
    return Person.objects.select_for_update(of=("self",)).get(pk=person_id)


def _digest(blob: Blob | None) -> str:
    return blob.sha256[:16] if blob else ""


def _has_ink(blob: Blob) -> bool:
    """Whether a picture shows anything at all: on white for the transparent, more than one shade of grey."""
    with files.open(blob) as stream, Image.open(stream) as image:
        ground = Image.new("RGBA", image.size, "white")
        shades = Image.alpha_composite(ground, image.convert("RGBA")).convert("L").histogram()
    used = [shade for shade, count in enumerate(shades) if count]
    return used[-1] - used[0] > _CONTRAST


def is_printed(person: Person, name: str) -> bool:
    """Whether a registration in force shows this picture (`portrait` or `signature`) on its certificate."""
    if getattr(person, f"{name}_id") is None:
        return False
    return Registration.objects.filter(person=person, status__in=LIVE).exists()


def _refuse_printed(person_id: int, name: str) -> None:
    # Locked, as the register does before it registers anybody: no certificate is granted while the picture changes.
    if is_printed(_locked(person_id), name):
        raise PersonalRefused(
            f"{_PICTURES[name]}已用于有效的注册证书。请在“我要申报”中办理个人信息修改，审核通过后换发证书。",
            code="printed",
            field="file",
        )


def set_signature(*, person_id: int, upload: Any, actor: Actor, reviewed: bool = False) -> Person:
    """Take a drawn or photographed signature (个人手写签名).

    `reviewed` says that it belongs to a case which an officer looks at; otherwise one that a certificate in force
    shows is not replaced. Raises files.FileRefused or PersonalRefused; nothing is kept then.
    """
    with transaction.atomic():
        if not reviewed:
            _refuse_printed(person_id, "signature")
        blob = files.accept(upload, limits=limits("signature"), actor=actor)
        if not _has_ink(blob):
            raise FileRefused("签名是空白的。请在白底上用深色笔迹书写姓名。", code="blank", field="signature")
        return _set_picture(person_id, "signature", blob, actor)


def set_portrait(*, person_id: int, upload: Any, actor: Actor) -> Person:
    """Take a portrait (人员寸照) while no certificate in force shows one.

    Raises files.FileRefused or PersonalRefused; nothing is kept then.
    """
    with transaction.atomic():
        _refuse_printed(person_id, "portrait")
        blob = files.accept(upload, limits=limits("portrait"), actor=actor)
        return _set_picture(person_id, "portrait", blob, actor)


def adopt_portrait(*, person_id: int, blob: Blob, actor: Actor) -> Person:
    """Make a portrait that the person agreed to in a case their own, where the register has none."""
    with transaction.atomic():
        return _set_picture(person_id, "portrait", blob, actor)


def _set_picture(person_id: int, name: str, blob: Blob, actor: Actor) -> Person:
    person = _locked(person_id)
    before = getattr(person, name)
    setattr(person, name, blob)
    person.version += 1
    person.save(update_fields=[name, "version"])
    data = {name: _digest(blob)}
    changes.remember(ChangeKind.CORRECTED, actor=actor, person_id=person.pk, before={name: _digest(before)}, after=data)
    audit.record(f"registry.set_{name}", actor=actor, subject=("person", person.pk), data=data)
    return person


def set_phone(*, person_id: int, phone: str, code: str, actor: Actor) -> Person:
    """Change the registered mobile once the code sent to the new one is typed back; the old one is told.

    Raises PersonalRefused for a wrong code, messaging.codes.CodeRefused when the tries are used up. The check
    stands outside the transaction, so that a wrong try counts.
    """
    phone = phones.parse_mobile(phone)
    if not messaging.codes.check(phone, code, purpose="phone"):
        raise PersonalRefused("验证码不正确或已过期。请核对短信，或重新获取。", code="wrong_code", field="code")
    with transaction.atomic():
        person = _locked(person_id)
        if person.phone == phone:
            return person
        old, before = person.phone, {"phone": person.phone_mask}
        person.phone = phone
        person.version += 1
        person.save(update_fields=[*Person.phone.columns, "version"])
        data = {"phone": person.phone_mask}
        entry = changes.remember(ChangeKind.CORRECTED, actor=actor, person_id=person.pk, before=before, after=data)
        audit.record("registry.set_phone", actor=actor, subject=("person", person.pk), data=data)
        tell_former_phone(person, former=old, event=entry.pk)
    return person


def tell_former_phone(person: Person, *, former: str, event: int) -> None:
    """Tell the mobile that was registered before of the new one; `event` is the row of the history."""
    messaging.send(
        "registry.phone_changed",
        to=messaging.Recipient.person(person.pk, person.name, former),
        context={"name": person.name, "phone": person.phone_mask},
        key=f"registry.phone_changed:{event}",
        link="/person/information/",
    )


def set_contact(*, person_id: int, values: Mapping[str, Any], actor: Actor, seen: int | None = None) -> Person:
    """Change landline and emergency contact, and fill in what the register does not know of the education.

    `values` may name any of the fields; facts that are known already are left as they are. `seen` is the person's
    version that the page showed. Raises PersonalRefused when it changed meanwhile.
    """
    with transaction.atomic():
        person = _locked(person_id)
        if seen is not None and seen != person.version:
            raise PersonalRefused("个人信息已在其他窗口更新。请刷新后核对再保存。", code="stale")
        before: dict[str, str] = {}
        after: dict[str, str] = {}
        for name in (*_CONTACT, *BLANK_ONLY):
            value = values.get(name)
            known = getattr(person, name)
            if value == known or name not in values or (name in BLANK_ONLY and known):
                continue
            if name in BLANK_ONLY and not value:
                continue
            if isinstance(value, str) and (said := documents.unprintable(value)):
                raise PersonalRefused(said, code="unprintable", field=name)
            before[name] = _shown(name, known)
            setattr(person, name, value if value or name == "graduated_on" else "")
            after[name] = _shown(name, value)
        if not after:
            return person
        person.version += 1
        person.save()
        changes.remember(ChangeKind.CORRECTED, actor=actor, person_id=person.pk, before=before, after=after)
        audit.record("registry.set_contact", actor=actor, subject=("person", person.pk), data={"fields": sorted(after)})
    return person


def _shown(name: str, value: Any) -> str:
    """A value as history may keep it: telephone numbers masked."""
    if not value:
        return ""
    if name in ("landline", "emergency_phone"):
        return phones.mask(str(value))
    return value.isoformat() if isinstance(value, date) else str(value)
