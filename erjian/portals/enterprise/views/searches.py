"""建造师企业申报查询: every reported case with its three status columns (manual 3.2.4.3, A.4.4)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from django import forms
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from erjian.accounts.models import EnterpriseRight
from erjian.applications.models import Application
from erjian.applications.states import EDITABLE, State
from erjian.compiled import Compiled, compiled
from erjian.portals.enterprise import case_list
from erjian.portals.enterprise.access import employer, for_enterprise, holds, operator
from erjian.portals.enterprise.case_list import between
from erjian.portals.enterprise.navigation import case_counts, shell
from erjian.portals.enterprise.scope import cases_of, filed_by_person, own_cases
from erjian.portals.enterprise.searching import PersonFilter, only_a_name, person_condition, shown
from erjian.portals.shared import case as case_parts
from erjian.procedures import About, Filer, all_procedures, get
from erjian.registry.models import RegistrationClass
from erjian.ui.addresses import row_address
from erjian.ui.dates import day
from erjian.ui.paging import paginate
from erjian.ui.tables import Column, Op, Table, strong
from erjian.ui.templatetags.ej import chip

_TONE = {"审核不通过": "bad", "不予受理": "bad", "待补正": "mine"}
_PASSED = ("—", "受理通过", "审核通过")
"""Said without a chip: the eye should find what still runs and what was refused."""


class SearchFilter(PersonFilter):
    """姓名, 申报类型, 注册类型, 上报时间."""

    procedure = forms.ChoiceField(label="申报类型", required=False)
    kind = forms.ChoiceField(label="注册类型", required=False, choices=[("", "全部类型"), *RegistrationClass.choices])
    begin = forms.DateField(label="上报时间 起", required=False)
    end = forms.DateField(label="上报时间 止", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["procedure"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "全部类型"), *((codes[0], label) for label, codes in _kinds().items())]


def _kinds() -> dict[str, list[str]]:
    """The codes of each 申报类型: both classes and both who may file have one word, 注册类型 tells them apart."""
    kinds: dict[str, list[str]] = {}
    for item in all_procedures():
        kinds.setdefault(item.kind_label, []).append(item.code)
    return kinds


_REPORTED = frozenset(State) - {State.DRAFT}


def _names_itself(request: HttpRequest, form: SearchFilter) -> bool:
    """Whether the name asked for is the enterprise's own, which is the 姓名 of its cases about itself."""
    name = form.cleaned_data.get("name")
    return bool(name) and employer(request).name.startswith(name)


def _subject(request: HttpRequest, form: SearchFilter) -> Q:
    """Cases whose 姓名 the list shows so: the person's, or the enterprise's own where the case is about it."""
    condition = person_condition(request, form)
    return condition | Q(about=About.ENTERPRISE) if _names_itself(request, form) else condition


def _listed(cases: QuerySet[Application], state: str) -> QuerySet[Application]:
    """The rows of a saved view, newest first; drafts stand in theirs only."""
    chosen = case_list.in_view(cases, state) if state else cases.exclude(state=State.DRAFT)
    return case_list.own(chosen).order_by("-id")


@cache
def _unfiltered(state: str) -> Compiled:
    @compiled
    def rows(enterprise_id: int) -> QuerySet[Application]:
        return _listed(cases_of(enterprise_id), state)

    return rows


@cache
def _of_name(state: str) -> Compiled:
    @compiled
    def rows(enterprise_id: int, first: str, last: str) -> QuerySet[Application]:
        return _listed(cases_of(enterprise_id).filter(person__name__range=(first, last)), state)

    return rows


@compiled
def _counts_of_name(enterprise_id: int, first: str, last: str) -> QuerySet[Application, Any]:
    named = cases_of(enterprise_id).filter(person__name__range=(first, last))
    return named.order_by().values_list("state").annotate(Count("pk"))


def _counts(request: HttpRequest) -> dict[str, int]:
    """How many of the enterprise's own cases are in each state, from what the menu has counted already."""
    unfinished = filed_by_person()
    counts: dict[str, int] = {}
    for (entry, state), number in case_counts(request).items():
        if not entry.endswith("departures") and not (state == State.DRAFT and entry in unfinished):
            counts[state] = counts.get(state, 0) + number
    return counts


@for_enterprise()
@require_http_methods(["GET", "HEAD", "POST"])
def cases(request: HttpRequest) -> HttpResponse:
    """The list with its filter."""
    if request.method == "POST":
        return SearchFilter(request.POST).address(request)
    form: Any = shown(request, SearchFilter)
    asked = form.cleaned_data
    state, enterprise = case_list.known_view(request.GET.get("state", "")), employer(request)
    rows: Any
    if (span := only_a_name(request, form)) and not _names_itself(request, form):
        named = {"enterprise_id": enterprise.pk, "first": span[0], "last": span[1]}
        views = case_list.views(None, request, everything=_REPORTED, counts=dict(_counts_of_name(**named)))
        rows = _of_name(state).bind(**named)
    elif any(asked.values()) or form.errors:
        found = own_cases(request).filter(
            _subject(request, form), between("reported_at", asked.get("begin"), asked.get("end"))
        )
        if asked.get("procedure"):
            found = found.filter(procedure_code__in=_kinds()[get(asked["procedure"]).kind_label])
        if asked.get("kind"):
            found = found.filter(registration_class=asked["kind"])
        views = case_list.views(found, request, everything=_REPORTED)
        rows = _listed(found, state)
    else:
        views = case_list.views(None, request, everything=_REPORTED, counts=_counts(request))
        rows = _unfiltered(state).bind(enterprise_id=enterprise.pk)
    page = paginate(rows, request.GET, total=next(int(view.count or 0) for view in views if view.current))
    for row in page:
        row.enterprise = enterprise
    files = holds(operator(request), EnterpriseRight.FILE)
    table = Table(
        columns=tuple(_columns()),
        rows=page,
        ops=lambda row: _operations(row, files=files),
        name="subject.name",
        numbered=True,
        first=page.start,
        empty="没有符合条件的申报。" if request.GET else "还没有上报的申报。",
        empty_links=(("查看全部", "?"),) if request.GET else (),
        caption="建造师企业申报查询",
        css="ej-table ej-stack tight",
    )
    context = {
        "shell": shell(request, "cases"),
        "filter": form,
        "views": views,
        "table": table,
        "page": page,
    }
    return render(request, "enterprise/cases.html", context)


def _operations(row: Application, *, files: bool) -> Iterator[Op]:
    address = row_address("enterprise:case")(row.uuid)
    yield Op("查阅", address)
    if files and row.state in EDITABLE and row.procedure.filer == Filer.ENTERPRISE:
        yield Op("修改" if row.state == State.DRAFT else "补正", f"{address}edit/")


def _columns() -> Iterator[Column]:
    yield Column("主管部门", case_list.authority_cell(), css="m-hide")
    yield Column("姓名", lambda row: strong(row.subject.name), css="ej-num m-top")
    yield Column("身份证号", case_parts.person_number, css="ej-num m-wide", data_label="身份证号")
    yield Column("企业名称", "enterprise.name", css="cut m-hide w-low", title=True)
    yield Column("申报类型", "procedure.kind_label", css="ej-num m-top m-end")
    yield Column("注册类型", case_list.class_cell, css="m-hide w-low2")
    yield Column("上报时间", lambda row: day(row.reported_at), css="ej-num", data_label="上报")
    for number, label in enumerate(("受理状态", "初审状态", "复审状态")):
        yield Column(label, _status(number), css="ej-num", data_label=label)
    yield Column("报出时间", lambda row: day(row.announced_at), css="ej-num m-wide", data_label="报出时间")


def _status(number: int) -> Any:
    def cell(row: Application) -> str:
        text = case_parts.status_columns(row)[number]
        return text if text in _PASSED else chip(_TONE.get(text, "office"), text)

    return cell
