"""证照标识, 注册编号 and telephone numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erjian.standards import licence_ids, phones
from erjian.standards.errors import Refusal
from erjian.standards.registration_numbers import is_current_format, registration_number

HUNAN = "11430000006122244L"
PUBLISHED = "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.002.S"


def test_check_character_of_the_standard_s_example():
    assert licence_ids.check_character("A12425GABC1234002") == "M"


def test_licence_id_of_a_published_licence():
    assert licence_ids.licence_id("11100000000013338W011", HUNAN, "20230000403", 2) == PUBLISHED
    assert licence_ids.is_valid(PUBLISHED)


@pytest.mark.parametrize(
    "text",
    [
        "",
        PUBLISHED[:-1] + "T",
        PUBLISHED.replace("002", "003"),
        PUBLISHED[2:],
        PUBLISHED + ".1",
        "1.2.156.3005.2.a.b.c.d.e",
    ],
)
def test_a_changed_licence_id_is_not_valid(text):
    assert not licence_ids.is_valid(text)


@pytest.mark.parametrize(("serial", "version"), [("湘2432", 1), ("", 1), ("a1", 1), ("1", 0), ("1", 1000)])
def test_licence_ids_of_impossible_parts_are_refused(serial, version):
    with pytest.raises(Refusal):
        licence_ids.licence_id(licence_ids.SECOND_CLASS_CONSTRUCTOR, HUNAN, serial, version)


@given(st.from_regex(r"[0-9A-Z]{1,20}", fullmatch=True), st.integers(1, 999))
def test_a_licence_id_is_valid_and_names_its_version(serial, version):
    made = licence_ids.licence_id(licence_ids.SECOND_CLASS_CONSTRUCTOR, HUNAN, serial, version)
    assert licence_ids.is_valid(made)
    assert made.split(".")[-2] == f"{version:03d}"


def test_registration_number():
    assert registration_number("湘", "43", 2019, 2020, 12345) == "湘2432019202012345"
    assert registration_number("湘", "430000", 2019, 2020, 1) == "湘2432019202000001"


@pytest.mark.parametrize(("serial", "code"), [(0, "format"), (-1, "format"), (100_000, "exhausted")])
def test_registration_numbers_end(serial, code):
    with pytest.raises(Refusal) as refused:
        registration_number("湘", "43", 2019, 2020, serial)
    assert refused.value.code == code


@given(st.integers(1990, 2099), st.integers(2007, 2099), st.integers(1, 99_999))
def test_what_is_issued_has_the_current_format(qualified, registered, serial):
    assert is_current_format(registration_number("湘", "43", qualified, registered, serial))


@pytest.mark.parametrize(
    ("text", "current"),
    [
        ("湘2432019202012345", True),
        ("京2112014201653442", True),
        ("湘243131323247", False),
        ("滇204080800077(临)", False),
        ("湘1432019202012345", False),
        ("", False),
    ],
)
def test_older_numbers_are_told_from_current_ones(text, current):
    assert is_current_format(text) is current


@pytest.mark.parametrize(
    "text",
    ["13912345678", " 139 1234 5678", "+8613912345678", "008613912345678", "139-1234-5678", "１３９１２３４５６７８"],
)
def test_mobiles(text):
    assert phones.parse_mobile(text) == "13912345678"


@pytest.mark.parametrize("text", ["", None, "12912345678", "1391234567", "139123456789", "0731-88950025", "abc"])
def test_what_is_no_mobile(text):
    with pytest.raises(Refusal, match="11 位"):
        phones.parse_mobile(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0731-88950025", "0731-88950025"),
        ("073188950025", "073188950025"),
        ("（0731）88950025", "0731-88950025"),
        ("88950025", "88950025"),
        ("010-62345678", "010-62345678"),
        ("0731-88950025-801", "0731-88950025-801"),
        ("0731-88950025转801", "0731-88950025-801"),
        ("400-820-8820", "400-820-8820"),
        ("12345", "12345"),
        ("13912345678", "13912345678"),
    ],
)
def test_landlines(text, number):
    assert phones.parse_landline(text) == number


@pytest.mark.parametrize("text", ["", "123", "0731-8895", "电话"])
def test_what_is_no_landline(text):
    with pytest.raises(Refusal, match="区号"):
        phones.parse_landline(text)


@pytest.mark.parametrize(
    ("number", "mask"),
    [("13912345678", "139****5678"), ("0731-88950025", "*********0025"), ("12345", "*****"), ("", "")],
)
def test_phone_masks(number, mask):
    assert phones.mask(number) == mask
