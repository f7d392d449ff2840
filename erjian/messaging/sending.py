"""Writing messages, in the transaction of the change they tell of."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from erjian.messaging import templates
from erjian.messaging.models import InboxMessage, SmsMessage
from erjian.messaging.recipients import Recipient
from erjian.policy import clock


def send(template: str, *, to: Recipient, context: Mapping[str, Any], key: str, link: str = "") -> InboxMessage | None:
    """Tell `to` what `template` says: an inbox entry and, where a phone is known, an SMS.

    `key` names the business event (`"application:17:accepted"`); a second message with the same key
    to the same recipient is not written, and None is returned. `link` is an address on this site.
    Raises UnknownTemplate, MissingValue.
    """
    if link and (not link.startswith("/") or link.startswith("//")):
        raise ValueError(f"a message links to an address on this site, not to {link!r}")
    text = templates.get(template).render(context)
    entry = InboxMessage(
        recipient_kind=to.kind,
        recipient_id=to.id,
        template=template,
        title=text.title[:200],
        body=text.body,
        link=link,
        key=key,
        created_at=clock.now(),
    )
    try:
        with transaction.atomic():
            entry.save(force_insert=True)
            if text.sms and to.phone:
                send_sms(to.phone, text.sms, template=template, key=f"{to.kind}:{to.id}:{key}")
    except IntegrityError as error:
        if not _is_repeat(error):
            raise
        return None
    return entry


def send_sms(phone: str, text: str, *, template: str, key: str, secret: bool = False) -> SmsMessage:
    """Queue one SMS without an inbox entry. `key` must be new: IntegrityError otherwise."""
    from erjian.messaging.tasks import deliver_sms

    sms = SmsMessage(key=key, template=template, secret=secret, created_at=clock.now())
    sms.phone, sms.text = phone, text
    with transaction.atomic():
        sms.save(force_insert=True)
        deliver_sms.configure(lock=f"sms:{sms.pk}", queueing_lock=f"sms:{sms.pk}").defer(sms_id=sms.pk)
    return sms


def _is_repeat(error: IntegrityError) -> bool:
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""
    return name == "inbox_once_per_recipient_and_key" or name.startswith("messaging_smsmessage_key")
