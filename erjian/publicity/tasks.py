"""Jobs of publicity. Each can be killed and repeated without a second effect."""

from __future__ import annotations

from django.db.models import Exists, OuterRef
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from erjian.publicity import actions, cancelled, running
from erjian.publicity.models import Batch, BatchItem, BatchState, ItemState


@app.task(queue="batches", retry=RetryStrategy(max_attempts=5, exponential_wait=3))
def run_batch(batch_id: int) -> None:
    """Work through a started batch."""
    running.run(batch_id)


@app.periodic(cron="*/10 * * * *")
@app.task(queue="robots", queueing_lock="robots.batches")
def resume(timestamp: int) -> None:
    """Queue again what a crash left half done."""
    waiting = BatchItem.objects.filter(batch=OuterRef("pk"), state=ItemState.WAITING)
    started = Batch.objects.exclude(state=BatchState.DRAFT).filter(Exists(waiting), started_by__isnull=False)
    for batch in started.order_by("pk"):
        actions.queue(batch)


@app.periodic(cron="20 * * * *")
@app.task(queue="robots", queueing_lock="robots.publicity")
def close_due(timestamp: int) -> None:
    """End every 公示 whose days are past (hourly: the day turns in Shanghai, whatever zone the server keeps)."""
    running.close_due()


@app.periodic(cron="40 * * * *")
@app.task(queue="robots", queueing_lock="robots.cancelled")
def proclaim_cancelled(timestamp: int) -> None:
    """公告 of each past day's 注销 by two consents and renewals that count as granted (hourly, for the same reason; what is said is not said again)."""
    cancelled.proclaim()
