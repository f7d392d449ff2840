"""What the central library says otherwise than the register, item by item, and taking over what was ticked.

Name and credit code are never taken over: a new name is 企业名称变更, a procedure of its own (decision G.13). A field
the library leaves empty is no difference; a 资质 it does not list can be marked as withdrawn, but is not ticked.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import models

from erjian.audit import Actor
from erjian.exchange.central_library import LibraryQualification, LibraryRecord
from erjian.policy import clock
from erjian.registry import enterprise_profile
from erjian.registry.enterprise_profile import QualificationChange
from erjian.registry.models import Enterprise, EnterpriseQualification
from erjian.standards import regions

_FIELDS = (
    "former_name", "established_on", "city", "address", "registration_kind", "capital", "currency",
    "legal_representative", "nature", "kind", "business_scope",
)  # fmt: skip
"""Compared, in the order of the profile's page; `city` stands for city and county together."""


class Kind(models.TextChoices):
    """What taking over would do to a 资质."""

    ADD = "add", "新增"
    UPDATE = "update", "更新"
    WITHDRAW = "withdraw", "撤回"


@dataclass(frozen=True, kw_only=True)
class FieldDifference:
    """One field with what the register and the library say."""

    name: str
    label: str
    ours: str
    theirs: str


@dataclass(frozen=True, kw_only=True)
class QualificationDifference:
    """One 资质 that would be added, updated or withdrawn. `key` names it in the form."""

    key: str
    kind: Kind
    number: str
    scope: str
    ours: str
    theirs: str
    ticked: bool
    change: QualificationChange


@dataclass(frozen=True, kw_only=True)
class Differences:
    """Everything that differs; `new_name` only when the library knows another name."""

    new_name: str = ""
    fields: tuple[FieldDifference, ...] = ()
    qualifications: tuple[QualificationDifference, ...] = ()

    @property
    def nothing(self) -> bool:
        """Whether register and library agree."""
        return not (self.new_name or self.fields or self.qualifications)


def compare(enterprise: Enterprise, record: LibraryRecord) -> Differences:
    """What the library says otherwise."""
    return Differences(
        new_name=record.name if record.name != enterprise.name else "",
        fields=tuple(_fields(enterprise, record)),
        qualifications=tuple(_qualifications(enterprise, record)),
    )


def _fields(enterprise: Enterprise, record: LibraryRecord) -> list[FieldDifference]:
    found = []
    for name in _FIELDS:
        if name not in record.values:
            continue
        theirs = _said(name, record.values)
        ours = _said(name, {each: getattr(enterprise, each) for each in (name, "county")})
        if theirs != ours:
            label = "注册所在地市、区县" if name == "city" else str(Enterprise._meta.get_field(name).verbose_name)
            found.append(FieldDifference(name=name, label=label, ours=ours, theirs=theirs))
    return found


def _said(name: str, values: Any) -> str:
    """A value in words; two values that read the same are the same."""
    value = values[name]
    if value in (None, ""):
        return ""
    if name == "city":
        return " ".join(regions.name(code) for code in (value, values.get("county")) if code)
    if name == "capital":
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    choices = dict(Enterprise._meta.get_field(name).flatchoices)
    return str(choices.get(value, value))


def _qualifications(enterprise: Enterprise, record: LibraryRecord) -> list[QualificationDifference]:
    held = {(item.number, item.scope): item for item in enterprise.qualifications.order_by("number", "pk")}
    listed = {(item.number, item.scope): item for item in record.qualifications}
    found = []
    for item in record.qualifications:
        ours = held.get((item.number, item.scope))
        if ours is None:
            if item.withdrawn_on is None:
                found.append(_difference(Kind.ADD, item, ours=""))
        elif _state(ours) != _state(item):
            gone = item.withdrawn_on is not None and ours.withdrawn_on is None
            found.append(_difference(Kind.WITHDRAW if gone else Kind.UPDATE, item, ours=_state(ours)))
    for key, ours in held.items():
        if key not in listed and ours.withdrawn_on is None:
            missing = LibraryQualification(
                number=ours.number, scope=ours.scope, level=ours.level, issued_on=ours.issued_on,
                expires_on=ours.expires_on, withdrawn_on=clock.today(),
            )  # fmt: skip
            found.append(_difference(Kind.WITHDRAW, missing, ours=_state(ours), unlisted=True))
    return found


def _state(item: EnterpriseQualification | LibraryQualification) -> str:
    parts = [item.level]
    if item.issued_on:
        parts.append(f"{item.issued_on} 发证")
    if item.expires_on:
        parts.append(f"有效期至 {item.expires_on}")
    if item.withdrawn_on:
        parts.append(f"{item.withdrawn_on} 撤回")
    return "，".join(part for part in parts if part)


def _difference(
    kind: Kind, item: LibraryQualification, *, ours: str, unlisted: bool = False
) -> QualificationDifference:
    return QualificationDifference(
        key=f"{item.number}|{item.scope}",
        kind=kind,
        number=item.number,
        scope=item.scope,
        ours=ours,
        theirs="中央库中没有这项资质" if unlisted else _state(item),
        ticked=not unlisted,
        change=QualificationChange(**vars(item)),
    )


def take_over(
    *,
    enterprise: Enterprise,
    record: LibraryRecord,
    fields: Collection[str],
    qualifications: Collection[str],
    by: Actor,
    seen: int | None,
) -> Enterprise:
    """Take over the ticked differences. Raises ProfileRefused, ProfileStale; nothing was changed then."""
    if record.credit_code != enterprise.credit_code:
        raise enterprise_profile.ProfileRefused("中央库返回的不是本企业的信息。", code="other_enterprise")
    different = compare(enterprise, record)
    values = {item.name: record.values[item.name] for item in different.fields if item.name in fields}
    if "city" in values:
        values["county"] = record.values.get("county", "")
    changes = tuple(item.change for item in different.qualifications if item.key in qualifications)
    if not values and not changes:
        if seen not in (None, enterprise.version):  # what was ticked differs no more: a colleague has taken it over
            raise enterprise_profile.stale()
        raise enterprise_profile.ProfileRefused("请勾选要更新的内容。", code="nothing_ticked")
    return enterprise_profile.take_over(enterprise=enterprise, values=values, qualifications=changes, by=by, seen=seen)
