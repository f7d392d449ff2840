"""首页: what waits for the enterprise, with the way to each, and what happened last."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from erjian import policy
from erjian.accounts.models import EnterpriseRight
from erjian.applications.employers import at_stake
from erjian.applications.facts import missing_profile
from erjian.applications.models import Application
from erjian.applications.states import OPEN, State
from erjian.policy import clock
from erjian.portals.enterprise import case_list
from erjian.portals.enterprise.access import employer, for_enterprise, holds, operator
from erjian.portals.enterprise.navigation import shell
from erjian.portals.enterprise.scope import departures, own_cases
from erjian.portals.enterprise.views.certificates import conditions
from erjian.portals.enterprise.views.confirming import answering
from erjian.portals.enterprise.views.qualifications import warning
from erjian.portals.shared import case as case_parts
from erjian.procedures import renewals
from erjian.procedures.renewals import Chance
from erjian.registry.models import Registration, RegistrationClass
from erjian.ui import parts
from erjian.ui.addresses import row_address
from erjian.ui.dates import day, days_left
from erjian.ui.tables import Column, Op, Table, strong
from erjian.ui.templatetags.ej import chip

_RECENT, _URGENT, _EXPIRING = 10, 10, 10
_SOON = 7
"""Days before the end of the time for a renewal from which it is urgent."""


@for_enterprise()
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The dashboard."""
    enterprise, files = employer(request), holds(operator(request), EnterpriseRight.FILE)
    base = reverse("enterprise:cases")
    own = own_cases(request)
    counts = dict(own.filter(state__in=OPEN).order_by().values_list("state").annotate(Count("pk")))
    today = clock.today()
    soon = policy.current().renewable_until(today)
    expiring = Registration.objects.filter(conditions(today, soon)["expiring"][1], enterprise=enterprise)
    leaving = departures(request).filter(state=State.WAIT_FORMER)
    waiting = _first_due(own.filter(state__in=(State.CORRECTION, State.WAIT_ENTERPRISE)), leaving)
    answers = answering(request, State.WAIT_FORMER, "former")
    ending = list(
        expiring.select_related("person")
        .annotate(runs_out=renewals.runs_out(today))
        .order_by("runs_out", "pk")[:_EXPIRING]
    )
    filed = _open_renewals(own, ending)
    recent = case_list.light(own).order_by("-id")[:_RECENT]
    context = {
        "shell": shell(request, "home"),
        "missing": missing_profile(enterprise),
        "stake": at_stake(enterprise),
        "warning": warning(enterprise),
        "tiles": _tiles(counts, expiring.count(), leaving.count()),
        "waiting": Table(
            columns=_columns(), rows=waiting, name="subject.name", caption="等待本企业办理的申报",
            ops=lambda row: answers(row) if row.state == State.WAIT_FORMER else case_list.operations(row, base, files=files),
        )
        if waiting
        else None,
        "expiring": Table(
            columns=(
                Column("姓名", lambda row: strong(row.person.name), css="ej-num m-top"),
                Column("注册号", "number", css="ej-num m-wide", data_label="注册号"),
                Column("有效期至", lambda row: day(row.runs_out), css="ej-num", data_label="有效期至"),
                Column("剩余", lambda row: days_left((row.runs_out - today).days, unit="日"), css="ej-num m-top m-end"),
                Column("延续申报", lambda row: _renewal(row, filed), css="ej-num m-wide", data_label="延续申报"),
            ),
            rows=ending,
            ops=lambda row: _next(row, filed, files=files),
            name="person.name",
            empty=f"{policy.current().renewal_opens_days} 日内没有到期的注册。",
            caption="即将到期的注册",
        ),
        "recent": Table(
            columns=_columns(), rows=recent, ops=lambda row: case_list.operations(row, base, files=files), name="subject.name",
            empty="还没有申报。从左侧菜单选择申报类型，点“添加申报”开始。", caption="最近的申报",
        ),
    }  # fmt: skip
    return render(request, "enterprise/home.html", context)


def _first_due(*several: QuerySet[Application]) -> list[Application]:
    """The cases of all querysets that are due first: each is read through the index of its own."""
    read = [case for one in several for case in case_list.light(one).order_by("due_on", "pk")[:_URGENT]]
    return sorted(read, key=lambda case: (case.due_on or date.max, case.pk))[:_URGENT]


def _open_renewals(own: QuerySet[Application], ending: list[Registration]) -> dict[int, Application]:
    """The renewals under way of these registrations, by person."""
    found = own.filter(
        procedure_code__in=[renewals.procedure_for(kind).code for kind in RegistrationClass],
        state__in=OPEN,
        person_id__in=[row.person_id for row in ending],
    )
    return {case.person_id: case for case in case_list.light(found) if case.person_id}


def _chance(row: Registration) -> Chance:
    return renewals.chance(
        row.registration_class, end=row.runs_out, birth_date=row.person.birth_date, today=clock.today()
    )


def _renewal(row: Registration, filed: dict[int, Application]) -> SafeString:
    """Where the renewal stands, or until when it can be filed."""
    case = filed.get(row.person_id)
    if case and case.state != State.DRAFT:
        return case_parts.state_chip(case)
    said = _until(row)
    return format_html("{} {}", case_parts.state_chip(case), said) if case else said


def _until(row: Registration) -> SafeString:
    """Until when the renewal can be filed, or why it cannot."""
    found = _chance(row)
    if found == Chance.TOO_OLD:
        limit = policy.current().age_limit_for(row.registration_class)
        return chip("bad", f"临近 {limit} 周岁，不能延续")
    if found == Chance.OVER:
        return chip("bad", "已过申请期")
    days = renewals.window(row.registration_class, row.runs_out)
    if days is None:
        return mark_safe("可以申请")
    left = (days.last - clock.today()).days
    return format_html('<span class="{}">请在 {} 前申请</span>', "ej-soon" if left <= _SOON else "", day(days.last))


def _next(row: Registration, filed: dict[int, Application], *, files: bool) -> tuple[Op, ...]:
    """The renewal under way, or the certificate's page, where it is begun."""
    if case := filed.get(row.person_id):
        return (Op("查看申报", reverse("enterprise:case", args=(case.uuid,))),)
    begins = files and _chance(row) == Chance.OPEN
    return (Op("办理延续" if begins else "查阅", row_address("enterprise:certificate")(row.pk)),)


def _tiles(counts: dict[str, int], expiring: int, leaving: int) -> tuple[parts.Tile, ...]:
    """Counts with the way to each; what only happens sometimes is shown when it does."""
    base = reverse("enterprise:cases")
    reviewing = sum(counts.get(state, 0) for state in _states("review"))
    published = sum(counts.get(state, 0) for state in _states("published"))
    shown = [
        parts.Tile("待补正", counts.get(State.CORRECTION, 0), "件", f"{base}?state=correction", _tone(counts, State.CORRECTION)),
        parts.Tile("保存未上报", counts.get(State.DRAFT, 0), "件", f"{base}?state=draft"),
        parts.Tile("待个人确认", counts.get(State.WAIT_PERSON, 0), "件", f"{base}?state=confirming"),
        parts.Tile("审核中", reviewing, "件", f"{base}?state=review"),
        parts.Tile("公示公告", published, "件", f"{base}?state=published"),
        parts.Tile(
            f"{policy.current().renewal_opens_days} 日内到期", expiring, "人",
            f"{reverse('enterprise:history')}?status=expiring", "mine" if expiring else "",
        ),
    ]  # fmt: skip
    if counts.get(State.WAIT_ENTERPRISE):
        address = reverse("enterprise:cancellations")
        shown.insert(1, parts.Tile("待企业确认", counts[State.WAIT_ENTERPRISE], "件", address, "mine"))
    if leaving:
        shown.insert(1, parts.Tile("待确认转出", leaving, "件", reverse("enterprise:departures"), "mine"))
    return tuple(shown)


def _states(code: str) -> Any:
    return next(states for each, _, states in case_list.SAVED_VIEWS if each == code)


def _tone(counts: dict[str, int], state: State) -> str:
    return "mine" if counts.get(state) else ""


def _columns() -> tuple[Column, ...]:
    return (
        Column("姓名", lambda row: strong(row.subject.name), css="ej-num m-top"),
        Column("申报类型", "procedure.kind_label", css="ej-num", data_label="申报类型"),
        Column(
            "注册专业",
            case_list.specialty_cell,
            css="ej-num m-end",
            data_label="专业",
        ),
        Column("上报时间", lambda row: day(row.reported_at), css="ej-num", data_label="上报时间"),
        Column("状态", case_parts.state_chip, css="m-top m-end"),
        Column("剩余时限", case_parts.time_left(), css="ej-due m-wide"),
    )
