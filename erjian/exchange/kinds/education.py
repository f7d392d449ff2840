"""继续教育学时, as training providers report them (《注册建造师管理规定》第二十三条; 建市〔2010〕192号)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from erjian.exchange import cells
from erjian.exchange.columns import Column, Kind, Problem
from erjian.exchange.kinds import parts
from erjian.protection import BulkSealer
from erjian.registry import importing

COLUMNS = (
    parts.NAME,
    parts.ID_NUMBER,
    Column("completed_on", "完成日期", cells.past_day, required=True, example="2026-04-18", width=13),
    Column("compulsory", "必修学时", cells.hours, example="60", width=10, note="没有的填 0 或不填。"),
    Column("elective", "选修学时", cells.hours, example="60", width=10, note="没有的填 0 或不填。"),
    Column(
        "course",
        "课程名称",
        cells.line(limit=200),
        required=True,
        example="建筑工程专业继续教育（2026 年）",
        repeats=True,
        width=32,
    ),
    Column(
        "provider",
        "培训机构",
        cells.line(limit=200),
        required=True,
        example="湖南城建职业技术学院",
        repeats=True,
        width=28,
    ),
    Column(
        "certificate_number",
        "证明编号",
        cells.line(limit=100),
        required=True,
        aliases=("证书编号", "合格证编号"),
        example="XJ2026041800123",
        width=22,
    ),
    *parts.STATED,
)


def check(row: dict[str, Any]) -> Iterator[Problem]:
    """Some hours, and a believable number of them."""
    yield from parts.check_person(row)
    if not (row["compulsory"] or row["elective"]):
        yield "必修学时", "必修学时和选修学时不能都是 0"


def convert(row: dict[str, Any], sealer: BulkSealer) -> tuple[Any, ...]:
    """The row as the register's load takes it."""
    return (
        *parts.person_values(row | {"phone": None}, sealer),
        row["certificate_number"],
        row["completed_on"],
        row["compulsory"],
        row["elective"],
        row["course"],
        row["provider"],
    )


EDUCATION = Kind(
    code="education",
    label="继续教育学时",
    purpose="培训机构报送的继续教育学时，按证明编号登记；延续和逾期注册时据此核验。",
    columns=COLUMNS,
    load=importing.EDUCATION,
    convert=convert,
    check=check,
)
