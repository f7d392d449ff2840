"""管理常用意见: an officer's own phrases for one step."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from erjian.accounts.models import Function
from erjian.applications import canned
from erjian.applications.errors import CaseRefused
from erjian.portals.authority.access import REVIEWING, for_officer, officer
from erjian.portals.authority.navigation import shell
from erjian.portals.authority.queue import TITLES
from erjian.ui import parts
from erjian.ui.tables import Column, Op, Table


def _step(request: HttpRequest, step: str) -> Function:
    user = officer(request)
    if step not in REVIEWING or step not in user.functions:
        raise Http404
    return Function(step)


@for_officer(*REVIEWING)
def page(request: HttpRequest, step: str) -> HttpResponse:
    """The list, and on POST one more phrase."""
    function, user = _step(request, step), officer(request)
    error, text, status = "", "", 200
    if request.method == "POST":
        text = request.POST.get("text", "")
        try:
            canned.add(user=user, step=function, text=text)
        except CaseRefused as refusal:
            error, status = refusal.message, 422
        else:
            messages.success(request, "已添加常用意见。")
            return redirect("authority:phrases", step=step)
    kept = canned.phrases(user, function)
    table = Table(
        columns=(
            Column("常用意见", "text", css="m-wide"),
            Column("来源", lambda phrase: "自己添加" if phrase.pk else "平台提供", css="m-hide"),
        ),
        rows=kept,
        name="text",
        ops=_ops,
    )
    held = [item for item in REVIEWING if item in user.functions]
    views = tuple(
        parts.View(item.label, reverse("authority:phrases", args=[item]), current=item == function) for item in held
    )
    context = {
        "shell": shell(request, "work"),
        "table": table,
        "views": views,
        "error": error,
        "text": text,
        "function": function,
        "desk": f"{reverse('authority:desk')}?function={function}",
        "title": TITLES[function],
    }
    return render(request, "authority/phrases.html", context, status=status)


def _ops(phrase: canned.Phrase) -> tuple[Op, ...]:
    if phrase.pk is None:
        return ()
    url = reverse("authority:phrase_delete", args=[phrase.pk])
    return (Op("删除", url, stop=True, post=True, confirm=f"删除“{phrase.text[:30]}”？", verb="删除这条意见"),)


@require_POST
@for_officer(*REVIEWING)
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete one of the officer's own phrases."""
    user = officer(request)
    kept = user.canned_opinions.filter(pk=pk).first()
    if kept is None:
        raise Http404
    canned.delete(user=user, pk=pk)
    messages.success(request, "已删除常用意见。")
    return redirect("authority:phrases", step=kept.step)
