"""资格证书: who passed the examination, in which specialty (manual 3.2.4.4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from erjian.exchange import cells
from erjian.exchange.columns import Column, Kind, Problem
from erjian.exchange.kinds import parts
from erjian.protection import BulkSealer
from erjian.registry import importing
from erjian.registry.models import ReviewResult
from erjian.standards.specialties import SECOND_CLASS

_FORMAL, _TEMPORARY = "二级注册建造师", "二级注册临时建造师"
_GRADES = {
    _FORMAL: _FORMAL,
    "二级建造师": _FORMAL,
    "二级": _FORMAL,
    _TEMPORARY: _TEMPORARY,
    "二级临时建造师": _TEMPORARY,
}
_RESULTS = {result.label: str(result) for result in ReviewResult} | {
    "通过": str(ReviewResult.PASSED),
    "复审合格": str(ReviewResult.PASSED),
    "未复审": str(ReviewResult.PENDING),
    "未通过": str(ReviewResult.FAILED),
}

COLUMNS = (
    *parts.PERSON,
    Column(
        "grade",
        "专业等级",
        cells.choice("专业等级", _GRADES),
        required=True,
        example=_FORMAL,
        choices=(_FORMAL, _TEMPORARY),
        repeats=True,
    ),
    Column(
        "specialty",
        "专业名称",
        cells.specialty,
        required=True,
        aliases=("注册专业", "专业", "专业类别"),
        example="建筑工程",
        choices=tuple(each.label for each in SECOND_CLASS),
        repeats=True,
    ),
    Column(
        "management_number",
        "证书管理号",
        cells.code("证书管理号", limit=60),
        required=True,
        aliases=("管理号", "资格证书管理号", "资格证书编号", "证书编号"),
        example="20240430199000001",
        width=24,
    ),
    Column(
        "pass_year",
        "合格年度",
        cells.year,
        required=True,
        aliases=("合格年份", "考试年度"),
        example="2024",
        repeats=True,
        width=10,
    ),
    Column(
        "obtained_on",
        "获取日期",
        cells.past_day,
        required=True,
        aliases=("发证日期", "取得日期", "批准日期"),
        example="2024-09-20",
        repeats=True,
        width=13,
    ),
    Column(
        "enterprise_name",
        "企业名称",
        cells.line(limit=200),
        aliases=("工作单位", "单位名称"),
        example="湖南麓川建设工程有限公司",
        repeats=True,
        width=30,
    ),
    Column(
        "enterprise_code",
        "企业信用代码",
        cells.credit_code,
        aliases=("统一社会信用代码", "社会统一信用代码", "信用代码"),
        example="91430199000000107Q",
        repeats=True,
        width=22,
    ),
    Column(
        "review_result",
        "复审结果",
        cells.choice("复审结果", _RESULTS),
        aliases=("职改部门复审", "复审"),
        example="合格",
        choices=tuple(result.label for result in ReviewResult),
        repeats=True,
        width=10,
        note="可不填。未填的新证书按“复审中”登记，合格后才能申报。",
    ),
    Column("kind", "资格证类型", cells.line(limit=20), example="初始申报", repeats=True, width=12),
    parts.WAIVER,
    *parts.STATED,
)


def check(row: dict[str, Any]) -> Iterator[Problem]:
    """What is wrong between the cells of one row."""
    yield from parts.check_person(row)
    yield from parts.check_credit_code(row, header="企业信用代码")
    year, day = row["pass_year"], row["obtained_on"]
    if year and day and day.year < year:
        yield "获取日期", "早于合格年度"
    number = row["id_number"]
    if number is not None and year and year - number.birth_date.year < 18:
        yield "合格年度", "按身份证号，本人当时不满 18 岁"


def convert(row: dict[str, Any], sealer: BulkSealer) -> tuple[Any, ...]:
    """The row as the register's load takes it."""
    return (
        *parts.person_values(row, sealer),
        row["specialty"],
        row["management_number"],
        row["grade"],
        row["pass_year"],
        row["obtained_on"],
        row["enterprise_name"],
        row["enterprise_code"],
        row["review_result"],
        row["kind"],
    )


QUALIFICATIONS = Kind(
    code="qualifications",
    label="资格证书",
    purpose="考试合格、取得二级建造师资格证书的人员。登记库中没有的人员会一并建立。",
    columns=COLUMNS,
    load=importing.QUALIFICATIONS,
    convert=convert,
    check=check,
)
