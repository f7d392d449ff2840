"""Loading the province: all of it or nothing, in one transaction, and only into an empty database."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction

from erjian import audit, certificates
from erjian.accounts.models import Function, User
from erjian.applications import letters
from erjian.applications.models import Letter
from erjian.audit import SYSTEM, codes, reading
from erjian.demo import employers, enquiries, moments, newcomers, notices, offices
from erjian.demo.batches import Publisher, Round, rounds
from erjian.demo.dealings import Dealings
from erjian.demo.employers import Employer
from erjian.demo.people import Serials
from erjian.demo.population import Candidate, Population, Settlement
from erjian.demo.stories import Event, Story, Teller
from erjian.messaging.models import InboxMessage
from erjian.policy import authorities, clock
from erjian.registry import figures, numbers
from erjian.registry.models import Enterprise, Person
from erjian.registry.models.enterprises import EnterpriseOrigin
from erjian.standards.dictionaries import EnterpriseType
from erjian.standards.errors import Refusal

codes.register("demo.load", "载入演示数据")

Progress = Callable[[int, int, str], None]
NORMAL = 3_200
#: From here on people are loaded by COPY, beside the normal province.
MASS_FROM = 20_000

#: How each kind of story is spread: for the main enterprise, and for everybody else together.
_STORIES: dict[str, tuple[int, int]] = {
    "draft": (3, 5),
    "draft_bare": (1, 2),
    "wait_person": (3, 4),
    "reminded": (1, 1),
    "declined": (1, 2),
    "withdrawn": (1, 2),
    "withdrawn_late": (1, 1),
    "timed_out": (1, 2),
    "reported": (6, 16),
    "resubmitted": (2, 2),
    "consent_again": (1, 0),
    "correction": (2, 4),
    "not_accepted": (1, 2),
    "accepted": (5, 18),
    "accepted_corrected": (1, 3),
    "accepted_deemed": (1, 2),
    "accepted_extended": (0, 2),
    "stepped_back": (1, 1),
    "first_ok": (3, 10),
    "first_ng": (1, 2),
    "review_ok": (2, 6),
    "review_ng": (1, 1),
    "review_ng_twice": (0, 1),
    "terminated": (1, 1),
    "batch": (13, 36),
    "batch_corrected": (2, 3),
    "batch_back": (1, 2),
    "batch_refused": (2, 4),
}
#: Working days since the last step, so that limits are green, amber and red.
_AGES: dict[str, tuple[int, ...]] = {
    "reported": (1, 1, 2, 3, 4, 4),
    "resubmitted": (1, 2, 3),
    "consent_again": (1, 3),
    "wait_person": (1, 2, 5, 8),
    "correction": (1, 3, 9, 16),
    "accepted": (1, 2, 3, 5, 8, 11, 16, 19, 21),
    "accepted_extended": (1, 2),
    "first_ok": (1, 2, 3, 6, 9),
    "first_ng": (1, 4),
    "draft": (1, 3, 9, 24),
    "draft_bare": (1, 2),
    "reminded": (1, 2),
    "review_ok": (1, 2),
    "review_ng": (1, 2),
    "review_ng_twice": (1, 2),
}
#: What is filed for people who are registered already: procedure, ending, working days since the last step.
_OTHERS: tuple[tuple[str, str, int], ...] = (
    ("renewal", "wait_person", 1),
    ("renewal", "reported", 2),
    ("renewal", "accepted", 3),
    ("renewal", "first_ok", 2),
    ("renewal", "draft", 1),
    ("addition", "draft", 2),
    ("addition", "reported", 1),
    ("addition", "accepted", 6),
    ("addition", "review_ok", 1),
    ("transfer", "wait_former", 1),
    ("transfer", "former_agreed", 1),
    ("transfer", "former_accepted", 4),
    ("transfer", "former_reviewed", 2),
    ("transfer", "former_refused", 2),
    ("reregistration", "draft", 3),
    ("reregistration", "reported", 2),
    ("replacement", "accepted", 1),
    ("replacement", "replaced", 3),
    ("cancellation", "wait_person", 2),
    ("cancellation", "confirmed", 8),
    ("cancellation_by_person", "wait_enterprise", 2),
    ("cancellation_by_person", "enterprise_agreed", 12),
    ("personal_change", "handed_in", 1),
    ("personal_change", "handed_in_accepted", 2),
    ("temporary_renewal", "reported", 2),
    ("temporary_renewal", "accepted", 5),
    ("temporary_cancellation", "wait_person", 3),
    ("temporary_personal_change", "handed_in", 2),
    ("id_number", "wait_person", 1),
    ("id_number", "reported", 2),
    ("id_number", "accepted", 2),
    ("temporary_transfer", "wait_former", 2),
    ("temporary_transfer", "former_agreed", 1),
    ("temporary_transfer", "former_accepted", 3),
    ("temporary_transfer", "former_refused", 4),
    ("temporary_cancellation_by_person", "wait_enterprise", 1),
    ("temporary_cancellation_by_person", "enterprise_agreed", 9),
)
#: Enterprises that have a new name: ending, working days since the last step.
_RENAMED: tuple[tuple[str, int], ...] = (("handed_in", 1), ("handed_in_accepted", 3))
#: What enterprises that file at the province itself file there, so that its own acceptance and first review have work.
_AT_PROVINCE = ("reported", "accepted")
_LONG_AGO = (4, 9, 15, 22, 30, 41)


class AlreadyLoaded(Refusal):
    """There are data already; a demonstration never mixes with them."""


def is_empty() -> bool:
    """Whether nothing has been entered yet: no person, no enterprise, no user."""
    return not (Person.objects.exists() or Enterprise.objects.exists() or User.objects.exists())


def load(*, people: int | None = None, seed: int = 2026, progress: Progress | None = None) -> None:
    """Load the province into an empty database: `people` in all, 3,200 unless told otherwise.

    `progress(done, total, text)` is told what is going on. Raises AlreadyLoaded; nothing is changed then. A load that
    is cut off, even of a million people, leaves the database as empty as it was.
    """
    if not is_empty():
        raise AlreadyLoaded("数据库中已有数据，不再载入演示数据。请换一个空的数据库。", code="already_loaded")
    wanted = NORMAL if people is None else people
    tell = progress or (lambda done, total, text: None)
    mass = wanted >= MASS_FROM
    with transaction.atomic():
        with _at_the_present():
            _Load(seed, tell).run(NORMAL if mass else max(wanted, 400))
        if mass:
            from erjian.demo import mass as bulk_load

            bulk_load.load(wanted - NORMAL, seed=seed, progress=tell)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    figures.count()
    reading.count()
    audit.seal()


@contextmanager
def _at_the_present() -> Iterator[None]:
    """The load travels through the past weeks; afterwards the clock is where it was."""
    with clock.travel():
        yield


def _twice() -> tuple[tuple[str, str, int], ...]:
    return (*_OTHERS, *_OTHERS)


class _Load:
    """One load, step by step."""

    def __init__(self, seed: int, tell: Progress) -> None:
        self._rng = random.Random(seed)
        self._tell = tell
        self._now = clock.now()
        self._offset = clock.offset()
        self._year = clock.today().year

    def run(self, count: int) -> None:
        """Everything in order; `count` people."""
        total = 100
        self._count = count
        self._tell(0, total, "主管单位和企业")
        password_hash = make_password(offices.PASSWORD)
        officers = offices.appoint(self._rng, password_hash=password_hash)
        self._employers = employers.found(self._rng, password_hash=password_hash)
        self._tell(3, total, f"{count} 人的登记资料")
        serials = Serials()
        population = Settlement(self._rng, self._employers, password_hash=password_hash, serials=serials).settle(
            count, self._wanted(), self._holders()
        )
        self._reserve(serials)
        self._tell(20, total, "申报")
        teller = Teller(self._rng, officers)
        plan = rounds()
        stories = self._cast(population, plan)
        events = [event for story in stories for event in teller.events(story)]
        publisher = Publisher(teller, officers, year=self._year)
        events += [event for item in plan for event in publisher.events(item)]
        events += self._certificates(population, teller)
        main = self._employers[0]
        events += Dealings(teller, officers, spared=self._spared(population), main=main.enterprise).events()
        self._live(sorted(events), total)
        self._tell(95, total, "文书和通知")
        notices.write(authorities.province().name)
        province = authorities.province().code
        registrar = officers.of(province, Function.REGISTER)
        enquiries.upload(by=registrar.actor, user=registrar)
        enquiries.ask(main.enterprise, operator=main.manager, officer=officers.of(province, Function.NOTICES))
        newcomers.register(officer=officers.of(authorities.cities()[0].code, Function.ACCEPTANCE))
        for place in (authorities.cities()[0].code, province):
            newcomers.come_to_the_counter(officer=officers.of(place, Function.COUNTER), near=main.enterprise)
        for letter in Letter.objects.filter(application__enterprise=main.enterprise).order_by("-id")[:12]:
            letters.render(letter)
        InboxMessage.objects.filter(created_at__lt=self._now - timedelta(days=6)).update(
            read_at=self._now - timedelta(days=3)
        )
        audit.record("demo.load", actor=SYSTEM, subject=("demo", self._year), data={"people": count})
        self._tell(total, total, "演示数据已载入")

    # Who does what

    def _fit(self) -> list[Employer]:
        """Employers that can file, without the main one."""
        return [item for item in self._employers[1:] if item.can_file]

    def _turns(self) -> list[tuple[str, Employer]]:
        """Every story's ending with its employer, dealt out in turn; more for the capital's enterprises."""
        main = self._employers[0]
        others = self._fit()
        # A small province, for tests, tells every kind of story but not as often.
        most = 99 if self._count >= NORMAL else 2
        capital = [item for item in others if item.enterprise.filing_authority == main.enterprise.filing_authority]
        circle = [*others, *capital]
        turns: list[tuple[str, Employer]] = [("wait_person", main), ("batch", main)]
        position = 0
        for ending, (own, shared) in _STORIES.items():
            turns += [(ending, main)] * own
            for _ in range(min(shared, most)):
                turns.append((ending, circle[position % len(circle)]))
                position += 1
        province = authorities.province().code
        seated = next(item for item in others if item.enterprise.filing_authority == province)
        return [*turns, *((ending, seated) for ending in _AT_PROVINCE)]

    def _wanted(self) -> dict[int, int]:
        """How many people of each enterprise file; some more wait to be picked."""
        wanted: dict[int, int] = {}
        for _, employer in self._turns():
            wanted[employer.enterprise.pk] = wanted.get(employer.enterprise.pk, 0) + 1
        wanted[self._employers[0].enterprise.pk] += 8
        return wanted

    def _cast(self, population: Population, plan: list[Round]) -> list[Story]:
        """Give every story its person and its last day."""
        waiting: dict[int, list[Candidate]] = {pk: list(rows) for pk, rows in population.candidates.items()}
        stories = []
        for position, (ending, employer) in enumerate(self._turns()):
            candidate = waiting[employer.enterprise.pk].pop(0)
            if ending.startswith("batch"):
                # The holder of the demonstration went through the first round.
                item = plan[0] if position == 1 else plan[position % len(plan)]
                if ending == "batch_refused":
                    item = plan[position % 3]
                last = moments.days_ago(item.published + self._rng.randint(1, 4))
                story = Story(ending=ending, candidate=candidate, last=last, batch=item.code, second=position % 3 == 1)
                item.stories.append(story)
            else:
                ages = _AGES.get(ending, _LONG_AGO)
                story = Story(
                    ending=ending,
                    candidate=candidate,
                    last=moments.days_ago(ages[position % len(ages)]),
                    second=position % 3 == 1,
                )
            stories.append(story)
        for position, ((procedure, ending, age), candidate) in enumerate(
            zip(_twice(), population.registered, strict=True)
        ):
            stories.append(
                Story(
                    ending=ending,
                    procedure=procedure,
                    candidate=candidate,
                    last=moments.days_ago(age),
                    second=position % 3 == 1,
                )
            )
        employers = {who.employer.enterprise.pk: who for who in population.registered}
        own = employers.pop(self._employers[0].enterprise.pk)
        # The main enterprise keeps the name that everything else knows it by: its change is not handed in yet.
        renamed = zip((("draft", 1), *_RENAMED), (own, *employers.values()), strict=False)
        for (ending, age), candidate in renamed:
            last = moments.days_ago(age)
            stories.append(Story(ending=ending, procedure="enterprise_rename", candidate=candidate, last=last))
        return stories

    def _holders(self) -> list[tuple[str, Employer]]:
        """For whom something else than a first registration is filed: once by the main enterprise, once by another."""
        others = [
            item
            for item in self._fit()
            if item.enterprise.origin == EnterpriseOrigin.PROVINCIAL
            and item.enterprise.kind == EnterpriseType.CONSTRUCTION
        ]
        half = len(_OTHERS)
        return [
            (procedure, self._employers[0] if position < half else others[position % len(others)])
            for position, (procedure, _, _) in enumerate(_twice())
        ]

    def _spared(self, population: Population) -> set[int]:
        """Whom something else is told of."""
        candidates = [item for rows in population.candidates.values() for item in rows]
        people = {item.person.pk for item in (*candidates, *population.registered)}
        return people | {registration.person_id for registration in population.holders[:12]}

    def _certificates(self, population: Population, teller: Teller) -> list[Event]:
        """Electronic certificates of some registered before: current ones, superseded ones, one out of its window."""

        def make(registration_id: int, reason: str) -> Callable[[], None]:
            def do() -> None:
                version = certificates.actions.create_version(
                    registration_id=registration_id, new_number=False, reason=reason, case_number="", actor=SYSTEM
                )
                certificates.issuing.issue(version.pk)

            return do

        events = []
        for position, registration in enumerate(population.holders[:12]):
            first = moments.days_ago(150 if position % 6 == 5 else self._rng.randint(20, 110))
            events.append(teller.event(moments.office_hour(self._rng, first), make(registration.pk, "换发电子证书")))
            if position % 5 == 2:
                again = moments.days_ago(self._rng.randint(3, 15))
                events.append(teller.event(moments.office_hour(self._rng, again), make(registration.pk, "信息更正")))
        return events

    def _reserve(self, serials: Serials) -> None:
        """Let the platform's counters go on after what was given out before it."""
        for year, last in serials.registrations.items():
            numbers.reserve("registration", year=year, upto=last + 400)
        numbers.reserve("certificate", year=0, upto=serials.certificates)
        for year in (self._year - 1, self._year):
            numbers.reserve("case", year=year, upto=110_000)

    # What happens

    def _live(self, events: list[Event], total: int) -> None:
        """Let everything happen in order, each at its moment."""
        for position, event in enumerate(events):
            clock.set_offset(self._offset)
            at = min(event.at, clock.now())
            clock.travel(to=at)
            event.do()
            if position % 20 == 0:
                self._tell(20 + position * 75 // len(events), total, f"申报办理 {position} / {len(events)}")
        clock.set_offset(self._offset)
