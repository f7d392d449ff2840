"""When a renewal can be filed: one answer for the condition, the pages and the reminders."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from erjian import policy
from erjian.policy import clock
from erjian.procedures import renewals
from erjian.procedures.renewals import Chance
from erjian.standards.validity import add_years, birthday_at

YOUNG = date(1990, 3, 17)


def test_the_procedure_of_each_class() -> None:
    assert renewals.procedure_for("constructor").code == "renewal"
    assert renewals.procedure_for("temporary").code == "temporary_renewal"
    assert renewals.reminded() == ("constructor",)


@pytest.mark.parametrize(
    ("left", "found"),
    [(91, Chance.EARLY), (90, Chance.OPEN), (30, Chance.OPEN), (29, Chance.OVER), (0, Chance.OVER)],
)
def test_the_window_of_an_end(left: int, found: Chance) -> None:
    today = clock.today()
    end = today + timedelta(days=left)
    assert renewals.chance("constructor", end=end, birth_date=YOUNG, today=today) == found
    assert renewals.chance("temporary", end=end, birth_date=YOUNG, today=today) == Chance.OPEN
    days = renewals.window("constructor", end)
    assert days is not None
    assert (today in days) is (found == Chance.OPEN)
    assert renewals.window("temporary", end) is None


@pytest.mark.parametrize("birth", [date(1961, 2, 27), date(1961, 2, 28), date(1961, 3, 1), date(1960, 2, 29)])
@pytest.mark.parametrize(("kind", "age"), [("constructor", 65), ("temporary", 60)])
def test_near_the_age_limit_none_can_be_filed(birth: date, kind: str, age: int) -> None:
    stop = policy.current().age_stop_days
    for days in range(stop - 2, stop + 3):
        today = birthday_at(birth, age) - timedelta(days=days)
        found = renewals.chance(kind, end=today + timedelta(days=60), birth_date=birth, today=today)
        assert (found == Chance.TOO_OLD) is (days <= stop), days
    assert add_years(birth, age) == birthday_at(birth, age)
