"""批次与公示: what waits for a list, the batches, and one batch with its rows, progress and failures."""

from __future__ import annotations

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from erjian.accounts.models import Function
from erjian.policy import clock
from erjian.portals.authority.navigation import shell
from erjian.portals.authority.publicity_pages.doors import for_province
from erjian.portals.authority.publicity_pages.waiting import objections_url
from erjian.publicity import objections, queries, running
from erjian.publicity.models import Batch, BatchItem, BatchKind, BatchState, ItemState, ObjectionState
from erjian.ui.dates import day, days_left, moment
from erjian.ui.paging import paginate
from erjian.ui.parts import Row, View
from erjian.ui.tables import Column, Op, Table, strong
from erjian.ui.templatetags.ej import chip

_TONES = {
    BatchState.DRAFT: "mine",
    BatchState.RUNNING: "office",
    BatchState.PUBLISHED: "office",
    BatchState.CLOSED: "done",
}
_ITEM_TONES = {
    ItemState.WAITING: "",
    ItemState.DONE: "done",
    ItemState.HELD: "mine",
    ItemState.FAILED: "bad",
}
_COUNTS = {
    "total": Count("items"),
    "granted_count": Count("items", filter=Q(items__granted=True)),
    "failed": Count("items", filter=Q(items__state=ItemState.FAILED)),
    "held": Count("items", filter=Q(items__state=ItemState.HELD)),
}


def state_chip(batch: Batch) -> SafeString:
    """状态 of a batch; a finished 公告 is done, a 公示 runs until its last day."""
    if batch.kind == BatchKind.ANNOUNCEMENT and batch.state == BatchState.PUBLISHED:
        return chip("done", "已公告")
    if batch.kind == BatchKind.PUBLICITY and batch.state == BatchState.PUBLISHED:
        return chip("office", "公示中")
    return chip(_TONES[BatchState(batch.state)], batch.get_state_display())


def left(batch: Batch) -> SafeString | str:
    """Days of 公示 that are left."""
    if batch.kind != BatchKind.PUBLICITY or batch.state != BatchState.PUBLISHED or batch.ends is None:
        return ""
    return days_left((batch.ends - clock.today()).days, unit="日", before="公示")


def batch_views(current: str) -> tuple[View, ...]:
    """The views above the lists of this part."""
    received = objections.Objection.objects.filter(state=ObjectionState.RECEIVED).count()
    return (
        View("公示批次", reverse("authority:batches"), current=current == BatchKind.PUBLICITY),
        View(
            "公告批次", f"{reverse('authority:batches')}?kind=announcement", current=current == BatchKind.ANNOUNCEMENT
        ),
        View("异议", reverse("authority:objections"), count=received or None, current=current == "objections"),
    )


@for_province(Function.DECISION)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Batches of one kind, drafts and running ones first, and how many cases wait."""
    kind = BatchKind.ANNOUNCEMENT if request.GET.get("kind") == BatchKind.ANNOUNCEMENT else BatchKind.PUBLICITY
    found = Batch.objects.filter(kind=kind).annotate(**_COUNTS).order_by("-pk")
    page = paginate(found, request.GET)
    table = Table(
        columns=(
            Column("编号", "number", css="ej-num m-wide"),
            Column("标题", lambda row: strong(row.title), css="m-top wrap"),
            Column("人数", "total", css="ej-num m-wide", data_label="人数"),
            *(
                (Column("准予", "granted_count", css="ej-num m-wide", data_label="准予"),)
                if kind == BatchKind.ANNOUNCEMENT
                else ()
            ),
            Column("失败", lambda row: row.failed or "", css="ej-num m-wide", data_label="失败"),
            *(
                (Column("异议", lambda row: row.held or "", css="ej-num m-wide", data_label="异议核查中"),)
                if kind == BatchKind.PUBLICITY
                else ()
            ),
            Column("发布时间", lambda row: moment(row.published_at), css="ej-num m-wide", data_label="发布时间"),
            Column("状态", state_chip, css="m-top m-end"),
            *((Column("剩余时限", left, css="ej-num m-wide"),) if kind == BatchKind.PUBLICITY else ()),
        ),
        rows=page,
        ops=_ops,
        name="number",
        caption="批次",
        empty="还没有批次。",
    )
    context = {
        "shell": shell(request, "batches"),
        "views": batch_views(kind),
        "kind": kind,
        "waiting": queries.candidates(kind).order_by().count(),
        "table": table,
        "page": page,
    }
    return render(request, "authority/publicity/batches.html", context)


def _ops(row: Batch) -> list[Op]:
    ops = [Op("办理" if row.state == BatchState.DRAFT else "查阅", reverse("authority:batch", args=[row.pk]))]
    if row.published_at:
        ops.append(Op("公开页面", public_url(row), new_tab=True))
    return ops


def public_url(batch: Batch) -> str:
    """Address of the page that the public reads."""
    name = "public:publicity" if batch.kind == BatchKind.PUBLICITY else "public:announcement"
    return reverse(name, args=[batch.pk])


@for_province(Function.DECISION)
@require_safe
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """One batch: its rows exactly as they will be, or are, published."""
    batch = get_object_or_404(Batch.objects.annotate(**_COUNTS), pk=pk)
    return render(request, "authority/publicity/batch.html", _context(request, batch))


@for_province(Function.DECISION)
@require_safe
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a running batch is; asked for every two seconds, and the page is loaded again when it is through."""
    batch = get_object_or_404(Batch.objects.annotate(**_COUNTS), pk=pk)
    context = {"batch": batch, "progress": _progress(batch)}
    response = render(request, "authority/publicity/progress.html", context)
    if not context["progress"]["running"] and request.headers.get("HX-Request") == "true":
        response.headers["HX-Refresh"] = "true"
    return response


def _progress(batch: Batch) -> dict[str, object]:
    waiting = batch.items.filter(state=ItemState.WAITING).count()
    total = batch.items.count()
    return {
        "running": batch.state != BatchState.DRAFT and waiting > 0,
        "total": total,
        "made": total - waiting,
        "failed": batch.items.filter(state=ItemState.FAILED).count(),
    }


def _context(request: HttpRequest, batch: Batch) -> dict[str, object]:
    draft = batch.state == BatchState.DRAFT
    rows = batch.items.select_related("application").order_by("pk")
    view = request.GET.get("view", "")
    narrowed = {
        "granted": Q(granted=True),
        "refused": Q(granted=False),
        "failed": Q(state=ItemState.FAILED),
        "held": Q(state=ItemState.HELD),
    }.get(view)
    listed = paginate(rows.filter(narrowed) if narrowed is not None else rows, request.GET)
    views = [View("全部", "?", count=batch.total, current=narrowed is None)]
    if batch.kind == BatchKind.ANNOUNCEMENT:
        views += [
            View("准予", "?view=granted", count=batch.granted_count, current=view == "granted"),
            View("不准予", "?view=refused", count=batch.total - batch.granted_count, current=view == "refused"),
        ]
    if batch.failed:
        views.append(View("办理失败", "?view=failed", count=batch.failed, current=view == "failed"))
    if batch.held:
        views.append(View("异议核查中", "?view=held", count=batch.held, current=view == "held"))
    received = objections.Objection.objects.filter(item__batch=batch, state=ObjectionState.RECEIVED)
    received = list(received.order_by("pk").values_list("pk", flat=True))
    return {
        "shell": shell(request, "batches"),
        "batch": batch,
        "state": state_chip(batch),
        "draft": draft,
        "rows": _facts(batch),
        "views": views,
        "table": _table(batch, listed, draft=draft),
        "page": listed,
        "progress": _progress(batch),
        "public": public_url(batch) if batch.published_at else "",
        "back": f"{reverse('authority:batches')}?kind={batch.kind}",
        "open_objections": len(received),
        "objections_url": objections_url(received),
        "due": running.over(batch) and batch.state == BatchState.PUBLISHED,
    }


def _facts(batch: Batch) -> tuple[Row, ...]:
    rows = [
        Row("编号", batch.number),
        Row("类别", batch.get_kind_display()),
        Row("经办人", f"{batch.created_by}　{moment(batch.created_at)}"),
        Row(
            "人数",
            f"准予 {batch.granted_count} 人，不准予 {batch.total - batch.granted_count} 人"
            if batch.kind == BatchKind.ANNOUNCEMENT
            else f"{batch.total} 人",
        ),
    ]
    if batch.published_at:
        rows.append(Row("发布时间", moment(batch.published_at)))
    if batch.ends:
        rows.append(Row("公示期", format_html("{} 至 {}　{}", day(batch.begins), day(batch.ends), left(batch))))
    return tuple(rows)


def _table(batch: Batch, rows: object, *, draft: bool) -> Table:
    announced = batch.kind == BatchKind.ANNOUNCEMENT

    def verdict(row: BatchItem) -> SafeString:
        if batch.kind == BatchKind.PUBLICITY and not row.granted:
            return chip("bad", "异议成立")
        return chip("done", "准予") if row.granted else chip("bad", "不准予")

    def state(row: BatchItem) -> SafeString:
        if gone := queries.GONE.get(row.application.state):
            return chip("", gone)
        return chip(_ITEM_TONES[ItemState(row.state)], row.get_state_display())

    def ops(row: BatchItem) -> list[Op]:
        found = [Op("查阅", reverse("authority:case", args=[row.application.uuid]))]
        if row.state == ItemState.FAILED:
            found.append(
                Op(
                    "移出",
                    reverse("authority:batch_release", args=[batch.pk, row.pk]),
                    post=True,
                    stop=True,
                    confirm="移出后可列入其他批次。移出这条申报？",
                    verb="移出这条申报",
                )
            )
        return found

    return Table(
        columns=(
            Column("姓名", lambda row: strong(row.shown["name"]), css="m-top text-nowrap"),
            Column("身份证号", lambda row: row.shown["id_number"], css="ej-num m-wide", data_label="身份证号"),
            Column("企业名称", lambda row: row.shown["enterprise"], css="m-wide"),
            Column("申报类型", lambda row: row.shown["kind"], css="m-wide w-low", data_label="申报类型"),
            Column("注册专业", lambda row: row.shown["specialties"], css="m-wide", data_label="注册专业"),
            Column("初审单位", lambda row: row.shown["authority"], css="m-hide w-low"),
            *((Column("结论", verdict, css="m-top m-end"),) if announced else ()),
            *(
                ()
                if draft
                else (Column("办理", state, css="m-wide" if announced else "m-top m-end", data_label="办理"),)
            ),
            *(
                (Column("说明", lambda row: row.failure or row.reason, css="m-wide wrap"),)
                if announced or not draft
                else ()
            ),
        ),
        rows=rows,
        numbered=True,
        first=rows.start,
        ops=ops,
        name=lambda row: row.shown["name"],
        pick=(lambda row: row.pk) if draft else None,
        caption="批次名单",
        empty="名单为空。",
    )
