"""Random legal and illegal actions by everybody on several people and enterprises; every invariant holds after each."""

from __future__ import annotations

import os
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from erjian import audit
from erjian.accounts.models import User
from erjian.applications import actions, engine, form_data, robots
from erjian.applications.models import Application, TimelineEntry
from erjian.applications.routing import CLOCK, PAUSING
from erjian.applications.states import BLOCKING, ENDED, State
from erjian.applications.workflow import TRANSITIONS, Who
from erjian.audit.models import Event
from erjian.certificates.models import CertificateVersion
from erjian.policy import clock
from erjian.procedures import Filer, all_procedures, get
from erjian.proceedings import actions as proceedings
from erjian.proceedings import measures, opening
from erjian.proceedings import states as proceeding_states
from erjian.proceedings.measures import Measure
from erjian.proceedings.models import Event as ProceedingEvent
from erjian.proceedings.models import Proceeding
from erjian.registry.models import Bar, Person, Qualification, Registration
from erjian.registry.models.registrations import LIVE
from erjian.standards.errors import Refusal
from erjian.standards.specialties import Specialty
from tests.applications.world import FILLER, FITTING, LIKELY, PROVINCE, STEP_NAMES, World, steps

pytestmark = pytest.mark.django_db


class Machine(RuleBasedStateMachine):
    """`world` is set by the test; every example runs in a transaction that is rolled back."""

    world: World
    happened: Counter[str] = Counter()
    dealt: Counter[str] = Counter()
    tried: Counter[str] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.travel = clock.travel(days=0)
        self.refused = ""

    def teardown(self) -> None:
        self.happened.update(TimelineEntry.objects.values_list("transition", flat=True))
        self.dealt.update(ProceedingEvent.objects.values_list("name", flat=True))
        audit.seal()
        assert audit.verify().ok
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)
        self.travel.__exit__(None, None, None)

    def attempt(self, call: Any) -> None:
        """Do it; a refusal is a proper answer that has changed nothing, anything else fails the test."""
        self.tried["refused"] += 1
        try:
            call()
        except Refusal as refusal:
            self.refused = refusal.message
        else:
            self.tried["refused"] -= 1
            self.tried["done"] += 1

    @initialize(chosen=st.tuples(*[st.integers(0, 8)] * 4))
    def file(self, chosen: tuple[int, ...]) -> None:
        """Begin with filings that can go all the way, so that examples are deep from the start."""
        for whom, position in enumerate(chosen):
            fitting = FITTING[whom]
            code = fitting[position % len(fitting)]
            # Who is registered with the first enterprise moves to the second.
            who = int("transfer" in code) if whom > 1 else position % 2
            self.start(code, who, whom, 1 + position % 3, 60)

    @rule(
        procedure=st.sampled_from([item.code for item in all_procedures()]),
        who=st.integers(0, 1), whom=st.integers(0, 3), chosen=st.integers(1, 3), forged=st.integers(0, 60),
    )  # fmt: skip
    def start(self, procedure: str, who: int, whom: int, chosen: int, forged: int) -> None:
        declared = get(procedure)
        person = Person.objects.get(pk=self.world.people[whom].pk)
        proper = self.world.holders[whom] if declared.filer == Filer.PERSON else self.world.operators[who]
        users = self.world.users
        by = User.objects.get(pk=(users[forged] if forged < len(users) else proper).pk)
        enterprise = by.enterprise or self.world.enterprises[0]

        def call() -> None:
            case = actions.start(procedure=declared, person=person, enterprise=enterprise, by=by)
            names = {item.name for item in declared.fields if not item.read_only}
            typed = form_data.unseal(case.draft) | {key: value for key, value in FILLER.items() if key in names}
            both = [Specialty.BUILDING, Specialty.MUNICIPAL]
            picked = [item for n, item in enumerate(both) if chosen & (1 << n)] if declared.has_specialties else []
            actions.save(application=case, values=typed, specialties=picked, by=by)
            for material in declared.materials:
                if not case.materials.filter(code=material.code, removed_in=None).exists():
                    case.materials.create(
                        code=material.code, blob=self.world.blob, filename="x.jpg", origin="本次上传", uploaded_by="x",
                        uploaded_at=clock.now(),
                    )  # fmt: skip

        self.attempt(call)

    @rule(case=st.integers(0, 5), who=st.integers(0, 8), step=st.sampled_from(STEP_NAMES))
    def act(self, case: int, who: int, step: str) -> None:
        """Anybody tries anything."""
        found = self.pick(case)
        if found is not None:
            self.attempt(steps(found, User.objects.get(pk=self.world.users[who].pk))[step])

    @rule(case=st.integers(0, 5), times=st.integers(1, 9))
    def go_on(self, case: int, times: int) -> None:
        """The case goes on as it usually does, in the hands it needs."""
        for _ in range(times):
            found = self.pick(case)
            if found is None or found.state not in LIKELY:
                return
            step = LIKELY[State(found.state)]
            if found.state == State.ACCEPTED and found.acting_function == "final_review":
                step = "final_pass"
            if found.state == State.REVIEW_OK and "publicity" not in found.procedure.route:
                step = "grant"
            before = found.version
            row = TRANSITIONS.get({"grant": "announce_grant", "refuse": "announce_refuse"}.get(step, step))
            for user in User.objects.filter(pk__in=[item.pk for item in self.world.users]):
                if row is None or row.who == Who.SYSTEM or engine.may(row, found, user):
                    self.attempt(steps(found, user)[step])
                    found.refresh_from_db()
                    if found.version != before:
                        break

    @rule(case=st.integers(0, 5))
    def finish(self, case: int) -> None:
        """The case goes all the way."""
        self.go_on(case, 12)

    @rule(whom=st.integers(0, 3), measure=st.sampled_from(Measure.values), days=st.sampled_from([20, 90]))
    def propose(self, whom: int, measure: str, days: int) -> None:
        """The authority begins something against what somebody holds."""
        self.begin(whom, measure, days)

    def begin(self, whom: int, measure: str, days: int) -> None:
        held = Registration.objects.filter(person=self.world.people[whom]).order_by("-id").first()
        if held is None:
            return
        found = measures.rule(measure)
        until = clock.today() + timedelta(days=days) if found.longest_months else None
        self.attempt(
            lambda: opening.open_ex_officio(
                registration=held, measure=measure, ground=next(iter(found.codes)), facts="查明属实。", until=until,
                by=User.objects.get(pk=self.world.keeper.pk),
            )
        )  # fmt: skip

    @rule(
        position=st.integers(0, 3), name=st.sampled_from(sorted(proceeding_states.TRANSITIONS)), who=st.integers(0, 9)
    )
    def proceed(self, position: int, name: str, who: int) -> None:
        """Anybody tries anything with a proceeding."""
        found = self.proceeding(position)
        users = [*self.world.users, self.world.keeper]
        if found is not None:
            by = User.objects.get(pk=users[who % len(users)].pk)
            self.attempt(lambda: proceedings.perform(proceeding=found, name=name, by=by, seen=None, text="查明属实。"))

    @rule(position=st.integers(0, 3), measure=st.sampled_from(Measure.values))
    def decide_a_proceeding(self, position: int, measure: str) -> None:
        """Begun where nothing is, told, heard by silence, decided."""
        if self.proceeding(position) is None:
            self.begin(position, measure, 90)
        found = self.proceeding(position)
        if found is None:
            return
        if found.state == "proposed" and measures.rule(found.measure).heard:
            by = User.objects.get(pk=self.world.keeper.pk)
            self.attempt(lambda: proceedings.perform(proceeding=found, name="notify", by=by, seen=None))
            self.time_passes(16)
        by = User.objects.get(pk=self.world.officers[1].pk)
        self.attempt(lambda: proceedings.perform(proceeding=found, name="decide", by=by, seen=None, text="事实清楚。"))

    def proceeding(self, position: int) -> Proceeding | None:
        rows = list(Proceeding.objects.filter(state__in=sorted(proceeding_states.OPEN)).order_by("-id")[:4])
        return rows[position % len(rows)] if rows else None

    @invariant()
    def every_proceeding_is_in_order(self) -> None:
        users = list(User.objects.filter(pk__in=[item.pk for item in (*self.world.users, self.world.keeper)]))
        recorded = Counter(Event.objects.filter(subject_kind="proceeding").values_list("subject_id", "code"))
        running: Counter[int] = Counter()
        for row in Proceeding.objects.select_related("registration").prefetch_related("events"):
            for name, times in Counter(event.name for event in row.events.all()).items():
                assert recorded[str(row.pk), f"proceeding.{name}"] == times, f"{name} without its audit row"
            if row.state in proceeding_states.OPEN:
                running[row.registration_id] += 1
                assert any(proceedings.available(row, user) for user in users), f"stuck in {row.state}"
        assert max(running.values(), default=0) <= 1, "two open proceedings of one registration"
        for held in Registration.objects.filter(status="suspended"):
            told = Proceeding.objects.filter(registration=held, measure=Measure.SUSPEND, state="decided")
            assert told.exists(), "suspended by nobody"
            assert max(row.until for row in told if row.until) >= clock.today() - timedelta(days=1)

    @rule(days=st.sampled_from([1, 3, 6, 16, 31, 400]))
    def time_passes(self, days: int) -> None:
        clock.travel(days=days)
        robots.run()

    @rule(case=st.integers(0, 5), days=st.sampled_from([16, 31]))
    def goes_on_and_rests(self, case: int, days: int) -> None:
        """One step, and then nobody does anything for long."""
        self.go_on(case, 1)
        self.time_passes(days)

    def pick(self, position: int) -> Application | None:
        cases = list(Application.objects.exclude(state__in=sorted(ENDED)).order_by("-id")[:6])
        return cases[position % len(cases)] if cases else None

    @invariant()
    def every_case_is_in_order(self) -> None:
        recorded = Counter(Event.objects.filter(subject_kind="application").values_list("subject_id", "code"))
        blocking: Counter[int] = Counter()
        for case in Application.objects.prefetch_related("timeline", "clocks"):
            blocking[case.person_id] += case.state in BLOCKING
            entries = sorted(case.timeline.all(), key=lambda item: item.pk)
            assert case.state == (entries[-1].to_state if entries else State.DRAFT)
            for earlier, later in pairwise(entries):
                assert later.from_state == earlier.to_state
            names = Counter(
                TRANSITIONS[item.transition].audit_code for item in entries if item.transition in TRANSITIONS
            )
            for code, times in names.items():
                assert recorded[str(case.pk), code] == times, f"{code} without its audit row"
            running = [item for item in case.clocks.all() if item.ended_on is None and item.paused_on is None]
            assert len(running) == (case.state in CLOCK), (case.state, running)
            if case.state in ENDED:
                assert case.due_on is None
                assert case.ended_at is not None
            elif case.state not in PAUSING and case.state in CLOCK:
                assert case.due_on == running[0].due_on
            acts_itself = case.state in (State.DRAFT, State.CORRECTION, State.ANNOUNCED) or case.state.startswith(
                "wait"
            )
            assert case.state in ENDED or acts_itself or case.acting_function, f"stuck in {case.state}"
        assert max(blocking.values(), default=0) <= 1, "two open cases of one person"

    @invariant()
    def every_step_was_taken_by_the_hand_it_needs(self) -> None:
        world = self.world
        filers = {each.pk: each.enterprise_id for each in world.operators}
        holders = {each.pk: each.person_id for each in world.holders}
        offices = {each.pk: each.authority_code for each in world.officers}
        for case in Application.objects.prefetch_related("timeline"):
            if case.first_reviewer_id and case.final_reviewer_id:
                assert case.first_reviewer_id != case.final_reviewer_id, "reviewed twice by one officer"
            for entry in case.timeline.all():
                row, by = TRANSITIONS.get(entry.transition), entry.actor_user_id
                if row is None:
                    continue
                if row.who == Who.SYSTEM:
                    assert (entry.actor_kind, by) == ("system", None), f"{row.name} by hand"
                elif row.who == Who.PERSON or (row.who == Who.FILER and case.procedure.filer == Filer.PERSON):
                    assert holders.get(by) == case.person_id, f"{row.name} by a stranger"
                elif row.who == Who.OFFICER:
                    assert offices.get(by) in (case.authority_code, PROVINCE), f"{row.name} by another office"
                else:
                    former = row.who == Who.FORMER
                    expected = case.former_enterprise_id if former else case.enterprise_id
                    assert filers.get(by) == expected, f"{row.name} by a stranger"

    @invariant()
    def what_forbids_is_not_got_round(self) -> None:
        """Nobody is registered inside a bar, nor while a 暂扣 runs whose registration was given up."""
        bars = {(bar.person_id, "", bar.begins, bar.ends) for bar in Bar.objects.filter(lifted_on=None)}
        told = Proceeding.objects.filter(measure=Measure.SUSPEND, state="decided").select_related("registration")
        lifted = set(
            Proceeding.objects.filter(measure=Measure.RESTORE, state="decided").values_list(
                "registration_id", flat=True
            )
        )
        for row in told:
            held = row.registration
            if held.status not in LIVE and held.ended_on and held.pk not in lifted and row.until:
                bars.add((row.person_id, held.registration_class, held.ended_on, row.until))
        for person, kind, begins, ends in bars:
            inside = Registration.objects.filter(person_id=person, registered_on__gt=begins)
            inside = inside.filter(registration_class=kind) if kind else inside
            inside = inside.filter(registered_on__lte=ends) if ends else inside
            assert not inside.exists(), "registered although it was forbidden"

    @invariant()
    def the_register_and_its_certificates_agree(self) -> None:
        standing: dict[int, list[CertificateVersion]] = {}
        for version in CertificateVersion.objects.filter(state__in=["pending", "current"]):
            standing.setdefault(version.registration_id, []).append(version)
        rows = Registration.objects.select_related("enterprise").prefetch_related("specialties__qualification")
        spans: dict[tuple[int, str], list[tuple[date, date | None]]] = {}
        for registration in rows.order_by("registered_on", "id"):
            key = (registration.person_id, registration.registration_class)
            spans.setdefault(key, []).append((registration.registered_on, registration.ended_on))
            found = standing.get(registration.pk, [])
            if registration.status in LIVE:
                (version,) = found
                assert version.facts["employer"] == registration.enterprise.name
                assert version.number == registration.certificate_number
                ends = [item["end"] for item in version.facts["specialties"]]
                assert max(ends) == registration.valid_until.isoformat()
            elif registration.status in ("cancelled", "rescinded", "revoked"):
                assert not found
            periods = sorted((item.specialty, item.begin, item.end) for item in registration.specialties.all())
            for one, other in pairwise(periods):
                assert one[0] != other[0] or one[2] < other[1]
            for item in registration.specialties.all():
                assert item.qualification is not None
                assert item.qualification.used_at is not None
        for periods_of_one in spans.values():
            for (_, ended), (begins, _) in pairwise(periods_of_one):
                assert ended is not None, "two registrations of one class at once"
                assert ended <= begins, "registrations of one class overlap"
        used = Qualification.objects.filter(used_at__isnull=False, registration_specialties__isnull=True)
        assert not used.exists()


def test_no_sequence_of_actions_breaks_an_invariant(db: None) -> None:
    """Sequences of some 25 actions each, the same at every run; SEQUENCES=2000 in the environment tries others for an hour."""
    Machine.world = World()
    start = clock.offset()
    try:
        run_state_machine_as_test(
            Machine,
            settings=settings(
                max_examples=int(os.environ.get("SEQUENCES", "40")),
                stateful_step_count=25,
                deadline=None,
                # Shrinking takes many minutes; the steps that failed are told as they were.
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
                derandomize="SEQUENCES" not in os.environ,
                database=None,
            ),
        )
    finally:
        clock.set_offset(start)
    assert clock.offset() - start < timedelta(seconds=1)
    deep = {"report", "consent", "accept", "first_pass", "final_pass", "announce_grant", "agree_enterprise", "time_out"}
    assert deep <= set(Machine.happened), "the machine stays on the surface"
    assert {"open", "notify", "decide"} <= set(Machine.dealt), "no proceeding gets far"
    assert Machine.tried["refused"] > 100
    assert Machine.tried["done"] > 100
