"""The way from the QR code to the saved form, over HTTP, and what stops it at each step."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from erjian.accounts.models import User
from erjian.audit.models import Event
from erjian.files.models import Blob
from erjian.identity import frames, keeping, reasons
from erjian.identity.models import Attempt, Verification
from erjian.messaging.models import SmsMessage
from erjian.policy import clock
from erjian.registry.models import Assurance, Change, Person
from tests import makers
from tests.identity.conftest import ISSUER, Applicant, run_jobs
from tests.procedures.test_printed_forms import text_of

pytestmark = pytest.mark.django_db

FORM = {
    "ethnicity": "01",
    "emergency_name": "周大明",
    "emergency_phone": "13900001234",
    "school": "湖南城建职业技术学院",
    "major": "建筑工程技术",
    "graduated_on": "2012-06-30",
    "education": "31",
    "degree": "0",
}


def password_sent() -> str:
    text = SmsMessage.objects.filter(template="identity.password").order_by("-pk")[0].text
    found = re.search(r"一次性口令 (\S+) 登录", text)
    assert found, text
    return found[1]


def sign_in(client: Client, person: Person, password: str):
    return client.post("/person/sign-in/", {"name": person.id_number, "password": password})


def test_the_page_of_the_individual_edition_leads_both_ways(client: Client) -> None:
    page = client.get("/person/sign-in/").content.decode()
    for words in (
        "湖南省二级建造师公共服务平台（个人版）", "忘记密码?", "登录", "企业个人操作手册点击进入",
        "扫描上方二维码", "点击“实名认证”", "请输入密码",
    ):  # fmt: skip
        assert words in page
    menu = client.get("/m/").content.decode()
    for words in ("电子证照", "申报查询", "实名认证", ">登录<"):
        assert words in menu
    assert client.get("/m/verify/").url == "/person/verify/"
    assert client.get("/m/certificates/").url.startswith("/person/sign-in/?next=")
    assert client.get("/sign-in/activate/").url == "/person/verify/", "people's first way in is the verification"


def test_a_holder_gets_from_the_sms_to_the_saved_form(applicant: Applicant, client: Client) -> None:
    assert not User.objects.exists(), "an import creates no login"
    answer = applicant.prove()
    assert "信息成功" in applicant.client.get(answer.url).content.decode()
    assert "用人脸识别，请先同意" in applicant.get()
    applicant.consent()
    applicant.photograph()
    page = applicant.get()
    assert applicant.person.id_number in page, "what was read is offered for correction"
    assert applicant.post("card/", applicant.card_fields()).status_code == 302
    assert "打开摄像头" in applicant.get()
    applicant.show_face()
    page = applicant.get()
    assert "认证成功" in page
    assert "请留意手机短信，根据短信信息登录二建系统补充个人实名认证信息。" in page
    assert "短信中的一次性口令登录" in page

    person = Person.objects.get(pk=applicant.person.pk)
    assert person.assurance == Assurance.NONE, "保存 completes it (G.16)"
    first = sign_in(client, person, password_sent())
    assert first.status_code == 302
    assert client.get("/person/identity/").url == "/password/", "a one-time password is changed first"
    old = password_sent()
    new = "Yuelu-Shan-1926"
    changed = client.post("/password/", {"old_password": old, "new_password": new, "again": new})
    assert changed.status_code == 302, changed.content.decode()

    assert "用身份证号码和您的口令登录" in applicant.get(), "the page knows that a password was set"
    assert "进入个人版" in client.get("/m/").content.decode()
    page = client.get("/person/identity/").content.decode()
    assert page.count("取自实名认证") >= 4, "name, sex, number and both sides of the card"
    refused = client.post("/person/identity/", FORM)
    assert refused.status_code == 422
    lacking = refused.content.decode()
    for name, label in (("id_held", "手持身份证照"), ("pledge", "个人承诺书")):
        assert f'<a href="#{name}">请上传{label}。</a>' in lacking, "the summary leads to where it is chosen"
        assert f'id="{name}-error">请上传{label}。</p>' in lacking, "and it is said there, too"
    for name in ("id_held", "pledge"):
        upload = {"file": makers.upload(makers.picture(800, 600))}
        assert client.post(f"/person/identity/pictures/{name}/upload/", upload).status_code == 302
    missing = client.post("/person/identity/", FORM | {"school": ""})
    assert missing.status_code == 422
    assert "请填写毕业院校" in missing.content.decode()
    assert client.post("/person/identity/", FORM).status_code == 302

    person.refresh_from_db()
    assert (person.assurance, person.verified_by) == (Assurance.FACE, "embedded")
    assert person.verified_at is not None
    assert person.id_front_id
    assert person.id_valid_until == clock.today() + timedelta(days=3000)
    assert person.emergency_phone == "13900001234"
    change = Change.objects.get(person_id=person.pk, kind="verified")
    assert change.after == {"assurance": "face", "provider": "embedded"}
    assert set(Event.objects.values_list("code", flat=True)) >= {
        "identity.started", "identity.consented", "identity.card", "identity.opened", "identity.accepted",
        "account.opened", "identity.completed", "registry.verify_person",
    }  # fmt: skip
    attempt = Attempt.objects.get()
    assert attempt.key_cipher is None, "the pictures are gone with their key"
    assert attempt.frames_id is None
    assert len(attempt.digest) == 64
    assert Blob.objects.filter(media_type="application/octet-stream", discarded_at=None).count() == 0


def test_saving_ends_what_was_accepted_earlier_from_another_mobile(applicant: Applicant) -> None:
    """Else the form would wait once more, and bring an older mobile and card back into the register."""
    person = applicant.person
    sides = {side: makers.blob(makers.picture(800, 500)) for side in ("front", "back")}
    earlier = makers.verification(
        person, step="accepted", phone="13800008888", card={"valid_until": "2027-01-31"}, typed={"school": "x"}, **sides
    )
    user = makers.person_user(person)
    applicant.to_the_camera()
    applicant.show_face()
    client = Client()
    client.force_login(user)
    for name in ("id_held", "pledge"):
        upload = {"file": makers.upload(makers.picture(800, 600))}
        assert client.post(f"/person/identity/pictures/{name}/upload/", upload).status_code == 302
    saved = client.post("/person/identity/", FORM)
    assert saved.status_code == 302, saved.content.decode()
    assert 'name="school"' not in client.get("/person/identity/").content.decode(), "nothing waits for the form"
    client.post("/person/identity/", FORM)
    person.refresh_from_db()
    assert person.phone == applicant.phone
    assert person.id_valid_until == clock.today() + timedelta(days=3000)
    assert person.id_front_id == Verification.objects.order_by("-id")[0].front_id
    earlier.refresh_from_db()
    assert earlier.ended_at is not None
    assert (earlier.front, earlier.back, earlier.card, earlier.typed) == (None, None, {}, {})
    for blob in sides.values():
        blob.refresh_from_db()
        assert blob.discarded_at is not None


def test_imports_and_sms_alone_open_no_account(applicant: Applicant) -> None:
    applicant.client.post(
        "/password/forgotten/", {"name": applicant.person.name, "id_number": applicant.person.id_number}
    )
    assert not User.objects.exists()
    applicant.prove()
    assert not User.objects.exists()


def test_the_one_time_password_ends_after_a_day(applicant: Applicant, client: Client) -> None:
    applicant.to_the_camera()
    applicant.show_face()
    old = password_sent()
    with clock.travel(days=1, seconds=60):
        assert sign_in(client, applicant.person, old).status_code == 422
        # The person comes back, proves the mobile and has another one sent.
        later = Applicant(person=applicant.person, service=applicant.service)
        later.prove()
        assert "认证成功" in later.get()
        assert later.post("password/").status_code == 302
        new = password_sent()
        assert new != old
        assert sign_in(client, applicant.person, new).status_code == 302


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"id_number": "123"}, "应为 18 位"),
        ({"id_number": "430199199003170010"}, "校验码不符"),
        ({"phone": "12345"}, "手机"),
        ({"name": ""}, "请填写姓名"),
    ],
)
def test_what_is_no_number_is_said_at_its_field(applicant: Applicant, other: dict[str, str], said: str) -> None:
    answer = applicant.start(**other)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not SmsMessage.objects.exists()


def test_who_holds_no_qualification_is_told_whom_to_ask_after_the_code(applicant: Applicant) -> None:
    nobody = Applicant(person=applicant.person, service=applicant.service, phone="13800001111")
    assert nobody.start(name="张三丰").status_code == 302
    assert "输入短信验证码" in nobody.get()
    nobody.post("code/", {"code": nobody.code()})
    page = nobody.client.get("/person/verify/")
    assert page.status_code == 404
    assert "没有查到这个人的二级建造师资格证书" in page.content.decode()
    assert "联系聘用企业所在市州的住房和城乡建设主管部门" in page.content.decode()
    for step in ("consent/", "counter/", "card/front/", "card/", "draw/"):
        assert nobody.post(step, {"file": makers.upload(), "agree": "on"}).status_code in (409, 422), step
    assert nobody.verification.step == "stranger"


def test_nothing_is_reached_without_the_code(applicant: Applicant) -> None:
    applicant.start()
    for step in ("consent/", "counter/", "card/front/", "card/", "draw/", "frames/"):
        data = {"file": makers.upload(), "agree": "on"} | applicant.card_fields()
        assert applicant.post(step, data).status_code in (409, 422), step
    assert applicant.verification.step == "code"


def one_side(one: Applicant) -> None:
    one.post("card/front/", {"file": makers.upload(makers.picture(800, 500))})


def judged(verdict: str, **more: str) -> Callable[[Applicant], None]:
    def judge(one: Applicant) -> None:
        one.service.decides(verdict, **more)
        one.show_face()

    return judge


TO_THE_CARD = (
    (Applicant.prove, ("单独同意", "周启明")),
    (Applicant.consent, ("拍身份证正反两面",)),
    (one_side, ("拍身份证正反两面", "/person/verify/card/front/image/")),
    (Applicant.photograph, ("核对证件内容", ISSUER, "2016-05-20")),
)
TO_THE_VERDICT = (
    (Applicant.to_the_camera, ("打开摄像头", "允许")),
    (judged("refuse", reason="unlike"), ("没有通过", reasons.REASONS["unlike"], "还可以再试 2 次")),
    (lambda one: one.post("card/again/"), ("核对证件内容", "湖南省长沙市岳麓区麓川路 18 号", ISSUER)),
)
TO_SUCCESS = (
    (Applicant.to_the_camera, ("打开摄像头",)),
    (lambda one: one.hand_in(one.draw()["nonce"]), ("正在核对",)),
    (lambda one: run_jobs(), ("认证成功", "没有收到，重新发送")),
)
TO_AN_OFFICER = (
    (Applicant.to_the_camera, ("打开摄像头",)),
    (judged("officer"), ("待人工核对",)),
    (lambda one: one.post("counter/"), ("请到窗口核验", "slip.pdf")),
)


@pytest.mark.parametrize(
    "way", [TO_THE_CARD, TO_THE_VERDICT, TO_SUCCESS, TO_AN_OFFICER], ids=["card", "verdict", "success", "officer"]
)
def test_every_step_comes_back_in_another_browser_with_what_was_entered(applicant: Applicant, way: Any) -> None:
    now = applicant
    for hours, (move, said) in enumerate(way, 1):
        with clock.travel(seconds=3600 * hours):
            move(now)
            with clock.travel(seconds=600):
                now = Applicant(person=applicant.person, service=applicant.service)
                assert "完善建造师个人信息" in now.get(), "a new browser knows nothing"
                now.prove()
                page = now.get()
        for words in said:
            assert words in page, (hours, words)
    assert Verification.objects.exclude(step="code").count() == 1


def test_a_face_needs_a_separate_consent(applicant: Applicant) -> None:
    applicant.prove()
    refused = applicant.post("consent/")
    assert refused.status_code == 422
    assert "请先阅读告知书并勾选同意" in refused.content.decode()
    assert applicant.post("card/front/", {"file": makers.upload()}).status_code == 409
    applicant.consent()
    own = applicant.verification
    assert own.consented_at is not None
    assert len(own.notice_digest) == 64


def test_the_counter_is_a_choice_at_every_step_and_deletes_what_was_filmed(applicant: Applicant) -> None:
    applicant.to_the_camera()
    applicant.service.decides("officer")
    applicant.show_face()
    attempt = Attempt.objects.get()
    assert attempt.key_cipher is not None
    assert applicant.post("counter/").status_code == 302
    page = applicant.get()
    assert applicant.verification.slip in page
    attempt.refresh_from_db()
    assert attempt.key_cipher is None
    slip = applicant.client.get("/person/verify/counter/slip.pdf")
    assert slip["Content-Type"] == "application/pdf"
    text = text_of(slip.content)
    assert applicant.verification.slip in text
    for _, label in reasons.CHECK_LIST:
        assert f"□{label}" in text, "a list to tick"
    assert "扫码打开实名认证" in text, "its code leads to the way, it proves no paper"
    assert "扫码核对" not in text


def test_another_mobile_than_the_registered_one_is_seen_by_an_officer(applicant: Applicant) -> None:
    """A face and a card of one's own making prove likeness, not existence: they do not take an entry over."""
    applicant.phone = "13800007777"
    applicant.to_the_camera()
    applicant.show_face()
    assert "待人工核对" in applicant.get()
    assert "手机号码与登记的不同" in applicant.get()
    assert not User.objects.exists()


def test_who_is_verified_already_is_led_to_the_sign_in(applicant: Applicant) -> None:
    applicant.person.assurance = Assurance.FACE
    applicant.person.verified_at = clock.now()
    applicant.person.save()
    applicant.prove()
    assert "已通过实名认证" in applicant.get()


def test_an_expired_way_ends_and_its_pictures_go(applicant: Applicant) -> None:
    applicant.to_the_camera()
    with clock.travel(days=8):
        keeping.end_verifications()
    own = applicant.verification
    assert own.step == "ended"
    assert own.front_id is None
    assert own.card == {}
    assert Blob.objects.filter(discarded_at=None).count() == 0


def test_pictures_that_cannot_be_forgotten_hold_up_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    ways = [makers.verification(makers.person(name), step="officer") for name in ("周启明", "龚雪梅")]
    stuck, other = (makers.attempt(own, state="officer", given_at=clock.now()) for own in ways)
    forget = frames.forget

    def breaks(attempt: Attempt) -> None:
        assert attempt.pk != stuck.pk, "a defect"
        forget(attempt)

    monkeypatch.setattr(frames, "forget", breaks)
    with clock.travel(days=8):
        keeping.forget_frames()
    other.refresh_from_db()
    assert (other.state, other.key_cipher) == ("lapsed", None)


def test_reading_twice_changes_nothing(applicant: Applicant) -> None:
    applicant.prove()
    applicant.consent()
    applicant.photograph()
    version = applicant.verification.version
    from erjian.identity import cards

    cards.read(
        verification_id=applicant.verification.pk,
        side="front",
        blob_id=str(applicant.verification.front_id),
        last_attempt=True,
    )
    assert applicant.verification.version == version
    assert run_jobs() == 0
