"""企业资质: the qualification certificates that enterprises hold, with range and level."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from erjian.exchange import cells
from erjian.exchange.columns import Column, Kind, Problem
from erjian.protection import BulkSealer
from erjian.registry import importing

ENTERPRISE_CODE = Column(
    "enterprise_code",
    "企业信用代码",
    cells.credit_code,
    required=True,
    aliases=("统一社会信用代码", "社会统一信用代码", "信用代码"),
    example="91430199000000107Q",
    repeats=True,
    width=22,
)
ENTERPRISE_NAME = Column(
    "enterprise_name",
    "企业名称",
    cells.line(limit=200),
    aliases=("单位名称", "聘用企业"),
    example="湖南麓川建设工程有限公司",
    repeats=True,
    width=32,
    note="可不填；填写时须与登记库一致。",
)

STANDS = "未撤回"
"""What takes back a withdrawal that was recorded by mistake; an empty cell keeps it."""


def _withdrawn(raw: Any) -> date | None:
    return importing.NOT_WITHDRAWN if cells.clean(raw) == STANDS else cells.past_day(raw)


COLUMNS = (
    ENTERPRISE_NAME,
    ENTERPRISE_CODE,
    Column(
        "number",
        "企业资质证书编号",
        cells.code("企业资质证书编号", limit=60),
        required=True,
        aliases=("资质证书编号", "证书编号"),
        example="D243000001",
        width=20,
    ),
    Column(
        "scope",
        "企业资质范围",
        cells.line(limit=200),
        required=True,
        aliases=("资质范围", "资质类别", "资质名称"),
        example="建筑工程施工总承包",
        repeats=True,
        width=28,
    ),
    Column(
        "level",
        "企业资质等级",
        cells.line(limit=30),
        required=True,
        aliases=("资质等级", "等级"),
        example="二级",
        repeats=True,
        width=12,
    ),
    Column("issued_on", "发证日期", cells.past_day, example="2024-01-01", repeats=True, width=13),
    Column("expires_on", "有效期至", cells.day, aliases=("有效期止",), example="2029-01-01", repeats=True, width=13),
    Column(
        "withdrawn_on",
        "撤回日期",
        _withdrawn,
        repeats=True,
        width=13,
        note=f"资质被撤回、撤销的填写。更正误登的，填“{STANDS}”。",
    ),
)


def check(row: dict[str, Any]) -> Iterator[Problem]:
    """Days in order. The credit code is checked by the register knowing the enterprise."""
    issued, expires = row["issued_on"], row["expires_on"]
    if issued and expires and expires < issued:
        yield "有效期至", "早于发证日期"


def convert(row: dict[str, Any], sealer: BulkSealer) -> tuple[Any, ...]:
    """The row as the register's load takes it."""
    return (
        row["enterprise_name"] or row["enterprise_code"],
        row["enterprise_code"],
        row["enterprise_name"],
        row["number"],
        row["scope"],
        None,
        row["level"],
        row["issued_on"],
        row["expires_on"],
        row["withdrawn_on"],
    )


ENTERPRISE_QUALIFICATIONS = Kind(
    code="enterprise-qualifications",
    label="企业资质",
    purpose="企业的资质证书。企业须已在登记库中。",
    columns=COLUMNS,
    load=importing.ENTERPRISE_QUALIFICATIONS,
    convert=convert,
    check=check,
)
