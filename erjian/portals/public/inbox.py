"""/messages/: what the platform told the signed-in user, one page for all portals."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from erjian.accounts import mailbox
from erjian.messaging.models import InboxMessage
from erjian.portals.shared import frames
from erjian.ui.dates import moment
from erjian.ui.paging import paginate
from erjian.ui.parts import View
from erjian.ui.tables import Column, Op, Table, strong
from erjian.ui.templatetags.ej import chip


def _title(row: InboxMessage) -> str:
    return strong(row.title) if row.read_at is None else row.title


def _ops(row: InboxMessage) -> list[Op]:
    return (
        [Op("查阅" if row.link else "标为已读", f"/messages/{row.pk}/", post=True)]
        if row.link or not row.read_at
        else []
    )


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """The entries, newest first; unread ones stand out and can be filtered."""
    box = mailbox.of(request.user)
    unread_only = request.GET.get("view") == "unread"
    entries = box.messages()
    page = paginate(entries.filter(read_at__isnull=True) if unread_only else entries, request.GET)
    table = Table(
        columns=(
            Column("标题", _title, css="m-top"),
            Column("时间", lambda row: moment(row.created_at), css="ej-num m-wide"),
            Column("内容", "body", css="m-wide wrap"),
            Column(
                "状态", lambda row: chip("mine", "未读") if row.read_at is None else chip("", "已读"), css="m-top m-end"
            ),
        ),
        rows=page,
        ops=_ops,
        name="title",
        caption="消息",
        empty="没有未读消息。" if unread_only else "没有消息。",
        empty_links=(("查看全部", "?"),) if unread_only else (),
    )
    unread = box.unread()
    views = (
        View("全部", "?", current=not unread_only),
        View("未读", "?view=unread", count=unread, current=unread_only),
    )
    context = {"table": table, "page": page, "unread": unread, "views": views} | frames.of_the_reader(request)
    return render(request, "public/messages.html", context)


@require_POST
def open_message(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one entry read and go where it leads."""
    box = mailbox.of(request.user)
    entry = get_object_or_404(box.messages(), pk=pk)
    box.mark_read([entry.pk])
    return redirect(entry.link or "public:messages")


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """全部标为已读."""
    mailbox.of(request.user).mark_read()
    return redirect("public:messages")
