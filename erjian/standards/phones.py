"""Telephone numbers of the mainland: mobiles, which receive messages, and office landlines."""

from __future__ import annotations

import re

from erjian.standards.errors import Refusal
from erjian.standards.text import compact

_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_COUNTRY = re.compile(r"^(\+|00)?86(?=1[0-9]{10}$)")
_LANDLINE = re.compile(r"(0[0-9]{2,3}-?)?[1-9][0-9]{6,7}(-[0-9]{1,6})?")
_SERVICE = re.compile(r"[48]00-?[0-9]{3}-?[0-9]{4}|1[0-9]{4}|95[0-9]{3,6}")


class PhoneRefused(Refusal):
    """The text is not a telephone number."""


def parse_mobile(text: object) -> str:
    """The eleven digits of a mobile number; a leading +86 is dropped. Raises ``PhoneRefused``."""
    number = compact(text).replace("-", "")
    if not _MOBILE.fullmatch(number):
        number = _COUNTRY.sub("", number)
    if not _MOBILE.fullmatch(number):
        raise PhoneRefused("手机号码应为 1 开头的 11 位数字。请核对。", code="mobile")
    return number


def parse_landline(text: object) -> str:
    """An office telephone: landline with area code and extension, service number, or mobile.

    Raises ``PhoneRefused``.
    """
    number = compact(text).replace("(", "").replace(")", "-")
    number = number.replace("—", "-").replace("–", "-").replace("转", "-").strip("-")
    for pattern in (_MOBILE, _LANDLINE, _SERVICE):
        if pattern.fullmatch(number):
            return number
    raise PhoneRefused("电话号码应为区号加 7 或 8 位号码，如 0731-88950025，或手机号码。请核对。", code="landline")


def mask(number: str) -> str:
    """``number`` as lists show it: 139****5678; a landline keeps its last four digits."""
    if _MOBILE.fullmatch(number):
        return number[:3] + "****" + number[-4:]
    return "*" * (len(number) - 4) + number[-4:] if len(number) > 7 else "*" * len(number)
