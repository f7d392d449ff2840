"""Who was shown most personal data lately (《个人信息保护法》第五十四条: audits at regular intervals).

Counted by a job (`tasks.count_readers`) over the days' events, of everybody and of each office's officers, and kept;
pages only read the latest count.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, F, IntegerField, Max, Sum, Window
from django.db.models.expressions import Func
from django.db.models.functions import RowNumber

from erjian.audit import codes
from erjian.audit.actors import ActorKind
from erjian.audit.models import Event, Readers
from erjian.policy import clock

DAYS = 7
"""Calendar days that are counted, today among them."""
MOST = 10
"""Readers kept of everybody, and of each office."""
EVERYBODY = ""


@dataclass(frozen=True)
class Reader:
    """Whoever was shown personal data, how often, of how many people (one counts each time), and when last."""

    user_id: int
    name: str
    organisation: str
    times: int
    people: int
    last: datetime


@dataclass(frozen=True)
class Counted:
    """The readers, those of most people first, since a day and as of a moment."""

    readers: tuple[Reader, ...]
    since: date
    at: datetime


def count() -> None:
    """Count the last days' reads and keep the result in place of the last."""
    at = clock.now()
    order = (F("people").desc(), F("times").desc(), F("actor_user_id").asc())
    of_ids = Func(F("data__ids"), function="jsonb_array_length", output_field=IntegerField())
    read = Event.objects.filter(
        code=codes.PERSONAL_DATA_READ, at__gte=clock.start_of(_since(at)), actor_user_id__isnull=False
    )
    counted = (
        read.values("actor_user_id", "actor_label", "organisation")
        .annotate(times=Count("pk"), people=Sum(of_ids), last=Max("at"))
        .order_by(*order)
    )
    place = Window(RowNumber(), partition_by="organisation", order_by=order)
    most = defaultdict(list, {EVERYBODY: [_kept(row) for row in counted[:MOST]]})
    for row in counted.filter(actor_kind=ActorKind.OFFICER).annotate(place=place).filter(place__lte=MOST):
        most[row["organisation"]].append(_kept(row))
    with transaction.atomic():
        made = Readers.objects.create(counted_at=at, most=most)
        Readers.objects.filter(pk__lt=made.pk).delete()


def _kept(row: Mapping[str, Any]) -> dict[str, Any]:
    reader = Reader(
        row["actor_user_id"], row["actor_label"], row["organisation"], row["times"], row["people"], row["last"]
    )
    return asdict(reader) | {"last": reader.last.isoformat()}


def latest(organisation: str = EVERYBODY) -> Counted | None:
    """The last count, of everybody or of one office's officers; None before the first."""
    kept = Readers.objects.order_by("-pk").first()
    if kept is None:
        return None
    rows = kept.most.get(organisation, ())
    readers = tuple(Reader(**{**row, "last": datetime.fromisoformat(row["last"])}) for row in rows)
    return Counted(readers, _since(kept.counted_at), kept.counted_at)


def _since(at: datetime) -> date:
    return clock.day_of(at) - timedelta(days=DAYS - 1)
