"""账号安全: my devices, the log of sign-ins, and my second factors."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from erjian.accounts import confirming, devices, passkeys, second_factor, sign_in
from erjian.accounts.models import OpenSession, Passkey
from erjian.audit.models import Event
from erjian.portals.public.second import AuthenticatorForm, added, enrolling, shown_once
from erjian.portals.shared import frames
from erjian.standards.errors import Refusal
from erjian.ui.dates import stamp
from erjian.ui.paging import paginate
from erjian.ui.tables import Column, Table
from erjian.ui.templatetags.ej import chip


@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """/account/"""
    user = request.user
    state = second_factor.state(user)
    found = paginate(devices.log(user), request.GET)
    context = {
        "state": state,
        "required": second_factor.required(user),
        "waived": second_factor.waived(user),
        "devices": [(row, row.session_key == request.session.session_key) for row in devices.listed(user)[:50]],
        "ways": sign_in.WAYS,
        "table": _log(found),
        "page": found,
    } | frames.of_the_reader(request)
    return render(request, "public/account/page.html", context)


def _log(found: Any) -> Table:
    return Table(
        columns=(
            Column("时间", lambda event: stamp(event.at), css="ej-num m-top"),
            Column("结果", _result, css="m-top m-end"),
            Column("方式", _way, data_label="方式"),
            Column("设备", lambda event: event.data.get("device", ""), data_label="设备"),
            Column("网络地址", "address", css="ej-num", data_label="网络地址"),
        ),
        rows=found,
        empty="还没有登录记录。",
    )


def _result(event: Event) -> str:
    tone = {"account.sign_in": "done"}.get(event.code, "empty")
    if event.code in ("account.sign_in_failed", "account.locked", "account.second_failed"):
        tone = "bad"
    return chip(tone, event.label)


def _way(event: Event) -> str:
    ways = [sign_in.WAYS.get(event.data[key], event.data[key]) for key in ("way", "second") if event.data.get(key)]
    return "，".join(ways)


@require_POST
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of my devices."""
    try:
        devices.end(user=request.user, pk=pk)
    except OpenSession.DoesNotExist:
        raise Http404 from None
    messages.success(request, "这台设备已退出。")
    return redirect("public:account")


@require_POST
def end_sessions(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere else."""
    ended = devices.end_all(user=request.user, by=request.user.actor, keep=request.session.session_key)
    messages.success(request, f"已退出其他 {ended} 台设备。" if ended else "没有其他设备登录。")
    return redirect("public:account")


@never_cache
@sensitive_post_parameters()
def add_factor(request: HttpRequest) -> HttpResponse:
    """Add an app or a passkey."""
    form, status = AuthenticatorForm(request.POST or None), 200
    if request.method == "POST":
        confirming.require()
        status = 422
        try:
            made = added(request, request.user, form)
        except Refusal as refusal:
            form.refuse(refusal)
            status = getattr(refusal, "status", 422)
        else:
            if made is not None:
                return shown_once(request, made, "/account/")
    context = enrolling(request, request.user) | frames.of_the_reader(request) | {"form": form, "required": False}
    return render(request, "public/second/enrol.html", context, status=status)


@require_POST
def passkey_options(request: HttpRequest) -> HttpResponse:
    """What the browser needs to make one more passkey."""
    return JsonResponse(passkeys.registration_options(user=request.user, session=request.session))


@require_POST
def remove_authenticator(request: HttpRequest) -> HttpResponse:
    """Remove the app."""
    confirming.require()
    return _removed(request, "动态口令", lambda: second_factor.remove_authenticator(user=request.user))


@require_POST
def remove_passkey(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove one passkey."""
    key = get_object_or_404(Passkey, pk=pk, user=request.user)
    confirming.require()
    return _removed(request, f"通行密钥“{key.name}”", lambda: passkeys.remove(user=request.user, pk=pk))


def _removed(request: HttpRequest, what: str, remove: Any) -> HttpResponse:
    try:
        remove()
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"{what}已移除，以后登录不能再用它。")
    return redirect("public:account")


@require_POST
@never_cache
def recovery(request: HttpRequest) -> HttpResponse:
    """New recovery codes; the former ones end."""
    confirming.require()
    if not second_factor.enrolled(request.user):
        messages.error(request, "请先添加动态口令或通行密钥，再生成恢复码。")
        return redirect("public:account")
    return shown_once(request, second_factor.make_recovery_codes(user=request.user), "/account/")
