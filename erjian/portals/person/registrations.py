"""我的注册: what the register says of my right to practise, and how it came to say so."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from erjian.policy import clock
from erjian.portals.person.access import for_person, my_id
from erjian.portals.person.certificates import validity
from erjian.portals.person.navigation import certificate_tabs, shell
from erjian.registry.models import Change, Registration, RegistrationSpecialty, RegistrationStatus
from erjian.ui.dates import day, moment
from erjian.ui.parts import Moment

_TONE = {RegistrationStatus.VALID: "done", RegistrationStatus.LAPSED: "mine", RegistrationStatus.SUSPENDED: "bad"}
_MOST = 50


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One registration as the page shows it."""

    title: str
    status: str
    tone: str
    rows: tuple[tuple[str, str], ...]
    specialties: tuple[tuple[str, SafeString], ...]
    history: tuple[Moment, ...]


@for_person
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Every registration with its specialties and history."""
    person_id = my_id(request)
    registrations = (
        Registration.objects.filter(person_id=person_id)
        .select_related("enterprise", "person")
        .prefetch_related(
            Prefetch(
                "specialties",
                queryset=RegistrationSpecialty.objects.filter(voided=False).order_by("specialty", "begin"),
            )
        )
        .order_by("-registered_on", "-id")
    )
    changes: dict[int, list[Change]] = {}
    for change in Change.objects.filter(person_id=person_id, registration_id__isnull=False).order_by("-at", "-id")[
        :_MOST
    ]:
        changes.setdefault(change.registration_id or 0, []).append(change)
    context = {
        "shell": shell(request, "certificates"),
        "tabs": certificate_tabs("registrations"),
        "registrations": [_shown(item, changes.get(item.pk, [])) for item in registrations],
    }
    return render(request, "person/registrations.html", context)


def _shown(item: Registration, changes: list[Change]) -> Shown:
    status = item.status_on(clock.today())
    rows = [
        ("注册编号", item.number),
        ("聘用企业", item.enterprise.name),
        ("初始注册日期", day(item.registered_on)),
        ("到现单位日期", day(item.employed_on)),
        ("有效期至", day(item.valid_until) if item.dates_binding else f"{day(item.valid_until)}（按政策继续有效）"),
        ("证书类型", item.get_certificate_kind_display()),
        ("证书编号", item.certificate_number or "—"),
    ]
    if item.ended_on:
        rows.append(("终止", f"{day(item.ended_on)}　{item.end_reason}"))
    return Shown(
        title=item.get_registration_class_display(),
        status=status.label,
        tone=_TONE.get(status, ""),
        rows=tuple(rows),
        specialties=tuple(_until(*validity(item, each)) for each in item.specialties.all()),
        history=tuple(
            Moment(
                title=change.get_kind_display(),
                when=moment(change.at),
                note=f"依据申报 {change.case_number}" if change.case_number else "",
            )
            for change in changes
        ),
    )


def _until(name: str, words: str, soon: bool) -> tuple[str, SafeString]:
    return name, format_html('<span class="{}">{}</span>', "ej-soon" if soon else "", words)
