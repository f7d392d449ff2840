"""What others filed and the enterprise answers: 个人注销企业确认, 变更确认; and 临时变更查询, which only reads (G.9)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from erjian.accounts.models import EnterpriseRight
from erjian.applications.models import Application
from erjian.applications.states import State
from erjian.compiled import Compiled, compiled
from erjian.portals.enterprise import case_list
from erjian.portals.enterprise.access import employer, for_enterprise, holds, operator
from erjian.portals.enterprise.navigation import shell
from erjian.portals.enterprise.scope import cases_of, departures_of, with_step
from erjian.portals.enterprise.searching import PersonFilter, person_condition, shown
from erjian.portals.enterprise.views import agreeing
from erjian.portals.shared import case as case_parts
from erjian.procedures import Step
from erjian.registry.models import RegistrationClass
from erjian.ui.addresses import row_address
from erjian.ui.dates import day
from erjian.ui.paging import paginate
from erjian.ui.tables import Column, Op, Table, strong

Operations = Callable[[Application], Iterator[Op]]


@dataclass(frozen=True)
class Batch:
    """Boxes before the rows and one button above them."""

    pick: Callable[[Any], object]
    verb: str
    url: str


def _page(
    request: HttpRequest, *, current: str, title: str, lead: str, cases: Compiled, columns: tuple[Column, ...],
    ops: Operations, empty: str, batch: Batch | None = None,
) -> HttpResponse:  # fmt: skip
    if request.method == "POST":
        return PersonFilter(request.POST).address(request)
    form: Any = shown(request, PersonFilter)
    rows: Any = cases.bind(enterprise_id=employer(request).pk)
    if any(form.cleaned_data.values()) or form.errors:
        rows = rows.queryset.filter(person_condition(request, form))
    page = paginate(rows, request.GET)
    table = Table(
        columns=columns,
        rows=page,
        ops=ops,
        name="person.name",
        numbered=True,
        first=page.start,
        pick=batch.pick if batch else None,
        empty="没有符合条件的申报。" if request.GET else empty,
        empty_links=(("查看全部", "?"),) if request.GET else (),
        caption=title,
    )
    context = {
        "shell": shell(request, current), "title": title, "lead": lead, "filter": form, "table": table, "page": page,
        "batch": batch if batch and any(batch.pick(row) for row in table.rows) else None,
    }  # fmt: skip
    return render(request, "enterprise/confirming.html", context)


def _name() -> Iterator[Column]:
    yield Column("姓名", lambda row: strong(row.person.name), css="ej-num m-top")
    yield Column("身份证号", "person.id_number_mask", css="ej-num m-wide", data_label="身份证号")


def answering(request: HttpRequest, state: State, side: str) -> Operations:
    """查阅, and the two answers to a case that waits for this enterprise in `state`, as the `side` that answers."""
    files = holds(operator(request), EnterpriseRight.FILE)

    def operations(row: Application) -> Iterator[Op]:
        address = row_address("enterprise:case")(row.uuid)
        yield Op("查阅", address)
        if files and row.state == state:
            yield Op("同意" if side == "enterprise" else "同意转出", f"{address}answer/agree_{side}/")
            yield Op("不同意", f"{address}answer/refuse_{side}/", stop=True)

    return operations


def _listed(cases: QuerySet[Application]) -> QuerySet[Application]:
    return case_list.light(cases, "registration__certificate_kind").order_by("-id")


@compiled
def _cancellations(enterprise_id: int) -> QuerySet[Application]:
    return _listed(cases_of(enterprise_id).filter(procedure_code__in=with_step(Step.ENTERPRISE)))


@cache
def _departing(kind: RegistrationClass) -> Compiled:
    @compiled
    def rows(enterprise_id: int) -> QuerySet[Application]:
        return _listed(departures_of(enterprise_id).filter(registration_class=kind))

    return rows


@compiled
def _temporary_transfers(enterprise_id: int) -> QuerySet[Application]:
    reached = Q(former_enterprise_id=enterprise_id) & ~Q(state__in=(State.DRAFT, State.WAIT_PERSON))
    codes = with_step(Step.FORMER_ENTERPRISE, registration_class=RegistrationClass.TEMPORARY)
    both = Q(enterprise_id=enterprise_id) | reached
    return _listed(Application.objects.filter(both, procedure_code__in=codes, reported_at__isnull=False))


@for_enterprise()
@require_http_methods(["GET", "HEAD", "POST"])
def cancellations(request: HttpRequest) -> HttpResponse:
    """二级建造师个人注销企业确认 (manual 3.2.3.7): the enterprise's agreement takes effect at once."""
    columns = (
        *_name(),
        Column("企业名称", "enterprise.name", css="cut m-hide w-low", title=True),
        Column("注册类型", "get_registration_class_display", css="ej-num m-wide"),
        Column("证书类型", "registration.get_certificate_kind_display", css="m-hide"),
        Column("上报时间", lambda row: day(row.reported_at), css="ej-num", data_label="上报时间"),
        Column("状态", case_parts.state_chip, css="m-top m-end"),
    )
    return _page(
        request,
        current="cancellations",
        title="二级建造师个人注销企业确认",
        lead="个人发起的注销，企业同意后立即生效。",
        cases=_cancellations,
        columns=columns,
        ops=answering(request, State.WAIT_ENTERPRISE, "enterprise"),
        empty="没有个人提出的注销申报。",
        batch=Batch(agreeing.box, "同意所选", reverse("enterprise:cancellations-agree"))
        if holds(operator(request), EnterpriseRight.FILE)
        else None,
    )


def _transfer_columns() -> tuple[Column, ...]:
    return (
        *_name(),
        Column("注册类型", "get_registration_class_display", css="m-hide ej-num"),
        Column("转出单位", "former_enterprise.name", css="wrap m-wide", data_label="转出单位"),
        Column("转入单位", "enterprise.name", css="wrap m-wide", data_label="转入单位"),
        Column("申报时间", lambda row: day(row.reported_at), css="ej-num", data_label="申报时间"),
        Column("申报状态", case_parts.state_chip, css="m-top m-end"),
    )


def _departures(request: HttpRequest, kind: RegistrationClass, current: str, title: str) -> HttpResponse:
    return _page(
        request,
        current=current,
        title=title,
        lead="本企业人员申请转入其他单位，由本企业确认。",
        cases=_departing(kind),
        columns=_transfer_columns(),
        ops=answering(request, State.WAIT_FORMER, "former"),
        empty="没有人员申请转出。",
    )


@for_enterprise()
@require_http_methods(["GET", "HEAD", "POST"])
def departures(request: HttpRequest) -> HttpResponse:
    """二级建造师变更确认."""
    return _departures(request, RegistrationClass.CONSTRUCTOR, "departures", "二级建造师变更确认")


@for_enterprise()
@require_http_methods(["GET", "HEAD", "POST"])
def temporary_departures(request: HttpRequest) -> HttpResponse:
    """二级临时建造师变更确认 (manual 3.2.3.9)."""
    return _departures(request, RegistrationClass.TEMPORARY, "temporary-departures", "二级临时建造师变更确认")


def _reading(row: Application, own: int) -> Iterator[Op]:
    yield Op("查阅", row_address("enterprise:case")(row.uuid))
    if row.state == State.WAIT_FORMER and row.former_enterprise_id == own:
        yield Op("变更确认", reverse("enterprise:temporary-departures"))


@for_enterprise()
@require_http_methods(["GET", "HEAD", "POST"])
def temporary_transfers(request: HttpRequest) -> HttpResponse:
    """二级临时建造师变更查询 (manual 3.2.4.5): both directions, each row leading to its case."""
    own = employer(request).pk
    return _page(
        request,
        current="temporary-transfers",
        title="二级临时建造师变更查询",
        lead="转入和转出本企业的二级临时建造师变更。",
        cases=_temporary_transfers,
        columns=_transfer_columns(),
        ops=lambda row: _reading(row, own),
        empty="没有二级临时建造师变更申报。",
    )
