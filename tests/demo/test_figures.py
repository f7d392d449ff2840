"""Made-up people: valid numbers that belong to nobody, and enough of them."""

from __future__ import annotations

import random
from datetime import date

from erjian.demo import figures, names
from erjian.demo.people import People
from erjian.standards import credit_codes, id_numbers, phones, regions
from erjian.standards.dictionaries import Ethnicity, Sex
from erjian.standards.validity import age_on

TODAY = date(2026, 11, 23)


def _people(count: int, *, seed: int = 7, beside: bool = False) -> list:
    people = People(random.Random(seed), today=TODAY, beside=beside)
    return [people.next() for _ in range(count)]


def test_id_numbers_are_valid_and_belong_to_no_county() -> None:
    for facts in _people(3000):
        parsed = id_numbers.parse(facts.id_number, today=TODAY)
        assert (parsed.birth_date, parsed.sex) == (facts.birth, facts.sex)
        assert facts.id_number[:6] not in regions.COUNTIES
        assert 21 <= age_on(facts.birth, TODAY) <= 66


def test_nobody_is_met_twice_neither_in_the_normal_province_nor_beside_it() -> None:
    numbers = [facts.id_number for beside in (False, True) for facts in _people(20_000, beside=beside)]
    assert len(set(numbers)) == len(numbers)


def test_the_same_seed_makes_the_same_people() -> None:
    assert _people(200) == _people(200)
    assert _people(200) != _people(200, seed=8)


def test_births_keep_within_the_days_asked_for() -> None:
    births = figures.Births(random.Random(1), year=2026)
    oldest, youngest = date(1970, 1, 1), date(1975, 1, 1)
    for _ in range(300):
        _, day = births.next(Sex.MALE, oldest=oldest, youngest=youngest)
        assert oldest <= day <= youngest


def test_names_fit_their_dictionaries_and_vary() -> None:
    rng = random.Random(3)
    made = [names.person(rng) for _ in range(2000)]
    assert {name.sex for name in made} == {Sex.MALE, Sex.FEMALE}
    assert {name.ethnicity for name in made} <= set(Ethnicity.values)
    assert len({name.text for name in made}) > 1200
    assert {len(name.text) for name in made} >= {2, 3, 4}


def test_credit_codes_and_phones_pass_their_checks_and_differ() -> None:
    codes = [figures.credit_code(serial) for serial in range(1, 3000)]
    assert all(credit_codes.parse(code) == code and credit_codes.is_consistent(code) for code in codes)
    numbers = [figures.mobile(serial) for serial in range(1, 3000)]
    assert all(phones.parse_mobile(number) == number for number in numbers)
    assert len(set(codes)) == len(set(numbers)) == 2999
