"""What is read here: the list of imports, one import with what was found, its progress, its refused rows, templates."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from erjian import audit
from erjian.exchange import keeping, kinds, spreadsheets, templates
from erjian.exchange.models import ImportRun, RunState
from erjian.files import refusals
from erjian.portals.authority.access import officer
from erjian.portals.authority.imports.doors import for_register
from erjian.portals.authority.navigation import shell
from erjian.ui.addresses import row_address
from erjian.ui.dates import moment
from erjian.ui.paging import paginate
from erjian.ui.parts import Row, Tile, Tone
from erjian.ui.tables import Column, Op, Table
from erjian.ui.templatetags.ej import chip

_TONES = {
    RunState.UPLOADED: Tone.OFFICE,
    RunState.CHECKING: Tone.OFFICE,
    RunState.CHECKED: Tone.MINE,
    RunState.QUEUED: Tone.OFFICE,
    RunState.APPLYING: Tone.OFFICE,
    RunState.DONE: Tone.DONE,
    RunState.FAILED: Tone.BAD,
}
_SHOWN = 20
_EMPTY = "（空）"
_STAR = mark_safe('<span class="ej-req"></span>')


def state_chip(run: ImportRun) -> SafeString:
    """状态 of an import; a checked one without anything to load is no task for anybody."""
    if run.state == RunState.CHECKED and not run.valid_rows:
        return chip("", "没有可导入的数据")
    return chip(_TONES[RunState(run.state)], run.get_state_display())


def _count(run: ImportRun, name: str) -> str:
    return f"{run.counts[name]:,}" if name in run.counts else ""


@require_safe
@for_register
def listing(request: HttpRequest) -> HttpResponse:
    """All imports, newest first."""
    page = paginate(ImportRun.objects.order_by("-created_at", "-pk").select_related("uploaded_by"), request.GET)
    table = Table(
        columns=(
            Column("上传时间", lambda run: moment(run.created_at), css="ej-num m-wide"),
            Column("数据", lambda run: kinds.get(run.kind).label, css="m-top"),
            Column("文件", "filename", css="cut m-wide", title=True),
            Column("新增", lambda run: _count(run, "new"), css="ej-num m-hide"),
            Column("更新", lambda run: _count(run, "update"), css="ej-num m-hide"),
            Column("不变", lambda run: _count(run, "same"), css="ej-num m-hide w-low2"),
            Column("错误", lambda run: _count(run, "error"), css="ej-num m-hide"),
            Column("上传人", lambda run: run.uploaded_by.name if run.uploaded_by else "系统", css="m-hide w-low"),
            Column("状态", state_chip, css="m-top m-end"),
        ),
        rows=page,
        ops=lambda run: (Op("查阅", row_address("authority:import")(run.pk)),),
        name=lambda run: run.filename,
        empty="还没有导入过数据。",
        empty_links=(("导入数据", reverse("authority:import_new")),),
    )
    context = {"shell": shell(request, "imports"), "table": table, "page": page}
    return render(request, "authority/imports/list.html", context)


def run_or_404(uuid: object) -> ImportRun:
    """The import of an address."""
    return get_object_or_404(ImportRun.objects.select_related("uploaded_by", "error_file"), pk=uuid)


@require_safe
@for_register
def page(request: HttpRequest, uuid: object) -> HttpResponse:
    """One import: what is going on, or what was found and what can be done."""
    run = run_or_404(uuid)
    kind = kinds.get(run.kind)
    context = {
        "shell": shell(request, "imports"),
        "run": run,
        "kind": kind,
        "state": state_chip(run),
        "rows": _facts(run),
        "tiles": _tiles(run),
        "changes": _changes(run),
        "additions": _additions(run),
        "errors": _errors(run),
        "can_apply": run.state == RunState.CHECKED and run.valid_rows > 0,
        "can_repeat": run.state in {RunState.CHECKED, RunState.FAILED} and run.source_id is not None,
        "done": run.state == RunState.DONE,
        "question": f"导入 {run.valid_rows:,} 行{kind.label}？",
    }
    return render(request, "authority/imports/page.html", context)


def _facts(run: ImportRun) -> list[Row]:
    rows = [
        Row("文件", f"{run.filename}（{refusals.size_text(run.size)}）"),
        Row("上传", f"{moment(run.created_at)} {run.uploaded_by.name if run.uploaded_by else '系统'}"),
    ]
    if run.finished_at:
        rows.append(Row("导入", f"{moment(run.finished_at)} {run.actor.get('label', '')}"))
    return rows


def _tiles(run: ImportRun) -> tuple[Tile, ...]:
    if not run.counts:
        return ()
    made = "已" if run.state == RunState.DONE else "将"
    return (
        Tile(f"{made}新增", f"{run.counts['new']:,}", "行"),
        Tile(f"{made}更新", f"{run.counts['update']:,}", "行"),
        Tile("不变", f"{run.counts['same']:,}", "行"),
        Tile("错误", f"{run.counts['error']:,}", "行", tone="bad" if run.counts["error"] else ""),
    )


def _said(change: dict[str, str]) -> tuple[str, str, str]:
    return change["field"], change["old"] or _EMPTY, change["new"] or _EMPTY


def _changes(run: ImportRun) -> Table | None:
    """Rows that change what the register knows, field by field."""
    found = [each for each in run.differences if not each["new"]]
    if not found:
        return None
    return Table(
        columns=(
            Column("行", lambda each: each["line"], css="ej-num m-hide"),
            Column("对象", lambda each: each["label"], css="m-top"),
            Column(
                "变化",
                lambda each: format_html_join("", "<div>{}：{} → <b>{}</b></div>", map(_said, each["changes"])),
                css="m-wide",
            ),
        ),
        rows=found,
    )


def _additions(run: ImportRun) -> Table | None:
    """The first rows that are new."""
    found = [each for each in run.differences if each["new"]][:_SHOWN]
    if not found:
        return None
    return Table(
        columns=(
            Column("行", lambda each: each["line"], css="ej-num m-hide"),
            Column("对象", lambda each: each["label"], css="m-top"),
            Column(
                "内容", lambda each: "，".join(f"{c['field']} {c['new']}" for c in each["changes"]), css="m-wide ej-2"
            ),
        ),
        rows=found,
    )


def _errors(run: ImportRun) -> Table | None:
    """The first refused rows by line; what they say of a person is in the spreadsheet only."""
    if not run.errors:
        return None
    return Table(
        columns=(
            Column("行", lambda each: f"第 {each['line']} 行", css="ej-num m-top"),
            Column("错误原因", _reasons, css="m-wide"),
        ),
        rows=run.errors,
    )


def _reasons(each: dict[str, str]) -> SafeString:
    return format_html_join("", "<div>{}</div>", ((text,) for text in each["message"].split("；")))


@require_safe
@for_register
def progress(request: HttpRequest, uuid: object) -> HttpResponse:
    """The progress partial; when the work has ended, the page is loaded anew."""
    run = run_or_404(uuid)
    answer = render(request, "authority/imports/progress.html", {"run": run})
    if not run.is_working:
        answer["HX-Refresh"] = "true"
    answer["Cache-Control"] = "no-store"
    return answer


@require_safe
@for_register
def error_file(request: HttpRequest, uuid: object) -> HttpResponse:
    """The refused rows, to be corrected and loaded again. They carry full numbers, so the download is audited."""
    run = run_or_404(uuid)
    if run.error_file is None:
        raise Http404
    audit.record_read(actor=officer(request).actor, purpose="下载导入错误行", kind="import", ids=[run.pk])
    name = f"{kinds.get(run.kind).label}-错误行-{run.created_at:%Y%m%d}"
    return spreadsheets.attachment(keeping.read(run.error_file), filename=name)


@require_safe
@for_register
def template(request: HttpRequest, kind: str) -> HttpResponse:
    """An empty spreadsheet of a kind with its header, an example and the lists of words."""
    if kind not in kinds.BY_CODE:
        raise Http404
    declared = kinds.get(kind)
    return spreadsheets.attachment(templates.template(declared), filename=f"{declared.label}-导入模板")


def said_columns(kind: kinds.Kind) -> SafeString:
    """The columns of a kind in one sentence, required ones marked."""
    return format_html_join(
        "、",
        "{}{}",
        ((column.header, _STAR if column.required else "") for column in kind.columns if column.in_template),
    )
