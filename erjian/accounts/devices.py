"""A user's open sessions (“my devices”): listed, ended one by one or all at once, and the log of sign-ins."""

from __future__ import annotations

from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from erjian import audit
from erjian.accounts.models import OpenSession, User
from erjian.audit import Actor, codes
from erjian.audit.middleware import address_of
from erjian.audit.models import Event
from erjian.policy import clock

codes.register("account.session_ended", "退出一台设备")
codes.register("account.sessions_ended", "退出全部设备")

_BROWSERS = (
    ("MicroMessenger", "微信"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", "安卓手机"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("OpenHarmony", "鸿蒙设备"),
    ("Windows", "Windows 电脑"),
    ("Macintosh", "Mac 电脑"),
    ("Linux", "Linux 电脑"),
)
SIGN_IN_LOG = (
    "account.sign_in",
    "account.sign_in_failed",
    "account.locked",
    "account.second_failed",
    "account.sign_out",
    "account.session_ended",
    "account.sessions_ended",
)
"""What a user sees in the log of their account."""


def name_of(request: HttpRequest) -> str:
    """Browser and system in words, for a person to recognise."""
    agent = request.headers.get("User-Agent", "")
    browser = next((label for mark, label in _BROWSERS if mark in agent), "其他浏览器")
    system = next((label for mark, label in _SYSTEMS if mark in agent), "其他设备")
    return f"{browser} · {system}"


def remember(request: HttpRequest, user: User, *, way: str) -> None:
    """Write down the session that was just opened."""
    if request.session.session_key is None:
        request.session.create()
    now = clock.now()
    OpenSession.objects.update_or_create(
        session_key=request.session.session_key,
        defaults={
            "user": user,
            "opened_at": now,
            "seen_at": now,
            "address": address_of(request),
            "device": name_of(request),
            "way": way,
        },
    )


def touch(session: SessionBase) -> None:
    """Note that a session is in use."""
    OpenSession.objects.filter(session_key=session.session_key).update(seen_at=clock.now())


def renamed(before: str | None, session: SessionBase) -> None:
    """A session got a new key and stays the same device."""
    if session.session_key is None:
        session.create()
    OpenSession.objects.filter(session_key=before).update(session_key=session.session_key)


def listed(user: User) -> QuerySet[OpenSession]:
    """The user's sessions that are still open, the latest used first."""
    alive = Session.objects.filter(expire_date__gt=clock.now()).values("session_key")
    return OpenSession.objects.filter(user=user, session_key__in=alive).order_by("-seen_at", "-pk")


def end(*, user: User, pk: int) -> None:
    """End one of the user's sessions. Raises OpenSession.DoesNotExist for anybody else's."""
    with transaction.atomic():
        row = OpenSession.objects.select_for_update().get(pk=pk, user=user)
        _end(OpenSession.objects.filter(pk=row.pk))
        audit.record("account.session_ended", actor=user.actor, subject=("user", user.pk), data={"device": row.device})


def end_all(*, user: User, by: Actor, keep: str | None = None) -> int:
    """End every session of the user, but the one with the key `keep`; returns how many."""
    with transaction.atomic():
        rows = OpenSession.objects.filter(user=user)
        ended = _end(rows.exclude(session_key=keep) if keep else rows)
        audit.record("account.sessions_ended", actor=by, subject=("user", user.pk), data={"count": ended})
    return ended


def forget(session_key: str | None) -> None:
    """A session ended by itself or by signing out."""
    OpenSession.objects.filter(session_key=session_key).delete()


def forget_ended() -> None:
    """Remove rows whose session is gone."""
    SessionStore.clear_expired()
    OpenSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()


def log(user: User) -> QuerySet[Event]:
    """Sign-ins, failures and ends of this account, newest first."""
    return audit.events_for("user", user.pk).filter(code__in=SIGN_IN_LOG)


def _end(rows: QuerySet[OpenSession]) -> int:
    keys = list(rows.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    rows.filter(session_key__in=keys).delete()
    return len(keys)
