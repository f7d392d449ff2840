"""What is public, and which cases wait for a batch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain

from django.db.models import Exists, F, OuterRef, QuerySet

from erjian.applications.models import Application
from erjian.applications.routing import next_step
from erjian.applications.states import State
from erjian.policy import authorities, clock
from erjian.procedures import Procedure, Step, all_procedures
from erjian.publicity.models import Batch, BatchItem, BatchKind, BatchState, ItemState, Notice

GONE = {State.WITHDRAWN.value: "已撤回", State.TERMINATED.value: "已终止"}
"""Ends of a case that leave its row on the public list, marked."""
OUT = (BatchState.PUBLISHED, BatchState.CLOSED)


def public_batches(kind: str | None = None) -> QuerySet[Batch]:
    """Batches whose page the public may read, newest first."""
    found = Batch.objects.filter(state__in=OUT, published_at__isnull=False).order_by("-published_at", "-pk")
    return found.filter(kind=kind) if kind else found


def public_notices(kind: str | None = None) -> QuerySet[Notice]:
    """Notices whose page the public may read, pinned ones first, then newest."""
    found = Notice.objects.filter(published_at__isnull=False, withdrawn_at__isnull=True)
    found = found.order_by("-pinned", "-published_at", "-pk")
    return found.filter(kind=kind) if kind else found


def shown_items(batch: Batch) -> QuerySet[BatchItem]:
    """The rows of a public page: what was done, and what is held by an objection.

    `case_state` is all that is read of the case: one that was taken back meanwhile says so.
    """
    found = batch.items.filter(state__in=(ItemState.DONE, ItemState.HELD)).order_by("pk")
    return found.annotate(case_state=F("application__state"))


@dataclass(frozen=True)
class Entry:
    """One line of the list of everything public."""

    what: str
    """publicity, announcement, or a notice's kind."""
    pk: int
    title: str
    published_at: datetime
    ends: date | None = None
    pinned: bool = False


def newest(count: int) -> list[Entry]:
    """The latest entries of all kinds; pinned notices first."""
    batches = public_batches()[:count].values_list("kind", "pk", "title", "published_at", "ends")
    notices = public_notices()[:count].values_list("kind", "pk", "title", "published_at", "pinned")
    found = chain(
        (
            Entry(kind, pk, title, at, ends if kind == BatchKind.PUBLICITY else None)
            for kind, pk, title, at, ends in batches
            if at
        ),
        (Entry(kind, pk, title, at, None, pinned) for kind, pk, title, at, pinned in notices if at),
    )
    return sorted(found, key=lambda entry: (entry.pinned, entry.published_at), reverse=True)[:count]


def total() -> int:
    """How many entries `newest` could list."""
    return public_batches().order_by().count() + public_notices().order_by().count()


def candidates(kind: str) -> QuerySet[Application]:
    """Cases that wait for a batch of a kind and are in no unfinished one, oldest limit first.

    公示: passed by the final review where the route has a 公示. 公告: 公示 over (准予), passed where there is no
    公示 (准予), and not passed (不准予).
    """
    published = [p.code for p in all_procedures() if _is_published(p)]
    waiting = Application.objects.filter(acting_authority=authorities.province().code)
    if kind == BatchKind.PUBLICITY:
        found = waiting.filter(state=State.REVIEW_OK, procedure_code__in=published)
    else:
        announced = [p.code for p in all_procedures() if Step.ANNOUNCEMENT in p.route]
        found = waiting.filter(
            state__in=(State.PUBLICITY_DONE, State.REVIEW_NG, State.REVIEW_OK), procedure_code__in=announced
        ).exclude(state=State.REVIEW_OK, procedure_code__in=published)
    return found.exclude(Exists(_unfinished(kind))).order_by("due_on", "pk")


def _is_published(procedure: Procedure) -> bool:
    """Whether a 公示 follows the final review of a procedure in this province."""
    return Step.FINAL_REVIEW in procedure.route and next_step(procedure, Step.FINAL_REVIEW) == Step.PUBLICITY


def _unfinished(kind: str) -> QuerySet[BatchItem]:
    return BatchItem.objects.filter(
        application=OuterRef("pk"),
        batch__kind=kind,
        state__in=(ItemState.WAITING, ItemState.FAILED),
    )


def suggested_title(kind: str) -> str:
    """A title as the province writes them: the year's running number and what the list is."""
    year = clock.today().year
    number = Batch.objects.filter(kind=kind, created_at__gte=clock.start_of(date(year, 1, 1))).count() + 1
    province = authorities.province().short
    if kind == BatchKind.PUBLICITY:
        return f"{province}{year}年第{number}批二级建造师拟准予注册人员名单"
    return f"关于{year}年第{number}批二级建造师注册人员的公告"
