"""The notice editor: plain paragraphs, one attachment; draft, preview, publish, withdraw."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST, require_safe

from erjian import files
from erjian.accounts.models import Function
from erjian.portals.authority.access import officer
from erjian.portals.authority.navigation import shell
from erjian.portals.authority.publicity_pages.doors import for_province, seen
from erjian.publicity import notices
from erjian.publicity.models import Notice, NoticeKind
from erjian.standards.errors import Refusal
from erjian.ui.dates import moment
from erjian.ui.forms import ErjianForm
from erjian.ui.paging import paginate
from erjian.ui.parts import View
from erjian.ui.tables import Column, Op, Table, strong, word
from erjian.ui.templatetags.ej import chip


class NoticeForm(ErjianForm, forms.Form):
    kind = forms.ChoiceField(label="类别", choices=NoticeKind.choices)
    title = forms.CharField(label="标题", max_length=200)
    author = forms.CharField(label="发布单位", max_length=120, required=False)
    body = forms.CharField(
        label="正文",
        max_length=50_000,
        widget=forms.Textarea(attrs={"rows": 16}),
        help_text="纯文字，一行为一段。",
    )
    pinned = forms.BooleanField(label="置顶", required=False)
    attachment = forms.FileField(
        label="附件",
        required=False,
        help_text="可选。一个 JPG、PNG 或 PDF 文件。",
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
    )
    drop_attachment = forms.BooleanField(label="删除已有附件", required=False)


def _chip(notice: Notice) -> SafeString:
    if notices.is_public(notice):
        return chip("done", "已发布")
    return chip("", "已撤下") if notice.published_at else chip("mine", "草稿")


@for_province(Function.NOTICES)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """All notices, newest first."""
    found = Notice.objects.order_by(F("published_at").desc(nulls_first=True), "-pk")
    view = request.GET.get("view", "")
    if view == "draft":
        found = found.filter(published_at__isnull=True)
    elif view == "public":
        found = found.filter(published_at__isnull=False, withdrawn_at__isnull=True)
    elif view == "withdrawn":
        found = found.filter(withdrawn_at__isnull=False)
    page = paginate(found, request.GET)
    table = Table(
        columns=(
            Column("标题", lambda row: strong(row.title), css="m-top wrap"),
            Column("类别", lambda row: word(row, "kind"), css="m-wide", data_label="类别"),
            Column("置顶", lambda row: "置顶" if row.pinned else "", css="m-wide"),
            Column("发布单位", "author", css="m-wide w-low"),
            Column("发布时间", lambda row: moment(row.published_at), css="ej-num m-wide", data_label="发布时间"),
            Column("状态", _chip, css="m-top m-end"),
        ),
        rows=page,
        numbered=True,
        first=page.start,
        name="title",
        caption="通知公告",
        ops=lambda row: (
            Op("修改", reverse("authority:notice", args=[row.pk])),
            Op("预览", reverse("authority:notice_preview", args=[row.pk])),
        ),
        empty="没有通知公告。",
        empty_links=(("新建通知公告", reverse("authority:notice_new")),),
    )
    choices = (("", "全部"), ("draft", "草稿"), ("public", "已发布"), ("withdrawn", "已撤下"))
    context = {
        "shell": shell(request, "notices"),
        "table": table,
        "page": page,
        "views": [View(label, f"?view={code}" if code else "?", current=code == view) for code, label in choices],
    }
    return render(request, "authority/publicity/notices.html", context)


@for_province(Function.NOTICES)
def create(request: HttpRequest) -> HttpResponse:
    """A new draft."""
    user = officer(request)
    form = NoticeForm(request.POST or None, request.FILES or None, initial={"author": user.organisation})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            try:
                notice = notices.create(
                    kind=data["kind"],
                    title=data["title"],
                    body=data["body"],
                    pinned=data["pinned"],
                    attachment=data["attachment"],
                    author=data["author"],
                    by=user,
                )
            except Refusal as refusal:
                status = _refuse(form, refusal)
            else:
                return _after_saving(request, notice)
    context = {"shell": shell(request, "notices"), "form": form, "notice": None}
    return render(request, "authority/publicity/notice.html", context, status=status)


@for_province(Function.NOTICES)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a notice. When somebody else changed it meanwhile, what was typed stays on the page."""
    notice = get_object_or_404(Notice.objects.select_related("attachment"), pk=pk)
    form = NoticeForm(
        request.POST or None,
        request.FILES or None,
        initial={name: getattr(notice, name) for name in ("kind", "title", "author", "body", "pinned")},
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            try:
                notice = notices.edit(
                    notice=notice,
                    kind=data["kind"],
                    title=data["title"],
                    body=data["body"],
                    pinned=data["pinned"],
                    attachment=data["attachment"],
                    drop_attachment=data["drop_attachment"],
                    author=data["author"],
                    by=officer(request),
                    seen=seen(request),
                )
            except Refusal as refusal:
                status = _refuse(form, refusal)
            else:
                return _after_saving(request, notice)
    context = {
        "shell": shell(request, "notices"),
        "form": form,
        "notice": notice,
        "chip": _chip(notice),
        "public": notices.is_public(notice),
    }
    return render(request, "authority/publicity/notice.html", context, status=status)


def _refuse(form: NoticeForm, refusal: Refusal) -> int:
    status: int = getattr(refusal, "status", 422)
    if status == 403:
        raise refusal
    form.refuse(refusal)
    return status


def _after_saving(request: HttpRequest, notice: Notice) -> HttpResponse:
    if notices.is_public(notice):
        messages.success(request, "已保存，公开页面已更新。")
    else:
        messages.success(request, "已保存为草稿。")
    wanted = "authority:notice_preview" if request.POST.get("do") == "preview" else "authority:notice"
    return redirect(wanted, pk=notice.pk)


@for_province(Function.NOTICES)
@require_safe
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The notice as the public will read it, with the button that publishes or withdraws it."""
    notice = get_object_or_404(Notice, pk=pk)
    context = {
        "shell": shell(request, "notices"),
        "notice": notice,
        "chip": _chip(notice),
        "public": notices.is_public(notice),
        "paragraphs": [line.strip() for line in notice.body.splitlines() if line.strip()],
    }
    return render(request, "authority/publicity/preview.html", context)


@for_province(Function.NOTICES)
@require_safe
def attachment(request: HttpRequest, pk: int) -> HttpResponse:
    """The attachment, before the public may have it."""
    notice = get_object_or_404(Notice.objects.select_related("attachment"), pk=pk)
    if notice.attachment is None:
        raise Http404
    return files.response(notice.attachment, filename=notice.attachment_name or "附件")


@for_province(Function.NOTICES)
@require_POST
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """发布."""
    notices.publish(notice=get_object_or_404(Notice, pk=pk), by=officer(request), seen=seen(request))
    messages.success(request, "通知公告已发布。")
    return redirect("authority:notice_preview", pk=pk)


@for_province(Function.NOTICES)
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """撤下."""
    notices.withdraw(notice=get_object_or_404(Notice, pk=pk), by=officer(request), seen=seen(request))
    messages.success(request, "通知公告已撤下，公众不能再看到。")
    return redirect("authority:notice_preview", pk=pk)


@for_province(Function.NOTICES)
@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a draft."""
    notices.discard(notice=get_object_or_404(Notice, pk=pk), by=officer(request), seen=seen(request))
    messages.success(request, "草稿已删除。")
    return redirect("authority:notices")
