"""Handing a queued SMS to the gateway, at least once and, as far as the provider helps, only once."""

from django.db.models import F

from erjian import protection
from erjian.messaging.gateways import SmsGateway, Undelivered, gateway
from erjian.messaging.models import SmsMessage, SmsState
from erjian.policy import clock


def deliver(sms_id: int, *, last_attempt: bool = False, through: SmsGateway | None = None) -> SmsState | None:
    """Send one SMS; a message that is already sent, has failed for good or is gone is left alone.

    No transaction is held while the provider is asked. Raises Undelivered when another attempt is
    worth it; after the last one, or a final answer, the message is marked failed instead.
    """
    sms = SmsMessage.objects.filter(pk=sms_id).first()
    if sms is None or sms.state != SmsState.QUEUED:
        return SmsState(sms.state) if sms else None
    through = through or gateway()
    waiting = SmsMessage.objects.filter(pk=sms_id, state=SmsState.QUEUED)
    try:
        reference = through.send(phone=sms.phone, text=sms.text, key=str(sms.delivery_id))
    except Undelivered as error:
        final = error.permanent or last_attempt
        waiting.update(
            attempts=F("attempts") + 1,
            error=str(error)[:200],
            state=SmsState.FAILED if final else SmsState.QUEUED,
        )
        if not final:
            raise
        return SmsState.FAILED
    changes = {"state": SmsState.SENT, "sent_at": clock.now(), "reference": reference, "error": ""}
    if sms.secret and not through.keeps_text:
        changes["text_cipher"] = protection.encrypt("sms_text", SmsMessage.PURGED)
    waiting.update(attempts=F("attempts") + 1, **changes)
    return SmsState.SENT
