"""Reading the inbox. A recipient is a kind and one or more ids (an officer holds several functions)."""

from typing import Any

from django.db.models import Exists, Expression, QuerySet

from erjian.compiled import narrowed
from erjian.messaging.models import InboxMessage
from erjian.messaging.recipients import RecipientKind
from erjian.policy import clock

UNREAD_CAP = 99


def messages(kind: RecipientKind | str, *ids: object) -> QuerySet[InboxMessage]:
    """The entries of these recipients, newest first."""
    return InboxMessage.objects.filter(recipient_kind=kind, recipient_id__in=[str(each) for each in ids]).order_by(
        "-id"
    )


def told(kind: RecipientKind | str, recipient_id: Expression, *, key: Expression) -> Exists:
    """Whether somebody has the entry of a business event: for a query about many recipients at once."""
    return Exists(InboxMessage.objects.filter(recipient_kind=kind, recipient_id=recipient_id, key=key))


def _unread() -> QuerySet[InboxMessage, Any]:
    return InboxMessage.objects.filter(read_at__isnull=True).order_by().values_list("pk")


def unread_count(kind: RecipientKind | str, *ids: object) -> int:
    """How many entries are unread, counted up to 100: the badge shows 99+ beyond."""
    theirs = {"recipient_kind": str(kind), "recipient_id__in": tuple(str(each) for each in ids)}
    return len(narrowed(_unread, theirs, certain=True)[: UNREAD_CAP + 1])


def mark_read(kind: RecipientKind | str, *ids: object, message_ids: list[int] | None = None) -> int:
    """Mark entries read, all of them unless `message_ids` says which; those of others are not touched."""
    unread = messages(kind, *ids).filter(read_at__isnull=True).order_by()
    if message_ids is not None:
        unread = unread.filter(pk__in=message_ids)
    return unread.update(read_at=clock.now())
