"""Six-digit codes by SMS: whoever types one back holds the phone.

A code lives five minutes, serves one purpose, once, and dies after five wrong tries. Only its keyed
digest is stored. How many may be asked for is limited per phone (nobody's phone is flooded, nobody
guesses on) and per client address; the limits count rows in the database, so they hold across
processes and nodes.
"""

import hmac
import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import connection, transaction
from django.db.models import F, QuerySet

from erjian import protection
from erjian.messaging import templates
from erjian.messaging.models import SmsCode
from erjian.messaging.sending import send_sms
from erjian.policy import clock
from erjian.standards import phones
from erjian.standards.errors import Refusal

DIGITS = 6
LIFETIME = timedelta(minutes=5)
RESEND_AFTER = timedelta(seconds=60)
MAX_TRIES = 5
# (how far back, how many): of one phone, and of one address, behind which a whole office may sit.
PHONE_LIMITS = ((timedelta(hours=1), 5), (timedelta(days=1), 10))
ADDRESS_LIMITS = ((timedelta(hours=1), 60), (timedelta(days=1), 300))

PURPOSES = {
    "sign_in": "登录",
    "activate": "激活账户",
    "reset": "重新设置口令",
    "verify": "实名认证",
    "register": "用户注册",
}


_log = logging.getLogger(__name__)
(_SMS,) = templates.sentences(
    "code", "【二级建造师注册】验证码 {code}，用于{what}，{minutes} 分钟内有效。请勿告诉他人。"
)


class CodeRefused(Refusal):
    """`code`: too_soon, or too_many."""

    status = 429

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message, code=code)
        _log.warning("code by SMS: %s", code)


@dataclass(frozen=True)
class CodeSent:
    phone_mask: str
    expires_at: datetime
    resend_after: datetime


def request(phone: str, *, purpose: str, address: str) -> CodeSent:
    """Send a code to `phone`. Raises CodeRefused, and Refusal for what is not a mobile number."""
    phone = phones.parse_mobile(phone)
    now = clock.now()
    phone_index = protection.index("phone", phone)
    with transaction.atomic():
        # Two requests at once must see each other. Always the phone first, so none waits in a circle.
        _lock("phone", phone_index)
        if address:
            _lock("address", address.encode())
        of_phone = SmsCode.objects.filter(phone_index=phone_index)
        if of_phone.filter(purpose=purpose, created_at__gt=now - RESEND_AFTER).exists():
            raise CodeRefused("验证码刚刚发送过。请 60 秒后再获取。", code="too_soon")
        if _exceeds(of_phone, PHONE_LIMITS, now):
            raise CodeRefused("该手机号获取验证码的次数过多。请稍后再试。", code="too_many")
        if address and _exceeds(SmsCode.objects.filter(address=address), ADDRESS_LIMITS, now):
            raise CodeRefused("获取验证码的次数过多。请稍后再试。", code="too_many")
        code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
        row = SmsCode.objects.create(
            purpose=purpose,
            phone_index=phone_index,
            address=address,
            code_digest=_digest(phone, purpose, code),
            created_at=now,
            expires_at=now + LIFETIME,
        )
        what = PURPOSES.get(purpose, "身份核对")
        minutes = LIFETIME // timedelta(minutes=1)
        text = _SMS.format(code=code, what=what, minutes=minutes)
        send_sms(phone, text, template="code", key=f"code:{row.pk}", secret=True)
    return CodeSent(phone_mask=phones.mask(phone), expires_at=row.expires_at, resend_after=now + RESEND_AFTER)


def check(phone: str, code: str, *, purpose: str, keep: bool = False) -> bool:
    """Whether `code` is the one last sent to `phone` for `purpose`; a right one is used up, or with `keep` stays valid.

    Every wrong try counts, so the caller must not roll the transaction back when False is returned.
    Raises CodeRefused(code="too_many") when the tries are used up: a new code must be asked for.
    """
    phone = phones.parse_mobile(phone)
    now = clock.now()
    latest = (
        SmsCode.objects.filter(phone_index=protection.index("phone", phone), purpose=purpose)
        .order_by("-created_at", "-id")
        .first()
    )
    if latest is None or latest.used_at is not None or latest.expires_at <= now:
        _log.warning("code by SMS: none in force")
        return False
    # The try is taken before the comparison, in one statement: parallel guesses cannot exceed the limit.
    mine = SmsCode.objects.filter(pk=latest.pk, used_at__isnull=True)
    if not mine.filter(tries__lt=MAX_TRIES).update(tries=F("tries") + 1):
        raise CodeRefused("验证码输错次数过多。请重新获取验证码。", code="too_many")
    if not hmac.compare_digest(bytes(latest.code_digest), _digest(phone, purpose, code.strip())):
        _log.warning("code by SMS: wrong")
        return False
    if keep:
        # Who knows the code guesses nothing: the try is given back.
        return mine.update(tries=F("tries") - 1) == 1
    return mine.update(used_at=now) == 1


def _digest(phone: str, purpose: str, code: str) -> bytes:
    return protection.index("sms_code", f"{purpose}\0{phone}\0{code}")


def _exceeds(rows: QuerySet[SmsCode], limits: tuple[tuple[timedelta, int], ...], now: datetime) -> bool:
    return any(rows.filter(created_at__gt=now - back).count() >= most for back, most in limits)


def _lock(kind: str, value: bytes) -> None:
    """Held until the transaction ends."""
    key = int.from_bytes(sha256(kind.encode() + b"\0" + value).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])
