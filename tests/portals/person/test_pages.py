"""The person's other pages, over HTTP: who gets in, what is shown, what is noted."""

from __future__ import annotations

import base64
import re
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from erjian import audit, certificates, messaging
from erjian.accounts.models import ADMINISTRATORS, Function
from erjian.applications import actions
from erjian.audit.models import Event
from erjian.certificates.models import CertificateVersion
from erjian.policy import clock
from erjian.registry import changes
from erjian.registry.models import Change, Person, Registration, RegistrationSpecialty
from erjian.standards.validity import add_years
from tests import makers
from tests.files import hostile
from tests.portals.person.conftest import waiting

pytestmark = pytest.mark.django_db

PAGES = (
    "",
    "cases/",
    "certificates/",
    "registrations/",
    "information/",
    "information/contact/",
    "information/phone/",
    "information/readers/",
    "signature/",
)


def registered(person: Person, enterprise: Any, *, issue: bool = True) -> CertificateVersion:
    """A registration decided today with its certificate."""
    registration = changes.register(
        person_id=person.pk,
        enterprise_id=enterprise.pk,
        registration_class="constructor",
        specialties=("building",),
        on=clock.today(),
        case_number="CS-2026-000001",
        form={},
        actor=makers.operator(enterprise).actor,
    )
    version = certificates.actions.create_version(
        registration_id=registration.pk,
        new_number=True,
        reason="初始注册",
        case_number="CS-2026-000001",
        actor=makers.operator(enterprise).actor,
    )
    return certificates.issuing.issue(version.pk) if issue else version


@pytest.mark.parametrize("path", PAGES)
def test_pages_open(mine: SimpleNamespace, path: str) -> None:
    page = mine.client.get(f"/person/{path}")
    assert page.status_code == 200
    assert mine.person.id_number not in page.content.decode()
    assert "no-cache" in page["Cache-Control"]


@pytest.mark.parametrize("path", PAGES)
def test_the_portal_does_not_exist_for_others(mine: SimpleNamespace, path: str) -> None:
    for user in (mine.operator, makers.officer("430000", *(each for each in Function if each not in ADMINISTRATORS))):
        other = Client()
        other.force_login(user)
        assert other.get(f"/person/{path}").status_code == 404
        assert other.post(f"/person/{path}").status_code in (404, 405)
        assert other.get(f"{mine.url}").status_code == 404
        assert other.post(f"{mine.url}consent/", {"seen": 2, "agree": "on"}).status_code == 404


def test_signed_out_people_are_asked_to_sign_in(mine: SimpleNamespace) -> None:
    answer = Client().get(mine.url)
    assert answer.status_code == 302
    assert answer.url.startswith("/sign-in/?next=")


def test_home_shows_what_waits(mine: SimpleNamespace) -> None:
    text = mine.client.get("/person/").content.decode()
    assert "初始申报：建筑工程" in text
    assert "同意并签名" in text
    assert "前确认" in text
    assert f"{mine.url}consent/" in text
    assert f"{mine.url}decline/" in text


def test_case_page_masks_until_asked_and_notes_the_reading(mine: SimpleNamespace) -> None:
    text = mine.client.get(mine.url).content.decode()
    assert mine.person.id_number_mask in text
    assert mine.person.id_number not in text
    assert mine.person.phone not in text
    assert not Event.objects.filter(code="personal_data.read").exists()
    full = mine.client.get(f"{mine.url}?full=1").content.decode()
    assert mine.person.id_number in full
    assert mine.person.phone in full
    event = Event.objects.get(code="personal_data.read")
    assert event.data["ids"] == [str(mine.person.pk)]
    assert event.data["purpose"] == "本人查看申报"
    readers = mine.client.get("/person/information/readers/").content.decode()
    assert "本人查看申报" in readers
    assert "本人" in readers


def test_officers_are_not_named_in_the_course(mine: SimpleNamespace) -> None:
    case = actions.consent(application=mine.case, by=mine.user, seen=mine.case.version, commitment="同意")
    officer = makers.officer("430100", Function.ACCEPTANCE, name="贺子墨")
    actions.accept(application=case, by=officer, seen=case.version)
    text = mine.client.get(mine.url).content.decode()
    assert "长沙市住房和城乡建设局" in text
    assert "贺子墨" not in text
    assert "受理通知书" in text


def test_readers_are_named_by_their_office(mine: SimpleNamespace) -> None:
    officer = makers.officer("430100", Function.ACCEPTANCE, name="贺子墨")
    audit.record_read(actor=officer.actor, purpose="受理审核", kind="person", ids=[mine.person.pk])
    audit.record_read(actor=officer.actor, purpose="别人的事", kind="person", ids=[mine.person.pk + 1000])
    text = mine.client.get("/person/information/readers/").content.decode()
    assert "长沙市住房和城乡建设局" in text
    assert "受理审核" in text
    assert "贺子墨" not in text
    assert "别人的事" not in text


def test_form_pdf(mine: SimpleNamespace) -> None:
    answer = mine.client.get(f"{mine.url}print.pdf")
    assert answer.status_code == 200
    assert answer.content.startswith(b"%PDF")
    assert (
        Event.objects.filter(code="personal_data.read", data__purpose=f"本人打印申报表 {mine.case.number}").count() == 1
    )


def test_certificate_card_versions_and_download(mine: SimpleNamespace) -> None:
    version = registered(mine.person, mine.case.enterprise)
    home = mine.client.get("/person/").content.decode()
    assert "二级建造师注册证书" in home
    assert "亮证" in home
    assert version.facts["reg_no"] in home
    assert "证书查验二维码" in home
    assert f"/person/certificates/{version.pk}/file.pdf" in home
    page = mine.client.get(f"/person/certificates/{version.pk}/").content.decode()
    assert version.number in page
    assert "有效" in page
    pdf = mine.client.get(f"/person/certificates/{version.pk}/file.pdf")
    assert b"".join(pdf).startswith(b"%PDF")
    event = Event.objects.get(code="certificate.view")
    assert event.subject_id == str(version.pk)
    assert event.actor_user_id == mine.user.pk
    assert "本人下载第 1 版" in mine.client.get("/person/").content.decode()
    for path in ("preview/", "portrait/", "show/"):
        assert mine.client.get(f"/person/certificates/{version.pk}/{path}").status_code == 200
    registrations = mine.client.get("/person/registrations/").content.decode()
    assert "初始注册" in registrations
    assert "CS-2026-000001" in registrations
    assert "建筑工程" in registrations


def test_superseded_and_pending_versions(mine: SimpleNamespace) -> None:
    first = registered(mine.person, mine.case.enterprise, issue=False)
    assert "证书制作中" in mine.client.get("/person/").content.decode()
    assert mine.client.get(f"/person/certificates/{first.pk}/file.pdf").status_code == 404
    second = certificates.actions.create_version(
        registration_id=first.registration_id,
        new_number=False,
        reason="延续",
        case_number="",
        actor=mine.operator.actor,
    )
    page = mine.client.get(f"/person/certificates/{first.pk}/").content.decode()
    assert "已更新，非现行版本" in page
    assert f"/person/certificates/{second.pk}/" in page
    assert mine.client.get(f"/person/certificates/{first.pk}/show/").status_code == 404


def test_somebody_elses_certificate(mine: SimpleNamespace) -> None:
    other = makers.person("刘思齐")
    makers.qualification(other)
    version = registered(other, mine.case.enterprise)
    for path in ("", "show/", "file.pdf", "preview/", "portrait/"):
        assert mine.client.get(f"/person/certificates/{version.pk}/{path}").status_code == 404


@pytest.mark.parametrize(
    ("left", "said"),
    [(200, "有效至"), (80, "可延续"), (10, "即将到期"), (-1, "到期")],
)
def test_validity_is_said(mine: SimpleNamespace, left: int, said: str) -> None:
    version = registered(mine.person, mine.case.enterprise, issue=False)
    end = clock.today() + timedelta(days=left)
    RegistrationSpecialty.objects.update(begin=date(2020, 1, 1), end=end)
    Registration.objects.filter(pk=version.registration_id).update(valid_until=end)
    assert said in mine.client.get("/person/").content.decode()


def test_no_renewal_is_offered_that_cannot_be_filed(mine: SimpleNamespace) -> None:
    version = registered(mine.person, mine.case.enterprise, issue=False)
    end = clock.today() + timedelta(days=60)
    RegistrationSpecialty.objects.update(begin=date(2020, 1, 1), end=end)
    held = Registration.objects.filter(pk=version.registration_id)
    held.update(valid_until=end)
    assert "可延续" in mine.client.get("/person/").content.decode()
    Person.objects.filter(pk=mine.person.pk).update(birth_date=add_years(clock.today() + timedelta(days=90), -65))
    page = mine.client.get("/person/").content.decode()
    assert "可延续" not in page
    assert "即将到期" in page
    Person.objects.filter(pk=mine.person.pk).update(birth_date=date(1990, 3, 17))
    held.update(status="cancelled", ended_on=clock.today(), end_reason="已与聘用企业解除聘用合同关系")
    page = mine.client.get("/person/registrations/").content.decode()
    assert "可延续" not in page
    assert f"登记至 {end}" in page


def test_contact_fills_blanks_and_leaves_what_is_known(mine: SimpleNamespace) -> None:
    Person.objects.filter(pk=mine.person.pk).update(major="")
    version = Person.objects.get(pk=mine.person.pk).version
    form = mine.client.get("/person/information/contact/").content.decode()
    assert 'name="major"' in form
    assert 'name="school"' not in form
    assert '<a href="/person/identity/edit/">实名认证信息修改</a>' in form, (
        "what is known is mended elsewhere, and it says where"
    )
    data = {
        "seen": version,
        "landline": "0731-88950025",
        "emergency_name": "周明",
        "emergency_phone": "13912345678",
        "major": "市政工程",
        "school": "别的学校",
        "name": "别人",
    }
    assert mine.client.post("/person/information/contact/", data).status_code == 302
    person = Person.objects.get(pk=mine.person.pk)
    assert (person.landline, person.emergency_phone, person.major) == ("0731-88950025", "13912345678", "市政工程")
    assert person.school == "湖南城建职业技术学院"
    assert person.name == "周启明"
    change = Change.objects.get(person_id=person.pk, after__has_key="major")
    assert "13912345678" not in str(change.after)
    stale = mine.client.post("/person/information/contact/", {**data, "landline": "0731-88950026"})
    assert stale.status_code == 422
    assert "其他窗口" in stale.content.decode()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [("landline", "abc", "电话号码应为"), ("emergency_phone", "12345", "手机号码应为")],
)
def test_wrong_contact(mine: SimpleNamespace, field: str, value: str, said: str) -> None:
    answer = mine.client.post("/person/information/contact/", {field: value})
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_phone_is_changed_by_code_and_the_old_one_is_told(mine: SimpleNamespace) -> None:
    new = "13987654321"
    assert (
        "验证码已发送到 139****4321"
        in mine.client.post("/person/information/phone/", {"phone": new, "do": "code"}).content.decode()
    )
    wrong = mine.client.post("/person/information/phone/", {"phone": new, "do": "confirm", "code": "000000"})
    assert wrong.status_code == 422
    assert "验证码不正确" in wrong.content.decode()
    text = messaging.outbox.messages(phone=new)[0].text
    code = re.search(r"[0-9]{6}", text)[0]
    done = mine.client.post("/person/information/phone/", {"phone": new, "do": "confirm", "code": code})
    assert done.status_code == 302
    assert Person.objects.get(pk=mine.person.pk).phone == new
    assert "已更换为 139****4321" in messaging.outbox.messages(phone=mine.person.phone)[0].text
    assert new not in str(list(Event.objects.values_list("data", flat=True)))


def test_phone_code_is_asked_for_too_often(mine: SimpleNamespace) -> None:
    data = {"phone": "13987654321", "do": "code"}
    mine.client.post("/person/information/phone/", data)
    answer = mine.client.post("/person/information/phone/", data)
    assert answer.status_code == 429
    assert "60 秒后" in answer.content.decode()


@pytest.mark.parametrize(
    ("content", "name", "status"),
    [
        (b"", "签名.png", 422),
        (b"MZ" + bytes(500), "签名.png", 415),
        (hostile.png(800, 400)[:300], "签名.png", 422),
        (hostile.png(800, 400), "签名.exe", 415),
        (hostile.pdf(), "签名.pdf", 415),
        (hostile.polyglots()["svg"][0], "签名.png", 415),
        (hostile.polyglots()["pdf and html"][0], "签名.png", 415),
        (hostile.png(20, 10), "签名.png", 422),
        (bytes(3_000_000), "签名.png", 413),
    ],
    ids=["empty", "program", "truncated", "renamed", "pdf", "svg", "polyglot", "tiny", "large"],
)
def test_hostile_signature_files(mine: SimpleNamespace, content: bytes, name: str, status: int) -> None:
    before = mine.person.signature_id
    for accept in ("text/html", "application/json"):
        upload = hostile.upload(content, name, "image/png")
        answer = mine.client.post("/person/signature/upload/", {"file": upload}, headers={"Accept": accept})
        assert answer.status_code == status
    assert answer.json()["message"].endswith("。")
    assert Person.objects.get(pk=mine.person.pk).signature_id == before


def test_signature_page_leads_back(mine: SimpleNamespace) -> None:
    there = f"{mine.url}consent/"
    data = {"signature": "data:image/png;base64," + base64.b64encode(hostile.png(800, 400)).decode()}
    assert mine.client.post(f"/person/signature/?next={there}", data).url == there
    for outside in ("https://example.org/", "//example.org/person/", "/enterprise/"):
        assert mine.client.post(f"/person/signature/?next={outside}", data).url == "/person/signature/"


def _queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as found:
        assert client.get(path).status_code == 200
    return len(found)


@pytest.mark.parametrize("path", ["/person/", "/person/cases/"])
def test_queries_do_not_grow_with_cases(mine: SimpleNamespace, path: str) -> None:
    mine.client.get(path)
    before = _queries(mine.client, path)
    for number in range(6):
        employer = makers.operator(makers.enterprise(f"湖南第{number}建设有限公司"))
        waiting(mine.person, employer)
    assert _queries(mine.client, path) == before


@pytest.mark.parametrize("path", ["/person/", "/person/certificates/", "/person/registrations/"])
def test_queries_do_not_grow_with_versions(mine: SimpleNamespace, path: str) -> None:
    version = registered(mine.person, mine.case.enterprise, issue=False)
    mine.client.get(path)
    before = _queries(mine.client, path)
    for _ in range(5):
        certificates.actions.create_version(
            registration_id=version.registration_id,
            new_number=False,
            reason="延续",
            case_number="",
            actor=mine.operator.actor,
        )
    assert _queries(mine.client, path) == before
