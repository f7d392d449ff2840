"""企业基本信息 (manual 3.2.2.1): what an enterprise keeps up to date itself, and what of it must be there.

Name and credit code are never changed here (企业名称变更 is a procedure of its own), nor 法定代表人 and 企业性质 but by
中央库下载, since they come from the enterprise register. Where the enterprise files follows from the city it is registered in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from erjian import audit, documents
from erjian.audit import Actor
from erjian.files import Blob
from erjian.registry import employers
from erjian.registry.changes import remember
from erjian.registry.models import ChangeKind, Enterprise, EnterpriseQualification
from erjian.registry.models.enterprises import EnterpriseOrigin
from erjian.standards import regions
from erjian.standards.errors import Refusal

REQUIRED = (
    "established_on", "address", "registration_kind", "capital", "currency", "office_phone", "contact_name", "contact_phone",
)  # fmt: skip
"""Starred fields (A.4.1)."""
OWN = (
    "established_on", "former_name", "city", "county", "address", "registration_kind", "capital", "currency",
    "office_phone", "fax", "contact_name", "contact_phone", "website", "email", "kind", "business_scope",
)  # fmt: skip
"""What the enterprise itself may change. 社保 credentials are not stored (decision G.20)."""
FROM_LIBRARY = (
    "established_on", "former_name", "city", "county", "address", "registration_kind", "capital", "currency",
    "legal_representative", "nature", "kind", "business_scope",
)  # fmt: skip
"""What may be taken over from the central library: how to reach the enterprise is its own to say."""

audit.codes.register("enterprise.profile", "更新企业基本信息")
audit.codes.register("enterprise.library", "采用中央库数据")
audit.codes.register("enterprise.licence", "上传营业执照")
audit.codes.register("enterprise.entered", "登记企业")


class ProfileRefused(Refusal):
    """The profile cannot be saved so."""


class ProfileStale(Refusal):
    """Somebody saved the profile after the page was shown (status 409)."""

    status = 409


def _said(enterprise: Enterprise, name: str) -> Any:
    """A value as history keeps it: readable, and phones only masked."""
    if name == "contact_phone":
        return enterprise.contact_phone_mask
    value = getattr(enterprise, name)
    return value if value is None or isinstance(value, str) else str(value)


def _check(values: Mapping[str, Any]) -> None:
    for name in REQUIRED:
        if name in values and values[name] in (None, ""):
            raise ProfileRefused("带星号的为必填项。请填写后再保存。", code="required", field=name)
    for name, value in values.items():
        if isinstance(value, str) and (said := documents.unprintable(value)):
            raise ProfileRefused(said, code="unprintable", field=name)
    county, city = values.get("county"), values.get("city")
    if county and county not in regions.counties_of(city or ""):
        raise ProfileRefused("所选区县不属于所选地市。请重新选择。", code="county", field="county")


def _lock(enterprise: Enterprise, seen: int | None) -> Enterprise:
    locked = Enterprise.objects.select_for_update().get(pk=enterprise.pk)
    if seen is not None and locked.version != seen:
        raise stale()
    return locked


def stale() -> ProfileStale:
    """What whoever comes after somebody else's change is told."""
    return ProfileStale("页面打开后企业基本信息已被修改。请刷新，核对最新内容后再保存。", code="stale")


def update_profile(*, enterprise: Enterprise, values: Mapping[str, Any], by: Actor, seen: int | None) -> Enterprise:
    """Write what changed, with the register's history and the audit.

    `values` may hold any of `OWN`; other names are refused. Raises ProfileRefused, ProfileStale.
    """
    foreign = set(values) - set(OWN)
    if foreign:
        raise ProfileRefused("企业名称等登记事项不能在这里修改。", code="read_only", field=min(foreign))
    _check(values)
    with transaction.atomic():
        locked = _lock(enterprise, seen)
        before, after = _assign(locked, values)
        if before or after:
            _keep(locked, before, after, code="enterprise.profile", by=by)
    return locked


def _assign(locked: Enterprise, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Set the values on the locked row; what was and what is now, of the fields that changed."""
    before = {name: _said(locked, name) for name in values}
    phone = locked.contact_phone
    for name, value in values.items():
        setattr(locked, name, value)
    after = {name: _said(locked, name) for name in values}
    changed = {name for name in values if before[name] != after[name]}
    if locked.contact_phone != phone:
        changed.add("contact_phone")
    if "capital" in changed and _same_number(before["capital"], after["capital"]):
        changed.discard("capital")
    return {name: before[name] for name in sorted(changed)}, {name: after[name] for name in sorted(changed)}


def _keep(locked: Enterprise, before: dict[str, Any], after: dict[str, Any], *, code: str, by: Actor) -> None:
    """Save the row as its next version, with history and audit."""
    if locked.origin == EnterpriseOrigin.PROVINCIAL and locked.city in regions.CITIES:
        locked.filing_authority = locked.city
    locked.version += 1
    locked.save()
    remember(ChangeKind.CORRECTED, actor=by, enterprise_id=locked.pk, before=before, after=after)
    changed = sorted({name.split()[0] for name in (*before, *after)})
    audit.record(code, actor=by, subject=("enterprise", locked.pk), data={"changed": changed})


@dataclass(frozen=True, kw_only=True)
class QualificationChange:
    """One 资质 as it is to stand in the register: new, put right, or withdrawn."""

    number: str
    scope: str
    level: str
    issued_on: date | None = None
    expires_on: date | None = None
    withdrawn_on: date | None = None


def take_over(
    *,
    enterprise: Enterprise,
    values: Mapping[str, Any],
    qualifications: Sequence[QualificationChange],
    by: Actor,
    seen: int | None,
) -> Enterprise:
    """中央库下载: write what the enterprise took over from the central library, all of it or nothing.

    `values` may hold any of `FROM_LIBRARY`: never name or credit code (decision G.13). Raises ProfileRefused,
    ProfileStale.
    """
    foreign = set(values) - set(FROM_LIBRARY)
    if foreign:
        raise ProfileRefused("企业名称等登记事项不能在这里修改。", code="read_only", field=min(foreign))
    _check(values)
    with transaction.atomic():
        locked = _lock(enterprise, seen)
        before, after = _assign(locked, values)
        for item in qualifications:
            was, now = _qualify(locked, item)
            before |= was
            after |= now
        if before or after:
            _keep(locked, before, after, code="enterprise.library", by=by)
            employers.recheck_one(locked)
    return locked


def _qualify(enterprise: Enterprise, item: QualificationChange) -> tuple[dict[str, str], dict[str, str]]:
    """Write one 资质; what was and what is now, as history keeps it."""
    key = f"资质 {item.number} {item.scope}"
    found = enterprise.qualifications.filter(number=item.number, scope=item.scope).first()
    before = {} if found is None else {key: _standing(found)}
    values = {"level": item.level, "issued_on": item.issued_on, "expires_on": item.expires_on}
    made, _ = EnterpriseQualification.objects.update_or_create(
        enterprise=enterprise,
        number=item.number,
        scope=item.scope,
        defaults={**values, "withdrawn_on": item.withdrawn_on},
    )
    return before, {key: _standing(made)}


def _standing(item: EnterpriseQualification) -> str:
    end = f"{item.withdrawn_on} 撤回" if item.withdrawn_on else f"至 {item.expires_on or '长期'}"
    return f"{item.level} {end}"


def _same_number(before: Any, after: Any) -> bool:
    return before is not None and after is not None and Decimal(before) == Decimal(after)


def attach_licence(*, enterprise: Enterprise, licence: Blob, by: Actor) -> Enterprise:
    """Keep the uploaded 营业执照 as the enterprise's."""
    with transaction.atomic():
        locked = _lock(enterprise, None)
        locked.licence = licence
        locked.version += 1
        locked.save(update_fields=["licence", "version", "updated_at"])
        remember(ChangeKind.CORRECTED, actor=by, enterprise_id=locked.pk, before={}, after={"licence": licence.sha256})
        audit.record("enterprise.licence", actor=by, subject=("enterprise", locked.pk), data={"sha256": licence.sha256})
    return locked


def enter(*, credit_code: str, values: Mapping[str, Any], by: Actor) -> Enterprise:
    """The enterprise of a credit code: as the register knows it, or else entered with these values. Within a transaction.

    What is known is left as it is; only a licence that was missing is kept.
    """
    known = Enterprise.objects.select_for_update(no_key=True).filter(credit_code=credit_code).first()
    if known is not None:
        if known.licence_id or values["licence"] is None:
            return known
        return attach_licence(enterprise=known, licence=values["licence"], by=by)
    made = Enterprise.objects.create(credit_code=credit_code, **values)
    after = {name: _said(made, name) for name in values if name != "licence"}
    remember(ChangeKind.CORRECTED, actor=by, enterprise_id=made.pk, before={}, after=after)
    audit.record("enterprise.entered", actor=by, subject=("enterprise", made.pk), data={"credit_code": credit_code})
    return made
