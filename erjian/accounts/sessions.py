"""Sessions: how long one lives, and what a request without one is answered.

A session ends after policy's minutes without activity (fewer for officers) and at the latest after policy's
absolute time. What follows depends on who asks: a page is led to the sign-in and back again, a script gets 401,
and a form that was being sent is kept: its fields travel, encrypted for the same user, through the sign-in page
and can be sent again afterwards. Nobody's typing is lost because they went to lunch.
"""

from __future__ import annotations

import base64
import binascii
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import resolve
from django.utils.http import url_has_allowed_host_and_scheme

from erjian import policy, protection
from erjian.accounts import confirming, devices, networks, passwords
from erjian.accounts.models import User, UserKind
from erjian.audit.middleware import address_of
from erjian.policy import clock

_OPENED, _SEEN = "opened_at", "seen_at"
WAY = "way"
"""Key of the session for how its user was recognised."""
_TOUCH_EVERY = 60
_log = logging.getLogger(__name__)
KEPT_FORM_LIFE = timedelta(hours=2)
_MOST_KEPT = 200_000
CHANGE_URL = "/password/"
SIGNED_OUT = "登录已过期。请重新登录后继续。"
_OWN_PORTAL = {UserKind.PERSON: "/person/", UserKind.ENTERPRISE: "/enterprise/", UserKind.OFFICER: "/authority/"}


def start(request: HttpRequest) -> None:
    """Begin counting a new session's time."""
    request.session[_OPENED] = request.session[_SEEN] = int(clock.now().timestamp())


@receiver(user_logged_in, dispatch_uid="erjian.accounts.sessions")
def _opened(sender: type[User], request: HttpRequest, user: User, **_: Any) -> None:
    """Whoever opens a session has just shown who they are."""
    start(request)
    confirming.mark(request)


def idle_limit(user: User) -> timedelta:
    """How long this user may be inactive."""
    rules = policy.current().sessions
    return timedelta(minutes=rules.officer_idle_minutes if user.kind == UserKind.OFFICER else rules.idle_minutes)


def safe_next(request: HttpRequest, address: str, *, user: User | None = None) -> str:
    """`address` when it is one of this site's pages that the user can open, else the user's own portal (or "")."""
    fallback = user.home if user else ""
    if not address.startswith("/") or "\\" in address or any(ord(each) < 32 for each in address):
        if address:
            _log.warning("way on: not a page of ours")
        return fallback
    if not url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        _log.warning("way on: not a page of ours")
        return fallback
    if user is not None:
        others = [prefix for kind, prefix in _OWN_PORTAL.items() if kind != user.kind]
        if any(address.startswith(prefix) for prefix in others):
            return fallback
    return address


def password_due(request: HttpRequest) -> bool:
    """Whether a new password comes before anything else.

    Whoever came in without a password, by a verified identity, is not asked to replace the one that they never used.
    """
    return request.session.get(WAY, "password") == "password" and passwords.must_change(request.user)


def open_before_password_change(view: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a view as open to a user who has to set a new password first."""
    view.open_before_password_change = True  # type: ignore[attr-defined]
    return view


@dataclass(frozen=True)
class Interrupted:
    """A form that was sent after its session had ended: its address and an unreadable copy of its fields."""

    path: str
    kept: str


def keep(request: HttpRequest, user_id: int | None) -> str:
    """The posted text fields of a request and the page it was sent from, encrypted; empty when it is too much to keep."""
    fields = [
        (name, value) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken" for value in values
    ]
    if user_id is None:
        return ""
    text = json.dumps(
        {
            "path": request.get_full_path(),
            "page": _sent_from(request),
            "user": user_id,
            "at": int(clock.now().timestamp()),
            "fields": fields,
        }
    )
    if len(text) > _MOST_KEPT:
        return ""
    return base64.urlsafe_b64encode(protection.encrypt("kept_form", text)).decode()


def _sent_from(request: HttpRequest) -> str:
    """The page of ours with the form; "" when the browser does not say."""
    said = urlsplit(request.headers.get("Referer", ""))
    return (
        safe_next(request, urlunsplit(("", "", said.path, said.query, ""))) if said.netloc == request.get_host() else ""
    )


@dataclass(frozen=True)
class KeptForm:
    """What `keep` kept, for the user whose form it was: where it goes, and the page it came from ("" if unknown)."""

    path: str
    page: str
    fields: tuple[tuple[str, str], ...]


def kept_form(text: str, *, user: User) -> KeptForm | None:
    """Read a kept form back; None when it is foreign, old or not ours."""
    try:
        content = json.loads(protection.decrypt("kept_form", base64.urlsafe_b64decode(text.encode())))
    except (ValueError, binascii.Error, protection.DecryptionFailed):
        return None
    age = clock.now().timestamp() - content["at"]
    if content["user"] != user.pk or not 0 <= age <= KEPT_FORM_LIFE.total_seconds():
        return None
    return KeptForm(
        path=content["path"], page=content["page"], fields=tuple((name, value) for name, value in content["fields"])
    )


class SessionMiddleware(LoginRequiredMiddleware):
    """Ends sessions in time, asks for the sign-in where a view needs one, and for a new password where one is due."""

    def __call__(self, request: HttpRequest) -> Any:
        token = confirming.serving.set(request)
        try:
            return super().__call__(request)
        finally:
            confirming.serving.reset(token)

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., Any], view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        ended_for = self._end_in_time(request) if request.user.is_authenticated else None
        if not request.user.is_authenticated:
            if not getattr(view_func, "login_required", True):
                return None
            return self._ask_to_sign_in(request, ended_for)
        waits = getattr(view_func, "login_required", True) and not getattr(
            view_func, "open_before_password_change", False
        )
        if waits and password_due(request):
            return _answer(request, "请先修改口令，再继续。", CHANGE_URL, code="password_due")
        return None

    def _end_in_time(self, request: HttpRequest) -> int | None:
        """Close a session whose time is over and say whose it was; note the activity of any other."""
        now = int(clock.now().timestamp())
        session = request.session
        if _OPENED not in session:
            start(request)
        absolute = timedelta(minutes=policy.current().sessions.absolute_minutes).total_seconds()
        idle = idle_limit(request.user).total_seconds()
        ended = now - session[_SEEN] > idle or now - session[_OPENED] > absolute
        if ended or not networks.allowed(request.user, address_of(request)):
            user_id = request.user.pk
            devices.forget(session.session_key)
            auth.logout(request)
            return user_id
        # A page that asks by itself (polling) is no activity of its reader.
        by_itself = request.method == "GET" and request.headers.get("HX-Request") == "true"
        if not by_itself and abs(now - session[_SEEN]) >= _TOUCH_EVERY:
            session[_SEEN] = now
            devices.touch(session)
        return None

    def _ask_to_sign_in(self, request: HttpRequest, ended_for: int | None) -> HttpResponseBase:
        path = request.get_full_path()
        query = {"next": path} | ({"ended": "1"} if ended_for else {})
        address = f"{settings.LOGIN_URL}?{urlencode(query)}"
        if wants_data(request):
            return _answer(request, SIGNED_OUT, address, code="signed_out")
        if request.method in ("GET", "HEAD"):
            return redirect(address)
        request.interrupted = Interrupted(path=path, kept=keep(request, ended_for))  # type: ignore[attr-defined]
        match = resolve(settings.LOGIN_URL)
        return match.func(request, *match.args, **match.kwargs)


def wants_data(request: HttpRequest) -> bool:
    """Whether a script asks (htmx, fetch), which can follow no sign-in page."""
    if request.headers.get("HX-Request") == "true" or request.headers.get("X-Requested-With"):
        return True
    accepted = request.headers.get("Accept", "")
    return "application/json" in accepted and "text/html" not in accepted


def _answer(request: HttpRequest, message: str, address: str, *, code: str) -> HttpResponseBase:
    """401 for a script, a redirect for a page."""
    if not wants_data(request):
        return redirect(address)
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(message, status=401, content_type="text/plain; charset=utf-8")
    return JsonResponse({"code": code, "message": message, "sign_in": address}, status=401)
