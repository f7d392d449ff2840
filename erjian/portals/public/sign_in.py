"""Signing in and out, the password, and the first way in by SMS code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from erjian import policy
from erjian.accounts import captchas, devices, passwords, sessions, sign_in, signing_up
from erjian.accounts.sign_in import Side
from erjian.audit.middleware import address_of
from erjian.portals.public import entrances
from erjian.portals.public.entrances import Place, Way
from erjian.portals.public.navigation import shell
from erjian.portals.shared import frames
from erjian.standards.errors import Refusal
from erjian.ui.forms import ErjianForm


@dataclass(frozen=True)
class Link:
    """One way in, as the page draws it."""

    label: str
    url: str
    icon: str
    current: bool


def password_field(label: str, *, new: bool = False, hint: str = "") -> forms.CharField:
    """A password as typed: nothing stripped, never shown again."""
    return forms.CharField(
        label=label,
        strip=False,
        max_length=passwords.MAX_LENGTH,
        help_text=hint,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password" if new else "current-password"}),
    )


class SignInForm(ErjianForm, forms.Form):
    side = forms.ChoiceField(
        label="选择用户类型",
        choices=Side.choices,
        initial=Side.OUTSIDE,
        # Stands above the tabs, outside the form that it belongs to.
        widget=forms.Select(attrs={"form": "sign-in"}),
    )
    name = forms.CharField(
        label="用户名", max_length=64, widget=forms.TextInput(attrs={"autocomplete": "username", "spellcheck": "false"})
    )
    password = password_field("口令")
    next = forms.CharField(required=False, widget=forms.HiddenInput)
    kept = forms.CharField(required=False, widget=forms.HiddenInput)
    captcha = forms.CharField(
        label="验证码",
        max_length=10,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    captcha_token = forms.CharField(required=False, max_length=1000, widget=forms.HiddenInput)


class NewPasswordForm(ErjianForm, forms.Form):
    """A new password, twice."""

    new_password = password_field("新口令", new=True)
    again = password_field("再输一次新口令", new=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_password"].help_text = passwords.rules()

    def clean_again(self) -> str:
        again: str = self.cleaned_data["again"]
        if "new_password" in self.cleaned_data and again != self.cleaned_data["new_password"]:
            raise forms.ValidationError("两次输入的口令不一样。请重新输入。")
        return again


class PasswordForm(NewPasswordForm):
    old_password = password_field("原口令")
    field_order = ("old_password", "new_password", "again")


@login_not_required
@never_cache
@sensitive_post_parameters("password")
def page(request: HttpRequest) -> HttpResponse:
    """The sign-in page. A form that was sent after its session had ended arrives here too, and is kept."""
    interrupted: sessions.Interrupted | None = getattr(request, "interrupted", None)
    if interrupted is not None:
        form = SignInForm(initial={"next": interrupted.path, "kept": interrupted.kept})
        return _page(request, form, status=401, said=_said_of(interrupted))
    if request.method != "POST":
        wanted = request.GET.get("next", "")
        if request.user.is_authenticated:
            return redirect(sessions.safe_next(request, wanted, user=request.user))
        side = request.GET.get("side", Side.OUTSIDE)
        form = SignInForm(initial={"next": wanted, "side": side if side in Side.values else Side.OUTSIDE})
        return _page(request, form, said=_said_of_next(request, wanted))
    due = sign_in.captcha_due(name=request.POST.get("name", "")[:64], address=address_of(request))
    if due and (other := request.POST.get("other", "")):
        typed = {name: request.POST.get(name, "") for name in ("side", "name", "next", "kept")}
        return _page(request, SignInForm(initial=typed), captcha=captchas.new(other))
    form = SignInForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422, captcha=captchas.new() if due else None)
    data = form.cleaned_data
    if due and not captchas.check(data["captcha_token"], data["captcha"]):
        kind = asked.kind if (asked := captchas.read(data["captcha_token"])) else captchas.IMAGE
        form.add_error("captcha", "请按下面的提示填写验证码。" if not data["captcha"] else "验证码不对。请重新填写。")
        return _page(request, form, status=422, captcha=captchas.new(kind))
    try:
        user = sign_in.authenticate(
            side=data["side"], name=data["name"], password=data["password"], address=address_of(request)
        )
        address = sign_in.finish(request, user, way="password", wanted=data["next"], kept=data["kept"])
    except Refusal as refusal:
        form.add_error("password", refusal.message)
        due = sign_in.captcha_due(name=data["name"], address=address_of(request))
        captcha = captchas.new() if due else None
        return _page(request, form, status=getattr(refusal, "status", 422), captcha=captcha)
    return redirect(address)


def _said_of(interrupted: sessions.Interrupted) -> str:
    if interrupted.kept:
        return "登录已过期，刚才提交的内容没有丢。重新登录后可以继续提交。"
    return "请先登录，再继续办理。"


def _said_of_next(request: HttpRequest, wanted: str) -> str:
    if request.GET.get("ended"):
        return sessions.SIGNED_OUT
    return "请先登录，登录后回到刚才要打开的页面。" if sessions.safe_next(request, wanted) else ""


@login_not_required
@never_cache
@require_safe
def captcha_image(request: HttpRequest) -> HttpResponse:
    """The picture of a captcha that a page asks."""
    captcha = captchas.read(request.GET.get("t", ""))
    if captcha is None or captcha.kind != captchas.IMAGE:
        return HttpResponseBadRequest("验证码已过期。请刷新页面。", content_type="text/plain; charset=utf-8")
    return HttpResponse(captchas.image(captcha), content_type="image/png")


def _page(
    request: HttpRequest,
    form: SignInForm,
    *,
    status: int = 200,
    said: str = "",
    captcha: captchas.Captcha | None = None,
) -> HttpResponse:
    asked = "" if request.method == "POST" or hasattr(request, "interrupted") else request.GET.get("way", "")
    way = entrances.chosen(asked)
    side = form["side"].value()
    kept = {"side": "" if side == Side.OUTSIDE else side, "next": form["next"].value() or ""}
    context = {
        "shell": shell(request),
        "form": form,
        "captcha": captcha,
        "said": said,
        "way": way,
        "panel": way.template if way.is_open else "public/entrances/announced.html",
        "tabs": _links(Place.TAB, way, kept),
        "buttons": _links(Place.BUTTON, way, kept),
        "person_next": kept["next"],
        "person_url": _identity_url(Side.OUTSIDE, kept["next"]),
        "office_url": _identity_url(Side.OFFICE, kept["next"]),
        "helped": entrances.helped(),
        "registration": signing_up.is_open(),
        "domain": urlsplit(settings.ERJIAN_ORIGIN).hostname,
        "support": policy.current().province.support_phone,
    }
    return render(request, "public/sign_in.html", context, status=status)


def _identity_url(side: Side, wanted: str) -> str:
    return f"{reverse('public:identity')}?{urlencode({'side': side, 'next': wanted})}"


def _links(place: Place, current: Way, kept: dict[str, str]) -> tuple[Link, ...]:
    """The ways at a place; each keeps what the visitor already said."""
    return tuple(
        Link(way.label, way.url(**kept), icon=way.icon, current=way is current) for way in entrances.offered(place)
    )


@require_POST
@sessions.open_before_password_change
def sign_out(request: HttpRequest) -> HttpResponse:
    """退出系统."""
    sign_in.close_session(request)
    messages.success(request, "已退出系统。")
    return redirect("public:home")


@never_cache
@sensitive_post_parameters("old_password", "new_password", "again")
@sessions.open_before_password_change
def password(request: HttpRequest) -> HttpResponse:
    """修改口令: by choice, or because one is due."""
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            passwords.change(
                user=request.user, old=form.cleaned_data["old_password"], new=form.cleaned_data["new_password"]
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            before = request.session.session_key
            update_session_auth_hash(request, request.user)
            devices.renamed(before, request.session)
            devices.end_all(user=request.user, by=request.user.actor, keep=request.session.session_key)
            messages.success(request, "口令已修改。其他设备上的登录已退出。")
            return redirect(request.user.home)
    due = sessions.password_due(request)
    frame = {"shell": shell(request)} if due else frames.of_the_reader(request)
    context = frame | {"form": form, "due": due, "rules": passwords.rules()}
    return render(request, "public/password.html", context, status=422 if form.errors else 200)
