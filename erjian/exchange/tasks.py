"""Jobs of imports. Arguments are ids; a job that a killed worker left behind starts its run again."""

from __future__ import annotations

from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from erjian.exchange import keeping, runs

_RETRY = RetryStrategy(max_attempts=4, exponential_wait=5)


@app.task(name="exchange.check_import", queue="imports", lock="imports", retry=_RETRY)
def check_import(run_id: str) -> None:
    """Dry run of an uploaded file."""
    runs.check(run_id=UUID(run_id))


@app.task(name="exchange.apply_import", queue="imports", lock="imports", retry=_RETRY)
def apply_import(run_id: str) -> None:
    """Load the valid rows of a checked file."""
    runs.apply(run_id=UUID(run_id))


@app.periodic(cron="29 3 * * *")
@app.task(name="exchange.forget_old", queue="imports", queueing_lock="exchange.forget_old")
def forget_old(timestamp: int) -> None:
    """Discard uploaded spreadsheets after their time."""
    keeping.forget_old()
