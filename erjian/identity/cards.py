"""The ID card: both sides as pictures, read by a job, confirmed by the person, compared with what they typed.

The reading only saves typing and raises doubts: what it cannot confirm is looked at by an officer, never refused by
the machine (decision G.21). An expired card is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from erjian import audit, files
from erjian.audit import Actor, ActorKind, codes
from erjian.identity import drafts, faces
from erjian.identity.errors import IdentityRefused, out_of_step
from erjian.identity.models import Reading, Step, Verification
from erjian.policy import clock
from erjian.registry import personal
from erjian.standards import id_numbers
from erjian.standards.dictionaries import Ethnicity
from erjian.standards.errors import Refusal

codes.register("identity.card", "实名认证：确认身份证")

SIDES = {"front": "身份证人像面", "back": "身份证国徽面"}
LONG_TERM = "长期"
_TYPED_OF = {
    "front": ("name", "id_number", "ethnicity", "address"),
    "back": ("issuer", "valid_from", "valid_until", "long_term"),
}


def actor_of(verification: Verification) -> Actor:
    """The person as audit names them before they have an account."""
    return Actor(kind=ActorKind.PERSON, user_id=None, label=verification.name)


def take(*, verification: Verification, side: str, upload: UploadedFile) -> Verification:
    """Store one side and have it read, which takes the place of what was typed of that side.

    Raises files.FileRefused; nothing is kept then.
    """
    from erjian.identity.tasks import read_card

    with transaction.atomic():
        own = _locked(verification)
        if own.step != Step.CARD:
            raise out_of_step()
        blob = files.accept(upload, limits=personal.limits("image"), actor=actor_of(own))
        former = getattr(own, side)
        if former is not None:
            files.discard(former)
        setattr(own, side, blob)
        setattr(own, f"{side}_reading", Reading.WAITING)
        own.read = {name: value for name, value in own.read.items() if name != side}
        own.typed = {name: value for name, value in own.typed.items() if name not in _TYPED_OF[side]}
        own.card = {}
        own.version += 1
        own.save()
        read_card.defer(verification_id=own.pk, side=side, blob_id=str(blob.pk))
    return own


def read(*, verification_id: int, side: str, blob_id: str, last_attempt: bool) -> None:
    """Read one side; a side that was replaced meanwhile, or is read already, is left alone.

    Raises FacesUnavailable while another attempt is worth it; after the last one the person types by hand.
    """
    found = Verification.objects.filter(pk=verification_id).select_related(side).first()
    if found is None or not _waits(found, side, blob_id):
        return
    card = faces.Card()
    try:
        card = faces.embedded().read(files.read(getattr(found, side)), side=side)
    except faces.FacesUnavailable:
        if not last_attempt:
            raise
    except faces.BadPicture:
        card = faces.Card(hints=("not_a_card",))
    with transaction.atomic():
        own = _locked(found)
        if not _waits(own, side, blob_id):
            return
        setattr(own, f"{side}_reading", Reading.READ if card.fields else Reading.UNREAD)
        own.read = own.read | {side: {"fields": card.fields, "confidence": card.confidence, "hints": list(card.hints)}}
        own.version += 1
        own.save()


def _waits(own: Verification, side: str, blob_id: str) -> bool:
    blob = getattr(own, f"{side}_id")
    return blob is not None and str(blob) == blob_id and getattr(own, f"{side}_reading") == Reading.WAITING


def offered(verification: Verification) -> dict[str, Any]:
    """What the form shows at first: what was typed, else confirmed before, else read, else what the number says."""
    return _known(verification) | verification.typed


def keep_typed(*, verification: Verification, typed: Mapping[str, str]) -> None:
    """Keep what differs from the card as it is known; a reading that is still to come fills the other fields.

    Raises IdentityRefused when the card is confirmed already.
    """
    known = _known(verification)
    edits = {name: value for name, value in typed.items() if value != _as_typed(known.get(name))}
    drafts.keep(verification=verification, step=Step.CARD, typed=edits)


def _as_typed(value: Any) -> str:
    return "on" if value is True else value or ""


def _known(verification: Verification) -> dict[str, Any]:
    if verification.card:
        return verification.card
    number = id_numbers.parse(verification.id_number)
    read_fields: dict[str, str] = {}
    for side in SIDES:
        read_fields |= verification.read.get(side, {}).get("fields", {})
    until = read_fields.get("valid_until", "")
    return {
        "name": read_fields.get("name", ""),
        "id_number": read_fields.get("id_number", ""),
        "sex": number.sex.value,
        "birth_date": number.birth_date.isoformat(),
        "ethnicity": _ethnicity(read_fields.get("ethnicity", "")),
        "address": read_fields.get("address", ""),
        "issuer": read_fields.get("issuer", ""),
        "valid_from": read_fields.get("valid_from", ""),
        "valid_until": "" if until == LONG_TERM else until,
        "long_term": until == LONG_TERM,
    }


def _ethnicity(text: str) -> str:
    """The code of a read ethnicity, with or without 族 and in either script; empty when it is none of the 56."""
    plain = text.strip().removesuffix("族").replace("漢", "汉")
    return next((each.value for each in Ethnicity if each.label.removesuffix("族") == plain), "")


def confirm(*, verification: Verification, values: Mapping[str, Any]) -> Verification:
    """Take the confirmed card and go on to the face.

    `values` are the form's: name, id_number, ethnicity, address, issuer, valid_from, valid_until (None: 长期).
    Raises IdentityRefused at the field for another person's card and for one that is not valid today.
    """
    with transaction.atomic():
        own = _locked(verification)
        if own.step != Step.CARD:
            raise out_of_step()
        if own.front is None or own.back is None:
            raise IdentityRefused("请先拍身份证的正反两面。", code="sides")
        _check(own, values)
        own.card = {
            name: value.isoformat() if isinstance(value, date) else value for name, value in values.items() if value
        } | {"long_term": values["valid_until"] is None}
        own.typed = {}
        kept = [each for each in own.doubts if each != "card"]
        own.doubts = kept if _agrees(own, values) else [*kept, "card"]
        own.step = Step.FACE
        own.version += 1
        own.save()
        audit.record(
            "identity.card",
            actor=actor_of(own),
            subject=("person", own.person_id),
            data={"read": "card" not in own.doubts, "valid_until": str(values["valid_until"] or LONG_TERM)},
        )
    return own


def back_to_card(*, verification: Verification) -> Verification:
    """Photograph the card again, from the face's step."""
    with transaction.atomic():
        own = _locked(verification)
        if own.step != Step.FACE or own.attempts.filter(state="given").exists():
            raise out_of_step()
        own.step = Step.CARD
        own.save(update_fields=["step"])
    return own


def _check(own: Verification, values: Mapping[str, Any]) -> None:
    try:
        number = id_numbers.parse(values["id_number"]).number18
    except Refusal as refusal:
        raise IdentityRefused(refusal.message, code=refusal.code, field="id_number") from refusal
    if number != own.id_number:
        raise IdentityRefused(
            "与前面填写的身份证号码不一致。请用本人的身份证，或返回重新填写。", code="other_card", field="id_number"
        )
    if "".join(values["name"].split()) != "".join(own.name.split()):
        raise IdentityRefused(
            "与前面填写的姓名不一致。请用本人的身份证，或返回重新填写。", code="other_card", field="name"
        )
    until: date | None = values["valid_until"]
    if until is not None and until < clock.today():
        raise IdentityRefused(
            f"身份证已于 {until} 到期。请换领新证后再认证；急需办理的，请到窗口咨询。",
            code="expired",
            field="valid_until",
        )
    if values["valid_from"] > clock.today():
        raise IdentityRefused("起始日期晚于今天。请对照证件核对。", code="future", field="valid_from")
    if until is not None and until <= values["valid_from"]:
        raise IdentityRefused("有效期的结束早于起始。请对照证件核对。", code="order", field="valid_until")


def _agrees(own: Verification, values: Mapping[str, Any]) -> bool:
    """Whether the reading confirms number, name and validity."""
    front = own.read.get("front", {}).get("fields", {})
    back = own.read.get("back", {}).get("fields", {})
    until = values["valid_until"].isoformat() if values["valid_until"] else LONG_TERM
    return (
        str(front.get("id_number", "")).upper() == own.id_number
        and "".join(str(front.get("name", "")).split()) == "".join(own.name.split())
        and back.get("valid_until") == until
    )


def _locked(verification: Verification) -> Verification:
    return Verification.objects.select_for_update(of=("self",)).get(pk=verification.pk)
