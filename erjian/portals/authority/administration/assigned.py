"""企业账号: the system administrator opens, resets and disables the accounts of enterprises' administrators."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from erjian.accounts import assigned, operators, scopes
from erjian.accounts.duties import NotTheirs
from erjian.accounts.models import EnterpriseRight, Function, User
from erjian.policy import authorities
from erjian.portals.authority.access import for_officer, officer
from erjian.portals.authority.navigation import shell
from erjian.registry.models import Enterprise
from erjian.standards.errors import Refusal
from erjian.ui.dates import day, moment
from erjian.ui.forms import ErjianForm
from erjian.ui.paging import paginate
from erjian.ui.tables import Column, Op, Table, strong
from erjian.ui.templatetags.ej import chip


class SearchForm(ErjianForm, forms.Form):
    q = forms.CharField(
        label="企业名称或统一社会信用代码",
        max_length=200,
        widget=forms.TextInput(attrs={"placeholder": "名称可只填开头几个字"}),
    )


class NewForm(ErjianForm, forms.Form):
    name = forms.CharField(label="管理员姓名", max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    phone = forms.CharField(
        label="手机号码",
        max_length=20,
        help_text="设置口令的链接发到这个号码。",
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )


class ResetForm(ErjianForm, forms.Form):
    reason = forms.CharField(
        label="事由",
        max_length=200,
        widget=forms.TextInput(attrs={"placeholder": "如：更换手机，已核对授权书"}),
    )
    phone = forms.CharField(
        label="新手机号码",
        max_length=20,
        required=False,
        help_text="不更换的不填。",
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )


@for_officer(Function.SYSTEM)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Enterprises by name or credit code, each with its administrators."""
    by = officer(request)
    form = SearchForm(request.GET or None)
    rows = Enterprise.objects.none()
    if form.is_bound and form.is_valid():
        asked = form.cleaned_data["q"].strip()
        mine = scopes.enterprises(by)
        rows = mine.filter(credit_code=asked.upper()) | mine.filter(name__startswith=asked)
    managing = User.objects.filter(right=EnterpriseRight.MANAGE, is_active=True).order_by("pk")
    page = paginate(
        rows.order_by("name", "pk").prefetch_related(Prefetch("operators", managing, to_attr="managing")), request.GET
    )
    table = Table(
        columns=(
            Column("企业名称", lambda row: strong(row.name), css="cut m-top", title=True),
            Column("统一社会信用代码", "credit_code", css="ej-num m-wide", data_label="信用代码"),
            Column(
                "申报主管部门", lambda row: authorities.get(row.filing_authority).short, css="m-wide",
                data_label="主管部门",
            ),
            Column("管理员", _managers, css="m-wide wrap", data_label="管理员"),
        ),
        rows=page,
        numbered=True,
        first=page.start,
        name="name",
        ops=lambda row: (Op("管理", reverse("authority:assigned_enterprise", args=(row.pk,))),),
        empty="没有符合条件的企业。请核对名称和信用代码。" if request.GET else "请先填写企业名称或统一社会信用代码查询。",
    )  # fmt: skip
    context = {"shell": shell(request, "assigned"), "filter": form, "table": table, "page": page}
    return render(request, "authority/administration/assigned.html", context)


def _managers(row: Any) -> str:
    return "、".join(user.name for user in row.managing) or chip("mine", "没有管理员")


@for_officer(Function.SYSTEM)
@require_http_methods(["GET", "HEAD", "POST"])
def enterprise(request: HttpRequest, pk: int) -> HttpResponse:
    """One enterprise's administrators, and a form to open another account."""
    by, status = officer(request), 200
    one = get_object_or_404(scopes.enterprises(by), pk=pk)
    form = NewForm(request.POST or None)
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = assigned.create(by=by, enterprise_id=pk, **form.cleaned_data)
            except Refusal as refusal:
                form.refuse(refusal)
                status = getattr(refusal, "status", 422)
            else:
                messages.success(
                    request, f"已分配账号 {made.username}。设置口令的链接已发到 {made.phone_mask}，72 小时内有效。"
                )
                return redirect("authority:assigned_enterprise", pk=pk)
    table = Table(
        columns=(
            Column("姓名", lambda row: strong(row.name), css="m-top"),
            Column("用户名", "username", css="m-wide", data_label="用户名"),
            Column("手机号码", lambda row: row.phone_mask or "未填写", css="ej-num m-wide", data_label="手机号码"),
            Column("最近登录", _last, css="ej-num m-wide", data_label="最近登录"),
            Column("状态", state, css="m-top m-end"),
        ),
        rows=list(assigned.visible_to(by).filter(enterprise=one).order_by("-is_active", "pk")[:100]),
        name="name",
        ops=lambda row: (Op("管理", reverse("authority:assigned_account", args=(row.pk,))),),
        empty="这个企业还没有管理员账号。",
    )
    context = {
        "shell": shell(request, "assigned"),
        "one": one,
        "form": form,
        "table": table,
        "facts": (
            ("统一社会信用代码", one.credit_code),
            ("申报主管部门", authorities.get(one.filing_authority).name),
            ("经营状态", one.get_status_display()),
        ),
    }
    return render(request, "authority/administration/assigned_enterprise.html", context, status=status)


def state(row: User) -> str:
    """A chip for the account's state."""
    if not row.is_active:
        return chip("bad", "停用")
    return chip("done", "启用") if row.has_usable_password() else chip("office", "待设置口令")


def _last(row: User) -> str:
    return moment(row.last_login) if row.last_login else "未登录"


@for_officer(Function.SYSTEM)
@require_safe
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """One administrator's account."""
    return _account(request, pk)


def _account(request: HttpRequest, pk: int, *, form: ResetForm | None = None, status: int = 200) -> HttpResponse:
    one = get_object_or_404(assigned.visible_to(officer(request)), pk=pk)
    assert one.enterprise is not None
    others = operators.administrators(one.enterprise).exclude(pk=one.pk)
    context = {
        "shell": shell(request, "assigned"),
        "one": one,
        "form": form or ResetForm(),
        "last": operators.has_started(one) and not others.exists(),
        "facts": (
            ("企业", one.enterprise.name),
            ("用户名", one.username),
            ("手机号码", one.phone_mask or "未填写"),
            ("最近登录", _last(one)),
            ("开通于", day(one.created_at)),
            ("状态", state(one)),
        ),
    }
    return render(request, "authority/administration/assigned_account.html", context, status=status)


def _act(request: HttpRequest, pk: int, act: Callable[[], User], done: str, form: ResetForm | None) -> HttpResponse:
    try:
        one = act()
    except User.DoesNotExist:
        raise Http404 from None
    except NotTheirs:
        raise
    except Refusal as refusal:
        if form is None or refusal.field is None:
            messages.error(request, refusal.message)
        else:
            form.refuse(refusal)
        return _account(request, pk, form=form, status=getattr(refusal, "status", 422))
    messages.success(request, done.format(one.phone_mask))
    return redirect("authority:assigned_account", pk=pk)


@require_POST
@for_officer(Function.SYSTEM)
def reset(request: HttpRequest, pk: int) -> HttpResponse:
    """重置."""
    form = ResetForm(request.POST)
    if not form.is_valid():
        return _account(request, pk, form=form, status=422)

    def act() -> User:
        return assigned.reset(by=officer(request), user_id=pk, **form.cleaned_data)

    return _act(request, pk, act, "账号已重置，原口令已作废。设置口令的链接已发到 {}。", form)


@require_POST
@for_officer(Function.SYSTEM)
def active(request: HttpRequest, pk: int) -> HttpResponse:
    """停用, 启用."""
    wanted = request.POST.get("active") == "1"

    def act() -> User:
        return assigned.set_active(by=officer(request), user_id=pk, active=wanted)

    return _act(request, pk, act, "账号已启用。" if wanted else "账号已停用，已登录的设备已退出。", None)
