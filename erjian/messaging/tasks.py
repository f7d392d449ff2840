"""The jobs of this room. Arguments are ids; a repeat of any of them changes nothing."""

from datetime import timedelta

from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from erjian.messaging import delivery
from erjian.messaging.models import SmsCode
from erjian.policy import clock

MAX_ATTEMPTS = 8

# 4, 16, 64 … seconds: about six hours until the last of eight attempts. Any exception: when the database was away,
# the message is as little delivered as when the provider was.
_RETRY = RetryStrategy(max_attempts=MAX_ATTEMPTS, exponential_wait=4)


@app.task(name="messaging.deliver_sms", queue="messages", retry=_RETRY, pass_context=True)
def deliver_sms(context: JobContext, *, sms_id: int) -> None:
    delivery.deliver(sms_id, last_attempt=context.job.attempts + 1 >= MAX_ATTEMPTS)


@app.periodic(cron="17 19 * * *")
@app.task(name="messaging.forget_codes", queue="messages", queueing_lock="messaging.forget_codes")
def forget_codes(timestamp: int) -> None:
    """Codes are useless after minutes; the limits look back one day."""
    SmsCode.objects.filter(created_at__lt=clock.now() - timedelta(days=2)).delete()
