"""The engine refuses what the table, the scopes and the constraints do not allow."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from erjian import audit
from erjian.accounts.models import Function, User
from erjian.applications import actions, clocks, engine, form_data, robots
from erjian.applications.errors import CaseRefused, FieldsRefused, GuardsRefused, NotYours, Stale
from erjian.applications.models import Application, Clock, FormVersion, TimelineEntry
from erjian.applications.routing import arrival, takes_effect, target
from erjian.applications.states import OPEN, State
from erjian.applications.workflow import TRANSITIONS, Who
from erjian.audit.models import Event
from erjian.messaging.models import InboxMessage
from erjian.policy import clock, working_days
from erjian.procedures import Procedure, Step, all_procedures, get
from erjian.registry.models import Bar, Person, Registration
from tests import makers

pytestmark = pytest.mark.django_db
CITY, PROVINCE = "430100", "430000"


class Cast:
    """Everybody who acts on one case."""

    def __init__(self) -> None:
        self.enterprise = makers.enterprise()
        self.person: Person = makers.person()
        makers.qualification(self.person)
        self.operator = makers.operator(self.enterprise)
        self.user = makers.person_user(self.person)
        self.acceptor = makers.officer(CITY, Function.ACCEPTANCE)
        self.first = makers.officer(CITY, Function.FIRST_REVIEW)
        self.final = makers.officer(PROVINCE, Function.FINAL_REVIEW, Function.FIRST_REVIEW)
        self.decider = makers.officer(PROVINCE, Function.DECISION)

    def reported(self) -> Application:
        case = makers.draft(self.person, self.operator)
        return actions.report(application=case, by=self.operator, seen=case.version)

    def consented(self) -> Application:
        case = self.reported()
        return actions.consent(application=case, by=self.user, seen=case.version, commitment="同意")

    def accepted(self) -> Application:
        return actions.accept(application=self.consented(), by=self.acceptor, seen=None)

    def first_ok(self) -> Application:
        return actions.first_review(application=self.accepted(), by=self.first, seen=None, passed=True, opinion="合格")

    def review_ok(self) -> Application:
        return actions.final_review(application=self.first_ok(), by=self.final, seen=None, passed=True)


@pytest.fixture
def cast() -> Cast:
    return Cast()


def test_every_transition_leads_somewhere_on_every_route() -> None:
    for procedure in all_procedures():
        for row in TRANSITIONS.values():
            if row.completes is not None and row.completes not in procedure.route:
                continue
            assert target(row, procedure) in State
        effects = [
            row.name
            for row in TRANSITIONS.values()
            if row.completes in procedure.route and takes_effect(row, procedure)
        ]
        assert effects, f"{procedure.code} never takes effect"
        assert arrival(procedure, None) in OPEN


def test_a_page_that_is_behind_is_told_what_happened_and_by_whom(cast: Cast) -> None:
    case = cast.consented()
    seen = case.version
    actions.accept(application=case, by=cast.acceptor, seen=seen)
    with pytest.raises(Stale) as refused:
        actions.request_correction(
            application=case, by=cast.acceptor, seen=seen, items=[{"what": "合同", "detail": "缺页"}]
        )
    assert refused.value.status == 409
    assert [entry.transition for entry in refused.value.since] == ["accept"]
    assert cast.acceptor.name in refused.value.message


@pytest.mark.parametrize("who", ["operator", "user", "first", "final", "decider"])
def test_only_the_hand_that_a_transition_needs_can_perform_it(cast: Cast, who: str) -> None:
    case = cast.consented()
    stranger: User = getattr(cast, who)
    with pytest.raises(NotYours):
        actions.accept(application=case, by=stranger, seen=None)
    case.refresh_from_db()
    assert case.state == State.REPORTED


def test_an_officer_of_another_city_cannot_act(cast: Cast) -> None:
    case = cast.consented()
    with pytest.raises(NotYours):
        actions.accept(application=case, by=makers.officer("430200", Function.ACCEPTANCE), seen=None)
    assert not Application.objects.visible_to(makers.officer("430200", Function.ACCEPTANCE)).exists()


def test_the_first_reviewer_never_does_the_final_review(cast: Cast) -> None:
    case = cast.first_ok()
    case.first_reviewer_id = cast.final.pk
    case.save(update_fields=["first_reviewer_id"])
    assert "final_pass" not in {row.name for row in engine.available(case, cast.final)}
    with pytest.raises(NotYours, match="不能再复审"):
        actions.final_review(application=case, by=cast.final, seen=None, passed=True)
    with pytest.raises(IntegrityError, match="final_reviewer_is_another_officer"), transaction.atomic():
        Application.objects.filter(pk=case.pk).update(final_reviewer_id=cast.final.pk)


def test_a_person_has_one_open_case_from_their_consent_on(cast: Cast) -> None:
    other_employer = makers.operator(makers.enterprise("株洲另一建设有限公司", city="430200"))
    first, second = cast.reported(), makers.draft(cast.person, other_employer)
    second = actions.report(application=second, by=other_employer, seen=None)
    actions.consent(application=first, by=cast.user, seen=None, commitment="同意")
    with pytest.raises(CaseRefused, match="在办"):
        actions.consent(application=second, by=cast.user, seen=None, commitment="同意")
    with pytest.raises(IntegrityError, match="one_open_case_per_person"), transaction.atomic():
        Application.objects.filter(pk=second.pk).update(state=State.REPORTED)


def test_report_needs_every_starred_field_and_material(cast: Cast) -> None:
    case = makers.draft(cast.person, cast.operator, complete=False)
    with pytest.raises(FieldsRefused) as refused:
        actions.report(application=case, by=cast.operator, seen=None)
    assert {"employment_begin", "employment_end", "material:contract"} <= set(refused.value.errors)
    assert not FormVersion.objects.exists()


def test_report_is_refused_while_a_bar_is_in_force(cast: Cast) -> None:
    case = makers.draft(cast.person, cast.operator)
    Bar.objects.create(person=cast.person, basis="false_material", reason="虚假材料", begins=clock.today())
    with pytest.raises(GuardsRefused, match="不予注册"):
        actions.report(application=case, by=cast.operator, seen=None)


def test_correction_keeps_versions_and_restarts_the_clock(cast: Cast) -> None:
    case = cast.consented()
    case = actions.request_correction(
        application=case,
        by=cast.acceptor,
        seen=None,
        items=[
            {"target": "material:contract", "what": "聘用劳动合同", "detail": "缺少签字页"},
            {"what": "空", "detail": ""},
        ],
    )
    assert case.state == State.CORRECTION
    assert case.timeline.get(transition="request_correction").data["items"][0]["what"] == "聘用劳动合同"
    assert case.due_on == clock.today() + timedelta(days=30)
    case = actions.resubmit(application=case, by=cast.operator, seen=None, explanation="合同只有两页，签字在第二页")
    assert (case.state, case.form_version) == (State.REPORTED, 2)
    assert case.due_on == working_days.add(clock.today(), 5)
    assert [item.kind for item in Clock.objects.filter(application=case, ended_on=None)] == ["acceptance"]


def test_the_person_is_asked_again_when_what_they_confirmed_changed(cast: Cast) -> None:
    case = actions.request_correction(
        application=cast.consented(),
        by=cast.acceptor,
        seen=None,
        items=[{"what": "毕业院校", "detail": "与证书不一致"}],
    )
    values = form_data.unseal(case.draft) | {"school": "湖南大学"}
    case = actions.save(application=case, values=values, specialties=case.specialties, by=cast.operator)
    case = actions.resubmit(application=case, by=cast.operator, seen=None)
    assert case.state == State.WAIT_PERSON
    case = actions.consent(application=case, by=cast.user, seen=None, commitment="同意")
    assert (case.state, case.consented_version) == (State.REPORTED, 2)


def test_a_correction_without_words_is_refused(cast: Cast) -> None:
    with pytest.raises(CaseRefused, match="至少写明一项"):
        actions.request_correction(application=cast.consented(), by=cast.acceptor, seen=None, items=[{"detail": "  "}])


@pytest.mark.parametrize("state", ["reported", "consented", "accepted", "first_ok", "review_ok"])
def test_withdrawal_is_possible_until_the_announcement(cast: Cast, state: str) -> None:
    case = actions.withdraw(application=getattr(cast, state)(), by=cast.operator, seen=None)
    assert case.state == State.WITHDRAWN
    assert case.due_on is None
    assert not Clock.objects.filter(application=case, ended_on=None).exists()


def test_refusal_goes_to_the_list_of_refused_and_ends_with_a_decision(cast: Cast) -> None:
    case = actions.final_review(application=cast.first_ok(), by=cast.final, seen=None, passed=False, opinion="资格不符")
    assert case.state == State.REVIEW_NG
    with pytest.raises(CaseRefused):
        actions.announce(application=case, by=cast.decider, granted=True, batch="GG")
    case = actions.announce(application=case, by=cast.decider, granted=False, batch="GG", opinion="资格不符")
    assert case.state == State.REJECTED
    assert set(case.letters.values_list("kind", flat=True)) == {"accept", "refuse"}
    assert not Registration.objects.exists()


def test_the_decision_runs_the_guards_again_and_changes_nothing_when_one_fails(cast: Cast) -> None:
    case = actions.close_publicity(
        application=actions.publish(application=cast.review_ok(), by=cast.decider, batch="GS")
    )
    cast.person.qualifications.update(used_at=clock.now())
    with pytest.raises(GuardsRefused):
        actions.announce(application=case, by=cast.decider, granted=True, batch="GG")
    case.refresh_from_db()
    assert case.state == State.PUBLICITY_DONE
    assert not Registration.objects.exists()


def test_an_objection_pauses_the_clock_and_dismissal_resumes_it(cast: Cast) -> None:
    case = actions.publish(application=cast.review_ok(), by=cast.decider, batch="GS")
    due = case.due_on
    case = actions.hold(application=case, objection="YY-1")
    assert (case.state, case.due_on) == (State.OBJECTION, None)
    held_on = clock.today()
    with clock.travel(days=14):
        case = actions.settle_objection(application=case, by=cast.decider, upheld=False, opinion="经查不属实")
        assert case.state == State.PUBLICITY
        assert due is not None
        assert case.due_on == working_days.add(due, working_days.between(held_on, clock.today()))
        assert Clock.objects.get(application=case, ended_on=None).due_on == case.due_on
        assert clocks.miscounted() == [], "the days of the pause count when the calendar is published"
        again = actions.close_publicity(application=case)
        assert again.due_on == case.due_on, "a pause counts once"


def test_an_upheld_objection_leads_to_refusal(cast: Cast) -> None:
    case = actions.hold(
        application=actions.publish(application=cast.review_ok(), by=cast.decider, batch="GS"), objection="Y"
    )
    case = actions.settle_objection(application=case, by=cast.decider, upheld=True, opinion="两处受聘")
    assert case.state == State.REVIEW_NG


def test_step_back_returns_to_the_first_review(cast: Cast) -> None:
    case = actions.step_back(application=cast.first_ok(), by=cast.final, seen=None, opinion="初审意见不明确")
    assert (case.state, case.first_reviewer_id, case.acting_authority) == (State.ACCEPTED, None, CITY)
    case = actions.first_review(application=case, by=cast.first, seen=None, passed=True)
    with pytest.raises(CaseRefused, match="理由"):
        actions.step_back(application=case, by=cast.final, seen=None, opinion=" ")


def test_the_limit_is_extended_once_with_a_reason(cast: Cast) -> None:
    case = cast.accepted()
    due = case.due_on
    case = actions.extend(application=case, by=cast.decider, seen=None, opinion="需专家评审")
    assert case.due_on == working_days.add(due, 10)
    with pytest.raises(CaseRefused, match="一次"):
        actions.extend(application=case, by=cast.decider, seen=None, opinion="再延")
    with pytest.raises(NotYours):
        actions.extend(application=case, by=cast.first, seen=None, opinion="无权")
    assert Event.objects.get(code="application.extend").actor_user_id == cast.decider.pk


def test_robots_accept_what_nobody_answered_and_end_what_nobody_confirmed(cast: Cast) -> None:
    silent = cast.consented()
    other = Cast()
    unanswered = other.reported()
    with clock.travel(days=20):
        assert robots.run(dry_run=True).done == {"deem_accepted": 1, "time_out": 1}
        assert silent.__class__.objects.get(pk=silent.pk).state == State.REPORTED
        assert robots.run().done == {"deem_accepted": 1, "time_out": 1}
        assert robots.run().done == {}
    silent.refresh_from_db()
    unanswered.refresh_from_db()
    assert (silent.state, silent.deemed_accepted) == (State.ACCEPTED, True)
    assert unanswered.state == State.TERMINATED


def test_stale_drafts_are_removed_by_policy(cast: Cast) -> None:
    makers.draft(cast.person, cast.operator)
    with clock.travel(days=89):
        assert robots.run().done == {}
    with clock.travel(days=92):
        assert robots.run().done == {"purge": 1}
    assert not Application.objects.exists()
    assert Event.objects.get(code="application.delete").actor_kind == "system"


def test_each_transition_leaves_timeline_audit_and_messages_in_the_same_transaction(cast: Cast) -> None:
    case = cast.consented()
    assert list(case.timeline.order_by("id").values_list("transition", flat=True)) == ["report", "consent"]
    codes = set(
        Event.objects.filter(subject_kind="application", subject_id=str(case.pk)).values_list("code", flat=True)
    )
    assert {"application.start", "application.report", "application.consent"} <= codes
    assert InboxMessage.objects.filter(recipient_kind="person").count() == 1
    before = TimelineEntry.objects.count(), Event.objects.count(), InboxMessage.objects.count()
    with pytest.raises(NotYours):
        actions.accept(application=case, by=cast.first, seen=None)
    assert (TimelineEntry.objects.count(), Event.objects.count(), InboxMessage.objects.count()) == before


def test_a_reminder_goes_out_once_a_day(cast: Cast) -> None:
    case = actions.remind(application=cast.reported(), by=cast.operator)
    with pytest.raises(CaseRefused, match="24 小时"):
        actions.remind(application=case, by=cast.operator)
    assert InboxMessage.objects.filter(recipient_kind="person").count() == 2
    assert Event.objects.get(code="application.remind").actor_user_id == cast.operator.pk


def test_nobody_files_or_answers_for_another_enterprise_or_person(cast: Cast) -> None:
    other, case = Cast(), cast.reported()
    by_enterprise, by_person = case.procedure, get("cancellation_by_person")

    def may_file(procedure: Procedure, user: User) -> bool:
        return engine.is_filer(procedure, user, person_id=cast.person.pk, enterprise_id=cast.enterprise.pk)

    everybody = (cast.operator, other.operator, cast.user, other.user, cast.acceptor)
    assert [may_file(by_enterprise, user) for user in everybody] == [True, False, False, False, False]
    assert [may_file(by_person, user) for user in everybody] == [False, False, True, False, False]
    for refused in (
        lambda: actions.withdraw(application=case, by=other.operator, seen=None),
        lambda: actions.withdraw(application=case, by=cast.user, seen=None),
        lambda: actions.consent(application=case, by=other.user, seen=None, commitment="同意"),
        lambda: actions.consent(application=case, by=cast.operator, seen=None, commitment="同意"),
        lambda: actions.decline(application=case, by=other.user, seen=None, opinion="不同意"),
    ):
        with pytest.raises(NotYours):
            refused()
    case.refresh_from_db()
    assert case.state == State.WAIT_PERSON


def test_an_operator_who_may_only_look_cannot_file(cast: Cast) -> None:
    viewer = makers.operator(cast.enterprise, right="view")
    with pytest.raises(NotYours):
        makers.draft(cast.person, viewer)


def test_system_transitions_are_not_for_people(cast: Cast) -> None:
    case = cast.consented()
    for row in TRANSITIONS.values():
        if row.who == Who.SYSTEM:
            assert not any(
                engine.may(row, case, user) for user in (cast.operator, cast.user, cast.acceptor, cast.decider)
            )
    assert Step.PERSON in case.procedure.route
    assert audit.SYSTEM.user_id is None
