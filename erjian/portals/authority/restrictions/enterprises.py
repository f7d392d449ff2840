"""限制申报 of an enterprise: the province bars it with a document and lifts the bar with a reason."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods

from erjian.accounts.models import Function
from erjian.policy import clock
from erjian.portals.authority.access import officer
from erjian.portals.authority.navigation import shell
from erjian.portals.authority.publicity_pages.doors import for_province
from erjian.portals.authority.restrictions.pages import ReasonForm
from erjian.registry import restrictions
from erjian.registry.models import Enterprise, EnterpriseBar
from erjian.standards.errors import Refusal
from erjian.ui.dates import day, period
from erjian.ui.forms import ErjianForm
from erjian.ui.tables import Column, Op, Table
from erjian.ui.templatetags.ej import chip, crumbs


class EnterpriseBarForm(ErjianForm, forms.Form):
    begins = forms.DateField(label="起始日期")
    ends = forms.DateField(label="截止日期", required=False, help_text="不填的，到解除为止")
    document = forms.CharField(label="文书号", max_length=100)
    reason = forms.CharField(label="事由", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


def bars(enterprise: Enterprise, *, may_lift: bool) -> Table:
    """The enterprise's bars, for its page."""
    today = clock.today()

    def running(row: EnterpriseBar) -> bool:
        return row.lifted_on is None and (row.ends is None or row.ends >= today)

    def ops(row: EnterpriseBar) -> tuple[Op, ...]:
        if not (may_lift and row.lifted_on is None):
            return ()
        return (Op("解除", reverse("authority:enterprise_bar_lift", args=[enterprise.pk, row.pk])),)

    return Table(
        columns=(
            Column("事由", "reason", css="m-top m-wide"),
            Column("文书号", "document", css="m-wide", data_label="文书号"),
            Column(
                "期限",
                lambda row: period(row.begins, row.ends) if row.ends else f"{day(row.begins)} 起",
                css="ej-num m-wide",
            ),
            Column(
                "状态",
                lambda row: chip("bad", "有效") if running(row) else chip("", "已解除" if row.lifted_on else "已届满"),
                css="m-top m-end",
            ),
        ),
        rows=enterprise.bars.order_by("-begins", "-id"),
        name="document",
        ops=ops if may_lift else None,
        empty="没有限制申报记录。",
    )


@for_province(Function.REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def bar(request: HttpRequest, pk: int) -> HttpResponse:
    """限制申报: asked once, with the document it rests on."""
    enterprise = get_object_or_404(Enterprise, pk=pk)
    form = EnterpriseBarForm(request.POST or None, initial={"begins": clock.today()})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                restrictions.bar_enterprise(enterprise=enterprise, actor=officer(request).actor, **form.cleaned_data)
            except Refusal as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, f"已限制{enterprise.name}申报。")
                return redirect("authority:enterprise", enterprise.pk)
    context = {
        "frame": "ui/shell.html",
        "shell": shell(request, "register", "enterprises"),
        "crumbs": _crumbs(enterprise, "限制申报"),
        "title": f"限制企业申报　{enterprise.name}",
        "question": "限制期间该企业不能提出申报，在办的申报不能通过决定。",
        "action": request.path,
        "verb": "限制申报",
        "keep": "返回",
        "keep_url": reverse("authority:enterprise", args=[enterprise.pk]),
        "tone": "stop",
        "form": form,
    }
    return render(request, "ui/confirm.html", context, status=status)


@for_province(Function.REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def lift(request: HttpRequest, pk: int, bar: int) -> HttpResponse:
    """解除 before the end, with the reason."""
    row = get_object_or_404(EnterpriseBar.objects.select_related("enterprise"), pk=bar, enterprise_id=pk)
    form = ReasonForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            restrictions.lift_enterprise_bar(bar=row, reason=form.cleaned_data["reason"], actor=officer(request).actor)
            messages.success(request, f"已解除{row.enterprise.name}的限制申报。")
            return redirect("authority:enterprise", pk)
    context = {
        "frame": "ui/shell.html",
        "shell": shell(request, "register", "enterprises"),
        "crumbs": _crumbs(row.enterprise, "解除限制申报"),
        "title": f"解除限制申报　{row.enterprise.name}",
        "question": "解除后该企业可以提出申报。",
        "action": request.path,
        "verb": "解除",
        "keep": "返回",
        "keep_url": reverse("authority:enterprise", args=[pk]),
        "tone": "stop",
        "form": form,
    }
    return render(request, "ui/confirm.html", context, status=status)


def _crumbs(enterprise: Enterprise, verb: str) -> SafeString:
    page = reverse("authority:enterprise", args=[enterprise.pk])
    return crumbs(
        "登记库", reverse("authority:people"), "企业", reverse("authority:enterprises"), enterprise.name, page, verb
    )
