"""Addresses of rows are those that reversing gives."""

import uuid

import pytest
from django.urls import NoReverseMatch, reverse

from erjian.ui.addresses import row_address


def test_an_address_is_what_reversing_gives() -> None:
    key = uuid.uuid4()
    assert row_address("authority:registration")(17) == reverse("authority:registration", args=(17,))
    assert row_address("authority:case")(key) == reverse("authority:case", args=(key,))
    assert row_address("authority:restriction", "education")(3) == reverse(
        "authority:restriction", args=("education", 3)
    )


def test_an_address_without_a_place_for_the_row_is_refused() -> None:
    with pytest.raises(NoReverseMatch):
        row_address("authority:home")
