"""A new verification of somebody who was verified before: what it changes, what it leaves, and who is told."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from erjian.accounts.models import User
from erjian.identity.models import Attempt, State, Verification
from erjian.messaging.models import InboxMessage, SmsMessage
from erjian.policy import clock
from erjian.registry.models import Assurance, Change, Person
from tests import makers
from tests.identity.conftest import Applicant, run_jobs
from tests.identity.standin import FaceService

pytestmark = pytest.mark.django_db
FORMER = date(2027, 1, 31)


@pytest.fixture
def holder(db: None, service: FaceService) -> Applicant:
    """Signed in, verified by their face a year ago with a card that will soon be over."""
    person = makers.person(
        verified_by="embedded", verified_at=clock.now() - timedelta(days=365), id_valid_until=FORMER, ethnicity="01"
    )
    makers.qualification(person)
    found = Applicant(person=person, service=service)
    found.client.force_login(makers.person_user(person))
    return found


def begin(holder: Applicant) -> None:
    answer = holder.client.post("/person/identity/begin/")
    assert (answer.status_code, answer.url) == (302, "/person/verify/")


def to_the_camera(holder: Applicant, **card: str) -> None:
    begin(holder)
    assert holder.consent().status_code == 302
    holder.photograph()
    answer = holder.post("card/", holder.card_fields(**card))
    assert answer.status_code == 302, answer.content.decode()


def now(holder: Applicant) -> Person:
    return Person.objects.select_related("id_front", "id_back").get(pk=holder.person.pk)


def test_the_page_offers_it_and_no_code_is_asked_of_who_is_signed_in(holder: Applicant) -> None:
    page = holder.client.get("/person/identity/").content.decode()
    assert "换领了身份证，或证件信息有变化的，重新认证后更新。" in page
    begin(holder)
    assert "用人脸识别，请先同意" in holder.get(), "the consent is asked for anew"
    assert not SmsMessage.objects.exists()
    assert (holder.verification.again, holder.verification.phone) == (True, holder.person.phone)


def test_a_new_card_replaces_the_facts_of_the_old_one_at_once(holder: Applicant) -> None:
    before = now(holder)
    to_the_camera(holder, ethnicity="15")
    assert now(holder).id_valid_until == FORMER, "until the face is accepted nothing changes"
    holder.show_face()
    page = holder.get()
    assert "认证成功" in page
    assert "实名认证信息已更新。" in page
    assert "补充个人实名认证信息" not in page
    after = now(holder)
    until = clock.today() + timedelta(days=3000)
    assert (after.id_valid_until, after.ethnicity) == (until, "15")
    assert after.id_front_id == holder.verification.front_id != before.id_front_id
    assert after.id_back_id == holder.verification.back_id != before.id_back_id
    assert (after.assurance, after.verified_by) == (Assurance.FACE, "embedded")
    assert clock.now() - after.verified_at < timedelta(minutes=1)
    assert (after.name, after.id_number, after.phone, after.school) == (
        before.name, before.id_number, before.phone, before.school,
    )  # fmt: skip
    change = Change.objects.get(person_id=after.pk, kind="corrected")
    assert change.before["id_valid_until"] == "2027-01-31"
    assert change.after["id_valid_until"] == until.isoformat()
    assert (change.before["ethnicity"], change.after["ethnicity"]) == ("01", "15")
    assert change.before["id_front"] == before.id_front.sha256[:16]
    assert change.after["id_front"] == after.id_front.sha256[:16]


def test_it_is_done_without_a_form_and_the_person_is_told(holder: Applicant) -> None:
    to_the_camera(holder)
    holder.show_face()
    assert holder.verification.ended_at is not None
    page = holder.client.get("/person/identity/").content.decode()
    assert "保存" not in page, "no form waits"
    assert "重新认证" in page
    assert User.objects.count() == 1
    assert not SmsMessage.objects.filter(template="identity.password").exists(), "there is nothing to sign in for"
    told = SmsMessage.objects.get(template="identity.renewed")
    assert told.phone == holder.person.phone
    assert "实名认证信息已更新" in told.text
    assert "非本人操作" in told.text
    assert InboxMessage.objects.get(template="identity.renewed").link == "/person/identity/"
    assert "补充个人实名认证信息" not in "".join(InboxMessage.objects.values_list("body", flat=True))


def test_a_refused_face_leaves_everything_as_it_was(holder: Applicant) -> None:
    before = now(holder)
    to_the_camera(holder)
    holder.service.decides("refuse", reason="unlike")
    for _ in range(3):
        holder.show_face()
    assert "人脸识别多次没有通过。请到窗口核验" in holder.get()
    after = now(holder)
    for name in ("id_valid_until", "id_front_id", "id_back_id", "assurance", "verified_at", "version"):
        assert getattr(after, name) == getattr(before, name), name
    assert not Change.objects.exists()
    assert holder.client.get("/person/").status_code == 200, "who was verified before stays so"


def test_a_doubtful_card_waits_for_an_officer(holder: Applicant) -> None:
    begin(holder)
    holder.consent()
    holder.photograph(name="周启朋")
    holder.post("card/", holder.card_fields())
    holder.show_face()
    assert "待人工核对" in holder.get()
    assert now(holder).id_valid_until == FORMER


@pytest.mark.parametrize("level", [Assurance.COUNTER, Assurance.AUTHORITATIVE])
def test_a_lower_level_renews_the_card_but_not_the_level(holder: Applicant, level: Assurance) -> None:
    Person.objects.filter(pk=holder.person.pk).update(assurance=level, verified_by="counter")
    before = now(holder)
    to_the_camera(holder)
    holder.show_face()
    after = now(holder)
    assert (after.assurance, after.verified_by, after.verified_at) == (level, "counter", before.verified_at)
    assert after.id_valid_until == clock.today() + timedelta(days=3000)


def test_who_was_not_verified_yet_still_fills_in_the_form(holder: Applicant) -> None:
    Person.objects.filter(pk=holder.person.pk).update(assurance=Assurance.NONE, verified_at=None, verified_by="")
    to_the_camera(holder)
    holder.show_face()
    assert now(holder).assurance == Assurance.NONE
    assert "保存" in holder.client.get("/person/identity/").content.decode()
    assert SmsMessage.objects.filter(template="identity.password").count() == 1


def test_an_open_way_goes_on_instead_of_a_second_one(holder: Applicant) -> None:
    to_the_camera(holder)
    page = holder.client.get("/person/identity/").content.decode()
    assert "有一次认证没有办完：人脸识别。" in page
    begin(holder)
    assert "打开摄像头" in holder.get()
    assert Verification.objects.count() == 1
    holder.show_face()
    begin(holder)
    assert Verification.objects.count() == 2, "what is done is not taken up again"
    assert "用人脸识别，请先同意" in holder.get()


def test_nobody_elses_card_gets_in(holder: Applicant) -> None:
    begin(holder)
    holder.consent()
    holder.photograph()
    other = holder.post("card/", holder.card_fields(id_number=makers.id_number()))
    assert other.status_code == 422
    assert "与前面填写的身份证号码不一致" in other.content.decode()
    over = holder.post("card/", holder.card_fields(valid_until="2020-05-20"))
    assert over.status_code == 422
    assert "身份证已于 2020-05-20 到期" in over.content.decode()
    assert not Attempt.objects.exists()


def test_a_second_verdict_changes_nothing_more(holder: Applicant) -> None:
    to_the_camera(holder)
    holder.hand_in(holder.draw()["nonce"])
    run_jobs()
    assert Attempt.objects.get().state == State.ACCEPTED
    version = now(holder).version
    from erjian.identity import attempts

    attempts.judge(attempt_id=Attempt.objects.get().pk, last_attempt=False)
    assert now(holder).version == version
    assert SmsMessage.objects.filter(template="identity.renewed").count() == 1


def test_it_needs_a_sign_in(holder: Applicant) -> None:
    holder.client.logout()
    assert holder.client.post("/person/identity/begin/").status_code == 401
    assert not Verification.objects.exists()
