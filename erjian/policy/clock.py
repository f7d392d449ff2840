"""The only place that knows what time it is.

Stamps are UTC, legal dates are days in Asia/Shanghai. A test may let its process travel; a
demonstration keeps how far it has travelled in one small file that all its processes follow, so that
pages and jobs agree: deadlines, expiry and nightly work then happen as they would on that day.
Nothing else in the platform asks the system clock.
"""

from __future__ import annotations

import time as system_time
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")

_offset = timedelta(0)
_followed: Path | None = None
_known: tuple[int, timedelta] = (0, timedelta(0))
"""When the followed file was last written, and what it said then."""
_look_after = 0.0
"""The monotonic second after which the followed file is looked at again."""
_LOOK_EVERY = 0.05


def now() -> datetime:
    """The current moment, aware, in UTC."""
    return datetime.fromtimestamp(system_time.time(), UTC) + _offset + shared_offset()


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


def follow(path: Path | None) -> None:
    """Follow a demonstration's clock from now on; None follows none."""
    global _followed, _known, _look_after
    _followed, _known, _look_after = path, (0, timedelta(0)), 0.0


def shared_offset() -> timedelta:
    """How far the demonstration that this process follows has travelled.

    Read anew when its file changes, which is looked for twenty times a second: a page asks what day it is a hundred
    times.
    """
    global _known, _look_after  # noqa: PLW0603
    if _followed is None:
        return timedelta(0)
    moment = system_time.monotonic()
    if moment < _look_after:
        return _known[1]
    _look_after = moment + _LOOK_EVERY
    try:
        written = _followed.stat().st_mtime_ns
        if written != _known[0]:
            _known = (written, timedelta(seconds=float(_followed.read_text(encoding="ascii"))))
    except FileNotFoundError:
        _known = (0, timedelta(0))
    return _known[1]


def can_share() -> bool:
    """Whether there is a folder for the followed file to lie in."""
    return _followed is not None and _followed.parent.is_dir()


def share_offset(offset: timedelta) -> None:
    """Let everybody who follows the same file travel to exactly ``offset``; zero returns to the present."""
    if _followed is None:
        raise RuntimeError("this process follows no demonstration's clock")
    global _look_after  # noqa: PLW0603
    _look_after = 0.0
    if not offset:
        _followed.unlink(missing_ok=True)
        return
    beside = _followed.with_suffix(".new")
    beside.write_text(str(offset.total_seconds()), encoding="ascii")
    beside.replace(_followed)


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
