"""证书查验 in every state, by address, by number and name, and by file; with nothing personal on the page."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from erjian import certificates, documents, files
from erjian.audit import SYSTEM
from erjian.certificates.models import CertificateVersion, VersionState
from erjian.policy import clock
from erjian.registry import changes
from erjian.registry.models import Registration, RegistrationClass, RegistrationStatus
from tests import makers

pytestmark = pytest.mark.django_db


@pytest.fixture
def version() -> CertificateVersion:
    """An issued certificate."""
    person = makers.person("文国栋")
    makers.qualification(person)
    registration = changes.register(
        person_id=person.pk,
        enterprise_id=makers.enterprise().pk,
        registration_class=RegistrationClass.CONSTRUCTOR,
        specialties=("building",),
        on=clock.today(),
        case_number="CS-2026-000001",
        form={},
        actor=SYSTEM,
    )
    made = certificates.actions.create_version(
        registration_id=registration.pk, new_number=True, reason="初始注册", case_number="CS-2026-000001", actor=SYSTEM
    )
    return certificates.issuing.issue(made.pk)


def search(client: Client, version: CertificateVersion, name: str = "文国栋", number: str = ""):
    return client.get("/verify/", {"name": name, "number": number or version.facts["reg_no"]})


def send(client: Client, content: bytes, name: str = "证书.pdf"):
    return client.post("/verify/file/", {"file": SimpleUploadedFile(name, content, "application/pdf")})


def test_by_address_with_portrait(client: Client, version: CertificateVersion) -> None:
    page = client.get(f"/verify/{version.token}/").content.decode()
    for words in (
        "证书有效",
        "文国栋",
        version.number,
        version.facts["reg_no"],
        "湖南麓川建设工程有限公司",
        "建筑工程",
    ):
        assert words in page
    assert f"/verify/{version.token}/portrait/" in page
    picture = client.get(f"/verify/{version.token}/portrait/")
    assert picture["Content-Type"] == "image/jpeg"


def test_by_number_and_name_without_portrait(client: Client, version: CertificateVersion) -> None:
    page = search(client, version).content.decode()
    assert "证书有效" in page
    assert "portrait" not in page
    assert version.token not in page
    assert "证书有效" in search(client, version, number=version.number).content.decode()


def test_no_page_shows_an_identity_number(client: Client, version: CertificateVersion) -> None:
    person = version.registration.person
    for answer in (client.get(f"/verify/{version.token}/"), search(client, version)):
        page = answer.content.decode()
        assert person.id_number not in page
        assert person.id_number_mask not in page
        assert "13800002716" not in page


@pytest.mark.parametrize(
    ("name", "number"), [("张三", ""), ("文国栋", "湘2432023202699999"), ("文", ""), ("文国栋%", "")]
)
def test_what_is_not_found_is_not_to_be_relied_on(
    client: Client, version: CertificateVersion, name: str, number: str
) -> None:
    page = search(client, version, name, number).content.decode()
    assert "没有查到这本证书" in page


def test_a_slip_of_the_pen_is_corrected_where_nothing_was_found(client: Client, version: CertificateVersion) -> None:
    page = search(client, version, name="文国标").content.decode()
    assert "没有查到这本证书" in page
    assert 'name="name" value="文国标"' in page
    assert f'value="{version.registration.number}"' in page
    found = search(client, version).content.decode()
    assert "核对后再查" not in found
    assert "怎样核对" in found


def test_both_fields_are_needed(client: Client) -> None:
    answer = client.get("/verify/", {"name": "文国栋", "number": ""})
    assert answer.status_code == 422
    assert "请填写注册编号或证书编号" in answer.content.decode()


def test_guessing_is_limited_and_holders_are_not(client: Client, version: CertificateVersion) -> None:
    for _ in range(20):
        assert search(client, version).status_code == 200
    for number in range(20):
        assert search(client, version, number=f"湘243{number}").status_code == 200
    answer = search(client, version)
    assert answer.status_code == 429
    assert "查询次数过多" in answer.content.decode()


def test_the_window_is_over(client: Client, version: CertificateVersion) -> None:
    with clock.travel(days=181):
        page = client.get(f"/verify/{version.token}/").content.decode()
    assert "证书的使用有效期已过" in page
    assert "注册仍有效" in page


def test_the_registration_has_expired(client: Client, version: CertificateVersion) -> None:
    with clock.travel(days=3 * 366):
        assert "注册已过期，证书无效" in client.get(f"/verify/{version.token}/").content.decode()


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (RegistrationStatus.CANCELLED, "注册已注销，证书无效"),
        (RegistrationStatus.RESCINDED, "注册已撤销，证书无效"),
        (RegistrationStatus.REVOKED, "注册已吊销，证书无效"),
    ],
)
def test_the_registration_has_ended(client: Client, version: CertificateVersion, status: str, said: str) -> None:
    Registration.objects.update(status=status, ended_on=clock.today(), end_reason="已与聘用企业解除聘用合同关系")
    page = client.get(f"/verify/{version.token}/").content.decode()
    assert said in page
    assert "已与聘用企业解除聘用合同关系" in page


def test_the_registration_is_suspended(client: Client, version: CertificateVersion) -> None:
    Registration.objects.update(status=RegistrationStatus.SUSPENDED)
    assert "注册已暂扣" in client.get(f"/verify/{version.token}/").content.decode()


def test_an_old_version_names_the_one_in_force(client: Client, version: CertificateVersion) -> None:
    newer = certificates.actions.create_version(
        registration_id=version.registration_id,
        new_number=False,
        reason="增项注册",
        case_number="CS-2026-000002",
        actor=SYSTEM,
    )
    page = client.get(f"/verify/{version.token}/").content.decode()
    assert "证书已被新版本替代" in page
    assert "第 2 版" in page
    assert newer.token not in page, "a version's address is its holder's to give"
    assert "证书制作中" in client.get(f"/verify/{newer.token}/").content.decode()


@pytest.mark.parametrize("token", ["x", "' OR 1=1", "%00", "..%2f", "a" * 300])
def test_hostile_addresses(client: Client, token: str) -> None:
    answer = client.get(f"/verify/{token}/")
    assert answer.status_code == 404
    assert client.get(f"/verify/{token}/portrait/").status_code == 404


def test_the_issued_file_is_recognised(client: Client, version: CertificateVersion) -> None:
    page = send(client, files.read(version.file)).content.decode()
    assert "证书有效" in page
    assert "签名人" in page
    assert "portrait" not in page


def test_a_changed_byte_is_named(client: Client, version: CertificateVersion) -> None:
    content = bytearray(files.read(version.file))
    content[len(content) // 2] ^= 1
    page = send(client, bytes(content)).content.decode()
    assert "文件已被改动" in page
    assert "证书有效" not in page


def test_something_appended_is_named(client: Client, version: CertificateVersion) -> None:
    assert "文件已被改动" in send(client, files.read(version.file) + b"\n%more").content.decode()


def test_other_files(client: Client, version: CertificateVersion) -> None:
    for content, status, said in (
        (b"", 422, "文件是空的"),
        (b"MZ" + b"0" * 500, 422, "文件不是 PDF"),
        (b"%PDF-1.7\n" + b"0" * 100, 422, "已损坏"),
        (b"%PDF-" + b"0" * (21 * 1024 * 1024), 413, "文件超过 20 MB"),
    ):
        answer = send(client, content)
        assert answer.status_code == status, said
        assert said in answer.content.decode(), said
    assert client.post("/verify/file/").status_code == 422


def test_a_signed_letter_is_ours_but_no_certificate(client: Client) -> None:
    letter = json.loads(Path("tests/documents/samples/notices.json").read_text())["accept"]
    letter["qr"] = documents.qr("HN-2026-000001")
    pdf = documents.render("notices", letter, timestamp=clock.now())
    pdf = documents.sign(pdf, reason="受理通知书", signed_at=clock.now())
    assert "签名有效，但不是二级建造师注册证书" in send(client, pdf).content.decode()


def test_an_unsigned_pdf(client: Client) -> None:
    assert "文件没有电子签名" in send(client, _plain_pdf()).content.decode()


def _plain_pdf() -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (60, 80), "#fff").save(stream, "PDF")
    return stream.getvalue()


def test_a_voided_version_is_invalid_although_the_file_is_intact(client: Client, version: CertificateVersion) -> None:
    CertificateVersion.objects.update(state=VersionState.VOID, ended_at=clock.now())
    page = send(client, files.read(version.file)).content.decode()
    assert "注册已作废，证书无效" in page
