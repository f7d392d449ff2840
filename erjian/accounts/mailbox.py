"""Which inbox entries are a user's: their own, their enterprise's, or those of the functions they hold."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from erjian.accounts.models import User, UserKind
from erjian.messaging import RecipientKind, inbox
from erjian.messaging.models import InboxMessage


@dataclass(frozen=True)
class Mailbox:
    """A recipient kind with the ids whose entries the user reads."""

    kind: RecipientKind
    ids: tuple[str, ...]

    def messages(self) -> QuerySet[InboxMessage]:
        """The entries, newest first."""
        return inbox.messages(self.kind, *self.ids)

    def unread(self) -> int:
        """How many are unread, at most 100."""
        return inbox.unread_count(self.kind, *self.ids) if self.ids else 0

    def mark_read(self, message_ids: list[int] | None = None) -> int:
        """Mark entries read, all of them unless told which."""
        return inbox.mark_read(self.kind, *self.ids, message_ids=message_ids)


def of(user: User) -> Mailbox:
    """The mailbox of a signed-in user."""
    match user.kind:
        case UserKind.PERSON:
            return Mailbox(RecipientKind.PERSON, (str(user.person_id),))
        case UserKind.ENTERPRISE:
            return Mailbox(RecipientKind.ENTERPRISE, (str(user.enterprise_id),))
        case _:
            codes = tuple(f"{user.authority_code}:{function.value}" for function in sorted(user.functions))
            return Mailbox(RecipientKind.AUTHORITY, codes)
