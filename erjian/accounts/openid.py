"""Signing in by an identity that another platform has verified: OpenID Connect, by authlib.

Two ways, each with an issuer and a client of its own:

可信数字身份  The browser goes to the issuer and comes back with a code (PKCE, state, nonce). Whoever has the verified ID
              number signs in: a person by the register, an officer by the number that their administrator wrote down.
电子营业执照  A phone confirms what the desktop shows (RFC 8628). The desktop asks by short requests, of which few reach
              the issuer: none waits. The enterprise is the one of the verified credit code; its administrator signs in.

Only claims of a signed ID token count: signature, issuer, audience, time and nonce are checked. Whatever goes wrong is
one of `PROBLEMS`: a sentence, a status and a line in the log, which names no number.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any, cast

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.base_client import MismatchingStateError
from authlib.integrations.django_client import DjangoOAuth2App, OAuth
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponseRedirect
from joserfc.errors import JoseError

from erjian import audit, protection
from erjian.accounts import devices, limits
from erjian.accounts.models import EnterpriseRight, User, UserKind
from erjian.accounts.sign_in import WAYS, Side
from erjian.audit import codes
from erjian.audit.middleware import address_of
from erjian.policy import clock
from erjian.registry.models import Enterprise
from erjian.standards import credit_codes, id_numbers
from erjian.standards.errors import Refusal

codes.register("account.identity_unknown", "可信身份没有对应的账号")
IDENTITY = "digital_identity"
LICENCE = "e_licence"
WAYS |= {IDENTITY: "可信数字身份", LICENCE: "电子营业执照"}

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_SECONDS = 5
"""So long an issuer may take to answer. What takes longer counts as down."""
_SHOWN = limits.Limit("licence-code", most=60, window=timedelta(hours=1))
"""Codes that one address may ask for; a whole office may sit behind one."""
_log = logging.getLogger(__name__)

PROBLEMS = {
    "down": (503, "{name}平台现在连不上。请稍后再试，或用其他方式登录。"),
    "refused": (403, "您在{name}平台上取消了登录。需要登录的，请重新开始。"),
    "expired": (410, "这次登录已过期或已经用过。请重新开始。"),
    "bad": (400, "{name}平台返回的身份没有通过核对，不能登录。请重新开始；一再出现的，请联系技术支持。"),
}


class OpenIDRefused(Refusal):
    """`code`: one of PROBLEMS, or unknown (422)."""

    @property
    def status(self) -> int:
        return PROBLEMS[self.code][0] if self.code in PROBLEMS else 422


@dataclass(frozen=True, kw_only=True)
class Issuer:
    """Who verifies identities, and as whom we are known there."""

    way: str
    address: str
    client: str
    secret: str
    claim: str

    @property
    def name(self) -> str:
        return WAYS[self.way]


@dataclass(frozen=True, kw_only=True)
class Identity:
    """What a verified ID token says: the number, the name that goes with it, and how strongly it was proved."""

    number: str
    name: str
    acr: str


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """A desktop that waits for a phone. `secret` is the device code: it stays in the session."""

    secret: str
    code: str
    address: str
    complete: str
    ends: int
    every: int
    due: int = 0


def issuer(way: str) -> Issuer | None:
    """The issuer of a way, None where none is configured."""
    found = settings.ERJIAN_ISSUERS[way]
    return Issuer(way=way, **found) if found["address"] else None


def is_ready(way: str) -> bool:
    return issuer(way) is not None


def _app(one: Issuer) -> DjangoOAuth2App:
    made = OAuth().register(
        one.way,
        client_id=one.client,
        client_secret=one.secret,
        server_metadata_url=f"{one.address}/.well-known/openid-configuration",
        client_kwargs={"scope": "openid", "code_challenge_method": "S256", "default_timeout": _SECONDS},
    )
    if made.load_server_metadata().get("issuer") != one.address:
        raise ValueError("another issuer than configured")
    return cast("DjangoOAuth2App", made)


@lru_cache(maxsize=4)
def _known_app(one: Issuer) -> DjangoOAuth2App:
    """With what the issuer once said of itself: asking again at every poll would double the requests."""
    return _app(one)


def begin(request: HttpRequest, *, back: str) -> HttpResponseRedirect:
    """Send the browser to the issuer of 可信数字身份. Raises OpenIDRefused."""
    one = _configured(IDENTITY)
    with _answering(one):
        # Asked anew each time: nobody is sent to a platform that is down. A shared computer keeps nobody signed in there.
        extra = {"acr_values": " ".join(settings.ERJIAN_IDENTITY_ACR)} if settings.ERJIAN_IDENTITY_ACR else {}
        return cast("HttpResponseRedirect", _app(one).authorize_redirect(request, back, prompt="login", **extra))


def come_back(request: HttpRequest) -> Identity:
    """The identity with which the browser came back. A state serves once. Raises OpenIDRefused."""
    one = _configured(IDENTITY)
    with _answering(one):
        app = _app(one)
        token = app.authorize_access_token(request, claims_options=_claims(one))
        return _identity(one, token.get("userinfo"))


def show(request: HttpRequest) -> Attempt:
    """Ask the issuer of 电子营业执照 for a code that a phone confirms. Raises OpenIDRefused, TooMany."""
    one = _configured(LICENCE)
    limits.take(_SHOWN, address_of(request))
    with _answering(one):
        metadata = _app(one).load_server_metadata()
        answer = requests.post(
            metadata["device_authorization_endpoint"],
            data={"scope": "openid", "prompt": "login", "binding_message": _desktop(request)},
            auth=(one.client, one.secret),
            timeout=_SECONDS,
        )
        answer.raise_for_status()
        said = answer.json()
        now = int(clock.now().timestamp())
        return Attempt(
            secret=said["device_code"],
            code=said["user_code"],
            address=said["verification_uri"],
            complete=said.get("verification_uri_complete") or said["verification_uri"],
            ends=now + int(said["expires_in"]),
            every=int(said.get("interval", 5)),
        )


def ask(attempt: Attempt) -> Identity | int:
    """What the phone said: the identity, or in how many seconds to ask again. Raises OpenIDRefused."""
    one = _configured(LICENCE)
    if clock.now().timestamp() >= attempt.ends:
        raise _problem(one, "expired")
    with _answering(one):
        app = _known_app(one)
        answer = requests.post(
            app.load_server_metadata()["token_endpoint"],
            data={"grant_type": DEVICE_GRANT, "device_code": attempt.secret},
            auth=(one.client, one.secret),
            timeout=_SECONDS,
        )
        if answer.status_code >= 500:
            answer.raise_for_status()
        said = answer.json()
        match said.get("error"):
            case None:
                return _identity(one, app.parse_id_token(said, nonce=None, claims_options=_claims(one)))
            case "authorization_pending":
                return attempt.every
            case "slow_down":
                return attempt.every + 5
            case "access_denied":
                raise _problem(one, "refused")
            case "expired_token" | "invalid_grant":
                raise _problem(one, "expired")
            case other:
                raise ValueError(f"error {other}")


def holder(identity: Identity, *, side: str) -> User:
    """Who signs in with an ID number: a person or an officer. Raises OpenIDRefused."""
    index = protection.index("id_number", identity.number)
    if side == Side.OFFICE:
        user = User.objects.filter(kind=UserKind.OFFICER, is_active=True, id_number_index=index).first()
        sentence = "您的身份没有登记在主管单位的账号上。请系统管理员在您的账号里登记身份证号码，或用用户名登录。"
    else:
        user = (
            User.objects.select_related("person")
            .filter(kind=UserKind.PERSON, is_active=True, person__id_number_index=index)
            .first()
        )
        sentence = "您的身份还没有开通二级建造师个人账户。请先办理实名认证，或核对用户类型是否选对。"
    if user is None:
        raise _unknown(IDENTITY, sentence)
    return user


def administrator(identity: Identity) -> User | None:
    """Who signs in with a licence: the enterprise's administrator; None when we do not know the enterprise.

    Raises OpenIDRefused when nobody may sign in for it.
    """
    enterprise = Enterprise.objects.filter(credit_code=identity.number).first()
    operators = User.objects.select_related("enterprise").filter(kind=UserKind.ENTERPRISE, enterprise=enterprise)
    if enterprise is None or not operators.exists():
        return None
    user = operators.filter(is_active=True, right=EnterpriseRight.MANAGE).order_by("pk").first()
    if user is None:
        raise _unknown(LICENCE, "贵企业的管理员账号已停用，不能用电子营业执照登录。请联系所在市州主管单位。")
    return user


def stranger(identity: Identity) -> OpenIDRefused:
    """The sentence for an enterprise that we do not know and that cannot register itself."""
    return _unknown(LICENCE, f"{identity.name or identity.number}还没有账号。请联系所在市州主管单位开通。")


def over() -> OpenIDRefused:
    """The code that was shown serves no more."""
    return _problem(_configured(LICENCE), "expired")


def proved_by(identity: Identity) -> str:
    """What stands for an officer's second factor: an accepted class of authentication, "" when none."""
    return f"acr:{identity.acr}" if identity.acr and identity.acr in settings.ERJIAN_IDENTITY_ACR else ""


def _configured(way: str) -> Issuer:
    one = issuer(way)
    if one is None:
        raise OpenIDRefused(f"{WAYS[way]}登录还没有开通。请用其他方式登录。", code="closed")
    return one


def _claims(one: Issuer) -> dict[str, Any]:
    return {
        "iss": {"essential": True, "values": [one.address]},
        "aud": {"essential": True, "value": one.client},
        "exp": {"essential": True},
        "sub": {"essential": True},
    }


def _identity(one: Issuer, claims: Any) -> Identity:
    if not claims:
        raise ValueError("no ID token")
    number = str(claims.get(one.claim, ""))
    # A number that is not one is the issuer's fault, not the visitor's.
    number = id_numbers.parse(number).number18 if one.way == IDENTITY else credit_codes.parse(number)
    return Identity(number=number, name=str(claims.get("name", ""))[:100], acr=str(claims.get("acr", "")))


def _desktop(request: HttpRequest) -> str:
    return f"{devices.name_of(request)}，IP 地址 {address_of(request)}"


@contextmanager
def _answering(one: Issuer) -> Iterator[None]:
    """Turns what an issuer, the network or a token may raise into one of our problems."""
    try:
        yield
    except OpenIDRefused:
        raise
    except (requests.RequestException, AuthlibBaseError, JoseError, Refusal) as error:
        raise _problem(one, _code_of(error), error) from error
    except (ValueError, KeyError, TypeError, RuntimeError) as error:
        # An answer that is not what the protocol says.
        raise _problem(one, "bad", error) from error


def _code_of(error: Exception) -> str:
    if isinstance(error, MismatchingStateError):
        return "expired"
    if isinstance(error, AuthlibBaseError):
        return {"access_denied": "refused", "invalid_grant": "expired"}.get(error.error or "", "bad")
    if isinstance(error, requests.RequestException) and not isinstance(error, requests.JSONDecodeError):
        return "down"
    return "bad"


def _problem(one: Issuer, code: str, error: BaseException | None = None) -> OpenIDRefused:
    # The error's kind only: its text may hold what the issuer sent.
    why = getattr(error, "error", "") or type(error).__name__ if error is not None else ""
    _log.warning("%s: %s %s", one.way, code, why)
    return OpenIDRefused(PROBLEMS[code][1].format(name=one.name), code=code)


def _unknown(way: str, sentence: str) -> OpenIDRefused:
    with transaction.atomic():
        audit.record("account.identity_unknown", actor=audit.PUBLIC, subject=("user", ""), data={"way": way})
    _log.warning("%s: unknown", way)
    return OpenIDRefused(sentence, code="unknown")
