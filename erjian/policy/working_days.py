"""工作日: the days in which administrative time limits are counted (行政许可法 第八十二条).

The province's own calendar comes first, then the published holidays of the State Council (the
``chinesecalendar`` package), then plain weekends. A year whose holidays nobody has published yet is
provisional: dates counted in it are shown as 暂定 and counted again when the calendar is known. The
day on which a period begins does not count (民法典 第二百零一条).
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

import chinese_calendar
from chinese_calendar import constants

from erjian import policy
from erjian.policy.schema import Calendar

_ONE_DAY = timedelta(days=1)
_PUBLISHED = range(min(day.year for day in constants.holidays), max(day.year for day in constants.holidays) + 1)


def is_working_day(day: date) -> bool:
    """Whether offices work on ``day``; a weekend's guess in a provisional year."""
    return _works(day, policy.current().calendar)


@lru_cache(maxsize=4096)
def _works(day: date, calendar: Calendar) -> bool:
    if day in calendar.holidays:
        return False
    if day in calendar.workdays:
        return True
    if day.year in _PUBLISHED:
        return bool(chinese_calendar.is_workday(day))
    return day.weekday() < 5


def is_provisional(year: int) -> bool:
    """Whether the holidays of ``year`` are not published yet, so that its days are a guess."""
    return year not in _PUBLISHED and year not in policy.current().calendar.published_years


def add(day: date, n: int) -> date:
    """The ``n``-th working day after ``day`` (before it when negative); ``day`` itself for 0."""
    calendar = policy.current().calendar
    step = _ONE_DAY if n >= 0 else -_ONE_DAY
    left = abs(n)
    while left:
        day += step
        left -= _works(day, calendar)
    return day


def between(a: date, b: date) -> int:
    """Working days after ``a`` up to and including ``b``; negative when ``b`` lies before ``a``.

    ``between(a, add(a, n)) == n`` for every ``n`` from 0.
    """
    if b < a:
        return -between(b, a)
    return _between(a, b, policy.current().calendar)


@lru_cache(maxsize=4096)
def _between(a: date, b: date, calendar: Calendar) -> int:
    return sum(_works(a + timedelta(days=i), calendar) for i in range(1, (b - a).days + 1))
