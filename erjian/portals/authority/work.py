"""待办事项: what waits for the officer by function, what of it is due, and what they did today."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, F, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from erjian import audit
from erjian.accounts import signing_up
from erjian.accounts.models import ADMINISTRATORS, Function, SignUpState, User
from erjian.applications.models import Application
from erjian.applications.workflow import TRANSITIONS
from erjian.policy import authorities, clock, working_days
from erjian.portals.authority import oversight, queue, upkeep
from erjian.portals.authority.access import READING, REVIEWING, for_officer, officer
from erjian.portals.authority.navigation import built, shell, who
from erjian.portals.authority.publicity_pages import waiting as lists
from erjian.portals.shared import case as case_parts
from erjian.proceedings import actions as proceedings
from erjian.proceedings.models import Proceeding
from erjian.proceedings.states import TONE
from erjian.ui import parts
from erjian.ui.dates import moment
from erjian.ui.tables import Column, Op, Table, strong, word
from erjian.ui.templatetags.ej import chip

SOON = 2
"""Working days before the last one in which a case counts as due soon."""
LISTED = 15


@dataclass(frozen=True, kw_only=True)
class Due:
    """What waits in one function."""

    label: str
    url: str
    waiting: int = 0
    late: int = 0
    today: int = 0
    soon: int = 0


def due(user: User) -> tuple[Due, ...]:
    """Counts by function in one query, in the order of a case's way."""
    today = clock.today()
    soon = working_days.add(today, SOON)
    found = {
        row["acting_function"]: row
        for row in Application.objects.waiting_for(user)
        .order_by()
        .values("acting_function")
        .annotate(
            waiting=Count("pk"),
            late=Count("pk", filter=Q(due_on__lt=today)),
            today=Count("pk", filter=Q(due_on=today)),
            soon=Count("pk", filter=Q(due_on__gt=today, due_on__lte=soon)),
        )
    }
    shown = []
    for function in (*REVIEWING, Function.DECISION):
        if function not in user.functions:
            continue
        row = {key: value for key, value in found.get(function, {}).items() if key != "acting_function"}
        label = queue.TITLES.get(function, "待公示公告和决定")
        shown.append(Due(label=label, url=_address(function), **row))
    return tuple(shown)


def _address(function: Function) -> str:
    if function in REVIEWING:
        return f"{reverse('authority:desk')}?function={function}"
    return "/authority/batches/" if built("publicity_pages") else f"{reverse('authority:cases')}?view=mine"


def _done_today(user: User) -> int:
    codes = [row.audit_code for row in TRANSITIONS.values()]
    return audit.events_by(user.pk).filter(at__gte=clock.start_of(clock.today()), code__in=codes).count()


def _tiles(user: User, counts: tuple[Due, ...]) -> tuple[parts.Tile, ...]:
    late, soon = sum(row.late for row in counts), sum(row.today + row.soon for row in counts)
    return (
        parts.Tile("等待办理", sum(row.waiting for row in counts), "件"),
        parts.Tile("已逾期", late, "件", tone="bad" if late else ""),
        parts.Tile("今日和两个工作日内到期", soon, "件", tone="mine" if soon else ""),
        parts.Tile("今日已办", _done_today(user), "件"),
    )


def _functions(counts: tuple[Due, ...]) -> Table:
    def late(row: Due) -> object:
        return chip("bad", f"{row.late} 件") if row.late else "0"

    def soon(row: Due) -> object:
        return chip("mine", f"{row.today} 件") if row.today else "0"

    return Table(
        columns=(
            Column("事项", "label", css="m-top"),
            Column("等待办理", "waiting", css="ej-num", data_label="等待办理"),
            Column("已逾期", late, css="ej-num", data_label="已逾期"),
            Column("今日到期", soon, css="ej-num", data_label="今日到期"),
            Column("两个工作日内到期", "soon", css="ej-num", data_label="两个工作日内到期"),
        ),
        rows=counts,
        ops=lambda row: (Op("办理", row.url),) if row.waiting else (),
        name="label",
    )


def _proceedings(user: User) -> Table | None:
    """依职权办理和强制注销 that wait for this officer; nothing for whoever has no part in them."""
    if not user.functions & {Function.REGISTER, Function.DECISION} or not built("proceedings"):
        return None
    waiting = proceedings.awaiting(user)

    def doing(row: Proceeding) -> str:
        return "、".join(each.label for each in proceedings.available(row, user) if each.name in proceedings.DUTIES)

    return Table(
        columns=(
            Column("姓名", lambda row: strong(row.person.name), css="m-top"),
            Column("事项", lambda row: word(row, "measure"), data_label="事项"),
            Column("编号", "number", css="ej-num m-hide w-low2"),
            Column("企业名称", "enterprise.name", css="m-wide"),
            Column("陈述申辩期限", lambda row: case_parts.due_day(row.due_on), css="ej-num", data_label="陈述申辩期限"),
            Column("状态", lambda row: chip(TONE.get(row.state, ""), word(row, "state")), css="m-top m-end"),
            Column("待办", doing, css="m-wide", data_label="待办"),
        ),
        rows=waiting[:LISTED],
        ops=lambda row: (Op("办理", reverse("authority:proceeding", args=[row.uuid])),),
        name=lambda row: row.person.name,
        empty="没有等待您办理的处置事项。",
        caption="依职权办理和强制注销",
    )


def _waiting(user: User) -> Table:
    cases = (
        Application.objects.waiting_for(user)
        .select_related("person", "enterprise")
        .order_by(F("due_on").asc(nulls_last=True), "id")
    )[:LISTED]

    def act(case: Application) -> tuple[Op, ...]:
        if case.acting_function in REVIEWING:
            return (Op("办理", f"{reverse('authority:desk_case', args=[case.uuid])}?function={case.acting_function}"),)
        return (Op("查阅", reverse("authority:case", args=[case.uuid])),)

    return Table(
        columns=(
            Column("姓名", lambda case: strong(case.subject.name), css="m-top"),
            Column("申报类型", lambda case: case.procedure.kind_label, data_label="申报类型"),
            Column("申报编号", "number", css="ej-num m-hide w-low2"),
            Column("企业名称", "enterprise.name", css="m-wide"),
            Column("上报时间", lambda case: moment(case.reported_at), css="ej-num m-hide"),
            Column("状态", lambda case: chip(case_parts.tone(case.state), word(case, "state")), css="m-top m-end"),
            Column("剩余时限", queue.left, css="ej-num", data_label="剩余时限"),
        ),
        rows=cases,
        ops=act,
        name=lambda case: case.subject.name,
        empty="没有等待您办理的申报。",
    )


@for_officer()
@require_safe
def work(request: HttpRequest) -> HttpResponse:
    """The first page after signing in."""
    user = officer(request)
    counts = due(user)
    context = {"shell": shell(request, "work"), "who": who(user), "counts": counts, "upkeep": upkeep.matters(user)}
    if counts:
        waiting = sum(row.waiting for row in counts)
        context |= {
            "tiles": _tiles(user, counts),
            "functions": _functions(counts),
            "several": len(counts) > 1,
            "waiting": _waiting(user),
            "beginning": f"前 {LISTED} 件，共 {waiting} 件" if waiting > LISTED else "",
        }
    if Function.DECISION in user.functions and user.authority_code == authorities.province().code:
        context["lists"] = lists.table()
    context["proceedings"] = _proceedings(user)
    context["statistics"] = bool(user.functions & frozenset(READING))
    context["working"] = bool(user.functions - frozenset(ADMINISTRATORS))
    if Function.AUDIT in user.functions:
        context["oversight"] = oversight.overview(user)
    context["desk"] = bool(user.functions & frozenset(REVIEWING))
    if Function.ACCEPTANCE in user.functions and signing_up.is_open():
        context["sign_ups"] = signing_up.visible_to(user).filter(state=SignUpState.WAITING).count()
    return render(request, "authority/work.html", context)
