"""How an SMS leaves the house: the embedded outbox, or a provider over HTTP.

Chosen by ERJIAN_SMS: "outbox" (default), "http" or "tencent". A gateway raises `Undelivered`; whether trying
again can help is said by `permanent`.
"""

import hashlib
import hmac
import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any, Protocol

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from erjian.policy import clock


class Undelivered(Exception):
    """The message was not taken. The text never holds the phone or the message."""

    def __init__(self, reason: str, *, permanent: bool = False) -> None:
        super().__init__(reason)
        self.permanent = permanent


class SmsGateway(Protocol):
    # Whether the text must stay readable after sending: only where the message goes nowhere else.
    keeps_text: bool

    def send(self, *, phone: str, text: str, key: str) -> str:
        """Hand the message over and return the provider's reference.

        The same `key` is passed again when a message is repeated after a crash: a provider that
        knows the key must not send it twice. Raises Undelivered.
        """
        ...


class Outbox:
    """Sends nothing: the stored message is the delivery. For demonstration, development and tests."""

    keeps_text = True

    def send(self, *, phone: str, text: str, key: str) -> str:
        return "outbox"


@dataclass(frozen=True)
class HttpGateway:
    """Posts signed JSON: `{"phone", "text", "key", "at"}`.

    `X-Erjian-Signature` is the hexadecimal HMAC-SHA256 of the body under the shared secret, and
    `Idempotency-Key` repeats the key. 2xx takes the message (`{"id": …}` is kept as reference); 408,
    429, 5xx and a dead line are tried again; any other answer is final. Redirects are not followed:
    they would carry phones elsewhere.
    """

    url: str
    secret: bytes
    timeout: float = 5.0
    keeps_text = False

    def send(self, *, phone: str, text: str, key: str) -> str:
        body = json.dumps(
            {"phone": phone, "text": text, "key": key, "at": int(clock.now().timestamp())},
            ensure_ascii=False,
        ).encode()
        request = urllib.request.Request(  # noqa: S310 - the operator configures the address
            self.url,
            data=body,
            method="POST",
            headers={
                "Content-Type": "application/json; charset=utf-8",
                "Idempotency-Key": key,
                "X-Erjian-Signature": hmac.new(self.secret, body, hashlib.sha256).hexdigest(),
            },
        )
        try:
            with _opener.open(request, timeout=self.timeout) as answer:
                return _reference(answer.read(10_000))
        except urllib.error.HTTPError as error:
            with error:
                retry = error.code >= 500 or error.code in (408, 429)
                raise Undelivered(f"HTTP {error.code}", permanent=not retry) from None
        except OSError as error:  # refused, unreachable, timed out, TLS
            raise Undelivered(type(getattr(error, "reason", error)).__name__) from None


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirects)


def _reference(answer: bytes) -> str:
    try:
        found = json.loads(answer)
    except ValueError:
        return ""
    return str(found.get("id", ""))[:100] if isinstance(found, dict) else ""


def gateway() -> SmsGateway:
    """The gateway of the settings: ERJIAN_SMS, and for "http" ERJIAN_SMS_URL and ERJIAN_SMS_SECRET."""
    choice = settings.ERJIAN_SMS
    if choice == "outbox":
        return Outbox()
    if choice == "tencent":
        return _tencent()
    if choice != "http":
        raise ImproperlyConfigured(f"ERJIAN_SMS is 'outbox', 'http' or 'tencent', not {choice!r}")
    url, secret = settings.ERJIAN_SMS_URL, settings.ERJIAN_SMS_SECRET
    if not url.startswith(("https://", "http://")) or not secret:
        raise ImproperlyConfigured("ERJIAN_SMS=http needs ERJIAN_SMS_URL and ERJIAN_SMS_SECRET")
    return HttpGateway(url=url, secret=secret.encode())


def _tencent() -> SmsGateway:
    from erjian.messaging.tencent import TencentSms

    missing = [
        name
        for name in ("TENCENT_ID", "TENCENT_KEY", "SMS_APP", "SMS_SIGN", "SMS_TEMPLATES")
        if not getattr(settings, f"ERJIAN_{name}")
    ]
    approvals = settings.ERJIAN_SMS_TEMPLATES
    if missing or approvals is None:
        raise ImproperlyConfigured(f"ERJIAN_SMS=tencent needs {', '.join(f'ERJIAN_{name}' for name in missing)}")
    return TencentSms(
        secret_id=settings.ERJIAN_TENCENT_ID,
        secret_key=settings.ERJIAN_TENCENT_KEY,
        region=settings.ERJIAN_TENCENT_REGION,
        app=settings.ERJIAN_SMS_APP,
        sign=settings.ERJIAN_SMS_SIGN,
        approvals=approvals,
        endpoint=settings.ERJIAN_TENCENT_ENDPOINT,
    )
