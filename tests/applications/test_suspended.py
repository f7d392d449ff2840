"""A 暂扣 leaves 延续 open: whoever is suspended is reminded of it like the others, and finds where it is filed."""

from __future__ import annotations

import pytest

from erjian.applications import robots
from erjian.applications.states import State
from erjian.audit import SYSTEM
from erjian.messaging.models import InboxMessage
from erjian.policy import clock
from erjian.registry import changes
from erjian.registry.models import Registration
from tests.applications.test_reminding import BOTH, MISSED, OPENS, registered, told
from tests.procedures.scenes import Scene

pytestmark = pytest.mark.django_db


def bodies() -> list[str]:
    return [row.body for row in InboxMessage.objects.filter(key__startswith="renewal:").order_by("id")]


def test_whoever_is_suspended_is_told_that_the_renewal_can_be_filed_and_can_file_it() -> None:
    scene = Scene("renewal")
    row = scene.registration
    changes.suspend(registration_id=row.pk, case_number="", actor=SYSTEM)
    with clock.travel(days=-30):
        robots.run()
        robots.run()
    assert told() == [(who, OPENS) for who in BOTH]
    assert all("前申请延续。暂扣期间仍可申报延续。" in body for body in bodies())
    browser = scene.client()
    home = browser.get("/enterprise/").content.decode()
    assert row.number in home
    page = browser.get(f"/enterprise/certificates/{row.pk}/").content.decode()
    assert "延续申报</button>" in page
    scene.draft()
    assert scene.hand_in(browser).status_code == 302
    assert scene.again().state != State.DRAFT
    with clock.travel(days=35):
        assert "renewal" not in robots.run().done, "who has filed is not told again"


def test_the_end_of_the_window_says_what_a_suspended_one_waits_for() -> None:
    row = registered(29)
    Registration.objects.filter(pk=row.pk).update(status="suspended")
    robots.run()
    assert told() == [(who, MISSED) for who in BOTH]
    assert all("到期后待暂扣解除，请办理重新申报。" in body for body in bodies())


def test_who_is_in_force_hears_nothing_of_a_suspension() -> None:
    registered(60)
    robots.run()
    assert not any("暂扣" in body for body in bodies())
