"""注册编号, the number a constructor keeps for life, through every renewal and transfer.

``湘 2 43 2019 2020 12345``: the province's one-character name, the class, the province's code, the
year of the 资格证书, the year of the initial registration and a serial that restarts every year.
Earlier registers used years of two digits and other forms; such numbers are taken as they are and
only numbers that are issued now must have the current form.
"""

from __future__ import annotations

import re

from erjian.standards.errors import Refusal

SECOND_CLASS_DIGIT = "2"
LAST_SERIAL = 99_999

_CURRENT = re.compile(r"[\u4e00-\u9fff]2[0-9]{2}(19|20)[0-9]{2}(19|20)[0-9]{2}[0-9]{5}")


class RegistrationNumberRefused(Refusal):
    """A number cannot be issued."""


def registration_number(
    province_short: str, province_code: str, qualified_year: int, registered_year: int, serial: int
) -> str:
    """The number for a new registration; ``province_code`` may be 43 or 430000.

    Raises ``RegistrationNumberRefused`` with code ``exhausted`` after serial 99,999 of a year.
    """
    if serial > LAST_SERIAL:
        raise RegistrationNumberRefused(
            f"{registered_year} 年的注册编号已用完（99999）。请联系平台管理员。", code="exhausted"
        )
    number = (
        f"{province_short}{SECOND_CLASS_DIGIT}{province_code[:2]}{qualified_year:04d}{registered_year:04d}{serial:05d}"
    )
    if serial < 1 or not is_current_format(number):
        raise RegistrationNumberRefused(f"“{number}”不是有效的注册编号。", code="format")
    return number


def is_current_format(text: str) -> bool:
    """Whether ``text`` has the form of numbers issued now. Older ones differ and remain valid."""
    return bool(_CURRENT.fullmatch(text))
