"""Validity of registrations: three years less a day, the age limit, and leap days."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erjian.standards import validity

YOUNG = date(1990, 6, 15)


@pytest.mark.parametrize(
    ("begin", "born", "end"),
    [
        (date(2019, 5, 20), YOUNG, date(2022, 5, 19)),
        (date(2026, 1, 1), YOUNG, date(2028, 12, 31)),
        (date(2025, 3, 1), YOUNG, date(2028, 2, 29)),
        # 29 February has no counterpart three years later
        (date(2024, 2, 29), YOUNG, date(2027, 2, 27)),
        (date(2024, 3, 1), YOUNG, date(2027, 2, 28)),
        # never beyond the 65th birthday
        (date(2026, 11, 23), date(1963, 1, 10), date(2028, 1, 10)),
        (date(2026, 11, 23), date(1964, 11, 22), date(2029, 11, 22)),
        (date(2026, 11, 23), date(1964, 11, 21), date(2029, 11, 21)),
        (date(2026, 11, 23), date(1964, 2, 29), date(2029, 2, 28)),
    ],
)
def test_period_end(begin, born, end):
    assert validity.period_end(begin, years=3, birth_date=born, age_limit=65) == end


def test_temporary_constructors_end_at_their_own_limit():
    born = date(1968, 4, 1)
    assert validity.period_end(date(2026, 1, 1), years=3, birth_date=born, age_limit=60) == date(2028, 4, 1)


@pytest.mark.parametrize(
    ("end", "born", "extended"),
    [
        (date(2022, 5, 19), YOUNG, date(2025, 5, 19)),
        (date(2028, 2, 29), YOUNG, date(2031, 2, 28)),
        (date(2026, 12, 1), date(1963, 1, 10), date(2028, 1, 10)),
    ],
)
def test_extended_end(end, born, extended):
    assert validity.extended_end(end, years=3, birth_date=born, age_limit=65) == extended


@pytest.mark.parametrize(
    ("day", "months", "result"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2025, 11, 23), 12, date(2026, 11, 23)),
        (date(2026, 12, 31), -10, date(2026, 2, 28)),
        (date(2026, 11, 30), 1, date(2026, 12, 30)),
    ],
)
def test_add_months(day, months, result):
    assert validity.add_months(day, months) == result


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(1961, 11, 23), date(2026, 11, 22), 64),
        (date(1961, 11, 23), date(2026, 11, 23), 65),
        (date(2000, 2, 29), date(2026, 2, 28), 26),
        (date(2000, 2, 29), date(2024, 2, 28), 23),
    ],
)
def test_age(born, day, age):
    assert validity.age_on(born, day) == age


def test_days_left_counts_to_the_last_valid_day():
    end = date(2026, 11, 23)
    assert [validity.days_left(end, end + timedelta(days=n)) for n in (-30, 0, 1)] == [30, 0, -1]


days = st.dates(date(1950, 1, 1), date(2080, 1, 1))


@given(days, st.integers(1, 10))
def test_a_period_is_its_years_or_two_days_less(begin, years):
    end = validity.period_end(begin, years=years, birth_date=date(2070, 1, 1), age_limit=65)
    assert (end.year, end.month) in {(begin.year + years, m) for m in range(1, 13)} | {(begin.year + years - 1, 12)}
    length = (end - begin).days + 1
    assert 365 * years - 1 <= length <= 366 * years


@given(days, days)
def test_later_begins_never_end_earlier(a, b):
    ends = [validity.period_end(d, years=3, birth_date=YOUNG, age_limit=65) for d in sorted((a, b))]
    assert ends == sorted(ends)


@given(days, days)
def test_nobody_is_registered_beyond_the_birthday(begin, born):
    end = validity.period_end(begin, years=3, birth_date=born, age_limit=65)
    assert end <= validity.birthday_at(born, 65)
    assert validity.age_on(born, end) <= 65
    assert validity.age_on(born, validity.birthday_at(born, 65) - timedelta(days=1)) == 64


@given(days, st.integers(-600, 600))
def test_months_keep_the_day_or_take_the_last_one(day, months):
    moved = validity.add_months(day, months)
    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == months
    assert moved.day == day.day or (moved + timedelta(days=1)).day == 1


@pytest.mark.parametrize("age", [60, 65])
def test_who_is_beyond_an_age_on_which_day(age: int) -> None:
    births = [date(year, 2, 26) + timedelta(days=n) for year in range(1963, 1969) for n in range(5)]
    days = [date(year, 2, 26) + timedelta(days=n) for year in range(2023, 2034) for n in range(5)]
    for day in days:
        beyond = {birth for birth in births if birth < validity.born_before(day, age=age)}
        assert beyond == {birth for birth in births if validity.birthday_at(birth, age) < day}, day
