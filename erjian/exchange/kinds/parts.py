"""Columns and rules that several kinds share: the person of a row, an enterprise, the waiver of a check character."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from erjian.exchange import cells
from erjian.exchange.columns import Column, Problem
from erjian.protection import BulkSealer
from erjian.registry.models import Person
from erjian.standards import credit_codes
from erjian.standards.dictionaries import DocumentKind, Sex

NAME = Column("name", "姓名", cells.person_name, required=True, aliases=("人员姓名",), example="周启明", width=12)
ID_NUMBER = Column(
    "id_number",
    "身份证号",
    cells.id_number,
    required=True,
    aliases=("身份证号码", "证件号码", "证件号", "公民身份号码", "人员身份证号"),
    example="430199199003170012",
    width=22,
    note="18 位或 15 位，单元格须为文本格式。",
)
PHONE = Column(
    "phone",
    "手机号码",
    cells.mobile,
    aliases=("手机号", "手机", "联系手机", "移动电话"),
    example="13800002716",
    width=14,
    note="可不填。用于本人首次登录的短信验证。",
)
SEX = Column(
    "stated_sex",
    "性别",
    cells.choice("性别", {"男": str(Sex.MALE), "女": str(Sex.FEMALE)}),
    repeats=True,
    in_template=False,
)
BIRTH = Column("stated_birth", "出生日期", cells.past_day, aliases=("出生年月日",), repeats=True, in_template=False)
PERSON = (NAME, ID_NUMBER, PHONE)
STATED = (SEX, BIRTH)

WAIVER = Column(
    "waiver",
    "校验豁免理由",
    cells.line(limit=200),
    aliases=("信用代码校验豁免理由",),
    width=18,
    note="一般不填。信用代码与营业执照一致但校验码不符时，写明核对依据。",
)


def check_person(row: dict[str, Any]) -> Iterator[Problem]:
    """Sex and birth date, where the file states them, must be those of the ID number (GB 11643)."""
    number = row["id_number"]
    if number is None:
        return
    sex, birth = row["stated_sex"], row["stated_birth"]
    if sex is not None and sex != number.sex:
        yield "性别", "与身份证号不符"
    if birth is not None and birth != number.birth_date:
        yield "出生日期", f"与身份证号不符，身份证号中是 {number.birth_date}"


def check_credit_code(row: dict[str, Any], *, column: str = "enterprise_code", header: str) -> Iterator[Problem]:
    """A credit code's check character, unless the authority states why it is waived (GB 32100-2015)."""
    code = row[column]
    if code and not row["waiver"] and not _passes(code):
        yield header, "信用代码校验码不符，请对照营业执照逐位核对；确与证照一致的，请填写“校验豁免理由”"


_passing: dict[str, bool] = {}


def _passes(code: str) -> bool:
    known = _passing.get(code)
    if known is None:
        if len(_passing) > 20_000:
            _passing.clear()
        known = _passing[code] = code[17] == credit_codes.check_digit(code[:17])
    return known


_HM, _TW = ("81", "82"), "83"
_ID_NUMBER, _PHONE = Person.id_number, Person.phone
_NO_PHONE = (None, None, None)


def person_values(row: dict[str, Any], sealer: BulkSealer) -> tuple[Any, ...]:
    """The stage's values of the row's person, in the order of `registry.importing.PERSON_COLUMNS`."""
    number = row["id_number"]
    text = number.number18
    start = text[:2]
    document = DocumentKind.ID_CARD
    if start in _HM:
        document = DocumentKind.HM_RESIDENCE
    elif start == _TW:
        document = DocumentKind.TW_RESIDENCE
    phone = row["phone"]
    return (
        row["name"],
        number.sex.value,
        number.birth_date,
        document.value,
        *sealer.seal(_ID_NUMBER, text),
        *(sealer.seal(_PHONE, phone) if phone else _NO_PHONE),
    )
