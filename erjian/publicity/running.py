"""Working through a batch, case by case, each in its own transaction; and the end of a 公示.

A row is taken under its lock and left alone once it is done, so the job can be killed, repeated or run twice
without a second effect. A case that cannot be decided is listed with the reason and can be tried again; it holds
up nobody else. The page of the batch appears when no row waits any more.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta

from django.db import transaction

from erjian import audit, policy
from erjian.accounts.models import User
from erjian.applications import actions as cases
from erjian.applications.states import State
from erjian.policy import clock
from erjian.publicity import shown
from erjian.publicity.models import Batch, BatchItem, BatchKind, BatchState, ItemState
from erjian.standards.errors import Refusal

logger = logging.getLogger(__name__)
_BROKEN = "办理时出现故障，已记录。请稍后重试；再次失败请联系技术支持。"


def run(batch_id: int) -> Batch:
    """Work through every waiting row of a started batch, then publish it. Repeating it changes nothing."""
    batch = Batch.objects.select_related("started_by").get(pk=batch_id)
    if batch.started_by is None:
        return batch
    for item_id in _waiting(batch):
        _run_item(batch, item_id, by=batch.started_by)
    return _finish(batch)


def _waiting(batch: Batch) -> Iterator[int]:
    last = 0
    rows = batch.items.filter(state=ItemState.WAITING).order_by("pk")
    while found := list(rows.filter(pk__gt=last).values_list("pk", flat=True)[:200]):
        yield from found
        last = found[-1]


def _run_item(batch: Batch, item_id: int, *, by: User) -> None:
    try:
        with transaction.atomic():
            item = BatchItem.objects.select_for_update().get(pk=item_id)
            if item.state != ItemState.WAITING:
                return
            _decide(batch, item, by=by)
            item.state = ItemState.DONE
            item.save(update_fields=["state", "shown"])
    except Refusal as refusal:
        _fail(item_id, refusal.message)
    except Exception:
        logger.exception("batch %s, item %s", batch.pk, item_id)
        _fail(item_id, _BROKEN)


def _decide(batch: Batch, item: BatchItem, *, by: User) -> None:
    if batch.kind == BatchKind.PUBLICITY:
        cases.publish(application=item.application, by=by, batch=batch.number)
        return
    decided = cases.announce(
        application=item.application, by=by, granted=item.granted, batch=batch.number, opinion=item.reason
    )
    if item.granted:
        item.shown = {**item.shown, **shown.granted_facts(decided)}


def _fail(item_id: int, reason: str) -> None:
    with transaction.atomic():
        item = BatchItem.objects.select_for_update().get(pk=item_id)
        if item.state != ItemState.WAITING:
            return
        item.state = ItemState.FAILED
        item.failure = reason[:500]
        item.save(update_fields=["state", "failure"])
        audit.record(
            "publicity.fail",
            actor=audit.SYSTEM,
            subject=("batch", item.batch_id),
            data={"application": item.application_id},
        )


def _finish(batch: Batch) -> Batch:
    """Let the page appear, once, when something on it is done; a batch of which everything failed stays hidden."""
    with transaction.atomic():
        locked = Batch.objects.select_for_update().get(pk=batch.pk)
        rows = locked.items.filter
        if locked.state != BatchState.RUNNING or rows(state=ItemState.WAITING).exists():
            return locked
        done = rows(state__in=(ItemState.DONE, ItemState.HELD)).count()
        if not done:
            return locked
        locked.state = BatchState.PUBLISHED
        locked.published_at = clock.now()
        locked.begins = clock.today()
        if locked.kind == BatchKind.PUBLICITY:
            # The day of publication does not count (民法典第二百零一条).
            locked.ends = locked.begins + timedelta(days=policy.current().publicity_days)
        locked.version += 1
        locked.save(update_fields=["state", "published_at", "begins", "ends", "version"])
        audit.record(
            "publicity.finish",
            actor=audit.SYSTEM,
            subject=("batch", locked.pk),
            data={"done": done, "failed": rows(state=ItemState.FAILED).count()},
        )
    return locked


def over(batch: Batch) -> bool:
    """Whether the days of a 公示 are past."""
    return batch.ends is not None and batch.ends < clock.today()


def close(batch_id: int) -> Batch:
    """End a 公示 whose days are past: its cases go on, those held by an objection wait for the finding."""
    batch = Batch.objects.get(pk=batch_id)
    if batch.kind != BatchKind.PUBLICITY or batch.state != BatchState.PUBLISHED or not over(batch):
        return batch
    for item in batch.items.filter(state=ItemState.DONE).select_related("application").order_by("pk"):
        if item.application.state != State.PUBLICITY:
            continue
        try:
            cases.close_publicity(application=item.application)
        except Refusal as refusal:
            # Withdrawn or objected to at this very moment: then it is no longer ours to close.
            logger.info("batch %s, item %s: %s", batch.pk, item.pk, refusal.code)
    with transaction.atomic():
        locked = Batch.objects.select_for_update().get(pk=batch.pk)
        if locked.state == BatchState.PUBLISHED:
            locked.state = BatchState.CLOSED
            locked.version += 1
            locked.save(update_fields=["state", "version"])
            audit.record("publicity.close", actor=audit.SYSTEM, subject=("batch", locked.pk))
    return locked


def close_due() -> int:
    """Close every 公示 whose days are past; returns how many."""
    due = Batch.objects.filter(kind=BatchKind.PUBLICITY, state=BatchState.PUBLISHED, ends__lt=clock.today())
    found = list(due.order_by("pk").values_list("pk", flat=True))
    for batch_id in found:
        close(batch_id)
    return len(found)
