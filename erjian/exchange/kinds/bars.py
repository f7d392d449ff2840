"""不予注册记录: periods in which a person may not be registered (《注册建造师管理规定》第十五、三十三、三十四条)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from erjian.exchange import cells
from erjian.exchange.columns import Column, Kind, Problem
from erjian.exchange.kinds import parts
from erjian.protection import BulkSealer
from erjian.registry import importing
from erjian.registry.models import BarBasis

FOR_LIFE = date.max
"""What 终身 in the column of the end is parsed to."""

_BASES = {str(basis.label): str(basis.value) for basis in BarBasis}


def _end(raw: Any) -> date | None:
    """A day, or the word for life."""
    if cells.clean(raw) in {"终身", "长期", "永久"}:
        return FOR_LIFE
    return cells.day(raw)


COLUMNS = (
    parts.NAME,
    parts.ID_NUMBER,
    Column(
        "basis",
        "依据",
        cells.choice("依据", _BASES),
        required=True,
        aliases=("不予注册依据",),
        example=str(BarBasis.FRAUD.label),
        choices=tuple(_BASES),
        repeats=True,
        width=32,
    ),
    Column("reason", "事由", cells.line(limit=500), required=True, aliases=("原因",), example="伪造资格证书", width=40),
    Column("document", "文书号", cells.line(limit=100), example="湘建罚〔2025〕12号", width=24),
    Column("begins", "起始日期", cells.day, required=True, aliases=("开始日期",), example="2025-03-01", width=13),
    Column(
        "ends",
        "截止日期",
        _end,
        aliases=("结束日期",),
        example="2028-02-29",
        width=13,
        note="终身不予注册的填“终身”。",
    ),
    Column("lifted_on", "解除日期", cells.past_day, width=13, note="提前解除的填写。"),
    Column("lift_reason", "解除理由", cells.line(limit=500), width=30),
    *parts.STATED,
)


def check(row: dict[str, Any]) -> Iterator[Problem]:
    """An end must be said, by a day or by 终身: an empty cell would silently bar for life."""
    yield from parts.check_person(row)
    begins, ends, lifted = row["begins"], row["ends"], row["lifted_on"]
    if ends is None and row["basis"] is not None and row["basis"] != BarBasis.LIFETIME:
        yield "截止日期", "没有填写；终身不予注册的请填“终身”"
    if row["basis"] == BarBasis.LIFETIME and ends not in {None, FOR_LIFE}:
        yield "截止日期", "依据为终身不予注册，不能有截止日期"
    if begins and ends and ends < begins:
        yield "截止日期", "早于起始日期"
    if begins and lifted and lifted < begins:
        yield "解除日期", "早于起始日期"


def convert(row: dict[str, Any], sealer: BulkSealer) -> tuple[Any, ...]:
    """The row as the register's load takes it; a bar carries no mobile number."""
    ends = row["ends"]
    return (
        *parts.person_values(row | {"phone": None}, sealer),
        row["basis"],
        row["begins"],
        row["document"] or "",
        row["reason"],
        None if ends == FOR_LIFE else ends,
        row["lifted_on"],
        row["lift_reason"],
    )


BARS = Kind(
    code="bars",
    label="不予注册记录",
    purpose="在一定期限内或终身不得注册的人员。登记库中没有的人员会一并建立。",
    columns=COLUMNS,
    load=importing.BARS,
    convert=convert,
    check=check,
)
