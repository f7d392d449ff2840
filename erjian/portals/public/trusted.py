"""可信数字身份登录 and 电子营业执照登录: there and back, and the code that a phone confirms.

The same ways serve whoever is signed in and has to confirm who they are (`confirming.anew`): nobody is signed out
for it, and what was typed waits in the session.
"""

from __future__ import annotations

from dataclasses import asdict, replace

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from erjian import documents
from erjian.accounts import confirming, openid, sessions, sign_in, signing_up
from erjian.accounts.models import UserKind
from erjian.accounts.openid import Attempt
from erjian.accounts.sign_in import Side
from erjian.policy import clock
from erjian.portals.public import confirm, register
from erjian.portals.public.navigation import shell
from erjian.standards.errors import Refusal

_WANTED = "identity_wanted"
_ATTEMPT = "licence_attempt"


@login_not_required
@never_cache
@require_safe
def leave(request: HttpRequest) -> HttpResponse:
    """/sign-in/identity/: to the issuer."""
    if request.user.is_authenticated and confirming.anew(request) is None:
        return redirect(sessions.safe_next(request, request.GET.get("next", ""), user=request.user))
    side = request.GET.get("side", Side.OUTSIDE)
    if request.user.is_authenticated:
        side = Side.OFFICE if request.user.kind == UserKind.OFFICER else Side.OUTSIDE
    request.session[_WANTED] = {
        "side": side if side in Side.values else Side.OUTSIDE.value,
        "next": request.GET.get("next", "")[:500],
    }
    try:
        return openid.begin(request, back=request.build_absolute_uri(reverse("public:identity-back")))
    except Refusal as refusal:
        return _refused(request, refusal, openid.IDENTITY)


@login_not_required
@never_cache
@require_safe
def come_back(request: HttpRequest) -> HttpResponse:
    """/sign-in/identity/back/: from the issuer, with a code or a refusal."""
    wanted = request.session.get(_WANTED) or {"side": Side.OUTSIDE.value, "next": ""}
    try:
        identity = openid.come_back(request)
        user = openid.holder(identity, side=wanted["side"])
        if confirming.anew(request) is not None:
            kept = confirming.shown_anew(request, user, way=openid.IDENTITY)
            return redirect(confirm.onward(request, kept))
        proved = openid.proved_by(identity)
        address = sign_in.finish(request, user, way=openid.IDENTITY, wanted=wanted["next"], proved=proved)
    except Refusal as refusal:
        return _refused(request, refusal, openid.IDENTITY)
    request.session.pop(_WANTED, None)
    return redirect(address)


@login_not_required
@never_cache
def licence(request: HttpRequest) -> HttpResponse:
    """/sign-in/licence/: the code to scan. A post asks for another one."""
    confirms = confirming.anew(request) is not None
    if request.user.is_authenticated and not confirms:
        return redirect(sessions.safe_next(request, request.GET.get("next", ""), user=request.user))
    attempt = None if request.method == "POST" else _attempt(request)
    if attempt is None:
        # Looking without seeing costs no code.
        if request.method == "HEAD" and openid.is_ready(openid.LICENCE):
            return HttpResponse()
        try:
            attempt = openid.show(request)
        except Refusal as refusal:
            request.session.pop(_ATTEMPT, None)
            return _refused(request, refusal, openid.LICENCE)
        _keep(request, attempt)
    if request.method == "POST":
        return redirect("public:licence")
    context = {
        "shell": shell(request),
        "attempt": attempt,
        "code": documents.qr(attempt.complete),
        "minutes": max(1, round((attempt.ends - clock.now().timestamp()) / 60)),
        "confirms": confirms,
    }
    return render(request, "public/licence.html", context)


@login_not_required
@never_cache
@require_POST
def licence_state(request: HttpRequest) -> HttpResponse:
    """/sign-in/licence/state/: asked by the page every few seconds, or by a button where scripts do not run."""
    if request.user.is_authenticated and confirming.anew(request) is None:
        return _go(request, request.user.home)
    attempt = _attempt(request)
    try:
        if attempt is None:
            raise openid.over()
        now = int(clock.now().timestamp())
        if now < attempt.due:
            return _waiting(request)
        answer = openid.ask(attempt)
        if isinstance(answer, int):
            _keep(request, replace(attempt, every=answer, due=now + answer))
            return _waiting(request)
        request.session.pop(_ATTEMPT, None)
        user = openid.administrator(answer)
        if confirming.anew(request) is not None:
            kept = confirming.shown_anew(request, user, way=openid.LICENCE)
            return _go(request, confirm.onward(request, kept))
        if user is not None:
            return _go(request, sign_in.finish(request, user, way=openid.LICENCE))
    except Refusal as refusal:
        if getattr(refusal, "status", 422) != 503:
            request.session.pop(_ATTEMPT, None)
        return _refused(request, refusal, openid.LICENCE)
    if signing_up.is_open() and answer.name:
        request.session[register.VOUCHED] = {
            "way": sign_in.WAYS[openid.LICENCE],
            "credit_code": answer.number,
            "name": answer.name,
        }
        return _go(request, reverse("public:register"))
    return _refused(request, openid.stranger(answer), openid.LICENCE)


def _attempt(request: HttpRequest) -> Attempt | None:
    kept = request.session.get(_ATTEMPT)
    attempt = Attempt(**kept) if kept else None
    return attempt if attempt and attempt.ends > clock.now().timestamp() else None


def _keep(request: HttpRequest, attempt: Attempt) -> None:
    request.session[_ATTEMPT] = asdict(attempt)


def _waiting(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=204) if request.htmx else redirect("public:licence")  # type: ignore[attr-defined]


def _go(request: HttpRequest, address: str) -> HttpResponse:
    """There, whether htmx asked or a form."""
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)


def _refused(request: HttpRequest, refusal: Refusal, way: str) -> HttpResponse:
    confirms = confirming.anew(request) is not None
    again = reverse("public:licence" if way == openid.LICENCE else "public:sign-in")
    if way == openid.IDENTITY:
        again = reverse("public:identity") if confirms else f"{again}?way={way}"
    context = {
        "shell": shell(request),
        "name": sign_in.WAYS[way],
        "refusal": refusal,
        "again": again,
        "is_licence": way == openid.LICENCE,
        "confirms": confirms,
    }
    template = "public/trusted_refused.html"
    if request.htmx:  # type: ignore[attr-defined]
        # In place of the code; htmx takes only answers of 2xx.
        return render(request, "public/trusted_refused_part.html", context, status=200)
    return render(request, template, context, status=getattr(refusal, "status", 422))
