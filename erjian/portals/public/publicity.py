"""公示 and 公告 pages: rows that were copied, masked, when the batch was made."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from erjian.policy import authorities, clock
from erjian.portals.public.navigation import shell
from erjian.publicity import queries
from erjian.publicity.models import BatchItem, BatchKind, ItemState
from erjian.ui.dates import NOTHING, day
from erjian.ui.paging import paginate
from erjian.ui.parts import Row, View
from erjian.ui.tables import Column, Op, Table, strong
from erjian.ui.templatetags.ej import chip

PER_PAGE = 100
"""Long lists are read and searched in one go; a page of them is still light, because a row reads nothing of its case but the state."""


def _shown(name: str) -> Callable[[BatchItem], object]:
    """The cell of a copied fact."""
    return lambda row: row.shown.get(name) or mark_safe(NOTHING)  # noqa: S308 - a constant


def _columns(*more: Column) -> tuple[Column, ...]:
    return (
        Column("姓名", lambda row: strong(row.shown.get("name", "")), css="m-top"),
        Column("身份证号", _shown("id_number"), css="ej-num m-wide", data_label="身份证号"),
        Column("企业名称", _shown("enterprise"), css="m-wide"),
        Column("申报类型", _shown("kind"), css="m-wide", data_label="申报类型"),
        Column("注册专业", _shown("specialties"), css="m-wide", data_label="注册专业"),
        *more,
    )


@login_not_required
@require_safe
def publicity(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of a 公示: until its last day every row can be objected to."""
    batch = get_object_or_404(queries.public_batches(BatchKind.PUBLICITY), pk=pk)
    running = batch.ends is not None and batch.ends >= clock.today()
    page = paginate(queries.shown_items(batch), request.GET, PER_PAGE)

    def status(row: BatchItem) -> SafeString:
        if gone := queries.GONE.get(row.case_state):  # type: ignore[attr-defined]
            return chip("", gone)
        if row.state == ItemState.HELD:
            return chip("mine", "异议核查中")
        if not row.granted:
            return chip("bad", "异议成立")
        return chip("office", "公示中") if running else chip("done", "公示结束")

    def ops(row: BatchItem) -> list[Op]:
        can = running and row.granted and row.case_state not in queries.GONE  # type: ignore[attr-defined]
        return [Op("提出异议", reverse("public:object", args=[batch.pk, row.pk]))] if can else []

    table = Table(
        columns=_columns(
            Column("初审单位", _shown("authority"), css="m-hide w-low"), Column("状态", status, css="m-top m-end")
        ),
        rows=page,
        numbered=True,
        first=page.start,
        ops=ops if running else None,
        name=lambda row: row.shown["name"],
        caption="公示名单",
        empty="名单为空。",
    )
    context = {
        "shell": shell(request, "notices"),
        "batch": batch,
        "rows": (
            Row("公示编号", batch.number),
            Row("人数", f"{page.total} 人"),
            Row("公示期", f"{day(batch.begins)} 至 {day(batch.ends)}"),
            Row("公示单位", authorities.province().name),
        ),
        "running": running,
        "table": table,
        "page": page,
    }
    return render(request, "public/publicity.html", context)


@login_not_required
@require_safe
def announcement(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of a 公告, with its 准予 and 不准予 lists."""
    batch = get_object_or_404(queries.public_batches(BatchKind.ANNOUNCEMENT), pk=pk)
    items = queries.shown_items(batch)
    counts = {granted: items.filter(granted=granted).order_by().count() for granted in (True, False)}
    granted = request.GET.get("view") != "refused" if counts[True] else False
    page = paginate(items.filter(granted=granted), request.GET, PER_PAGE)
    more = (
        (
            Column("注册编号", _shown("registration_number"), css="ej-num m-wide", data_label="注册编号"),
            Column("有效期至", _shown("valid_until"), css="ej-num m-wide", data_label="有效期至"),
        )
        if granted
        else ()
    )
    context = {
        "shell": shell(request, "notices"),
        "batch": batch,
        "rows": (
            Row("公告编号", batch.number),
            Row("公告日期", day(batch.published_at)),
            Row("公告单位", authorities.province().name),
        ),
        "views": (
            View("准予注册", "?view=granted", count=counts[True], current=granted),
            View("不准予注册", "?view=refused", count=counts[False], current=not granted),
        ),
        "granted": granted,
        "table": Table(
            columns=_columns(*more), rows=page, numbered=True, first=page.start, caption="公告名单", empty="名单为空。"
        ),
        "page": page,
    }
    return render(request, "public/announcement.html", context)
