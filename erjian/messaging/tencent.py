"""SMS through Tencent Cloud: approved templates only, so our sentence is fitted to one and its values are sent.

A TOML file (`ERJIAN_SMS_TEMPLATES`) lists what was approved, word for word, with {1}, {2} … for the values:

    [[template]]
    id = "1234567"
    text = "验证码 {1}，用于{2}，{3} 分钟内有效。请勿告诉他人。"

The signature (【…】) is added by Tencent. A sentence that fits no template is never sent as another one: it fails for
good; `erjian check` lists beforehand which texts lack an approval. Tencent keeps no idempotency key; the platform's own
(`SessionContext`) comes back in its receipts.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from erjian.messaging import templates
from erjian.messaging.gateways import Undelivered

SECONDS = 8
_PLACE = re.compile(r"\{(\d+)\}")
_SIGN = re.compile(r"^【[^】]*】")
# Worth another attempt: limits that pass, faults on their side. Everything else is final.
_PASSING = ("InternalError", "RequestLimitExceeded", "LimitExceeded", "FailedOperation.FailResolvePacket", "Internal")


@dataclass(frozen=True)
class Approved:
    """One approved template."""

    id: str
    shape: re.Pattern[str]
    places: tuple[int, ...]

    def values(self, text: str) -> list[str] | None:
        """The values in order of their numbers; None when the sentence is another one."""
        found = self.shape.fullmatch(text)
        if found is None:
            return None
        return [found[f"v{place}"] for place in sorted(self.places)]


@lru_cache(maxsize=4)
def approved(path: Path) -> tuple[Approved, ...]:
    """The approved templates of a file. Raises ImproperlyConfigured."""
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8"))["template"]
        return tuple(_approved(str(row["id"]), str(row["text"])) for row in rows)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError, re.error) as error:
        raise ImproperlyConfigured(f"ERJIAN_SMS_TEMPLATES: {path}: {error}") from error


def _approved(ident: str, text: str) -> Approved:
    parts, places = [], []
    for number, piece in enumerate(_PLACE.split(text)):
        if number % 2:
            places.append(int(piece))
            parts.append(f"(?P<v{piece}>.+?)")
        else:
            parts.append(re.escape(piece))
    return Approved(id=ident, shape=re.compile("".join(parts)), places=tuple(places))


class _Any(dict[str, str]):
    """A value for every placeholder."""

    def __missing__(self, name: str) -> str:
        return "某"


@dataclass(frozen=True)
class TencentSms:
    """One SMS application of one account."""

    secret_id: str
    secret_key: str = field(repr=False)
    region: str
    app: str
    sign: str
    approvals: Path
    endpoint: str = ""
    keeps_text = False

    def send(self, *, phone: str, text: str, key: str) -> str:
        """Hand the message over and return Tencent's serial number. Raises Undelivered."""
        plain = _SIGN.sub("", text)
        fitting = ((each.id, values) for each in approved(self.approvals) if (values := each.values(plain)) is not None)
        template, values = next(fitting, ("", []))
        if not template:
            raise Undelivered("no approved template", permanent=True)
        answer = self._ask(
            {
                "PhoneNumberSet": [f"+86{phone}"],
                "SmsSdkAppId": self.app,
                "SignName": self.sign,
                "TemplateId": template,
                "TemplateParamSet": values,
                "SessionContext": key,
            }
        )
        rows = answer.get("SendStatusSet") or [{}]
        status: dict[str, Any] = rows[0]
        code = str(status.get("Code") or "no status")
        if code != "Ok":
            raise Undelivered(code[:80], permanent=not code.startswith(_PASSING))
        return str(status.get("SerialNo") or "")[:100]

    def lacking(self) -> list[tuple[str, str]]:
        """The names and texts of SMS that may have to leave and fit no approved template."""
        known = approved(self.approvals)
        found = []
        for name, texts in templates.all_sms().items():
            for text in texts:
                sentence = _SIGN.sub("", text.format_map(_Any()))
                if not any(each.values(sentence) is not None for each in known):
                    found.append((name, text))
        return found

    def _ask(self, parameters: dict[str, Any]) -> dict[str, Any]:
        # The SDK is large and only needed where it is configured.
        from tencentcloud.common.credential import Credential
        from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
        from tencentcloud.common.profile.client_profile import ClientProfile
        from tencentcloud.common.profile.http_profile import HttpProfile
        from tencentcloud.sms.v20210111.sms_client import SmsClient

        parts = urlsplit(self.endpoint)
        http = HttpProfile(protocol=parts.scheme or "https", endpoint=parts.netloc or None, reqTimeout=SECONDS)
        client = SmsClient(
            Credential(self.secret_id, self.secret_key), self.region, profile=ClientProfile(httpProfile=http)
        )
        try:
            answer = client.call_json("SendSms", parameters)
        except TencentCloudSDKException as error:
            code = str(error.code or "")
            passing = code.startswith(_PASSING) or "NetworkError" in code
            raise Undelivered(code[:80], permanent=not passing) from None
        except Exception as error:  # noqa: BLE001 - whatever the SDK lets through (broken JSON, a cut line)
            raise Undelivered(type(error).__name__) from None
        found = answer.get("Response") if isinstance(answer, dict) else None
        if not isinstance(found, dict):
            raise Undelivered("an answer of another shape")
        return found
