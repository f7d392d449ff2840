"""While 撤销 or 吊销 is being decided nobody gives the registration up, so that no bar is escaped."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from erjian import audit
from erjian.applications import actions as cases
from erjian.applications import form_data
from erjian.applications.errors import GuardsRefused
from erjian.applications.models import Application
from erjian.applications.states import State
from erjian.policy import clock
from erjian.procedures import get
from erjian.proceedings.measures import RULES
from erjian.registry import changes
from erjian.registry.models import Bar
from tests.proceedings.scenes import Scene, after

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


def test_what_brings_no_bar_holds_nothing_back() -> None:
    scene = Scene()
    case = waiting(scene)
    scene.notified("suspend", "quality", until=clock.today() + timedelta(days=90))
    case = cases.answer_enterprise(application=case, by=scene.operator, seen=None, agreed=True)
    assert (case.state, scene.now().status) == (State.DONE, "cancelled")


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
