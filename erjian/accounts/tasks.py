"""Jobs of accounts: codes sent out of sight of the request that asked for them, and old traces removed."""

from __future__ import annotations

from procrastinate.contrib.django import app

from erjian import messaging
from erjian.accounts import activation, devices, limits
from erjian.standards.errors import Refusal


@app.task(queue="sms")
def send_code(person_id: int, user_id: int, purpose: str, address: str) -> None:
    """Send a code to the registered mobile; does nothing for a claim that nobody fits."""
    claim = activation.Claim(person_id=person_id or None, user_id=user_id or None)
    phone = activation.phone_of(claim)
    if not phone:
        return
    try:
        messaging.codes.request(phone, purpose=purpose, address=address)
    except Refusal:
        # Asked for too often: the limit of the phone holds, and nobody may learn here that it exists.
        return


@app.periodic(cron="40 19 * * *")
@app.task(queue="robots", queueing_lock="robots.accounts")
def forget(timestamp: int) -> None:
    """Nightly: remove sessions that have ended and tries that limit nothing any more."""
    devices.forget_ended()
    limits.purge()
