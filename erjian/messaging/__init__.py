"""What people are told: an inbox on the site and short messages (SMS); and what enterprises ask (`questions`).

A message is made from a registered template. `send` writes the inbox entry, the SMS and the job that
delivers it in the transaction of the business change, so a change that is rolled back tells nobody
and one that is committed is told exactly once: the business key given makes a repeat harmless.

The SMS goes out through a gateway: the embedded outbox, which keeps it for a demonstration, or the
HTTP gateway of an operator's SMS provider (ERJIAN_SMS). Phone and text rest encrypted.

`codes` sends and checks the six-digit codes by which somebody proves to hold a phone.
"""

from typing import TYPE_CHECKING, Any

from erjian.messaging import templates
from erjian.messaging.recipients import Recipient, RecipientKind

if TYPE_CHECKING:
    from erjian.messaging import codes, inbox, outbox, questions
    from erjian.messaging.sending import send, send_sms

__all__ = [
    "Recipient",
    "RecipientKind",
    "codes",
    "inbox",
    "outbox",
    "questions",
    "send",
    "send_sms",
    "templates",
]

# These import models, which do not exist yet while Django loads its applications.
_LATE_MODULES = {"codes", "inbox", "outbox", "questions"}
_LATE_NAMES = {"send": "sending", "send_sms": "sending"}


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name in _LATE_MODULES:
        return import_module(f"erjian.messaging.{name}")
    if name in _LATE_NAMES:
        return getattr(import_module(f"erjian.messaging.{_LATE_NAMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
