"""激活账户 of an account that the authority created, and 忘记口令 of everybody: a code by SMS and a new password.

People come in by real-name verification; here they only recover a forgotten password.
"""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from erjian.accounts import activation, sign_in
from erjian.accounts.activation import Claim, Purpose
from erjian.audit.middleware import address_of
from erjian.policy import clock
from erjian.portals.public.navigation import shell
from erjian.portals.public.sign_in import NewPasswordForm
from erjian.standards.errors import Refusal
from erjian.ui.forms import ErjianForm

_STATE = "first_way"
_LIFE = 15 * 60
_VERIFICATION = "/person/verify/"


class PersonForm(ErjianForm, forms.Form):
    """A person of the register says who they are."""

    name = forms.CharField(label="姓名", max_length=100, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    id_number = forms.CharField(
        label="身份证号码", max_length=30, widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    )

    def claim(self) -> tuple[Claim, str]:
        data = self.cleaned_data
        found = activation.claim_person(name=data["name"], id_number=data["id_number"])
        return found, data["id_number"].strip().upper()


class AccountForm(ErjianForm, forms.Form):
    """The holder of an account that the authority created."""

    username = forms.CharField(
        label="用户名", max_length=64, widget=forms.TextInput(attrs={"autocomplete": "username", "spellcheck": "false"})
    )
    phone = forms.CharField(
        label="登记的手机号码",
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )

    def claim(self) -> tuple[Claim, str]:
        data = self.cleaned_data
        return activation.claim_account(username=data["username"], phone=data["phone"]), data["username"].strip()


class CodeForm(NewPasswordForm):
    code = forms.CharField(
        label="短信验证码",
        max_length=6,
        min_length=6,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )
    field_order = ("code", "new_password", "again")


_WORDS = {
    Purpose.ACTIVATE: ("激活账户", "第一次使用主管单位分配的账号，请先设置口令。", "设置口令并登录"),
    Purpose.RESET: ("忘记口令", "用登记的手机号码接收验证码，重新设置口令。", "重新设置口令并登录"),
}


@login_not_required
@never_cache
def activate(request: HttpRequest) -> HttpResponse:
    """/sign-in/activate/: for accounts that the authority created; people verify their name instead."""
    if request.GET.get("as") != "account":
        return redirect(_VERIFICATION)
    return _who(request, Purpose.ACTIVATE)


@login_not_required
@never_cache
def forgotten(request: HttpRequest) -> HttpResponse:
    """/password/forgotten/"""
    return _who(request, Purpose.RESET)


def _who(request: HttpRequest, purpose: Purpose) -> HttpResponse:
    kind = "account" if request.GET.get("as") == "account" else "person"
    form = (AccountForm if kind == "account" else PersonForm)(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                claim, subject = form.claim()
                activation.request_code(claim=claim, purpose=purpose, subject=subject, address=address_of(request))
            except Refusal as refusal:
                form.refuse(refusal)
                status = getattr(refusal, "status", 422)
            else:
                request.session[_STATE] = {
                    "purpose": purpose.value,
                    "person": claim.person_id,
                    "user": claim.user_id,
                    "as": kind,
                    "at": int(clock.now().timestamp()),
                }
                return redirect("public:code")
    title, lead, _act = _WORDS[purpose]
    address = reverse("public:activate" if purpose == Purpose.ACTIVATE else "public:forgotten")
    context = {
        "shell": shell(request),
        "form": form,
        "title": title,
        "lead": lead,
        "kind": kind,
        "address": address,
        "activating": purpose == Purpose.ACTIVATE,
    }
    return render(request, "public/first_way.html", context, status=status)


@login_not_required
@never_cache
@sensitive_post_parameters("code", "new_password", "again")
def code(request: HttpRequest) -> HttpResponse:
    """The code from the SMS and the new password."""
    state = request.session.get(_STATE)
    if not state or clock.now().timestamp() - state["at"] > _LIFE:
        messages.warning(request, "验证已超时。请重新获取验证码。")
        return redirect("public:forgotten")
    purpose = Purpose(state["purpose"])
    form = CodeForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                user = activation.finish(
                    claim=Claim(person_id=state["person"], user_id=state["user"]),
                    purpose=purpose,
                    code=form.cleaned_data["code"],
                    password=form.cleaned_data["new_password"],
                    address=address_of(request),
                )
                address = sign_in.finish(request, user, way="sms")
            except Refusal as refusal:
                form.refuse(refusal)
                status = getattr(refusal, "status", 422)
            else:
                request.session.pop(_STATE, None)
                messages.success(request, "口令已设置，您已登录。" if request.user.is_authenticated else "口令已设置。")
                return redirect(address)
    title, _lead, act = _WORDS[purpose]
    back = reverse("public:activate" if purpose == Purpose.ACTIVATE else "public:forgotten")
    back += "?as=account" if state.get("as") == "account" else ""
    context = {"shell": shell(request), "form": form, "title": title, "act": act, "back": back}
    return render(request, "public/code.html", context, status=status)
