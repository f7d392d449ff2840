"""The second factor at the sign-in: asked of whoever has one, enrolled by whoever has to have one."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from erjian.accounts import passkeys, second_factor, sessions, sign_in
from erjian.accounts.models import User
from erjian.accounts.sign_in import Entering
from erjian.documents import codes
from erjian.portals.public.navigation import shell
from erjian.standards.errors import Refusal
from erjian.ui.forms import ErjianForm

_BEING_ADDED = "totp_being_added"
TOO_LATE = "登录已超时。请重新登录。"


class CodeForm(ErjianForm, forms.Form):
    """A one-time password, or a recovery code in its place."""

    code = forms.CharField(
        label="动态口令或恢复码",
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "spellcheck": "false", "autofocus": True}),
    )


class AuthenticatorForm(ErjianForm, forms.Form):
    """The first code of an app that is being added."""

    code = forms.CharField(
        label="应用显示的 6 位数字",
        max_length=7,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


def of_the_entering(view: Callable[..., Any]) -> Callable[..., Any]:
    """Open a view to somebody who is about to enter; anybody else is led to the sign-in."""

    @login_not_required
    @never_cache
    @sensitive_post_parameters()
    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        known = sign_in.entering(request)
        if known is None:
            if request.user.is_authenticated:
                return redirect(request.user.home)
            messages.warning(request, TOO_LATE)
            return redirect("public:sign-in")
        answer: HttpResponse = view(request, known)
        return answer

    return guarded


@of_the_entering
def page(request: HttpRequest, known: Entering) -> HttpResponse:
    """/sign-in/second/: a code or a passkey lets the user in."""
    state, form, status = second_factor.state(known.user), CodeForm(request.POST or None), 200
    if not state.enrolled:
        return redirect("public:enrol")
    if request.method == "POST":
        status = 422
        try:
            way = _proved(request, known.user, form)
        except Refusal as refusal:
            form.refuse(refusal)
            status = getattr(refusal, "status", 422)
        else:
            if way:
                if way == "recovery":
                    messages.warning(request, f"已用掉一个恢复码，还剩 {state.recovery_left - 1} 个。")
                return redirect(_enter(request, known, second=way))
    context = {
        "shell": shell(request),
        "form": form,
        "state": state,
        "who": known.user.name,
        "passkeys": bool(state.passkeys) and passkeys.offered(),
    }
    return render(request, "public/second/page.html", context, status=status)


def _proved(request: HttpRequest, user: User, form: forms.Form) -> str:
    """How the user proved to be themself; empty when the form is not complete."""
    if credential := request.POST.get("credential", ""):
        form.fields["code"].required = False
        form.is_valid()
        passkeys.prove(user=user, session=request.session, credential=credential)
        return "passkey"
    return second_factor.check(user=user, code=form.cleaned_data["code"]) if form.is_valid() else ""


def _enter(request: HttpRequest, known: Entering, *, second: str) -> str:
    return sign_in.enter(request, known.user, way=known.way, wanted=known.wanted, kept=known.kept, second=second)


@require_POST
@of_the_entering
def proof_options(request: HttpRequest, known: Entering) -> HttpResponse:
    """What the browser needs to prove a passkey at the sign-in."""
    return JsonResponse(passkeys.proof_options(user=known.user, session=request.session))


@of_the_entering
def enrol(request: HttpRequest, known: Entering) -> HttpResponse:
    """/sign-in/enrol/: the first sign-in of somebody who must have a second factor."""
    if second_factor.enrolled(known.user):
        return redirect("public:second")
    form, status = AuthenticatorForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        try:
            made = added(request, known.user, form)
        except Refusal as refusal:
            form.refuse(refusal)
            status = getattr(refusal, "status", 422)
        else:
            if made is not None:
                way = "passkey" if request.POST.get("credential") else "totp"
                return shown_once(request, made, _enter(request, known, second=way))
    context = enrolling(request, known.user) | {"shell": shell(request), "form": form, "required": True}
    return render(request, "public/second/enrol.html", context, status=status)


@require_POST
@of_the_entering
def enrol_options(request: HttpRequest, known: Entering) -> HttpResponse:
    """What the browser needs to make the first passkey."""
    if second_factor.enrolled(known.user):
        return JsonResponse({"code": "enrolled", "message": "已有第二因素。请先验证。"}, status=409)
    return JsonResponse(passkeys.registration_options(user=known.user, session=request.session))


def added(request: HttpRequest, user: User, form: forms.Form) -> list[str] | None:
    """Add what was posted, app or passkey; returns new recovery codes, None when the form is not complete."""
    if credential := request.POST.get("credential", ""):
        form.fields["code"].required = False
        form.is_valid()
        name = request.POST.get("name", "")
        return passkeys.register(user=user, session=request.session, credential=credential, name=name)
    if not form.is_valid():
        return None
    secret = request.session.get(_BEING_ADDED)
    if not secret:
        raise Refusal("二维码已过期。请重新扫描页面上的二维码。", code="gone", field="code")
    made = second_factor.add_authenticator(user=user, secret=secret, code=form.cleaned_data["code"])
    request.session.pop(_BEING_ADDED, None)
    return made


def enrolling(request: HttpRequest, user: User) -> dict[str, Any]:
    """What the page of enrolment shows: the secret stays the same until it is enrolled."""
    secret = request.session.setdefault(_BEING_ADDED, second_factor.new_secret())
    return {
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        "qr": codes.qr(second_factor.address_of(secret, user)),
        "passkeys": passkeys.offered(),
        "who": user.name,
    }


def shown_once(request: HttpRequest, made: list[str], onward: str) -> HttpResponse:
    """The recovery codes, this once; straight on when there are none to show."""
    if not made:
        messages.success(request, "已添加第二因素。")
        return redirect(onward)
    context = {"shell": shell(request), "codes": made, "onward": onward}
    return render(request, "public/second/codes.html", context)


@never_cache
@require_safe
@sessions.open_before_password_change
def carry_on(request: HttpRequest) -> HttpResponse:
    """/sign-in/continue/: a form that was interrupted, to be sent again."""
    text = request.session.pop("kept_form", "")
    kept = sessions.kept_form(text, user=request.user) if text else None
    if kept is None:
        return redirect(request.user.home)
    return render(request, "public/kept_form.html", {"shell": shell(request), "kept": kept})
