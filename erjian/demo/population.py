"""The people of the normal province: who works where, who has passed, who can file, who signs in.

Most rows are written in bulk. People who will have a case get papers drawn with their own name on them and an
account; the others share portraits.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta

from erjian import files, protection
from erjian.accounts.models import User, UserKind
from erjian.audit import SYSTEM
from erjian.demo import figures, names, pictures
from erjian.demo.employers import Employer
from erjian.demo.people import People, PersonFacts, Register, Serials, Standing, bulk
from erjian.policy import clock
from erjian.procedures import get
from erjian.registry.models import (
    Assurance,
    Bar,
    BarBasis,
    Change,
    ChangeKind,
    Enterprise,
    Lock,
    LockKind,
    Person,
    Registration,
    RegistrationClass,
    ReviewResult,
)
from erjian.registry.models.registrations import LIVE
from erjian.standards.dictionaries import Ethnicity, Sex
from erjian.standards.specialties import Specialty

#: People with a role in the demonstration, by what they show. Their sequence numbers are kept out of the mass.
WAITING = (names.Name("周启明", Sex.MALE.value, Ethnicity.HAN.value), figures.id_number(date(1990, 3, 17), 905))
HOLDER = (names.Name("彭志远", Sex.MALE.value, Ethnicity.HAN.value), figures.id_number(date(1986, 11, 2), 911))
NEWCOMER = (names.Name("陈雨桐", Sex.FEMALE.value, Ethnicity.HAN.value), figures.id_number(date(1997, 6, 28), 908))

_PORTRAITS = 20
_CARD_VALID = "2016.05.20-2036.05.20"
_LANDLINE = "0731-8{:07d}"


def _temporary(procedure: str) -> bool:
    """Whether a procedure is for 二级临时建造师."""
    return get(procedure).registration_class == RegistrationClass.TEMPORARY


@dataclass(kw_only=True)
class Candidate:
    """Somebody who can file: a person with an unused qualification, an account and an employer."""

    person: Person
    user: User
    employer: Employer
    facts: PersonFacts
    face: pictures.Picture
    qualified_on: date
    number: str
    """证书管理号 of the qualification."""

    def card(self, *, back: bool, number: str) -> pictures.Picture:
        """One side of the ID card with the number that should have been registered."""
        return pictures.id_card_back(_CARD_VALID) if back else _card(self.facts, self.face, number)


def _card(facts: PersonFacts, face: pictures.Picture, number: str) -> pictures.Picture:
    return pictures.id_card(
        name=facts.name,
        sex=Sex(facts.sex).label,
        ethnicity=Ethnicity(facts.ethnicity).label,
        birth=facts.birth.isoformat(),
        address="湖南省演示市演示区演示路 1 号",
        number=number,
        face=face,
    )


@dataclass(kw_only=True)
class Population:
    """What the rest of the load needs to know of the people."""

    candidates: dict[int, list[Candidate]] = field(default_factory=dict)
    """By enterprise id."""
    waiting: Candidate | None = None
    holder: Candidate | None = None
    registered: list[Candidate] = field(default_factory=list)
    """Those for whom something else than a first registration is filed, in the order asked for."""
    holders: list[Registration] = field(default_factory=list)
    """Live electronic registrations of the main enterprise, for certificates with earlier versions."""


class Settlement:
    """Fills the province with people."""

    def __init__(self, rng: random.Random, employers: list[Employer], *, password_hash: str, serials: Serials) -> None:
        self._rng = rng
        self._today = clock.today()
        self._people = People(rng, today=self._today)
        self._register = Register(rng, today=self._today, serials=serials)
        self._employers = employers
        self._password = password_hash
        self._faces: dict[str, list[tuple[files.Blob, pictures.Picture]]] = {}
        self._population = Population()
        self._serial = 0

    def settle(self, count: int, candidates: dict[int, int], holders: list[tuple[str, Employer]]) -> Population:
        """Create `count` people.

        `candidates` says how many of each enterprise must be able to file for the first time, `holders` for which
        other procedure somebody registered is needed, and by which enterprise.
        """
        self._draw_faces()
        self._back = pictures.id_card_back(_CARD_VALID).store()
        self._fill_candidates(candidates)
        self._fill_holders(holders)
        self._fill_mass(count - sum(candidates.values()) - len(holders) - 1)
        self._newcomer()
        return self._population

    def _draw_faces(self) -> None:
        for sex in (Sex.MALE.value, Sex.FEMALE.value):
            drawn = [pictures.portrait(variant, sex) for variant in range(_PORTRAITS)]
            self._faces[sex] = [(picture.store(), picture) for picture in drawn]

    def _person(self, facts: PersonFacts, *, verified: bool, face: files.Blob) -> Person:
        self._serial += 1
        return Person(
            name=facts.name,
            id_number=facts.id_number,
            sex=facts.sex,
            birth_date=facts.birth,
            ethnicity=facts.ethnicity,
            phone=facts.phone,
            landline=_LANDLINE.format(self._serial * 7919 % 10_000_000),
            school=facts.school,
            major=facts.major,
            graduated_on=facts.graduated,
            education=facts.education,
            degree=facts.degree,
            portrait=face if verified else None,
            assurance=(Assurance.COUNTER if self._serial % 9 == 0 else Assurance.FACE) if verified else Assurance.NONE,
            verified_at=clock.now() - timedelta(days=self._rng.randint(5, 600)) if verified else None,
        )

    # Those who file

    def _fill_candidates(self, wanted: dict[int, int]) -> None:
        unusual = [names.Name(text, sex.value, ethnicity.value) for text, sex, ethnicity in names.UNUSUAL]
        oldest, youngest = self._register.ages("qualified")
        rows: list[Candidate] = []
        for employer in self._employers:
            for position in range(wanted.get(employer.enterprise.pk, 0)):
                special = None
                number = ""
                if employer is self._employers[0] and position < 2:
                    special, number = (WAITING, HOLDER)[position]
                elif employer is self._employers[0] and unusual and position % 5 == 3:
                    special = unusual.pop(0)
                facts = self._people.next(name=special, oldest=oldest, youngest=youngest)
                if number:
                    facts.id_number, facts.birth = (
                        number,
                        date(int(number[6:10]), int(number[10:12]), int(number[12:14])),
                    )
                rows.append(self._candidate(facts, employer))
        Person.objects.bulk_create([row.person for row in rows])
        standings = []
        for row in rows:
            row.user.person = row.person
            # Some passed so long ago that they have to prove continuing education (注册建造师管理规定第十一条).
            days = self._rng.randint(1200, 1500) if self._rng.random() < 0.12 else self._rng.randint(140, 900)
            row.qualified_on = self._today - timedelta(days=days)
            qualification = self._register.qualification(
                row.person.pk,
                row.facts,
                row.employer.enterprise,
                obtained=row.qualified_on,
                review=ReviewResult.PASSED,
                used=False,
            )
            row.number = qualification.management_number
            standings.append(Standing(qualifications=[qualification]))
            self._population.candidates.setdefault(row.employer.enterprise.pk, []).append(row)
        User.objects.bulk_create([row.user for row in rows])
        bulk(standings)
        mine = self._population.candidates[self._employers[0].enterprise.pk]
        self._population.waiting, self._population.holder = mine[0], mine[1]

    def _candidate(self, facts: PersonFacts, employer: Employer) -> Candidate:
        blob, face = self._rng.choice(self._faces[facts.sex])
        person = self._person(facts, verified=True, face=blob)
        person.id_front = _card(facts, face, facts.id_number).store()
        person.id_back = self._back
        if self._rng.random() < 0.85:
            person.signature = pictures.signature(facts.name).store()
        user = User(
            username=protection.index("id_number", facts.id_number).hex(),
            kind=UserKind.PERSON,
            name=facts.name,
            phone=facts.phone,
            password=self._password,
            password_changed_at=clock.now(),
        )
        return Candidate(
            person=person, user=user, employer=employer, facts=facts, face=face, qualified_on=self._today, number=""
        )

    def _fill_holders(self, wanted: list[tuple[str, Employer]]) -> None:
        """People with a registration, each fit for one procedure."""
        rows = []
        for procedure, employer in wanted:
            # Older ones are in the register, but nothing can be filed for them.
            sort = "temporary_filing" if _temporary(procedure) else "valid"
            oldest, youngest = self._register.ages(sort)
            rows.append((procedure, self._candidate(self._people.next(oldest=oldest, youngest=youngest), employer)))
        Person.objects.bulk_create([row.person for _, row in rows])
        standings = []
        for procedure, row in rows:
            row.user.person = row.person
            standing = self._holding(procedure, row)
            for registration in standing.registrations:
                registration.person = row.person
            standings.append(standing)
            row.qualified_on = standing.qualifications[0].obtained_on if standing.qualifications else date(2006, 10, 20)
            row.number = standing.qualifications[-1].management_number if standing.qualifications else ""
        User.objects.bulk_create([row.user for _, row in rows])
        bulk(standings)
        self._remember([registration for standing in standings for registration in standing.registrations])
        self._population.registered = [row for _, row in rows]

    def _holding(self, procedure: str, row: Candidate) -> Standing:
        """What somebody must hold for a procedure."""
        at, today = row.employer.enterprise, self._today
        if procedure in ("transfer", "temporary_transfer"):
            at = self._elsewhere(row.employer)
        if _temporary(procedure):
            return self._register.standing("temporary_valid", row.person.pk, row.facts, at)
        if procedure == "reregistration":
            return self._register.standing("cancelled", row.person.pk, row.facts, at, end=today - timedelta(days=200))
        left = self._rng.randint(40, 52) if procedure == "renewal" else self._rng.randint(300, 650)
        standing = self._register.standing("holder", row.person.pk, row.facts, at, end=today + timedelta(days=left))
        if procedure == "addition":
            other = Specialty.MUNICIPAL if row.facts.specialty != Specialty.MUNICIPAL else Specialty.BUILDING
            standing.qualifications.append(
                self._register.qualification(
                    row.person.pk,
                    row.facts,
                    at,
                    obtained=today - timedelta(days=200),
                    review=ReviewResult.PASSED,
                    used=False,
                    specialty=other,
                )
            )
        return standing

    def _elsewhere(self, employer: Employer) -> Enterprise:
        """Another enterprise whose operator can answer; the main one lets people go to all the others."""
        main = self._employers[0]
        return (self._employers[1] if employer is main else main).enterprise

    # Everybody else

    def _employer_of(self, position: int) -> Enterprise:
        """Enterprises differ in size; the main one is of a realistic size whatever the number of people."""
        if position < 90:
            return self._employers[0].enterprise
        weights = [3 if index % 7 == 0 else 1 for index in range(1, len(self._employers))]
        return self._rng.choices(self._employers[1:], weights)[0].enterprise

    def _fill_mass(self, count: int) -> None:
        chosen = []
        for position in range(count):
            sort = self._register.sort()
            oldest, youngest = self._register.ages(sort)
            facts = self._people.next(oldest=oldest, youngest=youngest)
            verified = self._rng.random() < (0.45 if sort in ("pending", "failed", "temporary") else 0.85)
            face = self._rng.choice(self._faces[facts.sex])[0]
            chosen.append((sort, facts, self._employer_of(position), self._person(facts, verified=verified, face=face)))
        Person.objects.bulk_create([person for *_, person in chosen], batch_size=1000)
        standings = []
        for sort, facts, employer, person in chosen:
            standing = self._register.standing(sort, person.pk, facts, employer)
            for row in standing.registrations:
                row.person = person
            standings.append(standing)
        bulk(standings)
        registrations = [row for item in standings for row in item.registrations]
        self._remember(registrations)
        self._restrict(registrations)
        main = self._employers[0].enterprise.pk
        self._population.holders = [
            row
            for row in registrations
            if row.enterprise_id == main
            and row.status in LIVE
            and row.certificate_kind == "electronic"
            and row.valid_until >= self._today
        ]

    def _remember(self, registrations: list[Registration]) -> None:
        at = clock.now() - timedelta(days=45)
        Change.objects.bulk_create(
            [
                Change(
                    at=at,
                    kind=ChangeKind.IMPORTED,
                    person_id=row.person_id,
                    registration_id=row.pk,
                    enterprise_id=row.enterprise_id,
                    actor=SYSTEM.label,
                    after={"number": row.number, "status": row.status, "valid_until": row.valid_until.isoformat()},
                )
                for row in registrations
            ],
            batch_size=2000,
        )

    def _restrict(self, registrations: list[Registration]) -> None:
        """Bars of those whose registration was taken away, and locks of some who lead a running project."""
        today = self._today
        bars = [
            Bar(
                person_id=row.person_id,
                basis=BarBasis.REVOKED if row.status == "revoked" else BarBasis.FRAUD,
                reason=row.end_reason,
                document=f"湘建罚〔{row.ended_on.year}〕{serial:03d} 号",
                begins=row.ended_on,
                ends=date(
                    row.ended_on.year + (5 if row.status == "revoked" else 3),
                    row.ended_on.month,
                    min(row.ended_on.day, 28),
                ),
            )
            for serial, row in enumerate((row for row in registrations if row.status in ("revoked", "rescinded")), 1)
            if row.ended_on
        ]
        Bar.objects.bulk_create(bars)
        holding = [
            row for row in registrations if row.status == "valid" and row.dates_binding and row.valid_until > today
        ]
        locks = []
        for position, row in enumerate(self._rng.sample(holding, min(60, len(holding)))):
            begins = today - timedelta(days=self._rng.randint(20, 400))
            kind, reason = (
                (
                    LockKind.PROJECT,
                    f"担任“{self._rng.choice(('滨江新城安置房', '城东污水处理厂', '县道改造', '中心医院住院楼'))}（{position + 1} 期）”项目负责人",
                )
                if position % 6
                else (LockKind.MANUAL, "信访件核查期间暂停办理")
            )
            locks.append(
                Lock(
                    person_id=row.person_id,
                    enterprise_id=row.enterprise_id,
                    kind=kind,
                    reason=reason,
                    begins=begins,
                    ends=today + timedelta(days=self._rng.randint(30, 500)) if position % 3 else None,
                    released_on=today - timedelta(days=5) if position % 10 == 9 else None,
                    release_reason="工程竣工验收合格" if position % 10 == 9 else "",
                )
            )
        Lock.objects.bulk_create(locks)

    def _newcomer(self) -> None:
        """Somebody imported from the list of those who passed, who has never signed in."""
        name, number = NEWCOMER
        facts = self._people.next(name=name)
        facts.id_number, facts.birth = number, date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
        person = self._person(facts, verified=False, face=self._faces[facts.sex][0][0])
        person.save()
        bulk([self._register.standing("qualified", person.pk, facts, self._employers[0].enterprise)])
