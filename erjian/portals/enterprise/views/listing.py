"""The list page of every 申报 type, its export, and 建造师企业申报查询 over all of them."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from erjian.accounts.models import EnterpriseRight
from erjian.applications.facts import missing_profile
from erjian.portals.enterprise import case_list, exporting
from erjian.portals.enterprise.access import employer, for_enterprise, holds, operator
from erjian.portals.enterprise.navigation import case_counts, shell
from erjian.portals.enterprise.searching import shown
from erjian.procedures import Filer, Procedure, all_procedures, get
from erjian.ui.paging import paginate
from erjian.ui.tables import Table, sheet

_NOTHING = {
    "draft": "没有“保存未上报”的申报。",
    "mine": "没有待处理的申报。",
    "correction": "没有“待补正”的申报。",
}


def procedure_or_404(code: str) -> Procedure:
    """The declaration of an address. Raises Http404 for an unknown one."""
    try:
        return get(code)
    except KeyError:
        raise Http404 from None


def filed_here_or_404(code: str) -> Procedure:
    """A declaration whose cases the enterprise itself files. Raises Http404 for those that people file."""
    procedure = procedure_or_404(code)
    if procedure.filer != Filer.ENTERPRISE:
        raise Http404
    return procedure


@for_enterprise()
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """人员管理 opens on its first entry."""
    return redirect("enterprise:procedure", all_procedures()[0].code)


@for_enterprise()
@require_http_methods(["GET", "HEAD", "POST"])
def listing(request: HttpRequest, code: str) -> HttpResponse:
    """The list of one 申报 type with filter and saved views."""
    procedure = filed_here_or_404(code)
    options = {"procedure": procedure, "filing_authority": employer(request).filing_authority}
    if request.method == "POST":
        return case_list.CaseFilter(request.POST, **options).address(request)
    form: Any = shown(request, case_list.CaseFilter, **options)
    user, enterprise = operator(request), employer(request)
    state = case_list.known_view(request.GET.get("state", ""))
    rows: Any
    if any(form.cleaned_data.values()) or form.errors:
        found = case_list.matching(request, procedure, form)
        views = case_list.views(found, request, procedure=procedure)
        rows = case_list.own(case_list.in_view(found, state), procedure).order_by("-id")
    else:
        counts = {state: n for (code, state), n in case_counts(request).items() if code == procedure.code}
        views = case_list.views(None, request, counts=counts, procedure=procedure)
        rows = case_list.unfiltered(procedure.code, state).bind(enterprise_id=enterprise.pk)
    total = next(int(view.count or 0) for view in views if view.current)
    page = paginate(rows, request.GET, total=total)
    for row in page:
        row.enterprise = enterprise
    case_list.with_typed(page, procedure)
    files = holds(user, EnterpriseRight.FILE)
    base = reverse("enterprise:cases")
    table = Table(
        columns=case_list.columns(procedure),
        rows=page,
        ops=lambda row: case_list.operations(row, base, files=files),
        name="subject.name",
        numbered=True,
        first=page.start,
        empty=_NOTHING.get(state, "没有符合条件的申报。" if request.GET else "还没有申报。"),
        empty_links=(
            *((("查看全部", "?"),) if request.GET else ()),
            *((("添加申报", "new/"),) if files else ()),
        ),
        caption=procedure.label,
    )
    context = {
        "shell": shell(request, procedure.code),
        "procedure": procedure,
        "filter": form,
        "views": views,
        "table": table,
        "page": page,
        "files": files,
        "missing": missing_profile(enterprise),
    }
    return render(request, "enterprise/list.html", context)


@for_enterprise()
@require_safe
def export(request: HttpRequest, code: str) -> HttpResponseBase:
    """The filtered list as a spreadsheet; back to the list where the filter makes no sense, which says so at its field."""
    procedure = filed_here_or_404(code)
    form: Any = shown(
        request, case_list.CaseFilter, procedure=procedure, filing_authority=employer(request).filing_authority
    )
    if form.errors:
        return redirect(f"{reverse('enterprise:procedure', args=(code,))}?{request.GET.urlencode()}")
    found = case_list.in_view(case_list.matching(request, procedure, form), request.GET.get("state", ""))
    rows = list(case_list.light(found).order_by("-id")[: exporting.LIMIT])
    case_list.with_typed(rows, procedure)
    return exporting.workbook(procedure.label, *sheet(case_list.exported(procedure), rows))
