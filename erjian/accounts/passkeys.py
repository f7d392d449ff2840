"""Passkeys (WebAuthn level 2): registration and proof, by py_webauthn.

A challenge is kept in the server's session and serves once. The relying party is the host of ERJIAN_ORIGIN: a page
of any other host, however alike it looks, gets no proof.
"""

from __future__ import annotations

import ipaddress
import json
from typing import Any
from urllib.parse import urlsplit

import webauthn
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import IntegrityError, transaction
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from erjian import audit, policy
from erjian.accounts import second_factor
from erjian.accounts.models import Passkey, User
from erjian.accounts.second_factor import SecondFactorRefused
from erjian.policy import clock

_CHALLENGE = "passkey_challenge"
_LIFE = 300
MOST = 10
"""Passkeys of one user."""


def offered() -> bool:
    """Whether passkeys can work here: browsers bind them to a host name, never to an IP address."""
    host = _host()
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return bool(host)
    return False


def registration_options(*, user: User, session: SessionBase) -> dict[str, Any]:
    """What the browser needs to make a passkey."""
    options = webauthn.generate_registration_options(
        rp_id=_host(),
        rp_name=policy.current().province.platform_title,
        user_id=f"erjian-{user.pk}".encode(),
        user_name=user.username,
        user_display_name=user.name,
        exclude_credentials=_descriptors(user),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
    )
    return _remember(options, session)


def register(*, user: User, session: SessionBase, credential: str, name: str) -> list[str]:
    """Enrol a passkey; returns recovery codes, if new ones were made. Raises SecondFactorRefused."""
    try:
        verified = webauthn.verify_registration_response(
            credential=json.loads(credential),
            expected_challenge=_challenge(session),
            expected_rp_id=_host(),
            expected_origin=settings.ERJIAN_ORIGIN,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError) as error:
        raise _refused() from error
    try:
        with transaction.atomic():
            locked = User.objects.select_for_update().get(pk=user.pk)
            if Passkey.objects.filter(user=locked).count() >= MOST:
                raise SecondFactorRefused(f"最多添加 {MOST} 个通行密钥。请先移除不用的。", code="most")
            Passkey.objects.create(
                user=locked,
                credential_id=verified.credential_id,
                public_key=verified.credential_public_key,
                sign_count=verified.sign_count,
                name=name.replace("\x00", "").strip()[:40] or "通行密钥",
                added_at=clock.now(),
            )
            audit.record("account.second_added", actor=user.actor, subject=("user", user.pk), data={"way": "passkey"})
            return second_factor.first_recovery_codes(locked)
    except IntegrityError as error:
        raise SecondFactorRefused("这个通行密钥已经添加过。", code="known") from error


def proof_options(*, user: User, session: SessionBase) -> dict[str, Any]:
    """What the browser needs to prove a passkey of this user."""
    options = webauthn.generate_authentication_options(
        rp_id=_host(),
        allow_credentials=_descriptors(user),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return _remember(options, session)


def prove(*, user: User, session: SessionBase, credential: str) -> None:
    """Check a proof. Raises SecondFactorRefused."""
    try:
        answer = json.loads(credential)
        kept = Passkey.objects.filter(user=user, credential_id=base64url_to_bytes(answer["rawId"])).first()
        if kept is None:
            raise _refused()
        verified = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=_challenge(session),
            expected_rp_id=_host(),
            expected_origin=settings.ERJIAN_ORIGIN,
            credential_public_key=bytes(kept.public_key),
            credential_current_sign_count=kept.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError) as error:
        with transaction.atomic():
            audit.record("account.second_failed", actor=user.actor, subject=("user", user.pk), data={"way": "passkey"})
        raise _refused() from error
    Passkey.objects.filter(pk=kept.pk).update(sign_count=verified.new_sign_count, used_at=clock.now())


def remove(*, user: User, pk: int) -> None:
    """Remove one passkey of the user. Raises Passkey.DoesNotExist, SecondFactorRefused."""
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=user.pk)
        kept = Passkey.objects.get(pk=pk, user=locked)
        second_factor.check_not_last(locked, removing=1)
        kept.delete()
        audit.record("account.second_removed", actor=user.actor, subject=("user", user.pk), data={"way": "passkey"})
        second_factor.forget_codes_without_factor(locked)


def _host() -> str:
    return urlsplit(settings.ERJIAN_ORIGIN).hostname or ""


def _descriptors(user: User) -> list[PublicKeyCredentialDescriptor]:
    ids = Passkey.objects.filter(user=user).values_list("credential_id", flat=True)
    return [PublicKeyCredentialDescriptor(id=bytes(each)) for each in ids]


def _remember(options: Any, session: SessionBase) -> dict[str, Any]:
    session[_CHALLENGE] = [bytes_to_base64url(options.challenge), int(clock.now().timestamp())]
    made: dict[str, Any] = json.loads(webauthn.options_to_json(options))
    return made


def _challenge(session: SessionBase) -> bytes:
    """The challenge of this session, taken out of it: it serves once."""
    text, at = session.pop(_CHALLENGE, ("", 0))
    if not text or clock.now().timestamp() - at > _LIFE:
        raise ValueError("no challenge")
    return base64url_to_bytes(text)


def _refused() -> SecondFactorRefused:
    return SecondFactorRefused("通行密钥没有通过验证。请重试，或改用动态口令、恢复码。", code="passkey")
