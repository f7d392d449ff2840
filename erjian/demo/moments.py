"""When things happened: working days of the past weeks, in office hours, never in the future."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from erjian.policy import clock, working_days


def office_hour(rng: random.Random, day: date, *, low: int = 8, high: int = 16) -> datetime:
    """A moment within office hours of a day."""
    return datetime.combine(day, time(rng.randint(low, high), rng.randint(1, 59), rng.randint(0, 59)), clock.ZONE)


def days_ago(count: int) -> date:
    """The working day `count` working days before today; a day that counts even when today does not."""
    return working_days.add(clock.today(), -max(count, 1))


def backwards(rng: random.Random, gaps: Sequence[int], *, last: date) -> list[datetime]:
    """Moments for steps with `gaps` working days between them (0: soon after on the same day), the last on `last`."""
    day = working_days.add(last, -sum(gaps))
    moments = [office_hour(rng, day, high=10)]
    for gap in gaps:
        before = moments[-1]
        if gap:
            moments.append(office_hour(rng, working_days.add(before.astimezone(clock.ZONE).date(), gap), high=11))
        else:
            moments.append(before + timedelta(minutes=rng.randint(6, 48), seconds=rng.randint(0, 59)))
    return moments


def at(day: date, hour: int, minute: int) -> datetime:
    """A moment of a legal day."""
    return datetime.combine(day, time(hour, minute), clock.ZONE)
