"""Choosing candidates: for a new batch, or more of them for a draft."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString

from erjian.accounts.models import Function
from erjian.applications.models import Application
from erjian.applications.states import State
from erjian.policy import current as policy
from erjian.portals.authority.access import officer
from erjian.portals.authority.navigation import shell
from erjian.portals.authority.publicity_pages.batches import batch_views
from erjian.portals.authority.publicity_pages.doors import for_province, picked, seen
from erjian.portals.shared import case as shown
from erjian.publicity import actions, queries
from erjian.publicity.models import Batch, BatchKind, BatchState
from erjian.standards.errors import Refusal
from erjian.ui.addresses import row_address
from erjian.ui.paging import paginate
from erjian.ui.tables import Column, Op, Table, strong
from erjian.ui.templatetags.ej import chip


@for_province(Function.DECISION)
def create(request: HttpRequest, kind: str) -> HttpResponse:
    """Tick candidates, or take all of them, and make a draft."""
    if kind not in BatchKind.values:
        raise Http404
    problem = ""
    if request.method == "POST":
        try:
            batch = actions.create_batch(
                kind=kind, applications=_chosen(request, kind), title=request.POST.get("title", ""), by=officer(request)
            )
        except Refusal as refusal:
            problem = refusal.message
        else:
            messages.success(request, f"{batch.get_kind_display()}批次已建立。请核对名单后发布。")
            return redirect("authority:batch", pk=batch.pk)
    found = queries.candidates(kind)
    count = found.order_by().count()
    return _page(
        request,
        kind,
        found,
        count=count,
        problem=problem,
        title=request.POST.get("title") or queries.suggested_title(kind),
        heading=f"新建{BatchKind(kind).label}批次",
        verb="列入所选申报，新建批次",
    )


@for_province(Function.DECISION)
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """More candidates for a draft."""
    batch = get_object_or_404(Batch, pk=pk)
    if batch.state != BatchState.DRAFT and request.method != "POST":
        return redirect("authority:batch", pk=batch.pk)
    problem = ""
    if request.method == "POST":
        try:
            actions.add(batch=batch, applications=_chosen(request, batch.kind), by=officer(request), seen=seen(request))
        except Refusal as refusal:
            if refusal.code in ("wrong_state", "gone") or getattr(refusal, "status", 422) != 422:
                raise
            problem = refusal.message
        else:
            return redirect("authority:batch", pk=batch.pk)
    found = queries.candidates(batch.kind)
    return _page(
        request,
        batch.kind,
        found,
        count=found.order_by().count(),
        problem=problem,
        batch=batch,
        heading=f"加入{batch.get_kind_display()}批次 {batch.number}",
        verb="加入所选申报",
    )


def _chosen(request: HttpRequest, kind: str) -> Iterable[int]:
    if request.POST.get("scope") == "all":
        return list(queries.candidates(kind).values_list("pk", flat=True)[: actions.MOST_CASES])
    return picked(request)


def _page(
    request: HttpRequest,
    kind: str,
    found: object,
    *,
    count: int,
    problem: str,
    heading: str,
    verb: str,
    title: str = "",
    batch: Batch | None = None,
) -> HttpResponse:
    listed = paginate(found.select_related("person", "enterprise"), request.GET)
    context = {
        "shell": shell(request, "batches"),
        "views": batch_views(kind),
        "kind": kind,
        "heading": heading,
        "verb": verb,
        "title": title,
        "batch": batch,
        "count": count,
        "days": policy().publicity_days,
        "problem": problem,
        "table": _table(listed, announced=kind == BatchKind.ANNOUNCEMENT),
        "page": listed,
        "back": reverse("authority:batch", args=[batch.pk]) if batch else f"{reverse('authority:batches')}?kind={kind}",
    }
    return render(request, "authority/publicity/picking.html", context, status=422 if problem else 200)


def _verdict(row: Application) -> SafeString:
    return chip("bad", "不准予") if row.state == State.REVIEW_NG else chip("done", "准予")


def _table(rows: object, *, announced: bool) -> Table:
    return Table(
        columns=(
            Column("申报编号", "number", css="ej-num m-wide"),
            Column("姓名", lambda row: strong(row.subject.name), css="m-top"),
            Column("身份证号", "subject.number", css="ej-num m-wide", data_label="身份证号"),
            Column("企业名称", "enterprise.name", css="m-wide"),
            Column("申报类型", lambda row: row.procedure.kind_label, css="m-wide w-low", data_label="申报类型"),
            Column("注册专业", lambda row: shown.specialty_names(row.specialties, short=True), css="m-wide"),
            Column("初审单位", lambda row: shown.authority_name(row.authority_code), css="m-hide w-low"),
            *((Column("结论", _verdict, css="m-top m-end"),) if announced else ()),
            Column("剩余时限", shown.time_left(), css="ej-num m-wide"),
        ),
        rows=rows,
        numbered=True,
        first=rows.start,
        pick=lambda row: row.pk,
        ops=lambda row: (Op("查阅", row_address("authority:case")(row.uuid)),),
        name="subject.name",
        caption="可列入的申报",
        empty="没有等待公告的申报。" if announced else "没有等待公示的申报。",
    )
