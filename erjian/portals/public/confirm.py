"""Confirming once more who one is: by password, one-time password, recovery code or passkey."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from erjian.accounts import confirming, passkeys, second_factor, sessions, sign_in
from erjian.portals.public.navigation import shell
from erjian.portals.public.sign_in import password_field
from erjian.standards.errors import Refusal
from erjian.ui.forms import ErjianForm


class ConfirmForm(ErjianForm, forms.Form):
    """One of the two suffices."""

    password = password_field("口令")
    code = forms.CharField(
        label="动态口令或恢复码",
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "spellcheck": "false"}),
    )
    kept = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: object, second: bool, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["password"].required = not second
        self.fields["code"].required = False
        if not second:
            del self.fields["code"]
        else:
            self.fields["password"].help_text = "口令和动态口令填一项即可。"

    def clean(self) -> None:
        if (
            "code" in self.fields
            and not self.errors
            and not (self.cleaned_data["password"] or self.cleaned_data["code"])
        ):
            self.add_error("password", "请填写口令，或填写动态口令。")


@never_cache
@sensitive_post_parameters()
def page(request: HttpRequest) -> HttpResponse:
    """/confirm-identity/; also the answer to a post that needs a confirmation, whose fields are kept."""
    interrupted: str | None = getattr(request, "unconfirmed", None)
    state = second_factor.state(request.user)
    if interrupted is not None or request.method != "POST":
        form = ConfirmForm(initial={"kept": interrupted or ""}, second=state.enrolled)
        return _page(request, form, state, status=200 if interrupted is None else 401)
    form = ConfirmForm(request.POST, second=state.enrolled)
    credential, kept = request.POST.get("credential", ""), request.POST.get("kept", "")
    if not credential and not form.is_valid():
        return _page(request, form, state, status=422)
    try:
        if credential:
            form.fields["password"].required = False
            form.is_valid()
            passkeys.prove(user=request.user, session=request.session, credential=credential)
            confirming.confirmed(request, way="passkey")
        else:
            data = form.cleaned_data
            confirming.confirm(request, password=data["password"], code=data.get("code", ""))
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(request, form, state, status=getattr(refusal, "status", 422))
    if kept and sessions.kept_form(kept, user=request.user):
        return redirect(sign_in.keep_for_later(request, kept))
    return redirect(request.user.home)


def _page(request: HttpRequest, form: ConfirmForm, state: second_factor.State, *, status: int) -> HttpResponse:
    context = {
        "shell": shell(request),
        "form": form,
        "passkeys": bool(state.passkeys) and passkeys.offered(),
        "back": request.user.home,
    }
    return render(request, "public/confirm_identity.html", context, status=status)


@require_POST
def proof_options(request: HttpRequest) -> HttpResponse:
    """What the browser needs to prove a passkey of the signed-in user."""
    return JsonResponse(passkeys.proof_options(user=request.user, session=request.session))
