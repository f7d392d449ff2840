"""学时与限制: my hours, bars and locks; and what the authority means to do about my registration, or was asked to."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from erjian.policy import clock
from erjian.portals.person.access import account, for_person, for_person_files, my_id
from erjian.portals.person.navigation import certificate_tabs, shell
from erjian.portals.shared import proceedings as shared
from erjian.portals.shared import serving
from erjian.proceedings.models import Proceeding
from erjian.registry.models import Bar, EducationHours, Lock
from erjian.ui.dates import day, period
from erjian.ui.paging import paginate
from erjian.ui.tables import Column, Table, word
from erjian.ui.templatetags.ej import chip


def _frame(request: HttpRequest, current: str = "certificates") -> shared.Frame:
    return shared.Frame(namespace="person", template="person/base.html", shell=shell(request, current))


@for_person
@require_safe
def standing(request: HttpRequest) -> HttpResponse:
    """My hours, bars and locks, with what holds today first."""
    person_id = my_id(request)
    mine = Proceeding.objects.visible_to(account(request)).select_related("person", "enterprise", "registration")
    context = {
        "shell": shell(request, "certificates"),
        "tabs": certificate_tabs("standing"),
        "hours": _hours(person_id),
        "restrictions": _restrictions(person_id),
        "proceedings": shared.table(mine.order_by("-id")[:20], _frame(request)),
    }
    return render(request, "person/standing.html", context)


def _hours(person_id: int) -> Table:
    return Table(
        columns=(
            Column("课程名称", "course", css="m-top m-wide"),
            Column("完成日期", lambda row: day(row.completed_on), css="ej-num", data_label="完成日期"),
            Column("必修学时", lambda row: str(row.compulsory), css="ej-num", data_label="必修学时"),
            Column("选修学时", lambda row: str(row.elective), css="ej-num", data_label="选修学时"),
            Column("培训机构", "provider", css="m-wide"),
            Column("证明编号", "certificate_number", css="ej-num m-wide"),
        ),
        rows=EducationHours.objects.filter(person_id=person_id, withdrawn_on__isnull=True).order_by(
            "-completed_on", "-id"
        ),
        empty="还没有登记的学时。学时由培训机构报送；有遗漏的，请联系培训机构。",
        caption="继续教育学时",
    )


def _restrictions(person_id: int) -> Table:
    today = clock.today()
    bars = list(Bar.objects.filter(person_id=person_id).order_by("-begins", "-id"))
    locks = list(Lock.objects.filter(person_id=person_id).order_by("-begins", "-id"))

    def over(row: Any) -> Any:
        return row.lifted_on if isinstance(row, Bar) else row.released_on

    def state(row: Any) -> object:
        if over(row):
            return chip("", "已解除")
        return chip("bad", "有效") if row.ends is None or row.ends >= today else chip("", "已届满")

    def term(row: Any) -> str:
        if row.ends:
            return str(period(row.begins, row.ends))
        return f"{day(row.begins)} 起" + ("终身" if isinstance(row, Bar) else "，解除为止")

    return Table(
        columns=(
            Column("类型", lambda row: "不予注册" if isinstance(row, Bar) else word(row, "kind"), css="m-top"),
            Column("事由", "reason", css="m-wide"),
            Column("文书号或项目编号", "document", css="m-wide"),
            Column("期限", term, css="ej-num m-wide"),
            Column("状态", state, css="m-top m-end"),
        ),
        rows=[*bars, *locks],
        empty="没有不予注册记录和锁定。",
        caption="不予注册和锁定",
    )


@for_person
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """What concerns my registrations."""
    mine = Proceeding.objects.visible_to(account(request)).select_related("person", "enterprise", "registration")
    page = paginate(mine.order_by("-id"), request.GET)
    frame = _frame(request)
    context = {
        "frame": frame.template,
        "shell": frame.shell,
        "lead": "主管部门拟对我的注册作出的决定，以及我或者聘用企业申请的强制注销。",
        "table": shared.table(page, frame, start=page.start),
        "page": page,
    }
    return render(request, "shared/proceedings.html", context)


@for_person
@require_safe
def page(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One proceeding."""
    return shared.page(request, uuid, _frame(request))


@for_person
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, uuid: UUID, name: str) -> HttpResponse:
    """陈述申辩, 申请听证, 撤回."""
    return shared.act(request, uuid, name, _frame(request))


@for_person_files
@require_safe
def paper(request: HttpRequest, uuid: UUID, pk: int) -> HttpResponseBase:
    """告知书 or 决定书."""
    return shared.paper(request, uuid, pk)


@for_person_files
@require_safe
def attachment(request: HttpRequest, uuid: UUID, pk: int) -> HttpResponseBase:
    """A file that was handed in."""
    return shared.attachment(request, uuid, pk)


@for_person
@require_http_methods(["GET", "HEAD", "POST"])
def compel(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """申请强制注销."""
    return shared.compel(request, serving.case_or_404(request, uuid), _frame(request, "filing"))
