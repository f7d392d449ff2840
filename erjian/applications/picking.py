"""Finding the person whom a filing is for (decision G.14).

初始, 重新 and 变更 may concern anyone, but only somebody whose exact name *and* number the enterprise knows already:
an unknown person and a wrong name get the same answer. Every look-up is written into the audit and counted against
the policy's limits, on all nodes together.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from erjian import audit, policy, protection
from erjian.accounts import limits
from erjian.accounts.models import User
from erjian.applications import facts
from erjian.applications.errors import CaseRefused
from erjian.policy import clock
from erjian.procedures import Procedure, guards
from erjian.procedures.guards import Stage, Verdict
from erjian.registry.models import Enterprise, Person
from erjian.standards import id_numbers
from erjian.standards.text import compact

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
    if not compact(name):
        raise CaseRefused("请填写人员姓名。", code="name_missing", field="name")
    count(by, "pick")
    person = Person.objects.filter(id_number_index=protection.index("id_number", number)).first()
    fits = person is not None and compact(person.name) == compact(name)
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
