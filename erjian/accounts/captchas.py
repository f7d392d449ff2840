"""A captcha, asked only after wrong tries: a picture drawn here, or a small sum in words for who cannot see it.

Nothing is kept on the server: the answer travels encrypted in the page and serves once. It slows programs down; what
stops them is the lock of `sign_in`.
"""

from __future__ import annotations

import base64
import binascii
import json
import logging
import secrets
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from hmac import compare_digest

from captcha.image import ImageCaptcha

from erjian import protection
from erjian.accounts import limits
from erjian.accounts.limits import Limit, TooMany
from erjian.policy import clock

_LETTERS = "ABCDEFHJKMNPRTUVWXY346789"
_LENGTH = 5
_LIFE = timedelta(minutes=10)
_ONCE = Limit("captcha-used", 1, _LIFE)
_NUMBERS = "零一二三四五六七八九"
IMAGE, WORDS = "image", "words"
SIZE = (180, 64)
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Captcha:
    """What is asked. `token` carries it through the page, unreadable; `question` is empty for a picture."""

    token: str
    kind: str
    answer: str
    question: str
    nonce: str


def new(kind: str = IMAGE) -> Captcha:
    """Ask something new."""
    nonce = secrets.token_hex(8)
    if kind == WORDS:
        one, other = 2 + secrets.randbelow(8), 2 + secrets.randbelow(8)
        question, answer = f"{_NUMBERS[one]}加{_NUMBERS[other]}等于几？请填数字。", str(one + other)
    else:
        kind, question = IMAGE, ""
        answer = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    content = [kind, answer, question, nonce, int(clock.now().timestamp())]
    sealed = protection.encrypt("captcha", json.dumps(content, ensure_ascii=False))
    token = base64.urlsafe_b64encode(sealed).decode()
    return Captcha(token=token, kind=kind, answer=answer, question=question, nonce=nonce)


def read(token: str) -> Captcha | None:
    """The captcha of a token; None when it is not ours or too old."""
    try:
        sealed = base64.urlsafe_b64decode(token.encode())
        kind, answer, question, nonce, at = json.loads(protection.decrypt("captcha", sealed))
    except (ValueError, IndexError, binascii.Error, protection.DecryptionFailed):
        return None
    if not 0 <= clock.now().timestamp() - at + 1 <= _LIFE.total_seconds():
        return None
    return Captcha(token=token, kind=kind, answer=answer, question=question, nonce=nonce)


def image(captcha: Captcha) -> bytes:
    """The picture (PNG) of a captcha."""
    return _painter().generate(captcha.answer, format="png").getvalue()


def check(token: str, answer: str) -> bool:
    """Whether the answer is right; a token serves once, right or wrong."""
    right = _right(token, answer)
    if not right:
        _log.warning("captcha: wrong, used or too old")
    return right


def _right(token: str, answer: str) -> bool:
    captcha = read(token)
    if captcha is None:
        return False
    try:
        limits.take(_ONCE, captcha.nonce)
    except TooMany:
        return False
    typed = "".join(answer.split()).upper()
    return compare_digest(typed.encode(), captcha.answer.encode())


@cache
def _painter() -> ImageCaptcha:
    width, height = SIZE
    return ImageCaptcha(width=width, height=height, font_sizes=(40, 44, 48))
