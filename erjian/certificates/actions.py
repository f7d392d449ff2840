"""Certificate versions: written in the decision's transaction, ended when superseded or void."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from django.db.models import Max

from erjian import audit, policy
from erjian.audit import Actor, codes
from erjian.certificates.models import CertificateVersion, VersionState
from erjian.policy import clock
from erjian.registry import numbers
from erjian.registry.models import Registration, RegistrationSpecialty, RegistrationStatus
from erjian.standards.licence_ids import licence_id
from erjian.standards.specialties import Specialty

codes.register("certificate.create", "生成证书版本")
codes.register("certificate.issue", "制发电子证书")
codes.register("certificate.void", "证书作废")
codes.register("certificate.view", "查阅电子证书")

_STANDING = (VersionState.PENDING, VersionState.CURRENT)
_ENDED = (RegistrationStatus.CANCELLED, RegistrationStatus.RESCINDED, RegistrationStatus.REVOKED)


def facts_of(registration: Registration) -> dict[str, Any]:
    """What the certificate prints, without any identity number: the canonical data of a version (B.11)."""
    person = registration.person
    return {
        "name": person.name,
        "sex": person.get_sex_display(),
        "birth": person.birth_date.isoformat(),
        "reg_no": registration.number,
        "employer": registration.enterprise.name,
        "employer_code": registration.enterprise.credit_code,
        "specialties": [
            {"name": Specialty(item.specialty).label, "begin": item.begin.isoformat(), "end": item.end.isoformat()}
            for item in _standing(registration)
        ],
        "portrait": str(person.portrait_id or ""),
        "signature": str(person.signature_id or ""),
    }


def _standing(registration: Registration) -> list[RegistrationSpecialty]:
    """Of each specialty its last period; sorted here because the rows of thousands come in one query."""
    periods = sorted(registration.specialties.all(), key=lambda each: (each.specialty, each.begin))
    return list({each.specialty: each for each in periods if not each.voided}.values())


def _end_standing(registration_ids: Collection[int], *, state: VersionState, reason: str) -> None:
    CertificateVersion.objects.filter(registration__in=registration_ids, state__in=_STANDING).update(
        state=state, ended_at=clock.now(), end_reason=reason
    )


def create_version(
    *, registration_id: int, new_number: bool, reason: str, case_number: str, actor: Actor
) -> CertificateVersion:
    """`create_versions` for one registration."""
    (made,) = create_versions(
        registration_ids=(registration_id,),
        new_number=new_number,
        reason=reason,
        case_number=case_number,
        actor=actor,
    )
    return made


def create_versions(
    *, registration_ids: Collection[int], new_number: bool, reason: str, case_number: str, actor: Actor
) -> list[CertificateVersion]:
    """Write the next version of each as pending and supersede the former ones; files are made by jobs afterwards.

    使用有效期 runs from today for the policy's days, at most to the end of the registration (decision G.15). The
    number of statements does not grow with the registrations, but for numbers newly taken.
    """
    registrations = list(
        Registration.objects.select_for_update(of=("self",))
        .select_related("person", "enterprise")
        .prefetch_related("specialties")
        .filter(pk__in=registration_ids)
        .order_by("pk")
    )
    _end_standing(registration_ids, state=VersionState.SUPERSEDED, reason=reason)
    former = dict(
        CertificateVersion.objects.filter(registration__in=registration_ids)
        .values_list("registration")
        .annotate(Max("version"))
        .order_by("registration")
    )
    for registration in registrations:
        if new_number or not registration.certificate_number:
            registration.certificate_number = f"{numbers.take('certificate', limit=99_999_999):08d}"
            registration.version += 1
            registration.save(update_fields=["certificate_number", "version"])
    made = CertificateVersion.objects.bulk_create(
        _next(registration, former.get(registration.pk, 0) + 1, reason=reason, case_number=case_number)
        for registration in registrations
    )
    audit.record_many(
        "certificate.create",
        actor=actor,
        entries=[
            audit.Entry(
                ("certificate", version.pk),
                {"number": version.number, "version": version.version, "case": case_number},
            )
            for version in made
        ],
    )
    return made


def _next(registration: Registration, version_number: int, *, reason: str, case_number: str) -> CertificateVersion:
    rules, today = policy.current(), clock.today()
    return CertificateVersion(
        registration=registration,
        version=version_number,
        number=registration.certificate_number,
        licence_id=licence_id(
            rules.certificate.type_code, rules.province.issuer_code, registration.certificate_number, version_number
        ),
        facts=facts_of(registration),
        reason=reason,
        case_number=case_number,
        issued_on=today,
        use_begin=today,
        use_end=longest_use(registration, today),
        created_at=clock.now(),
    )


def longest_use(registration: Registration, begin: date) -> date:
    """The last day of the longest 使用有效期 that begins on a day.

    An imported end that binds nobody (临时建造师) does not cut it short.
    """
    longest = begin + timedelta(days=policy.current().certificate.usage_max_days - 1)
    return min(registration.valid_until, longest) if registration.dates_binding else longest


def void(*, registration_id: int, reason: str, actor: Actor) -> None:
    """End the standing version for good (注销、撤销、吊销)."""
    registration = Registration.objects.select_for_update().get(pk=registration_id)
    _end_standing([registration.pk], state=VersionState.VOID, reason=reason)
    audit.record("certificate.void", actor=actor, subject=("registration", registration.pk), data={"reason": reason})


def void_ended(*, person_id: int, actor: Actor) -> None:
    """End the standing versions of the person's registrations that have been cancelled, rescinded or revoked."""
    ended = Registration.objects.filter(
        person_id=person_id, status__in=_ENDED, certificates__state__in=_STANDING
    ).values_list("pk", "end_reason")
    for registration_id, reason in ended:
        void(registration_id=registration_id, reason=reason, actor=actor)
