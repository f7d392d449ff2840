"""变动记录: how the register became what it is, change by change, with what was before and after."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from erjian.registry.models import BarBasis, Change, Enterprise, LockKind, Person, Registration
from erjian.standards.specialties import Specialty
from erjian.ui.dates import moment
from erjian.ui.tables import Column, Table

HISTORY = 100
"""Changes shown on a page, latest first."""

_WORDS = {
    "number": "注册号",
    "enterprise_id": "企业",
    "status": "证书状态",
    "certificate_number": "证书编号",
    "valid_until": "有效期至",
    "specialties": "注册专业",
    "basis": "依据",
    "lock_kind": "锁定类型",
    "begins": "起始日期",
    "ends": "截止日期",
    "lifted_on": "解除日期",
    "released_on": "解除日期",
    "document": "文书号",
    "reason": "事由",
    "lift_reason": "解除理由",
    "release_reason": "解除理由",
    "compulsory": "必修学时",
    "elective": "选修学时",
    "completed_on": "完成日期",
    "course": "课程名称",
    "provider": "培训机构",
}
_INNER = frozenset({"table", "id"})
"""What a change keeps for finding its row again, not for reading."""
_CODED = {"basis": dict(BarBasis.choices), "lock_kind": dict(LockKind.choices)}


def history(changes: Iterable[Change], *, officers: bool = True) -> Table:
    """Changes with what was before and after. With `officers` off, who made them is left out."""
    rows = list(changes)
    names = _enterprise_names(rows)
    columns = (
        Column("时间", lambda row: moment(row.at), css="ej-num m-top"),
        Column("变动", "get_kind_display", css="m-top m-end text-nowrap"),
        Column("内容", lambda row: _said(row, names), css="m-wide"),
        Column("依据申报编号", "case_number", css="ej-num", data_label="依据申报编号"),
        Column("经办", "actor", css="text-nowrap", data_label="经办"),
    )
    return Table(
        columns=columns if officers else columns[:-1],
        rows=rows,
        empty="没有变动记录。",
    )


def _enterprise_names(rows: Iterable[Change]) -> dict[int, str]:
    wanted = {side.get("enterprise_id") for row in rows for side in (row.before, row.after)}
    return dict(Enterprise.objects.filter(pk__in=wanted - {None}).values_list("pk", "name"))


def _said(row: Change, names: dict[int, str]) -> str:
    keys = [
        key for key in {**row.before, **row.after} if key not in _INNER and row.before.get(key) != row.after.get(key)
    ]
    parts = []
    for key in keys:
        before, after = (_value(key, side.get(key), names) for side in (row.before, row.after))
        label = _WORDS.get(key) or _field_label(key)
        if before or after:
            parts.append(f"{label}：{before} → {after or '空'}" if before else f"{label}：{after}")
    return "；".join(parts) or "—"


def _field_label(key: str) -> str:
    for model in (Person, Enterprise, Registration):
        for field in model._meta.fields:
            if field.name == key:
                return str(field.verbose_name)
    return key


def _value(key: str, value: Any, names: dict[int, str]) -> str:
    if value in (None, "", [], {}):
        return ""
    if key in _CODED:
        return str(_CODED[key].get(value, value))
    if key == "enterprise_id":
        return names.get(value, "")
    if key == "status":
        return dict(Registration._meta.get_field("status").flatchoices).get(value, str(value))
    if key == "specialties" and isinstance(value, list):
        return "、".join(
            f"{Specialty(item['specialty']).label}（至 {item['end']}）" for item in value if not item.get("voided")
        )
    return str(value)
