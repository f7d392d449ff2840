"""企业: employers with what their business licence says (manual 3.2.2.1)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import TextChoices

from erjian.exchange import cells
from erjian.exchange.columns import Column, Kind, Problem
from erjian.exchange.kinds import parts
from erjian.policy import authorities
from erjian.protection import BulkSealer
from erjian.registry import importing
from erjian.registry.models import Enterprise, EnterpriseStatus
from erjian.registry.models.enterprises import EnterpriseOrigin
from erjian.standards import regions
from erjian.standards.dictionaries import Currency, EnterpriseNature, EnterpriseType, RegistrationKind


def words(choices: type[TextChoices]) -> dict[str, str]:
    """What may be written for each value of a vocabulary: its label."""
    return {str(choice.label): str(choice.value) for choice in choices}


def _labels(choices: type[TextChoices]) -> tuple[str, ...]:
    return tuple(str(choice.label) for choice in choices)


def _authority(raw: Any) -> str | None:
    """An authority by full name, short name or code."""
    text = cells.clean(raw)
    if not text:
        return None
    known = {word: each.code for each in authorities.every() for word in (each.name, each.short, each.code)}
    return cells.choice("申报主管部门", known)(text)


def _named(label: str, names: dict[str, str]) -> cells.Parser:
    """A region by name or code."""
    by_word = {name: code for code, name in names.items()} | {code: code for code in names}
    look_up = cells.choice(label, by_word)

    def parse(raw: Any) -> str | None:
        text = cells.clean(raw)
        if text and text not in by_word:
            raise cells.CellRefused(f"{label}没有“{text[:20]}”", code="choice")
        return look_up(text)

    return parse


_county = cells.line(limit=50)


_NATURE = words(EnterpriseNature)
_ORIGINS = words(EnterpriseOrigin)

COLUMNS = (
    Column(
        "name",
        "企业名称",
        cells.line(limit=200),
        required=True,
        aliases=("单位名称",),
        example="湖南麓川建设工程有限公司",
        width=32,
    ),
    Column(
        "credit_code",
        "统一社会信用代码",
        cells.credit_code,
        required=True,
        aliases=("社会统一信用代码", "企业信用代码", "信用代码"),
        example="91430199000000107Q",
        width=22,
    ),
    Column(
        "origin",
        "企业类型",
        cells.choice("企业类型", _ORIGINS),
        example="省内企业",
        choices=_labels(EnterpriseOrigin),
        repeats=True,
        width=12,
        note="可不填，按省内企业登记。省直、省外企业向省级主管部门申报。",
    ),
    Column("province", "注册所在省", _named("注册所在省", regions.PROVINCES), example="湖南省", repeats=True, width=12),
    Column("city", "注册所在地市", _named("注册所在地市", regions.CITIES), example="长沙市", repeats=True, width=12),
    Column("county", "注册所在区县", _county, example="岳麓区", repeats=True, width=12),
    Column("address", "企业营业地址", cells.line(limit=300), aliases=("通讯地址", "住所"), width=32),
    Column("established_on", "成立日期", cells.past_day, example="2010-05-20", width=13),
    Column("former_name", "曾用名", cells.line(limit=200), width=24),
    Column(
        "registration_kind",
        "企业登记注册类型",
        cells.choice("企业登记注册类型", words(RegistrationKind) | {str(k): str(k) for k in RegistrationKind.values}),
        example="其他有限责任公司",
        repeats=True,
        width=20,
    ),
    Column("capital", "注册资本金(万元)", cells.amount, aliases=("注册资本金", "注册资本(万元)"), example="5000"),
    Column(
        "currency",
        "注册资本币种",
        cells.choice("注册资本币种", words(Currency)),
        example="人民币",
        choices=_labels(Currency),
        repeats=True,
        width=12,
    ),
    Column("legal_representative", "法定代表人", cells.person_name, example="陈国梁", width=12),
    Column(
        "nature",
        "企业性质",
        cells.choice("企业性质", _NATURE),
        example="民营企业",
        choices=_labels(EnterpriseNature),
        repeats=True,
    ),
    Column(
        "kind",
        "企业资质类型",
        cells.choice("企业资质类型", words(EnterpriseType)),
        example="施工",
        choices=_labels(EnterpriseType),
        repeats=True,
    ),
    Column("office_phone", "办公电话", cells.landline, example="0731-80001234"),
    Column("fax", "传真号码", cells.landline),
    Column("contact_name", "联系人姓名", cells.person_name, example="李晓琳", width=12),
    Column("contact_phone", "联系人手机号码", cells.mobile, aliases=("联系人手机",), example="13800002716"),
    Column("website", "企业网址", cells.line(limit=200), width=24),
    Column("email", "电子邮箱", cells.email, width=24),
    Column("business_scope", "营业执照经营范围", cells.line(limit=4000), aliases=("经营范围",), width=40),
    Column(
        "status",
        "经营状态",
        cells.choice("经营状态", words(EnterpriseStatus)),
        example="正常",
        choices=_labels(EnterpriseStatus),
        repeats=True,
        width=12,
    ),
    Column(
        "filing_authority",
        "申报主管部门",
        _authority,
        repeats=True,
        width=20,
        note="可不填，按注册所在地市确定；省直、省外企业为省级主管部门。",
    ),
    parts.WAIVER,
)


def check(row: dict[str, Any]) -> Iterator[Problem]:
    """Credit code, and regions that lie in each other."""
    yield from parts.check_credit_code(row, column="credit_code", header="统一社会信用代码")
    city, county = row["city"], row["county"]
    if row["province"] and city and row["province"] != regions.PROVINCE:
        yield "注册所在地市", "不在注册所在省内"
    if county and not city:
        yield "注册所在区县", "须同时填写注册所在地市"
    elif county and _county_code(city, county) is None:
        yield "注册所在区县", f"{regions.CITIES[city]}没有“{county[:20]}”"


def _county_code(city: str | None, county: str | None) -> str | None:
    if not city or not county:
        return None
    found = dict(regions.counties_of(city))
    return county if county in found else next((code for code, name in found.items() if name == county), None)


def _filing_authority(row: dict[str, Any]) -> str | None:
    """Where the enterprise files, as far as the row says (domain decision G.1); None keeps what is known."""
    if row["filing_authority"]:
        return str(row["filing_authority"])
    if row["origin"] in {EnterpriseOrigin.DIRECT, EnterpriseOrigin.OUTSIDE}:
        return authorities.province().code
    if row["province"] and row["province"] != regions.PROVINCE:
        return authorities.province().code
    return authorities.of_region(row["city"]).code if row["city"] else None


_PHONE = Enterprise.contact_phone


def convert(row: dict[str, Any], sealer: BulkSealer) -> tuple[Any, ...]:
    """The row as the register's load takes it."""
    phone = row["contact_phone"]
    return (
        row["name"],
        row["credit_code"],
        row["name"],
        not row["filing_authority"],
        row["waiver"],
        row["origin"],
        row["province"] or (regions.PROVINCE if row["city"] else None),
        row["city"],
        _county_code(row["city"], row["county"]),
        row["address"],
        row["established_on"],
        row["former_name"],
        row["registration_kind"],
        row["capital"],
        row["currency"],
        row["legal_representative"],
        row["nature"],
        row["kind"],
        row["office_phone"],
        row["fax"],
        row["contact_name"],
        row["website"],
        row["email"],
        row["business_scope"],
        row["status"],
        _filing_authority(row),
        *(sealer.seal(_PHONE, phone) if phone else (None, None, None)),
    )


ENTERPRISES = Kind(
    code="enterprises",
    label="企业",
    purpose="用人单位及其营业执照信息。名称变更不在此办理。",
    columns=COLUMNS,
    load=importing.ENTERPRISES,
    convert=convert,
    check=check,
)
