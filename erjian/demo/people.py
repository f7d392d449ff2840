"""People of the register: who they are, what they passed, whether and where they are registered.

The plain facts of one person come from `facts_of`, which the bulk load of a million uses too. Registrations come
in every state the register knows: valid, in the renewal window, about to end, lapsed by date and by decision,
cancelled, suspended, revoked, rescinded, and temporary ones whose dates of 2011 do not bind (decision G.10).
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import accumulate

from erjian import policy
from erjian.demo import figures, names
from erjian.policy import clock
from erjian.registry.models import (
    CertificateKind,
    Enterprise,
    Qualification,
    Registration,
    RegistrationClass,
    RegistrationSpecialty,
    RegistrationStatus,
    ReviewResult,
)
from erjian.standards.registration_numbers import registration_number
from erjian.standards.specialties import Specialty
from erjian.standards.validity import add_years, period_end

_DAY = timedelta(days=1)
_SPECIALTIES = (
    (Specialty.BUILDING, 52),
    (Specialty.MUNICIPAL, 20),
    (Specialty.MECHANICAL, 11),
    (Specialty.HIGHWAY, 8),
    (Specialty.WATER, 7),
    (Specialty.MINING, 2),
)
_SPECIALTY_NAMES = [item for item, _ in _SPECIALTIES]
_SPECIALTY_WEIGHTS = list(accumulate(weight for _, weight in _SPECIALTIES))


@dataclass(kw_only=True)
class PersonFacts:
    """One made-up person in plain values, before any table."""

    name: str
    id_number: str
    sex: str
    birth: date
    ethnicity: str
    phone: str
    school: str
    major: str
    graduated: date
    education: str
    degree: str
    specialty: Specialty


class People:
    """Makes people one after the other; the same seed makes the same ones."""

    def __init__(self, rng: random.Random, *, today: date, beside: bool = False) -> None:
        self._rng = rng
        self._births = figures.Births(rng, year=today.year, beside=beside)
        self._count = 100_000 if beside else 0

    def next(
        self, *, name: names.Name | None = None, oldest: date | None = None, youngest: date | None = None
    ) -> PersonFacts:
        """The next person, born between `oldest` and `youngest` where they are given."""
        rng = self._rng
        self._count += 1
        found = name or names.person(rng)
        number, birth = self._births.next(found.sex, oldest=oldest, youngest=youngest)
        school, education, degree = rng.choice(names.SCHOOLS)
        specialty = rng.choices(_SPECIALTY_NAMES, cum_weights=_SPECIALTY_WEIGHTS)[0]
        return PersonFacts(
            name=found.text,
            id_number=number,
            sex=found.sex,
            birth=birth,
            ethnicity=found.ethnicity,
            phone=figures.mobile(self._count),
            school=school,
            major=rng.choice(names.MAJORS[specialty]),
            graduated=date(birth.year + rng.randint(21, 23), rng.choice((6, 6, 6, 7)), rng.choice((20, 25, 30))),
            education=education.value,
            degree=degree.value,
            specialty=specialty,
        )


class Serials:
    """Numbers as they were given out in earlier years; the platform's counters go on after them."""

    def __init__(self) -> None:
        self.registrations: Counter[int] = Counter()
        self.certificates = 0
        self.qualifications = 0
        self._rules = policy.current().province

    def registration(self, qualified: int, year: int) -> str:
        """A 注册编号 of a year."""
        self.registrations[year] += 1
        return registration_number(self._rules.short, self._rules.code, qualified, year, self.registrations[year])

    def certificate(self) -> str:
        """A 证书编号."""
        self.certificates += 1
        return f"{self.certificates:08d}"

    def qualification(self, year: int) -> str:
        """A 证书管理号."""
        self.qualifications += 1
        return figures.management_number(year, self.qualifications)


@dataclass(kw_only=True)
class Standing:
    """What one person has in the register: rows not saved yet."""

    qualifications: list[Qualification] = field(default_factory=list)
    registrations: list[Registration] = field(default_factory=list)
    specialties: list[RegistrationSpecialty] = field(default_factory=list)


#: Sorts of standing and how many of a hundred have them.
SORTS = (
    ("valid", 44),
    ("window", 7),
    ("ending", 3),
    ("over", 5),
    ("lapsed", 4),
    ("cancelled", 6),
    ("suspended", 1),
    ("revoked", 1),
    ("rescinded", 1),
    ("temporary", 4),
    ("qualified", 15),
    ("pending", 5),
    ("failed", 4),
)
_UNREGISTERED = {"qualified": ReviewResult.PASSED, "pending": ReviewResult.PENDING, "failed": ReviewResult.FAILED}
_ENDINGS = {
    "lapsed": (RegistrationStatus.LAPSED, "有效期满未延续"),
    "cancelled": (RegistrationStatus.CANCELLED, "与聘用单位解除劳动关系"),
    "revoked": (RegistrationStatus.REVOKED, "因执业活动受到处罚，被吊销注册证书"),
    "rescinded": (RegistrationStatus.RESCINDED, "以欺骗手段取得注册，依法撤销"),
}


class Register:
    """Writes people's standing into rows. `today` is the day everything is seen from."""

    def __init__(self, rng: random.Random, *, today: date, serials: Serials) -> None:
        self._rng = rng
        self._today = today
        self._serials = serials
        self._rules = policy.current()

    def sort(self) -> str:
        """A sort of standing, by its share."""
        return self._rng.choices([name for name, _ in SORTS], [weight for _, weight in SORTS])[0]

    def qualification(
        self,
        person_id: int,
        facts: PersonFacts,
        employer: Enterprise,
        *,
        obtained: date,
        review: str,
        used: bool,
        specialty: Specialty | None = None,
    ) -> Qualification:
        """One qualification row."""
        used_at = datetime.combine(obtained + timedelta(days=90), time(10), clock.ZONE) if used else None
        return Qualification(
            person_id=person_id,
            specialty=specialty or facts.specialty,
            management_number=self._serials.qualification(obtained.year),
            pass_year=obtained.year,
            obtained_on=obtained,
            enterprise_name=employer.name,
            enterprise_code=employer.credit_code,
            review_result=review,
            used_at=used_at,
        )

    def standing(
        self, sort: str, person_id: int, facts: PersonFacts, employer: Enterprise, *, end: date | None = None
    ) -> Standing:
        """The rows of one sort of standing for one person; `end` is the last valid day when it matters.

        The sort "holder" is a valid registration with one specialty only.
        """
        if sort in _UNREGISTERED:
            obtained = self._today - timedelta(days=self._rng.randint(60, 1000))
            return Standing(
                qualifications=[
                    self.qualification(
                        person_id, facts, employer, obtained=obtained, review=_UNREGISTERED[sort], used=False
                    )
                ]
            )
        if sort.startswith("temporary"):
            return self._temporary(
                person_id, facts, employer, cancelled=sort == "temporary" and self._rng.random() < 0.2
            )
        return self._registered(sort, person_id, facts, employer, end=end)

    def _end(self, sort: str) -> date:
        """The last valid day that a sort of standing asks for."""
        rng, today, rules = self._rng, self._today, self._rules
        match sort:
            case "window":
                left = rng.randint(rules.renewal_closes_days, rules.renewal_opens_days)
            case "ending":
                left = rng.randint(1, rules.renewal_closes_days - 1)
            case "over":
                left = -rng.randint(1, 200)
            case "lapsed":
                left = -rng.randint(200, 1500)
            case "cancelled" | "revoked" | "rescinded":
                left = rng.randint(-300, 700)
            case _:
                left = rng.randint(rules.renewal_opens_days + 5, 365 * rules.validity_years - 70)
        return today + timedelta(days=left)

    def _registered(
        self, sort: str, person_id: int, facts: PersonFacts, employer: Enterprise, *, end: date | None
    ) -> Standing:
        rng, years = self._rng, self._rules.validity_years
        begin = add_years((end or self._end(sort)) + _DAY, -years)
        end = period_end(begin, years=years, birth_date=facts.birth, age_limit=self._rules.age_limit)
        # Half of the living ones were renewed before: their number keeps the year of the first registration.
        renewals = rng.choice((0, 0, 1, 1, 2)) if begin.year - facts.birth.year > 30 else 0
        first = add_years(begin, -years * renewals)
        obtained = first - timedelta(days=rng.randint(100, 500))
        status, reason = _ENDINGS.get(sort, (RegistrationStatus.VALID, ""))
        if sort == "suspended":
            status = RegistrationStatus.SUSPENDED
        ended = None
        if reason:
            ended = end + _DAY if sort == "lapsed" else min(self._today, end) - timedelta(days=rng.randint(5, 60))
        rows = Standing(
            qualifications=[
                self.qualification(person_id, facts, employer, obtained=obtained, review=ReviewResult.PASSED, used=True)
            ]
        )
        paper = rng.random() < 0.4
        registration = Registration(
            person_id=person_id,
            registration_class=RegistrationClass.CONSTRUCTOR,
            number=self._serials.registration(obtained.year, first.year),
            enterprise=employer,
            status=status,
            certificate_kind=CertificateKind.PAPER if paper else CertificateKind.ELECTRONIC,
            certificate_number=self._serials.certificate(),
            registered_on=first,
            employed_on=first,
            valid_until=end,
            ended_on=ended,
            end_reason=reason,
        )
        rows.registrations.append(registration)
        rows.specialties.append(
            RegistrationSpecialty(
                registration=registration,
                specialty=facts.specialty,
                qualification=rows.qualifications[0],
                begin=begin,
                end=end,
                voided=bool(reason) and sort != "lapsed",
            )
        )
        if not reason and sort != "holder" and rng.random() < 0.22:
            self._add_specialty(rows, registration, person_id, facts, employer, begin=begin)
        return rows

    def _add_specialty(
        self,
        rows: Standing,
        registration: Registration,
        person_id: int,
        facts: PersonFacts,
        employer: Enterprise,
        *,
        begin: date,
    ) -> None:
        """A second specialty with three years of its own (增项, decision G.8)."""
        other = self._rng.choice([item for item, _ in _SPECIALTIES if item != facts.specialty])
        added = begin + timedelta(days=self._rng.randint(40, 300))
        if added > self._today or registration.valid_until < self._today:
            return
        own = self.qualification(
            person_id,
            facts,
            employer,
            obtained=added - timedelta(days=120),
            review=ReviewResult.PASSED,
            used=True,
            specialty=other,
        )
        rows.qualifications.append(own)
        end = period_end(
            added, years=self._rules.validity_years, birth_date=facts.birth, age_limit=self._rules.age_limit
        )
        rows.specialties.append(
            RegistrationSpecialty(registration=registration, specialty=other, qualification=own, begin=added, end=end)
        )
        registration.valid_until = max(registration.valid_until, end)

    def _temporary(self, person_id: int, facts: PersonFacts, employer: Enterprise, *, cancelled: bool) -> Standing:
        """A temporary constructor of before 2008, imported with the dates of then."""
        first = date(2008, self._rng.randint(1, 4), self._rng.randint(1, 28))
        end = date(2011, 4, 16)
        self._serials.registrations[2008] += 1
        registration = Registration(
            person_id=person_id,
            registration_class=RegistrationClass.TEMPORARY,
            number=f"湘20408{self._serials.registrations[2008]:07d}(临)",
            enterprise=employer,
            status=RegistrationStatus.CANCELLED if cancelled else RegistrationStatus.VALID,
            certificate_kind=CertificateKind.PAPER,
            registered_on=first,
            employed_on=first,
            valid_until=end,
            dates_binding=False,
            ended_on=self._today - timedelta(days=self._rng.randint(30, 900)) if cancelled else None,
            end_reason="持证人申请注销" if cancelled else "",
        )
        return Standing(
            registrations=[registration],
            specialties=[
                RegistrationSpecialty(registration=registration, specialty=facts.specialty, begin=first, end=end)
            ],
        )

    def ages(self, sort: str) -> tuple[date, date]:
        """Between which birth days a sort of standing is believable: of working age then, within the age limit."""
        limit = self._rules.age_limit
        match sort:
            case "temporary":
                oldest, youngest = limit, 42
            case "temporary_filing":
                oldest, youngest = self._rules.temporary_age_limit - 1, 42
            case "lapsed" | "over" | "cancelled" | "revoked" | "rescinded":
                oldest, youngest = limit - 6, 31
            case "qualified" | "pending" | "failed":
                oldest, youngest = limit - 1, 24
            case _:
                oldest, youngest = limit - 4, 27
        return add_years(self._today, -oldest), add_years(self._today, -youngest)


def bulk(standings: Sequence[Standing]) -> None:
    """Save standings, references first."""
    Qualification.objects.bulk_create([row for item in standings for row in item.qualifications], batch_size=2000)
    Registration.objects.bulk_create([row for item in standings for row in item.registrations], batch_size=2000)
    RegistrationSpecialty.objects.bulk_create([row for item in standings for row in item.specialties], batch_size=2000)
