"""Confirming once more who one is, before what cannot be undone.

An action that cannot be undone calls `require`. Inside a request it passes when the identity was confirmed (by
signing in, or here) within policy's minutes, and raises `IdentityUnconfirmed` otherwise, whichever page or forged
post led there; the answer asks for the password or the second factor and keeps what was typed. Whoever came in by an
identity that another platform verified may have neither, and shows that identity anew. Jobs, which finish what
somebody began, are not asked.
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
_ANEW = "confirming_anew"
"""Key of the session for the form that waits until the identity has been shown anew."""
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


def begin_anew(request: HttpRequest, *, kept: str) -> None:
    """Expect the identity to be shown anew; `kept` is the form to go on with afterwards, "" for none."""
    request.session[_ANEW] = kept


def anew(request: HttpRequest) -> str | None:
    """The form that waits for the identity to be shown anew; None when nothing waits."""
    return request.session.get(_ANEW) if request.user.is_authenticated else None


def shown_anew(request: HttpRequest, user: User | None, *, way: str) -> str:
    """Another platform has named `user`, or nobody we know: a confirmation when that is who is signed in. Returns the form that waited.

    Raises ConfirmationRefused for somebody else.
    """
    own: User = request.user
    if user is None or user.pk != own.pk:
        with transaction.atomic():
            audit.record("account.confirm_failed", actor=own.actor, subject=("user", own.pk), data={"way": way})
        raise ConfirmationRefused("确认的身份不是现在登录的账号。请用登录时的身份确认。", code="other")
    confirmed(request, way=way)
    return str(request.session.pop(_ANEW, ""))


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
