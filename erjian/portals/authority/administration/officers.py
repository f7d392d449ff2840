"""主管单位账号: the system administrator makes, moves and disables them, the security administrator empowers them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from erjian.accounts import officers, second_factor
from erjian.accounts.models import ADMINISTRATORS, Function, Grant, User
from erjian.policy import authorities
from erjian.portals.authority.access import for_officer, officer
from erjian.portals.authority.navigation import shell
from erjian.standards.errors import Refusal
from erjian.ui.addresses import row_address
from erjian.ui.dates import day
from erjian.ui.forms import ErjianForm
from erjian.ui.paging import paginate
from erjian.ui.tables import Column, Op, Table, strong
from erjian.ui.templatetags.ej import chip

ADMINISTERING = (Function.SYSTEM, Function.SECURITY)


def _reachable(user: User) -> list[tuple[str, str]]:
    """The authorities whose accounts this administrator manages."""
    province = user.authority_code == authorities.province().code
    return [choice for choice in authorities.choices() if province or choice[0] == user.authority_code]


_UNCHOSEN = ("", "请选择")
_LISTED = ("name", "username", "authority_code", "is_active")


class OfficerFilter(ErjianForm, forms.Form):
    name = forms.CharField(label="姓名或用户名", max_length=64, required=False)
    authority = forms.ChoiceField(label="单位", required=False)
    function = forms.ChoiceField(label="职能", required=False, choices=[("", "全部"), *Function.choices])

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["authority"].choices = [("", "全部"), *_reachable(by)]  # type: ignore[attr-defined]


class NewForm(ErjianForm, forms.Form):
    username = forms.CharField(
        label="用户名", max_length=32, help_text="小写字母、数字和连字符，如 cs-humin。以后不能修改。"
    )
    name = forms.CharField(label="姓名", max_length=100)
    phone = forms.CharField(
        label="手机号码",
        max_length=20,
        help_text="本人用它接收验证码、设置口令。",
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )
    authority = forms.ChoiceField(label="单位")

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reachable = _reachable(by)
        self.fields["authority"].choices = reachable if len(reachable) == 1 else [_UNCHOSEN, *reachable]  # type: ignore[attr-defined]


class MoveForm(ErjianForm, forms.Form):
    """Nothing is chosen beforehand: one press must not move anybody anywhere."""

    authority = forms.ChoiceField(label="调入单位", choices=lambda: [_UNCHOSEN, *authorities.choices()])


class PhoneForm(ErjianForm, forms.Form):
    phone = forms.CharField(label="新手机号码", max_length=20, widget=forms.TextInput(attrs={"inputmode": "tel"}))


class IdentityForm(ErjianForm, forms.Form):
    id_number = forms.CharField(
        label="身份证号码",
        required=False,
        max_length=20,
        help_text="本人用可信数字身份登录时按这个号码识别。留空则不能这样登录。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class FunctionsForm(ErjianForm, forms.Form):
    functions = forms.MultipleChoiceField(
        label="职能",
        required=False,
        choices=Function.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text="系统、安全、审计三种管理员各自独立，不能兼任其他职能。",
    )


@for_officer(*ADMINISTERING)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """The officers whom the administrator sees."""
    by = officer(request)
    form = OfficerFilter(request.GET or None, by=by)
    held = Grant.objects.filter(user=OuterRef("pk")).order_by("function").values("function")
    rows = officers.visible_to(by).annotate(held=ArraySubquery(held)).only(*_LISTED)
    if form.is_bound and form.is_valid():
        asked = form.cleaned_data
        if asked["name"]:
            rows = rows.filter(name=asked["name"]) | rows.filter(username=asked["name"].lower())
        if asked["authority"]:
            rows = rows.filter(authority_code=asked["authority"])
        if asked["function"]:
            rows = rows.filter(grants__function=asked["function"])
    page = paginate(rows.order_by("authority_code", "username"), request.GET)
    table = Table(
        columns=(
            Column("姓名", lambda row: strong(row.name), css="m-top"),
            Column("用户名", "username", css="m-wide", data_label="用户名"),
            Column("单位", lambda row: authorities.get(row.authority_code).short, css="m-wide", data_label="单位"),
            Column("职能", _functions_of, css="m-wide wrap", data_label="职能"),
            Column(
                "状态", lambda row: chip("done", "启用") if row.is_active else chip("bad", "停用"), css="m-top m-end"
            ),
        ),
        rows=page,
        numbered=True,
        first=page.start,
        name="name",
        ops=lambda row: (Op("管理", row_address("authority:officer")(row.pk)),),
        empty="没有符合条件的账号。" if request.GET else "还没有账号。",
    )
    context = {
        "shell": shell(request, "officers"),
        "filter": form,
        "table": table,
        "page": page,
        "may_create": by.may(Function.SYSTEM),
    }
    return render(request, "authority/administration/officers.html", context)


def _functions_of(row: Any) -> str:
    return "、".join(Function(each).label for each in row.held) or "未授权"


@for_officer(Function.SYSTEM)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Make an account; its functions are the security administrator's to give."""
    by, status = officer(request), 200
    form = NewForm(request.POST or None, by=by)
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = officers.create(by=by, **form.cleaned_data)
            except Refusal as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, f"已新建{made.name}的账号。本人用“忘记口令”设置口令；职能由安全管理员授予。")
                return redirect("authority:officer", pk=made.pk)
    context = {"shell": shell(request, "officers"), "form": form}
    return render(request, "authority/administration/new.html", context, status=status)


@for_officer(*ADMINISTERING)
@require_safe
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """One account with what this administrator may do to it."""
    return _page(request, pk)


def _page(request: HttpRequest, pk: int, *, status: int = 200, **forms_: forms.Form) -> HttpResponse:
    by = officer(request)
    one = get_object_or_404(officers.visible_to(by), pk=pk)
    held = [Function(each) for each in one.grants.values_list("function", flat=True)]
    state = second_factor.state(one)
    administrator = bool(set(held) & set(ADMINISTRATORS))
    context = {
        "shell": shell(request, "officers"),
        "one": one,
        "facts": (
            ("用户名", one.username),
            ("单位", one.organisation),
            ("手机号码", one.phone_mask or "未填写"),
            ("身份证号码", one.id_number_mask or "未登记"),
            ("职能", "、".join(each.label for each in held) or "未授权"),
            ("第二因素", "已添加" if state.enrolled else "未添加"),
            ("新建于", day(one.created_at)),
        ),
        "own": one.pk == by.pk,
        "system": by.may(Function.SYSTEM),
        "security": by.may(Function.SECURITY),
        "administrator": administrator,
        "enrolled": state.enrolled,
        "move_form": MoveForm(),
        "phone_form": PhoneForm(),
        "identity_form": IdentityForm(),
        "functions_form": FunctionsForm(initial={"functions": [each.value for each in held]}),
    } | forms_
    return render(request, "authority/administration/officer.html", context, status=status)


def _act(
    request: HttpRequest, pk: int, act: Callable[[], Any], done: str, *, name: str = "", form: forms.Form | None = None
) -> HttpResponse:
    """Do it, or show the page again with the reason beside the field."""
    if form is not None and not form.is_valid():
        return _page(request, pk, status=422, **{name: form})
    try:
        act()
    except User.DoesNotExist:
        return _page(request, pk)
    except officers.OfficerRefused as refusal:
        if form is None:
            raise
        form.refuse(refusal)  # type: ignore[attr-defined]
        return _page(request, pk, status=422, **{name: form})
    messages.success(request, done)
    return redirect("authority:officer", pk=pk)


@require_POST
@for_officer(Function.SECURITY)
def functions(request: HttpRequest, pk: int) -> HttpResponse:
    """Give exactly the ticked functions."""
    form = FunctionsForm(request.POST)

    def act() -> None:
        officers.grant(by=officer(request), officer_id=pk, functions=form.cleaned_data["functions"])

    return _act(request, pk, act, "职能已调整。", name="functions_form", form=form)


@require_POST
@for_officer(Function.SYSTEM)
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Move to another authority."""
    form = MoveForm(request.POST)

    def act() -> None:
        officers.move(by=officer(request), officer_id=pk, authority=form.cleaned_data["authority"])

    return _act(request, pk, act, "已调动；原单位的职能已收回。", name="move_form", form=form)


@require_POST
@for_officer(Function.SYSTEM)
def phone(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down another mobile."""
    form = PhoneForm(request.POST)

    def act() -> None:
        officers.change_phone(by=officer(request), officer_id=pk, phone=form.cleaned_data["phone"])

    return _act(request, pk, act, "手机号码已修改。", name="phone_form", form=form)


@require_POST
@for_officer(Function.SYSTEM)
@sensitive_post_parameters("id_number")
def identity(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down the ID number."""
    form = IdentityForm(request.POST)

    def act() -> None:
        officers.identify(by=officer(request), officer_id=pk, id_number=form.cleaned_data["id_number"])

    return _act(request, pk, act, "身份证号码已登记。", name="identity_form", form=form)


@require_POST
@for_officer(Function.SYSTEM)
def active(request: HttpRequest, pk: int) -> HttpResponse:
    """Disable or enable."""
    wanted = request.POST.get("active") == "1"
    act = lambda: officers.set_active(by=officer(request), officer_id=pk, active=wanted)  # noqa: E731
    return _act(request, pk, act, "账号已启用。" if wanted else "账号已停用，已登录的设备已退出。")


@require_POST
@for_officer(Function.SECURITY)
def second_factor_reset(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a lost second factor."""
    act = lambda: officers.reset_second_factor(by=officer(request), officer_id=pk)  # noqa: E731
    return _act(request, pk, act, "第二因素已重置。本人下次登录时重新添加。")


@require_POST
@for_officer(Function.SECURITY)
def unlock(request: HttpRequest, pk: int) -> HttpResponse:
    """Release the lock after wrong tries."""
    act = lambda: officers.release_lock(by=officer(request), officer_id=pk)  # noqa: E731
    return _act(request, pk, act, "登录锁定已解除。")
