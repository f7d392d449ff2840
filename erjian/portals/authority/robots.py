"""定时任务: every run of the nightly work with what each robot did and what was refused; a dry run on request."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST, require_safe

from erjian.accounts.models import Function
from erjian.applications import robots
from erjian.applications.models import RobotRun
from erjian.policy import clock
from erjian.portals.authority.access import officer
from erjian.portals.authority.navigation import shell
from erjian.portals.authority.publicity_pages.doors import for_province
from erjian.ui.addresses import row_address
from erjian.ui.dates import moment, stamp
from erjian.ui.paging import paginate
from erjian.ui.parts import Row
from erjian.ui.tables import Column, Op, Table
from erjian.ui.templatetags.ej import chip

_LABELS = {robot.name: robot.label for robot in robots.ROBOTS}


def _working(run: RobotRun) -> bool:
    return run.ended_at is None and run.started_at > clock.now() - robots.PATIENCE


def _chip(run: RobotRun) -> SafeString:
    if run.ended_at is None:
        return chip("office", "运行中") if _working(run) else chip("bad", "中断")
    return chip("mine", f"{len(run.refused)} 项未办理") if run.refused else chip("done", "完成")


@for_province(Function.SYSTEM)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Every run, newest first."""
    page = paginate(RobotRun.objects.order_by("-started_at", "-pk"), request.GET)
    table = Table(
        columns=(
            Column("开始时间", lambda run: moment(run.started_at), css="ej-num m-top"),
            Column("类别", lambda run: "试运行" if run.dry_run else "运行", data_label="类别"),
            Column("发起", lambda run: run.requested_by or "系统", data_label="发起"),
            Column("办理", lambda run: f"{sum(run.done.values()):,} 件", css="ej-num", data_label="办理"),
            Column("内容", _did, css="m-wide"),
            Column("状态", _chip, css="m-top m-end"),
        ),
        rows=page,
        numbered=True,
        first=page.start,
        name=lambda run: moment(run.started_at),
        ops=lambda run: (Op("查阅", row_address("authority:robot_run")(run.pk)),),
        empty="还没有运行过。定时任务每小时运行一次。",
        caption="定时任务",
    )
    context = {"shell": shell(request, "robots"), "table": table, "page": page}
    return render(request, "authority/robots/list.html", context)


def _did(run: RobotRun) -> str:
    return "，".join(f"{_LABELS.get(name, name)} {count:,}" for name, count in run.done.items()) or "没有需要办理的"


def _context(run: RobotRun) -> dict[str, object]:
    names = list(_LABELS)
    number = names.index(run.current) + 1 if run.current in names else 0
    return {
        "run": run,
        "working": _working(run),
        "label": _LABELS.get(run.current, ""),
        "number": number,
        "all": len(names),
    }


@for_province(Function.SYSTEM)
@require_safe
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """One run: what each robot did or would do, and what was refused with the reason."""
    run = get_object_or_404(RobotRun, pk=pk)
    done = Table(
        columns=(
            Column("任务", lambda robot: robot.label, css="m-top"),
            Column(
                "将办理" if run.dry_run else "已办理",
                lambda robot: f"{run.done.get(robot.name, 0):,}",
                css="ej-num m-end",
            ),
        ),
        rows=robots.ROBOTS,
        caption="各项任务",
    )
    refused = Table(
        columns=(Column("未办理的事项和原因", lambda line: line, css="m-wide wrap"),),
        rows=run.refused,
        caption="未办理",
    )
    context = {
        "shell": shell(request, "robots"),
        **_context(run),
        "state": _chip(run),
        "rows": (
            Row("开始", stamp(run.started_at)),
            Row("结束", stamp(run.ended_at)),
            Row("类别", "试运行，没有改动任何数据" if run.dry_run else "运行"),
            Row("发起", run.requested_by or "系统"),
        ),
        "done": done,
        "refused": refused if run.refused else None,
    }
    return render(request, "authority/robots/page.html", context)


@for_province(Function.SYSTEM)
@require_safe
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The progress partial; when the run has ended, the page is loaded anew."""
    run = get_object_or_404(RobotRun, pk=pk)
    answer = render(request, "authority/robots/progress.html", _context(run))
    if not _working(run):
        answer["HX-Refresh"] = "true"
    answer["Cache-Control"] = "no-store"
    return answer


@for_province(Function.SYSTEM)
@require_POST
def dry_run(request: HttpRequest) -> HttpResponse:
    """试运行: queued, never done in the request."""
    run = robots.request_dry_run(by=officer(request))
    messages.success(request, "已开始试运行，不会改动任何数据。")
    return redirect("authority:robot_run", run.pk)
