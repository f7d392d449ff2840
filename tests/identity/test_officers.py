"""At the office: pictures compared by an officer, people verified at the counter, and who may do neither."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from erjian.accounts.models import Function, User
from erjian.audit.models import Event
from erjian.identity.models import Attempt, CounterCheck, State
from erjian.identity.reasons import CHECK_LIST
from erjian.messaging.models import SmsMessage
from erjian.policy import clock
from erjian.registry.models import Assurance, Person
from tests import makers
from tests.identity.conftest import Applicant

pytestmark = pytest.mark.django_db
ALL = [code for code, _ in CHECK_LIST]


@pytest.fixture
def officer(client: Client) -> Client:
    client.force_login(makers.officer("430000", Function.COUNTER, name="龚雪梅"))
    return client


@pytest.fixture
def waiting(applicant: Applicant) -> Attempt:
    applicant.to_the_camera()
    applicant.service.decides("officer", distance=0.5)
    applicant.show_face()
    return Attempt.objects.get()


def test_an_officer_compares_and_accepts(officer: Client, applicant: Applicant, waiting: Attempt) -> None:
    assert applicant.person.name in officer.get("/authority/identity/").content.decode()
    address = f"/authority/identity/faces/{waiting.uuid}/"
    page = officer.get(address).content.decode()
    assert applicant.person.id_number in page
    assert "相似程度介于通过与不通过之间" in page
    assert Event.objects.filter(code="personal_data.read", data__purpose="实名认证人工核对").count() == 1
    picture = officer.get(address + "frame.jpg")
    assert picture.content.startswith(b"\xff\xd8")
    assert (picture["Content-Type"], picture["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    assert picture["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in picture["Cache-Control"]
    assert officer.get(address + "card.jpg").status_code == 200
    for purpose in ("查看人脸照片", "查看身份证照片"):
        assert Event.objects.filter(code="personal_data.read", data__purpose=purpose).count() == 1
    assert officer.post(address, {"do": "accept"}).status_code == 302
    waiting.refresh_from_db()
    assert waiting.state == State.ACCEPTED
    assert "龚雪梅" in waiting.decided_by
    assert waiting.key_cipher is None
    assert "认证成功" in applicant.get()
    assert SmsMessage.objects.filter(template="identity.password").count() == 1
    assert officer.post(address, {"do": "refuse", "remark": "x"}).status_code == 404, "it is decided"


def test_a_refusal_needs_a_reason_that_the_person_reads(
    officer: Client, applicant: Applicant, waiting: Attempt
) -> None:
    address = f"/authority/identity/faces/{waiting.uuid}/"
    bare = officer.post(address, {"do": "refuse", "remark": ""})
    assert bare.status_code == 422
    assert "请写明原因" in bare.content.decode()
    assert officer.post(address, {"do": "refuse", "remark": "画面太暗，看不清五官。"}).status_code == 302
    page = applicant.get()
    assert "画面太暗，看不清五官。" in page
    assert "打开摄像头" in page, "another try is open"
    told = SmsMessage.objects.get(template="identity.officer_refused")
    assert told.phone_index == applicant.verification.phone_index, "as the page of the wait promised"
    assert not User.objects.filter(person=applicant.person).exists()


def test_a_city_sees_only_its_own_people(client: Client, waiting: Attempt) -> None:
    client.force_login(makers.officer("430200", Function.COUNTER))
    assert "没有等待人工核对的实名认证" in client.get("/authority/identity/").content.decode()
    assert client.get(f"/authority/identity/faces/{waiting.uuid}/").status_code == 404
    assert client.get(f"/authority/identity/faces/{waiting.uuid}/frame.jpg").status_code == 404


def test_the_list_takes_as_many_queries_for_many(officer: Client) -> None:
    def listed() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert officer.get("/authority/identity/").status_code == 200
        return len(queries)

    def film(count: int) -> None:
        for _ in range(count):
            makers.attempt(makers.verification(makers.person(), step="officer"), state="officer", pictures=1)

    film(1)
    few = listed()
    film(9)
    assert listed() == few


def find(officer: Client, person: Person, **other: str) -> Any:
    data = {"name": person.name, "id_number": person.id_number} | other
    return officer.post("/authority/identity/counter/", data)


def test_the_counter_finds_by_exact_name_and_number_only(officer: Client, applicant: Applicant) -> None:
    person = applicant.person
    assert officer.get(f"/authority/identity/counter/{person.pk}/").status_code == 404, "nobody was found yet"
    assert find(officer, person, name="周启").status_code == 404
    assert find(officer, person, id_number=makers.id_number()).status_code == 404
    assert find(officer, person, id_number="123").status_code == 422
    assert find(officer, person).url == f"/authority/identity/counter/{person.pk}/"
    assert Event.objects.filter(code="identity.counter_search").count() == 3
    for _ in range(8):
        last = find(officer, person, name="周启")
    assert last.status_code == 429
    with clock.travel(seconds=31 * 60):
        assert officer.get(f"/authority/identity/counter/{person.pk}/").status_code in (302, 404)


def test_the_counter_verifies_at_once(officer: Client, applicant: Applicant) -> None:
    applicant.prove()
    applicant.post("counter/")
    person = applicant.person
    address = find(officer, person).url
    page = officer.get(address).content.decode()
    assert applicant.verification.slip in page
    for data, said in (
        ({"do": "pass", "checked": ALL[:-1], "phone": applicant.phone}, "逐项核对并勾选"),
        ({"do": "pass", "checked": ALL, "phone": "123"}, "手机"),
        ({"do": "refuse", "checked": ALL, "reason": " "}, "请写明原因"),
    ):
        answer = officer.post(address, data)
        assert answer.status_code == 422
        assert said in answer.content.decode()
    assert officer.post(address, {"do": "pass", "checked": ALL, "phone": applicant.phone}).status_code == 302
    person.refresh_from_db()
    assert (person.assurance, person.verified_by) == (Assurance.COUNTER, "counter")
    check = CounterCheck.objects.get()
    assert check.passed
    assert check.checked == ALL
    assert Event.objects.filter(code="identity.counter_passed").count() == 1
    assert SmsMessage.objects.filter(template="identity.password").count() == 1
    assert officer.post(address, {"do": "pass", "checked": ALL, "phone": applicant.phone}).status_code == 404


def test_a_refusal_at_the_counter_is_read_by_the_person(officer: Client, applicant: Applicant) -> None:
    applicant.prove()
    applicant.post("counter/")
    address = find(officer, applicant.person).url
    assert officer.post(address, {"do": "refuse", "reason": "证件已过期，请换领后再来。"}).status_code == 302
    assert "证件已过期，请换领后再来。" in applicant.get()
    applicant.person.refresh_from_db()
    assert applicant.person.assurance == Assurance.NONE


def test_who_lacks_the_function_is_told_so(client: Client, stranger: Callable[..., Applicant]) -> None:
    client.force_login(makers.officer("430000", Function.ACCEPTANCE))
    assert client.get("/authority/identity/").status_code == 403
    assert find(client, stranger().person).status_code == 403
