"""中央库: the central library of enterprises, from which an enterprise downloads its own record (manual 3.2.2.1).

The library is asked for one credit code and answers with one record or none. Over HTTP both sides sign what they
send, so that neither a stranger's question nor a stranger's answer is taken. Without an address the demonstration has
a library of its own; another installation has none and says so. Whatever goes wrong, nothing was changed.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

from django.conf import settings

from erjian.policy import clock
from erjian.registry.models import Enterprise
from erjian.standards import regions
from erjian.standards.dictionaries import Currency, EnterpriseNature, EnterpriseType, RegistrationKind
from erjian.standards.errors import Refusal

TIMEOUT = 5.0
"""Seconds in which the library must answer."""
MOST_BYTES = 1_000_000
MOST_QUALIFICATIONS = 200


class LibraryRefused(Refusal):
    """The library could not be asked, or what it said cannot be used; nothing was changed (status 503).

    Codes: not_connected, unreachable, refused, malformed, signature.
    """

    status = 503


@dataclass(frozen=True, kw_only=True)
class LibraryQualification:
    """One 资质 as the library has it."""

    number: str
    scope: str
    level: str
    issued_on: date | None = None
    expires_on: date | None = None
    withdrawn_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class LibraryRecord:
    """One enterprise as the library has it. `values` holds fields of `Enterprise` that the library knows."""

    credit_code: str
    name: str
    values: Mapping[str, Any] = field(default_factory=dict)
    qualifications: tuple[LibraryQualification, ...] = ()


class CentralLibrary(Protocol):
    """Where records come from."""

    def find(self, credit_code: str) -> LibraryRecord | None:
        """The record of an enterprise, or None when the library does not know it. Raises LibraryRefused."""
        ...


# What a library says, as JSON.

_TEXTS = {"former_name": 200, "address": 300, "legal_representative": 100, "business_scope": 4000}
_CHOICES: dict[str, Any] = {
    "registration_kind": RegistrationKind,
    "currency": Currency,
    "nature": EnterpriseNature,
    "kind": EnterpriseType,
}


def _malformed(what: str) -> LibraryRefused:
    return LibraryRefused(
        f"中央库返回的数据有误（{what}），没有改动任何信息。请稍后再试，或联系技术支持。", code="malformed"
    )


def _text(value: Any, name: str, longest: int) -> str:
    if not isinstance(value, str) or len(value) > longest or "\x00" in value:
        raise _malformed(name)
    return value.strip()


def _day(value: Any, name: str) -> date | None:
    if value in (None, ""):
        return None
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise _malformed(name) from None


def _capital(value: Any) -> Decimal:
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        raise _malformed("capital") from None
    if not amount.is_finite() or not 0 <= amount < 10**12 or amount != round(amount, 6):
        raise _malformed("capital")
    return amount


def _values(found: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that the library fills; an empty one counts as unknown."""
    given = {name: value for name, value in found.items() if value not in (None, "")}
    values: dict[str, Any] = {
        name: _text(given[name], name, longest) for name, longest in _TEXTS.items() if name in given
    }
    for name, vocabulary in _CHOICES.items():
        if name in given:
            if given[name] not in vocabulary.values:
                raise _malformed(name)
            values[name] = given[name]
    if "established_on" in given:
        values["established_on"] = _day(given["established_on"], "established_on")
    if "capital" in given:
        values["capital"] = _capital(given["capital"])
    if "city" in given:
        city, county = _text(given["city"], "city", 6), _text(given.get("county", ""), "county", 6)
        if city not in regions.CITIES or (county and county not in regions.counties_of(city)):
            raise _malformed("city")
        values |= {"city": city, "county": county}
    return values


def _qualification(row: Any) -> LibraryQualification:
    if not isinstance(row, dict):
        raise _malformed("qualifications")
    made = LibraryQualification(
        number=_text(row.get("number"), "number", 60),
        scope=_text(row.get("scope"), "scope", 200),
        level=_text(row.get("level"), "level", 30),
        issued_on=_day(row.get("issued_on"), "issued_on"),
        expires_on=_day(row.get("expires_on"), "expires_on"),
        withdrawn_on=_day(row.get("withdrawn_on"), "withdrawn_on"),
    )
    if not made.number or not made.scope:
        raise _malformed("qualifications")
    return made


def from_json(found: Any, *, credit_code: str) -> LibraryRecord:
    """A record from what a library said. Raises LibraryRefused for anything that does not fit, or another's record."""
    if not isinstance(found, dict) or not isinstance(found.get("values", {}), dict):
        raise _malformed("record")
    rows = found.get("qualifications", [])
    if not isinstance(rows, list) or len(rows) > MOST_QUALIFICATIONS:
        raise _malformed("qualifications")
    if found.get("credit_code") != credit_code:
        raise _malformed("credit_code")
    made = tuple(_qualification(row) for row in rows)
    if len({(item.number, item.scope) for item in made}) != len(made):
        raise _malformed("qualifications")
    name = _text(found.get("name"), "name", 200)
    if not name:
        raise _malformed("name")
    return LibraryRecord(
        credit_code=credit_code, name=name, values=_values(found.get("values", {})), qualifications=made
    )


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, Decimal) else value


def to_json(record: LibraryRecord) -> dict[str, Any]:
    """The record as JSON, for `from_json`."""
    return {
        "credit_code": record.credit_code,
        "name": record.name,
        "values": {name: _plain(value) for name, value in record.values.items()},
        "qualifications": [
            {name: _plain(value) for name, value in vars(item).items()} for item in record.qualifications
        ],
    }


# Over HTTP.


def sign(secret: bytes, body: bytes) -> str:
    """The signature of a question or an answer: hexadecimal HMAC-SHA256 of its body."""
    return hmac.new(secret, body, hashlib.sha256).hexdigest()


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirects)


@dataclass(frozen=True)
class HttpLibrary:
    """Posts `{"credit_code", "at"}` and takes a record; 404 means that the library does not know the enterprise.

    Question and answer carry `X-Erjian-Signature`, the HMAC of the body under the shared secret. The answer repeats
    the credit code, so that an answer to another question is not taken. Redirects are not followed.
    """

    url: str
    secret: bytes
    timeout: float = TIMEOUT

    def find(self, credit_code: str) -> LibraryRecord | None:
        """See `CentralLibrary.find`."""
        body = json.dumps({"credit_code": credit_code, "at": int(clock.now().timestamp())}).encode()
        request = urllib.request.Request(  # noqa: S310 - the operator configures the address
            self.url,
            data=body,
            method="POST",
            headers={"Content-Type": "application/json", "X-Erjian-Signature": sign(self.secret, body)},
        )
        try:
            with _opener.open(request, timeout=self.timeout) as answer:
                said, signature = answer.read(MOST_BYTES + 1), answer.headers.get("X-Erjian-Signature", "")
        except urllib.error.HTTPError as error:
            with error:
                if error.code == 404:
                    return None
                raise LibraryRefused(
                    f"中央库没有受理查询（HTTP {error.code}），没有改动任何信息。请稍后再试。", code="refused"
                ) from None
        except (OSError, http.client.HTTPException):  # refused, unreachable, timed out, TLS, cut off
            raise LibraryRefused("中央库暂时无法连接，没有改动任何信息。请稍后再试。", code="unreachable") from None
        if not hmac.compare_digest(sign(self.secret, said).encode(), signature.encode("ascii", "replace")):
            raise LibraryRefused("中央库返回的数据签名不符，没有改动任何信息。请联系技术支持。", code="signature")
        if len(said) > MOST_BYTES:
            raise _malformed("length")
        try:
            found = json.loads(said)
        except (ValueError, RecursionError):
            raise _malformed("JSON") from None
        return from_json(found, credit_code=credit_code)


# For the demonstration.

_SCOPE = "许可项目：建设工程施工；建筑劳务分包。一般项目：工程管理服务；园林绿化工程施工；建筑材料销售。"
_CAPITALS = (Decimal(1000), Decimal(2008), Decimal(3000), Decimal(6000), Decimal(12000))


class EmbeddedLibrary:
    """The demonstration's library: what it says follows from the credit code alone, so it says the same each time.

    It agrees with the register but for a few things, as a library that is kept elsewhere does.
    """

    def find(self, credit_code: str) -> LibraryRecord | None:
        """See `CentralLibrary.find`."""
        enterprise = Enterprise.objects.filter(credit_code=credit_code).first()
        if enterprise is None:
            return None
        draw = int(hashlib.sha256(credit_code.encode()).hexdigest(), 16)
        values: dict[str, Any] = {
            "established_on": enterprise.established_on or date(2008 + draw % 12, 1 + draw % 12, 1 + draw % 28),
            "address": enterprise.address,
            "registration_kind": enterprise.registration_kind or RegistrationKind.values[-1],
            "capital": _CAPITALS[draw % len(_CAPITALS)],
            "currency": enterprise.currency or Currency.CNY.value,
            "legal_representative": enterprise.legal_representative,
            "nature": enterprise.nature or EnterpriseNature.PRIVATE.value,
            "kind": enterprise.kind or EnterpriseType.CONSTRUCTION.value,
            "business_scope": _SCOPE,
        }
        name = enterprise.name
        if draw % 5 == 0 and name.endswith("有限公司") and "集团" not in name:
            name = f"{name.removesuffix('有限公司')}集团有限公司"
        return LibraryRecord(
            credit_code=credit_code,
            name=name,
            values={key: value for key, value in values.items() if value not in (None, "")},
            qualifications=self._qualifications(enterprise, draw),
        )

    def _qualifications(self, enterprise: Enterprise, draw: int) -> tuple[LibraryQualification, ...]:
        added = LibraryQualification(
            number=f"D343{draw % 10**6:06d}",
            scope="环保工程专业承包",
            level="三级",
            issued_on=date(2025, 3, 17),
            expires_on=date(2030, 3, 16),
        )
        held = [
            LibraryQualification(
                number=item.number,
                scope=item.scope,
                level=item.level,
                issued_on=item.issued_on,
                expires_on=date(2030, 6, 30) if position == 0 else item.expires_on,
                withdrawn_on=item.withdrawn_on,
            )
            for position, item in enumerate(enterprise.qualifications.order_by("number", "pk"))
            if (item.number, item.scope) != (added.number, added.scope)
        ]
        return (*held, added)


@dataclass(frozen=True)
class NoLibrary:
    """An installation without a central library."""

    def find(self, credit_code: str) -> LibraryRecord | None:
        """Always refuses."""
        raise LibraryRefused("本平台尚未接入中央库。请直接填写企业基本信息。", code="not_connected")


def library() -> CentralLibrary:
    """The library of the settings: ERJIAN_CENTRAL_LIBRARY and its secret, else the demonstration's, else none."""
    if settings.ERJIAN_CENTRAL_LIBRARY:
        return HttpLibrary(settings.ERJIAN_CENTRAL_LIBRARY, settings.ERJIAN_CENTRAL_LIBRARY_SECRET.encode())
    return EmbeddedLibrary() if settings.ERJIAN_DEMO else NoLibrary()
