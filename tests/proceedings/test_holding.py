"""While 撤销, 吊销 or 暂扣 is being decided nobody gives the registration up, so that nothing of it is escaped."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from erjian import audit
from erjian.accounts.models import Function
from erjian.applications import actions as cases
from erjian.applications import form_data, robots
from erjian.applications.errors import GuardsRefused
from erjian.applications.models import Application
from erjian.applications.states import State
from erjian.policy import clock
from erjian.procedures import get
from erjian.proceedings.measures import RULES
from erjian.proceedings.models import Proceeding
from erjian.publicity.models import Batch
from erjian.registry import changes
from erjian.registry.models import Bar
from tests import makers
from tests.procedures.scenes import Scene as Filing
from tests.proceedings.scenes import PROVINCE, Scene, after

pytestmark = pytest.mark.django_db
SAID = "主管部门正在核查注册"


def waiting(scene: Scene) -> Application:
    """注销 that the person asked for and the enterprise has not answered yet."""
    case = cases.start(
        procedure=get("cancellation_by_person"), person=scene.person, enterprise=scene.enterprise, by=scene.user
    )
    values = form_data.unseal(case.draft) | {
        "cancel_reason": "已与聘用企业解除聘用合同关系",
        "employment_begin": "2025-07-01",
        "employment_open": "on",
    }
    cases.save(application=case, values=values, by=scene.user, specialties=[])
    return cases.report(application=case, by=scene.user, seen=None)


@pytest.mark.parametrize(("measure", "ground"), [("revoke", "quality"), ("rescind", "fraud")])
def test_two_parties_cannot_agree_a_bar_away(measure: str, ground: str) -> None:
    scene = Scene()
    case = waiting(scene)
    told = scene.notified(measure, ground)
    with pytest.raises(GuardsRefused, match=SAID):
        cases.answer_enterprise(application=case, by=scene.operator, seen=None, agreed=True)
    case.refresh_from_db()
    assert (case.state, scene.now().status) == (State.WAIT_ENTERPRISE, "valid")
    with after(told):
        scene.do(told, "decide", scene.decider, "事实清楚，证据确凿")
    assert Bar.objects.filter(person=scene.person).exists()


def test_the_page_says_so_before_anything_is_filled_in_and_not_which_measure() -> None:
    scene = Scene()
    scene.proposed()
    browser = Client()
    browser.force_login(scene.user)
    answer = browser.post("/person/filing/cancellation_by_person/start/")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert SAID in page
    assert "吊销" not in page
    assert not Application.objects.exists()


def test_what_nobody_can_escape_holds_nothing_back() -> None:
    scene = Scene()
    case = waiting(scene)
    scene.notified("cancel", "contract_ended")
    case = cases.answer_enterprise(application=case, by=scene.operator, seen=None, agreed=True)
    assert (case.state, scene.now().status) == (State.DONE, "cancelled")


def test_a_suspension_is_not_escaped_while_it_is_decided() -> None:
    scene = Scene()
    case = waiting(scene)
    told = scene.notified("suspend", "quality", until=clock.today() + timedelta(days=90))
    with pytest.raises(GuardsRefused, match=SAID):
        cases.answer_enterprise(application=case, by=scene.operator, seen=None, agreed=True)
    with after(told):
        scene.do(told, "decide", scene.decider, "事实清楚，证据确凿")
    assert scene.now().status == "suspended"


@pytest.mark.parametrize("lifted", [False, True])
def test_giving_a_suspended_registration_up_does_not_end_the_suspension(lifted: bool) -> None:
    """注销 stays open, 重新申报 waits for the last day, unless the authority lifted the 暂扣 before."""
    scene = Scene()
    until = clock.today() + timedelta(days=90)
    told = scene.notified("suspend", "quality", until=until)
    with after(told):
        scene.do(told, "decide", scene.decider, "事实清楚，证据确凿")
        if lifted:
            scene.do(scene.proposed("restore", "annulled"), "decide", scene.decider, "复议决定撤销原决定")
        case = cases.answer_enterprise(application=waiting(scene), by=scene.operator, seen=None, agreed=True)
        assert (case.state, scene.now().status) == (State.DONE, "cancelled")
        said = again(scene)
        assert (f"原注册暂扣至 {until}" in said) is not lifted
    with clock.travel(to=until):
        assert (f"原注册暂扣至 {until}" in again(scene)) is not lifted
    with clock.travel(to=until + timedelta(days=1)):
        assert "原注册暂扣" not in again(scene)


def again(scene: Scene) -> str:
    """What the page says where the enterprise looks the person up for 重新申报."""
    browser = Client()
    browser.force_login(scene.operator)
    named = {"name": scene.person.name, "id_number": scene.person.id_number}
    page = browser.post("/enterprise/reregistration/new/", named).content.decode()
    assert "查询到的人员" in page
    return page


def test_when_it_is_dropped_the_way_is_free() -> None:
    scene = Scene()
    case = waiting(scene)
    told = scene.notified()
    scene.do(told, "close", scene.decider, "责任认定不成立")
    case = cases.answer_enterprise(application=case, by=scene.operator, seen=None, agreed=True)
    assert case.state == State.DONE


def test_running_out_is_no_way_round_it_either() -> None:
    scene = Scene()
    told = scene.notified()
    changes.lapse(registration_id=scene.registration.pk, on=clock.today(), actor=audit.SYSTEM)
    told.refresh_from_db()
    with after(told):
        scene.do(told, "decide", scene.decider, "事实清楚，证据确凿")
    assert scene.now().status == "revoked"
    assert Bar.objects.filter(person=scene.person).exists()
    assert {measure for measure, rule in RULES.items() if rule.bars} == {"rescind", "revoke"}


def test_an_objection_upheld_after_the_deemed_grant_leads_to_rescission() -> None:
    filing = Filing("renewal")
    filing.draft()
    case = cases.consent(application=filing.report(), by=filing.user, seen=None, commitment="同意")
    Application.objects.filter(pk=case.pk).update(state=State.OBJECTION)
    batch = Batch.objects.create(
        kind="publicity",
        number="GS-1",
        title="第一批公示",
        state="published",
        created_by="贺静",
        created_at=clock.now(),
    )
    shown = {"name": filing.person.name, "id_number": "", "enterprise": "", "specialties": ""}
    item = batch.items.create(application=case, shown=shown, state="held")
    objection = item.objections.create(
        name="欧阳明", id_number="430199199003170013", phone="13907310001", text="×", code="YY1", created_at=clock.now()
    )
    assert case.registration is not None
    decider = makers.officer(PROVINCE, Function.DECISION, name="贺静")
    with clock.travel(to=case.registration.valid_until + timedelta(days=1)):
        robots.run()
        browser = Client()
        browser.force_login(decider)
        given = {"finding": "upheld", "answer": "经核查，此人受聘于另一单位。"}
        answer = browser.post(f"/authority/objections/{objection.pk}/", given, follow=True)
        assert "注册转入撤销程序" in answer.content.decode()
    proceeding = Proceeding.objects.get()
    assert (proceeding.measure, proceeding.ground, proceeding.state) == ("rescind", "unqualified", "proposed")
    assert proceeding.registration_id == case.registration_id
    assert "此人受聘于另一单位" in proceeding.facts
    assert proceeding.handled_by == [decider.pk], "who found it does not decide on it"
