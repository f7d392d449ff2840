"""企业问题咨询: ask the authority, read its answer; what others asked before stands in 常见问题."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from erjian import files
from erjian.accounts.models import EnterpriseRight
from erjian.messaging import questions
from erjian.messaging.models import Question
from erjian.portals.enterprise.access import employer, for_enterprise, holds, operator
from erjian.portals.enterprise.navigation import shell
from erjian.standards.errors import Refusal
from erjian.ui import parts
from erjian.ui.addresses import row_address
from erjian.ui.dates import stamp
from erjian.ui.forms import ErjianForm
from erjian.ui.paging import paginate
from erjian.ui.tables import Column, Op, Table, strong
from erjian.ui.templatetags.ej import chip


class QuestionForm(ErjianForm, forms.Form):
    """标题, 咨询内容, 附件."""

    title = forms.CharField(label="标题", max_length=100)
    text = forms.CharField(
        label="咨询内容",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="涉及某条申报的，请写明申报编号；不要填写完整的身份证号。",
    )
    attachment = forms.FileField(
        label="附件",
        required=False,
        help_text="可选。一个 JPG、PNG 或 PDF 文件。",
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
    )


def status_chip(row: Question) -> str:
    """待答复 or 已答复."""
    return chip("done", "已答复") if row.is_answered else chip("office", "待答复")


@for_enterprise()
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """The enterprise's questions, newest first."""
    own = questions.of_enterprise(employer(request).pk)
    state = request.GET.get("state", "")
    states = {"open": own.filter(answered_at__isnull=True), "answered": own.filter(answered_at__isnull=False)}
    page = paginate(states.get(state, own), request.GET)
    files_here = holds(operator(request), EnterpriseRight.FILE)
    table = Table(
        columns=(
            Column("标题", lambda row: strong(row.title), css="m-top wrap"),
            Column("提问人", "asked_by", css="m-hide"),
            Column("提问时间", lambda row: stamp(row.asked_at), css="ej-num m-wide", data_label="提问"),
            Column("答复时间", lambda row: stamp(row.answered_at), css="ej-num m-wide", data_label="答复"),
            Column("状态", status_chip, css="m-top m-end"),
        ),
        rows=page,
        ops=lambda row: (Op("查阅", row_address("enterprise:question")(row.pk)),),
        name="title",
        numbered=True,
        first=page.start,
        empty="没有符合条件的咨询。" if state else "还没有咨询。提问前可先查看常见问题。",
        empty_links=(("查看全部", "?"),) if state else (("常见问题", reverse("public:questions")),),
        caption="企业问题咨询",
    )
    views = (
        parts.View("全部", "?", own.count(), current=state not in states),
        parts.View("待答复", "?state=open", states["open"].count(), current=state == "open"),
        parts.View("已答复", "?state=answered", states["answered"].count(), current=state == "answered"),
    )
    context = {
        "shell": shell(request, "questions"),
        "table": table,
        "page": page,
        "views": views,
        "may_ask": files_here,
    }
    return render(request, "enterprise/questions.html", context)


def _attached(upload: Any, request: HttpRequest) -> questions.Attachment | None:
    if not upload:
        return None
    limits = files.Limits.of("document")
    blob = files.accept(upload, limits=limits, actor=operator(request).actor, field="attachment")
    return questions.Attachment(blob_id=blob.pk, name=upload.name[-200:])


@for_enterprise(EnterpriseRight.FILE)
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """我要咨询."""
    form = QuestionForm(request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            enterprise, data = employer(request), form.cleaned_data
            try:
                question = questions.ask(
                    asker=questions.Asker(enterprise_id=enterprise.pk, name=enterprise.name),
                    title=data["title"],
                    text=data["text"],
                    attachment=_attached(data["attachment"], request),
                    by=operator(request).actor,
                )
            except Refusal as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, "已提交，答复后会在消息中告知。")
                return redirect("enterprise:question", question.pk)
    context = {"shell": shell(request, "questions"), "form": form}
    return render(request, "enterprise/question_new.html", context, status=status)


def _own(request: HttpRequest, pk: int) -> Question:
    return get_object_or_404(questions.of_enterprise(employer(request).pk), pk=pk)


@for_enterprise()
@require_safe
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """One question with its answer."""
    question = _own(request, pk)
    context = {
        "shell": shell(request, "questions"),
        "question": question,
        "status": status_chip(question),
        "may_retract": not question.is_answered and holds(operator(request), EnterpriseRight.FILE),
    }
    return render(request, "enterprise/question.html", context)


@for_enterprise()
@require_safe
def attachment(request: HttpRequest, pk: int) -> HttpResponse:
    """The file that went with the question."""
    question = _own(request, pk)
    blob = files.Blob.objects.filter(pk=question.attachment_id).first()
    if blob is None:
        raise Http404
    return files.response(blob, filename=question.attachment_name or "附件")


@for_enterprise(EnterpriseRight.FILE)
@require_POST
def retract(request: HttpRequest, pk: int) -> HttpResponse:
    """撤回 while nobody has answered."""
    questions.retract(question=_own(request, pk), by=operator(request).actor)
    messages.success(request, "已撤回这条咨询。")
    return redirect("enterprise:questions")
