"""Confirming once more who one is: by password, second factor, or the verified identity that one signed in with."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from erjian.accounts import confirming, openid, passkeys, second_factor, sessions, sign_in
from erjian.portals.public.sign_in import password_field
from erjian.portals.shared import frames
from erjian.standards.errors import Refusal
from erjian.ui.forms import ErjianForm

_ANEW = {openid.IDENTITY: "public:identity", openid.LICENCE: "public:licence"}
"""Where an identity that another platform verifies is shown anew, by the way of the sign-in."""


class ConfirmForm(ErjianForm, forms.Form):
    """What the user has; one of the two suffices."""

    password = password_field("口令")
    code = forms.CharField(
        label="动态口令或恢复码",
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "spellcheck": "false"}),
    )
    kept = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: object, password: bool, second: bool, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        if not password:
            del self.fields["password"]
        if not second:
            del self.fields["code"]
        if password and second:
            self.fields["password"].required = self.fields["code"].required = False
            self.fields["password"].help_text = "口令和动态口令填一项即可。"

    @property
    def asks(self) -> bool:
        """Whether there is a field to fill in."""
        return len(self.fields) > 1

    def clean(self) -> None:
        given = any(self.cleaned_data.get(name) for name in ("password", "code")) or self.data.get("credential")
        if self.asks and not self.errors and not given:
            self.add_error("password", "请填写口令，或填写动态口令。")


@never_cache
@sensitive_post_parameters()
def page(request: HttpRequest) -> HttpResponse:
    """/confirm-identity/; also the answer to a post that needs a confirmation, whose fields are kept."""
    interrupted: str | None = getattr(request, "unconfirmed", None)
    state = second_factor.state(request.user)
    held = {"password": request.user.has_usable_password(), "second": state.enrolled}
    if interrupted is not None or request.method != "POST":
        if _anew(request):
            confirming.begin_anew(request, kept=interrupted or "")
        form = ConfirmForm(initial={"kept": interrupted or ""}, **held)
        return _page(request, form, state, status=200 if interrupted is None else 401)
    form = ConfirmForm(request.POST, **held)
    credential, kept = request.POST.get("credential", ""), request.POST.get("kept", "")
    if not credential and not form.is_valid():
        return _page(request, form, state, status=422)
    try:
        if credential:
            for field in form.fields.values():
                field.required = False
            form.is_valid()
            passkeys.prove(user=request.user, session=request.session, credential=credential)
            confirming.confirmed(request, way="passkey")
        else:
            data = form.cleaned_data
            confirming.confirm(request, password=data["password"], code=data.get("code", ""))
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(request, form, state, status=getattr(refusal, "status", 422))
    return redirect(onward(request, kept))


def onward(request: HttpRequest, kept: str) -> str:
    """Where a confirmation leads: to the form that was interrupted, else home."""
    if kept and sessions.kept_form(kept, user=request.user):
        return sign_in.keep_for_later(request, kept)
    home: str = request.user.home
    return home


def _anew(request: HttpRequest) -> str:
    """The address where the user shows the identity anew with which they signed in; "" for any other sign-in."""
    way = request.session.get(sessions.WAY, "")
    return reverse(_ANEW[way]) if way in _ANEW and openid.is_ready(way) else ""


def _page(request: HttpRequest, form: ConfirmForm, state: second_factor.State, *, status: int) -> HttpResponse:
    context = {
        "form": form,
        "passkeys": bool(state.passkeys) and passkeys.offered(),
        "back": request.user.home,
        "anew": _anew(request),
        "way": sign_in.WAYS.get(request.session.get(sessions.WAY, ""), ""),
    } | frames.of_the_reader(request)
    return render(request, "public/confirm_identity.html", context, status=status)


@require_POST
def proof_options(request: HttpRequest) -> HttpResponse:
    """What the browser needs to prove a passkey of the signed-in user."""
    return JsonResponse(passkeys.proof_options(user=request.user, session=request.session))
