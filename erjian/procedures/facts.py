"""What guards judge: plain, frozen values about one person, one enterprise and one intended filing.

`applications.facts` assembles them from the register; guards never touch the database, so each one is a
pure function that a table of examples can test.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from erjian.policy import Policy
from erjian.registry.models import Assurance, RegistrationClass


@dataclass(frozen=True, kw_only=True)
class QualificationFacts:
    id: int
    specialty: str
    management_number: str
    obtained_on: date
    pass_year: int
    review_result: str
    used: bool


@dataclass(frozen=True, kw_only=True)
class SpecialtyFacts:
    specialty: str
    begin: date
    end: date


@dataclass(frozen=True, kw_only=True)
class RegistrationFacts:
    id: int
    number: str
    status: str
    """Legal status on the day (`Registration.status_on`)."""
    enterprise_id: int
    enterprise_name: str
    registered_on: date
    employed_on: date
    valid_until: date
    dates_binding: bool = True
    """False for imported dates of 二级临时建造师, which neither lapse nor block (decision G.10)."""
    employer_ceased: bool = False
    """Whether nobody can be registered with the employer any more (第十六条第一至三项)."""
    specialties: tuple[SpecialtyFacts, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PersonFacts:
    name: str
    birth_date: date
    assurance: str
    verified_on: date | None
    has_portrait: bool
    has_signature: bool
    id_valid_until: date | None = None
    """When the identity document runs out; None when it does not or nobody knows."""
    number_fault: str = ""
    """What is wrong with the identity number as the register holds it (GB 11643); empty when nothing is."""


@dataclass(frozen=True, kw_only=True)
class EnterpriseFacts:
    id: int
    name: str
    status: str
    missing: tuple[str, ...]
    """Labels of required profile fields that are still empty."""
    updated_on: date
    qualifications: tuple[str, ...]
    """Valid 资质 in words, e.g. 建筑工程施工总承包二级."""
    kind: str = ""
    local: bool = True
    filing_authority: str
    bars: tuple[RestrictionFacts, ...] = ()
    """限制申报 in force."""


@dataclass(frozen=True, kw_only=True)
class RestrictionFacts:
    """A bar or a lock in force today."""

    label: str
    reason: str
    ends: date | None


@dataclass(frozen=True, kw_only=True)
class EducationFacts:
    """继续教育学时 of one certificate."""

    completed_on: date
    compulsory: int
    elective: int


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Everything the guards of one filing may look at."""

    today: date
    policy: Policy
    enterprise: EnterpriseFacts
    person: PersonFacts | None = None
    """None when the procedure is about the enterprise."""
    qualifications: tuple[QualificationFacts, ...] = ()
    live: RegistrationFacts | None = None
    """The live registration of the procedure's class, wherever it is held; a lapsed one where that is to be ended."""
    past: tuple[RegistrationFacts, ...] = ()
    bars: tuple[RestrictionFacts, ...] = ()
    locks: tuple[RestrictionFacts, ...] = ()
    education: tuple[EducationFacts, ...] = ()
    """继续教育学时 not withdrawn, in any order."""
    under_proceeding: str = ""
    """Number of the registration of this class on whose 撤销, 吊销 or 暂扣 the authority has yet to decide."""
    suspended_until: date | None = None
    """Last day of a 暂扣 of a registration of this class that ended before the 暂扣 did."""
    open_case: str = ""
    """Another open case of this person, or of this enterprise and kind, in words; empty when there is none."""
    specialties: tuple[str, ...] = ()
    form: Mapping[str, Any] = field(default_factory=dict)
    registration_class: str = RegistrationClass.CONSTRUCTOR
    assurance_needed: str = Assurance.FACE
    """The level of real-name verification that policy asks of this procedure."""
    former_answer: str = ""
    """What the former employer said of a transfer: agreed, refused, silent, or nothing yet."""
    number_taken: bool = False
    """Whether the new identity number of a correction belongs to somebody else."""
    name_taken: bool = False
    """Whether another enterprise has the new name."""
    holders: int = 0
    """How many people hold a live registration here; counted only for procedures about the enterprise."""
    materials: frozenset[str] = frozenset()
    """Codes of the materials attached so far."""

    @property
    def individual(self) -> PersonFacts:
        """The person, in guards of procedures about a person."""
        assert self.person is not None
        return self.person

    @property
    def how_lapsed(self) -> str:
        """How the live registration, which has lapsed, did so: on its last day or before."""
        until = self.live.valid_until if self.live else self.today
        return f"已于 {until} 到期" if until < self.today else "已失效"

    @property
    def ended_specialties(self) -> frozenset[str]:
        """Specialties that were registered once and are not now: what qualified for them can be used again by 增项."""
        held = (*self.past, self.live) if self.live else self.past
        once = {item.specialty for registration in held for item in registration.specialties}
        return frozenset(once - self.running_specialties)

    @property
    def running_specialties(self) -> frozenset[str]:
        """Specialties of the live registration whose period is not over."""
        return (
            frozenset(item.specialty for item in self.live.specialties if item.end >= self.today)
            if self.live
            else frozenset()
        )

    def qualification_for(self, specialty: str) -> QualificationFacts | None:
        """The best qualification for a specialty: one that can still be used before any other."""
        found = [item for item in self.qualifications if item.specialty == specialty]
        found.sort(key=lambda item: (item.review_result != "passed", item.used, item.obtained_on))
        return found[0] if found else None
