"""用户注册: the contact's mobile, its code, then the enterprise; and the states of what was handed in before."""

from __future__ import annotations

import base64
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from erjian import files, protection
from erjian.accounts import signing_up
from erjian.accounts.models import SignUp, SignUpState
from erjian.accounts.signing_up import Vouched
from erjian.audit import Actor, ActorKind
from erjian.audit.middleware import address_of
from erjian.files import Blob
from erjian.policy import authorities, clock
from erjian.portals.public import entrances
from erjian.portals.public.navigation import shell
from erjian.registry.models.enterprises import EnterpriseOrigin
from erjian.standards import phones, regions
from erjian.standards.errors import Refusal
from erjian.ui.dates import moment
from erjian.ui.forms import ErjianForm
from erjian.ui.tables import Column, Table, strong
from erjian.ui.templatetags.ej import chip

_STATE = "register"
_LIFE = 30 * 60
VOUCHED = "register_vouched"
"""Key of the session under which a way in that has proved an enterprise without account leaves `credit_code`, `name` and
`way` (its words, such as 电子营业执照) before it leads here; never taken from the visitor."""
TONES = {SignUpState.WAITING: "office", SignUpState.APPROVED: "done", SignUpState.REFUSED: "bad"}


class PhoneForm(ErjianForm, forms.Form):
    phone = forms.CharField(
        label="联系人手机号码",
        max_length=20,
        help_text="审核结果和设置口令的链接发到这个号码。",
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )


class CodeForm(ErjianForm, forms.Form):
    code = forms.CharField(
        label="短信验证码",
        max_length=6,
        min_length=6,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


def _counties() -> list[tuple[str, Any]]:
    return [("", "请选择"), *((name, list(regions.counties_of(city).items())) for city, name in regions.CITIES.items())]


class EnterpriseForm(ErjianForm, forms.Form):
    """What the applicant says of the enterprise."""

    credit_code = forms.CharField(
        label="统一社会信用代码",
        max_length=30,
        help_text="营业执照上的 18 位代码。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    name = forms.CharField(
        label="企业名称",
        max_length=200,
        help_text="与营业执照一致的全称。",
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    origin = forms.ChoiceField(
        label="企业类型",
        choices=EnterpriseOrigin.choices,
        initial=EnterpriseOrigin.PROVINCIAL,
        help_text="省内企业由所在市州审核，省直、省外企业由省厅审核。",
    )
    city = forms.ChoiceField(
        label="注册所在地市",
        required=False,
        choices=[("", "请选择"), *regions.CITIES.items()],
        help_text="省外企业不填。",
    )
    county = forms.ChoiceField(label="注册所在区县", required=False, choices=_counties)
    contact_name = forms.CharField(
        label="联系人姓名",
        max_length=100,
        help_text="通过后成为本企业管理员，可以再邀请其他操作员。",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    licence = forms.FileField(
        label="营业执照",
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".jpg,.jpeg,.png,.pdf"}),
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, vouched: Vouched | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if vouched is not None:
            # A disabled field has its initial value, whatever is sent.
            for name in ("credit_code", "name"):
                self.fields[name].disabled = True
                self.fields[name].initial = getattr(vouched, name)
            del self.fields["licence"]


def _limits() -> files.Limits:
    return files.Limits.of("document")


def _open() -> None:
    """Registration exists where policy opens it."""
    if not signing_up.is_open():
        raise Http404


def _keep(request: HttpRequest, phone: str, *, proved: bool) -> None:
    sealed = base64.b64encode(protection.encrypt("sign_up", phone)).decode()
    request.session[_STATE] = {"phone": sealed, "proved": proved, "at": int(clock.now().timestamp())}


def _phone(request: HttpRequest, *, proved: bool) -> str:
    """The mobile that was given, and proved, in this session lately; empty when there is none."""
    state = request.session.get(_STATE)
    if not state or (proved and not state["proved"]) or clock.now().timestamp() - state["at"] > _LIFE:
        return ""
    return protection.decrypt("sign_up", base64.b64decode(state["phone"]))


def _vouched(request: HttpRequest) -> Vouched | None:
    """The enterprise proved lately in this session; the proof ages from when it is first looked at."""
    kept = request.session.get(VOUCHED)
    if not kept:
        return None
    now = int(clock.now().timestamp())
    if now - kept.setdefault("at", now) > _LIFE:
        request.session.pop(VOUCHED)
        return None
    request.session.modified = True
    return Vouched(credit_code=kept["credit_code"], name=kept["name"], way=kept["way"])


def _frame(request: HttpRequest) -> dict[str, Any]:
    """What every step shows around its form."""
    vouched, licence = _vouched(request), entrances.way("e_licence")
    return {
        "shell": shell(request),
        "vouched": vouched,
        "by_licence": licence.url() if licence.is_open and vouched is None else "",
    }


def _again(request: HttpRequest) -> HttpResponse:
    messages.warning(request, "请先验证联系人的手机号码。")
    return redirect("public:register")


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("phone")
def start(request: HttpRequest) -> HttpResponse:
    """/register/: the contact's mobile; also the way to the state of a request."""
    _open()
    form = PhoneForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                phone = phones.parse_mobile(form.cleaned_data["phone"])
                signing_up.request_code(phone=phone, address=address_of(request))
            except Refusal as refusal:
                form.add_error("phone", refusal.message)
                status = getattr(refusal, "status", 422)
            else:
                _keep(request, phone, proved=False)
                return redirect("public:register-code")
    context = {"form": form} | _frame(request)
    return render(request, "public/register/start.html", context, status=status)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("code")
def code(request: HttpRequest) -> HttpResponse:
    """/register/code/"""
    _open()
    phone = _phone(request, proved=False)
    if not phone:
        return _again(request)
    form = CodeForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                signing_up.check_code(phone=phone, code=form.cleaned_data["code"], address=address_of(request))
            except Refusal as refusal:
                form.add_error("code", refusal.message)
                status = getattr(refusal, "status", 422)
            else:
                request.session.cycle_key()
                _keep(request, phone, proved=True)
                return redirect(
                    "public:register-mine" if signing_up.of_phone(phone).exists() else "public:register-new"
                )
    context = {"form": form, "phone": phones.mask(phone)} | _frame(request)
    return render(request, "public/register/code.html", context, status=status)


@login_not_required
@never_cache
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """/register/mine/: what was handed in with this mobile, and where it stands."""
    _open()
    phone = _phone(request, proved=True)
    if not phone:
        return _again(request)
    table = Table(
        columns=(
            Column("企业名称", lambda row: strong(row.name), css="m-top wrap"),
            Column("统一社会信用代码", "credit_code", css="ej-num m-wide", data_label="信用代码"),
            Column("提交时间", lambda row: moment(row.submitted_at), css="ej-num m-wide", data_label="提交"),
            Column(
                "审核单位", lambda row: authorities.get(row.authority_code).name, css="m-wide", data_label="审核单位"
            ),
            Column("说明", _said, css="m-wide wrap", data_label="说明"),
            Column("状态", lambda row: chip(TONES[SignUpState(row.state)], row.get_state_display()), css="m-top m-end"),
        ),
        rows=list(signing_up.of_phone(phone)[:50]),
        empty="还没有提交过用户注册。",
    )
    return render(request, "public/register/mine.html", {"shell": shell(request), "table": table})


def _said(row: SignUp) -> str:
    if row.state == SignUpState.REFUSED:
        return row.reason
    if row.state == SignUpState.APPROVED:
        return "设置口令的链接已发到您的手机。"
    return "审核后以短信告知。"


@login_not_required
@require_safe
def counties(request: HttpRequest) -> HttpResponse:
    """/register/counties/: those of a city as options, for every form with both."""
    found = regions.counties_of(request.GET.get("city", ""))
    return render(request, "public/register/counties.html", {"counties": found.items()})


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """/register/new/: the enterprise. A licence once accepted is kept while other fields are put right."""
    _open()
    phone = _phone(request, proved=True)
    if not phone:
        return _again(request)
    vouched = _vouched(request)
    if request.method != "POST":
        request.session[_STATE] |= {"licence": ""}
        request.session.modified = True
        return _form(request, EnterpriseForm(initial={"key": uuid4()}, vouched=vouched))
    form = EnterpriseForm(request.POST, request.FILES, vouched=vouched)
    valid = form.is_valid()
    licence = _licence(request, form) if vouched is None else None
    if valid and not form.errors:
        data = dict(form.cleaned_data)
        key: UUID = data.pop("key")
        data.pop("licence", None)
        try:
            made = signing_up.submit(
                key=key,
                phone=phone,
                asked=signing_up.Asked(**data),
                licence=licence,
                address=address_of(request),
                vouched=vouched,
            )
        except Refusal as refusal:
            form.refuse(refusal)
            return _form(request, form, status=getattr(refusal, "status", 422))
        request.session.pop(VOUCHED, None)
        decides = authorities.get(made.authority_code).name
        done = f"已提交，由{decides}审核。结果以短信告知，也可以在这里查看。"
        if made.state == SignUpState.APPROVED:
            done = "账号已开通。设置口令的链接已发到您的手机，72 小时内有效。"
        messages.success(request, done)
        return redirect("public:register-mine")
    return _form(request, form, status=422)


def _licence(request: HttpRequest, form: EnterpriseForm) -> Blob | None:
    """The licence sent now, or accepted with an earlier try of this form."""
    state = request.session[_STATE]
    upload = request.FILES.get("licence")
    if upload is not None:
        actor = Actor(kind=ActorKind.PUBLIC, user_id=None, label="注册申请人", address=address_of(request))
        try:
            blob = files.accept(upload, limits=_limits(), actor=actor, field="licence")
        except Refusal as refusal:
            form.refuse(refusal)
            return None
        state["licence"] = str(blob.pk)
        request.session.modified = True
        return blob
    return Blob.objects.filter(pk=state["licence"]).first() if state.get("licence") else None


def _form(request: HttpRequest, form: EnterpriseForm, *, status: int = 200) -> HttpResponse:
    if "licence" in form.fields:
        _ask_for_licence(form, kept=bool(request.session[_STATE].get("licence")))
    frame = _frame(request)
    vouched = frame["vouched"]
    context = {"form": form, "taken_from": f"取自{vouched.way}" if vouched else ""} | frame
    return render(request, "public/register/new.html", context, status=status)


def _ask_for_licence(form: EnterpriseForm, *, kept: bool) -> None:
    # Asked for by `submit`; a licence that is kept need not be sent again.
    form["licence"].field.required = not kept
    if kept and not form.errors.get("licence"):
        form.files.clear()  # what was sent now is kept as well, and need not be chosen again
    form["licence"].help_text = (
        "已上传。要更换的，请重新选择。" if kept else "照片或扫描件，JPG、PNG 或 PDF，四角完整、字迹清楚。"
    )
