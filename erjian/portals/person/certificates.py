"""My certificates: the card in the hand, every version that was issued, and the page to show on a phone (亮证)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from erjian import audit, documents, files, policy
from erjian.accounts.models import User
from erjian.audit.models import Event
from erjian.certificates import windows as making
from erjian.certificates.issuing import verification_url
from erjian.certificates.models import CertificateVersion, UsageWindow, VersionState
from erjian.certificates.verifying import Standing, judge, standing_of
from erjian.policy import clock
from erjian.portals.person.access import account, for_person, for_person_files, my_id, myself
from erjian.portals.person.navigation import certificate_tabs, shell
from erjian.procedures import renewals
from erjian.registry.models import Person, Registration, RegistrationClass, RegistrationSpecialty
from erjian.registry.models.registrations import LIVE
from erjian.standards.specialties import Specialty
from erjian.ui.dates import day, period, stamp
from erjian.ui.parts import Moment
from erjian.ui.tables import Column, Op, Table
from erjian.ui.templatetags.ej import chip, qr

TONE = {
    Standing.VALID: "done",
    Standing.PENDING: "office",
    Standing.WINDOW_OVER: "mine",
    Standing.NOT_YET: "mine",
    Standing.WITHDRAWN: "bad",
    Standing.SUPERSEDED: "",
    Standing.EXPIRED: "bad",
    Standing.LAPSED: "bad",
    Standing.CANCELLED: "bad",
    Standing.SUSPENDED: "bad",
}
"""Chip tone of what a version is worth today."""
_VERDICT = {"done": "done", "office": "done", "mine": "mine", "": "mine", "bad": "bad"}
_DOWNLOADS = 5


@dataclass(frozen=True, kw_only=True)
class Card:
    """What `ui/parts/cert.html` draws, with the addresses of the buttons below it."""

    title: str
    province: str
    name: str
    portrait: str
    qr: SafeString | str
    rows: tuple[tuple[str, str], ...]
    specialties: tuple[tuple[str, str, bool], ...]
    status: str = ""
    tone: str = ""
    page: str = ""
    show: str = ""
    file: str = ""


def versions_of(person: Person) -> list[CertificateVersion]:
    """Every version of every registration of a person, latest first."""
    return list(_mine(person.pk).order_by("-created_at", "-version"))


def _mine(person_id: int) -> QuerySet[CertificateVersion]:
    return CertificateVersion.objects.filter(registration__person_id=person_id).select_related(
        "registration", "registration__enterprise"
    )


def mine_or_404(request: HttpRequest, pk: int) -> CertificateVersion:
    return get_object_or_404(_mine(my_id(request)).select_related("file", "preview"), pk=pk)


def live_registrations(person: Person) -> QuerySet[Registration]:
    """Registrations in force, with their standing specialties."""
    return (
        Registration.objects.filter(person=person, status__in=LIVE)
        .select_related("enterprise", "person")
        .prefetch_related(
            Prefetch(
                "specialties",
                queryset=RegistrationSpecialty.objects.standing().order_by("specialty"),
            )
        )
        .order_by("registration_class")
    )


def cards(person: Person, versions: Iterable[CertificateVersion]) -> tuple[Card, ...]:
    """One card for each registration in force."""
    standing = {
        item.registration_id: item for item in versions if item.state in (VersionState.PENDING, VersionState.CURRENT)
    }
    return tuple(_card(person, item, standing.get(item.pk)) for item in live_registrations(person))


def _card(person: Person, registration: Registration, version: CertificateVersion | None) -> Card:
    rows = [("注册编号", registration.number), ("聘用企业", registration.enterprise.name)]
    portrait = reverse("person:portrait-image") if person.portrait_id else ""
    status, tone = registration.status_on(clock.today()).label, ""
    if version is not None:
        rows.append(("使用有效期", period(version.use_begin, version.use_end)))
        found = standing_of(version, clock.today())
        status, tone = found.label, TONE[found]
        portrait = reverse("person:certificate-portrait", args=[version.pk]) if version.facts.get("portrait") else ""
    links = _links(version) if version is not None else {}
    return Card(
        title=f"{registration.get_registration_class_display().replace('注册', '', 1)}注册证书",
        province=policy.current().province.name,
        name=person.name,
        portrait=portrait,
        qr=_code(version) if version is not None else "",
        rows=tuple(rows),
        specialties=tuple(validity(registration, item) for item in registration.specialties.all()),
        status=status,
        tone=tone,
        **links,
    )


def _links(version: CertificateVersion) -> dict[str, str]:
    return {
        "page": reverse("person:certificate", args=[version.pk]),
        "show": reverse("person:certificate-show", args=[version.pk]),
        "file": reverse("person:certificate-file", args=[version.pk]) if version.file_id else "",
    }


def _code(version: CertificateVersion) -> SafeString:
    drawn = qr(documents.qr(verification_url(version)), "证书查验二维码")
    return format_html('{}<span class="ej-qr-word">扫码查验</span>', drawn)


def validity(registration: Registration, item: RegistrationSpecialty) -> tuple[str, str, bool]:
    """Name of a specialty, until when it holds, and whether that needs attention (renewal, expiry)."""
    name = str(Specialty(item.specialty).label)
    if registration.ended_on:
        return name, f"登记至 {day(item.end)}", False
    if not registration.dates_binding:
        return name, f"登记至 {day(item.end)}，按政策继续有效", False
    return name, *_until(registration.registration_class, item.end, registration.person.birth_date)


def _until(kind: str, end: date, birth_date: date) -> tuple[str, bool]:
    today = clock.today()
    if end < today:
        return f"已于 {day(end)} 到期", True
    if end > policy.current().renewable_until(today):
        return f"有效至 {day(end)}", False
    if renewals.chance(kind, end=end, birth_date=birth_date, today=today) != renewals.Chance.OPEN:
        return f"有效至 {day(end)}，即将到期", True
    return f"有效至 {day(end)}，可{renewals.procedure_for(kind).kind_label.removesuffix('申报')}", True


def history(user: User, versions: Sequence[CertificateVersion]) -> tuple[Moment, ...]:
    """证书记录: versions and my own downloads, latest first."""
    today = clock.today()
    numbers = {str(item.pk): item.version for item in versions}
    found = [(item.created_at, _version(item, standing_of(item, today))) for item in versions]
    if versions:
        for event in _downloads(user, numbers):
            title = f"本人下载第 {numbers[event.subject_id]} 版"
            found.append((event.at, Moment(title=title, when=stamp(event.at)[:16])))
    return tuple(item for _, item in sorted(found, key=lambda pair: pair[0], reverse=True))


def _downloads(user: User, numbers: dict[str, int]) -> QuerySet[Event]:
    return audit.events_by(user.pk).filter(
        code="certificate.view", subject_kind="certificate", subject_id__in=list(numbers)
    )[:_DOWNLOADS]


def _version(item: CertificateVersion, standing: Standing) -> Moment:
    current = item.state in (VersionState.PENDING, VersionState.CURRENT)
    ended = "" if current else f"{day(item.ended_at)} 停用：{item.end_reason or standing.label}"
    return Moment(
        title=_title(item),
        when=day(item.issued_on),
        who=f"{item.reason}，{'现行' if current else '已停用'}",
        note=ended if standing in (Standing.VALID, Standing.SUPERSEDED) else standing.label,
        url=reverse("person:certificate", args=[item.pk]),
        now=current,
    )


@for_person
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """电子证照: every version with what it is worth today."""
    person = myself(request)
    versions = versions_of(person)
    today = clock.today()
    table = Table(
        columns=(
            Column("版本", lambda row: format_html('<b class="text-nowrap">{}</b>', _title(row)), css="m-top"),
            Column("聘用企业", lambda row: row.facts.get("employer", ""), css="m-wide"),
            Column("证书编号", "number", css="ej-num m-wide", data_label="证书编号"),
            Column("签发日期", lambda row: day(row.issued_on), css="ej-num", data_label="签发日期"),
            Column("状态", lambda row: _chip(standing_of(row, today)), css="m-top m-end"),
        ),
        rows=versions,
        ops=_operations,
        name=_title,
        empty="还没有电子证书。申报获准并公告后，证书自动制发到这里。",
        empty_links=(("查看我的申报", reverse("person:cases")),),
        caption="我的电子证书",
    )
    context = {
        "shell": shell(request, "certificates"),
        "tabs": certificate_tabs("certificates"),
        "cards": cards(person, versions),
        "table": table,
    }
    return render(request, "person/certificates.html", context)


def _title(version: CertificateVersion) -> str:
    temporary = version.registration.registration_class == RegistrationClass.TEMPORARY
    return f"第 {version.version} 版{'（临时）' if temporary else ''}"


def _chip(standing: Standing) -> SafeString:
    return chip(TONE[standing], standing.label)


def _operations(row: CertificateVersion) -> tuple[Op, ...]:
    found = [Op("查阅", reverse("person:certificate", args=[row.pk]))]
    if row.file_id:
        found.append(Op("下载", reverse("person:certificate-file", args=[row.pk])))
    return tuple(found)


@for_person
@require_safe
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """One version as it was issued, and what it is worth now."""
    version = mine_or_404(request, pk)
    finding = judge(version)
    context = {
        "shell": shell(request, "certificates"),
        "version": version,
        "title": _title(version),
        "verdict": _verdict(finding.standing),
        "standing": finding.standing,
        "current": finding.current,
        "rows": _rows(version),
        "specialties": [
            (item["name"], period(date.fromisoformat(item["begin"]), date.fromisoformat(item["end"])))
            for item in version.facts.get("specialties", ())
        ],
        "windows": _windows(version) if version.windows.exists() else None,
        "may_window": making.usable(version),
        "showable": version.state in (VersionState.PENDING, VersionState.CURRENT),
    }
    return render(request, "person/certificate.html", context)


def _windows(version: CertificateVersion) -> Table:
    """使用有效期 that I made, latest first."""
    today = clock.today()

    def standing(row: UsageWindow) -> SafeString:
        found = standing_of(version, today, row)
        if found == Standing.VALID and not row.file_id:
            return chip("office", "制作中")
        return chip(TONE[found], found.label)

    def ops(row: UsageWindow) -> Iterable[Op]:
        if row.withdrawn_at is not None:
            return
        if row.file_id:
            yield Op("下载", reverse("person:window-file", args=[version.pk, row.pk]))
        if row.end >= today:
            yield Op("撤销", reverse("person:window-withdraw", args=[version.pk, row.pk]), stop=True)

    return Table(
        columns=(
            Column("使用有效期", lambda row: period(row.begin, row.end), css="ej-num m-top"),
            Column("用途", "purpose", css="m-wide", data_label="用途"),
            Column("设定时间", lambda row: stamp(row.created_at)[:16], css="ej-num m-wide", data_label="设定时间"),
            Column("状态", standing, css="m-top m-end"),
        ),
        rows=version.windows.order_by("-number"),
        ops=ops,
        name="purpose",
        caption="使用有效期",
    )


def _verdict(standing: Standing) -> str:
    return _VERDICT[TONE[standing]]


def _rows(version: CertificateVersion) -> list[tuple[str, Any]]:
    facts = version.facts
    rows = [
        ("姓名", facts.get("name")),
        ("注册编号", facts.get("reg_no")),
        ("证书编号", version.number),
        ("聘用企业", facts.get("employer")),
        ("签发日期", day(version.issued_on)),
        ("使用有效期", period(version.use_begin, version.use_end)),
        ("证照标识", version.licence_id),
        ("换发原因", version.reason),
    ]
    if version.case_number:
        rows.append(("依据申报", version.case_number))
    if version.ended_at:
        rows.append(("停用", f"{day(version.ended_at)}　{version.end_reason}"))
    return rows


@for_person
@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """亮证: the certificate held out on a phone, with its verdict at this moment and the code to check it by."""
    version = mine_or_404(request, pk)
    if version.state not in (VersionState.PENDING, VersionState.CURRENT):
        raise Http404
    finding = judge(version)
    held = live_registrations(myself(request)).filter(pk=version.registration_id)
    context = {
        "version": version,
        "title": version.registration.get_registration_class_display(),
        "verdict": _verdict(finding.standing),
        "standing": finding.standing,
        "now": stamp(clock.now()),
        "code": qr(documents.qr(verification_url(version)), "证书查验二维码"),
        "specialties": [
            validity(registration, item) for registration in held for item in registration.specialties.all()
        ],
    }
    return render(request, "person/show.html", context)


@for_person_files
@require_safe
def file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The signed PDF, to keep. Noted in the audit."""
    version = mine_or_404(request, pk)
    if version.file is None:
        raise Http404
    user = account(request)
    audit.record(
        "certificate.view",
        actor=user.actor,
        subject=("certificate", version.pk),
        data={"number": version.number, "version": version.version, "as": "pdf"},
    )
    name = f"{policy.current().certificate.name}-{version.facts.get('name', '')}-{version.number}.pdf"
    return files.response(version.file, filename=name, inline=request.GET.get("inline") == "1")


@for_person_files
@require_safe
def preview(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The picture of a version."""
    version = mine_or_404(request, pk)
    if version.preview is None:
        raise Http404
    return files.response(version.preview, filename=version.preview_name, request=request)


@for_person_files
@require_safe
def portrait(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The portrait that a version prints."""
    blob = files.Blob.objects.filter(pk=mine_or_404(request, pk).facts.get("portrait") or None).first()
    if blob is None:
        raise Http404
    return files.response(blob, filename="portrait.jpg", thumbnail=True)
