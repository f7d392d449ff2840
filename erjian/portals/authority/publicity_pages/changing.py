"""What is done to a batch: title, rows out, publish, delete, and failed rows again. Every change is a POST."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from erjian.accounts.models import Function
from erjian.applications import grounds
from erjian.applications.models import Application
from erjian.policy import current as policy
from erjian.portals.authority.access import officer
from erjian.portals.authority.navigation import shell
from erjian.portals.authority.publicity_pages.doors import for_province, picked, seen
from erjian.publicity import actions
from erjian.publicity.models import Batch, BatchKind, BatchState
from erjian.ui.templatetags.ej import crumbs


def _batch(pk: int) -> Batch:
    return get_object_or_404(Batch, pk=pk)


@for_province(Function.DECISION)
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take ticked rows out of a draft."""
    batch = _batch(pk)
    actions.remove(batch=batch, items=picked(request), by=officer(request), seen=seen(request))
    messages.success(request, "所选申报已移出。")
    return redirect("authority:batch", pk=batch.pk)


@for_province(Function.DECISION)
@require_POST
def rename(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a draft's title."""
    batch = _batch(pk)
    actions.rename(batch=batch, title=request.POST.get("title", ""), by=officer(request), seen=seen(request))
    messages.success(request, "标题已修改。")
    return redirect("authority:batch", pk=batch.pk)


@for_province(Function.DECISION)
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask once, then start."""
    batch = _batch(pk)
    if request.method == "POST":
        actions.publish(batch=batch, by=officer(request), seen=seen(request))
        messages.success(request, "已开始逐条办理，全部办完后自动公开。")
        return redirect("authority:batch", pk=batch.pk)
    if batch.state != BatchState.DRAFT:
        return redirect("authority:batch", pk=batch.pk)
    granted = batch.items.filter(granted=True).count()
    refused = batch.items.filter(granted=False).count()
    if batch.kind == BatchKind.PUBLICITY:
        question = f"公示 {granted} 人，公示期 {policy().publicity_days} 日。确定发布？"
        consequences = ["名单在网上公开，身份证号只显示部分数字。", "公示期内任何人可实名提出异议，有异议的单独暂停。"]
    else:
        question = f"公告准予 {granted} 人、不准予 {refused} 人。确定发布？"
        consequences = [
            "准予的立即写入登记库、取得注册编号和证书编号，并制发电子证书。",
            "不准予的出具《不予许可决定书》，告知理由和救济途径。",
            "公告后不能撤回，企业也不能再撤回申报。",
        ]
        if barring := grounds.barring(Application.objects.filter(batch_items__in=batch.items.filter(granted=False))):
            consequences.insert(
                2, f"其中 {barring} 人因虚假材料不准予，系统同时登记不予注册记录：自公告之日起 {grounds.YEARS} 年内不得再次申请注册。"
            )  # fmt: skip
    back = reverse("authority:batch", args=[batch.pk])
    verb = f"发布{batch.get_kind_display()}"
    batches = f"{reverse('authority:batches')}?kind={batch.kind}"
    context = {
        "shell": shell(request, "batches"),
        "frame": "ui/shell.html",
        "crumbs": crumbs("批次与公示", batches, batch.number, back, verb),
        "title": verb,
        "question": question,
        "consequences": [batch.title, *consequences],
        "action": reverse("authority:batch_publish", args=[batch.pk]),
        "verb": verb,
        "keep": "返回核对",
        "keep_url": back,
        "tone": "primary",
        "hidden": [("seen", batch.version)],
    }
    return render(request, "ui/confirm.html", context)


@for_province(Function.DECISION)
@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a draft."""
    batch = _batch(pk)
    actions.discard(batch=batch, by=officer(request), seen=seen(request))
    messages.success(request, f"批次 {batch.number} 已删除，其中的申报可列入其他批次。")
    return redirect(f"{reverse('authority:batches')}?kind={batch.kind}")


@for_province(Function.DECISION)
@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Work through the failed rows again."""
    batch = _batch(pk)
    actions.retry(batch=batch, by=officer(request))
    messages.success(request, "已重新办理失败的申报。")
    return redirect("authority:batch", pk=batch.pk)


@for_province(Function.DECISION)
@require_POST
def release(request: HttpRequest, pk: int, item: int) -> HttpResponse:
    """Take one failed row out."""
    batch = _batch(pk)
    actions.release(batch=batch, item=item, by=officer(request))
    messages.success(request, "已移出，可列入其他批次。")
    return redirect("authority:batch", pk=batch.pk)
