"""Assembles the `Facts` that guards judge, in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from erjian import policy, protection
from erjian.applications import form_data
from erjian.applications.models import Application
from erjian.applications.states import BLOCKING
from erjian.policy import clock
from erjian.procedures import About, Procedure, SpecialtySource, guards
from erjian.procedures.facts import (
    EducationFacts,
    EnterpriseFacts,
    Facts,
    PersonFacts,
    QualificationFacts,
    RegistrationFacts,
    RestrictionFacts,
    SpecialtyFacts,
)
from erjian.procedures.guards import Stage, Verdict
from erjian.registry import renaming
from erjian.registry.enterprise_profile import REQUIRED
from erjian.registry.models import (
    Bar,
    EducationHours,
    Enterprise,
    Lock,
    Person,
    Qualification,
    Registration,
    RegistrationSpecialty,
)
from erjian.registry.models.enterprises import EnterpriseOrigin
from erjian.registry.models.registrations import LIVE
from erjian.standards import id_numbers
from erjian.standards.errors import Refusal


def missing_profile(enterprise: Enterprise) -> tuple[str, ...]:
    """Labels of starred profile fields that are still empty."""
    labels = {field.name: str(field.verbose_name) for field in Enterprise._meta.fields}
    labels["contact_phone"] = "联系人手机号码"
    return tuple(labels[name] for name in REQUIRED if getattr(enterprise, name) in (None, ""))


def _registration(item: Registration) -> RegistrationFacts:
    return RegistrationFacts(
        id=item.pk,
        number=item.number,
        status=item.status_on(clock.today()),
        enterprise_id=item.enterprise_id,
        enterprise_name=item.enterprise.name,
        registered_on=item.registered_on,
        employed_on=item.employed_on,
        valid_until=item.valid_until,
        dates_binding=item.dates_binding,
        employer_ceased=item.enterprise.ceased_on is not None,
        specialties=tuple(
            SpecialtyFacts(specialty=each.specialty, begin=each.begin, end=each.end) for each in item.specialties.all()
        ),
    )


def _person(person: Person) -> PersonFacts:
    return PersonFacts(
        name=person.name,
        birth_date=person.birth_date,
        assurance=person.assurance,
        verified_on=clock.day_of(person.verified_at) if person.is_verified and person.verified_at else None,
        has_portrait=person.portrait_id is not None,
        has_signature=person.signature_id is not None,
        id_valid_until=person.id_valid_until,
        number_fault=_number_fault(person.id_number),
    )


def _number_fault(number: str) -> str:
    try:
        id_numbers.parse(number, today=clock.today())
    except Refusal as refusal:
        return refusal.message
    return ""


def _enterprise(enterprise: Enterprise) -> EnterpriseFacts:
    today = clock.today()
    held = enterprise.qualifications.filter(
        Q(expires_on__isnull=True) | Q(expires_on__gte=today), withdrawn_on__isnull=True
    ).order_by("id")
    return EnterpriseFacts(
        id=enterprise.pk,
        name=enterprise.name,
        status=enterprise.status,
        missing=missing_profile(enterprise),
        updated_on=clock.day_of(enterprise.updated_at),
        qualifications=tuple(f"{item.scope}{item.level}" for item in held),
        filing_authority=enterprise.filing_authority,
        kind=enterprise.kind,
        local=enterprise.origin != EnterpriseOrigin.OUTSIDE,
        bars=tuple(
            RestrictionFacts(label="限制申报", reason=item.reason, ends=item.ends)
            for item in enterprise.bars.filter(_in_force(today), lifted_on__isnull=True).order_by("id")
        ),
    )


def _in_force(today: date) -> Q:
    return Q(begins__lte=today) & (Q(ends__isnull=True) | Q(ends__gte=today))


def _open_cases(subject: Q, but: Application | None) -> QuerySet[Application]:
    others = Application.objects.filter(subject, state__in=BLOCKING).select_related("enterprise").order_by("id")
    return others.exclude(pk=but.pk) if but is not None and but.pk else others


def _in_words(other: Application | None) -> str:
    return f"{other.enterprise.name}提出的{other.procedure.kind_label}" if other else ""


def _name_taken(enterprise: Enterprise, form: Mapping[str, Any]) -> bool:
    name = str(form.get("new_enterprise_name") or "")
    return bool(name) and renaming.namesakes(name).exclude(pk=enterprise.pk).exists()


def _number_taken(person: Person, form: Mapping[str, Any]) -> bool:
    number = form.get("new_id_number")
    if not number:
        return False
    holders = Person.objects.filter(id_number_index=protection.index("id_number", str(number)))
    return holders.exclude(pk=person.pk).exists()


def assemble(
    *,
    procedure: Procedure,
    person: Person | None,
    enterprise: Enterprise,
    application: Application | None = None,
    form: Mapping[str, Any] | None = None,
    materials: frozenset[str] = frozenset(),
) -> Facts:
    """Facts of one filing, read from the register now; `person` is None for one about the enterprise."""
    form = form or {}
    about = (
        _about_enterprise(procedure, enterprise, application, form)
        if person is None
        else _about_people(procedure, [person], application)[person.pk] | {"number_taken": _number_taken(person, form)}
    )
    return Facts(
        today=clock.today(),
        policy=policy.current(),
        enterprise=_enterprise(enterprise),
        assurance_needed=policy.current().assurance_for(procedure.code),
        former_answer=application.former_answer if application else "",
        specialties=tuple(application.specialties) if application else (),
        form=form,
        materials=materials,
        **about,
    )


def assemble_all(*, procedure: Procedure, people: Sequence[Person], enterprise: Enterprise) -> dict[int, Facts]:
    """Facts of a filing for each of several people, by person id; as many queries as for one."""
    first = Facts(
        today=clock.today(),
        policy=policy.current(),
        enterprise=_enterprise(enterprise),
        assurance_needed=policy.current().assurance_for(procedure.code),
    )
    return {pk: replace(first, **about) for pk, about in _about_people(procedure, people, None).items()}


def _about_enterprise(
    procedure: Procedure, enterprise: Enterprise, application: Application | None, form: Mapping[str, Any]
) -> dict[str, Any]:
    same = Q(enterprise=enterprise, procedure_code=procedure.code, about=About.ENTERPRISE)
    return {
        "open_case": _in_words(_open_cases(same, application).first()),
        "name_taken": _name_taken(enterprise, form),
        "holders": renaming.holders_of(enterprise.pk).count(),
    }


Held = Mapping[int, date | None]
"""Registrations (ids) held back: until a decision (None), or to the end of a 暂扣 that outlives the registration."""
_HELD_BACK: list[Callable[[Iterable[int]], Held]] = []


def hold_back(held: Callable[[Iterable[int]], Held]) -> None:
    """Ask a room above which registrations it holds back; see `Facts.under_proceeding` and `Facts.suspended_until`."""
    _HELD_BACK[:] = [held]


_FREE = date.min


def _standing(rows: Sequence[Registration], procedure: Procedure) -> RegistrationFacts | None:
    """The registration that a filing is about: the one in force, else what has lapsed where that can be ended."""
    fitting = sorted((row for row in rows if row.status in procedure.standing), key=lambda row: row.status not in LIVE)
    return _registration(fitting[0]) if fitting else None


def _by_person(rows: Iterable[Any]) -> defaultdict[int, list[Any]]:
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.person_id].append(row)
    return found


def _about_people(
    procedure: Procedure, people: Sequence[Person], application: Application | None
) -> dict[int, dict[str, Any]]:
    """What the register knows of each person, by id, in a number of queries that does not grow with them."""
    assert procedure.registration_class is not None
    in_force, them = _in_force(clock.today()), Q(person__in=[person.pk for person in people])
    registrations = _by_person(
        Registration.objects.filter(them, registration_class=procedure.registration_class)
        .select_related("enterprise")
        .prefetch_related(
            Prefetch("specialties", queryset=RegistrationSpecialty.objects.standing().order_by("specialty"))
        )
        .order_by("-id")
    )
    known = [row.pk for rows in registrations.values() for row in rows]
    held = {pk: until for look in _HELD_BACK for pk, until in look(known).items()} if known else {}
    qualifications = _by_person(Qualification.objects.filter(them).order_by("obtained_on", "id"))
    bars = _by_person(Bar.objects.filter(them, in_force, lifted_on__isnull=True).order_by("id"))
    locks = _by_person(Lock.objects.filter(them, in_force, released_on__isnull=True).order_by("id"))
    hours = _by_person(EducationHours.objects.filter(them, withdrawn_on__isnull=True).order_by("completed_on", "id"))
    cases = _by_person(_open_cases(them, application))
    return {
        person.pk: {
            "person": _person(person),
            "qualifications": tuple(
                QualificationFacts(
                    id=item.pk,
                    specialty=item.specialty,
                    management_number=item.management_number,
                    obtained_on=item.obtained_on,
                    pass_year=item.pass_year,
                    review_result=item.review_result,
                    used=item.used_at is not None,
                )
                for item in qualifications[person.pk]
            ),
            "live": _standing(registrations[person.pk], procedure),
            "past": tuple(_registration(item) for item in registrations[person.pk] if item.status not in LIVE),
            "bars": tuple(
                RestrictionFacts(label=item.get_basis_display(), reason=item.reason, ends=item.ends)
                for item in bars[person.pk]
            ),
            "locks": tuple(
                RestrictionFacts(label=item.get_kind_display(), reason=item.reason, ends=item.ends)
                for item in locks[person.pk]
            ),
            "education": tuple(
                EducationFacts(completed_on=item.completed_on, compulsory=item.compulsory, elective=item.elective)
                for item in hours[person.pk]
            ),
            "under_proceeding": next(
                (item.number for item in registrations[person.pk] if held.get(item.pk, _FREE) is None), ""
            ),
            "suspended_until": max(
                (until for item in registrations[person.pk] if (until := held.get(item.pk)) is not None), default=None
            ),
            "open_case": _in_words(next(iter(cases[person.pk]), None)),
            "registration_class": procedure.registration_class,
        }
        for person in people
    }


def offered_specialties(application: Application) -> set[str]:
    """The specialties that may be ticked, from where the procedure takes them."""
    match application.procedure.specialties:
        case SpecialtySource.QUALIFICATIONS if application.person is not None:
            return set(application.person.qualifications.values_list("specialty", flat=True))
        case SpecialtySource.REGISTRATION if application.registration is not None:
            return set(application.registration.specialties.filter(voided=False).values_list("specialty", flat=True))
        case _:
            return set()


def of_application(application: Application, *, form: Mapping[str, Any] | None = None) -> Facts:
    """Facts of a case as it stands."""
    codes = frozenset(application.materials.filter(removed_in__isnull=True).values_list("code", flat=True))
    return assemble(
        procedure=application.procedure,
        person=application.person,
        enterprise=application.enterprise,
        application=application,
        form=form_data.current(application) if form is None else form,
        materials=codes,
    )


def verdicts(
    application: Application, *, stage: Stage | None = None, facts: Facts | None = None
) -> tuple[Verdict, ...]:
    """The guards' verdicts of a case, failing first."""
    return guards.judge(application.procedure.guards, facts or of_application(application), stage=stage)
