"""申报查询: every reported case in the officer's scope, found by person, number, enterprise, type, status and day.

An identity number never stands in an address: the search is posted, and what is kept is the person it found.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.db.models import Q, QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from erjian import audit
from erjian.accounts import scopes
from erjian.accounts.models import User
from erjian.applications.models import Application
from erjian.applications.states import VIEWS, State
from erjian.audit import codes
from erjian.compiled import Bound, Compiled, compiled, narrowed
from erjian.exchange import spreadsheets
from erjian.policy import authorities, clock
from erjian.portals.authority.access import READING, REVIEWING, for_officer, officer
from erjian.portals.authority.desk import at_desk
from erjian.portals.authority.navigation import shell
from erjian.portals.authority.searching import IdNumberField, parameters, whose
from erjian.portals.shared import case as case_parts
from erjian.procedures import all_procedures
from erjian.registry.models import Person
from erjian.standards.text import beginning, compact
from erjian.ui import parts
from erjian.ui.addresses import row_address
from erjian.ui.dates import moment
from erjian.ui.forms import ErjianForm
from erjian.ui.paging import EXACT, EXACT_NAMED, paginate
from erjian.ui.tables import Column, Op, Table, strong

codes.register("application.export", "导出申报清单")

EXPORT_LIMIT = 50_000
_CREDIT_CODE = re.compile(r"[0-9A-Z]{18}")
_MINE = "mine"
_SHOWN_VIEWS = tuple(view for view in VIEWS if view[0] != "draft")
_STATES = {code: states for code, _, states in _SHOWN_VIEWS}


_LISTED = (
    "uuid", "number", "procedure_code", "state", "authority_code", "specialties", "reported_at", "due_on",
    "acting_function", "acting_authority", "about", "person__name", "person__id_number_mask", "enterprise__credit_code",
    "enterprise__name",
)  # fmt: skip


_Base = Callable[[], QuerySet[Application]]


class CaseFilter(ErjianForm, forms.Form):
    """What to look for; every field may stay empty."""

    name = forms.CharField(label="姓名", max_length=100, required=False)
    id_number = IdNumberField(required=False)
    number = forms.CharField(label="申报编号", max_length=40, required=False)
    enterprise = forms.CharField(label="企业名称", max_length=200, required=False)
    kind = forms.ChoiceField(label="申报类型", required=False)
    state = forms.ChoiceField(label="状态", required=False)
    authority = forms.ChoiceField(label="申报主管部门", required=False)
    since = forms.DateField(label="上报时间起", required=False)
    until = forms.DateField(label="上报时间止", required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choices("kind", [(item.code, item.kind_label) for item in all_procedures()])
        self._choices("state", [(str(value), str(label)) for value, label in State.choices if value != State.DRAFT])
        self._choices("authority", authorities.choices())
        if user.authority and user.authority.level != authorities.PROVINCE_LEVEL:
            del self.fields["authority"]

    def _choices(self, name: str, found: list[tuple[str, str]]) -> None:
        cast("forms.ChoiceField", self.fields[name]).choices = [("", "全部"), *found]


def _in_view(cases: QuerySet[Application], view: str) -> QuerySet[Application]:
    return cases.filter(state__in=sorted(_STATES[view])) if view in _STATES else cases


@cache
def _rows(authority_code: str, view: str, functions: frozenset[str], *, named: bool) -> _Base:
    """An authority's list or one of its saved views before anything is asked for; `functions` say which are mine.

    Newest first; people's of a name in the order of names, which an index gives however many bear it.
    """
    authority = authorities.get(authority_code)

    def rows() -> QuerySet[Application]:
        cases = _in_view(Application.objects.reported_to(authority), view)
        if view == _MINE:
            cases = cases & Application.objects.waiting_at(authority_code, sorted(functions))
        cases = cases.select_related("person", "enterprise").only(*_LISTED)
        if not named:
            return cases.order_by("-id")
        known = scopes.present(cases, authority_code, "person__", by="cases")
        return known.annotate(known_as=scopes.known_as(authority_code, "person__")).order_by("known_as", "-id")

    return rows


@compiled
def _about_enterprises(first: str, last: str) -> QuerySet[Application, Any]:
    """The few cases about enterprises whose name stands in a span."""
    about = Application.objects.filter(person__isnull=True, enterprise__name__range=(first, last))
    return about.order_by().values_list("pk")


@cache
def _waiting(authority_code: str, functions: frozenset[str]) -> Compiled:
    return compiled(lambda: Application.objects.waiting_at(authority_code, sorted(functions)))


def listed(user: User, params: Mapping[str, str], form: CaseFilter | None = None) -> Bound | QuerySet[Application]:
    """The cases that an address asks for, with the columns that the list shows; what makes no sense is not looked for.

    `form` is the filter of the same parameters where the page has made it already.
    """
    if user.authority is None:
        return Application.objects.none()
    view = params.get("view", "")
    view = view if view in _STATES or view == _MINE else ""
    mine = frozenset(user.functions if view == _MINE else ())
    form = form or CaseFilter(params, user=user)
    form.is_valid()
    conditions, name = _conditions(form, params), form.cleaned_data.get("name", "")
    if name:
        first, last = beginning(name)
        if about := [pk for (pk,) in _about_enterprises.bind(first=first, last=last)[0:EXPORT_LIMIT]]:
            # The few cases about enterprises are looked up first, so that a person's name is still found by its index.
            either = Q(person__name__range=(first, last)) | Q(pk__in=about)
            return _rows(user.authority.code, view, mine, named=False)().filter(either, **conditions)
        conditions["known_as__range"] = (first, last)
    base = _rows(user.authority.code, view, mine, named=bool(name))
    return narrowed(base, conditions, certain=conditions.keys() <= {"known_as__range"})


def found(user: User, params: Mapping[str, str], form: CaseFilter | None = None) -> QuerySet[Application]:
    """The same with all columns, as a queryset."""
    rows = listed(user, params, form)
    return (rows.queryset if isinstance(rows, Bound) else rows).defer(None)


def _conditions(form: CaseFilter, params: Mapping[str, str]) -> dict[str, Any]:
    """What is asked for besides a name, by lookup path."""
    asked = form.cleaned_data
    enterprise, since, until = asked.get("enterprise", ""), asked.get("since"), asked.get("until")
    credit_code = compact(enterprise)
    by_code = _CREDIT_CODE.fullmatch(credit_code)
    conditions = {
        "number__startswith": asked.get("number", "").upper(),
        "enterprise__credit_code": credit_code if by_code else "",
        "enterprise__name__range": beginning(enterprise) if enterprise and not by_code else (),
        "procedure_code": asked.get("kind"),
        "state": asked.get("state"),
        "authority_code": asked.get("authority"),
        "reported_at__gte": since and clock.start_of(since),
        "reported_at__lt": until and clock.end_of(until),
        "person_id": whose(params),
    }
    return {path: value for path, value in conditions.items() if value not in (None, "", ())}


def _views(request: HttpRequest, user: User) -> tuple[parts.View, ...]:
    here, now = reverse("authority:cases"), request.GET.get("view", "")
    waiting = _waiting(user.authority_code, frozenset(user.functions)).bind().count(1000)
    mine = (parts.View("待我办理", f"{here}?view={_MINE}", waiting, now == _MINE),) if waiting else ()
    return (
        parts.View("全部", here, current=not now),
        *mine,
        *(parts.View(label, f"{here}?view={code}", current=code == now) for code, label, _ in _SHOWN_VIEWS),
    )


def _table(user: User, rows: Any, params: Mapping[str, str]) -> Table:
    province = bool(user.authority and user.authority.level == authorities.PROVINCE_LEVEL)
    desk = bool(user.functions & frozenset(REVIEWING))

    to_case, to_desk = row_address("authority:case"), row_address("authority:desk_case")
    names, left = case_parts.names_of_authorities(), case_parts.time_left()

    def ops(case: Application) -> Iterable[Op]:
        yield Op("查阅", to_case(case.uuid))
        if desk and at_desk(case, user):
            yield Op("办理", to_desk(case.uuid))

    return Table(
        columns=(
            Column("申报编号", "number", css="ej-num m-wide", data_label="申报编号"),
            Column("申报类型", lambda case: case.procedure.kind_label, css="m-hide"),
            Column("姓名", lambda case: strong(case.subject.name), css="m-top"),
            Column("身份证号", case_parts.person_number, css="ej-num m-wide", data_label="身份证号"),
            Column("企业名称", "enterprise.name", css="cut m-wide", title=True),
            *(
                (Column("申报主管部门", lambda case: names(case.authority_code), css="m-hide w-low"),)
                if province
                else ()
            ),
            Column("注册专业", lambda case: case_parts.short_specialties(tuple(case.specialties)), css="m-hide w-low2"),
            Column("上报时间", lambda case: moment(case.reported_at), css="ej-num", data_label="上报时间"),
            Column("状态", case_parts.state_chip, css="m-top m-end"),
            Column("剩余时限", left, css="ej-num m-end"),
        ),
        rows=rows,
        numbered=True,
        first=rows.start,
        ops=ops,
        name=lambda case: case.subject.name,
        empty="没有符合条件的申报。" if any(params.values()) else "还没有企业上报的申报。",
        empty_links=(("查看全部", reverse("authority:cases")),) if any(params.values()) else (),
    )


@for_officer(*READING)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The list."""
    return _page(request, CaseFilter(request.GET or None, user=officer(request)))


def _page(request: HttpRequest, form: CaseFilter, status: int = 200) -> HttpResponse:
    user = officer(request)
    rows = listed(user, request.GET, form if form.data is request.GET else None)
    page = paginate(rows, request.GET, exact=EXACT_NAMED if request.GET.get("name") else EXACT)
    person = request.GET.get("person", "")
    context = {
        "shell": shell(request, "cases"),
        "views": _views(request, user),
        "filter": form,
        "page": page,
        "table": _table(user, page, request.GET.dict()),
        "person": _sought(person),
    }
    return render(request, "authority/cases.html", context, status=status)


def _sought(person: str) -> str:
    if not person.isdecimal():
        return ""
    if person == "0":
        return "没有人员使用这个身份证号"
    found = Person.objects.filter(pk=person).first()
    return f"身份证号 {found.id_number_mask}" if found else ""


@require_POST
@for_officer(*READING)
def search(request: HttpRequest) -> HttpResponse:
    """Turn the posted search into the list's address; an identity number becomes the person it belongs to."""
    form = CaseFilter(request.POST, user=officer(request))
    if not form.is_valid():
        return _page(request, form, status=422)
    asked = parameters(form.cleaned_data)
    if request.POST.get("view"):
        asked["view"] = request.POST["view"]
    return redirect(f"{reverse('authority:cases')}?{urlencode(asked)}")


_EXPORTED = (
    "申报编号",
    "申报类型",
    "姓名",
    "身份证号",
    "企业名称",
    "统一社会信用代码",
    "申报主管部门",
    "注册专业",
    "上报时间",
    "受理时间",
    "受理状态",
    "初审状态",
    "复审状态",
    "状态",
    "办理期限",
    "报出时间",
)


@for_officer(*READING)
@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """The list as a spreadsheet, masked. Every cell is text, so that no value is taken for a formula.

    A filter that makes no sense is said at its field: a file of everything would be taken for what was asked for.
    """
    user = officer(request)
    form = CaseFilter(request.GET, user=user)
    if not form.is_valid():
        return _page(request, form, 422)
    stream = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    writer = spreadsheets.Writer(stream, sheet="申报清单", headers=_EXPORTED, widths=[18] * len(_EXPORTED))
    for case in found(user, request.GET, form)[:EXPORT_LIMIT].iterator(chunk_size=2000):
        writer.write(_exported(case))
    writer.close()
    stream.seek(0)
    audit.record("application.export", actor=user.actor, subject=("application", ""), data={"rows": writer.rows})
    answer = FileResponse(
        stream, as_attachment=True, filename=f"申报清单-{clock.today()}.xlsx", content_type=spreadsheets.XLSX
    )
    answer["Cache-Control"] = "no-store"
    return answer


def _exported(case: Application) -> tuple[str, ...]:
    return (
        case.number,
        case.procedure.kind_label,
        case.subject.name,
        case.subject.number,
        case.enterprise.name,
        case.enterprise.credit_code,
        case_parts.authority_name(case.authority_code),
        case_parts.specialty_names(case.specialties),
        _time(case.reported_at),
        _time(case.accepted_at),
        *case_parts.status_columns(case),
        case.get_state_display(),
        str(case.due_on or ""),
        _time(case.announced_at),
    )


def _time(value: Any) -> str:
    return f"{value.astimezone(clock.ZONE):%Y-%m-%d %H:%M}" if value else ""
