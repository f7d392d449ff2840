"""公民身份号码, the key of every natural person (GB 11643-1999).

Eighteen characters: six of region, eight of birth date, three of sequence (odd for men, even for
women) and a check digit. Numbers of fifteen digits, issued until 1999, are upgraded. The region's
province must exist; its county need not, because numbers keep the codes of counties that were
abolished long ago. 港澳台居民居住证 carry numbers of the same form with 81, 82 and 83.
"""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

from stdnum.cn import ric

from erjian.standards.dictionaries import Sex
from erjian.standards.errors import Refusal
from erjian.standards.text import compact

_NORTH, _NORTH_EAST, _EAST = range(11, 16), range(21, 24), range(31, 38)
_SOUTH, _SOUTH_WEST, _NORTH_WEST = range(41, 47), range(50, 55), range(61, 66)
_OTHERS = (71, 81, 82, 83)

#: First two digits of a number: the provinces of GB/T 2260, then 港澳台 residence permits.
PROVINCE_PREFIXES = frozenset(
    f"{number}" for block in (_NORTH, _NORTH_EAST, _EAST, _SOUTH, _SOUTH_WEST, _NORTH_WEST, _OTHERS) for number in block
)


# A living person cannot have been born before; it catches years mistyped as 0985 or 1085.
_EARLIEST_BIRTH_YEAR = 1850

_EIGHTEEN = re.compile(r"[0-9]{17}[0-9X]")
_FIFTEEN = re.compile(r"[0-9]{15}")


class IdNumberRefused(Refusal):
    """The text is not a valid 公民身份号码."""


class IdNumber(NamedTuple):
    """A valid number of eighteen characters with what it says about its holder."""

    number18: str
    birth_date: date
    sex: Sex

    def __str__(self) -> str:
        return self.number18


def check_digit(first17: str) -> str:
    """The eighteenth character for ``first17`` (GB 11643-1999, ISO 7064 MOD 11-2)."""
    return ric.calc_check_digit(first17 + "0")


def parse(text: object, *, today: date | None = None) -> IdNumber:
    """The number in ``text``, upgraded to eighteen characters and in upper case.

    Raises ``IdNumberRefused`` with code ``format``, ``region``, ``birth_date``, ``future`` (only when
    ``today`` is given) or ``check_digit``.
    """
    number = compact(text)
    if _FIFTEEN.fullmatch(number):
        number = number[:6] + "19" + number[6:]
        number += check_digit(number)
    if not _EIGHTEEN.fullmatch(number):
        raise IdNumberRefused(
            "身份证号码应为 18 位（前 17 位为数字，末位为数字或 X）或 15 位数字。请核对证件。",
            code="format",
        )
    if number[:2] not in PROVINCE_PREFIXES:
        raise IdNumberRefused(f"身份证号码前两位“{number[:2]}”不是省级行政区划代码。请核对证件。", code="region")
    birth_date = _birth_date(number)
    if today is not None and birth_date > today:
        raise IdNumberRefused(f"身份证号码中的出生日期 {birth_date} 晚于今天。请核对证件。", code="future")
    if number[17] != check_digit(number[:17]):
        raise IdNumberRefused("身份证号码的校验码不符，至少有一位写错。请对照证件逐位核对。", code="check_digit")
    sex = Sex.MALE if int(number[16]) % 2 else Sex.FEMALE
    return IdNumber(number18=number, birth_date=birth_date, sex=sex)


def is_valid(text: object, *, today: date | None = None) -> bool:
    """Whether ``parse`` would accept ``text``."""
    try:
        parse(text, today=today)
    except IdNumberRefused:
        return False
    return True


def mask(number: str) -> str:
    """``number`` as lists show it: region and last four stay, the birth date is hidden."""
    if len(number) < 15:
        return "*" * len(number)
    return number[:6] + "*" * (len(number) - 10) + number[-4:]


def _birth_date(number: str) -> date:
    try:
        birth_date = date.fromisoformat(number[6:14])
    except ValueError:
        birth_date = None
    if birth_date is None or birth_date.year < _EARLIEST_BIRTH_YEAR:
        raise IdNumberRefused(
            f"身份证号码中的出生日期“{number[6:14]}”不存在。请核对证件第 7 至 14 位。",
            code="birth_date",
        )
    return birth_date
