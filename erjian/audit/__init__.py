"""Who did what, and who saw what.

An *event* is one row: a dotted code, the actor, the subject, a little JSON. It is inserted in the
transaction of the business change, so neither exists without the other. Events are not chained when
they are written (that would make every transaction wait for the one before); instead the sealer
follows at most a few seconds behind and stamps committed events into *seals*: numbered without
gaps, each holding the digest of its events and of the seal before it. Whoever noted one seal's
digest can prove later that nothing up to it was changed, removed or slipped in.

The window between commit and sealing is open: someone who controls the database may alter an event
in those seconds. It is as short as the sealer's rhythm and `erjian audit verify` counts what is in it.

Events never hold a full ID number or mobile number: `record` refuses them.
"""

from typing import TYPE_CHECKING, Any

from erjian.audit import codes
from erjian.audit.actors import PUBLIC, SYSTEM, Actor, ActorKind

if TYPE_CHECKING:
    from erjian.audit.queries import events_by, events_for, reads_of
    from erjian.audit.recording import Entry, LeakedPersonalData, record, record_many, record_read
    from erjian.audit.sealing import seal
    from erjian.audit.verification import Report, export, verify, verify_command, verify_latest

__all__ = [
    "PUBLIC",
    "SYSTEM",
    "Actor",
    "ActorKind",
    "Entry",
    "LeakedPersonalData",
    "Report",
    "codes",
    "events_by",
    "events_for",
    "export",
    "reads_of",
    "record",
    "record_many",
    "record_read",
    "seal",
    "verify",
    "verify_command",
    "verify_latest",
]

# Models cannot be imported while Django loads its applications, which import this package.
_LATE = {
    "Entry": "recording",
    "LeakedPersonalData": "recording",
    "record": "recording",
    "record_many": "recording",
    "record_read": "recording",
    "seal": "sealing",
    "Report": "verification",
    "export": "verification",
    "verify": "verification",
    "verify_command": "verification",
    "verify_latest": "verification",
    "events_by": "queries",
    "events_for": "queries",
    "reads_of": "queries",
}


def __getattr__(name: str) -> Any:
    if name in _LATE:
        from importlib import import_module

        return getattr(import_module(f"erjian.audit.{_LATE[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
