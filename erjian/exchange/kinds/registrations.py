"""注册: registrations that exist already, live and past, formal and temporary; a row for each specialty and period."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from erjian.exchange import cells
from erjian.exchange.columns import Column, Kind, Problem
from erjian.exchange.kinds import parts
from erjian.exchange.kinds.enterprise_qualifications import ENTERPRISE_CODE, ENTERPRISE_NAME
from erjian.protection import BulkSealer
from erjian.registry import importing
from erjian.registry.models import CertificateKind, RegistrationClass, RegistrationStatus
from erjian.standards.specialties import SECOND_CLASS

_LIVE = {RegistrationStatus.VALID, RegistrationStatus.SUSPENDED}
_CLASSES = {str(each.label): str(each.value) for each in RegistrationClass} | {
    "二级建造师": str(RegistrationClass.CONSTRUCTOR),
    "二级临时建造师": str(RegistrationClass.TEMPORARY),
}
_STATES = {str(each.label): str(each.value) for each in RegistrationStatus} | {
    "过期": str(RegistrationStatus.LAPSED),
    "已注销": str(RegistrationStatus.CANCELLED),
}
_CERTIFICATES = {str(each.label): str(each.value) for each in CertificateKind}

COLUMNS = (
    *parts.PERSON,
    Column(
        "registration_class",
        "注册类型",
        cells.choice("注册类型", _CLASSES),
        required=True,
        example=str(RegistrationClass.CONSTRUCTOR.label),
        choices=tuple(str(each.label) for each in RegistrationClass),
        repeats=True,
        width=18,
    ),
    Column(
        "number",
        "注册号",
        cells.code("注册号", limit=40),
        required=True,
        aliases=("注册编号", "执业印章号", "注册号（执业印章号）"),
        example="湘2432019202012345",
        width=22,
        note="旧格式编号照原样填写。",
    ),
    replace(ENTERPRISE_NAME, aliases=(*ENTERPRISE_NAME.aliases, "聘用企业名称")),
    ENTERPRISE_CODE,
    Column(
        "status",
        "证书状态",
        cells.choice("证书状态", _STATES),
        required=True,
        aliases=("状态", "注册状态"),
        example="有效",
        choices=tuple(str(each.label) for each in RegistrationStatus),
        repeats=True,
        width=10,
    ),
    Column(
        "certificate_kind",
        "证书类型",
        cells.choice("证书类型", _CERTIFICATES),
        example="纸质证书",
        choices=tuple(_CERTIFICATES),
        repeats=True,
        width=12,
        note="可不填，按纸质证书登记。",
    ),
    Column(
        "certificate_number",
        "证书编号",
        cells.code("证书编号", limit=20),
        aliases=("注册证书编号",),
        example="00012345",
        width=14,
    ),
    Column(
        "registered_on",
        "初始注册日期",
        cells.past_day,
        required=True,
        aliases=("注册日期",),
        example="2020-07-01",
        repeats=True,
        width=14,
    ),
    Column("employed_on", "到现单位日期", cells.past_day, example="2020-07-01", repeats=True, width=14),
    Column(
        "specialty",
        "注册专业",
        cells.specialty,
        required=True,
        aliases=("专业", "专业名称"),
        example="建筑工程",
        choices=tuple(each.label for each in SECOND_CLASS),
        repeats=True,
        note="每个专业、每段有效期一行；同一注册的其他列须一致。",
    ),
    Column(
        "begins",
        "专业有效期起",
        cells.day,
        required=True,
        aliases=("有效期起",),
        example="2023-07-01",
        repeats=True,
        width=14,
    ),
    Column(
        "ends",
        "专业有效期止",
        cells.day,
        required=True,
        aliases=("有效期止",),
        example="2026-06-30",
        repeats=True,
        width=14,
    ),
    Column(
        "management_number",
        "资格证书管理号",
        cells.code("资格证书管理号", limit=60),
        aliases=("证书管理号", "管理号"),
        width=24,
        note="可不填。填写时该资格证书须已在登记库中。",
    ),
    Column(
        "valid_until",
        "有效期至",
        cells.day,
        example="2026-06-30",
        repeats=True,
        width=14,
        note="可不填，取各专业有效期的最后一天。",
    ),
    Column(
        "ended_on", "终止日期", cells.past_day, aliases=("注销日期",), repeats=True, width=14, note="已终止的注册填写。"
    ),
    Column("end_reason", "终止原因", cells.line(limit=200), aliases=("注销原因",), repeats=True, width=24),
    *parts.STATED,
)


def check(row: dict[str, Any]) -> Iterator[Problem]:
    """Days in order, and an end only where the registration has ended."""
    yield from parts.check_person(row)
    begins, ends, registered = row["begins"], row["ends"], row["registered_on"]
    if begins and ends and ends < begins:
        yield "专业有效期止", "早于专业有效期起"
    if ends and row["valid_until"] and row["valid_until"] < ends:
        yield "有效期至", "早于专业有效期止"
    if row["status"] in _LIVE and (row["ended_on"] or row["end_reason"]):
        yield "终止日期", "有效的注册不能有终止日期和终止原因"
    if registered and row["ended_on"] and row["ended_on"] < registered:
        yield "终止日期", "早于初始注册日期"


def convert(row: dict[str, Any], sealer: BulkSealer) -> tuple[Any, ...]:
    """The row as the register's load takes it."""
    return (
        *parts.person_values(row, sealer),
        row["registration_class"],
        row["number"],
        row["enterprise_code"],
        row["enterprise_name"],
        row["status"],
        row["certificate_kind"],
        row["certificate_number"],
        row["registered_on"],
        row["employed_on"],
        row["valid_until"],
        row["ended_on"],
        row["end_reason"],
        row["specialty"],
        row["begins"],
        row["ends"],
        row["management_number"],
        None,
        None,
        None,
        None,
    )


REGISTRATIONS = Kind(
    code="registrations",
    label="注册",
    purpose="已有的注册，包括旧格式注册号、临时建造师和已终止的注册。每个专业一行；企业须已在登记库中。",
    columns=COLUMNS,
    load=importing.REGISTRATIONS,
    convert=convert,
    check=check,
    together="number",
)
