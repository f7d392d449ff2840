"""The messages of the embedded outbox, readable in a demonstration only.

They hold codes that let somebody in, so outside the demo, or once a real provider is configured,
nobody may read them here.
"""

from django.conf import settings
from django.db.models import QuerySet

from erjian import protection
from erjian.messaging.gateways import Outbox, gateway
from erjian.messaging.models import SmsMessage
from erjian.standards.errors import Refusal


class OutboxClosed(Refusal):
    """The outbox may not be read in this installation."""


def is_open() -> bool:
    return settings.ERJIAN_DEMO and isinstance(gateway(), Outbox)


def messages(*, phone: str = "") -> QuerySet[SmsMessage]:
    """The messages sent, newest first, to one phone or to all. Raises OutboxClosed."""
    if not is_open():
        raise OutboxClosed("短信发件箱只在演示环境中开放。", code="closed")
    found = SmsMessage.objects.order_by("-id")
    return found.filter(phone_index=protection.index("phone", phone)) if phone else found
