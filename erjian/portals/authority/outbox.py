"""短信发件箱: what the embedded outbox would have sent, in a demonstration only."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from erjian import audit
from erjian.accounts.models import Function
from erjian.messaging import outbox
from erjian.portals.authority.access import for_officer, officer
from erjian.portals.authority.navigation import shell
from erjian.ui.dates import moment
from erjian.ui.paging import paginate
from erjian.ui.tables import Column, Table, word
from erjian.ui.templatetags.ej import chip

_TONES = {"sent": "done", "failed": "bad", "queued": "office"}


@for_officer(Function.SYSTEM)
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The messages, newest first; noted in the audit, because they hold codes."""
    if not outbox.is_open():
        raise Http404
    shown = paginate(outbox.messages(), request.GET)
    audit.record_read(
        actor=officer(request).actor, purpose="演示环境短信发件箱", kind="sms", ids=[item.pk for item in shown]
    )
    table = Table(
        columns=(
            Column("提交时间", lambda item: moment(item.created_at), css="ej-num m-top"),
            Column("手机号", "phone_mask", css="ej-num", data_label="手机号"),
            Column("内容", "text", css="m-wide"),
            Column("状态", lambda item: chip(_TONES[item.state], word(item, "state")), css="m-top m-end"),
        ),
        rows=shown,
        numbered=True,
        first=shown.start,
        empty="还没有短信。",
    )
    return render(request, "authority/outbox.html", {"shell": shell(request, "outbox"), "table": table, "page": shown})
