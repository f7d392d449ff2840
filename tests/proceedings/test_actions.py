"""Proposing, telling, hearing, deciding: who may, when, what changes, and what is refused."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError

from erjian.accounts import delegating
from erjian.accounts.models import Function
from erjian.applications import form_data
from erjian.applications.errors import NotYours
from erjian.audit.models import Event as AuditEvent
from erjian.certificates.models import VersionState
from erjian.messaging.models import InboxMessage
from erjian.policy import clock
from erjian.proceedings import opening, papers
from erjian.proceedings.errors import ProceedingRefused, ProceedingStale
from erjian.proceedings.measures import RULES, Measure
from erjian.proceedings.models import Paper, Proceeding
from erjian.proceedings.states import TRANSITIONS, State
from erjian.registry.models import Bar, Change
from erjian.standards.validity import add_years
from tests import makers
from tests.proceedings.scenes import OTHER_CITY, PROVINCE, Scene, after

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return Scene()


ENDING = [
    ("cancel", "bankrupt", "cancelled", None),
    ("rescind", "fraud", "rescinded", ("fraud", 3)),
    ("rescind", "unqualified", "rescinded", None),
    ("revoke", "other", "revoked", ("revoked", 2)),
    ("revoke", "quality", "revoked", ("quality", 5)),
    ("revoke", "quality_extreme", "revoked", ("lifetime", None)),
]


@pytest.mark.parametrize(("measure", "ground", "status", "bar"), ENDING)
def test_a_decision_ends_the_registration_with_all_that_follows(
    scene: Scene, measure: str, ground: str, status: str, bar: tuple[str, int | None] | None
) -> None:
    told = scene.notified(measure, ground)
    with after(told):
        done = scene.do(told, "decide", scene.decider, "事实清楚，证据确凿")
        today = clock.today()
        registration = scene.now()
        assert (done.state, registration.status, registration.ended_on) == (State.DECIDED, status, today)
        assert registration.case_number != "", "the case that registered stays"
        assert not registration.certificates.exclude(state=VersionState.VOID).exists()
        found = [(each.basis, each.ends) for each in Bar.objects.filter(person=scene.person)]
        ends = None if bar is None or bar[1] is None else add_years(today, bar[1]) - timedelta(days=1)
        assert found == ([] if bar is None else [(bar[0], ends)])
        assert done.notice is not None
        assert done.notice.published_at is not None
        assert registration.certificate_number in done.notice.body
        assert scene.person.id_number not in done.notice.body
    assert Change.objects.filter(registration_id=registration.pk, case_number=done.number).count() == 1
    decision = Paper.objects.get(proceeding=done, kind="decision")
    assert set(Paper.objects.values_list("kind", flat=True)) == {"notice", "decision"}
    if bar:
        assert Bar.objects.get().document == decision.number
    codes = list(
        AuditEvent.objects.filter(subject_kind="proceeding").order_by("id").values_list("code", flat=True).distinct()
    )
    assert {"proceeding.open", "proceeding.notify", "proceeding.decide", "proceeding.paper"} <= set(codes)
    assert AuditEvent.objects.get(code="certificate.void").subject_id == str(registration.pk)
    assert InboxMessage.objects.filter(title__startswith="已决定").count() == 2


def test_suspension_and_its_lifting_leave_certificate_and_validity_alone(scene: Scene) -> None:
    before = scene.registration.valid_until
    until = clock.today() + timedelta(days=90)
    told = scene.notified("suspend", "quality", until=until)
    with after(told):
        done = scene.do(told, "decide", scene.decider, "责令停止执业")
        assert (scene.now().status, done.notice) == ("suspended", None)
        lifting = scene.proposed("restore", "over", facts="暂扣期限已满。")
        with pytest.raises(ProceedingRefused, match="现在不能"):
            scene.do(lifting, "notify", scene.keeper)
        scene.do(lifting, "decide", scene.decider, "期满恢复")
    registration = scene.now()
    assert (registration.status, registration.valid_until) == ("valid", before)
    assert registration.certificates.filter(state__in=["pending", "current"]).count() == 1
    assert set(Change.objects.filter(registration_id=registration.pk).values_list("kind", flat=True)) >= {
        "suspended",
        "restored",
    }


def test_nobody_decides_before_the_term_is_over(scene: Scene) -> None:
    told = scene.notified()
    with pytest.raises(ProceedingRefused, match="期满后才能"):
        scene.do(told, "decide", scene.decider, "理由")
    with clock.travel(to=told.due_on), pytest.raises(ProceedingRefused, match="期满后才能"):
        scene.do(told, "decide", scene.decider, "理由")
    assert scene.now().status == "valid"


def test_nobody_decides_what_was_never_told(scene: Scene) -> None:
    with pytest.raises(ProceedingRefused, match="还没有告知"):
        scene.do(scene.proposed(), "decide", scene.decider, "理由")


@pytest.mark.parametrize("step", ["open", "notify", "record_hearing"])
def test_who_took_part_does_not_decide(scene: Scene, step: str) -> None:
    both = makers.officer(PROVINCE, Function.REGISTER, Function.DECISION, name="向前")
    made = scene.proposed(by=both if step == "open" else scene.keeper)
    told = scene.do(made, "notify", both if step == "notify" else scene.keeper)
    if step == "record_hearing":
        asked = scene.do(told, "ask_hearing", scene.user, "要求听证")
        told = scene.do(asked, "record_hearing", both, "听证笔录")
    with after(told):
        with pytest.raises(NotYours, match="由其他人员"):
            scene.do(told, "decide", both, "理由")
        assert scene.do(told, "decide", scene.decider, "理由").state == State.DECIDED


def test_who_stands_in_for_one_that_took_part_does_not_decide(scene: Scene) -> None:
    pair = makers.officer(PROVINCE, Function.DECISION, name="向前")
    today = clock.today()
    delegating.give(giver=scene.keeper, taker_id=pair.pk, begins=today, ends=today + timedelta(days=9), reason="出差")
    told = scene.notified()
    with after(told):
        with pytest.raises(NotYours, match="互为委托"):
            scene.do(told, "decide", pair, "理由")
        assert scene.do(told, "decide", scene.decider, "理由").state == State.DECIDED


def test_a_decision_happens_once(scene: Scene) -> None:
    told = scene.notified()
    other = makers.officer(PROVINCE, Function.DECISION, name="向前")
    with after(told):
        scene.do(told, "decide", scene.decider, "理由")
        with pytest.raises(ProceedingStale):
            scene.do(told, "decide", other, "理由")
        with pytest.raises(ProceedingRefused, match="已决定"):
            scene.do(told, "decide", other, "理由", seen=None)
    assert (Bar.objects.count(), Paper.objects.filter(kind="decision").count()) == (1, 1)


def test_a_registration_that_ended_meanwhile_is_not_decided_about(scene: Scene) -> None:
    from erjian import audit
    from erjian.registry import changes

    told = scene.notified()
    changes.cancel(
        registration_id=scene.registration.pk, reason="双方注销", on=clock.today(), case_number="", actor=audit.SYSTEM
    )
    with after(told), pytest.raises(ProceedingRefused, match="注册现在是“注销”"):
        scene.do(told, "decide", scene.decider, "理由")
    assert Paper.objects.filter(kind="decision").count() == 0
    told.refresh_from_db()
    assert told.state == State.NOTIFIED


def test_parties_speak_and_a_hearing_stops_the_clock_of_the_decision(scene: Scene) -> None:
    told = scene.notified()
    said = scene.do(told, "state_case", scene.user, "事故原因是材料不合格", uploads=[makers.upload()])
    said = scene.do(said, "state_case", scene.operator, "同意本人的意见")
    asked = scene.do(said, "ask_hearing", scene.user, "要求听证")
    with after(asked):
        with pytest.raises(ProceedingRefused, match="听证中"):
            scene.do(asked, "decide", scene.decider, "理由")
        heard = scene.do(asked, "record_hearing", scene.keeper, "双方到场，笔录见附件")
        with pytest.raises(ProceedingRefused, match="已经举行过听证"):
            scene.do(heard, "ask_hearing", scene.user, "再听一次")
        scene.do(heard, "decide", scene.decider, "理由")
    paper = Paper.objects.get(kind="decision")
    text = "".join(form_data.unseal(paper.data)["paragraphs"])
    assert "事故原因是材料不合格" in text
    assert "组织了听证" in text
    assert told.events.get(text="事故原因是材料不合格").attachments.count() == 1


def test_after_the_term_no_hearing_can_be_asked_for(scene: Scene) -> None:
    told = scene.notified()
    with after(told), pytest.raises(ProceedingRefused, match="期限已过"):
        scene.do(told, "ask_hearing", scene.user, "要求听证")


def test_strangers_and_wrong_functions_get_nowhere(scene: Scene) -> None:
    told = scene.notified()
    other = Scene(OTHER_CITY)
    for name, by in (
        ("state_case", other.user),
        ("state_case", other.operator),
        ("ask_hearing", scene.keeper),
        ("close", scene.keeper),
        ("withdraw", scene.user),
        ("close", scene.city),
    ):
        with pytest.raises(NotYours):
            scene.do(told, name, by, "话")
    with pytest.raises(NotYours):
        scene.proposed(by=scene.decider)
    viewer = makers.operator(scene.enterprise, right="view")
    with pytest.raises(NotYours):
        scene.do(told, "state_case", viewer, "话")
    seen = {
        user: set(Proceeding.objects.visible_to(user)) for user in (scene.user, scene.operator, other.user, other.city)
    }
    assert list(seen.values()) == [{told}, {told}, set(), set()]


def test_parties_do_not_see_what_is_only_proposed(scene: Scene) -> None:
    made = scene.proposed()
    assert not Proceeding.objects.visible_to(scene.user).exists()
    assert not Proceeding.objects.visible_to(scene.operator).exists()
    assert set(Proceeding.objects.visible_to(scene.city)) == {made}


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"measure": "no_such"}, "measure"),
        ({"ground": "fraud"}, "ground"),
        ({"facts": " \n "}, "facts"),
        ({"facts": "长" * 2001}, "facts"),
        ({"until": "tomorrow"}, "until"),
        ({"measure": "suspend", "ground": "quality"}, "until"),
        ({"measure": "suspend", "ground": "quality", "until": "far"}, "until"),
        ({"measure": "restore", "ground": "over"}, None),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(scene: Scene, changed: dict[str, Any], field: str | None) -> None:
    days = {"tomorrow": clock.today() + timedelta(days=1), "far": clock.today() + timedelta(days=900)}
    if "until" in changed:
        changed = changed | {"until": days[changed["until"]]}
    with pytest.raises(ProceedingRefused) as refused:
        scene.proposed(**changed)
    assert refused.value.field == field
    assert Proceeding.objects.count() == 0


def test_one_proceeding_at_a_time(scene: Scene) -> None:
    scene.proposed()
    with pytest.raises(ProceedingRefused, match="正在办理"):
        scene.proposed("cancel", "bankrupt")


def test_who_says_the_same_once_more_gets_what_is_open(scene: Scene) -> None:
    said = {"facts": "事故调查报告：\r\n二级建造师负主要责任。", "until": clock.today() + timedelta(days=60)}
    made = scene.proposed("suspend", **said)
    assert scene.proposed("suspend", **said) == made
    assert (made.events.count(), AuditEvent.objects.filter(code="proceeding.open").count()) == (1, 1)
    another = makers.officer(PROVINCE, Function.REGISTER, name="谭学军")
    later = {"until": clock.today() + timedelta(days=61)}
    for changed in ({"by": another}, {"facts": "另有人员举报。"}, {"measure": "revoke", "until": None}, later):
        with pytest.raises(ProceedingRefused, match="正在办理"):
            scene.proposed(**({"measure": "suspend"} | said | changed))
    scene.do(made, "close", scene.decider, "不再办理")
    assert scene.proposed("suspend", **said) != made


def test_another_constraint_is_not_called_an_open_proceeding(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.do(scene.proposed(), "close", scene.decider, "不再办理")
    taken = Proceeding.objects.get().number
    monkeypatch.setattr(opening.numbers, "take", lambda *_, **__: int(taken.rsplit("-", 1)[1]))
    with pytest.raises(IntegrityError):
        scene.proposed()


def test_nothing_happens_when_it_is_dropped(scene: Scene) -> None:
    told = scene.notified()
    done = scene.do(told, "close", scene.decider, "证据不足")
    assert (done.state, scene.now().status, Bar.objects.count()) == (State.CLOSED, "valid", 0)
    assert InboxMessage.objects.filter(title="不予处理").count() == 2
    assert scene.proposed("cancel", "bankrupt").state == State.PROPOSED


class TestOneSide:
    def file(self, scene: Scene, **changed: Any) -> Proceeding:
        case = changed.pop("case", None) or scene.refused_cancellation()
        values = {
            "ground": "contract_ended",
            "facts": "劳动合同已于 9 月 30 日解除",
            "by": scene.user,
            "uploads": [makers.upload()],
        }
        return opening.file_one_sided(application=case, **(values | changed))

    def test_filed_accepted_told_decided(self, scene: Scene) -> None:
        filed = self.file(scene)
        assert filed.state == State.FILED
        assert InboxMessage.objects.filter(title="强制注销申请待受理").count() == 1
        accepted = scene.do(filed, "accept", scene.keeper)
        told = scene.do(accepted, "notify", scene.keeper)
        scene.do(told, "state_case", scene.operator, "尚有劳动争议")
        told.refresh_from_db()
        with after(told):
            scene.do(told, "decide", scene.decider, "劳动合同确已解除")
        registration = scene.now()
        assert (registration.status, Bar.objects.count()) == ("cancelled", 0)
        assert "解除聘用合同关系" in registration.end_reason

    def test_the_filer_can_take_it_back_and_others_cannot(self, scene: Scene) -> None:
        filed = self.file(scene)
        with pytest.raises(NotYours):
            scene.do(filed, "withdraw", scene.operator)
        assert scene.do(filed, "withdraw", scene.user).state == State.WITHDRAWN

    def test_refused_with_a_reason(self, scene: Scene) -> None:
        filed = self.file(scene)
        with pytest.raises(ProceedingRefused, match="请填写不予受理的理由"):
            scene.do(filed, "refuse", scene.keeper, " ")
        assert scene.do(filed, "refuse", scene.keeper, "证明材料不足").state == State.REFUSED

    @pytest.mark.parametrize(
        ("changed", "field"), [({"uploads": []}, "files"), ({"ground": "expired"}, "ground"), ({"facts": ""}, "facts")]
    )
    def test_without_proof_or_ground_nothing_is_filed(self, scene: Scene, changed: dict[str, Any], field: str) -> None:
        with pytest.raises(ProceedingRefused) as refused:
            self.file(scene, **changed)
        assert refused.value.field == field

    def test_only_the_refused_side_and_only_once(self, scene: Scene) -> None:
        case = scene.refused_cancellation()
        for by in (scene.operator, Scene(OTHER_CITY).user):
            with pytest.raises(ProceedingRefused, match="申报的一方"):
                self.file(scene, case=case, by=by)
        self.file(scene, case=case)
        with pytest.raises(ProceedingRefused, match="正在办理"):
            self.file(scene, case=case)


@pytest.mark.parametrize("kind", ["notice", "decision"])
@pytest.mark.parametrize("measure", list(Measure))
def test_papers_render(scene: Scene, measure: Measure, kind: str) -> None:
    rule = RULES[measure]
    if measure == Measure.RESTORE:
        if kind == "notice":
            return
        type(scene.registration).objects.update(status="suspended")
    until = clock.today() + timedelta(days=60) if rule.longest_months else None
    made = scene.proposed(measure, rule.grounds[0].code, until=until)
    if rule.heard:
        made = scene.do(made, "notify", scene.keeper)
        with after(made):
            scene.do(made, "decide", scene.decider, "事实清楚")
    else:
        scene.do(made, "decide", scene.decider, "事实清楚")
    paper = papers.render(Paper.objects.get(kind=kind))
    said = "".join(form_data.unseal(paper.data)["paragraphs"])
    assert not re.search(r"\d{4}-\d\d-\d\d", said), "days are written as on official papers"
    assert paper.file is not None
    first = paper.file_id
    assert papers.render(paper).file_id == first


def test_every_ground_names_its_source_and_codes_are_unique() -> None:
    for rule in RULES.values():
        assert len(rule.codes) == len(rule.grounds)
        assert all("《" in ground.source for ground in rule.grounds)
    assert all(row.froms for row in TRANSITIONS.values())
