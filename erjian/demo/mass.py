"""A million people beside the normal province, for measuring: bulk rows by COPY, some minutes on two cores.

The normal province keeps its size, so its main enterprise's pages show what they always show, now out of a
register of millions. Numbers are spread over the years since 2007, because a year has 99,999 of them.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.db import transaction

from erjian import policy
from erjian.applications.models import Application
from erjian.applications.states import State
from erjian.demo import figures, mass_employers
from erjian.demo.copying import NULL, Table, check_references_so_far, protected, without_row_checks
from erjian.demo.mass_employers import MassEmployer
from erjian.demo.people import People, PersonFacts
from erjian.policy import authorities, clock
from erjian.registry import numbers
from erjian.registry.models import (
    NumberSequence,
    Person,
    Qualification,
    Registration,
    RegistrationClass,
    RegistrationSpecialty,
    RegistrationStatus,
    ReviewResult,
)
from erjian.standards import id_numbers, phones
from erjian.standards.registration_numbers import registration_number
from erjian.standards.validity import add_years

CHUNK = 20_000
_PEOPLE_PER_ENTERPRISE = 50
_FIRST_YEAR = 2007
#: Left for what the platform itself will register.
_YEAR_LIMIT, _THIS_YEAR_LIMIT = 97_000, 70_000


def load(count: int, *, seed: int, progress: Callable[[int, int, str], None]) -> None:
    """Add `count` people, with enterprises in proportion: all of them or none."""
    with transaction.atomic():
        mass = _Mass(seed)
        progress(0, count, "企业")
        without_row_checks()
        mass.found(max(200, count // _PEOPLE_PER_ENTERPRISE))
        done = 0
        while done < count:
            size = min(CHUNK, count - done)
            mass.people(size)
            check_references_so_far()
            done += size
            progress(done, count, f"人员 {done} / {count}")
        mass.reserve()


class _Mass:
    def __init__(self, seed: int) -> None:
        self._rng = random.Random(f"mass {seed}")
        self._today = clock.today()
        self._now = clock.now()
        self._rules = policy.current()
        self._people = People(self._rng, today=self._today, beside=True)
        self._serials = {row.year: row.last for row in NumberSequence.objects.filter(kind="registration")}
        self._cases = {row.year: row.last for row in NumberSequence.objects.filter(kind="case")}
        self._certificate = (
            NumberSequence.objects.filter(kind="certificate").values_list("last", flat=True).first() or 0
        )
        self._years = list(range(_FIRST_YEAR, self._today.year + 1))
        self._employers: list[MassEmployer] = []
        self._qualification = 50_000
        faces: dict[str, set[str]] = {}
        for sex, portrait in Person.objects.exclude(portrait=None).values_list("sex", "portrait_id").distinct():
            faces.setdefault(sex, set()).add(str(portrait))
        self._faces = {sex: sorted(found) for sex, found in faces.items()}
        self._tables()

    def _tables(self) -> None:
        now = self._now
        self._person = Table(
            Person,
            "id",
            "name",
            "id_number_cipher",
            "id_number_index",
            "id_number_mask",
            "sex",
            "birth_date",
            "ethnicity",
            "phone_cipher",
            "phone_index",
            "phone_mask",
            "school",
            "major",
            "graduated_on",
            "education",
            "degree",
            "portrait_id",
            "assurance",
            "verified_at",
            now=now,
        )
        self._held = Table(
            Qualification,
            "id",
            "person_id",
            "specialty",
            "management_number",
            "pass_year",
            "obtained_on",
            "enterprise_name",
            "enterprise_code",
            "review_result",
            "used_at",
            now=now,
        )
        self._registration = Table(
            Registration,
            "id",
            "person_id",
            "registration_class",
            "number",
            "enterprise_id",
            "status",
            "certificate_number",
            "registered_on",
            "employed_on",
            "valid_until",
            "ended_on",
            "end_reason",
            now=now,
        )
        self._specialty = Table(
            RegistrationSpecialty, "id", "registration_id", "specialty", "qualification_id", "begin", "end", now=now
        )
        self._application = Table(
            Application,
            "id",
            "uuid",
            "number",
            "procedure_code",
            "registration_class",
            "person_id",
            "enterprise_id",
            "registration_id",
            "authority_code",
            "specialties",
            "state",
            "created_by_id",
            "created_at",
            "reported_at",
            "consented_at",
            "accepted_at",
            "first_verdict",
            "final_verdict",
            "decided_at",
            "announced_at",
            "ended_at",
            now=now,
        )

    def found(self, count: int) -> None:
        """The enterprises for which people work."""
        self._employers = mass_employers.found(self._rng, count)

    # People

    def people(self, count: int) -> None:
        """A chunk of people with what they hold."""
        employers = self._rng.choices(self._employers, k=count)
        for employer in employers:
            facts = self._people.next()
            person = self._person.id()
            self._add_person(person, facts)
            chance = self._rng.random()
            if chance < 0.83 and facts.birth.year <= self._today.year - 29:
                self._registered(person, facts, employer, again=chance < 0.74)
            else:
                self._qualify(
                    person, facts, employer, self._today - timedelta(days=self._rng.randint(60, 1000)), used=False
                )
        for table in (self._person, self._held, self._registration, self._specialty, self._application):
            table.flush()

    def _add_person(self, person: int, facts: PersonFacts) -> None:
        verified = self._rng.random() < 0.8
        self._person.add(
            str(person),
            facts.name,
            *protected("id_number", facts.id_number, id_numbers.mask),
            facts.sex,
            facts.birth.isoformat(),
            facts.ethnicity,
            *protected("phone", facts.phone, phones.mask),
            facts.school,
            facts.major,
            facts.graduated.isoformat(),
            facts.education,
            facts.degree,
            self._rng.choice(self._faces[facts.sex]) if verified else NULL,
            "face" if verified else "none",
            self._now.isoformat() if verified else NULL,
        )

    def _qualify(self, person: int, facts: PersonFacts, employer: MassEmployer, obtained: date, *, used: bool) -> int:
        self._qualification += 1
        row = self._held.id()
        self._held.add(
            str(row),
            str(person),
            facts.specialty,
            figures.management_number(obtained.year, self._qualification),
            str(obtained.year),
            obtained.isoformat(),
            employer.name,
            employer.code,
            ReviewResult.PASSED,
            f"{obtained + timedelta(days=90)}T02:00:00+00:00" if used else NULL,
        )
        return row

    def _year(self, earliest: int) -> int:
        """A year of first registration that still has numbers."""
        while True:
            year = self._rng.choice(self._years)
            limit = _THIS_YEAR_LIMIT if year == self._today.year else _YEAR_LIMIT
            if year >= earliest and self._serials.get(year, 0) < limit:
                return year
            earliest = min(earliest, self._today.year - 1)

    def _registered(self, person: int, facts: PersonFacts, employer: MassEmployer, *, again: bool) -> None:
        """A registration in force or run out; with `again` after an earlier period at another enterprise."""
        rng, today = self._rng, self._today
        year = self._year(facts.birth.year + 23)
        self._serials[year] = self._serials.get(year, 0) + 1
        first = date(year, rng.randint(1, 12), rng.randint(1, 28))
        if first > today:
            first = date(year, 1, rng.randint(1, 15))
        obtained = first - timedelta(days=rng.randint(100, 500))
        number = registration_number(
            self._rules.province.short, self._rules.province.code, obtained.year, year, self._serials[year]
        )
        held = self._qualify(person, facts, employer, obtained, used=True)
        years = self._rules.validity_years
        last = min(first + timedelta(days=rng.randint(1095, 1095 + 365)), today)
        if again and (last - first).days > 400:
            former = rng.choice(self._employers)
            self._period(
                person,
                facts,
                former,
                held=held,
                number=number,
                first=first,
                begin=first,
                end=min(last, add_years(first, years)),
                status=RegistrationStatus.CANCELLED,
            )
        else:
            last = first
        # The period in force began so that it ends within the next three years, for most.
        end = today + timedelta(days=rng.randint(-150, 365 * years - 30))
        begin = max(add_years(end, -years) + timedelta(days=1), last)
        end = min(add_years(begin, years) - timedelta(days=1), add_years(facts.birth, self._rules.age_limit))
        if end <= begin:
            return
        row = self._period(
            person,
            facts,
            employer,
            held=held,
            number=number,
            first=first,
            begin=begin,
            end=end,
            status=RegistrationStatus.VALID,
        )
        if rng.random() < 0.35:
            self._case(person, facts, employer, row, begin)

    def _period(
        self,
        person: int,
        facts: PersonFacts,
        employer: MassEmployer,
        *,
        held: int,
        number: str,
        first: date,
        begin: date,
        end: date,
        status: RegistrationStatus,
    ) -> int:
        self._certificate += 1
        row = self._registration.id()
        over = status != RegistrationStatus.VALID
        self._registration.add(
            str(row),
            str(person),
            RegistrationClass.CONSTRUCTOR,
            number,
            str(employer.id),
            status,
            f"{self._certificate:08d}",
            first.isoformat(),
            begin.isoformat(),
            end.isoformat(),
            end.isoformat() if over else NULL,
            "调往其他单位" if over else "",
        )
        self._specialty.add(
            str(self._specialty.id()),
            str(row),
            facts.specialty,
            str(held),
            begin.isoformat(),
            max(begin, end).isoformat(),
        )
        return row

    def _case(self, person: int, facts: PersonFacts, employer: MassEmployer, registration: int, begin: date) -> None:
        """The case, long ended, on which the registration rests."""
        rng = self._rng
        year = begin.year
        self._cases[year] = self._cases.get(year, 0) + 1
        prefix = authorities.get(employer.authority).prefix
        decided = datetime(begin.year, begin.month, begin.day, 8, tzinfo=clock.ZONE)
        reported = decided - timedelta(days=rng.randint(20, 45))
        stamp, early = decided.isoformat(), reported.isoformat()
        self._application.add(
            str(self._application.id()),
            str(uuid.UUID(int=rng.getrandbits(128), version=4)),
            self._rules.numbers.case_number(prefix, year, self._cases[year]),
            "initial",
            RegistrationClass.CONSTRUCTOR,
            str(person),
            str(employer.id),
            str(registration),
            employer.authority,
            f"{{{facts.specialty}}}",
            State.ISSUED,
            str(employer.operator),
            early,
            early,
            early,
            early,
            "pass",
            "pass",
            stamp,
            stamp,
            stamp,
        )

    def reserve(self) -> None:
        """Let the platform's counters go on after the mass."""
        for year, last in self._serials.items():
            numbers.reserve("registration", year=year, upto=last)
        for year, last in self._cases.items():
            numbers.reserve("case", year=year, upto=last)
        numbers.reserve("certificate", year=0, upto=self._certificate)
