"""The register's write path: every function changes legal facts and leaves the history row that says so.

All of them expect to run inside the caller's transaction, after the caller's guards. They are called by
procedures' effects, imports and ex-officio decisions only.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Max, Q

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
    RegistrationStatus,
    ReviewResult,
)
from erjian.registry.models.registrations import LIVE
from erjian.standards.errors import Refusal
from erjian.standards.registration_numbers import registration_number
from erjian.standards.specialties import Specialty
from erjian.standards.validity import birthday_at, extended_end, period_end

EXPIRED = "注册有效期满且未延续注册"
"""第十六条第五项."""
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


def _take_qualifications(
    person: Person, specialties: tuple[str, ...], *, again: Collection[str] = ()
) -> list[Qualification]:
    """Lock one reviewed qualification for each specialty, of those in `again` a used one where there is no other.

    Raises RegisterRefused when one is missing by now.
    """
    chosen: list[Qualification] = []
    for specialty in specialties:
        fitting = Qualification.objects.select_for_update().filter(
            person=person, specialty=specialty, review_result=ReviewResult.PASSED
        )
        fitting = fitting.alias(used=ExpressionWrapper(Q(used_at__isnull=False), BooleanField()))
        if specialty not in again:
            fitting = fitting.filter(used_at__isnull=True)
        qualification = fitting.order_by("used", "obtained_on", "id").first()
        if qualification is None:
            raise RegisterRefused(
                f"{person.name}已没有可用于“{Specialty(specialty).label}”的合格资格证书。请退回上一环节核实。",
                code="qualification_used",
            )
        chosen.append(qualification)
    return chosen


def _add_specialties(registration: Registration, chosen: list[Qualification], *, begin: date, end: date) -> None:
    RegistrationSpecialty.objects.bulk_create(
        RegistrationSpecialty(
            registration=registration, specialty=item.specialty, qualification=item, begin=begin, end=end
        )
        for item in chosen
    )
    Qualification.objects.filter(pk__in=[item.pk for item in chosen]).update(used_at=clock.now())


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
    again: bool = False,
) -> Registration:
    """Create a registration: each specialty is valid from `on` for the policy's years, capped at the age limit.

    `again` is 重新注册: a lapsed registration is cancelled first, any reviewed qualification may be used, and the
    number of the last registration is kept (decision G.8). Raises RegisterRefused when a qualification is missing
    by now (《注册建造师管理规定》第六、十、十八条).
    """
    rules = policy.current()
    person = Person.objects.select_for_update().get(pk=person_id)
    former = None
    if again:
        former = (
            Registration.objects.select_for_update()
            .filter(person=person, registration_class=registration_class)
            .order_by("-registered_on", "-id")
            .first()
        )
        if former is None:
            raise RegisterRefused(f"{person.name}没有可以重新注册的原注册。请办理初始申报。", code="never_registered")
        if former.status_on(on) == RegistrationStatus.LAPSED:
            _end(
                former, status=RegistrationStatus.CANCELLED, reason=former.end_reason or EXPIRED, on=on,
                case_number=case_number, actor=actor,
            )  # fmt: skip
    chosen = _take_qualifications(person, specialties, again=specialties if again else ())
    end = period_end(
        on, years=rules.validity_years, birth_date=person.birth_date, age_limit=rules.age_limit_for(registration_class)
    )
    _fill_blanks(person, form)
    if former is not None:
        number = former.number
    else:
        qualified_year = min(item.obtained_on.year for item in chosen)
        serial = numbers.take("registration", year=on.year)
        number = registration_number(rules.province.short, rules.province.code, qualified_year, on.year, serial)
    registration = Registration.objects.create(
        person=person,
        registration_class=registration_class,
        number=number,
        enterprise_id=enterprise_id,
        registered_on=on,
        employed_on=on,
        valid_until=end,
        case_number=case_number,
    )
    _add_specialties(registration, chosen, begin=on, end=end)
    remember(
        ChangeKind.REREGISTERED if again else ChangeKind.REGISTERED,
        actor=actor,
        registration=registration,
        before=snapshot(former) if former else {},
        after=snapshot(registration),
        case_number=case_number,
    )
    return registration


def locked(registration_id: int) -> Registration:
    """A registration with its row locked until the transaction ends."""
    return Registration.objects.select_for_update(of=("self",)).select_related("person").get(pk=registration_id)


def _saved(
    registration: Registration, kind: ChangeKind, *, before: dict[str, Any], case_number: str, actor: Actor
) -> Registration:
    """Bring `valid_until` in line with the specialties, count the version, write the history."""
    ends = registration.specialties.filter(voided=False).aggregate(last=Max("end"))["last"]
    registration.valid_until = ends or registration.valid_until
    registration.version += 1
    registration.save()
    remember(
        kind, actor=actor, registration=registration, before=before, after=snapshot(registration),
        case_number=case_number,
    )  # fmt: skip
    return registration


def add_specialties(
    *, registration_id: int, specialties: tuple[str, ...], on: date, case_number: str, actor: Actor
) -> Registration:
    """增项: further specialties with their own years from `on` (第十四条; decision G.8).

    One that has lapsed, here or with an earlier registration, comes back by the qualification it had.
    """
    registration = locked(registration_id)
    before = snapshot(registration)
    rules = policy.current()
    end = period_end(
        on, years=rules.validity_years, birth_date=registration.person.birth_date, age_limit=rules.age_limit
    )
    before_that = RegistrationSpecialty.objects.filter(
        registration__person=registration.person_id, registration__registration_class=registration.registration_class
    )
    chosen = _take_qualifications(
        registration.person, specialties, again=set(before_that.values_list("specialty", flat=True))
    )
    _add_specialties(registration, chosen, begin=on, end=end)
    return _saved(registration, ChangeKind.ADDED, before=before, case_number=case_number, actor=actor)


def extend(
    *,
    registration_id: int,
    specialties: tuple[str, ...],
    case_number: str,
    actor: Actor,
    until: date | None = None,
) -> Registration:
    """延续: the chosen specialties run on for the policy's years (or to a day); the others lapse on theirs (第十二条).

    Raises RegisterRefused when the registration has ended by now.
    """
    registration = locked(registration_id)
    if registration.status not in LIVE:
        raise RegisterRefused(f"注册已是“{registration.get_status_display()}”，不能延续。", code="already_ended")
    before = snapshot(registration)
    rules = policy.current()
    limit = rules.age_limit_for(registration.registration_class)
    for item in registration.specialties.standing().select_for_update().filter(specialty__in=specialties):
        cap = birthday_at(registration.person.birth_date, limit)
        years = extended_end(
            item.end, years=rules.validity_years, birth_date=registration.person.birth_date, age_limit=limit
        )
        item.end = max(item.end, min(until, cap)) if until else years
        item.save(update_fields=["end"])
    registration.dates_binding = registration.dates_binding or until is not None
    return _saved(registration, ChangeKind.EXTENDED, before=before, case_number=case_number, actor=actor)


def move(*, registration_id: int, enterprise_id: int, on: date, case_number: str, actor: Actor) -> Registration:
    """变更执业单位: another employer, the validity unchanged (第十三条)."""
    registration = locked(registration_id)
    before = snapshot(registration)
    registration.enterprise_id = enterprise_id
    registration.employed_on = on
    return _saved(registration, ChangeKind.MOVED, before=before, case_number=case_number, actor=actor)


def reissue(*, registration_id: int, case_number: str, actor: Actor) -> Registration:
    """遗失补办: nothing changes but the certificate, which gets a new number (第十九条)."""
    registration = locked(registration_id)
    return _saved(
        registration, ChangeKind.REISSUED, before=snapshot(registration), case_number=case_number, actor=actor
    )


_HISTORY_OF = {
    RegistrationStatus.CANCELLED: ChangeKind.CANCELLED,
    RegistrationStatus.LAPSED: ChangeKind.LAPSED,
    RegistrationStatus.RESCINDED: ChangeKind.CANCELLED,
    RegistrationStatus.REVOKED: ChangeKind.CANCELLED,
    RegistrationStatus.SUSPENDED: ChangeKind.SUSPENDED,
    RegistrationStatus.VALID: ChangeKind.RESTORED,
}


def _end(
    registration: Registration, *, status: RegistrationStatus, reason: str, on: date, case_number: str, actor: Actor
) -> Registration:
    before = snapshot(registration)
    registration.status = status
    registration.ended_on = on
    registration.end_reason = reason
    return _saved(registration, _HISTORY_OF[status], before=before, case_number=case_number, actor=actor)


def cancel(
    *,
    registration_id: int,
    reason: str,
    on: date,
    case_number: str,
    actor: Actor,
    status: RegistrationStatus = RegistrationStatus.CANCELLED,
    lapsed_too: bool = False,
) -> Registration:
    """注销 (or 撤销, 吊销 ex officio): the registration ends with its reason and day (第十七条). Repeating is refused.

    `lapsed_too` allows what has run out already (行政许可法第七十条第一项).
    """
    registration = locked(registration_id)
    allowed = (*LIVE, RegistrationStatus.LAPSED) if lapsed_too else LIVE
    if registration.status not in allowed:
        raise RegisterRefused(f"注册已是“{registration.get_status_display()}”，不能再注销。", code="already_ended")
    return _end(registration, status=status, reason=reason, on=on, case_number=case_number, actor=actor)


def suspend(*, registration_id: int, case_number: str, actor: Actor) -> Registration:
    """暂扣: in force, but not to be used until it is lifted; the validity runs on."""
    return _switch(
        registration_id, RegistrationStatus.VALID, RegistrationStatus.SUSPENDED, case_number=case_number, actor=actor
    )


def restore(*, registration_id: int, case_number: str, actor: Actor) -> Registration:
    """解除暂扣."""
    return _switch(
        registration_id, RegistrationStatus.SUSPENDED, RegistrationStatus.VALID, case_number=case_number, actor=actor
    )


def _switch(
    registration_id: int, old: RegistrationStatus, new: RegistrationStatus, *, case_number: str, actor: Actor
) -> Registration:
    registration = locked(registration_id)
    if registration.status != old:
        raise RegisterRefused(
            f"注册已是“{registration.get_status_display()}”，不能{_HISTORY_OF[new].label}。", code="wrong_status"
        )
    before = snapshot(registration)
    registration.status = new
    return _saved(registration, _HISTORY_OF[new], before=before, case_number=case_number, actor=actor)


def lapse(*, registration_id: int, on: date, actor: Actor, reason: str = EXPIRED) -> Registration:
    """失效: the last specialty has run out, the holder is past the age limit, the employer cannot employ (第十六条)."""
    registration = locked(registration_id)
    if registration.status != RegistrationStatus.VALID:
        raise RegisterRefused(f"注册已是“{registration.get_status_display()}”。", code="already_ended")
    return _end(
        registration,
        status=RegistrationStatus.LAPSED,
        reason=reason,
        on=on,
        case_number="",
        actor=actor,
    )
