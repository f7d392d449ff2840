"""The timeline of a proceeding: who did what, in which words, with which files, and the audit row of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from erjian import audit, documents, files
from erjian.policy import clock
from erjian.proceedings.errors import ProceedingRefused
from erjian.proceedings.models import Attachment, Event, Proceeding

MOST_FILES = 5


def words(text: str, label: str, *, field: str = "text") -> str:
    """What somebody says. Raises ProceedingRefused at the field where nothing is said, or too much."""
    text = text.replace("\r\n", "\n").replace("\0", "").strip()
    if not text:
        raise ProceedingRefused(f"请填写{label}。", code="words_missing", field=field)
    if len(text) > 2000:
        raise ProceedingRefused(f"{label}最多 2000 个字。请缩短。", code="words_long", field=field)
    if said := documents.unprintable(text):
        raise ProceedingRefused(said, code="unprintable", field=field)
    return text


def take(uploads: Iterable[Any], actor: audit.Actor) -> list[tuple[Any, str]]:
    """The files that somebody hands in, kept, each with its name. Raises ProceedingRefused or FileRefused."""
    kept = [each for each in uploads if each]
    if len(kept) > MOST_FILES:
        raise ProceedingRefused(f"一次最多上传 {MOST_FILES} 个文件。", code="too_many", field="files")
    limits = files.Limits.of("document")
    return [(files.accept(each, limits=limits, actor=actor, field="files"), each.name[-200:]) for each in kept]


def record(
    proceeding: Proceeding,
    name: str,
    *,
    actor: audit.Actor,
    text: str = "",
    to: str = "",
    taken: Iterable[tuple[Any, str]] = (),
    data: dict[str, Any],
) -> Event:
    """Write what happened, in the transaction of what it changes; `to` is the state that follows, if it changes."""
    event = Event.objects.create(
        proceeding=proceeding,
        name=name,
        at=clock.now(),
        actor_kind=actor.kind,
        actor_user_id=actor.user_id,
        actor_label=actor.label,
        organisation=actor.organisation,
        text=text,
        to_state=to or proceeding.state,
    )
    Attachment.objects.bulk_create(Attachment(event=event, blob=blob, filename=name) for blob, name in taken)
    audit.record(f"proceeding.{name}", actor=actor, subject=("proceeding", proceeding.pk), data=data)
    return event
