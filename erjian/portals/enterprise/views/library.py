"""中央库下载: what the central library says of this enterprise, item by item, and taking over what is ticked.

The record that was shown travels in the page, signed for this operator, so that exactly what was read is taken over,
whatever the library says a minute later.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from erjian.accounts import limits
from erjian.accounts.models import EnterpriseRight
from erjian.exchange import central_library, library_differences
from erjian.exchange.central_library import LibraryRecord, LibraryRefused
from erjian.portals.enterprise.access import employer, for_enterprise, holds, operator
from erjian.portals.enterprise.navigation import shell
from erjian.portals.enterprise.views.cases import seen
from erjian.procedures.kinds.enterprise_rename import ENTERPRISE_RENAME
from erjian.registry.enterprise_profile import ProfileRefused, ProfileStale

_LIMIT = limits.Limit("central-library", 10, timedelta(minutes=10))
_SHOWN_FOR = 30 * 60
"""Seconds in which a shown record can be taken over."""


def _salt(request: HttpRequest) -> str:
    return f"erjian.enterprise.library:{employer(request).pk}:{request.user.pk}"


@for_enterprise(EnterpriseRight.MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def differences(request: HttpRequest) -> HttpResponse:
    """Ask the library and show the differences. Asking is a POST: it leaves the house and is counted."""
    if request.method != "POST":
        return redirect("enterprise:profile")
    enterprise = employer(request)
    limits.take(_LIMIT, str(enterprise.pk))
    try:
        record = central_library.library().find(enterprise.credit_code)
    except LibraryRefused as refusal:
        messages.error(request, refusal.message)
        return redirect("enterprise:profile")
    if record is None:
        messages.warning(request, "中央库中没有本企业的信息，没有改动任何信息。请直接填写企业基本信息。")
        return redirect("enterprise:profile")
    return _page(request, record)


def _page(
    request: HttpRequest,
    record: LibraryRecord,
    *,
    ticked: tuple[set[str], set[str]] | None = None,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    enterprise = employer(request)
    enterprise.refresh_from_db()
    found = library_differences.compare(enterprise, record)
    fields, rows = ticked or (
        {item.name for item in found.fields},
        {item.key for item in found.qualifications if item.ticked},
    )
    context: dict[str, Any] = {
        "shell": shell(request, "profile"),
        "enterprise": enterprise,
        "found": found,
        "fields": [(item, item.name in fields) for item in found.fields],
        "qualifications": [(item, item.key in rows) for item in found.qualifications],
        "record": signing.dumps(central_library.to_json(record), salt=_salt(request), compress=True),
        "refused": refused,
        "rename_url": _rename_url(found.new_name) if holds(operator(request), EnterpriseRight.FILE) else "",
    }
    return render(request, "enterprise/library.html", context, status=status)


def _rename_url(name: str) -> str:
    """Where 企业名称变更 starts, with the library's name filled in."""
    return f"{reverse('enterprise:pick', args=[ENTERPRISE_RENAME.code])}?{urlencode({'new_enterprise_name': name})}"


@for_enterprise(EnterpriseRight.MANAGE)
@require_POST
def take_over(request: HttpRequest) -> HttpResponse:
    """采用 what is ticked."""
    enterprise = employer(request)
    try:
        shown = signing.loads(request.POST.get("record", ""), salt=_salt(request), max_age=_SHOWN_FOR)
        record = central_library.from_json(shown, credit_code=enterprise.credit_code)
    except (signing.BadSignature, LibraryRefused):
        messages.error(request, "下载的内容已过期，没有改动任何信息。请重新下载。")
        return redirect("enterprise:profile")
    fields, rows = set(request.POST.getlist("field")), set(request.POST.getlist("qualification"))
    try:
        library_differences.take_over(
            enterprise=enterprise,
            record=record,
            fields=fields,
            qualifications=rows,
            by=operator(request).actor,
            seen=seen(request),
        )
    except ProfileStale as refusal:
        return _page(request, record, ticked=(fields, rows), refused=refusal.message, status=409)
    except ProfileRefused as refusal:
        return _page(request, record, ticked=(fields, rows), refused=refusal.message, status=422)
    messages.success(request, f"已采用中央库的 {len(fields) + len(rows)} 项内容。")
    return redirect("enterprise:profile")
