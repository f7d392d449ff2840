"""登记库 details: one person, registration or enterprise with everything the register holds, and how it became so.

Numbers are masked; one click shows them in full, and that is noted in the audit.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from erjian import audit
from erjian.accounts import scopes
from erjian.accounts.models import Function
from erjian.applications.models import Application
from erjian.policy import authorities, clock
from erjian.portals.authority.access import for_officer, officer
from erjian.portals.authority.navigation import shell
from erjian.portals.authority.register_lists import REVIEW_TONES, STATUS_TONES
from erjian.portals.shared import case as case_parts
from erjian.registry.models import Bar, Change, Enterprise, Lock, Person, Registration, RegistrationSpecialty
from erjian.standards import regions
from erjian.standards.specialties import Specialty
from erjian.ui.dates import day, moment, period
from erjian.ui.parts import Row
from erjian.ui.tables import Column, Op, Table
from erjian.ui.templatetags.ej import chip

HISTORY = 100
"""Changes shown on a page, latest first."""

_WORDS = {
    "number": "注册号", "enterprise_id": "企业", "status": "证书状态", "certificate_number": "证书编号", "valid_until": "有效期至",
    "specialties": "注册专业",
}


# ── history ──


def history(changes: Iterable[Change]) -> Table:
    """Changes with what was before and after."""
    rows = list(changes)
    names = _enterprise_names(rows)
    return Table(
        columns=(
            Column("时间", lambda row: moment(row.at), css="ej-num m-top"),
            Column("变动", "get_kind_display", css="m-top m-end text-nowrap"),
            Column("内容", lambda row: _said(row, names), css="m-wide"),
            Column("依据申报编号", "case_number", css="ej-num", data_label="依据申报编号"),
            Column("经办", "actor", css="text-nowrap", data_label="经办"),
        ),
        rows=rows, empty="没有变动记录。", caption="变动记录",
    )


def _enterprise_names(rows: Iterable[Change]) -> dict[int, str]:
    wanted = {side.get("enterprise_id") for row in rows for side in (row.before, row.after)}
    return dict(Enterprise.objects.filter(pk__in=wanted - {None}).values_list("pk", "name"))


def _said(row: Change, names: dict[int, str]) -> str:
    keys = [key for key in {**row.before, **row.after} if row.before.get(key) != row.after.get(key)]
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
    if key == "enterprise_id":
        return names.get(value, "")
    if key == "status":
        return dict(Registration._meta.get_field("status").flatchoices).get(value, str(value))
    if key == "specialties" and isinstance(value, list):
        return "、".join(f"{Specialty(item['specialty']).label}（至 {item['end']}）" for item in value if not item.get("voided"))
    return str(value)


# ── people ──


def _person(request: HttpRequest, pk: int, *, revealed: bool) -> HttpResponse:
    user = officer(request)
    person = get_object_or_404(scopes.people(user).select_related("portrait"), pk=pk)
    today = clock.today()
    registrations = (
        person.registrations.select_related("enterprise")
        .prefetch_related(Prefetch("specialties", queryset=RegistrationSpecialty.objects.filter(voided=False).order_by("specialty")))
        .order_by("-id")
    )
    cases = Application.objects.visible_to(user).filter(person=person).select_related("enterprise").order_by("-id")[:30]
    context = {
        "shell": shell(request, "register", "people"),
        "person": person,
        "revealed": revealed,
        "rows": _person_rows(person, revealed=revealed),
        "registrations": _registrations(registrations, today),
        "qualifications": _qualifications(person.qualifications.order_by("-obtained_on", "-id")),
        "restrictions": _restrictions(person, today),
        "cases": _cases(cases),
        "history": history(Change.objects.filter(person_id=person.pk).order_by("-at", "-id")[:HISTORY]),
    }
    return render(request, "authority/register/person.html", context)


@for_officer(Function.REGISTER)
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person, masked."""
    return _person(request, pk, revealed=False)


@require_POST
@for_officer(Function.REGISTER)
def reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """The same page with full numbers, noted in the audit."""
    user = officer(request)
    shown = get_object_or_404(scopes.people(user), pk=pk)
    audit.record_read(actor=user.actor, purpose="登记库查阅", kind="person", ids=[shown.pk])
    response = _person(request, pk, revealed=True)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _person_rows(person: Person, *, revealed: bool) -> tuple[Row, ...]:
    verified = f"{person.get_assurance_display()}　{day(person.verified_at)}" if person.is_verified else person.get_assurance_display()
    return (
        Row("姓名", person.name),
        Row("性别", person.get_sex_display()),
        Row("证件类型", person.get_document_kind_display()),
        Row("证件号码", person.id_number if revealed else person.id_number_mask),
        Row("出生日期", day(person.birth_date)),
        Row("民族", person.get_ethnicity_display()),
        Row("手机号码", person.phone if revealed else person.phone_mask),
        Row("联系电话", person.landline),
        Row("毕业院校", person.school),
        Row("所学专业", person.major),
        Row("毕业时间", day(person.graduated_on)),
        Row("学历", person.get_education_display()),
        Row("学位", person.get_degree_display()),
        Row("实名认证", verified),
    )


def _registrations(found: Iterable[Registration], today: Any) -> Table:
    def status(row: Registration) -> object:
        now = row.status_on(today)
        return chip(STATUS_TONES.get(now, ""), now.label)

    return Table(
        columns=(
            Column("注册号", "number", css="ej-num m-top"),
            Column("注册类型", "get_registration_class_display", data_label="注册类型"),
            Column("企业名称", "enterprise.name", css="m-wide"),
            Column("注册专业", lambda row: "、".join(Specialty(item.specialty).short for item in row.specialties.all()), data_label="注册专业"),
            Column("证书编号", "certificate_number", css="ej-num", data_label="证书编号"),
            Column("有效期至", lambda row: day(row.valid_until), css="ej-num", data_label="有效期至"),
            Column("证书状态", status, css="m-top m-end"),
        ),
        rows=found, name="number", empty="没有注册。", ops=lambda row: (Op("查阅", reverse("authority:registration", args=[row.pk])),),
    )


def _qualifications(found: Iterable[Any]) -> Table:
    return Table(
        columns=(
            Column("专业名称", "get_specialty_display", css="m-top"),
            Column("证书管理号", "management_number", css="ej-num m-wide"),
            Column("合格年度", lambda row: str(row.pass_year), css="ej-num", data_label="合格年度"),
            Column("获取日期", lambda row: day(row.obtained_on), css="ej-num", data_label="获取日期"),
            Column("企业名称", "enterprise_name", css="m-wide"),
            Column("复审结果", lambda row: chip(REVIEW_TONES[row.review_result], row.get_review_result_display()), css="m-top m-end"),
            Column("是否使用", lambda row: f"{day(row.used_at)} 已使用" if row.used_at else "未使用", data_label="是否使用"),
        ),
        rows=found, empty="没有资格证书。",
    )


def _restrictions(person: Person, today: Any) -> Table:
    bars = list(person.bars.order_by("-begins", "-id"))
    locks = list(person.locks.order_by("-begins", "-id"))

    def over(row: Bar | Lock) -> Any:
        return row.lifted_on if isinstance(row, Bar) else row.released_on

    def state(row: Bar | Lock) -> object:
        running = over(row) is None and (row.ends is None or row.ends >= today)
        return chip("bad", "有效") if running else chip("", "已解除" if over(row) else "已届满")

    return Table(
        columns=(
            Column("类型", lambda row: row.get_basis_display() if isinstance(row, Bar) else row.get_kind_display(), css="m-top"),
            Column("事由", "reason", css="m-wide"),
            Column("期限", lambda row: period(row.begins, row.ends), css="ej-num m-wide"),
            Column("状态", state, css="m-top m-end"),
        ),
        rows=[*bars, *locks], empty="没有不予注册记录和锁定。",
    )


def _cases(found: Iterable[Application]) -> Table:
    return Table(
        columns=(
            Column("申报编号", "number", css="ej-num m-top"),
            Column("申报类型", lambda case: case.procedure.kind_label, data_label="申报类型"),
            Column("企业名称", "enterprise.name", css="m-wide"),
            Column("上报时间", lambda case: moment(case.reported_at), css="ej-num", data_label="上报时间"),
            Column("状态", lambda case: chip(case_parts.tone(case.state), case.get_state_display()), css="m-top m-end"),
        ),
        rows=found, name="number", empty="没有申报。", ops=lambda case: (Op("查阅", reverse("authority:case", args=[case.uuid])),),
    )


# ── registrations ──


@for_officer(Function.REGISTER)
def registration(request: HttpRequest, pk: int) -> HttpResponse:
    """One registration with each specialty's own validity."""
    row = get_object_or_404(scopes.registrations(officer(request)).select_related("person", "enterprise"), pk=pk)
    status = row.status_on(clock.today())
    specialties = Table(
        columns=(
            Column("注册专业", "get_specialty_display", css="m-top"),
            Column("有效期", lambda item: period(item.begin, item.end), css="ej-num m-wide"),
            Column("资格证书管理号", lambda item: item.qualification.management_number if item.qualification else "", css="ej-num m-wide"),
            Column("状态", lambda item: chip("", "已作废") if item.voided else chip("done", "有效") if item.end >= clock.today() else chip("", "已届满"), css="m-top m-end"),
        ),
        rows=row.specialties.select_related("qualification").order_by("specialty", "begin"), empty="没有注册专业。",
    )
    rows = (
        Row("注册号", row.number), Row("注册类型", row.get_registration_class_display()), Row("证书编号", row.certificate_number),
        Row("证书类型", row.get_certificate_kind_display()), Row("企业名称", row.enterprise.name, wide=True),
        Row("初始注册日期", day(row.registered_on)), Row("到现单位日期", day(row.employed_on)), Row("有效期至", day(row.valid_until)),
        Row("依据申报编号", row.case_number), *((Row("终止日期", day(row.ended_on)), Row("终止原因", row.end_reason)) if row.ended_on else ()),
    )
    changes = Change.objects.filter(registration_id=row.pk).order_by("-at", "-id")[:HISTORY]
    context = {
        "shell": shell(request, "register", "registrations"), "registration": row, "rows": rows, "specialties": specialties,
        "status": status, "tone": STATUS_TONES.get(status, ""), "history": history(changes),
    }
    return render(request, "authority/register/registration.html", context)


# ── enterprises ──


@for_officer(Function.REGISTER)
def enterprise(request: HttpRequest, pk: int) -> HttpResponse:
    """One enterprise with its 资质 and the constructors registered with it."""
    user = officer(request)
    row = get_object_or_404(scopes.enterprises(user), pk=pk)
    today = clock.today()
    held = Table(
        columns=(
            Column("证书编号", "number", css="ej-num m-wide"),
            Column("资质范围", "scope", css="m-top m-wide"),
            Column("资质等级", "level", data_label="资质等级"),
            Column("发证日期", lambda item: day(item.issued_on), css="ej-num", data_label="发证日期"),
            Column("有效期至", lambda item: day(item.expires_on), css="ej-num", data_label="有效期至"),
            Column("状态", lambda item: _held(item, today), css="m-top m-end"),
        ),
        rows=row.qualifications.order_by("-expires_on", "id"), empty="没有资质。",
    )
    registered = (
        row.registrations.filter(Q(status="valid") | Q(status="suspended")).select_related("person", "enterprise")
        .prefetch_related(Prefetch("specialties", queryset=RegistrationSpecialty.objects.filter(voided=False).order_by("specialty")))
        .order_by("-id")[:100]
    )
    people = Table(
        columns=(
            Column("姓名", "person.name", css="m-top"),
            Column("注册号", "number", css="ej-num m-wide"),
            Column("注册专业", lambda item: "、".join(Specialty(one.specialty).short for one in item.specialties.all()), data_label="注册专业"),
            Column("有效期至", lambda item: day(item.valid_until), css="ej-num", data_label="有效期至"),
        ),
        rows=registered, empty="没有在册建造师。", name=lambda item: item.person.name,
        ops=lambda item: (Op("查阅", reverse("authority:registration", args=[item.pk])),),
    )
    changes = Change.objects.filter(enterprise_id=row.pk, person_id__isnull=True).order_by("-at", "-id")[:HISTORY]
    context = {
        "shell": shell(request, "register", "enterprises"), "enterprise": row, "rows": _enterprise_rows(row), "held": held,
        "people": people, "history": history(changes),
    }
    return render(request, "authority/register/enterprise.html", context)


def _held(item: Any, today: Any) -> object:
    if item.withdrawn_on:
        return chip("bad", "已撤回")
    return chip("", "已届满") if item.expires_on and item.expires_on < today else chip("done", "有效")


def _enterprise_rows(row: Enterprise) -> tuple[Row, ...]:
    place = " ".join(regions.name(code) for code in (row.city, row.county) if code)
    return (
        Row("企业名称", row.name, wide=True),
        Row("统一社会信用代码", row.credit_code), Row("曾用名", row.former_name),
        Row("企业类型", row.get_origin_display()), Row("企业资质类型", row.get_kind_display()),
        Row("法定代表人", row.legal_representative), Row("企业性质", row.get_nature_display()),
        Row("成立日期", day(row.established_on)), Row("企业登记注册类型", row.get_registration_kind_display()),
        Row("注册资本金", f"{row.capital.normalize():f} 万元 {row.get_currency_display()}" if row.capital is not None else ""),
        Row("申报主管部门", authorities.get(row.filing_authority).name), Row("所在市州(县区)", place),
        Row("企业营业地址", row.address, wide=True), Row("联系人", row.contact_name), Row("联系人手机号码", row.contact_phone_mask),
        Row("办公电话", row.office_phone), Row("电子邮箱", row.email),
        Row("营业执照经营范围", row.business_scope, wide=True),
    )
