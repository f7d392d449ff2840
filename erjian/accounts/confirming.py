"""Confirming once more who one is, before what cannot be undone.

An action that cannot be undone calls `require`. Inside a request it passes when the identity was confirmed (by
signing in, or here) within policy's minutes, and raises `IdentityUnconfirmed` otherwise, whichever page or forged
post led there; the answer asks for the password or the second factor and keeps what was typed. Jobs, which finish
what somebody began, are not asked.
"""

from __future__ import annotations

from contextvars import ContextVar
from datetime import timedelta

from django.contrib.auth import update_session_auth_hash
from django.db import transaction
from django.http import HttpRequest

from erjian import audit, policy
from erjian.accounts import devices, limits, second_factor
from erjian.accounts.limits import Limit
from erjian.accounts.models import User
from erjian.audit import codes
from erjian.policy import clock
from erjian.standards.errors import Refusal

codes.register("account.confirmed", "再次确认身份")
codes.register("account.confirm_failed", "再次确认身份失败")

_AT = "confirmed_at"
_TRIES = Limit("confirm", 5, timedelta(minutes=15))
serving: ContextVar[HttpRequest | None] = ContextVar("request_served", default=None)
"""The request being served; the session's middleware sets it."""


class IdentityUnconfirmed(Exception):
    """The user has to confirm who they are first. No Refusal, so that no page takes it for an error of a field."""


class ConfirmationRefused(Refusal):
    """`code`: wrong."""

    status = 422


def mark(request: HttpRequest) -> None:
    """The identity has just been confirmed."""
    request.session[_AT] = int(clock.now().timestamp())


def fresh(request: HttpRequest) -> bool:
    """Whether the identity was confirmed within policy's minutes."""
    minutes = policy.current().sessions.confirm_minutes
    age = clock.now().timestamp() - request.session.get(_AT, 0)
    return age + 1 >= 0 and age <= minutes * 60


def require() -> None:
    """Raise IdentityUnconfirmed when a user asks whose identity was not confirmed lately."""
    request = serving.get()
    if request is not None and request.user.is_authenticated and not fresh(request):
        raise IdentityUnconfirmed


def confirm(request: HttpRequest, *, password: str = "", code: str = "") -> None:
    """Confirm by password or by second factor. Raises ConfirmationRefused, SecondFactorRefused, TooMany."""
    user: User = request.user
    if code:
        way = second_factor.check(user=user, code=code)
    else:
        tried = limits.take(_TRIES, str(user.pk))
        if not user.check_password(password):
            with transaction.atomic():
                audit.record("account.confirm_failed", actor=user.actor, subject=("user", user.pk))
            raise ConfirmationRefused("口令不对。请重新输入。", code="wrong", field="password")
        tried.delete()
        way = "password"
    confirmed(request, way=way)


def confirmed(request: HttpRequest, *, way: str) -> None:
    """Note a confirmation; the session gets a new key."""
    user: User = request.user
    before = request.session.session_key
    mark(request)
    update_session_auth_hash(request, user)
    devices.renamed(before, request.session)
    with transaction.atomic():
        audit.record("account.confirmed", actor=user.actor, subject=("user", user.pk), data={"way": way})
