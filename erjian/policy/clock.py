"""The only place that knows what time it is.

Stamps are UTC, legal dates are days in Asia/Shanghai. A demonstration or a test may let the whole
process travel: deadlines, expiry and nightly work then happen as they would on that day. Nothing
else in the platform asks the system clock.
"""

from __future__ import annotations

import time as system_time
from datetime import UTC, date, datetime, time, timedelta
from types import TracebackType
from typing import Self
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")

_offset = timedelta(0)


def now() -> datetime:
    """The current moment, aware, in UTC."""
    return datetime.fromtimestamp(system_time.time(), UTC) + _offset


def today() -> date:
    """The current legal day."""
    return day_of(now())


def day_of(moment: datetime) -> date:
    """The legal day on which an aware ``moment`` falls."""
    return moment.astimezone(ZONE).date()


def start_of(day: date) -> datetime:
    """The first moment of a legal day, in UTC: what a query on a stamp compares with."""
    return datetime.combine(day, time(), ZONE).astimezone(UTC)


def end_of(day: date) -> datetime:
    """The moment at which a legal day is over (the start of the next one), in UTC."""
    return start_of(day + timedelta(days=1))


def offset() -> timedelta:
    """How far this process has travelled from the system clock."""
    return _offset


def set_offset(offset: timedelta) -> None:
    """Travel to exactly ``offset`` from the system clock; zero returns to the present."""
    global _offset  # noqa: PLW0603 - one clock for the process is the point
    _offset = offset


class Travel:
    """A journey that has begun; used in a ``with`` it ends where it started."""

    def __init__(self, before: timedelta) -> None:
        self._before = before

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        set_offset(self._before)


def travel(
    *,
    days: float = 0,
    seconds: float = 0,
    to: date | datetime | None = None,
) -> Travel:
    """Move this process's clock at once, on top of any earlier journey.

    ``to`` goes to a moment, or to noon of a legal day. As a ``with`` it goes back at the end:
    ``with clock.travel(days=3): …``; as a plain call it stays.
    """
    before = _offset
    target = before + timedelta(days=days, seconds=seconds)
    if to is not None:
        moment = to if isinstance(to, datetime) else datetime.combine(to, time(12), ZONE)
        target += moment - now()
    set_offset(target)
    return Travel(before)
