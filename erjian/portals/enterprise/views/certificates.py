"""建造师电子证书: the enterprise's certificates, to view and to print (manual 3.2.4.1, columns of G.8)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_http_methods, require_safe

from erjian import audit, files, policy
from erjian import certificates as certificate_room
from erjian.accounts.models import EnterpriseRight
from erjian.applications import facts
from erjian.certificates.models import CertificateVersion, VersionState
from erjian.compiled import compiled
from erjian.policy import clock
from erjian.portals.enterprise.access import employer, for_enterprise, holds, operator
from erjian.portals.enterprise.leading import linked
from erjian.portals.enterprise.navigation import shell
from erjian.portals.enterprise.searching import PersonFilter, only_a_name, person_condition, shown
from erjian.portals.enterprise.views.picking import choice
from erjian.portals.shared import case as case_parts
from erjian.procedures import guards, renewals
from erjian.procedures.guards import Stage
from erjian.registry.models import (
    CertificateKind,
    Change,
    Registration,
    RegistrationClass,
    RegistrationStatus,
    standing_specialties,
)
from erjian.registry.models.registrations import LIVE
from erjian.standards.specialties import Specialty
from erjian.ui import parts
from erjian.ui.dates import day, period, stamp
from erjian.ui.paging import paginate, unpaged
from erjian.ui.tables import Column, Op, Table, strong
from erjian.ui.templatetags.ej import chip

_TONE = {
    RegistrationStatus.VALID: "done",
    RegistrationStatus.LAPSED: "bad",
    RegistrationStatus.SUSPENDED: "mine",
    RegistrationStatus.CANCELLED: "",
}
_VERSION_TONE = {VersionState.CURRENT: "done", VersionState.PENDING: "office", VersionState.VOID: "bad"}


class CertificateFilter(PersonFilter):
    """姓名, 注册类型, 注册专业."""

    kind = forms.ChoiceField(label="注册类型", required=False, choices=[("", "全部类型"), *RegistrationClass.choices])
    specialty = forms.ChoiceField(label="注册专业", required=False, choices=[("", "全部专业"), *Specialty.choices])


def _expired(today: Any) -> Q:
    return Q(status=RegistrationStatus.VALID, dates_binding=True, valid_until__lt=today)


def conditions(today: date, soon: date) -> dict[str, tuple[str, Q]]:
    """Saved views of the list: label and condition, as the law has it on a day; `soon` ends the time for renewals."""
    valid = Q(status=RegistrationStatus.VALID) & ~_expired(today)
    return {
        "valid": ("有效", valid),
        "expiring": (
            f"{policy.current().renewal_opens_days} 日内到期",
            # 暂扣 leaves 延续 open.
            Q(status__in=LIVE, dates_binding=True, valid_until__gte=today)
            & (Q(valid_until__lte=soon) | Q(renewals.ending(today, soon))),
        ),
        "lapsed": ("已失效", _expired(today) | Q(status=RegistrationStatus.LAPSED)),
        "ended": (
            "注销或停用",
            ~Q(status__in=(RegistrationStatus.VALID, RegistrationStatus.LAPSED)),
        ),
    }


def own(request: HttpRequest) -> QuerySet[Registration]:
    """Registrations with this enterprise that have an electronic certificate."""
    return _of(employer(request).pk)


def _of(enterprise_id: int) -> QuerySet[Registration]:
    return Registration.objects.filter(enterprise_id=enterprise_id, certificate_kind=CertificateKind.ELECTRONIC)


def _listed(rows: QuerySet[Registration]) -> QuerySet[Registration]:
    """What the list shows of them, newest first; `standing` are the codes of the specialties."""
    return (
        rows.select_related("person")
        .only(
            "number", "certificate_number", "registration_class", "status", "dates_binding", "valid_until",
            "enterprise_id", "person__name", "person__id_number_mask",
        )
        .annotate(standing=standing_specialties())
        .order_by("-id")
    )  # fmt: skip


@compiled
def _unfiltered(enterprise_id: int) -> QuerySet[Registration]:
    return _listed(_of(enterprise_id))


@compiled
def _of_name(enterprise_id: int, first: str, last: str) -> QuerySet[Registration]:
    return _listed(_of(enterprise_id).filter(person__name__range=(first, last)))


def _counted(rows: QuerySet[Registration], today: date, soon: date) -> QuerySet[Registration]:
    """One row with the number of all and of each saved view, after the enterprise's; none where there is nothing."""
    views = {code: Count("pk", filter=part, distinct=True) for code, (_, part) in conditions(today, soon).items()}
    return rows.order_by().values_list("enterprise_id").annotate(everything=Count("pk", distinct=True), **views)


@compiled
def _counts(enterprise_id: int, today: date, soon: date) -> QuerySet[Registration]:
    return _counted(_of(enterprise_id), today, soon)


@compiled
def _counts_of_name(enterprise_id: int, today: date, soon: date, first: str, last: str) -> QuerySet[Registration]:
    return _counted(_of(enterprise_id).filter(person__name__range=(first, last)), today, soon)


@for_enterprise()
@require_http_methods(["GET", "HEAD", "POST"])
def certificates(request: HttpRequest) -> HttpResponse:
    """The list with its filter and saved views."""
    if request.method == "POST":
        return CertificateFilter(request.POST).address(request)
    form: Any = shown(request, CertificateFilter)
    asked, enterprise, today = form.cleaned_data, employer(request), clock.today()
    soon = policy.current().renewable_until(today)
    saved = conditions(today, soon)
    state = request.GET.get("state", "")
    found = own(request)
    counted: Any
    rows: Any
    if state not in saved and (span := only_a_name(request, form)):
        named = {"enterprise_id": enterprise.pk, "first": span[0], "last": span[1]}
        counted = _counts_of_name(today=today, soon=soon, **named)
        rows = _of_name.bind(**named)
    elif any(asked.values()) or form.errors:
        found = found.filter(person_condition(request, form))
        if asked.get("kind"):
            found = found.filter(registration_class=asked["kind"])
        if asked.get("specialty"):
            found = found.filter(specialties__specialty=asked["specialty"], specialties__voided=False).distinct()
        counted = list(_counted(found, today, soon))
        rows = _listed(found.filter(saved[state][1]) if state in saved else found)
    else:
        counted = _counts(enterprise_id=enterprise.pk, today=today, soon=soon)
        rows = (
            _listed(found.filter(saved[state][1])) if state in saved else _unfiltered.bind(enterprise_id=enterprise.pk)
        )
    numbers = counted[0][1:] if counted else (0,) * (len(saved) + 1)
    counts = dict(zip(("everything", *saved), numbers, strict=True))
    page = paginate(rows, request.GET, total=counts[state if state in saved else "everything"])
    for row in page:
        row.enterprise = enterprise
    base = reverse("enterprise:certificates")
    table = Table(
        columns=tuple(_columns()),
        rows=page,
        ops=lambda row: (Op("查阅", f"{base}{row.pk}/"),),
        name="person.name",
        numbered=True,
        first=page.start,
        empty="没有符合条件的证书。" if request.GET else "还没有电子证书。申报审核通过后在这里查阅、打印。",
        empty_links=(("查看全部", "?"),) if request.GET else (),
        caption="建造师电子证书",
    )
    kept = unpaged(request.GET, "state").urlencode()
    rest = f"&{kept}" if kept else ""
    views = (
        parts.View("全部", f"?{kept}", counts["everything"], current=state not in saved),
        *(
            parts.View(label, f"?state={code}{rest}", counts[code], current=state == code)
            for code, (label, _) in saved.items()
        ),
    )
    context = {"shell": shell(request, "certificates"), "filter": form, "views": views, "table": table, "page": page}
    return render(request, "enterprise/certificates.html", context)


def _columns() -> Iterator[Column]:
    today = clock.today()
    yield Column("姓名", lambda row: strong(row.person.name), css="ej-num m-top")
    yield Column("身份证号", "person.id_number_mask", css="ej-num m-wide", data_label="身份证号")
    yield Column("企业名称", "enterprise.name", css="cut m-hide w-low", title=True)
    yield Column("注册号", "number", css="ej-num m-wide", data_label="注册号")
    yield Column("证书编号", "certificate_number", css="ej-num", data_label="证书编号")
    yield Column("注册类型", lambda row: _class_label(row.registration_class), css="m-hide w-low2 ej-num")
    yield Column("注册专业", _specialties, css="ej-num m-wide", data_label="注册专业")
    yield Column("有效期至", lambda row: day(row.valid_until), css="ej-num m-wide", data_label="有效期至")
    yield Column("证书状态", lambda row: status_chip(row, today), css="m-top m-end")


_class_label = cache(lambda code: RegistrationClass(code).label)


@cache
def _chip(status: RegistrationStatus) -> str:
    return chip(_TONE.get(status, "bad"), status.label)


def _specialties(row: Any) -> str:
    return case_parts.short_specialties(tuple(dict.fromkeys(row.standing)))


def status_chip(row: Registration, today: Any) -> str:
    """证书状态 as it is today."""
    return _chip(row.status_on(today))


def _renewal(request: HttpRequest, registration: Registration) -> dict[str, Any] | None:
    """What can be done about a registration that ends soon: the renewal's label, address and choice, or why it can't be
    renewed (`stops`). None where nothing ends soon, or nobody is to file.
    """
    today = clock.today()
    ends = [item.end for item in registration.specialties.all() if not item.voided and item.end >= today]
    soon = registration.dates_binding and bool(ends) and min(ends) <= policy.current().renewable_until(today)
    if not soon or registration.status_on(today) not in LIVE:
        return None
    if not holds(operator(request), EnterpriseRight.FILE):
        return None
    procedure = renewals.procedure_for(registration.registration_class)
    known = facts.assemble(procedure=procedure, person=registration.person, enterprise=registration.enterprise)
    verdicts = guards.judge(procedure.guards, known, stage=Stage.PICK)
    return {
        "label": procedure.kind_label,
        "url": reverse("enterprise:start", args=(procedure.code,)),
        "token": choice(request, procedure, registration.person_id),
        "stops": [linked(each.reason, procedure) for each in verdicts if each.stops],
    }


def _held(request: HttpRequest) -> QuerySet[Registration]:
    """Every registration at this enterprise, with the paper ones: a lost paper certificate is replaced by a file."""
    return Registration.objects.filter(enterprise=employer(request)).select_related("person", "enterprise")


def _moved(request: HttpRequest, pk: int) -> HttpResponse:
    """Where a link of the time before a transfer leads. Raises Http404 where this enterprise never held the registration."""
    if not Change.objects.filter(registration_id=pk, enterprise_id=employer(request).pk).exists():
        raise Http404
    messages.info(request, "该人员已不在本企业注册，这里不再提供其证书。")
    return redirect("enterprise:certificates")


@for_enterprise()
@require_safe
def certificate(request: HttpRequest, pk: int) -> HttpResponse:
    """One registration's certificate: how it stands, what it says, every version. A paper one can be renewed here, too."""
    registration = _held(request).filter(pk=pk).first()
    if registration is None:
        return _moved(request, pk)
    versions = list(registration.certificates.select_related("preview").order_by("-version"))
    today = clock.today()
    current = next((each for each in versions if each.state in (VersionState.CURRENT, VersionState.PENDING)), None)
    shown_version = current or (versions[0] if versions else None)
    status = registration.status_on(today)
    standing = format_html_join(
        mark_safe("<br>"),
        "{}　{}",
        (
            (Specialty(item.specialty).label, period(item.begin, item.end))
            for item in registration.specialties.standing().order_by("specialty")
        ),
    )
    rows = [
        parts.Row("姓名", registration.person.name),
        parts.Row("身份证号", registration.person.id_number_mask),
        parts.Row("注册号", registration.number),
        parts.Row("证书编号", registration.certificate_number),
        parts.Row("注册类型", registration.get_registration_class_display()),
        parts.Row("证书类型", registration.get_certificate_kind_display()),
        parts.Row("企业名称", registration.enterprise.name, wide=True),
        parts.Row("注册专业", standing, wide=True),
        parts.Row("初始注册日期", day(registration.registered_on)),
        parts.Row("有效期至", day(registration.valid_until)),
    ]
    if current is not None:
        rows += [
            parts.Row("使用有效期", period(current.use_begin, current.use_end)),
            parts.Row("签发日期", day(current.issued_on)),
        ]
    if registration.ended_on:
        rows += [parts.Row("终止日期", day(registration.ended_on)), parts.Row("终止原因", registration.end_reason)]
    context = {
        "shell": shell(request, "certificates"),
        "registration": registration,
        "status": status,
        "tone": _TONE.get(status, "bad"),
        "rows": rows,
        "version": shown_version,
        "current": current,
        "window_over": current is not None and status == RegistrationStatus.VALID and current.use_end < today,
        "versions": [
            (each, _VERSION_TONE.get(VersionState(each.state), ""), stamp(each.ended_at) if each.ended_at else "")
            for each in versions
        ],
        "renewal": _renewal(request, registration),
        "verify_url": certificate_room.issuing.verification_url(current) if current else "",
    }
    return render(request, "enterprise/certificate.html", context)


def _version(request: HttpRequest, pk: int, version: int) -> CertificateVersion:
    registration = get_object_or_404(_held(request), pk=pk)
    return get_object_or_404(
        CertificateVersion.objects.select_related("file", "preview", "registration__person"),
        registration=registration,
        version=version,
    )


@for_enterprise()
@require_safe
def file(request: HttpRequest, pk: int, version: int) -> HttpResponse:
    """The signed PDF of a version, in the browser; who opened it is kept."""
    found = _version(request, pk, version)
    if found.file is None:
        raise Http404
    audit.record("certificate.view", actor=operator(request).actor, subject=("certificate", found.pk))
    return files.response(found.file, filename=f"{found.registration.person.name}-{found.number}.pdf")


@for_enterprise()
@require_safe
def preview(request: HttpRequest, pk: int, version: int) -> HttpResponse:
    """The picture of a version."""
    found = _version(request, pk, version)
    if found.preview is None:
        raise Http404
    return files.response(found.preview, filename=found.preview_name, request=request)
