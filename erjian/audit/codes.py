"""The registry of audit codes: dotted names with the words shown for them.

Each room registers its own codes when it is imported; recording an unknown one is an error, so the
list on screen is complete and a typing mistake never hides an event.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
_codes: dict[str, str] = {}


class UnknownCode(LookupError):
    """The code was never registered."""


def register(code: str, label: str) -> str:
    """Make `code` known under `label`. Repeating it is harmless; another label for it is an error."""
    if not _NAME.fullmatch(code):
        raise ValueError(f"audit codes are dotted lower-case names, not {code!r}")
    if not label:
        raise ValueError(f"audit code {code!r} needs a label")
    if _codes.setdefault(code, label) != label:
        raise ValueError(f"audit code {code!r} is already registered as {_codes[code]!r}")
    return code


def label(code: str) -> str:
    """The words for `code`; a code of a room that is gone is shown as it is."""
    return _codes.get(code, code)


def require(code: str) -> None:
    if code not in _codes:
        raise UnknownCode(code)


def registered() -> Mapping[str, str]:
    return MappingProxyType(_codes)


PERSONAL_DATA_READ = register("personal_data.read", "查看个人信息")
