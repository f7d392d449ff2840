"""How long a registration lasts: arithmetic on legal days, free of policy and clock.

A specialty is valid from its first day for a number of years less one day, and never beyond the
holder's birthday at the age limit (《注册建造师管理规定》第十、十五、十六条). A day that the target year
does not have, 29 February, becomes 28 February, so a period is never longer than its years.
"""

from __future__ import annotations

from datetime import date, timedelta

_ONE_DAY = timedelta(days=1)


def add_years(day: date, years: int) -> date:
    """The same day ``years`` later; 29 February becomes 28 February where there is none."""
    return add_months(day, 12 * years)


def add_months(day: date, months: int) -> date:
    """The same day ``months`` later, or the month's last day where there is none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first = date(year, month + 1, 1)
    following = date(year + month // 11, (month + 1) % 12 + 1, 1)
    return first + timedelta(days=min(day.day, (following - first).days) - 1)


def birthday_at(birth_date: date, age: int) -> date:
    """The day on which somebody born on ``birth_date`` turns ``age``."""
    return add_years(birth_date, age)


def born_before(day: date, *, age: int) -> date:
    """The first birth date whose birthday at ``age`` is not past on ``day``: who is born before it is beyond the age.

    On and after a 29 February the years back from the day alone would leave somebody out.
    """
    return max(add_years(day, -age), add_years(day - _ONE_DAY, -age) + _ONE_DAY)


def age_on(birth_date: date, day: date) -> int:
    """Completed years of life on ``day`` (周岁)."""
    years = day.year - birth_date.year
    return years if birthday_at(birth_date, years) <= day else years - 1


def period_end(begin: date, *, years: int, birth_date: date, age_limit: int) -> date:
    """The last valid day of a period that begins on ``begin``: 2019-05-20 gives 2022-05-19.

    The birthday at ``age_limit`` is the last possible day, so for somebody older the result lies
    before ``begin``: the caller refuses such a registration before it gets here.
    """
    return min(add_years(begin, years) - _ONE_DAY, birthday_at(birth_date, age_limit))


def extended_end(end: date, *, years: int, birth_date: date, age_limit: int) -> date:
    """The last valid day after a renewal of a period that ends on ``end``: the next one follows on."""
    return min(add_years(end, years), birthday_at(birth_date, age_limit))


def days_left(end: date, day: date) -> int:
    """Days from ``day`` to the last valid day; 0 on the last day, negative after it."""
    return (end - day).days
