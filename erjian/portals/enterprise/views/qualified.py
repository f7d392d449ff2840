"""二级建造师资格证信息查询 (manual 3.2.4.4, G.14).

The enterprise's own people are listed; anybody else is found by the full identity number only, which is logged and
limited. A result of such a search opens by an address signed for this operator.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core import signing
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from erjian.applications import picking
from erjian.portals.enterprise import exporting
from erjian.portals.enterprise.access import employer, for_enterprise, operator
from erjian.portals.enterprise.navigation import shell
from erjian.portals.enterprise.searching import PersonFilter, person_condition, picked, read_holder, shown
from erjian.registry.models import Qualification, ReviewResult
from erjian.standards.specialties import Specialty
from erjian.ui import parts
from erjian.ui.addresses import row_address
from erjian.ui.dates import day
from erjian.ui.paging import paginate
from erjian.ui.tables import Column, Op, Table, sheet, strong, word
from erjian.ui.templatetags.ej import chip

_TONE = {ReviewResult.PASSED: "done", ReviewResult.FAILED: "bad", ReviewResult.PENDING: "office"}
_KEY_HOURS = 12
"""How long what a list showed can be opened or exported by its signed key."""
_SHORT = {specialty.value: specialty.short for specialty in Specialty}


_LISTED = (
    "enterprise_name", "grade", "specialty", "management_number", "obtained_on", "kind", "review_result",
    "person__name", "person__id_number_mask",
)  # fmt: skip


class QualifiedFilter(PersonFilter):
    """身份证号 (or the name of one of the enterprise's own people), 注册专业."""

    specialty = forms.ChoiceField(label="注册专业", required=False, choices=[("", "全部专业"), *Specialty.choices])


def _salt(request: HttpRequest) -> str:
    return f"erjian.enterprise.qualified:{request.user.pk}"


@for_enterprise()
@require_http_methods(["GET", "HEAD", "POST"])
def qualified(request: HttpRequest) -> HttpResponse:
    """The list: one's own, or the person of a full number."""
    if request.method == "POST":
        return QualifiedFilter(request.POST).address(request)
    form: Any = shown(request, QualifiedFilter)
    holder = read_holder(request)
    found = Qualification.objects.filter(person_condition(request, form))
    if holder is None:
        found = found.filter(enterprise_code=employer(request).credit_code)
    else:
        picking.note_search(holder.index, mask=holder.mask, by=operator(request))
    if form.cleaned_data.get("specialty"):
        found = found.filter(specialty=form.cleaned_data["specialty"])
    page = paginate(found.select_related("person").only(*_LISTED).order_by("-id"), request.GET)
    table = Table(
        columns=_COLUMNS,
        rows=page,
        pick=lambda row: signing.dumps(row.pk, salt=_salt(request)),
        ops=lambda row: (Op("查阅", _address(request, row, signed=holder is not None)),),
        name="person.name",
        numbered=True,
        first=page.start,
        empty="没有这个身份证号的资格证书。请核对号码。"
        if holder
        else "没有符合条件的资格证书。其他人员请填入完整的身份证号查询。",
        empty_links=(("查看本企业人员", "?"),) if request.GET else (),
        caption="二级建造师资格证信息",
    )
    context = {"shell": shell(request, "qualified"), "filter": form, "table": table, "page": page, "holder": holder}
    return render(request, "enterprise/qualified.html", context)


def _specialty(row: Qualification) -> str:
    return _SHORT.get(row.specialty, row.specialty)


_COLUMNS = (
    Column("姓名", lambda row: strong(row.person.name), css="ej-num m-top", plain="person.name"),
    Column("身份证号", "person.id_number_mask", css="ej-num m-wide", data_label="身份证号"),
    Column("企业名称", "enterprise_name", css="cut m-wide", title=True),
    Column("注册类型", "grade", css="m-hide w-low2 ej-num"),
    Column("注册专业", _specialty, css="ej-num m-top m-end"),
    Column("资格证书管理号", "management_number", css="ej-num m-wide", data_label="管理号"),
    Column("获取日期", lambda row: day(row.obtained_on), css="ej-num", data_label="获取日期"),
    Column("资格证类型", "kind", css="m-hide"),
    Column(
        "复审结果",
        lambda row: chip(_TONE[row.review_result], word(row, "review_result")),
        css="m-end",
        plain="get_review_result_display",
    ),
)


@for_enterprise()
@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """The ticked rows as a spreadsheet. A box is signed for this operator, so only what a list showed can be ticked."""
    rows = Qualification.objects.filter(pk__in=_ticked(request)).select_related("person").only(*_LISTED).order_by("-id")
    if not rows:
        messages.warning(request, "还没有选择资格证。请先在列表中勾选。")
        return redirect("enterprise:qualified")
    return exporting.workbook("二级建造师资格证信息", *sheet(_COLUMNS, rows))


def _ticked(request: HttpRequest) -> list[int]:
    """The rows that are ticked; what is not a box of this operator's lists counts as not ticked."""
    found = []
    for value in picked(request):
        try:
            found.append(signing.loads(value, salt=_salt(request), max_age=_KEY_HOURS * 3600))
        except signing.BadSignature:
            continue
    return found


def _address(request: HttpRequest, row: Qualification, *, signed: bool) -> str:
    address = row_address("enterprise:qualified-detail")(row.pk)
    return f"{address}?{urlencode({'key': signing.dumps(row.pk, salt=_salt(request))})}" if signed else address


@for_enterprise()
@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """资格证书详情."""
    own = Q(enterprise_code=employer(request).credit_code)
    try:
        found = signing.loads(request.GET.get("key", ""), salt=_salt(request), max_age=_KEY_HOURS * 3600)
    except signing.BadSignature:
        found = None
    row = Qualification.objects.select_related("person").filter(Q(pk=found) if found == pk else own, pk=pk).first()
    if row is None:
        raise Http404
    rows = [
        parts.Row("姓名", row.person.name),
        parts.Row("身份证号", row.person.id_number_mask),
        parts.Row("专业等级", row.grade),
        parts.Row("专业名称", Specialty(row.specialty).label),
        parts.Row("证书管理号", row.management_number),
        parts.Row("合格年度", row.pass_year),
        parts.Row("企业名称", row.enterprise_name),
        parts.Row("企业信用代码", row.enterprise_code),
        parts.Row("获取日期", day(row.obtained_on)),
        parts.Row("资格证类型", row.kind),
        parts.Row("复审结果", chip(_TONE[ReviewResult(row.review_result)], row.get_review_result_display())),
        parts.Row("注册情况", "已用于注册" if row.used_at else "未用于注册"),
    ]
    context = {"shell": shell(request, "qualified"), "row": row, "rows": rows}
    return render(request, "enterprise/qualified_detail.html", context)
