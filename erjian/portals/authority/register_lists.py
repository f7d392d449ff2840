"""登记库 lists: people, registrations, qualifications and enterprises in the officer's scope, always masked.

A person is found by the start of the name or by the complete identity number; the number is posted, never part of
an address.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from erjian.accounts import scopes
from erjian.accounts.models import Function
from erjian.compiled import Bound, narrowed
from erjian.policy import clock
from erjian.portals.authority.access import for_officer, officer
from erjian.portals.authority.navigation import shell
from erjian.portals.authority.searching import IdNumberField, parameters, whose
from erjian.portals.shared import case as case_parts
from erjian.registry.models import (
    Enterprise,
    EnterpriseStatus,
    Person,
    Qualification,
    Registration,
    RegistrationStatus,
    ReviewResult,
    standing_specialties,
)
from erjian.standards.text import beginning
from erjian.ui.addresses import row_address
from erjian.ui.dates import day
from erjian.ui.forms import ErjianForm
from erjian.ui.paging import EXACT, EXACT_NAMED, Page, paginate, searched
from erjian.ui.parts import View
from erjian.ui.tables import Column, Op, Table, strong, word
from erjian.ui.templatetags.ej import chip

STATUS_TONES = {
    RegistrationStatus.VALID: "done",
    RegistrationStatus.SUSPENDED: "mine",
    RegistrationStatus.RESCINDED: "bad",
    RegistrationStatus.REVOKED: "bad",
}
REVIEW_TONES = {ReviewResult.PASSED: "done", ReviewResult.FAILED: "bad", ReviewResult.PENDING: "office"}


_REGISTRATION = (
    "number", "registration_class", "status", "dates_binding", "valid_until", "person__name",
    "person__id_number_mask", "enterprise__name",
)  # fmt: skip
_QUALIFICATION = (
    "specialty", "management_number", "pass_year", "obtained_on", "review_result", "used_at", "person__name",
    "person__id_number_mask",
)  # fmt: skip


_CEASED = "ceased"
"""View of the enterprises with whom nobody can be registered any more."""
_Of = Callable[[str | None, bool], QuerySet[Any]]
"""What a city's officers see of a table (None is the province), and whether a name is asked for, `known_as` in the rows."""


class RegisterFilter(ErjianForm, forms.Form):
    """Name, identity number or another number, by which every list of the register is searched."""

    name = forms.CharField(label="姓名", max_length=100, required=False)
    id_number = IdNumberField(required=False)
    number = forms.CharField(label="编号", max_length=60, required=False)

    def __init__(self, *args: Any, number: str = "", person: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["number"].label = number
        if not number:
            del self.fields["number"]
        if not person:
            self.fields["name"].label = "企业名称"
            del self.fields["id_number"]


def _answer(
    request: HttpRequest,
    *,
    code: str,
    title: str,
    lead: str,
    rows: Bound,
    number: str,
    draw: Any,
    person: bool = True,
    views: tuple[View, ...] = (),
) -> HttpResponse:
    """One list: a posted search becomes an address; an address becomes a page."""
    kept = {"view": request.GET["view"]} if views and request.GET.get("view") else {}
    if request.method == "POST":
        form = RegisterFilter(request.POST, number=number, person=person)
        if form.is_valid():
            return redirect(f"{request.path}?{urlencode(kept | parameters(form.cleaned_data))}")
        status = 422
    else:
        form, status = RegisterFilter(request.GET or None, number=number, person=person), 200
    page = paginate(rows, request.GET, exact=EXACT_NAMED if request.GET.get("name") else EXACT)
    table = draw(page, "没有符合条件的记录。" if request.GET else "还没有记录。")
    context = {
        "shell": shell(request, "register", code),
        "title": title,
        "lead": lead,
        "filter": form,
        "page": page,
        "table": table,
        "sought": request.GET.get("person", ""),
        "views": views,
        "here": f"{request.path}?{urlencode(kept)}" if kept else request.path,
    }
    return render(request, "authority/register/list.html", context, status=status)


@cache
def _base(of: _Of, city: str | None, named: bool) -> Callable[[], QuerySet[Any]]:
    """A list of the register as a city or the province opens it: newest first, or by names where one is asked for."""
    return lambda: of(city, named).order_by(*(("known_as", "-id") if named else ("-id",)))


def _rows(request: HttpRequest, of: _Of, *, number: str = "", person: str = "") -> Bound:
    """The rows of a list that the address asks for, by the paths given.

    Those of a name stand in the order of names, which an index gives however many bear it.
    """
    asked = {key: text.replace("\x00", "") for key, text in searched(request.GET).items()}
    conditions: dict[str, Any] = {}
    if asked.get("name"):
        conditions["known_as__range"] = beginning(asked["name"])
    if number and asked.get("number"):
        conditions[f"{number}__startswith"] = asked["number"]
    if person and (key := whose(asked)) is not None:
        conditions[person] = key
    base = _base(of, scopes.city_of(officer(request)), bool(asked.get("name")))
    return narrowed(base, conditions, certain=conditions.keys() <= {"known_as__range"})


def _person_url(pk: int) -> str:
    return reverse("authority:person", args=[pk])


def _people(city: str | None, named: bool) -> QuerySet[Person]:
    rows = scopes.people_of(city)
    return rows.annotate(known_as=scopes.known_as(city)) if named else rows


def _registrations(city: str | None, named: bool) -> QuerySet[Registration]:
    rows = scopes.registrations_of(city).select_related("person", "enterprise").only(*_REGISTRATION)
    if named:
        rows = scopes.present(rows, city, "person__").annotate(known_as=scopes.known_as(city, "person__"))
    return rows.annotate(standing=standing_specialties())


def _qualifications(city: str | None, named: bool) -> QuerySet[Qualification]:
    rows = scopes.qualifications_of(city).select_related("person").only(*_QUALIFICATION)
    return rows.annotate(known_as=scopes.known_as(city, "person__")) if named else rows


def _enterprises(city: str | None, named: bool) -> QuerySet[Enterprise]:
    rows = scopes.enterprises_of(city)
    return rows.annotate(known_as=F("name")) if named else rows


def _ceased_enterprises(city: str | None, named: bool) -> QuerySet[Enterprise]:
    return _enterprises(city, named).filter(ceased_on__isnull=False)


@for_officer(Function.REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])  # a search is posted, so that no number stands in an address
def people(request: HttpRequest) -> HttpResponse:
    """人员."""
    rows = _rows(request, _people, person="id")

    def draw(page: Page, empty: str) -> Table:
        return Table(
            columns=(
                Column("姓名", lambda row: strong(row.name), css="m-top"),
                Column("证件号码", "id_number_mask", css="ej-num m-wide"),
                Column("性别", "get_sex_display", css="m-hide"),
                Column("出生日期", lambda row: day(row.birth_date), css="ej-num", data_label="出生日期"),
                Column("手机号码", "phone_mask", css="ej-num", data_label="手机号码"),
                Column(
                    "实名认证",
                    lambda row: chip("done" if row.is_verified else "", word(row, "assurance")),
                    css="m-top m-end",
                ),
            ),
            rows=page,
            numbered=True,
            first=page.start,
            name="name",
            empty=empty,
            ops=lambda row: (Op("查阅", _person_url(row.pk)),),
        )

    return _answer(
        request, code="people", title="人员", lead="按姓名开头或完整身份证号查找。", rows=rows, number="", draw=draw
    )


@for_officer(Function.REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])  # a search is posted, so that no number stands in an address
def registrations(request: HttpRequest) -> HttpResponse:
    """注册."""
    today = clock.today()
    rows = _rows(request, _registrations, number="number", person="person_id")

    def status(row: Registration) -> object:
        now = row.status_on(today)
        return chip(STATUS_TONES.get(now, ""), str(now.label))

    def draw(page: Page, empty: str) -> Table:
        return Table(
            columns=(
                Column("注册号", "number", css="ej-num m-wide", data_label="注册号"),
                Column("姓名", lambda row: strong(row.person.name), css="m-top"),
                Column("身份证号", "person.id_number_mask", css="ej-num m-wide"),
                Column("企业名称", "enterprise.name", css="cut m-wide", title=True),
                Column("注册类型", "get_registration_class_display", css="m-hide w-low2"),
                Column("注册专业", _specialties, css="m-hide"),
                Column("有效期至", lambda row: day(row.valid_until), css="ej-num m-end", data_label="有效期至"),
                Column("证书状态", status, css="m-top m-end"),
            ),
            rows=page,
            numbered=True,
            first=page.start,
            name=lambda row: row.person.name,
            empty=empty,
            ops=lambda row: (Op("查阅", row_address("authority:registration")(row.pk)),),
        )

    return _answer(
        request,
        code="registrations",
        title="注册",
        lead="二级注册建造师和二级注册临时建造师。",
        rows=rows,
        number="注册号",
        draw=draw,
    )


def _specialties(row: Any) -> str:
    return case_parts.short_specialties(tuple(dict.fromkeys(row.standing)))


@for_officer(Function.REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])  # a search is posted, so that no number stands in an address
def qualifications(request: HttpRequest) -> HttpResponse:
    """资格证书."""
    rows = _rows(request, _qualifications, number="management_number", person="person_id")

    def draw(page: Page, empty: str) -> Table:
        return Table(
            columns=(
                Column("姓名", lambda row: strong(row.person.name), css="m-top"),
                Column("身份证号", "person.id_number_mask", css="ej-num m-wide"),
                Column("专业名称", "get_specialty_display", data_label="专业名称"),
                Column("证书管理号", "management_number", css="ej-num m-wide", data_label="证书管理号"),
                Column("合格年度", lambda row: str(row.pass_year), css="ej-num m-hide"),
                Column("获取日期", lambda row: day(row.obtained_on), css="ej-num", data_label="获取日期"),
                Column(
                    "复审结果",
                    lambda row: chip(REVIEW_TONES[row.review_result], word(row, "review_result")),
                    css="m-top m-end",
                ),
                Column("是否使用", _used, data_label="是否使用"),
            ),
            rows=page,
            numbered=True,
            first=page.start,
            name=lambda row: row.person.name,
            empty=empty,
            ops=lambda row: (Op("查阅", f"{_person_url(row.person_id)}#qualifications"),),
        )

    return _answer(
        request,
        code="qualifications",
        title="资格证书",
        lead="二级建造师资格证书及其复审结果。",
        rows=rows,
        number="证书管理号",
        draw=draw,
    )


def _used(row: Qualification) -> str:
    return f"{day(row.used_at)} 已使用" if row.used_at else "未使用"


@for_officer(Function.REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])  # a search is posted, so that no number stands in an address
def enterprises(request: HttpRequest) -> HttpResponse:
    """企业."""
    ceased = request.GET.get("view") == _CEASED
    rows = _rows(request, _ceased_enterprises if ceased else _enterprises, number="credit_code")

    def draw(page: Page, empty: str) -> Table:
        return Table(
            columns=(
                Column("企业名称", lambda row: strong(row.name), css="m-top"),
                Column("统一社会信用代码", "credit_code", css="ej-num m-wide"),
                Column("企业类型", "get_origin_display", css="m-hide"),
                Column("法定代表人", "legal_representative", data_label="法定代表人"),
                Column(
                    "申报主管部门",
                    lambda row: case_parts.authority_name(row.filing_authority),
                    data_label="申报主管部门",
                ),
                Column("经营状态", lambda row: chip(*enterprise_status(row)), css="m-top m-end"),
            ),
            rows=page,
            numbered=True,
            first=page.start,
            name="name",
            empty=empty,
            ops=lambda row: (Op("查阅", row_address("authority:enterprise")(row.pk)),),
        )

    return _answer(
        request,
        code="enterprises",
        title="企业",
        lead="聘用建造师的企业及其资质。",
        rows=rows,
        number="统一社会信用代码",
        draw=draw,
        person=False,
        views=(
            View("全部", request.path, current=not ceased),
            View("不能聘用", f"{request.path}?view={_CEASED}", current=ceased),
        ),
    )


def enterprise_status(row: Enterprise) -> tuple[str, str]:
    """Tone and words of 经营状态; of one whose 资质 are all withdrawn that instead."""
    if row.status != EnterpriseStatus.NORMAL:
        return "bad", word(row, "status")
    return ("bad", "资质已撤回") if row.ceased_on else ("done", word(row, "status"))
