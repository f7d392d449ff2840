"""继续教育 by hours: what counts in which period, and what the sentence says is missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from erjian.procedures import guards, materials
from erjian.procedures.facts import EducationFacts, Facts, SpecialtyFacts
from erjian.procedures.guards import Answer
from erjian.standards.specialties import Specialty
from tests.procedures.test_guards import FACTS, _qualification, _registration

_RULES = replace(FACTS.policy, continuing_education=replace(FACTS.policy.continuing_education, proof="hours"))
_LIVE = _registration(
    enterprise_id=1,
    specialties=(SpecialtyFacts(specialty=Specialty.BUILDING, begin=date(2024, 1, 2), end=date(2027, 1, 1)),),
)
RENEWING = replace(FACTS, policy=_RULES, live=_LIVE)
LATE = replace(FACTS, policy=_RULES, qualifications=(_qualification(obtained_on=date(2020, 6, 18)),))


def taught(facts: Facts, *rows: tuple[date, int, int]) -> Facts:
    found = tuple(EducationFacts(completed_on=day, compulsory=must, elective=may) for day, must, may in rows)
    return replace(facts, education=found)


@pytest.mark.parametrize(
    ("rows", "answer", "words"),
    [
        ((), Answer.NO, "还差必修 60 学时、选修 60 学时"),
        (((date(2025, 5, 1), 60, 40),), Answer.NO, "还差选修 20 学时"),
        (((date(2024, 1, 1), 60, 60),), Answer.NO, "必修 60 学时"),
        (((date(2024, 1, 2), 60, 60),), Answer.HOLDS, "必修 60、选修 60"),
        (((date(2025, 5, 1), 30, 60), (date(2026, 5, 1), 30, 0)), Answer.HOLDS, "必修 60、选修 60"),
    ],
)
def test_renewal_counts_the_hours_of_the_period(
    rows: tuple[tuple[date, int, int], ...], answer: str, words: str
) -> None:
    verdict = guards.renewal_education.judge(taught(RENEWING, *rows))
    assert verdict.answer == answer
    assert words in verdict.reason


def test_a_second_specialty_asks_for_more() -> None:
    both = replace(RENEWING, specialties=(Specialty.BUILDING, Specialty.MUNICIPAL))
    assert (
        "还差必修 30 学时、选修 30 学时"
        in guards.renewal_education.judge(taught(both, (date(2025, 5, 1), 60, 60))).reason
    )


def test_a_paper_does_not_replace_hours_where_hours_are_counted() -> None:
    with_paper = replace(RENEWING, materials=frozenset({"continuing_education"}))
    assert guards.renewal_education.judge(with_paper).stops
    assert not materials.RENEWAL_EDUCATION.required(RENEWING)
    assert materials.RENEWAL_EDUCATION.required(replace(RENEWING, policy=FACTS.policy))


def test_a_late_first_registration_counts_the_last_three_years() -> None:
    assert guards.continuing_education.judge(taught(LATE, (date(2023, 11, 1), 60, 60))).stops
    assert not guards.continuing_education.judge(taught(LATE, (date(2023, 11, 23), 60, 60))).stops
    assert not guards.continuing_education.judge(replace(FACTS, policy=_RULES)).stops
