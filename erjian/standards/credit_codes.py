"""统一社会信用代码, the key of every enterprise and office (GB 32100-2015).

Eighteen characters without I, O, S, V and Z: registering department, kind of organisation, region,
organisation code (GB 11714) and a check character. Real codes with a wrong check character exist, so
the check can be waived, which only an authority may do and only with a reason; the caller decides
that on the code ``check_digit`` of the refusal.
"""

from __future__ import annotations

import re

from stdnum.cn import uscc

from erjian.standards.errors import Refusal
from erjian.standards.text import compact

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_FORMAT = re.compile(rf"[{ALPHABET}]{{2}}[0-9]{{6}}[{ALPHABET}]{{10}}")
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


class CreditCodeRefused(Refusal):
    """The text is not a valid 统一社会信用代码."""


def parse(text: object, *, waive_check_digit: bool = False) -> str:
    """The code in ``text``, in upper case. Raises ``CreditCodeRefused`` (``format``, ``check_digit``).

    ``waive_check_digit`` accepts a code that only fails its check character.
    """
    code = compact(text).replace("-", "")
    if not _FORMAT.fullmatch(code):
        raise CreditCodeRefused(
            "统一社会信用代码应为 18 位数字或大写字母（不含 I、O、S、V、Z），第 3 至 8 位为数字。请核对营业执照。",
            code="format",
        )
    if not waive_check_digit and code[17] != check_digit(code[:17]):
        raise CreditCodeRefused(
            "统一社会信用代码的校验码不符，至少有一位写错。请对照营业执照逐位核对；确与证照一致的，请联系主管部门核准。",
            code="check_digit",
        )
    return code


def check_digit(first17: str) -> str:
    """The eighteenth character for ``first17`` (GB 32100-2015, weights 3^i modulo 31)."""
    return uscc.calc_check_digit(first17)


def organisation_check_digit(first8: str) -> str:
    """The ninth character of an organisation code (GB 11714), which a credit code contains."""
    total = sum(int(c, 36) * w for c, w in zip(first8, _ORGANISATION_WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11]


def is_consistent(code: str) -> bool:
    """Whether the organisation code inside a credit code passes its own check (advisory)."""
    return code[16] == organisation_check_digit(code[8:16])
