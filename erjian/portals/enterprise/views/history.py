"""建造师历史数据 (manual 3.2.4.2): every registration with this enterprise, those before this platform too.

Unlike 建造师电子证书 it lists paper certificates, temporary constructors and what ended long ago, and its detail page
shows how each came to be as it is: specialties with their periods, certificates, changes of the register.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from erjian import policy
from erjian.certificates.models import CertificateVersion, VersionState
from erjian.policy import clock
from erjian.portals.enterprise.access import employer, for_enterprise
from erjian.portals.enterprise.navigation import shell
from erjian.portals.enterprise.searching import PersonFilter, person_condition, shown
from erjian.portals.enterprise.views.certificates import conditions, status_chip
from erjian.portals.shared.register_history import HISTORY
from erjian.portals.shared.register_history import history as changes_table
from erjian.registry.models import Change, Registration, RegistrationClass, RegistrationStatus
from erjian.standards.specialties import Specialty
from erjian.ui import parts
from erjian.ui.addresses import row_address
from erjian.ui.dates import day, period, stamp
from erjian.ui.paging import paginate
from erjian.ui.tables import Column, Op, Table, strong
from erjian.ui.templatetags.ej import chip

_ENDED = (RegistrationStatus.CANCELLED, RegistrationStatus.RESCINDED, RegistrationStatus.REVOKED)
_VERSION_TONE = {VersionState.CURRENT: "done", VersionState.PENDING: "office", VersionState.VOID: "bad"}


def _conditions() -> dict[str, tuple[str, Q]]:
    today = clock.today()
    return conditions(today, policy.current().renewable_until(today))


def _states() -> list[tuple[str, str]]:
    soon = _conditions()["expiring"][0]
    return [("", "全部"), ("valid", "有效"), ("expiring", soon), ("lapsed", "失效"), ("ended", "注销")]


class HistoryFilter(PersonFilter):
    """姓名, 证书状态, 注册类型."""

    status = forms.ChoiceField(label="证书状态", required=False, choices=_states)
    kind = forms.ChoiceField(label="注册类型", required=False, choices=[("", "全部类型"), *RegistrationClass.choices])


_LISTED = (
    "number", "registration_class", "status", "dates_binding", "valid_until", "enterprise_id", "person__name",
    "person__id_number_mask",
)  # fmt: skip


def _condition(state: str) -> Q:
    """The rows of a 证书状态 as the law has it today, whatever the nightly job has stored yet."""
    return Q(status__in=_ENDED) if state == "ended" else _conditions()[state][1]


def own(request: HttpRequest) -> QuerySet[Registration]:
    """Every registration that is, or ended, with this enterprise."""
    return Registration.objects.filter(enterprise=employer(request))


@for_enterprise()
@require_http_methods(["GET", "HEAD", "POST"])
def history(request: HttpRequest) -> HttpResponse:
    """The list with its filter."""
    if request.method == "POST":
        return HistoryFilter(request.POST).address(request)
    form: Any = shown(request, HistoryFilter)
    asked = form.cleaned_data
    found = own(request).filter(person_condition(request, form))
    if asked.get("status"):
        found = found.filter(_condition(asked["status"]))
    if asked.get("kind"):
        found = found.filter(registration_class=asked["kind"])
    page = paginate(found.select_related("person").only(*_LISTED).order_by("-id"), request.GET)
    for row in page:
        row.enterprise = employer(request)
    table = Table(
        columns=tuple(_columns()),
        rows=page,
        ops=lambda row: (Op("查阅", row_address("enterprise:history-detail")(row.pk)),),
        name="person.name",
        numbered=True,
        first=page.start,
        empty="没有符合条件的注册。" if request.GET else "登记库中没有注册在本企业的建造师。",
        empty_links=(("查看全部", "?"),) if request.GET else (),
        caption="建造师历史数据",
    )
    context = {"shell": shell(request, "history"), "filter": form, "table": table, "page": page}
    return render(request, "enterprise/history.html", context)


def _columns() -> Iterator[Column]:
    today = clock.today()
    yield Column("姓名", lambda row: strong(row.person.name), css="ej-num m-top")
    yield Column("身份证号", "person.id_number_mask", css="ej-num m-wide", data_label="身份证号")
    yield Column("企业名称", "enterprise.name", css="cut m-hide w-low", title=True)
    yield Column("注册号", "number", css="ej-num m-wide", data_label="注册号")
    yield Column("注册类型", "get_registration_class_display", css="ej-num m-wide")
    yield Column("有效期至", lambda row: day(row.valid_until), css="ej-num m-wide", data_label="有效期至")
    yield Column("证书状态", lambda row: status_chip(row, today), css="m-top m-end")


@for_enterprise()
@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One registration with its specialties, certificates and changes."""
    registration = get_object_or_404(own(request).select_related("person", "enterprise"), pk=pk)
    today = clock.today()
    context = {
        "shell": shell(request, "history"),
        "registration": registration,
        "status": status_chip(registration, today),
        "rows": _rows(registration),
        "specialties": _specialties(registration),
        "versions": _versions(registration),
        "changes": changes_table(
            Change.objects.filter(registration_id=registration.pk).order_by("-at", "-id")[:HISTORY], officers=False
        ),
    }
    return render(request, "enterprise/history_detail.html", context)


def _rows(registration: Registration) -> list[parts.Row]:
    until = day(registration.valid_until)
    rows = [
        parts.Row("姓名", registration.person.name),
        parts.Row("身份证号", registration.person.id_number_mask),
        parts.Row("注册号", registration.number),
        parts.Row("证书编号", registration.certificate_number),
        parts.Row("注册类型", registration.get_registration_class_display()),
        parts.Row("证书类型", registration.get_certificate_kind_display()),
        parts.Row("企业名称", registration.enterprise.name, wide=True),
        parts.Row("初始注册日期", day(registration.registered_on)),
        parts.Row("到现单位日期", day(registration.employed_on)),
        parts.Row("有效期至", until if registration.dates_binding else f"{until}（按政策继续有效）", wide=True),
    ]
    if registration.ended_on:
        rows += [parts.Row("终止日期", day(registration.ended_on)), parts.Row("终止原因", registration.end_reason)]
    return rows


def _specialties(registration: Registration) -> Table:
    return Table(
        columns=(
            Column("注册专业", lambda row: strong(Specialty(row.specialty).label), css="m-top"),
            Column("有效期", lambda row: period(row.begin, row.end), css="ej-num m-wide"),
            Column("状态", lambda row: _standing(registration, row), css="m-top m-end"),
        ),
        rows=registration.specialties.order_by("voided", "specialty", "begin"),
        empty="没有注册专业。",
        caption="注册专业",
    )


def _standing(registration: Registration, row: Any) -> str:
    if row.voided:
        return chip("", "已作废")
    if registration.ended_on:
        return chip("", "已终止")
    expired = registration.dates_binding and row.end < clock.today()
    return chip("bad", "已到期") if expired else chip("done", "有效")


def _versions(registration: Registration) -> Table:
    def operations(row: CertificateVersion) -> tuple[Op, ...]:
        address = reverse("enterprise:certificate-file", args=(registration.pk, row.version))
        return (Op("查阅", address, new_tab=True),) if row.file_id else ()

    return Table(
        columns=(
            Column("版本", lambda row: f"第 {row.version} 版", css="ej-num m-top"),
            Column("证书编号", "number", css="ej-num m-wide", data_label="证书编号"),
            Column("签发日期", lambda row: day(row.issued_on), css="ej-num", data_label="签发"),
            Column("换发原因", "reason", css="m-end"),
            Column("停用", _ended, css="m-wide", data_label="停用"),
            Column("状态", _version_chip, css="m-top m-end"),
        ),
        rows=registration.certificates.order_by("-version"),
        ops=operations,
        name=lambda row: f"第 {row.version} 版",
        empty="没有电子证书。",
        caption="证书",
    )


def _ended(row: CertificateVersion) -> str:
    return f"{stamp(row.ended_at)}　{row.end_reason}" if row.ended_at else ""


def _version_chip(row: CertificateVersion) -> str:
    return chip(_VERSION_TONE.get(VersionState(row.state), ""), row.get_state_display())
