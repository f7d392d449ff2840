"""登记库 · 注册、企业: one registration with each specialty's own validity, one enterprise with its 资质 and constructors."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from erjian.accounts import scopes
from erjian.accounts.models import Function
from erjian.applications.employers import at_stake
from erjian.policy import authorities, clock
from erjian.portals.authority.access import for_officer, officer
from erjian.portals.authority.navigation import shell
from erjian.portals.authority.proceedings.pages import possible
from erjian.portals.authority.register_lists import STATUS_TONES, enterprise_status
from erjian.portals.authority.restrictions.enterprises import bars
from erjian.portals.shared.register_history import HISTORY, history
from erjian.registry.models import Change, Enterprise, RegistrationSpecialty
from erjian.registry.models.registrations import LIVE
from erjian.standards import regions
from erjian.standards.specialties import Specialty
from erjian.ui.addresses import row_address
from erjian.ui.dates import day, period
from erjian.ui.parts import Row
from erjian.ui.tables import Column, Op, Table, strong
from erjian.ui.templatetags.ej import chip


@for_officer(Function.REGISTER)
@require_safe
def registration(request: HttpRequest, pk: int) -> HttpResponse:
    """One registration with each specialty's own validity."""
    row = get_object_or_404(scopes.registrations(officer(request)).select_related("person", "enterprise"), pk=pk)
    status = row.status_on(clock.today())
    specialties = Table(
        columns=(
            Column("注册专业", "get_specialty_display", css="m-top"),
            Column("有效期", lambda item: period(item.begin, item.end), css="ej-num m-wide"),
            Column(
                "资格证书管理号",
                lambda item: item.qualification.management_number if item.qualification else "",
                css="ej-num m-wide",
            ),
            Column(
                "状态",
                lambda item: (
                    chip("", "已作废")
                    if item.voided
                    else chip("done", "有效")
                    if item.end >= clock.today()
                    else chip("", "已届满")
                ),
                css="m-top m-end",
            ),
        ),
        rows=row.specialties.select_related("qualification").order_by("specialty", "begin"),
        empty="没有注册专业。",
    )
    rows = (
        Row("注册号", row.number),
        Row("注册类型", row.get_registration_class_display()),
        Row("证书编号", row.certificate_number),
        Row("证书类型", row.get_certificate_kind_display()),
        Row("企业名称", row.enterprise.name, wide=True),
        Row("初始注册日期", day(row.registered_on)),
        Row("到现单位日期", day(row.employed_on)),
        Row("有效期至", day(row.valid_until)),
        Row("依据申报编号", row.case_number),
        *((Row("终止日期", day(row.ended_on)), Row("终止原因", row.end_reason)) if row.ended_on else ()),
    )
    changes = Change.objects.filter(registration_id=row.pk).order_by("-at", "-id")[:HISTORY]
    context = {
        "shell": shell(request, "register", "registrations"),
        "registration": row,
        "may_proceed": bool(possible(row)),
        "rows": rows,
        "specialties": specialties,
        "status": status,
        "tone": STATUS_TONES.get(status, ""),
        "history": history(changes),
    }
    return render(request, "authority/register/registration.html", context)


@for_officer(Function.REGISTER)
@require_safe
def enterprise(request: HttpRequest, pk: int) -> HttpResponse:
    """One enterprise with its 资质 and the constructors registered with it."""
    user = officer(request)
    row = get_object_or_404(scopes.enterprises(user), pk=pk)
    today = clock.today()
    held = Table(
        columns=(
            Column("证书编号", "number", css="ej-num m-wide"),
            Column("资质范围", "scope", css="m-top wrap"),
            Column("资质等级", "level", data_label="资质等级"),
            Column("发证日期", lambda item: day(item.issued_on), css="ej-num", data_label="发证日期"),
            Column("有效期至", lambda item: day(item.expires_on), css="ej-num", data_label="有效期至"),
            Column("状态", lambda item: _held(item, today), css="m-top m-end"),
        ),
        rows=row.qualifications.order_by("-expires_on", "id"),
        empty="没有资质。",
    )
    registered = (
        row.registrations.filter(status__in=LIVE)
        .select_related("person", "enterprise")
        .prefetch_related(
            Prefetch("specialties", queryset=RegistrationSpecialty.objects.standing().order_by("specialty"))
        )
        .order_by("-id")[:100]
    )
    people = Table(
        columns=(
            Column("姓名", lambda row: strong(row.person.name), css="m-top"),
            Column("注册号", "number", css="ej-num m-wide"),
            Column(
                "注册专业",
                lambda item: "、".join(Specialty(one.specialty).short for one in item.specialties.all()),
                data_label="注册专业",
            ),
            Column("有效期至", lambda item: day(item.valid_until), css="ej-num", data_label="有效期至"),
        ),
        rows=registered,
        empty="没有在册建造师。",
        name=lambda item: item.person.name,
        ops=lambda item: (Op("查阅", row_address("authority:registration")(item.pk)),),
    )
    may_bar = user.authority_code == authorities.province().code
    changes = Change.objects.filter(enterprise_id=row.pk, person_id__isnull=True).order_by("-at", "-id")[:HISTORY]
    context = {
        "shell": shell(request, "register", "enterprises"),
        "enterprise": row,
        "tone_and_status": enterprise_status(row),
        "stake": at_stake(row),
        "rows": _enterprise_rows(row),
        "held": held,
        "bars": bars(row, may_lift=may_bar),
        "may_bar": may_bar,
        "people": people,
        "history": history(changes),
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
        Row("统一社会信用代码", row.credit_code),
        Row("曾用名", row.former_name),
        Row("企业类型", row.get_origin_display()),
        Row("企业资质类型", row.get_kind_display()),
        Row("法定代表人", row.legal_representative),
        Row("企业性质", row.get_nature_display()),
        Row("成立日期", day(row.established_on)),
        Row("企业登记注册类型", row.get_registration_kind_display()),
        Row(
            "注册资本金",
            f"{row.capital.normalize():f} 万元 {row.get_currency_display()}" if row.capital is not None else "",
        ),
        Row("申报主管部门", authorities.get(row.filing_authority).name),
        Row("所在市州(县区)", place),
        Row("企业营业地址", row.address, wide=True),
        Row("联系人", row.contact_name),
        Row("联系人手机号码", row.contact_phone_mask),
        Row("办公电话", row.office_phone),
        Row("电子邮箱", row.email),
        Row("营业执照经营范围", row.business_scope, wide=True),
    )
