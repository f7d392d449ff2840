"""企业基本信息 (manual 3.2.2.1): what an enterprise keeps up to date itself, and what of it must be there.

Name and credit code are never changed here (企业名称变更 is a procedure of its own), nor 法定代表人 and 企业性质, which
come from the enterprise register. Where the enterprise files follows from the city it is registered in.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction

from erjian import audit
from erjian.audit import Actor
from erjian.files import Blob
from erjian.registry.changes import remember
from erjian.registry.models import ChangeKind, Enterprise
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

audit.codes.register("enterprise.profile", "更新企业基本信息")
audit.codes.register("enterprise.licence", "上传营业执照")


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
    county, city = values.get("county"), values.get("city")
    if county and county not in regions.counties_of(city or ""):
        raise ProfileRefused("所选区县不属于所选地市。请重新选择。", code="county", field="county")


def _lock(enterprise: Enterprise, seen: int | None) -> Enterprise:
    locked = Enterprise.objects.select_for_update().get(pk=enterprise.pk)
    if seen is not None and locked.version != seen:
        raise ProfileStale("页面打开后企业基本信息已被修改。请刷新，核对最新内容后再保存。", code="stale")
    return locked


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
        if not changed:
            return locked
        if locked.origin == EnterpriseOrigin.PROVINCIAL and locked.city in regions.CITIES:
            locked.filing_authority = locked.city
        locked.version += 1
        locked.save()
        remember(
            ChangeKind.CORRECTED,
            actor=by,
            enterprise_id=locked.pk,
            before={name: before[name] for name in sorted(changed)},
            after={name: after[name] for name in sorted(changed)},
        )
        audit.record(
            "enterprise.profile", actor=by, subject=("enterprise", locked.pk), data={"changed": sorted(changed)}
        )
    return locked


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
