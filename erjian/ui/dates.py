"""Days and times as the pages write them.

Tables write 2026-11-20, histories 11-20 16:05 within the year, time left 剩 4 工作日 for working
days and 剩 6 日 for calendar days. Stamps are stored in UTC and shown in the office's time zone.
"""

from datetime import date, datetime

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from erjian.ui import site

_SOON = {"工作日": 2, "日": 7}
PROVISIONAL = "节假日安排尚未公布，到期日为暂定，公布后重新计算。"
NOTHING = "—"


def _local(value: date | datetime) -> date | datetime:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(timezone.get_default_timezone())
    return value


def day(value: date | datetime | None) -> str:
    """2026-11-20; an em dash where there is none."""
    return _local(value).isoformat()[:10] if value else NOTHING


def month_day(value: date | datetime | None) -> str:
    """11-20 within the year, 2025-11-20 otherwise."""
    if not value:
        return NOTHING
    value = _local(value)
    return f"{value:%m-%d}" if value.year == site.today().year else f"{value:%Y-%m-%d}"


def moment(value: datetime | None) -> str:
    """11-20 16:05 within the year, 2025-11-20 16:05 otherwise."""
    if not value:
        return NOTHING
    value = _local(value)
    return f"{value:%m-%d %H:%M}" if value.year == site.today().year else f"{value:%Y-%m-%d %H:%M}"


def stamp(value: datetime | None) -> str:
    """2026-11-20 16:05:09, for receipts."""
    return f"{_local(value):%Y-%m-%d %H:%M:%S}" if value else NOTHING


def time_of_day(value: datetime) -> str:
    """16:05:09, for what happened just now."""
    return f"{_local(value):%H:%M:%S}"


def period(start: date | None, end: date | None) -> str:
    """2025-07-01 至 2028-06-30; an open end is 长期."""
    return f"{day(start)} 至 {day(end) if end else '长期'}"


def provisional(year: int) -> SafeString:
    """The mark 暂定 behind what was counted in working days of a year whose holidays nobody has published."""
    return format_html(' <span class="ej-tag ej-guess" title="{} 年{}">暂定</span>', year, PROVISIONAL)


def days_left(left: int | None, *, unit: str = "工作日", before: str = "", soon: bool | None = None) -> SafeString:
    """Time left with its urgency: amber when it is short, red from the last day on.

    ``left`` counts the days after today; 0 is the last day, less is overdue. ``unit`` is 工作日
    (amber from 2) or 日 (amber from 7) unless ``soon`` says so, ``before`` says of what: 受理, 补正.
    """
    if left is None:
        return mark_safe(NOTHING)  # noqa: S308
    if left < 0:
        return format_html('<span class="ej-late">{}逾期 {} {}</span>', before, -left, unit)
    if left == 0:
        return format_html('<span class="ej-late">{}今日到期</span>', before)
    if left <= _SOON.get(unit, 0) if soon is None else soon:
        return format_html('<span class="ej-soon">{}剩 {} {}</span>', before, left, unit)
    return format_html("{}剩 {} {}", before, left, unit)
