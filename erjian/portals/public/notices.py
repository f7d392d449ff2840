"""/notices/: 公示, 公告 and notices together; the page of one notice."""

from __future__ import annotations

from datetime import date

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from erjian import files
from erjian.portals.public.feed import lines
from erjian.portals.public.navigation import shell
from erjian.publicity import queries
from erjian.publicity.models import Batch, BatchKind, NoticeKind
from erjian.publicity.queries import Entry
from erjian.ui.paging import EXACT, PER_PAGE, Page, paginate
from erjian.ui.parts import View

_VIEWS = (
    ("", "全部"),
    (BatchKind.PUBLICITY, "公示"),
    (BatchKind.ANNOUNCEMENT, "公告"),
    (NoticeKind.NOTICE, "通知公告"),
    (NoticeKind.POLICY, "政策法规"),
    (NoticeKind.GUIDE, "操作指引"),
)


@login_not_required
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Everything public, newest first, or one kind of it."""
    view = request.GET.get("view", "")
    view = view if view in dict(_VIEWS) else ""
    if view in BatchKind.values:
        page = paginate(queries.public_batches(view), request.GET)
        entries = [Entry(row.kind, row.pk, row.title, row.published_at, _ends(row)) for row in page]
    elif view:
        page = paginate(queries.public_notices(view), request.GET)
        entries = [Entry(row.kind, row.pk, row.title, row.published_at, None, row.pinned) for row in page]
    else:
        page = _everything(request)
        entries = page.items
    context = {
        "shell": shell(request, "notices"),
        "views": [View(label, f"?view={code}" if code else "?", current=code == view) for code, label in _VIEWS],
        "lines": lines(entries),
        "page": page,
    }
    return render(request, "public/notices.html", context)


def _ends(row: Batch) -> date | None:
    """A batch's last day, where it is a 公示."""
    return row.ends if row.kind == BatchKind.PUBLICITY else None


def _everything(request: HttpRequest) -> Page:
    """A page over all kinds; reaches as far back as lists count exactly."""
    total = queries.total()
    pages = max(1, -(-min(total, EXACT) // PER_PAGE))
    asked = request.GET.get("page", "1")
    number = min(max(int(asked), 1), pages) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1
    start = (number - 1) * PER_PAGE
    return Page(
        items=queries.newest(start + PER_PAGE)[start:],
        number=number,
        pages=pages,
        per_page=PER_PAGE,
        count=total,
        more=total > EXACT,
        next={"page": number + 1} if number < pages else None,
        previous={"page": number - 1} if number > 1 else None,
        last={"page": pages} if number < pages else None,
    )


@login_not_required
@require_safe
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """One notice: plain paragraphs and an attachment."""
    notice = get_object_or_404(queries.public_notices(), pk=pk)
    context = {"shell": shell(request, "notices"), "notice": notice, "paragraphs": paragraphs(notice.body)}
    return render(request, "public/notice.html", context)


def paragraphs(body: str) -> list[str]:
    """The paragraphs of a plain text: its lines that say something."""
    return [line.strip() for line in body.splitlines() if line.strip()]


@login_not_required
@require_safe
def attachment(request: HttpRequest, pk: int) -> HttpResponse:
    """The attachment of a public notice."""
    notice = get_object_or_404(queries.public_notices().select_related("attachment"), pk=pk)
    if notice.attachment is None:
        raise Http404
    return files.response(notice.attachment, filename=notice.attachment_name or "附件", inline=False)
