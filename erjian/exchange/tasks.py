"""Jobs of imports. Arguments are ids; a job that a killed worker left behind starts its run again."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from erjian.exchange import keeping, runs

_ATTEMPTS = 4
_RETRY = RetryStrategy(max_attempts=_ATTEMPTS, exponential_wait=5)


@app.task(name="exchange.check_import", queue="imports", lock="imports", retry=_RETRY, pass_context=True)
def check_import(context: JobContext, run_id: str) -> None:
    """Dry run of an uploaded file."""
    _work(context, runs.check, UUID(run_id))


@app.task(name="exchange.apply_import", queue="imports", lock="imports", retry=_RETRY, pass_context=True)
def apply_import(context: JobContext, run_id: str) -> None:
    """Load the valid rows of a checked file."""
    _work(context, runs.apply, UUID(run_id))


def _work(context: JobContext, step: Callable[..., object], run_id: UUID) -> None:
    """After the last attempt the run says that it failed, be it by an exception or because every worker died of it."""
    if context.job.attempts > _ATTEMPTS:
        runs.give_up(run_id=run_id)
        return
    try:
        step(run_id=run_id)
    except Exception:
        if context.job.attempts >= _ATTEMPTS:
            runs.give_up(run_id=run_id)
        raise


@app.periodic(cron="29 19 * * *")
@app.task(name="exchange.forget_old", queue="imports", queueing_lock="exchange.forget_old")
def forget_old(timestamp: int) -> None:
    """Discard uploaded spreadsheets after their time."""
    keeping.forget_old()
