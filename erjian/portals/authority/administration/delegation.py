"""委托办理: an officer lends their functions to a colleague for the days of an absence."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from erjian.accounts import delegating
from erjian.accounts.models import ADMINISTRATORS, Delegation, Function, User
from erjian.policy import clock
from erjian.portals.authority.access import for_officer, officer
from erjian.portals.authority.navigation import shell
from erjian.standards.errors import Refusal
from erjian.ui.dates import day
from erjian.ui.forms import ErjianForm
from erjian.ui.tables import Column, Op, Table, strong
from erjian.ui.templatetags.ej import chip

WORKING = tuple(each for each in Function if each not in ADMINISTRATORS)


class DelegationForm(ErjianForm, forms.Form):
    taker = forms.TypedChoiceField(label="受托人", coerce=int)
    begins = forms.DateField(label="自")
    ends = forms.DateField(label="至")
    reason = forms.CharField(label="事由", max_length=100, widget=forms.TextInput(attrs={"placeholder": "如：休假"}))

    def __init__(self, *args: Any, giver: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [(row.pk, f"{row.name}（{row.username}）") for row in delegating.candidates(giver)]
        self.fields["taker"].choices = [("", "请选择"), *people]  # type: ignore[attr-defined]


@for_officer(*WORKING)
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """What I lent, and a form to lend."""
    user, status = officer(request), 200
    form = DelegationForm(request.POST or None, giver=user)
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            try:
                made = delegating.give(
                    giver=user,
                    taker_id=data["taker"],
                    begins=data["begins"],
                    ends=data["ends"],
                    reason=data["reason"],
                )
            except Refusal as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, f"已委托{made.taker.name}代为办理。")
                return redirect("authority:delegation")
    rows = list(user.delegations_given.select_related("taker").order_by("-begins", "-pk")[:50])
    table = Table(
        columns=(
            Column("受托人", lambda row: strong(row.taker.name), css="m-top"),
            Column("自", lambda row: day(row.begins), css="ej-num", data_label="自"),
            Column("至", lambda row: day(row.ends), css="ej-num", data_label="至"),
            Column("事由", "reason", css="m-wide wrap", data_label="事由"),
            Column("状态", _chip, css="m-top m-end"),
        ),
        rows=rows,
        name="reason",
        ops=_ops,
        empty="没有委托过。",
    )
    lent = user.delegations_taken.filter(revoked_at__isnull=True, ends__gte=clock.today()).select_related("giver")
    context = {"shell": shell(request, "delegation"), "form": form, "table": table, "taken": lent.order_by("begins")}
    return render(request, "authority/administration/delegation.html", context, status=status)


def _chip(row: Delegation) -> str:
    today = clock.today()
    if row.revoked_at or row.ends < today:
        return chip("empty", "已收回" if row.revoked_at else "已结束")
    return chip("done", "生效中") if row.begins <= today else chip("office", "未开始")


def _ops(row: Delegation) -> tuple[Op, ...]:
    if row.revoked_at or row.ends < clock.today():
        return ()
    url = reverse("authority:delegation_revoke", args=[row.pk])
    return (Op("收回", url, stop=True, post=True, confirm=f"收回对{row.taker.name}的委托？", verb="收回委托"),)


@require_POST
@for_officer(*WORKING)
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one back."""
    try:
        delegating.revoke(giver=officer(request), pk=pk)
    except Delegation.DoesNotExist:
        raise Http404 from None
    messages.success(request, "委托已收回。")
    return redirect("authority:delegation")
