"""From the public 公示 page over an objection to its finding, as the public and the province see it."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from erjian.accounts.limits import TooMany
from erjian.applications import actions as cases
from erjian.applications.errors import NotYours
from erjian.applications.models import Application
from erjian.applications.states import State
from erjian.audit.models import Event
from erjian.messaging.models import InboxMessage, SmsMessage
from erjian.policy import clock
from erjian.publicity import objections, running
from erjian.publicity.errors import PublicityRefused
from erjian.publicity.models import Batch, ItemState, Objection
from tests import makers
from tests.publicity.scenes import Office

pytestmark = pytest.mark.django_db
PHONE = "13907310001"


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def batch(office: Office) -> Batch:
    return office.published(*office.several(2))


def url_of(batch: Batch, position: int = 0) -> str:
    return f"/publicity/{batch.pk}/object/{batch.items.order_by('pk')[position].pk}/"


def fields(code: str = "", **changes: object) -> dict:
    return {
        "name": "欧阳明",
        "id_number": makers.id_number(),
        "phone": PHONE,
        "code": code,
        "do": "submit",
        "text": "此人目前受聘于另一单位，不符合只受聘于一个单位的规定。",
        **changes,
    }


def code_for(client: Client, url: str, phone: str = PHONE) -> str:
    answer = client.post(url, {"do": "code", "phone": phone})
    assert "验证码已发送" in answer.content.decode()
    return re.search(r"\d{6}", SmsMessage.objects.order_by("-pk")[0].text).group()


def object_to(client: Client, batch: Batch, position: int = 0, **changes: object) -> Objection:
    url = url_of(batch, position)
    answer = client.post(url, fields(code_for(client, url), **changes))
    assert answer.status_code == 302, answer.content.decode()
    return Objection.objects.order_by("-pk")[0]


def test_the_page_masks_and_offers_objections(client: Client, batch: Batch) -> None:
    page = client.get(f"/publicity/{batch.pk}/").content.decode()
    for item in batch.items.all():
        assert item.application.person.id_number not in page
        assert item.shown["id_number"] in page
    assert page.count("提出异议") >= 2
    assert "公示至" in client.get("/").content.decode()


def test_a_case_taken_back_stays_on_the_list_and_says_so(client: Client, batch: Batch, office: Office) -> None:
    first, second = batch.items.order_by("pk").select_related("application")
    url = url_of(batch)
    code = code_for(client, url)
    cases.withdraw(application=first.application, by=office.operator, seen=None)
    page = client.get(f"/publicity/{batch.pk}/").content.decode()
    assert page.count("已撤回") == 1
    assert (url in page, url_of(batch, 1) in page) == (False, True)
    assert client.get(url).status_code == 410
    assert client.post(url, fields(code)).status_code == 410
    with pytest.raises(PublicityRefused, match="已撤回"):
        objections.receive(
            item_id=first.pk, name="欧阳明", id_number=makers.id_number(), phone=PHONE, text="异议内容", evidence=None,
            address="", code=code,
        )  # fmt: skip
    office_page = Client()
    office_page.force_login(office.decider)
    assert "已撤回" in office_page.get(f"/authority/batches/{batch.pk}/").content.decode()
    assert second.application.state == State.PUBLICITY


def test_a_refused_file_costs_no_code(client: Client, batch: Batch) -> None:
    url = url_of(batch)
    sent = fields(code_for(client, url))
    for _ in range(objections.PER_PHONE.most):
        answer = client.post(url, {**sent, "evidence": makers.upload(b"MZ" + bytes(500))})
        assert answer.status_code == 415
        assert 'id="id_evidence_error"' in answer.content.decode()
    assert client.post(url, {**sent, "evidence": makers.upload()}).status_code == 302
    assert client.post(url, sent).status_code == 422, "a code is good for one objection"
    assert Objection.objects.count() == 1


def test_everything_that_is_wrong_is_said_at_its_field(client: Client, batch: Batch) -> None:
    answer = client.post(url_of(batch), {"do": "submit"})
    said = re.findall(r'id="id_(\w+)_error"', answer.content.decode())
    assert said == ["name", "id_number", "phone", "code", "text"]
    answer = client.post(url_of(batch), {"do": "code", "phone": "1390731", "name": "欧阳明"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert re.findall(r'id="id_(\w+)_error"', page) == ["phone"]
    assert "欧阳明" in page


def test_asking_for_the_code_says_that_a_chosen_file_is_to_be_chosen_again(client: Client, batch: Batch) -> None:
    answer = client.post(url_of(batch), {"do": "code", "phone": PHONE, "evidence": makers.upload(name="合同.jpg")})
    assert "刚才选择的 合同.jpg 没有保存，请重新选择。" in answer.content.decode()


def test_an_objection_holds_one_row_and_not_the_others(client: Client, batch: Batch) -> None:
    made = object_to(client, batch)
    first, second = batch.items.order_by("pk")
    assert first.state == ItemState.HELD
    assert first.application.state == State.OBJECTION
    assert second.application.state == State.PUBLICITY
    page = client.get("/objections/").content.decode()
    assert made.code in page
    assert "异议已提交" in page
    assert made.code not in client.get("/objections/").content.decode(), "the code is shown once"
    assert "异议核查中" in client.get(f"/publicity/{batch.pk}/").content.decode()
    told = InboxMessage.objects.get(recipient_id="430000:decision")
    assert told.link == f"/authority/objections/{made.pk}/"
    assert made.id_number not in str(Event.objects.values_list("data", flat=True))


def test_what_was_typed_stays_when_the_code_is_asked_for(client: Client, batch: Batch) -> None:
    page = client.post(url_of(batch), {**fields(), "do": "code"}).content.decode()
    assert "此人目前受聘于另一单位" in page
    assert "欧阳明" in page
    again = client.post(url_of(batch), {**fields(), "do": "code"})
    assert again.status_code == 429
    assert "刚刚发送过" in again.content.decode()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "请填写姓名"),
        ({"id_number": "430199199003170010"}, "校验码不符"),
        ({"phone": "12345"}, "手机号"),
        ({"code": "000000"}, "验证码不对或已过期"),
        ({"text": "不行"}, "至少 10 个字"),
        ({"text": "长" * 2001}, "最多 2000 个字"),
    ],
)
def test_bad_input_is_named_and_nothing_is_held(client: Client, batch: Batch, changes: dict, said: str) -> None:
    answer = client.post(url_of(batch), fields(**{"code": "111111", **changes}))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Objection.objects.exists()


def test_evidence_is_judged_by_content(client: Client, batch: Batch) -> None:
    url = url_of(batch)
    code = code_for(client, url)
    bad = client.post(url, fields(code, evidence=makers.upload(b"MZ" + b"0" * 300, "x.jpg")))
    assert bad.status_code == 415
    assert not Objection.objects.exists()


def test_evidence_is_kept_for_the_officers(client: Client, batch: Batch, office: Office) -> None:
    made = object_to(client, batch, evidence=makers.upload())
    assert client.get(f"/authority/objections/{made.pk}/evidence/").status_code == 302
    client.force_login(office.decider)
    assert client.get(f"/authority/objections/{made.pk}/evidence/")["Content-Type"] == "image/jpeg"


def test_after_the_last_day_no_objection_is_taken(client: Client, batch: Batch) -> None:
    url = url_of(batch)
    code = code_for(client, url)
    with clock.travel(days=10):
        assert client.get(url).status_code == 200
    with clock.travel(days=11):
        assert client.get(url).status_code == 410
        assert client.post(url, fields(code)).status_code == 410
        assert "提出异议" not in client.get(f"/publicity/{batch.pk}/").content.decode().replace("“提出异议”", "")


def test_rows_of_other_batches_are_not_found(client: Client, batch: Batch, office: Office) -> None:
    other = office.published(office.reviewed(name="胡敏"))
    assert client.get(f"/publicity/{batch.pk}/object/{other.items.get().pk}/").status_code == 404
    assert client.get(f"/publicity/999999/object/{other.items.get().pk}/").status_code == 404


def test_a_code_serves_one_objection(client: Client, batch: Batch) -> None:
    url = url_of(batch)
    code = code_for(client, url)
    assert client.post(url, fields(code)).status_code == 302
    again = client.post(url, fields(code))
    assert (again.status_code, Objection.objects.count()) == (422, 1)
    assert "验证码不对或已过期" in again.content.decode()


def test_how_often_one_phone_and_one_address_may_object_and_guess(
    batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = [True]
    monkeypatch.setattr(objections.messaging.codes, "check", lambda *_, **__: right[0])

    def receive(phone: int, address: str) -> None:
        objections.receive(
            item_id=batch.items.order_by("pk")[0].pk, name="欧阳明", id_number=makers.id_number(), code="135790",
            phone=f"139073100{phone:02d}", text="受聘于另一单位。", address=address,
        )  # fmt: skip

    for each in range(5):
        receive(1, f"10.0.0.{each}")
    with pytest.raises(TooMany):
        receive(1, "10.0.0.9")
    for each in range(10):
        with clock.travel(seconds=3700 * (each // 5)):
            receive(10 + each, "10.1.0.1")
    with clock.travel(seconds=3700 * 2), pytest.raises(TooMany):
        receive(30, "10.1.0.1")
    assert Objection.objects.count() == 15
    right[0] = False
    for _ in range(10):
        with pytest.raises(PublicityRefused, match="验证码不对"):
            receive(40, "10.2.0.1")
    with pytest.raises(TooMany):
        receive(40, "10.2.0.1")
    with clock.travel(seconds=3700), pytest.raises(PublicityRefused, match="验证码不对"):
        receive(40, "10.2.0.1")


def test_a_stranger_learns_nothing_by_guessing_codes(client: Client, batch: Batch) -> None:
    object_to(client, batch)
    client.get("/objections/")
    codes = [client.post("/objections/", {"code": f"YY{number:012d}"}).status_code for number in range(21)]
    assert codes == [404] * 20 + [429]


def settle(client: Client, office: Office, made: Objection, finding: str, answer: str = "经核查，合同已解除。"):
    client.force_login(office.decider)
    return client.post(f"/authority/objections/{made.pk}/", {"finding": finding, "answer": answer})


def test_a_finding_is_asked_once_because_it_is_told_at_once(client: Client, batch: Batch, office: Office) -> None:
    made = object_to(client, batch)
    client.force_login(office.decider)
    page = client.get(f"/authority/objections/{made.pk}/").content.decode()
    assert 'data-confirm="办结这件异议？"' in page
    settle(client, office, made, "dismissed")
    assert "办结这件异议" not in client.get(f"/authority/objections/{made.pk}/").content.decode()


def test_dismissed_the_case_goes_on(client: Client, batch: Batch, office: Office) -> None:
    made = object_to(client, batch)
    assert settle(client, office, made, "dismissed").status_code == 302
    item = batch.items.order_by("pk")[0]
    assert item.state == ItemState.DONE
    assert item.application.state == State.PUBLICITY
    anyone = Client()
    page = anyone.post("/objections/", {"code": made.code.lower()}).content.decode()
    assert "异议不成立" in page
    assert "经核查，合同已解除。" in page
    assert "欧阳明" not in page
    assert made.code in SmsMessage.objects.get(template="publicity.settled").text
    said = Event.objects.filter(code__in=["publicity.object", "publicity.settle"]).order_by("id")
    assert [(row.code, row.actor_kind, row.actor_user_id, row.subject_id) for row in said] == [
        ("publicity.object", "public", None, str(batch.pk)),
        ("publicity.settle", "officer", office.decider.pk, str(batch.pk)),
    ]


def test_upheld_the_case_goes_to_the_refused(client: Client, batch: Batch, office: Office) -> None:
    made = object_to(client, batch)
    settle(client, office, made, "upheld")
    item = batch.items.order_by("pk")[0]
    assert item.application.state == State.REVIEW_NG
    assert not item.granted
    assert "异议成立" in client.get(f"/publicity/{batch.pk}/").content.decode()
    again = settle(client, office, made, "dismissed")
    assert again.status_code == 422
    assert "异议已办结" in again.content.decode()


def test_a_finding_needs_words(client: Client, batch: Batch, office: Office) -> None:
    made = object_to(client, batch)
    answer = settle(client, office, made, "upheld", " ")
    assert answer.status_code == 422
    assert "请填写核查结论" in answer.content.decode()


def test_only_who_decides_at_the_province_finds(client: Client, batch: Batch, office: Office) -> None:
    made = object_to(client, batch)
    with clock.travel(seconds=61):
        object_to(client, batch)
    for officer in (office.final, makers.officer("430100", "decision")):
        with pytest.raises(NotYours):
            objections.settle(objection=made, by=officer, upheld=False, answer="经核查，合同已解除。")
    assert Application.objects.get(pk=batch.items.order_by("pk")[0].application_id).state == State.OBJECTION


def test_two_objections_to_one_row(client: Client, batch: Batch, office: Office) -> None:
    first = object_to(client, batch)
    with clock.travel(seconds=61):
        second = object_to(client, batch)
    settle(client, office, first, "dismissed")
    assert Application.objects.get(pk=batch.items.order_by("pk")[0].application_id).state == State.OBJECTION
    settle(client, office, second, "dismissed")
    assert Application.objects.get(pk=batch.items.order_by("pk")[0].application_id).state == State.PUBLICITY


def test_dismissed_after_the_end_the_case_catches_up(client: Client, batch: Batch, office: Office) -> None:
    made = object_to(client, batch)
    with clock.travel(days=11):
        running.close_due()
        first, second = batch.items.order_by("pk")
        assert (first.application.state, second.application.state) == (State.OBJECTION, State.PUBLICITY_DONE)
        settle(client, office, made, "dismissed")
        assert Application.objects.get(pk=first.application_id).state == State.PUBLICITY_DONE


def test_reading_an_objection_is_audited(client: Client, batch: Batch, office: Office) -> None:
    made = object_to(client, batch)
    client.force_login(office.decider)
    page = client.get(f"/authority/objections/{made.pk}/").content.decode()
    assert made.id_number in page
    assert Event.objects.filter(code="personal_data.read", subject_kind="objection").count() == 1
    assert made.id_number not in client.get("/authority/objections/").content.decode()
