"""The clock: legal days in Asia/Shanghai, and journeys of the whole process."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta

import pytest

from erjian.policy import clock


@pytest.fixture(autouse=True)
def present():
    before = clock.offset()
    clock.set_offset(timedelta(0))
    yield
    clock.set_offset(before)


def test_now_is_the_system_clock_in_utc():
    assert clock.now().tzinfo is UTC
    assert abs(clock.now().timestamp() - time.time()) < 5


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 11, 22, 15, 59, 59, tzinfo=UTC), date(2026, 11, 22)),
        (datetime(2026, 11, 22, 16, 0, tzinfo=UTC), date(2026, 11, 23)),
    ],
)
def test_a_legal_day_begins_at_midnight_in_shanghai(moment, day):
    assert clock.day_of(moment) == day
    with clock.travel(to=moment):
        assert clock.today() == day


def test_bounds_of_a_day():
    assert clock.start_of(date(2026, 11, 23)) == datetime(2026, 11, 22, 16, tzinfo=UTC)
    assert clock.end_of(date(2026, 11, 23)) == clock.start_of(date(2026, 11, 24))


def test_a_journey_ends_with_its_block():
    begin = clock.now()
    with clock.travel(days=3):
        assert timedelta(days=3) <= clock.now() - begin < timedelta(days=3, seconds=5)
        with clock.travel(seconds=90):
            assert clock.offset() == timedelta(days=3, seconds=90)
        assert clock.offset() == timedelta(days=3)
    assert clock.offset() == timedelta(0)


def test_a_journey_ends_when_its_block_fails():
    with pytest.raises(ZeroDivisionError), clock.travel(days=1):
        raise ZeroDivisionError
    assert clock.offset() == timedelta(0)


def test_a_plain_call_stays():
    clock.travel(days=-10)
    assert clock.offset() == timedelta(days=-10)


def test_travelling_to_a_day():
    with clock.travel(to=date(2031, 2, 3)):
        assert clock.today() == date(2031, 2, 3)
        with clock.travel(to=date(2020, 1, 1)):
            assert clock.today() == date(2020, 1, 1)
        assert clock.today() == date(2031, 2, 3)
