"""资质信息: the enterprise's 资质 as its register knows them, one by one, with a warning before each runs out."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from erjian.accounts.models import EnterpriseRight
from erjian.policy import clock
from erjian.portals.enterprise.access import employer, for_enterprise, holds, operator
from erjian.portals.enterprise.navigation import shell
from erjian.portals.shared.register_history import HISTORY
from erjian.portals.shared.register_history import history as changes_table
from erjian.registry.models import Change, Enterprise, EnterpriseQualification
from erjian.ui import parts
from erjian.ui.addresses import row_address
from erjian.ui.dates import day
from erjian.ui.paging import paginate
from erjian.ui.tables import Column, Op, Table, strong
from erjian.ui.templatetags.ej import chip

WARNED = timedelta(days=180)
"""How long before its end a 资质 is warned of: renewing one takes months."""
_MOST = 5


def warning(enterprise: Enterprise) -> str:
    """Which 资质 have run out or soon will, in one sentence; empty when none."""
    today = clock.today()
    found = list(
        EnterpriseQualification.objects.filter(
            enterprise=enterprise, withdrawn_on__isnull=True, expires_on__lte=today + WARNED
        ).order_by("expires_on", "pk")[: _MOST + 1]
    )
    said = [
        f"{row.scope}{row.level}{'已于' if row.expires_on < today else '将于'} {row.expires_on} 到期"
        for row in found[:_MOST]
        if row.expires_on
    ]
    if not said:
        return ""
    return (
        "；".join(said)
        + ("等" if len(found) > _MOST else "")
        + "。请向资质许可机关申请延续，办结后从中央库下载更新；到期的资质不能用于申报。"
    )


def _status(row: EnterpriseQualification, today: date) -> SafeString:
    if row.withdrawn_on:
        return chip("bad", "已撤回")
    if row.expires_on and row.expires_on < today:
        return chip("bad", "已过期")
    if row.expires_on and row.expires_on <= today + WARNED:
        return chip("mine", f"{(row.expires_on - today).days} 日后到期")
    return chip("done", "有效")


@for_enterprise()
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """The list."""
    today = clock.today()
    found = EnterpriseQualification.objects.filter(enterprise=employer(request)).order_by("number", "pk")
    page = paginate(found, request.GET)
    table = Table(
        columns=(
            Column("企业资质证书编号", "number", css="ej-num m-top"),
            Column("企业资质范围", lambda row: strong(row.scope), css="m-wide"),
            Column("企业资质等级", "level", css="ej-num", data_label="等级"),
            Column("发证日期", lambda row: day(row.issued_on), css="ej-num m-end", data_label="发证"),
            Column("有效期至", lambda row: day(row.expires_on), css="ej-num", data_label="有效期至"),
            Column("状态", lambda row: _status(row, today), css="m-top m-end"),
        ),
        rows=page,
        ops=lambda row: (Op("查阅", row_address("enterprise:qualification")(row.pk)),),
        name="scope",
        numbered=True,
        first=page.start,
        empty="企业库中没有本企业的资质。新设立企业申报时须上传承诺书。",
        caption="资质信息",
    )
    context = {
        "shell": shell(request, "qualifications"),
        "table": table,
        "page": page,
        "warning": warning(employer(request)),
        "may_save": holds(operator(request), EnterpriseRight.MANAGE),
    }
    return render(request, "enterprise/qualifications.html", context)


@for_enterprise()
@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One 资质 with what changed of it."""
    row = get_object_or_404(EnterpriseQualification, enterprise=employer(request), pk=pk)
    key = f"资质 {row.number} {row.scope}"
    rows = [
        parts.Row("企业名称", employer(request).name, wide=True),
        parts.Row("企业资质范围", row.scope, wide=True),
        parts.Row("企业资质证书编号", row.number),
        parts.Row("企业资质等级", row.level),
        parts.Row("发证日期", day(row.issued_on)),
        parts.Row("有效期至", day(row.expires_on)),
        parts.Row("状态", _status(row, clock.today())),
        *((parts.Row("撤回日期", day(row.withdrawn_on)),) if row.withdrawn_on else ()),
    ]
    changes = Change.objects.filter(Q(before__has_key=key) | Q(after__has_key=key), enterprise_id=row.enterprise_id)
    context = {
        "shell": shell(request, "qualifications"),
        "row": row,
        "rows": rows,
        "changes": changes_table(changes.order_by("-at", "-id")[:HISTORY], officers=False),
    }
    return render(request, "enterprise/qualification.html", context)
