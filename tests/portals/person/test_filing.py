"""注销申报 by the person: what can be cancelled, the form, 上报, 撤回, and the enterprise's answer, over HTTP."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from erjian.accounts.models import User
from erjian.applications import actions, form_data
from erjian.applications.models import Application
from erjian.applications.states import State
from erjian.messaging.models import InboxMessage
from erjian.policy import clock
from erjian.procedures import get
from erjian.registry.models import Person, Registration
from tests import makers
from tests.procedures.scenes import confirmed

pytestmark = pytest.mark.django_db
REASON = "已与聘用企业解除聘用合同关系"


def text(answer: Any) -> str:
    return answer.content.decode()


def registered(person: Person, of: Any, kind: str = "constructor") -> Registration:
    end = clock.today() + timedelta(days=400)
    made = Registration.objects.create(
        person=person, enterprise=of, registration_class=kind, number=f"湘24320192020{next(makers._serial):05d}",
        registered_on=date(2024, 1, 8), employed_on=date(2024, 1, 8), valid_until=end,
        dates_binding=kind == "constructor",
    )  # fmt: skip
    made.specialties.create(specialty="building", begin=date(2024, 1, 8), end=end)
    return made


@pytest.fixture
def me(holder: Person, client: Client) -> User:
    user = makers.person_user(holder)
    client.force_login(user)
    return user


@pytest.fixture
def held(holder: Person, operator: User) -> Registration:
    return registered(holder, operator.enterprise)


def begin(client: Client, code: str = "cancellation_by_person") -> Application:
    answer = client.post(f"/person/filing/{code}/start/")
    assert answer.status_code == 302, text(answer)
    return Application.objects.get(procedure_code=code)


def post(client: Client, case: Application, do: str, **values: str) -> Any:
    case.refresh_from_db()
    data = {
        "version": case.version, "do": do, "ethnicity": "01", "phone": "13800002716", "landline": "0731-80001234",
        "school": "湖南城建职业技术学院", "major": "建筑工程技术", "graduated_on": "2012-06-30", "education": "31",
        "degree": "0", "employment_begin": "2025-07-01", "employment_open": "on", "enterprise_kind": "construction",
        "cancel_reason": REASON, **values,
    }  # fmt: skip
    return confirmed(client, client.post(f"/person/cases/{case.uuid}/edit/", data))


def test_the_page_names_both_classes_and_what_holds(
    me: User, client: Client, holder: Person, operator: User, held: Registration
) -> None:
    page = text(client.get("/person/filing/"))
    for words in (
        "二级建造师个人注销申报",
        "二级临时建造师个人注销申报",
        held.number,
        "有可以注销的注册",
        "没有您有效的二级注册临时建造师注册",
    ):
        assert words in page
    assert "注销立即生效，不能撤销" in page
    assert 'href="/person/filing/"' in text(client.get("/person/"))
    temporary = registered(holder, operator.enterprise, "temporary")
    page = text(client.get("/person/filing/"))
    assert temporary.number in page
    assert "按政策继续有效" in page
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids)), "each filing's conditions open by themselves"


@pytest.mark.parametrize("code", ["cancellation_by_person", "temporary_cancellation_by_person"])
def test_from_the_form_to_the_end_of_the_registration(
    me: User, client: Client, holder: Person, operator: User, code: str
) -> None:
    registration = registered(holder, operator.enterprise, get(code).registration_class)
    case = begin(client, code)
    page = text(client.get(f"/person/cases/{case.uuid}/edit/"))
    for words in ("人员信息", "现聘用企业信息", "注销情况", "注销原因", "本人承诺"):
        assert words in page
    assert "申报主管部门" not in page
    answer = post(client, case, "report")
    assert answer.url == f"/person/cases/{case.uuid}/", text(answer)
    case.refresh_from_db()
    assert case.state == State.WAIT_ENTERPRISE
    page = text(client.get(answer.url))
    assert "撤回申报" in page
    assert "等待聘用企业确认" in page
    office = Client()
    office.force_login(operator)
    asked = text(office.get(f"/enterprise/cases/{case.uuid}/answer/agree_enterprise/"))
    assert "同意后注销立即生效" in asked
    office.post(f"/enterprise/cases/{case.uuid}/answer/agree_enterprise/", {"seen": case.version})
    case.refresh_from_db()
    registration.refresh_from_db()
    assert (case.state, registration.status, registration.end_reason) == (State.DONE, "cancelled", REASON)
    assert "没有您有效的" in text(client.get("/person/filing/"))
    told = InboxMessage.objects.filter(recipient_kind="person", template="application.effective")
    assert told.count() == 1


def test_the_form_keeps_what_is_typed_and_names_what_is_missing(me: User, client: Client, held: Registration) -> None:
    case = begin(client)
    answer = post(client, case, "report", cancel_reason="", school="")
    page = text(answer)
    assert answer.status_code == 422
    assert "上报前还有 2 处需要处理" in page
    assert "#id_cancel_reason" in page
    answer = post(client, case, "save", cancel_note="合同到期，不再续签。")
    assert answer.url == f"/person/cases/{case.uuid}/edit/"
    assert "合同到期，不再续签。" in text(client.get(answer.url))
    saved = client.post(
        f"/person/cases/{case.uuid}/autosave/", {"version": Application.objects.get().version, "cancel_note": "改"}
    )
    assert saved.json()["version"] == Application.objects.get().version
    stale = client.post(f"/person/cases/{case.uuid}/edit/", {"version": 1, "do": "save", "cancel_note": "旧窗口"})
    assert stale.status_code == 409
    assert "旧窗口" in text(stale)
    assert begin(client) == case


def test_materials_are_added_and_removed(me: User, client: Client, held: Registration) -> None:
    case = begin(client)
    base = f"/person/cases/{case.uuid}/"
    answer = client.post(f"{base}materials/cancellation_ground/add/", {"file": makers.upload()})
    assert answer.url == f"{base}edit/#material-cancellation_ground"
    item = case.materials.get(code="cancellation_ground")
    assert f"{base}materials/{item.pk}/" in text(client.get(f"{base}edit/"))
    empty = client.post(f"{base}materials/cancellation_ground/add/", {"file": makers.upload(b"no picture")})
    assert empty.status_code == 415
    assert "附件材料" in text(empty)
    assert client.post(f"{base}materials/nonsense/add/", {"file": makers.upload()}).status_code == 404
    removed = client.post(f"{base}materials/{item.pk}/delete/")
    assert f"已删除“{item.filename}”。" in text(client.get(removed.url))
    assert not case.materials.filter(code="cancellation_ground").exists()


def test_withdrawing_tells_the_enterprise(me: User, client: Client, held: Registration, operator: User) -> None:
    case = begin(client)
    post(client, case, "report")
    case.refresh_from_db()
    address = f"/person/cases/{case.uuid}/withdraw/"
    assert "注册不变" in text(client.get(address))
    assert client.post(address, {"seen": "x"}).status_code == 409
    assert client.post(address, {"seen": case.version}).status_code == 302
    case.refresh_from_db()
    held.refresh_from_db()
    assert (case.state, held.status) == (State.WITHDRAWN, "valid")
    message = InboxMessage.objects.get(recipient_kind="enterprise", template="application.withdrawn_by_person")
    assert case.person.name in message.body
    assert not InboxMessage.objects.filter(recipient_kind="person", template="application.withdrawn").exists()


def test_a_draft_can_be_deleted(me: User, client: Client, held: Registration) -> None:
    case = begin(client)
    assert "继续填写" in text(client.get("/person/filing/"))
    assert f"/person/cases/{case.uuid}/delete/" in text(client.get("/person/cases/"))
    assert client.post(f"/person/cases/{case.uuid}/delete/").url == "/person/filing/"
    assert "已删除注销申报的草稿" in text(client.get("/person/filing/"))
    assert not Application.objects.exists()


def test_what_cannot_be_filed(me: User, client: Client, holder: Person, operator: User) -> None:
    assert client.post("/person/filing/cancellation_by_person/start/").status_code == 422
    assert client.post("/person/filing/cancellation/start/").status_code == 404
    registered(holder, operator.enterprise)
    other = begin(client)
    post(client, other, "report")
    page = text(client.get("/person/filing/"))
    assert "查看这条申报" in page
    assert client.post("/person/filing/cancellation_by_person/start/").status_code == 422
    assert Application.objects.count() == 1


def test_others_cannot_open_or_change_it(me: User, client: Client, held: Registration, operator: User) -> None:
    case = begin(client)
    stranger = Client()
    stranger.force_login(makers.person_user(makers.person("刘思齐")))
    office = Client()
    office.force_login(operator)
    for path in ("edit/", "hand-in/", "autosave/", "withdraw/", "delete/", "materials/cancellation_ground/add/"):
        for browser in (stranger, office):
            assert browser.post(f"/person/cases/{case.uuid}/{path}").status_code == 404
    assert office.get("/person/filing/").status_code == 404


def test_an_enterprises_case_is_not_the_persons_to_edit(mine: Any) -> None:
    assert mine.client.get(f"{mine.url}edit/").status_code == 404
    assert mine.client.post(f"{mine.url}withdraw/", {"seen": mine.case.version}).status_code == 404


def test_consenting_to_the_enterprises_cancellation_says_what_follows(
    me: User, client: Client, holder: Person, held: Registration, operator: User
) -> None:
    case = actions.start(procedure=get("cancellation"), person=holder, enterprise=operator.enterprise, by=operator)
    values = form_data.unseal(case.draft) | {
        "employment_begin": "2025-07-01", "employment_open": "on", "handler": "王经办", "handler_phone": "13800002716",
        "cancel_reason": REASON,
    }  # fmt: skip
    actions.save(application=case, values=values, specialties=(), by=operator)
    case = actions.report(application=case, by=operator, seen=None)
    address = f"/person/cases/{case.uuid}/consent/"
    page = text(client.get(address))
    assert "确认后注销立即生效，电子证书作废" in page
    assert 'data-confirm-text="同意后注销立即生效，不能撤销。"' in page
    assert "申报主管部门" not in page
    answer = client.post(address, {"seen": case.version, "agree": "on"}, follow=True)
    assert "已同意并签名，注销已生效。" in text(answer)
    held.refresh_from_db()
    assert held.status == "cancelled"


def test_a_printed_picture_is_changed_only_with_review(me: User, client: Client, held: Registration) -> None:
    Person.objects.filter(pk=held.person_id).update(portrait=makers.blob(), signature=makers.blob())
    for address, way in (("/person/information/", "寸照已用于"), ("/person/signature/", "签名已用于")):
        page = text(client.get(address))
        assert way in page
        assert "办理个人信息修改" in page
    for address in ("/person/portrait/", "/person/signature/upload/"):
        answer = client.post(address, {"file": makers.upload()}, headers={"accept": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (422, "printed")
    before = Person.objects.get(pk=held.person_id)
    assert before.version == 1
    case = begin(client, "personal_change")
    page = text(client.get(f"/person/cases/{case.uuid}/edit/"))
    for words in ("新寸照", "新手写签名", "姓名变更证明", "登记姓名"):
        assert words in page
    answer = post(client, case, "report", new_name=before.name, change_note="换照片")
    assert answer.status_code == 422
    assert "请填写新姓名，或在“附件材料”中上传" in text(answer)


def test_the_first_picture_needs_no_review(me: User, client: Client, held: Registration) -> None:
    Person.objects.filter(pk=held.person_id).update(portrait=None, signature=None)
    assert "办理个人信息修改</a>" not in text(client.get("/person/signature/"))
    answer = client.post("/person/signature/upload/", {"file": makers.upload()}, headers={"accept": "application/json"})
    assert answer.status_code == 200, text(answer)
