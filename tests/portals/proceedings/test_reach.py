"""Who reaches which proceeding: authorities by their enterprises, 强制注销 after silence, two hands at once."""

from __future__ import annotations

import pytest
from django.test import Client

from erjian.accounts.models import Function
from erjian.applications import actions as cases
from erjian.applications import form_data, robots
from erjian.applications.errors import NotYours
from erjian.applications.models import Application
from erjian.applications.states import State as CaseState
from erjian.audit.models import Event
from erjian.certificates.models import VersionState
from erjian.messaging.models import InboxMessage
from erjian.policy import clock
from erjian.procedures import get
from erjian.proceedings.models import Paper, Proceeding
from erjian.proceedings.states import TRANSITIONS, State
from tests import makers
from tests.portals.authority.scenes import signed_in
from tests.proceedings.scenes import OTHER_CITY, Scene, after

pytestmark = pytest.mark.django_db
SENT = {"choice": "revoke:quality", "until": "", "facts": "发生重大质量事故。\r\n有事故调查报告为证。"}


@pytest.fixture
def scene() -> Scene:
    return Scene()


def opening(scene: Scene) -> str:
    return f"/authority/register/registrations/{scene.registration.pk}/proceeding/"


def test_a_city_proposes_against_its_own_and_the_province_goes_on(scene: Scene) -> None:
    city = signed_in(scene.city)
    opened = city.post(opening(scene), SENT)
    assert opened.status_code == 302
    made = Proceeding.objects.get()
    page = opened["Location"]
    assert city.get(page).status_code == 200
    for name in ("notify", "record_hearing", "decide", "close"):
        assert city.post(f"{page}act/{name}/", {"seen": "1", "text": "理由"}).status_code in (403, 422), name
    made.refresh_from_db()
    assert (made.state, made.version) == (State.PROPOSED, 1)
    assert signed_in(scene.keeper).post(f"{page}act/notify/", {"seen": "1"}).status_code == 302


@pytest.mark.parametrize(
    "functions", [[Function.REGISTER], [Function.DECISION], [Function.REGISTER, Function.DECISION]]
)
def test_another_city_neither_opens_nor_sees_nor_acts(scene: Scene, functions: list[Function]) -> None:
    stranger = makers.officer(OTHER_CITY, *functions, name="谭学军")
    client = signed_in(stranger)
    assert client.get(opening(scene)).status_code in (403, 404)
    assert client.post(opening(scene), SENT).status_code == (404 if Function.REGISTER in functions else 403)
    with pytest.raises(NotYours):
        scene.proposed(by=stranger)
    assert not Proceeding.objects.exists()
    told = scene.notified()
    said = scene.do(told, "state_case", scene.user, "事故原因是材料不合格", uploads=[makers.upload()])
    page = f"/authority/proceedings/{said.uuid}/"
    attached = said.events.get(name="state_case").attachments.get()
    for address in (page, f"{page}files/{attached.pk}/", f"{page}papers/{Paper.objects.get().pk}/"):
        assert client.get(address).status_code == 404
    for name in TRANSITIONS:
        assert client.get(f"{page}act/{name}/").status_code == 404
        sent = {"seen": str(said.version), "text": "理由"}
        assert client.post(f"{page}act/{name}/", sent).status_code == 404
    listed = client.get("/authority/proceedings/").content.decode()
    assert scene.person.name not in listed
    said.refresh_from_db()
    assert said.state == State.NOTIFIED


@pytest.mark.parametrize("target", ["0", "99999999", "-1", "x"])
def test_a_target_that_is_not_there(scene: Scene, target: str) -> None:
    address = f"/authority/register/registrations/{target}/proceeding/"
    assert signed_in(scene.keeper).post(address, SENT).status_code == 404
    assert not Proceeding.objects.exists()


def test_a_double_click_proposes_once(scene: Scene) -> None:
    client = signed_in(scene.keeper)
    first, second = client.post(opening(scene), SENT), client.post(opening(scene), SENT)
    assert (first.status_code, second.status_code) == (302, 302)
    assert first["Location"] == second["Location"]
    assert Proceeding.objects.get().events.count() == 1


# --- 强制注销 after an employer that does not answer ---


def unanswered(scene: Scene) -> Application:
    """A 注销 that the person asked for and the employer let run out."""
    case = cases.start(
        procedure=get("cancellation_by_person"), person=scene.person, enterprise=scene.enterprise, by=scene.user
    )
    values = form_data.unseal(case.draft) | {
        "cancel_reason": "已与聘用企业解除聘用合同关系", "employment_begin": "2025-07-01", "employment_open": "on",
    }  # fmt: skip
    cases.save(application=case, values=values, by=scene.user, specialties=[])
    return cases.report(application=case, by=scene.user, seen=None)


def test_silence_opens_the_way_to_the_authority_and_the_certificate_ends(scene: Scene) -> None:
    case = unanswered(scene)
    form = f"/person/cases/{case.uuid}/compel/"
    sent = {"ground": "contract_ended", "facts": "合同已于 9 月 30 日解除，企业没有答复。"}
    assert signed_in(scene.user).get(form).status_code == 404, "the employer may still answer"
    with clock.travel(days=16):
        assert robots.run().done["time_out"] == 1
        case.refresh_from_db()
        assert case.state == CaseState.TERMINATED
        person = signed_in(scene.user)
        for stranger in (makers.person_user(makers.person("刘思齐")), Scene(OTHER_CITY).user):
            assert signed_in(stranger).post(form, sent | {"files": makers.upload()}).status_code == 404
        first = person.post(form, sent | {"files": makers.upload()})
        again = person.post(form, sent | {"files": makers.upload()})
        assert first.status_code == again.status_code == 302
        assert first["Location"] == again["Location"]
        made = Proceeding.objects.get()
        employer = signed_in(scene.operator)
        assert employer.get(f"/enterprise/proceedings/{made.uuid}/").status_code == 404, "told when it is accepted"
        one, two = signed_in(scene.keeper), signed_in(makers.officer("430000", Function.REGISTER, name="谭学军"))
        act = f"/authority/proceedings/{made.uuid}/act/"
        assert one.post(f"{act}accept/", {"seen": "1"}).status_code == 302
        assert two.post(f"{act}refuse/", {"seen": "1", "text": "证明不足"}).status_code == 409
        assert two.post(f"{act}notify/", {"seen": "2"}).status_code == 302
        made.refresh_from_db()
        theirs = f"/enterprise/proceedings/{made.uuid}/"
        assert "主管部门拟作出决定" in employer.get(theirs).content.decode()
        assert employer.post(f"{theirs}act/withdraw/", {"seen": "3"}).status_code == 403
        assert employer.post(f"{theirs}act/state_case/", {"seen": "3", "text": "尚有劳动争议"}).status_code == 302
        made.refresh_from_db()
        with after(made):
            decider = signed_in(scene.decider)
            asked = {"seen": str(made.version), "text": "劳动合同确已解除"}
            assert decider.post(f"{act}decide/", asked).status_code == 302
            assert decider.post(f"{act}decide/", asked).status_code == 409
            assert scene.now().status == "cancelled"
            versions = scene.registration.certificates
            assert not versions.exclude(state=VersionState.VOID).exists()
            token = versions.latest("version").token
            assert "证书有效" not in Client().get(f"/verify/{token}/").content.decode()
            told = InboxMessage.objects.filter(key__startswith=f"proceeding:{made.pk}:", title__startswith="已决定")
            assert {message.recipient_kind for message in told} == {"person", "enterprise"}
            late = signed_in(scene.user).post(f"/person/proceedings/{made.uuid}/act/withdraw/", {"seen": "5"})
            assert late.status_code in (409, 422)
    assert scene.now().status == "cancelled"


def test_what_was_taken_back_can_be_asked_for_again(scene: Scene) -> None:
    case = scene.refused_cancellation()
    person, form = signed_in(scene.user), f"/person/cases/{case.uuid}/compel/"
    sent = {"ground": "contract_ended", "facts": "合同已于 9 月 30 日解除。"}
    page = person.post(form, sent | {"files": makers.upload()})["Location"]
    assert person.post(f"{page}act/withdraw/", {"seen": "1"}).status_code == 302
    assert Proceeding.objects.get().state == State.WITHDRAWN
    assert scene.now().status == "valid"
    assert person.post(form, sent | {"files": makers.upload()}).status_code == 302
    assert Proceeding.objects.count() == 2


def test_a_file_that_was_handed_in_is_read_by_name(scene: Scene) -> None:
    """Who opened it is noted, each time; the person's own reading is not."""
    said = scene.do(scene.notified(), "state_case", scene.user, "事故原因是材料不合格", uploads=[makers.upload()])
    attached = said.events.get(name="state_case").attachments.get()
    noted = Event.objects.filter(code="personal_data.read", data__purpose=f"查看附件 {said.number}")
    assert signed_in(scene.user).get(f"/person/proceedings/{said.uuid}/files/{attached.pk}/").status_code == 200
    assert not noted.exists()
    assert signed_in(scene.keeper).get(f"/authority/proceedings/{said.uuid}/files/{attached.pk}/").status_code == 200
    event = noted.get()
    assert (event.actor_user_id, event.data["ids"]) == (scene.keeper.pk, [str(scene.person.pk)])
