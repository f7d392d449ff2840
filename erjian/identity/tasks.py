"""Jobs of the verification. Arguments are ids; a repeat of any of them changes nothing."""

from __future__ import annotations

from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from erjian.identity import attempts, cards, keeping, redirects

_ATTEMPTS = 4
# At once, then 3, 6, 9 seconds: somebody stands there and waits. Any exception: a database that restarts is none of theirs.
_RETRY = RetryStrategy(max_attempts=_ATTEMPTS, linear_wait=3)


def _is_last(context: JobContext) -> bool:
    return context.job.attempts + 1 >= _ATTEMPTS


@app.task(name="identity.read_card", queue="identity", retry=_RETRY, pass_context=True)
def read_card(context: JobContext, *, verification_id: int, side: str, blob_id: str) -> None:
    """Read one side of the card."""
    cards.read(verification_id=verification_id, side=side, blob_id=blob_id, last_attempt=_is_last(context))


@app.task(name="identity.decide", queue="identity", retry=_RETRY, pass_context=True)
def decide(context: JobContext, *, attempt_id: int) -> None:
    """Have an attempt judged."""
    attempts.judge(attempt_id=attempt_id, last_attempt=_is_last(context))


@app.task(name="identity.lead_away", queue="identity", retry=_RETRY, pass_context=True)
def lead_away(context: JobContext, *, attempt_id: int) -> None:
    """Ask a provider for the address of its own camera page."""
    redirects.prepare(attempt_id=attempt_id, last_attempt=_is_last(context))


@app.periodic(cron="23 * * * *")
@app.task(name="identity.forget", queue="robots", queueing_lock="robots.identity")
def forget(timestamp: int) -> None:
    """Hourly: forget the keys of old pictures, end what nobody took up again."""
    keeping.forget_frames()
    keeping.end_verifications()
