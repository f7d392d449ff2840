"""How typed text is brought into one form before a standard is applied to it."""

from __future__ import annotations

import re
import sys
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


def beginning(text: str) -> tuple[str, str]:
    """The first and the last of all texts that begin with `text`, in the order of code points (collation C).

    A span is found in an index whatever the plan was made for; a LIKE only where the text was known to the planner.
    """
    return text, text + chr(sys.maxunicode)
