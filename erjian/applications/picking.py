"""Finding the person whom a filing is for (decision G.14).

初始, 重新 and 变更 may concern anyone, but only somebody whose exact name *and* number the enterprise knows already:
an unknown person and a wrong name get the same answer. Every look-up is written into the audit and counted against
the policy's limits, on all nodes together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from erjian import audit, policy, protection
from erjian.accounts import limits
from erjian.accounts.models import User
from erjian.applications import facts
from erjian.applications.errors import CaseRefused
from erjian.applications.models import Application
from erjian.applications.states import State
from erjian.policy import clock
from erjian.procedures import Procedure, SpecialtySource, guards
from erjian.procedures.guards import Stage, Verdict
from erjian.registry.models import (
    Enterprise,
    Person,
    Qualification,
    Registration,
    RegistrationSpecialty,
    RegistrationStatus,
)
from erjian.registry.models.qualifications import ReviewResult
from erjian.registry.models.registrations import LIVE
from erjian.standards import id_numbers
from erjian.standards.specialties import SECOND_CLASS
from erjian.standards.text import name_key

audit.codes.register("qualification.search", "按身份证号查询资格证")


@dataclass(frozen=True, kw_only=True)
class Found:
    """A person and what the conditions of a first look say, failing first."""

    person: Person
    verdicts: tuple[Verdict, ...]

    @property
    def allowed(self) -> bool:
        """Whether the person can be picked."""
        return not any(verdict.stops for verdict in self.verdicts)


def count(by: User, purpose: str) -> None:
    """Count one look-up against the policy's limits. Raises limits.TooMany (429)."""
    rules = policy.current().picker
    for name, most, window in (
        ("minute", rules.per_minute, timedelta(minutes=1)),
        ("day", rules.per_day, timedelta(days=1)),
    ):
        limits.take(limits.Limit(f"{purpose}-{name}", most, window), str(by.pk))


def look_up(*, procedure: Procedure, enterprise: Enterprise, name: str, id_number: str, by: User) -> Found | None:
    """The person of an exact name and number with the guards' verdicts; None when there is no such pair.

    Raises Refusal for a number that cannot be one, TooMany beyond the limits.
    """
    number = str(id_numbers.parse(id_number, today=clock.today()))
    if not name_key(name):
        raise CaseRefused("请填写人员姓名。", code="name_missing", field="name")
    count(by, "pick")
    person = Person.objects.filter(id_number_index=protection.index("id_number", number)).first()
    fits = person is not None and name_key(person.name) == name_key(name)
    audit.record(
        "application.pick",
        actor=by.actor,
        subject=("person", person.pk if person and fits else ""),
        data={"procedure": procedure.code, "mask": id_numbers.mask(number), "found": fits},
    )
    if person is None or not fits:
        return None
    known = facts.assemble(procedure=procedure, person=person, enterprise=enterprise)
    return Found(person=person, verdicts=guards.judge(procedure.guards, known, stage=Stage.PICK))


def unanswered(*, procedure: Procedure, people: Sequence[Person], enterprise: Enterprise) -> dict[int, Application]:
    """What this enterprise has filed for each of several people and they have not answered, by person id.

    It forbids nothing (decision G.4), yet whoever files a second time has overlooked the first.
    """
    found = Application.objects.filter(
        person__in=people, enterprise=enterprise, procedure_code=procedure.code, state=State.WAIT_PERSON
    )
    return {case.person_id: case for case in found.order_by("-id") if case.person_id is not None}


def note_search(index: bytes, *, mask: str, by: User) -> None:
    """Count and record that somebody's qualifications were looked for by a full number. Raises TooMany (429)."""
    count(by, "qualified")
    person = Person.objects.filter(id_number_index=index).values_list("pk", flat=True).first()
    audit.record(
        "qualification.search",
        actor=by.actor,
        subject=("person", person if person is not None else ""),
        data={"mask": mask, "found": person is not None},
    )


def asks_for_another(procedure: Procedure) -> bool:
    """Whether a holder needs a qualification for a specialty that is not registered now (增项)."""
    return procedure.specialties == SpecialtySource.QUALIFICATIONS


def holders(*, procedure: Procedure, enterprise: Enterprise) -> QuerySet[Registration]:
    """The enterprise's own holders with their people, who expires first on top; what has lapsed already comes last.

    Where a specialty that is not registered now is asked for, those who have one come before the many who do not.
    """
    found = Registration.objects.filter(
        enterprise=enterprise, registration_class=procedure.registration_class, status__in=procedure.standing
    ).select_related("person")
    if RegistrationStatus.LAPSED in procedure.standing:
        lapsed = Q(status=RegistrationStatus.LAPSED)  # the last of the three in the order of their codes
        again = Registration.objects.filter(
            person=OuterRef("person"), registration_class=procedure.registration_class, status__in=LIVE
        )
        return found.exclude(lapsed & Exists(again)).order_by("-status", "valid_until", "pk")
    if not asks_for_another(procedure):
        return found.order_by("valid_until", "pk")
    unused = Qualification.objects.filter(
        person=OuterRef("person"), specialty__in=SECOND_CLASS, used_at=None, review_result=ReviewResult.PASSED
    )
    ended = RegistrationSpecialty.objects.standing().filter(registration=OuterRef("pk"), end__lt=clock.today())
    return found.annotate(another=Exists(unused) | Exists(ended)).order_by("-another", "valid_until", "pk")


def refused(*, procedure: Procedure, people: Sequence[Person], enterprise: Enterprise) -> dict[int, list[str]]:
    """Why each of these people cannot be chosen, by id; nothing where they can. As many queries as for one."""
    known = facts.assemble_all(procedure=procedure, people=people, enterprise=enterprise)
    return {
        pk: [each.reason for each in guards.judge(procedure.guards, about, stage=Stage.PICK) if each.stops]
        for pk, about in known.items()
    }
