"""操作员管理: who works for the enterprise here, and with which right."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from erjian.accounts import operators, sign_in
from erjian.accounts.duties import NotTheirs
from erjian.accounts.models import EnterpriseRight, User
from erjian.portals.enterprise.access import employer, for_enterprise, operator
from erjian.portals.enterprise.navigation import shell
from erjian.standards.errors import Refusal
from erjian.ui.dates import day, moment
from erjian.ui.forms import ErjianForm
from erjian.ui.paging import paginate
from erjian.ui.tables import Column, Op, Table, strong
from erjian.ui.templatetags.ej import chip

_MANAGE = EnterpriseRight.MANAGE
MEANING = (
    (EnterpriseRight.VIEW, "只能看，不能办理"),
    (EnterpriseRight.FILE, "查阅，并办理申报和确认"),
    (EnterpriseRight.MANAGE, "申报，并维护企业信息和操作员"),
)


class RightForm(ErjianForm, forms.Form):
    right = forms.ChoiceField(
        label="操作权限",
        choices=[(right.value, f"{right.label}：{meaning}") for right, meaning in MEANING],
        widget=forms.RadioSelect,
        initial=EnterpriseRight.FILE,
    )


class InviteForm(RightForm):
    name = forms.CharField(label="姓名", max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    phone = forms.CharField(
        label="手机号码",
        max_length=20,
        help_text="设置口令的链接发到这个号码，本人打开后自己设置口令。",
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    field_order = ("name", "phone", "right")


def state(row: User) -> str:
    """A chip for the account's state."""
    if not row.is_active:
        return chip("empty", "已移除")
    return chip("done", "启用") if operators.has_started(row) else chip("office", "待设置口令")


@for_enterprise(_MANAGE)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Everybody who works or worked here for the enterprise."""
    me = operator(request)
    rows = operators.of(employer(request)).order_by("-is_active", "name", "pk")
    page = paginate(rows, request.GET)
    table = Table(
        columns=(
            Column("姓名", lambda row: strong(f"{row.name}（本人）" if row.pk == me.pk else row.name), css="m-top"),
            Column("用户名", "username", css="m-wide", data_label="用户名"),
            Column("手机号码", lambda row: row.phone_mask or "未填写", css="ej-num m-wide", data_label="手机号码"),
            Column("权限", "get_right_display", css="m-wide", data_label="权限"),
            Column("最近登录", lambda row: moment(row.last_login) if row.last_login else "未登录", css="ej-num m-hide"),
            Column("状态", state, css="m-top m-end"),
        ),
        rows=page,
        numbered=True,
        first=page.start,
        name="name",
        ops=lambda row: (Op("管理", reverse("enterprise:operator", args=(row.pk,))),) if row.is_active else (),
        empty="还没有操作员。",
    )
    return render(
        request, "enterprise/operators.html", {"shell": shell(request, "operators"), "table": table, "page": page}
    )


@for_enterprise(_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    """邀请操作员."""
    form = InviteForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = operators.invite(by=operator(request), **form.cleaned_data)
            except Refusal as refusal:
                form.refuse(refusal)
                status = getattr(refusal, "status", 422)
            else:
                messages.success(request, f"已邀请{made.name}。设置口令的链接已发到 {made.phone_mask}，72 小时内有效。")
                return redirect("enterprise:operators")
    return render(
        request, "enterprise/operator_invite.html", {"shell": shell(request, "operators"), "form": form}, status=status
    )


@for_enterprise(_MANAGE)
@require_safe
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """One operator."""
    return _page(request, pk)


def _page(request: HttpRequest, pk: int, *, form: RightForm | None = None, status: int = 200) -> HttpResponse:
    one = get_object_or_404(operators.of(employer(request)), pk=pk)
    context = {
        "shell": shell(request, "operators"),
        "one": one,
        "own": one.pk == operator(request).pk,
        "started": operators.has_started(one),
        "form": form or RightForm(initial={"right": one.right}),
        "facts": (
            ("用户名", one.username),
            ("手机号码", one.phone_mask or "未填写"),
            ("权限", one.get_right_display()),
            ("邀请于", day(one.created_at)),
            ("最近登录", moment(one.last_login) if one.last_login else "未登录"),
            ("状态", state(one)),
        ),
    }
    return render(request, "enterprise/operator.html", context, status=status)


def _act(request: HttpRequest, pk: int, act: Any, done: str) -> HttpResponse:
    """Do it, or show the page again with the reason beside the field."""
    form = RightForm(request.POST if "right" in request.POST else {"right": ""})
    try:
        one = act(by=operator(request), operator_id=pk)
    except User.DoesNotExist:
        raise Http404 from None
    except NotTheirs:
        raise
    except Refusal as refusal:
        if "right" not in request.POST:
            form = RightForm(initial={"right": get_object_or_404(operators.of(employer(request)), pk=pk).right})
            messages.error(request, refusal.message)
        else:
            form.is_valid()
            form.refuse(refusal)
        return _page(request, pk, form=form, status=getattr(refusal, "status", 422))
    over = one.pk == operator(request).pk and not (one.is_active and one.right == _MANAGE)
    if over:
        # Their own right or account is gone, and this session with it.
        sign_in.close_session(request)
    messages.success(request, done.format(one.name))
    return redirect("public:home" if over else "enterprise:operators")


@require_POST
@for_enterprise(_MANAGE)
def right(request: HttpRequest, pk: int) -> HttpResponse:
    """调整权限."""

    def act(**who: Any) -> User:
        return operators.change_right(right=request.POST.get("right", ""), **who)

    return _act(request, pk, act, "{}的权限已调整。权限缩小的，已登录的设备已退出。")


@require_POST
@for_enterprise(_MANAGE)
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """移除."""
    return _act(request, pk, operators.remove, "已移除{}。已登录的设备已退出。")


@require_POST
@for_enterprise(_MANAGE)
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """重新发送邀请."""
    return _act(request, pk, operators.invite_again, "已重新发送给{}。原来的链接已失效。")
