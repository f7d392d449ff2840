"""The list of questions, and one question with its answer. What the public reads is worded here."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from erjian import files
from erjian.accounts.models import Function
from erjian.messaging import questions
from erjian.messaging.models import Question
from erjian.portals.authority.access import officer
from erjian.portals.authority.navigation import shell
from erjian.portals.authority.publicity_pages.doors import for_province, seen
from erjian.standards.errors import Refusal
from erjian.ui.addresses import row_address
from erjian.ui.dates import moment
from erjian.ui.forms import ErjianForm
from erjian.ui.paging import paginate
from erjian.ui.parts import View
from erjian.ui.tables import Column, Op, Table, strong
from erjian.ui.templatetags.ej import chip


class AnswerForm(ErjianForm, forms.Form):
    answer = forms.CharField(
        label="答复", max_length=4000, widget=forms.Textarea(attrs={"rows": 8}), help_text="一行为一段。"
    )


class PublishForm(ErjianForm, forms.Form):
    public_title = forms.CharField(
        label="公开的问题", max_length=100, help_text="不要写企业名称、姓名和号码；企业的原文不公开。"
    )


_VIEWS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("open", "待答复", {"answered_at__isnull": True}),
    ("answered", "已答复", {"answered_at__isnull": False}),
    ("public", "已公开", {"published_at__isnull": False}),
)


def _chip(row: Question) -> SafeString:
    if row.published_at:
        return chip("done", "已公开")
    return chip("", "已答复") if row.is_answered else chip("mine", "待答复")


@for_province(Function.NOTICES)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """All questions, newest first; those without an answer on request."""
    view = request.GET.get("view", "")
    wanted = {code: condition for code, _, condition in _VIEWS}.get(view, {})
    page = paginate(Question.objects.filter(**wanted).order_by("-id"), request.GET)
    table = Table(
        columns=(
            Column("标题", lambda row: strong(row.title), css="m-top wrap"),
            Column("企业", "enterprise_name", css="m-wide"),
            Column("提问时间", lambda row: moment(row.asked_at), css="ej-num m-wide", data_label="提问"),
            Column("答复时间", lambda row: moment(row.answered_at), css="ej-num m-wide", data_label="答复"),
            Column("状态", _chip, css="m-top m-end"),
        ),
        rows=page,
        ops=lambda row: (Op("查阅" if row.is_answered else "答复", row_address("authority:question")(row.pk)),),
        name="title",
        numbered=True,
        first=page.start,
        empty="没有符合条件的咨询。" if view else "还没有企业咨询。",
        empty_links=(("查看全部", "?"),) if view else (),
        caption="企业咨询",
    )
    views = (
        View("全部", "?", current=view not in {code for code, _, _ in _VIEWS}),
        *(
            View(label, f"?view={code}", Question.objects.filter(**condition).count(), current=view == code)
            for code, label, condition in _VIEWS
        ),
    )
    context = {"shell": shell(request, "questions"), "table": table, "page": page, "views": views}
    return render(request, "authority/questions/list.html", context)


@for_province(Function.NOTICES)
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """One question; POST answers it, or puts the answer right."""
    question = get_object_or_404(Question, pk=pk)
    if request.method != "POST":
        return _page(request, question)
    form = AnswerForm(request.POST)
    if form.is_valid():
        try:
            questions.answer(
                question=question, text=form.cleaned_data["answer"], by=officer(request).actor, seen=seen(request)
            )
        except Refusal as refusal:
            form.refuse(refusal)
            question.refresh_from_db()
            return _page(request, question, answer=form, status=getattr(refusal, "status", 422))
        messages.success(request, "已答复，企业会收到消息。")
        return redirect("authority:question", question.pk)
    return _page(request, question, answer=form, status=422)


def _page(
    request: HttpRequest,
    question: Question,
    *,
    answer: AnswerForm | None = None,
    publishing: PublishForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "shell": shell(request, "questions"),
        "question": question,
        "status": _chip(question),
        "answer": answer or AnswerForm(initial={"answer": question.answer}),
        # What a colleague answered meanwhile stands above what this officer typed, which would replace it.
        "stands": question.answer if answer and answer.data.get("answer") != question.answer else "",
        "publishing": publishing or PublishForm(initial={"public_title": question.public_title or question.title}),
    }
    return render(request, "authority/questions/page.html", context, status=status)


@for_province(Function.NOTICES)
@require_safe
def attachment(request: HttpRequest, pk: int) -> HttpResponse:
    """The file that went with the question."""
    question = get_object_or_404(Question, pk=pk)
    blob = files.Blob.objects.filter(pk=question.attachment_id).first()
    if blob is None:
        raise Http404
    return files.response(blob, filename=question.attachment_name or "附件")


@for_province(Function.NOTICES)
@require_POST
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """公开 the answer, or word the published question anew."""
    question = get_object_or_404(Question, pk=pk)
    form = PublishForm(request.POST)
    if not form.is_valid():
        return _page(request, question, publishing=form, status=422)
    try:
        questions.publish(
            question=question, title=form.cleaned_data["public_title"], by=officer(request).actor, seen=seen(request)
        )
    except Refusal as refusal:
        form.refuse(refusal)
        question.refresh_from_db()
        return _page(request, question, publishing=form, status=getattr(refusal, "status", 422))
    messages.success(request, "已公开，公众可在“常见问题”中查到。")
    return redirect("authority:question", question.pk)


@for_province(Function.NOTICES)
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """撤下."""
    questions.withdraw(question=get_object_or_404(Question, pk=pk), by=officer(request).actor, seen=seen(request))
    messages.success(request, "已撤下，公众不能再看到。")
    return redirect("authority:question", pk)
