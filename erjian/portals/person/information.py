"""个人信息: what the register holds of me, the part that I keep up to date, and who was shown it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from erjian import audit, messaging
from erjian.audit import ActorKind
from erjian.audit.middleware import address_of
from erjian.audit.models import Event
from erjian.policy import clock
from erjian.portals.person.access import account, for_person, myself
from erjian.portals.person.navigation import information_tabs, shell
from erjian.registry import personal
from erjian.registry.models import Person
from erjian.standards import phones
from erjian.standards.dictionaries import Degree, Education
from erjian.standards.errors import Refusal
from erjian.ui.dates import day, stamp
from erjian.ui.forms import ErjianForm
from erjian.ui.paging import paginate
from erjian.ui.tables import Column, Table


@for_person
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """My data; numbers are masked until asked for, and that reading is noted."""
    person, full = myself(request), request.GET.get("full") == "1"
    if full:
        audit.record_read(actor=account(request).actor, purpose="本人查看个人信息", kind="person", ids=[person.pk])
    context = {
        "shell": shell(request, "information"),
        "tabs": information_tabs("information"),
        "person": person,
        "full": full,
        "identity": _identity(person, full=full),
        "contact": _contact(person, full=full),
        "education": _education(person),
        "verified": person.get_assurance_display(),
        "portrait_limits": personal.limits("portrait"),
        "printed": personal.is_printed(person, "portrait"),
    }
    return render(request, "person/information.html", context)


def _identity(person: Person, *, full: bool) -> list[tuple[str, object]]:
    verified = f"{person.get_assurance_display()}　{day(person.verified_at)}" if person.is_verified else "未实名认证"
    return [
        ("姓名", person.name),
        ("性别", person.get_sex_display()),
        ("证件类型", person.get_document_kind_display()),
        ("证件号码", person.id_number if full else person.id_number_mask),
        ("出生日期", day(person.birth_date)),
        ("民族", person.get_ethnicity_display()),
        ("实名认证", verified),
    ]


def _contact(person: Person, *, full: bool) -> list[tuple[str, object]]:
    landline = person.landline if full or not person.landline else phones.mask(person.landline)
    return [
        ("手机号码", person.phone if full else person.phone_mask),
        ("联系电话", landline),
        ("紧急联系人", person.emergency_name),
        ("紧急联系人手机", person.emergency_phone if full else person.emergency_phone_mask),
    ]


def _education(person: Person) -> list[tuple[str, object]]:
    return [
        ("毕业院校", person.school),
        ("所学专业", person.major),
        ("毕业时间", day(person.graduated_on)),
        ("学历", person.get_education_display()),
        ("学位", person.get_degree_display()),
    ]


class ContactForm(ErjianForm, forms.Form):
    """How to reach me; education only where the register knows nothing yet."""

    landline = forms.CharField(label="联系电话", max_length=30, required=False, help_text="固定电话或手机号码")
    emergency_name = forms.CharField(label="紧急联系人姓名", max_length=100, required=False)
    emergency_phone = forms.CharField(label="紧急联系人手机号码", max_length=20, required=False)
    school = forms.CharField(label="毕业院校", max_length=100, required=False)
    major = forms.CharField(label="所学专业", max_length=100, required=False)
    graduated_on = forms.DateField(label="毕业时间", required=False)
    education = forms.ChoiceField(label="学历", choices=[("", "请选择"), *Education.choices], required=False)
    degree = forms.ChoiceField(label="学位", choices=[("", "请选择"), *Degree.choices], required=False)

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in personal.BLANK_ONLY:
            if getattr(person, name):
                del self.fields[name]
        for name in ("landline", "emergency_phone"):
            self.fields[name].widget.attrs |= {"inputmode": "tel", "autocomplete": "off"}

    def _phone(self, name: str, parse: Any) -> str:
        text: str = self.cleaned_data[name]
        try:
            return str(parse(text)) if text else ""
        except Refusal as refusal:
            raise forms.ValidationError(refusal.message, code=refusal.code) from refusal

    def clean_landline(self) -> str:
        return self._phone("landline", phones.parse_landline)

    def clean_emergency_phone(self) -> str:
        return self._phone("emergency_phone", phones.parse_mobile)

    def clean_graduated_on(self) -> Any:
        given = self.cleaned_data["graduated_on"]
        if given and given > clock.today():
            raise forms.ValidationError("毕业时间不能晚于今天。请核对毕业证书。", code="future")
        return given


@for_person
@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: HttpRequest) -> HttpResponse:
    """Change how to reach me. The form shows full numbers, because they are edited here."""
    person = myself(request)
    status = 200
    if request.method == "POST":
        form = ContactForm(request.POST, person=person)
        status = 422
        if form.is_valid():
            seen = request.POST.get("seen", "")
            try:
                personal.set_contact(
                    person_id=person.pk,
                    values=form.cleaned_data,
                    actor=account(request).actor,
                    seen=int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 10 else None,
                )
            except Refusal as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, "联系信息已保存。")
                return redirect("person:information")
    else:
        names = ("landline", "emergency_name", "emergency_phone", *personal.BLANK_ONLY)
        form = ContactForm(initial={name: getattr(person, name) for name in names}, person=person)
        if person.emergency_phone_mask or person.landline:
            audit.record_read(actor=account(request).actor, purpose="本人修改联系信息", kind="person", ids=[person.pk])
    context = {
        "shell": shell(request, "information"),
        "form": form,
        "seen": request.POST.get("seen") or person.version,
        "known": [row for row in _education(person) if row[1] and row[1] != "—"],
    }
    return render(request, "person/contact.html", context, status=status)


class PhoneForm(ErjianForm, forms.Form):
    phone = forms.CharField(
        label="新手机号码",
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )
    code = forms.CharField(
        label="短信验证码",
        max_length=6,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )

    def clean_phone(self) -> str:
        try:
            return phones.parse_mobile(self.cleaned_data["phone"])
        except Refusal as refusal:
            raise forms.ValidationError(refusal.message, code=refusal.code) from refusal


@for_person
@require_http_methods(["GET", "HEAD", "POST"])
def phone(request: HttpRequest) -> HttpResponse:
    """Change the registered mobile: a code goes to the new number and is typed back."""
    person = myself(request)
    form = PhoneForm(request.POST or None)
    sent, status = "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                if request.POST.get("do") == "code":
                    sent = _send_code(request, person, form.cleaned_data["phone"])
                    status = 200
                else:
                    _change_phone(request, person, form)
                    messages.success(request, "手机号码已更换。短信和登录验证将使用新号码。")
                    return redirect("person:information")
            except Refusal as refusal:
                status = getattr(refusal, "status", 422)
                form.refuse(refusal)
    context = {
        "shell": shell(request, "information"),
        "form": form,
        "person": person,
        "sent": sent,
        "asked": bool(sent) or request.POST.get("do") == "confirm",
    }
    return render(request, "person/phone.html", context, status=status)


def _send_code(request: HttpRequest, person: Person, number: str) -> str:
    if number == person.phone:
        raise personal.PersonalRefused("这就是现在登记的手机号码，不用更换。", code="same_phone", field="phone")
    return messaging.codes.request(number, purpose="phone", address=address_of(request)).phone_mask


def _change_phone(request: HttpRequest, person: Person, form: PhoneForm) -> None:
    code = form.cleaned_data["code"]
    if not code:
        raise personal.PersonalRefused("请填写短信验证码。没有收到的，请先获取验证码。", code="no_code", field="code")
    personal.set_phone(person_id=person.pk, phone=form.cleaned_data["phone"], code=code, actor=account(request).actor)


@for_person
@require_safe
def readers(request: HttpRequest) -> HttpResponse:
    """谁看过我的信息: every time somebody was shown my unmasked data (《个人信息保护法》第四十四条)."""
    user = account(request)
    found = paginate(audit.reads_of("person", user.person_id), request.GET)
    table = Table(
        columns=(
            Column("时间", lambda row: stamp(row.at), css="ej-num m-top"),
            Column("查看方", lambda row: _reader(row, user.pk), css="m-wide"),
            Column("用途", lambda row: row.data.get("purpose", ""), css="m-wide"),
        ),
        rows=found,
        empty="还没有人查看过您的完整身份证号、手机号码。",
    )
    context = {
        "shell": shell(request, "information"),
        "tabs": information_tabs("readers"),
        "table": table,
        "page": found,
    }
    return render(request, "person/readers.html", context)


def _reader(event: Event, user_id: int) -> str:
    """Which office or enterprise it was; officers are named by their office."""
    if event.actor_user_id == user_id:
        return "本人"
    kind = ActorKind(event.actor_kind)
    return event.organisation or kind.label
