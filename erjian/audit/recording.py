"""Writing events. Everything here runs in the transaction of the caller."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from erjian.audit import codes
from erjian.audit.actors import Actor, client_address
from erjian.audit.models import Event
from erjian.policy import clock

# A resident ID number: 6 digits of region (1–8 first), a date of birth, 3 digits, a check digit
# (GB 11643-1999). The date keeps credit codes and case numbers, which may be all digits, out.
# Letters on either side mean a hash or a UUID, not a number that somebody wrote down.
_PERSONAL = re.compile(
    r"(?<![0-9A-Za-z])(?:"
    r"[1-8]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]"
    r"|(?:\+?86)?1[3-9]\d{9}"
    r")(?![0-9A-Za-z])"
)


class LeakedPersonalData(ValueError):
    """A full ID number or mobile number was about to be written into the audit."""


@dataclass(frozen=True)
class Entry:
    """One event of a bulk change: its subject and what is said about it."""

    subject: tuple[str, object]
    data: dict[str, Any] = field(default_factory=dict)


def record(code: str, *, actor: Actor, subject: tuple[str, object], data: dict[str, Any] | None = None) -> Event:
    """Record that `actor` did `code` to `subject`, a pair of kind and id.

    `data` holds JSON values only. Raises UnknownCode, or LeakedPersonalData when any text in it is a
    full ID number or mobile number: write the mask, or the id of the row that holds it.
    """
    event = _event(code, actor, Entry(subject, data or {}))
    event.save(force_insert=True)
    return event


def record_many(code: str, *, actor: Actor, entries: Iterable[Entry], batch_size: int = 2000) -> int:
    """Record one event per entry, in as few statements as possible; returns how many."""
    count = 0
    batch: list[Event] = []
    for entry in entries:
        batch.append(_event(code, actor, entry))
        if len(batch) == batch_size:
            count += len(Event.objects.bulk_create(batch))
            batch = []
    return count + len(Event.objects.bulk_create(batch))


def record_read(*, actor: Actor, purpose: str, kind: str, ids: Iterable[object]) -> Event | None:
    """Record that `actor` was shown unmasked personal data of these subjects on one page.

    《个人信息保护法》 第五十一条, 第五十四条: access is controlled and can be audited. One row per page,
    however many people are on it; none when the page shows nobody.
    """
    shown = [str(each) for each in ids]
    if not shown:
        return None
    return record(
        codes.PERSONAL_DATA_READ,
        actor=actor,
        subject=(kind, shown[0] if len(shown) == 1 else ""),
        data={"purpose": purpose, "kind": kind, "ids": shown},
    )


def _event(code: str, actor: Actor, entry: Entry) -> Event:
    codes.require(code)
    kind, subject_id = entry.subject[0], str(entry.subject[1])
    for text in (actor.label, actor.organisation, subject_id, *_texts(entry.data)):
        if _PERSONAL.search(text):
            raise LeakedPersonalData(f"{code}: full ID or mobile number in the audit of {kind}")
    return Event(
        at=clock.now(),
        code=code,
        actor_kind=actor.kind,
        actor_user_id=actor.user_id,
        actor_label=actor.label,
        organisation=actor.organisation,
        address=actor.address or client_address.get(),
        subject_kind=kind,
        subject_id=subject_id,
        data=entry.data,
    )


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from _texts(inner)
    elif isinstance(value, list | tuple | set):
        for inner in value:
            yield from _texts(inner)
    elif value is not None and not isinstance(value, bool):
        yield str(value)
