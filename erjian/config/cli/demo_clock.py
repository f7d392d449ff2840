"""The demonstration's clock: how far everybody who uses this data folder has travelled."""

from __future__ import annotations

import os
from datetime import date, datetime, time, timedelta

from erjian.config.trouble import Trouble

MOST_DAYS = 3660
"""Ten years: as far as the demonstration's signing certificates reach."""


def move(*, days: float | None, to: str | None, reset: bool) -> str:
    """Move the clock, or leave it; returns what it shows. Raises Trouble outside a demonstration."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "erjian.config.settings")
    from django.conf import settings

    from erjian.policy import clock

    if settings.ERJIAN_CLOCK_FILE is None:
        raise Trouble("Only a demonstration's clock can be moved (ERJIAN_DEMO=1).")
    if sum((days is not None, to is not None, reset)) > 1:
        raise Trouble("Give one of --days, --to and --reset.")
    clock.follow(settings.ERJIAN_CLOCK_FILE)
    if reset:
        clock.share_offset(timedelta(0))
    elif days is not None:
        _share(clock.shared_offset() + timedelta(days=days))
    elif to is not None:
        _share(clock.shared_offset() + _until(to, clock.now()))
    offset = clock.shared_offset()
    moved = f"moved by {offset.total_seconds() / 86400:+.1f} days" if offset else "the present"
    return f"{clock.now().astimezone(clock.ZONE):%Y-%m-%d %H:%M} ({moved})"


def _until(text: str, now: datetime) -> timedelta:
    from erjian.policy import clock

    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Trouble(f"{text} is no day; write it like 2027-03-01.") from None
    return datetime.combine(day, time(12), clock.ZONE) - now


def _share(offset: timedelta) -> None:
    from erjian.policy import clock

    if abs(offset) > timedelta(days=MOST_DAYS):
        raise Trouble(f"The clock moves at most {MOST_DAYS} days away from the present.")
    if not clock.can_share():
        raise Trouble("The data folder does not exist yet; start the demonstration first (erjian run).")
    clock.share_offset(offset)
