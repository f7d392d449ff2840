"""Working days: the State Council's calendar, its end, the province's own days, and arithmetic."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erjian.policy import loading, working_days


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 11, 23), True),  # Monday
        (date(2026, 11, 22), False),  # Sunday
        (date(2026, 10, 1), False),  # 国庆节, Thursday
        (date(2026, 10, 7), False),
        (date(2026, 10, 10), True),  # Saturday worked for it
        (date(2026, 1, 1), False),
        (date(2026, 12, 31), True),
    ],
)
def test_published_calendar(day, works):
    assert working_days.is_working_day(day) is works


def test_the_published_calendar_ends_with_2026_and_goes_on_with_weekends():
    assert not working_days.is_provisional(2026)
    assert working_days.is_provisional(2027)
    assert working_days.is_working_day(date(2027, 1, 1))  # a Friday nobody has declared free yet
    assert not working_days.is_working_day(date(2027, 1, 2))


@pytest.fixture
def province_calendar(settings, tmp_path):
    def write(**values):
        text = loading.HUNAN.read_text(encoding="utf-8")
        for name, value in values.items():
            text = text.replace(f"{name} = []", f"{name} = {value}")
        path = tmp_path / "calendar.toml"
        path.write_text(text, encoding="utf-8")
        settings.ERJIAN_POLICY_FILE = path

    return write


def test_the_province_s_own_days_come_first(province_calendar):
    province_calendar(
        holidays="[2027-01-01, 2026-11-24]", workdays="[2027-01-02, 2026-11-22]", published_years="[2027]"
    )
    assert not working_days.is_provisional(2027)
    assert working_days.is_provisional(2028)
    assert not working_days.is_working_day(date(2027, 1, 1))
    assert working_days.is_working_day(date(2027, 1, 2))
    assert not working_days.is_working_day(date(2026, 11, 24))
    assert working_days.is_working_day(date(2026, 11, 22))
    assert working_days.add(date(2026, 11, 23), 1) == date(2026, 11, 25)


@pytest.mark.parametrize(
    ("day", "n", "result"),
    [
        (date(2026, 11, 23), 0, date(2026, 11, 23)),
        (date(2026, 11, 23), 5, date(2026, 11, 30)),
        (date(2026, 11, 22), 1, date(2026, 11, 23)),
        (date(2026, 9, 30), 1, date(2026, 10, 8)),
        (date(2026, 9, 30), 5, date(2026, 10, 13)),
        (date(2026, 10, 8), -1, date(2026, 9, 30)),
        (date(2026, 12, 31), 1, date(2027, 1, 1)),
    ],
)
def test_add(day, n, result):
    assert working_days.add(day, n) == result


def test_between_leaves_out_the_first_day_and_counts_the_last():
    assert working_days.between(date(2026, 11, 23), date(2026, 11, 24)) == 1
    assert working_days.between(date(2026, 11, 23), date(2026, 11, 23)) == 0
    assert working_days.between(date(2026, 11, 20), date(2026, 11, 22)) == 0
    assert working_days.between(date(2026, 11, 24), date(2026, 11, 23)) == -1


days = st.dates(date(2005, 1, 1), date(2035, 1, 1))


@given(days, st.integers(0, 60))
def test_the_nth_working_day_is_n_working_days_away(day, n):
    end = working_days.add(day, n)
    assert working_days.between(day, end) == n
    assert n == 0 or working_days.is_working_day(end)


@given(days, st.integers(0, 30), st.integers(0, 30))
def test_adding_twice_is_adding_once(day, a, b):
    assert working_days.add(working_days.add(day, a), b) == working_days.add(day, a + b)


@given(days, st.integers(0, 60), st.integers(0, 60))
def test_counts_of_adjoining_stretches_add_up(day, a, b):
    middle = day + timedelta(days=a)
    end = middle + timedelta(days=b)
    total = working_days.between(day, middle) + working_days.between(middle, end)
    assert working_days.between(day, end) == total == -working_days.between(end, day)


@given(days, st.integers(1, 40))
def test_going_back_undoes_going_on_from_a_working_day(day, n):
    begin = working_days.add(day, 1)
    assert working_days.add(working_days.add(begin, n), -n) == begin
