"""A case as officers read it: route, data with its versions, materials, letters, what was done and by whom."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from erjian import audit
from erjian.accounts.models import Function
from erjian.applications import comparing, facts, form_data, materials
from erjian.applications.models import Application, Letter
from erjian.portals.authority import acting
from erjian.portals.authority.access import READING, for_officer, officer
from erjian.portals.authority.desk import at_desk
from erjian.portals.authority.navigation import shell
from erjian.portals.shared import case as case_parts
from erjian.portals.shared import serving
from erjian.portals.shared.serving import case_or_404
from erjian.ui.dates import day, moment
from erjian.ui.paging import paginate
from erjian.ui.tables import Column, Op, Table
from erjian.ui.templatetags.ej import tag

material = for_officer(*READING)(require_safe(serving.material))
letter = for_officer(*READING)(require_safe(serving.letter))
form_pdf = for_officer(*READING)(require_safe(serving.form_pdf))
all_materials = for_officer(*READING)(require_safe(serving.all_materials))


@for_officer(*READING)
@require_safe
def page(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The case with masked data."""
    case, user = case_or_404(request, uuid), officer(request)
    values = form_data.current(case)
    known = facts.of_application(case, form=values)
    entries = list(case.timeline.order_by("id"))
    letters = list(case.letters.order_by("-created_at", "-id"))
    base = reverse("authority:case", args=[case.uuid])
    context = {
        "shell": shell(request, "cases"),
        "case": case,
        "tone": case_parts.tone(case.state),
        "base": base,
        "steps": case_parts.steps(case, entries),
        "clock": case_parts.running_clock(case, case.clocks.all()),
        "moments": case_parts.moments(case, entries, letters),
        "sections": [(section.title, case_parts.rows(section, values)) for section in case.procedure.sections],
        "specialties": case_parts.specialty_names(case.specialties),
        "authority": case_parts.authority_name(case.authority_code),
        "materials": case_parts.materials(materials.listing(case, known), base),
        "letters": _letters(letters, base),
        "at_desk": at_desk(case, user),
        "acts": acting.possible(case, user),
        "may_audit": user.may(Function.AUDIT),
    }
    return render(request, "authority/case/page.html", context)


def _letters(letters: list[Letter], base: str) -> Table:
    def served(item: Letter) -> str:
        return f"{moment(item.read_at)} 已阅" if item.read_at else "未阅"

    return Table(
        columns=(
            Column("文书", "get_kind_display", css="m-top"),
            Column("文号", "number", css="ej-num m-wide"),
            Column("日期", lambda item: day(item.issued_on), css="ej-num", data_label="日期"),
            Column("送达", served, data_label="送达"),
        ),
        rows=letters,
        ops=lambda item: (Op("查阅", f"{base}letters/{item.pk}/", new_tab=True),) if item.file_id else (),
        name="get_kind_display",
        empty="还没有出具文书。",
    )


def _marked(label: str) -> SafeString:
    return format_html("{} {}", label, tag("已改", strong=True))


@for_officer(*READING)
@require_safe
def version(request: HttpRequest, uuid: UUID, number: int) -> HttpResponse:
    """One data version beside another (`?with=`, by default the one before): fields and files."""
    case = case_or_404(request, uuid)
    if not 1 <= number <= case.form_version:
        raise Http404
    asked = request.GET.get("with", "")
    other = int(asked) if asked.isdecimal() and 1 <= int(asked) <= case.form_version else number - 1
    values = form_data.version(case, number)
    before = form_data.version(case, other) if other else {}
    rows = comparing.between(case.procedure, before, values)
    fields = {item.name: item for item in case.procedure.fields}

    def shown(name: str, text: str) -> str:
        return fields[name].masked(text) if name in fields else text

    known = facts.of_application(case, form=values)
    files = _files(case, known, number, other)
    table = Table(
        columns=(
            Column("项目", lambda row: _marked(row.label) if other and row.changed else row.label, css="m-wide"),
            *(
                (
                    Column(
                        f"第 {other} 版",
                        lambda row: shown(row.name, row.before),
                        css="m-wide",
                        data_label=f"第 {other} 版",
                    ),
                )
                if other
                else ()
            ),
            Column(
                f"第 {number} 版", lambda row: shown(row.name, row.after), css="m-wide", data_label=f"第 {number} 版"
            ),
        ),
        rows=rows,
        row_css=lambda row: "chosen" if other and row.changed else "",
    )
    context = {
        "shell": shell(request, "cases"),
        "case": case,
        "number": number,
        "other": other,
        "table": table,
        "files": files,
        "changes": sum(row.changed for row in rows) if other else 0,
        "frozen": case.form_versions.get(number=number),
        "numbers": range(1, case.form_version + 1),
    }
    return render(request, "authority/case/version.html", context)


def _files(case: Application, known: facts.Facts, number: int, other: int) -> list[tuple[str, str, str]]:
    now = {row.material.code: row for row in materials.listing(case, known, version=number)}
    former = {row.material.code: row for row in materials.listing(case, known, version=other)} if other else {}
    base = reverse("authority:case", args=[case.uuid])
    lines = []
    for code, row in now.items():
        kept = {item.pk for item in former[code].files} if code in former else set()
        lines += [
            (row.material.label, f"{base}materials/{item.pk}/", "新增" if other and item.pk not in kept else "")
            for item in row.files
        ]
        gone = (
            [item for item in former[code].files if item.pk not in {each.pk for each in row.files}]
            if code in former
            else []
        )
        lines += [(row.material.label, f"{base}materials/{item.pk}/", "已撤下") for item in gone]
    return lines


@for_officer(Function.AUDIT)
@require_safe
def trail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Everything that was done to the case, for auditors."""
    case = case_or_404(request, uuid)
    found = paginate(audit.events_for("application", case.pk), request.GET)
    table = Table(
        columns=(
            Column("时间", lambda event: moment(event.at), css="ej-num m-top"),
            Column("操作", "label", css="m-top m-end"),
            Column("操作人", "actor_label", data_label="操作人"),
            Column("单位", "organisation", data_label="单位"),
            Column("网络地址", "address", css="ej-num", data_label="网络地址"),
            Column(
                "封条",
                lambda event: f"第 {event.seal_number} 号" if event.seal_number else "待封存",
                css="ej-num",
                data_label="封条",
            ),
        ),
        rows=found,
        numbered=True,
        first=found.start,
        empty="没有审计记录。",
    )
    return render(
        request,
        "authority/case/trail.html",
        {"shell": shell(request, "cases"), "case": case, "table": table, "page": found},
    )
