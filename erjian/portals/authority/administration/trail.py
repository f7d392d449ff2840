"""审计: the whole trail for audit administrators; a city's sees what its own officers did."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from erjian import audit
from erjian.accounts.models import Function, User
from erjian.audit.models import Event
from erjian.policy import authorities
from erjian.portals.authority.access import for_officer, officer
from erjian.portals.authority.navigation import shell
from erjian.ui.dates import stamp
from erjian.ui.forms import ErjianForm
from erjian.ui.paging import paginate
from erjian.ui.tables import Column, Table


def _codes() -> list[tuple[str, str]]:
    known = sorted(audit.codes.registered().items(), key=lambda pair: pair[0])
    return [("", "全部"), *((code, f"{label}（{code}）") for code, label in known)]


class TrailFilter(ErjianForm, forms.Form):
    code = forms.ChoiceField(label="操作", required=False, choices=_codes)
    username = forms.CharField(label="操作人用户名", max_length=64, required=False)
    begins = forms.DateField(label="自", required=False)
    ends = forms.DateField(label="至", required=False)

    def apply(self, rows: QuerySet[Event]) -> QuerySet[Event]:
        """The events asked for."""
        asked = self.cleaned_data
        if asked["code"]:
            rows = rows.filter(code=asked["code"])
        if asked["username"]:
            ids = User.objects.filter(username=asked["username"].strip()).values_list("pk", flat=True)
            rows = rows.filter(actor_user_id=ids[0] if ids else 0)
        if asked["begins"]:
            rows = rows.filter(at__gte=_midnight(asked["begins"]))
        if asked["ends"]:
            rows = rows.filter(at__lt=_midnight(asked["ends"] + timedelta(days=1)))
        return rows


def _names(events: Iterable[Event]) -> dict[str, str]:
    """Whose the accounts are that these events were done to, by the account's number."""
    accounts = {each.subject_id for each in events if each.subject_kind == "user" and each.subject_id.isdecimal()}
    found = User.objects.filter(pk__in=accounts).values_list("pk", "name") if accounts else ()
    return {str(pk): name for pk, name in found}


def _subject(event: Event, names: Mapping[str, str]) -> str:
    name = names.get(event.subject_id) if event.subject_kind == "user" else None
    return f"{event.subject_label}（{name}）" if name else event.subject_label


def _midnight(on: datetime) -> datetime:
    return timezone.make_aware(datetime.combine(on, time.min))


def visible_to(user: User) -> QuerySet[Event]:
    """What an audit administrator may see: the province everything, a city what its own officers did."""
    if user.authority_code == authorities.province().code:
        return Event.objects.all()
    return Event.objects.filter(organisation=user.organisation)


def table(events: Iterable[Event], *, first: int = 1, empty: str = "没有符合条件的审计记录。") -> Table:
    """Events as a list."""
    names = _names(events)
    return Table(
        columns=(
            Column("时间", lambda event: stamp(event.at), css="ej-num m-top"),
            Column("操作", "label", css="m-top m-end"),
            Column("操作人", "actor_label", data_label="操作人"),
            Column("单位", "organisation", css="cut", data_label="单位", title=True),
            Column("对象", lambda event: _subject(event, names), data_label="对象"),
            Column("网络地址", "address", css="ej-num", data_label="网络地址"),
            Column(
                "封条",
                lambda event: f"第 {event.seal_number} 号" if event.seal_number else "待封存",
                css="ej-num",
                data_label="封条",
            ),
        ),
        rows=events,
        numbered=True,
        first=first,
        empty=empty,
    )


@for_officer(Function.AUDIT)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Every event, newest first, by operation, by officer and by day."""
    rows = visible_to(officer(request)).order_by("-id")
    form = TrailFilter(request.GET or None)
    status = 200
    if form.is_bound:
        if form.is_valid():
            rows = form.apply(rows)
        else:
            rows, status = rows.none(), 422
    page = paginate(rows, request.GET)
    shown = table(page, first=page.start)
    context = {"shell": shell(request, "trail"), "filter": form, "table": shown, "page": page}
    return render(request, "authority/administration/trail.html", context, status=status)
