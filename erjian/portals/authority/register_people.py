"""登记库 · 人员: one person with everything the register holds of them.

Numbers are masked; one click shows them in full, and that is noted in the audit.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from erjian import audit
from erjian.accounts import scopes
from erjian.accounts.models import Function
from erjian.applications.models import Application
from erjian.policy import authorities, clock
from erjian.portals.authority.access import for_officer, officer
from erjian.portals.authority.navigation import shell
from erjian.portals.authority.register_lists import REVIEW_TONES, STATUS_TONES
from erjian.portals.shared import case as case_parts
from erjian.portals.shared.register_history import HISTORY, history
from erjian.registry.models import Bar, Change, EducationHours, Lock, Person, Registration, RegistrationSpecialty
from erjian.standards import phones
from erjian.standards.specialties import Specialty
from erjian.ui.addresses import row_address
from erjian.ui.dates import day, moment, period
from erjian.ui.parts import Row
from erjian.ui.tables import Column, Op, Table, word
from erjian.ui.templatetags.ej import chip


def _person(request: HttpRequest, pk: int, *, revealed: bool) -> HttpResponse:
    user = officer(request)
    person = get_object_or_404(scopes.people(user).select_related("portrait"), pk=pk)
    today = clock.today()
    registrations = (
        person.registrations.select_related("enterprise")
        .prefetch_related(
            Prefetch("specialties", queryset=RegistrationSpecialty.objects.standing().order_by("specialty"))
        )
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
        "education": _education(person.education_hours.order_by("-completed_on", "-id")),
        "keeps_bars": user.authority_code == authorities.province().code,
        "cases": _cases(cases),
        "history": history(Change.objects.filter(person_id=person.pk).order_by("-at", "-id")[:HISTORY]),
    }
    return render(request, "authority/register/person.html", context)


@for_officer(Function.REGISTER)
@require_safe
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
    verified = (
        f"{person.get_assurance_display()}　{day(person.verified_at)}"
        if person.is_verified
        else person.get_assurance_display()
    )
    return (
        Row("姓名", person.name),
        Row("性别", person.get_sex_display()),
        Row("证件类型", person.get_document_kind_display()),
        Row("证件号码", person.id_number if revealed else person.id_number_mask),
        Row("出生日期", day(person.birth_date)),
        Row("民族", person.get_ethnicity_display()),
        Row("手机号码", person.phone if revealed else person.phone_mask),
        Row("联系电话", person.landline if revealed or not person.landline else phones.mask(person.landline)),
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
            Column(
                "注册专业",
                lambda row: "、".join(Specialty(item.specialty).short for item in row.specialties.all()),
                data_label="注册专业",
            ),
            Column("证书编号", "certificate_number", css="ej-num", data_label="证书编号"),
            Column("有效期至", lambda row: day(row.valid_until), css="ej-num", data_label="有效期至"),
            Column("证书状态", status, css="m-top m-end"),
        ),
        rows=found,
        name="number",
        empty="没有注册。",
        ops=lambda row: (Op("查阅", row_address("authority:registration")(row.pk)),),
    )


def _qualifications(found: Iterable[Any]) -> Table:
    return Table(
        columns=(
            Column("专业名称", "get_specialty_display", css="m-top"),
            Column("证书管理号", "management_number", css="ej-num m-wide"),
            Column("合格年度", lambda row: str(row.pass_year), css="ej-num", data_label="合格年度"),
            Column("获取日期", lambda row: day(row.obtained_on), css="ej-num", data_label="获取日期"),
            Column("企业名称", "enterprise_name", css="m-wide"),
            Column(
                "复审结果",
                lambda row: chip(REVIEW_TONES[row.review_result], word(row, "review_result")),
                css="m-top m-end",
            ),
            Column(
                "是否使用", lambda row: f"{day(row.used_at)} 已使用" if row.used_at else "未使用", data_label="是否使用"
            ),
        ),
        rows=found,
        empty="没有资格证书。",
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
            Column(
                "类型",
                lambda row: word(row, "basis") if isinstance(row, Bar) else word(row, "kind"),
                css="m-top",
            ),
            Column("事由", "reason", css="m-wide"),
            Column("期限", lambda row: period(row.begins, row.ends), css="ej-num m-wide"),
            Column("状态", state, css="m-top m-end"),
        ),
        rows=[*bars, *locks],
        name="reason",
        ops=lambda row: (
            Op("查阅", reverse("authority:restriction", args=["bars" if isinstance(row, Bar) else "locks", row.pk])),
        ),
        empty="没有不予注册记录和锁定。",
    )


def _education(found: Iterable[EducationHours]) -> Table:
    return Table(
        columns=(
            Column("课程名称", "course", css="m-top m-wide"),
            Column("完成日期", lambda row: day(row.completed_on), css="ej-num", data_label="完成日期"),
            Column("必修学时", lambda row: str(row.compulsory), css="ej-num", data_label="必修学时"),
            Column("选修学时", lambda row: str(row.elective), css="ej-num", data_label="选修学时"),
            Column("证明编号", "certificate_number", css="ej-num m-wide", data_label="证明编号"),
            Column(
                "状态",
                lambda row: chip("", "已撤回") if row.withdrawn_on else chip("done", "有效"),
                css="m-top m-end",
            ),
        ),
        rows=found,
        name="course",
        ops=lambda row: (Op("查阅", row_address("authority:restriction", "education")(row.pk)),),
        empty="没有继续教育学时。",
    )


def _cases(found: Iterable[Application]) -> Table:
    return Table(
        columns=(
            Column("申报编号", "number", css="ej-num m-top"),
            Column("申报类型", lambda case: case.procedure.kind_label, data_label="申报类型"),
            Column("企业名称", "enterprise.name", css="m-wide"),
            Column("上报时间", lambda case: moment(case.reported_at), css="ej-num", data_label="上报时间"),
            Column("状态", case_parts.state_chip, css="m-top m-end"),
        ),
        rows=found,
        name="number",
        empty="没有申报。",
        ops=lambda case: (Op("查阅", row_address("authority:case")(case.uuid)),),
    )
