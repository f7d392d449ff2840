"""What is filed in my name: the list, one case with everything in it, and its papers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from erjian import audit
from erjian.applications import engine, facts, form_data, materials
from erjian.applications.models import Application, Letter
from erjian.applications.states import EDITABLE, VIEWS, State
from erjian.applications.workflow import TRANSITIONS
from erjian.portals.person.access import account, for_person, for_person_files
from erjian.portals.person.navigation import shell
from erjian.portals.shared import case as shared
from erjian.portals.shared import serving
from erjian.procedures import Filer
from erjian.proceedings.opening import may_turn_to_authority
from erjian.ui.dates import day
from erjian.ui.paging import paginate
from erjian.ui.parts import View
from erjian.ui.tables import Column, Op, Table, strong


def table(rows: Iterable[Application], *, short: bool = False) -> Table:
    """My cases as a list; `short` for the home page."""
    columns = [
        Column("申报类型", lambda row: strong(row.procedure.kind_label), css="m-top"),
        Column("企业", "enterprise.name", css="m-wide"),
        Column("上报时间", lambda row: day(row.reported_at), css="ej-num", data_label="上报时间"),
        Column("状态", shared.state_chip, css="m-top m-end"),
    ]
    if not short:
        columns[1:1] = [
            Column("申报编号", "number", css="ej-num m-wide", data_label="申报编号"),
            Column("注册专业", lambda row: shared.specialty_names(row.specialties, short=True), css="m-wide"),
        ]
        columns.append(Column("剩余时限", shared.time_left(), css="ej-num m-hide"))
    return Table(
        columns=tuple(columns),
        rows=rows,
        ops=_operations,
        name=lambda row: row.procedure.kind_label,
        empty="还没有以您的名义提出的申报。申报由聘用企业提出，提出后在这里确认。",
        caption="我的申报",
    )


def _operations(row: Application) -> tuple[Op, ...]:
    url = reverse("person:case", args=[row.uuid])
    if row.state == State.WAIT_PERSON:
        return (Op("去确认", reverse("person:consent", args=[row.uuid])), Op("查阅", url))
    if row.procedure.filer == Filer.PERSON and row.state == State.DRAFT:
        return (
            Op("修改", reverse("person:edit", args=[row.uuid])),
            Op(
                "删除",
                reverse("person:delete", args=[row.uuid]),
                stop=True,
                post=True,
                confirm=f"删除这条{row.procedure.kind_label}？",
                verb="删除这条申报",
            ),
        )
    return (Op("查阅", url),)


@for_person
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """申报查询: every case in my name, by saved view."""
    mine = Application.objects.visible_to(account(request))
    wanted = {code: states for code, _, states in _VIEWS}.get(request.GET.get("view", ""))
    chosen = mine.filter(state__in=wanted) if wanted else mine
    page = paginate(chosen.select_related("enterprise").order_by("-id"), request.GET)
    context = {
        "shell": shell(request, "cases"),
        "views": _views(request.GET.get("view", "")),
        "table": table(page),
        "page": page,
    }
    return render(request, "person/cases.html", context)


_VIEWS = tuple(view for view in VIEWS if view[0] != "draft")


def _views(current: str) -> tuple[View, ...]:
    known = {code for code, _, _ in _VIEWS}
    return (
        View("全部", "?", current=current not in known),
        *(View(label, f"?view={code}", current=code == current) for code, label, _ in _VIEWS),
    )


@for_person
@require_safe
def page(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One case. Numbers are masked until asked for; that reading is noted (《个人信息保护法》第五十一条)."""
    case = serving.case_or_404(request, uuid)
    user = account(request)
    full = request.GET.get("full") == "1"
    values = form_data.current(case)
    if full:
        audit.record_read(actor=user.actor, purpose="本人查看申报", kind="person", ids=[case.person_id])
    context = {
        "shell": shell(request, "cases"),
        "case": case,
        "tone": shared.tone(case.state),
        "waiting": case.state == State.WAIT_PERSON,
        "full": full,
        "may_edit": case.procedure.filer == Filer.PERSON and case.state in EDITABLE,
        "may_withdraw": TRANSITIONS["withdraw"] in engine.available(case, user),
        "withdraw": TRANSITIONS["withdraw"],
        "may_compel": may_turn_to_authority(case, user),
        **contents(case, values, masked=not full),
        **_course(case),
    }
    return render(request, "person/case.html", context)


def contents(case: Application, values: dict[str, Any], *, masked: bool) -> dict[str, Any]:
    """What was filed: sections, specialties with their qualification, materials."""
    known = facts.of_application(case, form=values)
    held = [(code, known.qualification_for(code)) for code in case.specialties]
    return {
        "sections": [
            (section.title, shared.rows(section, values, masked=masked)) for section in case.procedure.sections
        ],
        "specialty_label": case.procedure.specialty_label,
        "specialties": [
            (shared.specialty_names([code]), f"资格证书管理号 {found.management_number}" if found else "—")
            for code, found in held
        ],
        "materials": shared.materials(materials.listing(case, known), reverse("person:case", args=[case.uuid])),
    }


def _course(case: Application) -> dict[str, Any]:
    entries = list(case.timeline.all())
    letters = list(case.letters.order_by("-created_at"))
    return {
        "steps": shared.steps(case, entries),
        "moments": shared.moments(case, entries, letters, officers=False),
        "letters": [_letter(case, item) for item in letters],
        "running": shared.running_clock(case, case.clocks.all()),
        "left": shared.left(case) if case.state == State.WAIT_PERSON else "",
    }


def _letter(case: Application, item: Letter) -> dict[str, object]:
    return {
        "label": item.get_kind_display(),
        "number": item.number,
        "day": day(item.issued_on),
        "url": reverse("person:letter", args=[case.uuid, item.pk]) if item.file_id else "",
    }


@for_person_files
@require_safe
def material(request: HttpRequest, uuid: UUID, pk: int) -> HttpResponseBase:
    """One material of my case."""
    return serving.material(request, uuid, pk)


@for_person_files
@require_safe
def letter(request: HttpRequest, uuid: UUID, pk: int) -> HttpResponseBase:
    """One official letter; opening it counts as its service (送达)."""
    return serving.letter(request, uuid, pk)


@for_person_files
@require_safe
def form_pdf(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """The 申报表."""
    return serving.form_pdf(request, uuid)
