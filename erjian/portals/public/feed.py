"""Lines of the list of public entries, as the home page and /notices/ draw them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from erjian.policy import clock
from erjian.publicity.models import BatchKind, NoticeKind
from erjian.publicity.queries import Entry
from erjian.ui.dates import month_day

_TAGS = {
    BatchKind.PUBLICITY: "公示",
    BatchKind.ANNOUNCEMENT: "公告",
    NoticeKind.NOTICE: "通知",
    NoticeKind.POLICY: "政策",
    NoticeKind.GUIDE: "指引",
}


@dataclass(frozen=True)
class Line:
    """One entry: its tag (strong while an objection can still be made), title, address and day."""

    tag: str
    strong: bool
    title: str
    url: str
    day: str
    until: str


def lines(entries: Iterable[Entry]) -> list[Line]:
    """Entries as they are drawn."""
    return [_line(entry) for entry in entries]


def _line(entry: Entry) -> Line:
    running = entry.ends is not None and entry.ends >= clock.today()
    return Line(
        tag="置顶" if entry.pinned else _TAGS.get(entry.what, "通知"),
        strong=running or entry.pinned,
        title=entry.title,
        url=address(entry.what, entry.pk),
        day=month_day(entry.published_at),
        until=f"公示至 {month_day(entry.ends)}" if running else "",
    )


def address(what: str, pk: int) -> str:
    """Address of the page of an entry."""
    name = {BatchKind.PUBLICITY: "publicity", BatchKind.ANNOUNCEMENT: "announcement"}.get(what, "notice")
    return reverse(f"public:{name}", args=[pk])
