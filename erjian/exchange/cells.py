"""From a cell to a value: one small function for each sort of content, strict about what cannot be repaired.

A parser takes what the reader found (text, number, day, truth value, nothing) and returns the value, None for an
empty cell, or raises a Refusal with the sentence that goes into the row's error column. Excel turns long numbers
into floating point and loses their last digits; that is told apart from ordinary mistakes, because the remedy is
another one. Blanks, zero-width characters and full-width digits never mean anything in codes and are dropped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from erjian.exchange.refusals import CellRefused
from erjian.policy import clock
from erjian.standards import credit_codes, id_numbers, phones, specialties
from erjian.standards.id_numbers import IdNumber
from erjian.standards.text import compact

Parser = Callable[[Any], Any]

_SPACE = re.compile(r"[\s\u00a0\u200b-\u200f\u2060\u3000\ufeff]+")
_EXPONENT = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?[Ee]\+?[0-9]+")
_NAME = re.compile(r"[^\W\d_\ue000-\uf8ff]+(?:[·'. -][^\W\d_\ue000-\uf8ff]+)*")
_HAN_SPACE = re.compile(r"(?<=[\u2e80-\u9fff\U00020000-\U0003ffff]) (?=[\u2e80-\u9fff\U00020000-\U0003ffff])")
_DAY = re.compile(
    r"([0-9]{4})(?:[-/.年]\s*)([0-9]{1,2})(?:[-/.月]\s*)([0-9]{1,2})日?(?:[ T]0{1,2}:00(?::00(?:\.0+)?)?)?"
)
_COMPACT_DAY = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_EXACT = 2**53
_FORMULA_START = ("=", "+", "@", "\t")


def clean(raw: Any) -> str:
    """The cell as text: outer blanks gone, inner ones single, whole numbers without “.0”."""
    if type(raw) is str:
        return raw if raw.isalnum() else _SPACE.sub(" ", raw).strip()
    if raw is None:
        return ""
    if isinstance(raw, bool):
        raise CellRefused("应为文字，不是“真/假”。", code="type")
    if isinstance(raw, float):
        if raw.is_integer() and abs(raw) < _EXACT:
            return str(int(raw))
        return repr(raw)
    if isinstance(raw, datetime):
        return raw.date().isoformat() if raw.hour == raw.minute == raw.second == 0 else raw.isoformat(" ")
    return str(raw)


def _is_damaged(raw: Any, text: str) -> bool:
    """Whether Excel has made a number of a code that has more digits than numbers keep."""
    if isinstance(raw, float | int):
        return abs(raw) >= 10**15
    return bool(_EXPONENT.fullmatch(text)) and "e" in text.lower()


def _refuse_damaged(raw: Any, text: str, label: str) -> None:
    if _is_damaged(raw, text):
        raise CellRefused(f"{label}被 Excel 改成了数字，请把该列设为文本后重新填写", code="number")


def line(*, limit: int) -> Parser:
    """One line of text of at most `limit` characters."""

    def parse(raw: Any) -> str | None:
        text = clean(raw)
        if not text:
            return None
        if text[0] in _FORMULA_START:
            raise CellRefused(f"不能以“{text[0]}”开头，像是公式", code="formula")
        if len(text) > limit:
            raise CellRefused(f"最多 {limit} 个字，现有 {len(text)} 个", code="length")
        if not text.isprintable():
            raise CellRefused("含有不能显示的字符", code="characters")
        return text

    return parse


def person_name(raw: Any) -> str | None:
    """A natural person's name: letters of any script, with · between the parts of a minority name."""
    text = clean(raw)
    if not text:
        return None
    if not text.isalpha():
        text = _HAN_SPACE.sub("", re.sub("[•・．‧∙●]", "·", text))
    if not _NAME.fullmatch(text):
        raise CellRefused("姓名只能是文字，少数民族姓名中间用“·”", code="name")
    if not 2 <= len(text) <= 50:
        raise CellRefused("姓名应为 2 至 50 个字", code="name")
    return text


def id_number(raw: Any) -> IdNumber | None:
    """公民身份号码 (GB 11643); a number that Excel made a quantity of has lost its last digits."""
    text = raw if type(raw) is str and raw.isalnum() else clean(raw)
    if not text:
        return None
    if type(raw) is not str or "+" in text or "." in text:
        _refuse_damaged(raw, text, "身份证号")
    return id_numbers.parse(text, today=clock.today())


def mobile(raw: Any) -> str | None:
    """An eleven-digit mobile number."""
    text = clean(raw)
    return phones.parse_mobile(text) if text else None


def landline(raw: Any) -> str | None:
    """An office telephone."""
    text = clean(raw)
    return phones.parse_landline(text) if text else None


def credit_code(raw: Any) -> str | None:
    """统一社会信用代码 (GB 32100), in form only: its check character may be waived by another cell of the row."""
    text = clean(raw)
    if not text:
        return None
    _refuse_damaged(raw, text, "信用代码")
    return credit_codes.parse(text, waive_check_digit=True)


def code(label: str, *, limit: int) -> Parser:
    """A number that is a name: management numbers, registration numbers, certificate numbers."""

    def parse(raw: Any) -> str | None:
        text = clean(raw)
        if not text:
            return None
        _refuse_damaged(raw, text, label)
        text = compact(text)
        if text[0] in "=+@-" or not text.isprintable():
            raise CellRefused(f"{label}含有不能使用的字符", code="characters")
        if len(text) > limit:
            raise CellRefused(f"{label}最多 {limit} 位，现有 {len(text)} 位", code="length")
        return text

    return parse


def specialty(raw: Any) -> str | None:
    """One of the ten specialties, by full or short name (the register also holds what only the first class has)."""
    text = clean(raw)
    return str(specialties.parse(text)) if text else None


def choice(label: str, words: Mapping[str, str]) -> Parser:
    """One of the listed words; `words` maps what may be written to the value that is kept."""
    known = {compact(word): value for word, value in words.items()}
    listed = "、".join(dict.fromkeys(words))

    def parse(raw: Any) -> str | None:
        text = clean(raw)
        if not text:
            return None
        value = known.get(compact(text))
        if value is None:
            raise CellRefused(f"{label}没有“{text[:20]}”，可填：{listed}", code="choice")
        return value

    return parse


def year(raw: Any) -> int | None:
    """A year of four digits, not in the future."""
    text = compact(clean(raw)).removesuffix("年度").removesuffix("年")
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{4}", text) or int(text) < 1980:
        raise CellRefused("应为四位年份，如 2024", code="year")
    if int(text) > clock.today().year:
        raise CellRefused(f"{text} 年还没有到", code="future")
    return int(text)


def day(raw: Any) -> date | None:
    """A day, as Excel keeps it or written like 2024-09-01, 2024/9/1, 2024.9.1, 2024年9月1日 or 20240901."""
    if isinstance(raw, datetime):
        return raw.date()
    if isinstance(raw, date):
        return raw
    text = clean(raw)
    if not text:
        return None
    if type(raw) is str and not raw.isascii():
        text = compact_day(text)
    found = _DAY.fullmatch(text) or _COMPACT_DAY.fullmatch(text)
    if not found:
        raise CellRefused(f"“{text[:20]}”不是日期，请写成 2024-09-01", code="date")
    try:
        value = date(*map(int, found.groups()))
    except ValueError:
        raise CellRefused(f"没有“{text[:20]}”这一天", code="date") from None
    if value.year < 1900:
        raise CellRefused(f"“{text[:20]}”的年份不对", code="date")
    return value


def compact_day(text: str) -> str:
    """Full-width digits and signs of a written day made half-width."""
    import unicodedata

    return unicodedata.normalize("NFKC", text)


def past_day(raw: Any) -> date | None:
    """A day that is not in the future."""
    value = day(raw)
    if value is not None and value > clock.today():
        raise CellRefused(f"{value} 晚于今天", code="future")
    return value


def amount(raw: Any) -> Decimal | None:
    """An amount of at least 0 with at most six decimals (万元)."""
    if isinstance(raw, float | int) and not isinstance(raw, bool):
        value = Decimal(str(round(raw, 6)))
    else:
        text = compact(clean(raw)).replace(",", "").removesuffix("万元").removesuffix("万")
        if not text:
            return None
        try:
            value = Decimal(text)
        except InvalidOperation:
            raise CellRefused("应为数字，单位万元", code="amount") from None
    if not value.is_finite() or value < 0 or value >= 10**12:
        raise CellRefused("应为不小于 0 的数字，单位万元", code="amount")
    if -int(value.as_tuple().exponent) > 6:
        raise CellRefused("最多 6 位小数", code="amount")
    return value


def hours(raw: Any) -> int | None:
    """学时 of one certificate: a whole number; more than 500 are a slip of the pen."""
    text = compact(clean(raw)).removesuffix("学时")
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,3}", text) or int(text) > 500:
        raise CellRefused("应为 0 至 500 的整数", code="hours")
    return int(text)


def email(raw: Any) -> str | None:
    """An e-mail address."""
    text = clean(raw)
    if text and not re.fullmatch(r"[^@\s=+][^@\s]*@[^@\s]+\.[^@\s.]+", text):
        raise CellRefused("不是电子邮箱地址", code="email")
    return text or None
