"""Numbers that look right and belong to nobody.

ID numbers and credit codes carry county code 430199, which GB/T 2260 never assigned; mobiles begin with 160, a
segment that no operator has been given.
"""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date, timedelta

from erjian.standards import credit_codes, id_numbers
from erjian.standards.dictionaries import Sex

NOWHERE = "430199"
_MOBILE = "160"

# Sequence numbers of one birth day that the mass uses; those above belong to people named in the code.
_SEQUENCES = 440
_NORMAL = 40


def id_number(birth: date, order: int) -> str:
    """The ID number of somebody born on a day with a sequence number of three digits (odd for men)."""
    first = f"{NOWHERE}{birth:%Y%m%d}{order:03d}"
    return first + id_numbers.check_digit(first)


def corrected(number: str) -> str:
    """The ID number that was meant where a wrong one was registered: same day and sex, a sequence that nobody has."""
    return id_number(date(int(number[6:10]), int(number[10:12]), int(number[12:14])), 900 + int(number[16]) % 2)


class Births:
    """Birth days and ID numbers without repetition: more people in their thirties than near the age limit."""

    def __init__(self, rng: random.Random, *, year: int, beside: bool = False) -> None:
        """`beside` starts where another set of births of the same year ends: its people are never met again."""
        self._rng = rng
        self._beside = beside
        self._first = date(year - 66, 1, 1)
        self._days = (date(year - 22, 1, 1) - self._first).days
        self._mode = self._days * 0.72
        self._taken: defaultdict[tuple[int, int], int] = defaultdict(lambda: _NORMAL if beside else 0)

    def next(self, sex: str, *, oldest: date | None = None, youngest: date | None = None) -> tuple[str, date]:
        """A new ID number and its birth day, between `oldest` and `youngest` where they are given."""
        parity = 1 if sex == Sex.MALE else 0
        low = max((oldest - self._first).days, 0) if oldest else 0
        high = min((youngest - self._first).days, self._days) if youngest else self._days
        while True:
            day = min(int(self._rng.triangular(low, high, min(max(self._mode, low), high))), high - 1)
            count = self._taken[day, parity]
            if count < (_SEQUENCES if self._beside else _NORMAL):
                break
        self._taken[day, parity] = count + 1
        birth = self._first + timedelta(days=day)
        sequence = (day * 37 + count) % _SEQUENCES
        return id_number(birth, sequence * 2 + 2 - parity), birth


def mobile(serial: int) -> str:
    """A mobile number of the unassigned segment; neighbours do not follow each other."""
    return f"{_MOBILE}{serial * 48_271 % 99_999_989:08d}"


def credit_code(serial: int) -> str:
    """A 统一社会信用代码 of an enterprise in the unassigned county (GB 32100), different for each serial."""
    body = f"{serial * 7_919_003 % 99_999_989:08d}"
    first = f"91{NOWHERE}{body}{credit_codes.organisation_check_digit(body)}"
    return first + credit_codes.check_digit(first)


def management_number(year: int, serial: int) -> str:
    """证书管理号 of a qualification: year, province, examination and a serial."""
    return f"{year}0430430{serial:08d}"
