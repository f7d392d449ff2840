"""How registrations end by 注销, and begin again by 重新申报, through the actions and the pages."""

from __future__ import annotations

from datetime import timedelta

import pytest

from erjian.applications import actions, form_data, robots
from erjian.applications.errors import GuardsRefused, NotYours
from erjian.applications.states import State
from erjian.policy import clock
from erjian.procedures import get
from erjian.registry.models import Change, Registration
from erjian.standards.specialties import Specialty
from tests import makers
from tests.applications.office import Office
from tests.procedures.scenes import Scene as Filing

pytestmark = pytest.mark.django_db


def test_reregistration_keeps_the_number_and_cancels_what_lapsed(office: Office) -> None:
    lapsed = office.registered(days_left=-20)
    case = office.through(office.filed("reregistration", office.other_operator, (Specialty.BUILDING,)))
    assert case.state == State.ISSUED
    lapsed.refresh_from_db()
    again = Registration.objects.get(person=office.person, status="valid")
    assert (lapsed.status, again.number, again.enterprise) == ("cancelled", lapsed.number, office.other)
    assert again.certificate_number not in ("", lapsed.certificate_number)
    assert set(Change.objects.values_list("kind", flat=True)) >= {"cancelled", "reregistered"}


@pytest.mark.parametrize(
    ("days_left", "fields", "day", "reason"),
    [
        (-20, {}, -20, "注册有效期满且未延续注册"),
        (400, {"status": "lapsed", "end_reason": "聘用单位被吊销营业执照"}, -3, "聘用企业被吊销营业执照"),
        (400, {"status": "cancelled", "end_reason": "依职权注销：聘用单位破产"}, -3, "聘用企业破产"),
        (
            400,
            {"status": "cancelled", "end_reason": "已与聘用企业解除聘用合同关系"},
            -3,
            "已与聘用企业解除聘用合同关系",
        ),
        (400, {"status": "lapsed", "end_reason": "年龄满 60 周岁"}, -3, "年龄超过65周岁"),
        (400, {"status": "cancelled", "end_reason": "有效期满未延续"}, -3, "注册有效期满且未延续注册"),
        (400, {"status": "lapsed", "end_reason": "与聘用单位解除劳动关系"}, -3, "已与聘用企业解除聘用合同关系"),
        (400, {"status": "cancelled", "end_reason": "其他"}, -3, ""),
    ],
)
def test_reregistration_begins_with_how_the_last_registration_ended(
    office: Office, days_left: int, fields: dict[str, str], day: int, reason: str
) -> None:
    ended = {"ended_on": clock.today() - timedelta(days=3)} if fields else {}
    office.registered(days_left=days_left, **fields, **ended)
    # In force as 二级临时建造师, which counts for itself.
    Registration.objects.create(
        person=office.person, registration_class="temporary", number="湘2430700099", enterprise=office.other,
        registered_on=clock.today(), employed_on=clock.today(), valid_until=clock.today() + timedelta(days=300),
        dates_binding=False,
    )  # fmt: skip
    by = office.other_operator
    case = actions.start(procedure=get("reregistration"), person=office.person, enterprise=by.enterprise, by=by)
    begun = form_data.unseal(case.draft)
    expected = (clock.today() + timedelta(days=day)).isoformat()
    assert (begun["lapsed_on"], begun["lapse_reason"]) == (expected, reason)


def test_reregistration_is_refused_while_the_registration_is_valid(office: Office) -> None:
    office.registered()
    with pytest.raises(GuardsRefused, match="仍有效"):
        office.filed("reregistration", office.operator, (Specialty.BUILDING,))


@pytest.mark.parametrize(
    ("code", "who", "cls"),
    [
        ("cancellation", "operator", "constructor"),
        ("cancellation_by_person", "user", "constructor"),
        ("temporary_cancellation", "operator", "temporary"),
        ("temporary_cancellation_by_person", "user", "temporary"),
    ],
)
def test_cancellation_takes_effect_at_the_second_consent(office: Office, code: str, who: str, cls: str) -> None:
    registration = office.registered(cls=cls, dates_binding=cls == "constructor")
    case = office.filed(code, getattr(office, who))
    registration.refresh_from_db()
    assert registration.status == "valid"
    case = office.through(case)
    assert case.state == State.DONE
    registration.refresh_from_db()
    assert (registration.status, registration.end_reason) == ("cancelled", "已与聘用企业解除聘用合同关系")
    assert registration.ended_on == clock.today()


def test_cancellation_refused_by_the_other_side_changes_nothing(office: Office) -> None:
    registration = office.registered()
    case = office.filed("cancellation_by_person", office.user)
    assert case.state == State.WAIT_ENTERPRISE
    for stranger in (office.other_operator, makers.operator(office.enterprise, right="view")):
        with pytest.raises(NotYours):
            actions.answer_enterprise(application=case, by=stranger, seen=None, agreed=True)
    case = actions.answer_enterprise(application=case, by=office.operator, seen=None, agreed=False, opinion="仍在职")
    assert case.state == State.DECLINED
    registration.refresh_from_db()
    assert registration.status == "valid"


@pytest.mark.parametrize("code", ["cancellation", "cancellation_by_person"])
def test_what_has_lapsed_can_still_be_cancelled_by_two_consents(code: str) -> None:
    """The night after the end changes nothing about 注销 (《注册建造师管理规定》第十七条第一项、第十六条第五项)."""
    scene = Filing(code)
    assert scene.registration is not None
    with clock.travel(to=scene.registration.valid_until + timedelta(days=1)):
        assert robots.run().done["lapse"] == 1
        browser = scene.client()
        if code == "cancellation":
            assert "选择该证书信息" in browser.get("/enterprise/cancellation/new/").content.decode()
            assert scene.person.name not in browser.get("/enterprise/replacement/new/").content.decode()
        else:
            assert "失效" in browser.get("/person/filing/").content.decode()
        assert scene.choose(browser)().status_code == 302
        scene.draft()
        answer = scene.hand_in(browser)
        assert answer.status_code == 302, answer.content.decode()
        assert scene.at_decision()().state == State.DONE
        scene.registration.refresh_from_db()
        assert scene.registration.status == "cancelled"


def test_who_is_registered_again_is_not_offered_by_what_lapsed_before() -> None:
    scene = Filing("cancellation")
    assert scene.registration is not None
    Registration.objects.filter(pk=scene.registration.pk).update(status="lapsed", ended_on=clock.today())
    again = Registration.objects.create(
        person=scene.person, registration_class="constructor", number=scene.registration.number, enterprise=scene.other,
        registered_on=clock.today(), employed_on=clock.today(), valid_until=clock.today() + timedelta(days=900),
    )  # fmt: skip
    page = "/enterprise/cancellation/new/"
    assert scene.person.name not in scene.client().get(page).content.decode()
    Registration.objects.filter(pk=again.pk).update(enterprise=scene.enterprise)
    assert scene.client().get(page).content.decode().count("data-choose") == 1
