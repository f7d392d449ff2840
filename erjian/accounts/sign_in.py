"""Signing in: with a user name and a password here, or in another way that ends in `finish`.

`finish` takes a user whom some way has recognised (password, SMS code, another identity provider) and decides what
is still asked: the network, a second factor, enrolling one. Until all of it is given the visitor stays signed out;
only the wish to enter is kept in the session. A password that is due is asked for by the session's middleware.

People give their ID number; it is looked up by its keyed index, so it is nowhere kept as a user name. Whatever is
wrong (name, password, kind of user, a disabled account) gets the same answer after the same work, and the answer
says what happens next. Wrong tries lock the pair of user name and address: a stranger elsewhere cannot lock
anybody out, and one address cannot try many names either.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from django.contrib import auth
from django.contrib.auth.hashers import make_password
from django.db import models, transaction
from django.http import HttpRequest

from erjian import audit, policy, protection
from erjian.accounts import devices, limits, networks, passwords, second_factor, sessions
from erjian.accounts.models import SignInFailure, User, UserKind
from erjian.audit import codes
from erjian.audit.middleware import address_of
from erjian.policy import clock
from erjian.standards import id_numbers
from erjian.standards.errors import Refusal

codes.register("account.sign_in", "登录")
codes.register("account.sign_in_failed", "登录失败")
codes.register("account.locked", "登录锁定")
codes.register("account.sign_out", "退出系统")
codes.register("account.network_refused", "不在规定网络，未能登录")

BACKEND = "erjian.accounts.backend.AccountBackend"
ADDRESS_FACTOR = 10
"""One address may fail this many times as often as one name at it; a whole office may sit behind an address."""
_log = logging.getLogger(__name__)


class Side(models.TextChoices):
    """选择用户类型 on the sign-in page."""

    OUTSIDE = "outside", "企业和个人"
    OFFICE = "office", "主管单位"


_KINDS = {Side.OUTSIDE: (UserKind.PERSON, UserKind.ENTERPRISE), Side.OFFICE: (UserKind.OFFICER,)}


class SignInRefused(Refusal):
    """`code`: wrong (status 422), or locked (429)."""

    @property
    def status(self) -> int:
        return 429 if self.code == "locked" else 422


def find(name: str) -> User | None:
    """The account of a user name or of a person's ID number; one query either way."""
    name = _normal(name)
    named = User.objects.filter(username=name).values("pk")
    numbered = User.objects.filter(person__id_number_index=protection.index("id_number", name)).values("pk")
    # A union: an OR over two tables has no index and would read every account at every try.
    return User.objects.select_related("person", "enterprise").filter(pk__in=named.union(numbered)).first()


def _normal(name: str) -> str:
    """An ID number in its one spelling (18 characters, X in upper case); any other name as typed."""
    try:
        return id_numbers.parse(name).number18
    except Refusal:
        return name.strip()


def authenticate(*, side: str, name: str, password: str, address: str) -> User:
    """The user who signs in. Raises SignInRefused; every try is counted and audited."""
    tries = _Tries(name=_normal(name), address=address)
    tries.take()
    user = find(name)
    if user is None:
        # The same work as for a known name, so that the time taken tells nothing.
        make_password(password)
        right = False
    else:
        right = user.check_password(password) and user.is_active and user.kind in _KINDS.get(side, ())
        right = right and not passwords.is_over(user)
    if not right or user is None:
        raise tries.fail(user)
    tries.forget()
    return user


SECOND_URL = "/sign-in/second/"
ENROL_URL = "/sign-in/enrol/"
CONTINUE_URL = "/sign-in/continue/"
WAYS = {
    "password": "用户名和口令",
    "sms": "短信验证码",
    "totp": "动态口令",
    "recovery": "恢复码",
    "passkey": "通行密钥",
}
"""Ways of signing in and of proving a second factor, in the words of the log. A room that adds a way adds its words."""
_ENTERING = "entering"
_ENTERING_LIFE = timedelta(minutes=10)


@dataclass(frozen=True)
class Entering:
    """Somebody recognised who still owes a second factor."""

    user: User
    way: str
    wanted: str
    kept: str


def finish(request: HttpRequest, user: User, *, way: str, wanted: str = "", kept: str = "", proved: str = "") -> str:
    """Finish a sign-in; returns the address to go to, be it the page wanted or what is still asked.

    `way` says how the user was recognised, `wanted` where they were going, `kept` is a form kept by `sessions.keep`;
    `proved` names what the way has proved that stands for a second factor. Raises NetworkRefused.
    """
    try:
        networks.check(user, address_of(request))
    except networks.NetworkRefused:
        with transaction.atomic():
            audit.record("account.network_refused", actor=user.actor, subject=("user", user.pk), data={"way": way})
        raise
    if proved:
        return enter(request, user, way=way, wanted=wanted, kept=kept, second=proved)
    enrolled = second_factor.enrolled(user)
    if not enrolled and not second_factor.demanded(user):
        return enter(request, user, way=way, wanted=wanted, kept=kept)
    # Another key, so that a session planted before knows nothing of this.
    auth.logout(request)
    request.session[_ENTERING] = {
        "user": user.pk,
        "hash": user.get_session_auth_hash(),
        "way": way,
        "wanted": wanted,
        "kept": kept,
        "at": int(clock.now().timestamp()),
    }
    return SECOND_URL if enrolled else ENROL_URL


def entering(request: HttpRequest) -> Entering | None:
    """Who is about to enter; None when nobody is, it took too long, or the password changed meanwhile."""
    kept = request.session.get(_ENTERING)
    if not kept or clock.now().timestamp() - kept["at"] > _ENTERING_LIFE.total_seconds():
        return None
    user = User.objects.select_related("enterprise").filter(pk=kept["user"], is_active=True).first()
    if user is None or user.get_session_auth_hash() != kept["hash"]:
        return None
    return Entering(user=user, way=kept["way"], wanted=kept["wanted"], kept=kept["kept"])


def enter(request: HttpRequest, user: User, *, way: str, wanted: str = "", kept: str = "", second: str = "") -> str:
    """Open the session; returns the address to go to. Called when nothing is asked any more."""
    open_session(request, user, way=way, second=second)
    request.session.pop(_ENTERING, None)
    if kept and sessions.kept_form(kept, user=user):
        return keep_for_later(request, kept)
    return sessions.safe_next(request, wanted, user=user)


def keep_for_later(request: HttpRequest, kept: str) -> str:
    """Hand a kept form to the page where it can be sent again; returns that page's address."""
    request.session["kept_form"] = kept
    return CONTINUE_URL


def keys_of(user: User) -> list[str]:
    """The keys under which wrong tries of this account are counted, at the addresses they lately came from."""
    since = clock.now() - limits.KEPT
    failed = audit.events_for("user", user.pk).filter(code="account.sign_in_failed", at__gt=since)
    addresses = set(failed.values_list("address", flat=True))
    return [limits.key("sign-in", user.username, address) for address in addresses]


def captcha_due(*, name: str, address: str) -> bool:
    """Whether a captcha comes first: after policy's wrong tries for this name from this address, or many from it."""
    rules = policy.current().passwords
    since = clock.now() - timedelta(minutes=rules.lockout_minutes)
    for key, most in (
        (limits.key("sign-in", _normal(name), address), rules.captcha_attempts),
        (limits.key("sign-in-from", address), rules.captcha_attempts * ADDRESS_FACTOR),
    ):
        if SignInFailure.objects.filter(key=key, at__gt=since).count() >= most:
            return True
    return False


def open_session(request: HttpRequest, user: User, *, way: str = "password", second: str = "") -> None:
    """Give the user a new session: the one before the sign-in is left behind with its identifier."""
    auth.login(request, user, backend=BACKEND)
    request.session[sessions.WAY] = way
    devices.remember(request, user, way=way)
    data = {"way": way, "device": devices.name_of(request)} | ({"second": second} if second else {})
    with transaction.atomic():
        audit.record("account.sign_in", actor=user.actor, subject=("user", user.pk), data=data)


def close_session(request: HttpRequest) -> None:
    """Sign out."""
    if request.user.is_authenticated:
        with transaction.atomic():
            audit.record("account.sign_out", actor=request.user.actor, subject=("user", request.user.pk))
        devices.forget(request.session.session_key)
    auth.logout(request)


class _Tries:
    """The tries of one name at one address, and of that address as a whole."""

    def __init__(self, *, name: str, address: str) -> None:
        rules = policy.current().passwords
        self.most = rules.lockout_attempts
        self.minutes = rules.lockout_minutes
        self.window = timedelta(minutes=rules.lockout_minutes)
        self.key = limits.key("sign-in", name, address)
        self.address_key = limits.key("sign-in-from", address)
        self.rows: list[SignInFailure] = []

    def take(self) -> None:
        """Count a try as failed before it is judged. Raises SignInRefused while locked; nothing is counted then."""
        for key, most in ((self.key, self.most), (self.address_key, self.most * ADDRESS_FACTOR)):
            until = self._locked_until(key, most)
            if until is not None:
                raise _locked(until)
        now = clock.now()
        self.rows = [SignInFailure.objects.create(key=key, at=now) for key in (self.key, self.address_key)]
        if self._made() > self.most:
            # Others tried at the same moment and used the tries up.
            self._delete()
            raise _locked(now + self.window)

    def _made(self) -> int:
        own = self.rows[0]
        return SignInFailure.objects.filter(key=own.key, at__gt=own.at - self.window, pk__lte=own.pk).count()

    def fail(self, user: User | None) -> SignInRefused:
        """Word the answer to a wrong try, and write it down."""
        left = self.most - self._made()
        subject = ("user", user.pk if user else "")
        with transaction.atomic():
            audit.record("account.sign_in_failed", actor=audit.PUBLIC, subject=subject, data={"left": max(left, 0)})
            if left <= 0:
                audit.record("account.locked", actor=audit.PUBLIC, subject=subject)
        if left <= 0:
            return _locked(self.rows[0].at + self.window)
        return SignInRefused(
            f"用户名或口令不对，或用户类型选错。再错 {left} 次将锁定 {self.minutes} 分钟。", code="wrong"
        )

    def forget(self) -> None:
        """The right password was given."""
        self._delete()
        SignInFailure.objects.filter(key=self.key).delete()

    def _delete(self) -> None:
        SignInFailure.objects.filter(pk__in=[row.pk for row in self.rows]).delete()

    def _locked_until(self, key: str, most: int) -> datetime | None:
        """Until when a key is locked: `most` failures close together lock it for the window after the last."""
        times = list(SignInFailure.objects.filter(key=key).order_by("-at", "-pk").values_list("at", flat=True)[:most])
        if len(times) < most or times[0] - times[-1] >= self.window:
            return None
        until = times[0] + self.window
        return until if until > clock.now() else None


def _locked(until: datetime) -> SignInRefused:
    _log.warning("sign-in: locked")
    minutes = max(1, ceil((until - clock.now()).total_seconds() / 60))
    return SignInRefused(f"错误次数过多，登录已锁定。请 {minutes} 分钟后再试，或用“忘记口令”重新设置。", code="locked")
