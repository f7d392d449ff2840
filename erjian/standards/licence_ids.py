"""证照标识, the identifier of one version of one electronic licence (GB/T 36904-2018).

Root of the identifiers, licence type, issuing organ, serial, version and a check character, joined
by dots: ``1.2.156.3005.2.11100000000013338W001.11430000006122244L.….001.X``. The check is ISO/IEC
7064 MOD 37,36 (GB/T 17710) over everything after the root, without the dots.
"""

from __future__ import annotations

import re

from stdnum.iso7064 import mod_37_36

from erjian.standards.errors import Refusal

ROOT = "1.2.156.3005.2"
#: 证照类型代码 of 中华人民共和国二级建造师注册证书, issued under the ministry's credit code.
SECOND_CLASS_CONSTRUCTOR = "11100000000013338W001"

_PART = re.compile(r"[0-9A-Z]+")


class LicenceIdRefused(Refusal):
    """The parts do not make a 证照标识."""


def licence_id(kind: str, organ: str, serial: str, version: int) -> str:
    """The identifier of ``version`` (from 1) of licence ``serial`` of type ``kind`` from ``organ``."""
    if not 1 <= version <= 999:
        raise LicenceIdRefused(f"电子证照版本号 {version} 不在 1 至 999 之间。", code="version")
    parts = [kind, organ, serial, f"{version:03d}"]
    if not all(_PART.fullmatch(part) for part in parts):
        raise LicenceIdRefused("证照标识的各段只能由数字和大写字母组成。", code="format")
    return ".".join([ROOT, *parts, check_character("".join(parts))])


def check_character(body: str) -> str:
    """The ISO/IEC 7064 MOD 37,36 check character of ``body`` (digits and capital letters)."""
    return mod_37_36.calc_check_digit(body)


def is_valid(text: str) -> bool:
    """Whether ``text`` is a well-formed identifier whose check character holds."""
    if not text.startswith(ROOT + "."):
        return False
    parts = text.removeprefix(ROOT + ".").split(".")
    if len(parts) != 5 or not all(_PART.fullmatch(part) for part in parts):
        return False
    return check_character("".join(parts[:4])) == parts[4]
