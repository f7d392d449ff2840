"""Checking the seals against the events, and handing the proof to somebody outside."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

from django.db import connection

from erjian.audit.canonical import EVENT_DIGEST, EVENT_TEXT, GENESIS, seal_digest
from erjian.audit.models import Event, Seal

_SEALS_AT_ONCE = 20

_CHECK = f"""
SELECT s.number, s.count, s.previous, s.digest, found.count, found.broken,
       {
    seal_digest(previous="s.previous", number="s.number", count="s.count", at="s.at", digests="found.digests")
} AS expected
FROM audit_seal s CROSS JOIN LATERAL (
    SELECT count(*) AS count,
           min(id) FILTER (WHERE stored IS DISTINCT FROM computed OR position <> place) AS broken,
           coalesce(string_agg(computed, ''::bytea ORDER BY position, id), ''::bytea) AS digests
    FROM (
        SELECT e.id, e.position, e.digest AS stored, {EVENT_DIGEST} AS computed,
               row_number() OVER (ORDER BY e.id) AS place
        FROM audit_event e WHERE e.seal_number = s.number
    ) event
) found
WHERE s.number >= %s AND s.number < %s ORDER BY s.number
"""  # noqa: S608 - built from constants


@dataclass(frozen=True)
class Report:
    """What `verify` found. `problem` says in Chinese what is broken first; "" when all is well."""

    ok: bool
    seals: int
    events: int
    unsealed: int
    last_digest: str = ""
    broken_seal: int | None = None
    broken_event: int | None = None
    problem: str = ""


@dataclass(frozen=True)
class _Break:
    seal: int | None
    event: int | None
    problem: str


def verify(*, anchors: Mapping[int, str] | None = None, progress: Callable[[int, int], None] | None = None) -> Report:
    """Recompute every digest and compare. `anchors` are seals noted elsewhere, number → hexadecimal
    digest: only they reveal that the whole chain was written anew. `progress` is told (done, all).
    """
    anchors = anchors or {}
    last = Seal.objects.order_by("-number").first()
    total = last.number if last else 0
    events, previous, broken = 0, GENESIS, None
    for done, row in enumerate(_checked(total), start=1):
        broken = _first_break(row, number=done, previous=previous, anchor=anchors.get(done))
        if broken:
            break
        events, previous = events + row[4], bytes(row[3])
        if progress:
            progress(done, total)
    return _report(broken or _stray(total, anchors), total, events, previous)


def verify_latest(*, most_events: int = 2_000) -> Report:
    """Recompute the last seals alone; what is before them is taken on trust.

    It takes no longer however long the chain is: no more seals than have `most_events` together, and always the last one.
    """
    latest = list(Seal.objects.order_by("-number").values_list("number", "count")[:_SEALS_AT_ONCE])
    total = latest[0][0] if latest else 0
    first, seen = total, 0
    for number, count in latest:
        seen += count
        if seen > most_events:
            break
        first = number
    first = max(1, first)
    before = Seal.objects.filter(number=first - 1).first()
    events, previous, broken = 0, bytes(before.digest) if before else GENESIS, None
    for number, row in enumerate(_checked(total, first), start=first):
        broken = _first_break(row, number=number, previous=previous, anchor=None)
        if broken:
            break
        events, previous = events + row[4], bytes(row[3])
    return _report(broken, total - first + 1, events, previous)


def _checked(total: int, first: int = 1) -> Iterator[tuple[Any, ...]]:
    for start in range(first, total + 1, _SEALS_AT_ONCE):
        with connection.cursor() as cursor:
            cursor.execute(_CHECK, [start, min(start + _SEALS_AT_ONCE, total + 1)])
            yield from cursor.fetchall()


def _first_break(row: tuple[Any, ...], *, number: int, previous: bytes, anchor: str | None) -> _Break | None:
    found_number, count, stored_previous, digest, found, event, expected = row
    if found_number != number:
        return _Break(number, None, f"缺少第 {number} 号封条")
    if event is not None:
        return _Break(number, event, f"第 {event} 号记录与封存时不一致")
    if found != count:
        return _Break(number, None, f"第 {number} 号封条应有 {count} 条记录，实有 {found} 条")
    if bytes(stored_previous) != previous or bytes(digest) != bytes(expected):
        return _Break(number, None, f"第 {number} 号封条与其内容不一致")
    if anchor is not None and bytes(digest).hex() != anchor.lower():
        return _Break(number, None, f"第 {number} 号封条与外部留存的摘要不一致")
    return None


def _stray(total: int, anchors: Mapping[int, str]) -> _Break | None:
    """What the walk along the seals cannot see: stamps beyond the last seal, anchors it never met."""
    stray = Event.objects.filter(seal_number__gt=total).order_by("seal_number", "id").first()
    if stray:
        return _Break(stray.seal_number, stray.pk, f"第 {stray.pk} 号记录的封条不存在")
    early = Event.objects.filter(seal_number__lt=1).order_by("seal_number", "id").first()
    if early:
        return _Break(early.seal_number, early.pk, f"第 {early.pk} 号记录的封条不存在")
    missing = sorted(number for number in anchors if not 1 <= number <= total)
    return _Break(missing[0], None, f"缺少第 {missing[0]} 号封条") if missing else None


def _report(broken: _Break | None, seals: int, events: int, last_digest: bytes) -> Report:
    return Report(
        ok=broken is None,
        seals=seals,
        events=events,
        unsealed=Event.objects.filter(seal_number__isnull=True).count(),
        last_digest=last_digest.hex() if seals else "",
        broken_seal=broken.seal if broken else None,
        broken_event=broken.event if broken else None,
        problem=broken.problem if broken else "",
    )


def export(stream: IO[str], *, first: int = 1, last: int | None = None) -> int:
    """Write seals `first` to `last` and their events as JSON lines; returns the number of seals.

    `python -m erjian.audit.proof FILE` checks the result with nothing but Python's standard library,
    without this database. Events hold names: treat the file as personal data.
    """
    seals = Seal.objects.filter(number__gte=first).order_by("number")
    if last is not None:
        seals = seals.filter(number__lte=last)
    count = 0
    for seal in seals.iterator(chunk_size=100):
        count += 1
        head = {
            "seal": seal.number,
            "count": seal.count,
            "at_us": _microseconds(seal),
            "previous": bytes(seal.previous).hex(),
            "digest": bytes(seal.digest).hex(),
        }
        stream.write(json.dumps(head) + "\n")
        for (text,) in _texts(seal.number):
            stream.write(json.dumps({"event": text}, ensure_ascii=False) + "\n")
    return count


def _texts(number: int) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {EVENT_TEXT} FROM audit_event e WHERE e.seal_number = %s ORDER BY e.position",  # noqa: S608
            [number],
        )
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _microseconds(seal: Seal) -> int:
    return (seal.at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def verify_command(
    *,
    anchors: Mapping[int, str] | None = None,
    export_to: Path | None = None,
    out: IO[str] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> int:
    """`erjian audit verify`: prints the report, writes the proof when asked; the exit code is 1 when broken."""
    out = out or sys.stdout
    report = verify(anchors=anchors, progress=progress)
    print(f"封条 {report.seals} 个，已封存记录 {report.events} 条，待封存 {report.unsealed} 条", file=out)
    if not report.ok:
        print(f"审计链已被破坏：{report.problem}", file=out)
        return 1
    if report.seals:
        print(f"审计链完整。最后封条 {report.seals}:{report.last_digest}", file=out)
    else:
        print("审计链完整，尚无封条。", file=out)
    if export_to is not None:
        with export_to.open("w", encoding="utf-8") as stream:
            print(f"已导出 {export(stream)} 个封条到 {export_to}", file=out)
    return 0
