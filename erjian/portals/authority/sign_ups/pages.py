"""The queue of requests, and one request beside what the register knows."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST, require_safe

from erjian import files
from erjian.accounts import signing_up
from erjian.accounts.models import Function, SignUp, SignUpState
from erjian.policy import authorities
from erjian.portals.authority.access import for_officer, officer
from erjian.portals.authority.navigation import shell
from erjian.standards import regions
from erjian.ui.dates import moment
from erjian.ui.forms import ErjianForm
from erjian.ui.paging import paginate
from erjian.ui.parts import View
from erjian.ui.tables import Column, Op, Table, strong
from erjian.ui.templatetags.ej import chip

_TONES = {SignUpState.WAITING: "mine", SignUpState.APPROVED: "done", SignUpState.REFUSED: "bad"}


class RefuseForm(ErjianForm, forms.Form):
    reason = forms.CharField(
        label="理由",
        max_length=500,
        help_text="写明哪一项不符、怎样修改；以短信告知联系人。",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def _chip(row: SignUp) -> SafeString:
    return chip(_TONES[SignUpState(row.state)], row.get_state_display())


@for_officer(Function.ACCEPTANCE)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Requests by state, the waiting ones first and oldest first."""
    wanted = request.GET.get("view", SignUpState.WAITING.value)
    state = SignUpState(wanted) if wanted in SignUpState.values else SignUpState.WAITING
    rows = signing_up.visible_to(officer(request)).filter(state=state)
    waiting = state == SignUpState.WAITING
    page = paginate(
        rows.order_by("submitted_at", "pk") if waiting else rows.order_by("-submitted_at", "-pk"), request.GET
    )
    table = Table(
        columns=(
            Column("企业名称", lambda row: strong(row.name), css="cut m-top", title=True),
            Column("统一社会信用代码", "credit_code", css="ej-num m-wide", data_label="信用代码"),
            Column("审核单位", lambda row: authorities.get(row.authority_code).short, css="m-hide"),
            Column("联系人", "contact_name", css="m-wide", data_label="联系人"),
            Column("提交时间", lambda row: moment(row.submitted_at), css="ej-num m-wide", data_label="提交"),
            Column("状态", _chip, css="m-top m-end"),
        ),
        rows=page,
        numbered=True,
        first=page.start,
        name="name",
        ops=lambda row: (Op("审核" if waiting else "查阅", reverse("authority:sign_up", args=(row.pk,))),),
        empty=f"没有“{state.label}”的用户注册。",
    )
    views = [View(each.label, f"?view={each.value}", current=each == state) for each in SignUpState]
    context = {"shell": shell(request, "sign_ups"), "views": views, "table": table, "page": page}
    return render(request, "authority/sign_ups/listing.html", context)


@for_officer(Function.ACCEPTANCE)
@require_safe
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """One request."""
    return _page(request, pk)


def _page(request: HttpRequest, pk: int, *, form: RefuseForm | None = None, status: int = 200) -> HttpResponse:
    one = get_object_or_404(
        signing_up.visible_to(officer(request)).select_related("licence", "decided_by", "account"), pk=pk
    )
    context = {
        "shell": shell(request, "sign_ups"),
        "one": one,
        "chip": _chip(one),
        "waiting": one.state == SignUpState.WAITING,
        "facts": _facts(one),
        "register": _register(one),
        "is_image": one.licence is not None and one.licence.media_type.startswith("image/"),
        "form": form or RefuseForm(),
    }
    return render(request, "authority/sign_ups/page.html", context, status=status)


def _facts(one: SignUp) -> list[tuple[str, Any]]:
    place = "".join(regions.name(code) for code in (one.city, one.county) if code)
    facts = [
        ("企业名称", one.name),
        ("统一社会信用代码", one.credit_code),
        ("企业类型", one.get_origin_display()),
        ("注册所在地", place or "省外"),
        ("联系人", one.contact_name),
        ("手机号码", one.contact_phone_mask),
        ("提交时间", moment(one.submitted_at)),
    ]
    if one.vouched:
        facts.append(("凭证", f"{one.vouched}，自动通过"))
    if one.decided_at is not None:
        facts.append(("审核时间", moment(one.decided_at)))
    if one.decided_by is not None:
        facts.append(("审核人", one.decided_by.name))
    if one.account is not None:
        facts.append(("账号", one.account.username))
    if one.reason:
        facts.append(("理由", one.reason))
    return facts


def _register(one: SignUp) -> list[tuple[str, Any]]:
    """What the register knows of the credit code, compared with what was typed."""
    known = signing_up.register_of(one)
    if known is None:
        return [("登记库", "没有这个统一社会信用代码的企业，通过后新登记。")]
    same = "".join(known.name.split()) == one.name
    named = known.name if same else format_html("{} {}", known.name, chip("bad", "与填写的不一致"))
    return [
        ("登记库", "已有这个企业，通过后为它开通账号，登记的内容不变。"),
        ("登记的名称", named),
        ("申报主管部门", authorities.get(known.filing_authority).name),
        ("经营状态", known.get_status_display()),
    ]


@for_officer(Function.ACCEPTANCE)
@require_safe
def licence(request: HttpRequest, pk: int) -> HttpResponse:
    """The uploaded 营业执照."""
    one = get_object_or_404(signing_up.visible_to(officer(request)).select_related("licence"), pk=pk)
    if one.licence is None:
        raise Http404
    return files.response(one.licence, filename="营业执照")


@require_POST
@for_officer(Function.ACCEPTANCE)
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """通过."""
    try:
        made = signing_up.approve(by=officer(request), pk=pk)
    except SignUp.DoesNotExist:
        raise Http404 from None
    except signing_up.SignUpRefused as refusal:
        messages.error(request, refusal.message)
        return _page(request, pk, status=refusal.status)
    assert made.account is not None
    messages.success(request, f"已通过，账号 {made.account.username}。设置口令的链接已发到 {made.contact_phone_mask}。")
    return redirect("authority:sign_ups")


@require_POST
@for_officer(Function.ACCEPTANCE)
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """不通过."""
    form = RefuseForm(request.POST)
    if not form.is_valid():
        return _page(request, pk, form=form, status=422)
    try:
        made = signing_up.refuse(by=officer(request), pk=pk, reason=form.cleaned_data["reason"])
    except SignUp.DoesNotExist:
        raise Http404 from None
    messages.success(request, f"已告知{made.contact_name}：{made.name}的用户注册未通过。")
    return redirect("authority:sign_ups")
