"""How typed text is brought into one form before a standard is applied to it."""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]+")


def compact(text: object) -> str:
    """``text`` in upper case, without any blank, full-width characters made half-width.

    Numbers are copied from spreadsheets and chat windows, where blanks, zero-width characters and
    full-width digits are common and never mean anything.
    """
    if isinstance(text, str) and text.isascii() and text.isalnum():
        return text.upper()
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", str(text or ""))).upper()
