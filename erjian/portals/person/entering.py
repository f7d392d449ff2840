"""湖南省二级建造师公共服务平台（个人版）: the page at which a person signs in or begins the verification, and its phone twin."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from erjian import documents, policy
from erjian.accounts import passwords, sessions, sign_in
from erjian.accounts.sign_in import Side
from erjian.audit.middleware import address_of
from erjian.standards.errors import Refusal
from erjian.ui.forms import ErjianForm


class SignInForm(ErjianForm, forms.Form):
    """用户名 is the ID number."""

    name = forms.CharField(
        label="用户名",
        max_length=64,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "spellcheck": "false", "placeholder": "请输入用户名（身份证号码）"}
        ),
    )
    password = forms.CharField(
        label="密码",
        strip=False,
        max_length=passwords.MAX_LENGTH,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "placeholder": "请输入密码"}),
    )
    next = forms.CharField(required=False, widget=forms.HiddenInput)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("name", "password")
def page(request: HttpRequest) -> HttpResponse:
    """/person/sign-in/"""
    if request.method != "POST":
        wanted = request.GET.get("next", "")
        user: Any = request.user
        if user.is_authenticated:
            return redirect(sessions.safe_next(request, wanted, user=user))
        return _page(request, SignInForm(initial={"next": wanted}))
    form = SignInForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    data = form.cleaned_data
    if sign_in.captcha_due(name=data["name"], address=address_of(request)):
        # The general page asks for it; the way back is kept.
        messages.warning(request, "错误次数较多，请在这里填写验证码后登录。")
        return redirect(f"/sign-in/?{urlencode({'next': data['next'] or '/person/'})}")
    try:
        user = sign_in.authenticate(
            side=Side.OUTSIDE, name=data["name"], password=data["password"], address=address_of(request)
        )
        address = sign_in.finish(request, user, way="password", wanted=data["next"])
    except Refusal as refusal:
        form.add_error("password", refusal.message)
        return _page(request, form, status=getattr(refusal, "status", 422))
    return redirect(address)


def _page(request: HttpRequest, form: SignInForm, *, status: int = 200) -> HttpResponse:
    province = policy.current().province
    context = {
        "form": form,
        "title": province.person_title,
        "support": province.support_phone,
        "code": documents.qr(f"{settings.ERJIAN_ORIGIN}{reverse('mobile:home')}"),
    }
    return render(request, "person/sign_in.html", context, status=status)
