"""统一社会信用代码: published and real codes, refusals, and the authorised waiver."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erjian.standards import credit_codes
from erjian.standards.errors import Refusal

VALID = [
    "91350100M000100Y43",  # the example of GB 32100-2015
    "91350200MA2YJ1XR9G",
    "91440101MA5CJQ4N59",
    "12110000400777687U",
    "11110000000021135M",
    "11430000006122244L",
    "11100000000013338W",
]


@pytest.mark.parametrize("code", VALID)
def test_valid_codes(code):
    assert credit_codes.parse(code) == code
    assert credit_codes.parse(f" {code[:9].lower()} {code[9:].lower()}\t") == code
    assert credit_codes.is_consistent(code)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "format"),
        (None, "format"),
        ("91350100M000100Y4", "format"),
        ("91350100M000100Y433", "format"),
        ("91350100M000100I43", "format"),
        ("91350100M000100O43", "format"),
        ("91350100M000100S43", "format"),
        ("91350100M000100V43", "format"),
        ("91350100M000100Z43", "format"),
        ("91A50100M000100Y43", "format"),
        ("91350100M000100Y44", "check_digit"),
        ("91350203M0001QAY9B", "check_digit"),
        ("91440300279413443A", "check_digit"),
    ],
)
def test_refusals(text, code):
    with pytest.raises(Refusal) as refused:
        credit_codes.parse(text)
    assert refused.value.code == code
    assert "营业执照" in refused.value.message


def test_a_real_code_with_a_wrong_check_character_passes_when_waived():
    assert credit_codes.parse("91350203M0001QAY9B", waive_check_digit=True) == "91350203M0001QAY9B"
    with pytest.raises(Refusal):
        credit_codes.parse("9135", waive_check_digit=True)


bodies = st.tuples(
    st.sampled_from(["11", "12", "51", "91", "92", "Y1", "A1"]),
    st.from_regex(r"[1-6][0-9]{5}", fullmatch=True).filter(str.isascii),
    st.text(credit_codes.ALPHABET, min_size=8, max_size=8),
)


@given(bodies)
def test_a_code_made_by_both_rules_is_valid(parts):
    head, region, organisation = parts
    first17 = head + region + organisation + credit_codes.organisation_check_digit(organisation)
    code = first17 + credit_codes.check_digit(first17)
    assert credit_codes.parse(code) == code
    assert credit_codes.is_consistent(code)


@given(st.sampled_from(VALID), st.integers(8, 17), st.sampled_from(credit_codes.ALPHABET))
def test_one_wrong_character_is_never_accepted(code, place, character):
    wrong = code[:place] + character + code[place + 1 :]
    if wrong != code:
        with pytest.raises(Refusal, match="校验码"):
            credit_codes.parse(wrong)
