"""Objections: the list, and one with what its maker said, to be upheld or dismissed."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_safe

from erjian import audit, files
from erjian.accounts.models import Function
from erjian.applications.grounds import YEARS, Ground
from erjian.portals.authority.access import officer
from erjian.portals.authority.navigation import shell
from erjian.portals.authority.publicity_pages.batches import batch_views
from erjian.portals.authority.publicity_pages.doors import for_province
from erjian.publicity import objections
from erjian.publicity.models import Objection, ObjectionState
from erjian.standards.errors import Refusal
from erjian.ui.dates import moment
from erjian.ui.forms import ErjianForm
from erjian.ui.paging import paginate
from erjian.ui.parts import Row, View
from erjian.ui.tables import Column, Op, Table, strong, word
from erjian.ui.templatetags.ej import chip

_TONES = {ObjectionState.RECEIVED: "mine", ObjectionState.UPHELD: "bad", ObjectionState.DISMISSED: "done"}


class FindingForm(ErjianForm, forms.Form):
    finding = forms.ChoiceField(
        label="核查结果",
        choices=(
            ("dismissed", "异议不成立，继续公示"),
            ("upheld", "异议成立，列入不准予名单"),
            (Ground.FALSE_MATERIAL.value, f"异议成立，{Ground.FALSE_MATERIAL.label}，列入不准予名单"),
        ),
        widget=forms.RadioSelect,
        help_text=f"属虚假材料的，公告不准予时系统登记不予注册记录，自公告之日起 {YEARS} 年内不得再次申请注册。",
    )
    answer = forms.CharField(
        label="核查结论",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="写明核查过程和依据。异议人可凭查询码看到；异议成立的，作为不予许可的理由。",
    )


@for_province(Function.DECISION)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Objections, those that wait first."""
    state = request.GET.get("state", ObjectionState.RECEIVED)
    state = state if state in ObjectionState.values else "all"
    found = Objection.objects.select_related("item__batch").order_by("-created_at", "-pk")
    page = paginate(found.filter(state=state) if state != "all" else found, request.GET)
    table = Table(
        columns=(
            Column("查询码", "code", css="ej-num m-wide"),
            Column("异议对象", lambda row: strong(row.item.shown["name"]), css="m-top"),
            Column("企业名称", lambda row: row.item.shown["enterprise"], css="m-wide"),
            Column("公示批次", "item.batch.number", css="ej-num m-wide w-low", data_label="公示批次"),
            Column("异议人", "name", css="m-wide", data_label="异议人"),
            Column("提出时间", lambda row: moment(row.created_at), css="ej-num m-wide", data_label="提出时间"),
            Column("状态", lambda row: chip(_TONES[ObjectionState(row.state)], word(row, "state")), css="m-top m-end"),
        ),
        rows=page,
        numbered=True,
        first=page.start,
        ops=lambda row: (
            Op(
                "核查" if row.state == ObjectionState.RECEIVED else "查阅",
                reverse("authority:objection", args=[row.pk]),
            ),
        ),
        name="code",
        caption="异议",
        empty="没有待核查的异议。" if state == ObjectionState.RECEIVED else "没有异议。",
        empty_links=(("查看全部", "?state=all"),) if state != "all" else (),
    )
    context = {
        "shell": shell(request, "batches"),
        "views": batch_views("objections"),
        "states": [
            View(label, f"?state={code}", current=code == state)
            for code, label in (*ObjectionState.choices, ("all", "全部"))
        ],
        "table": table,
        "page": page,
    }
    return render(request, "authority/publicity/objections.html", context)


@for_province(Function.DECISION)
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """One objection. Its maker's full number and mobile are shown, because the finding may need a call; that is audited."""
    objection = get_object_or_404(
        Objection.objects.select_related("item__batch", "item__application", "evidence"), pk=pk
    )
    user = officer(request)
    open_ = objection.state == ObjectionState.RECEIVED
    form = FindingForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            finding = form.cleaned_data["finding"]
            upheld = finding != "dismissed"
            try:
                objections.settle(
                    objection=objection,
                    by=user,
                    upheld=upheld,
                    answer=form.cleaned_data["answer"],
                    ground=Ground.FALSE_MATERIAL if finding == Ground.FALSE_MATERIAL else "",
                )
            except Refusal as refusal:
                if refusal.code == "settled" or getattr(refusal, "status", 422) == 403:
                    raise
                form.refuse(refusal)
            else:
                granted = objection.item.application.deemed_granted and upheld
                follows = "该申报已视为准予延续，注册转入撤销程序，请在“处置”中办理。" if granted else ""
                messages.success(request, f"异议已办结，结论已短信告知异议人。{follows}")
                return redirect("authority:objections")
    with transaction.atomic():
        audit.record_read(actor=user.actor, purpose="异议核查", kind="objection", ids=[objection.pk])
    context = {
        "shell": shell(request, "batches"),
        "objection": objection,
        "chip": chip(_TONES[ObjectionState(objection.state)], objection.get_state_display(), big=True),
        "subject": _subject(objection),
        "maker": _maker(objection),
        "finding": _finding(objection),
        "open": open_,
        "form": form,
        "back": reverse("authority:objections"),
    }
    return render(request, "authority/publicity/objection.html", context, status=status)


def _subject(objection: Objection) -> tuple[Row, ...]:
    shown, batch = objection.item.shown, objection.item.batch
    case_url = reverse("authority:case", args=[objection.item.application.uuid])
    return (
        Row("姓名", shown["name"]),
        Row("身份证号", shown["id_number"]),
        Row("企业名称", shown["enterprise"]),
        Row("注册专业", shown["specialties"]),
        Row(
            "公示",
            format_html('<a href="{}">{}</a>', reverse("authority:batch", args=[batch.pk]), batch.title),
            wide=True,
        ),
        Row("申报", format_html('<a href="{}">{}</a>', case_url, objection.item.application.number), wide=True),
    )


def _maker(objection: Objection) -> tuple[Row, ...]:
    rows = [
        Row("姓名", objection.name),
        Row("身份证号码", objection.id_number),
        Row("手机号码", objection.phone),
        Row("提出时间", moment(objection.created_at)),
    ]
    if objection.evidence_id:
        url = reverse("authority:objection_evidence", args=[objection.pk])
        rows.append(
            Row("证明材料", format_html('<a href="{}" target="_blank" rel="noopener">查看</a>', url), wide=True)
        )
    return tuple(rows)


def _finding(objection: Objection) -> tuple[Row, ...]:
    if objection.handled_at is None:
        return ()
    return (
        Row("核查人", objection.handled_by),
        Row("办结时间", moment(objection.handled_at)),
        Row("核查结论", objection.answer, wide=True),
    )


@for_province(Function.DECISION)
@require_safe
def evidence(request: HttpRequest, pk: int) -> HttpResponse:
    """The file that came with an objection."""
    objection = get_object_or_404(Objection.objects.select_related("evidence"), pk=pk)
    if objection.evidence is None:
        raise Http404
    return files.response(objection.evidence, filename=f"异议证明材料-{objection.code}")
