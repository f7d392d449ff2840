"""The register's write path: every function changes legal facts and leaves the history row that says so.

All of them expect to run inside the caller's transaction, after the caller's guards. They are called by
procedures' effects, imports and ex-officio decisions only.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from erjian import policy
from erjian.audit import Actor
from erjian.policy import clock
from erjian.registry import numbers
from erjian.registry.models import (
    Change,
    ChangeKind,
    Person,
    Qualification,
    Registration,
    RegistrationClass,
    RegistrationSpecialty,
    ReviewResult,
)
from erjian.standards.errors import Refusal
from erjian.standards.registration_numbers import registration_number
from erjian.standards.validity import period_end

_FILLED_FROM_FORM = ("ethnicity", "phone", "landline", "school", "major", "graduated_on", "education", "degree")


class RegisterRefused(Refusal):
    """The register does not allow the change."""


def snapshot(registration: Registration) -> dict[str, Any]:
    """The registration as history keeps it."""
    return {
        "number": registration.number,
        "enterprise_id": registration.enterprise_id,
        "status": registration.status,
        "certificate_number": registration.certificate_number,
        "valid_until": registration.valid_until.isoformat(),
        "specialties": [
            {
                "specialty": item.specialty,
                "begin": item.begin.isoformat(),
                "end": item.end.isoformat(),
                "voided": item.voided,
            }
            for item in registration.specialties.order_by("specialty", "begin")
        ],
    }


def remember(
    kind: ChangeKind,
    *,
    actor: Actor,
    before: dict[str, Any],
    after: dict[str, Any],
    registration: Registration | None = None,
    person_id: int | None = None,
    enterprise_id: int | None = None,
    case_number: str = "",
) -> Change:
    """Write one row of the register's history."""
    return Change.objects.create(
        at=clock.now(),
        kind=kind,
        person_id=registration.person_id if registration else person_id,
        registration_id=registration.pk if registration else None,
        enterprise_id=registration.enterprise_id if registration else enterprise_id,
        case_number=case_number,
        actor=actor.label,
        before=before,
        after=after,
    )


def _fill_blanks(person: Person, form: Mapping[str, Any]) -> None:
    """Take over declared facts where the register knows nothing yet; what is known is changed only by its own procedure."""
    filled = False
    for name in _FILLED_FROM_FORM:
        value = form.get(name)
        if value and not getattr(person, name):
            setattr(
                person, name, date.fromisoformat(value) if name == "graduated_on" and isinstance(value, str) else value
            )
            filled = True
    if filled:
        person.version += 1
        person.save()


def register(
    *,
    person_id: int,
    enterprise_id: int,
    registration_class: RegistrationClass,
    specialties: tuple[str, ...],
    on: date,
    case_number: str,
    form: Mapping[str, Any],
    actor: Actor,
) -> Registration:
    """Create a registration: each specialty is valid from `on` for the policy's years, capped at the age limit.

    Uses up one reviewed qualification for each specialty. Raises RegisterRefused when one is missing by now
    (《注册建造师管理规定》第六、十条).
    """
    rules = policy.current()
    person = Person.objects.select_for_update().get(pk=person_id)
    chosen: list[Qualification] = []
    for specialty in specialties:
        qualification = (
            Qualification.objects.select_for_update()
            .filter(person=person, specialty=specialty, review_result=ReviewResult.PASSED, used_at__isnull=True)
            .order_by("obtained_on", "id")
            .first()
        )
        if qualification is None:
            raise RegisterRefused(
                f"{person.name}已没有可用于“{specialty}”的合格资格证书。请退回上一环节核实。", code="qualification_used"
            )
        chosen.append(qualification)
    end = period_end(on, years=rules.validity_years, birth_date=person.birth_date, age_limit=rules.age_limit)
    _fill_blanks(person, form)
    qualified_year = min(item.obtained_on.year for item in chosen)
    serial = numbers.take("registration", year=on.year)
    registration = Registration.objects.create(
        person=person,
        registration_class=registration_class,
        number=registration_number(rules.province.short, rules.province.code, qualified_year, on.year, serial),
        enterprise_id=enterprise_id,
        registered_on=on,
        employed_on=on,
        valid_until=end,
        case_number=case_number,
    )
    RegistrationSpecialty.objects.bulk_create(
        RegistrationSpecialty(
            registration=registration, specialty=item.specialty, qualification=item, begin=on, end=end
        )
        for item in chosen
    )
    Qualification.objects.filter(pk__in=[item.pk for item in chosen]).update(used_at=clock.now())
    remember(
        ChangeKind.REGISTERED,
        actor=actor,
        registration=registration,
        before={},
        after=snapshot(registration),
        case_number=case_number,
    )
    return registration
