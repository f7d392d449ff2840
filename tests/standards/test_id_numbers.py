"""公民身份号码: the standard's published examples, every refusal, and what must not be refused."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erjian.standards import id_numbers
from erjian.standards.dictionaries import Sex
from erjian.standards.errors import Refusal

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "number", "born", "sex"),
    [
        # GB 11643-1999, the two examples of the standard
        ("11010519491231002X", "11010519491231002X", date(1949, 12, 31), Sex.FEMALE),
        ("440524188001010014", "440524188001010014", date(1880, 1, 1), Sex.MALE),
        # a number of fifteen digits is upgraded
        ("130503670401001", "130503196704010016", date(1967, 4, 1), Sex.MALE),
        # as people type and paste them
        ("11010519491231002x", "11010519491231002X", date(1949, 12, 31), Sex.FEMALE),
        (" 110105 19491231 002x\n", "11010519491231002X", date(1949, 12, 31), Sex.FEMALE),
        ("１１０１０５１９４９１２３１００２Ｘ", "11010519491231002X", date(1949, 12, 31), Sex.FEMALE),
        ("\ufeff11010519491231002X\u200b", "11010519491231002X", date(1949, 12, 31), Sex.FEMALE),
    ],
)
def test_parse(text, number, born, sex):
    found = id_numbers.parse(text, today=TODAY)
    assert (found.number18, found.birth_date, found.sex) == (number, born, sex)
    assert str(found) == number


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("", "format", "18 位"),
        (None, "format", "18 位"),
        ("1101051949123100", "format", "18 位"),
        ("11010519491231002X1", "format", "18 位"),
        ("X1010519491231002X", "format", "18 位"),
        ("11010519491231002A", "format", "18 位"),
        ("1101051949123100٢X", "format", "18 位"),
        ("100105194912310028", "region", "省级行政区划"),
        ("000105194912310028", "region", "省级行政区划"),
        ("110105194902300021", "birth_date", "19490230"),
        ("110105194900310021", "birth_date", "不存在"),
        ("110105000012310021", "birth_date", "不存在"),
        ("110105094912310021", "birth_date", "不存在"),
        ("110105202611240018", "future", "晚于今天"),
        ("110105194912310021", "check_digit", "校验码"),
        ("440524188001010015", "check_digit", "校验码"),
        ("130503679901001", "birth_date", "不存在"),
    ],
)
def test_refusals_carry_a_code_and_say_what_to_do(text, code, words):
    with pytest.raises(Refusal) as refused:
        id_numbers.parse(text, today=TODAY)
    assert refused.value.code == code
    assert words in refused.value.message
    assert not id_numbers.is_valid(text, today=TODAY)


def test_the_future_is_only_known_to_a_caller_who_says_the_day():
    first17 = "11010520991231001"
    number = first17 + id_numbers.check_digit(first17)
    assert id_numbers.parse(number).birth_date == date(2099, 12, 31)
    with pytest.raises(Refusal):
        id_numbers.parse(number, today=TODAY)
    assert id_numbers.parse(number, today=date(2099, 12, 31)).number18 == number


@pytest.mark.parametrize("region", ["439999", "430199", "110229", "512201", "810000", "820000", "830000"])
def test_unknown_and_abolished_counties_and_residence_permits_are_accepted(region):
    first17 = region + "19900317341"
    assert id_numbers.parse(first17 + id_numbers.check_digit(first17)).sex == Sex.MALE


@pytest.mark.parametrize("prefix", [f"{n:02d}" for n in range(100)])
def test_exactly_the_provinces_of_the_standard_begin_a_number(prefix):
    known = {
        *range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47),
        *range(50, 55), *range(61, 66), 71, 81, 82, 83,
    }  # fmt: skip
    first17 = prefix + "010219900317341"
    assert id_numbers.is_valid(first17 + id_numbers.check_digit(first17)) == (int(prefix) in known)


def test_mask_hides_the_birth_date():
    assert id_numbers.mask("430102199003173416") == "430102********3416"
    assert id_numbers.mask("430102900317341") == "430102*****7341"
    assert id_numbers.mask("4301") == "****"
    assert id_numbers.mask("") == ""


numbers = st.builds(
    lambda prefix, county, born, order: f"{prefix}{county:04d}{born:%Y%m%d}{order:03d}",
    st.sampled_from(sorted(id_numbers.PROVINCE_PREFIXES)),
    st.integers(0, 9999),
    st.dates(date(1900, 1, 1), date(2026, 1, 1)),
    st.integers(0, 999),
).map(lambda first17: first17 + id_numbers.check_digit(first17))


@given(numbers)
def test_a_number_with_its_check_digit_is_accepted_and_agrees_with_its_parts(number):
    found = id_numbers.parse(number, today=TODAY)
    assert found.number18 == number
    assert f"{found.birth_date:%Y%m%d}" == number[6:14]
    assert (found.sex == Sex.MALE) == (int(number[16]) % 2 == 1)


@given(numbers, st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_never_accepted(number, place, change):
    wrong = str((int(number[place]) + change) % 10)
    assert not id_numbers.is_valid(number[:place] + wrong + number[place + 1 :])


@given(numbers, st.integers(0, 15))
def test_two_swapped_digits_are_never_accepted(number, place):
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert swapped == number or not id_numbers.is_valid(swapped)


@given(numbers.filter(lambda number: number[6:8] == "19"))
def test_a_number_of_fifteen_digits_becomes_the_one_it_was_before(number):
    assert id_numbers.parse(number[:6] + number[8:17]).number18 == number


@given(st.text(max_size=30))
def test_any_text_is_accepted_or_refused_but_never_breaks(text):
    assert id_numbers.is_valid(text) in (True, False)


@given(st.text(max_size=25))
def test_a_mask_has_the_length_of_what_it_hides(text):
    assert len(id_numbers.mask(text)) == len(text)
