"""How typed text is brought into one form before a standard is applied to it."""

from __future__ import annotations

import re
import sys
import unicodedata

_DOTS = re.compile(r"[\u00b7\u2022\u2027\u2219\u22c5\u25cf\u30fb.]")
_INVISIBLE = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]+")


def compact(text: object) -> str:
    """``text`` in upper case, without any blank, full-width characters made half-width.

    Numbers are copied from spreadsheets and chat windows, where blanks, zero-width characters and
    full-width digits are common and never mean anything.
    """
    if isinstance(text, str) and text.isascii() and text.isalnum():
        return text.upper()
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", str(text or ""))).upper()


def name_key(name: object) -> str:
    """A person's name as two spellings of it are compared: without blanks, every dot between its parts the same.

    Keyboards have several dots for 阿卜杜拉·买买提 (U+00B7, 2022, 2027, 30FB, FF0E …).
    """
    return _DOTS.sub("·", compact(name))


def beginning(text: str) -> tuple[str, str]:
    """The first and the last of all texts that begin with `text`, in the order of code points (collation C).

    A span is found in an index whatever the plan was made for; a LIKE only where the text was known to the planner.
    """
    return text, text + chr(sys.maxunicode)
