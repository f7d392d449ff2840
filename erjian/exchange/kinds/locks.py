"""锁定: 在施 project leaders, manual holds, suspected 挂证 (《注册建造师执业管理办法（试行）》第十一条; 建办市〔2018〕57号)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from erjian.exchange import cells
from erjian.exchange.columns import Column, Kind, Problem
from erjian.exchange.kinds import parts
from erjian.protection import BulkSealer
from erjian.registry import importing
from erjian.registry.models import LockKind

_KINDS = {str(kind.label): str(kind.value) for kind in LockKind}

COLUMNS = (
    parts.NAME,
    parts.ID_NUMBER,
    Column(
        "lock_kind",
        "锁定类型",
        cells.choice("锁定类型", _KINDS),
        required=True,
        example=str(LockKind.PROJECT.label),
        choices=tuple(_KINDS),
        repeats=True,
        width=16,
    ),
    Column(
        "reason",
        "锁定原因",
        cells.line(limit=500),
        required=True,
        aliases=("原因", "项目名称"),
        example="担任梅溪湖安置房二期项目负责人",
        width=40,
    ),
    Column(
        "document",
        "项目编号或文书号",
        cells.line(limit=100),
        aliases=("项目编号", "文书号"),
        example="4301042511050101",
        width=24,
        note="在施锁定须填写项目编号。",
    ),
    Column("begins", "锁定日期", cells.past_day, required=True, aliases=("起始日期",), example="2026-03-01", width=13),
    Column("ends", "锁定截止日期", cells.day, aliases=("截止日期",), width=13, note="不填的，到解锁为止。"),
    Column("released_on", "解锁日期", cells.past_day, width=13, note="已解除的填写。"),
    Column("release_reason", "解锁原因", cells.line(limit=500), width=30),
    *parts.STATED,
)


def check(row: dict[str, Any]) -> Iterator[Problem]:
    """Days in order; a project lock names its project; a release says why."""
    yield from parts.check_person(row)
    begins, ends, released = row["begins"], row["ends"], row["released_on"]
    if row["lock_kind"] == LockKind.PROJECT and not row["document"]:
        yield "项目编号或文书号", "没有填写；在施锁定须填写项目编号"
    if begins and ends and ends < begins:
        yield "锁定截止日期", "早于锁定日期"
    if begins and released and released < begins:
        yield "解锁日期", "早于锁定日期"
    if released and not row["release_reason"]:
        yield "解锁原因", "没有填写"


def convert(row: dict[str, Any], sealer: BulkSealer) -> tuple[Any, ...]:
    """The row as the register's load takes it; a lock carries no mobile number."""
    return (
        *parts.person_values(row | {"phone": None}, sealer),
        row["lock_kind"],
        row["begins"],
        row["document"] or "",
        row["reason"],
        row["ends"],
        row["released_on"],
        row["release_reason"],
    )


LOCKS = Kind(
    code="locks",
    label="锁定记录",
    purpose="在施项目负责人和其他被锁定的人员；锁定期间只能办理注销。",
    columns=COLUMNS,
    load=importing.LOCKS,
    convert=convert,
    check=check,
)
