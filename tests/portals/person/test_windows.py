"""使用有效期: made by the holder for a purpose, listed, downloaded, verified and withdrawn over HTTP."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client

from erjian import certificates, files
from erjian.audit import SYSTEM
from erjian.audit.models import Event
from erjian.certificates import tasks
from erjian.certificates.models import CertificateVersion, UsageWindow
from erjian.policy import clock
from erjian.registry import changes
from erjian.registry.models import Registration
from tests import makers
from tests.applications.renaming import holder

pytestmark = pytest.mark.django_db


@pytest.fixture
def registration() -> Registration:
    return holder(makers.enterprise(), "文国栋")


@pytest.fixture
def version(registration: Registration) -> CertificateVersion:
    return certificates.issuing.issue(registration.certificates.get().pk)


@pytest.fixture
def mine(client: Client, version: CertificateVersion) -> Client:
    client.force_login(version.registration.person.user)
    return client


def day(offset: int) -> date:
    return clock.today() + timedelta(days=offset)


def make(
    client: Client, version: CertificateVersion, begin: int = 0, end: int = 10, purpose: str = "麓谷二期投标"
) -> Any:
    data = {"begin": str(day(begin)), "end": str(day(end)), "purpose": purpose}
    return client.post(f"/person/certificates/{version.pk}/windows/new/", data)


def verified(window: UsageWindow) -> str:
    return Client().get(f"/verify/{window.token}/").content.decode()


def test_made_listed_downloaded_and_verified(mine: Client, version: CertificateVersion) -> None:
    assert "设定使用有效期" in mine.get(f"/person/certificates/{version.pk}/").content.decode()
    form = mine.get(f"/person/certificates/{version.pk}/windows/new/").content.decode()
    assert str(clock.today()) in form
    assert make(mine, version, 0, 10).status_code == 302
    window = UsageWindow.objects.get()
    page = mine.get(f"/person/certificates/{version.pk}/").content.decode()
    assert "麓谷二期投标" in page
    assert "制作中" in page
    assert mine.get(f"/person/certificates/{version.pk}/windows/{window.pk}/file.pdf").status_code == 404
    tasks.issue_window(window_id=window.pk)
    tasks.issue_window(window_id=window.pk)
    window.refresh_from_db()
    answer = mine.get(f"/person/certificates/{version.pk}/windows/{window.pk}/file.pdf")
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert content.startswith(b"%PDF")
    seen = verified(window)
    for words in ("证书有效", "文国栋", "麓谷二期投标", version.number):
        assert words in seen
    # the file itself is found too, and the certificate made at issue stands beside it
    sent = Client().post("/verify/file/", {"file": SimpleUploadedFile("副本.pdf", content, "application/pdf")})
    assert "麓谷二期投标" in sent.content.decode()
    assert "麓谷二期投标" not in Client().get(f"/verify/{version.token}/").content.decode()
    codes = Event.objects.filter(code__startswith="certificate.").values_list("code", flat=True)
    assert {"certificate.window", "certificate.window_issue", "certificate.view"} <= set(codes)


def test_before_its_first_and_after_its_last_day(mine: Client, version: CertificateVersion) -> None:
    make(mine, version, 5, 6)
    window = UsageWindow.objects.get()
    assert "使用有效期还没有开始" in verified(window)
    with clock.travel(days=5):
        assert "证书有效" in verified(window)
    with clock.travel(days=6):
        assert "证书有效" in verified(window)
    with clock.travel(days=7):
        assert "使用有效期已过" in verified(window)


def test_withdrawn_is_asked_once_and_said_to_everybody(mine: Client, version: CertificateVersion) -> None:
    make(mine, version)
    window = UsageWindow.objects.get()
    tasks.issue_window(window_id=window.pk)
    address = f"/person/certificates/{version.pk}/windows/{window.pk}/"
    assert "不能恢复" in mine.get(f"{address}withdraw/").content.decode()
    assert mine.post(f"{address}withdraw/").status_code == 302
    assert "已由持证人撤销" in verified(window)
    assert mine.get(f"{address}file.pdf").status_code == 404
    assert "已由持证人撤销" in mine.get(f"/person/certificates/{version.pk}/").content.decode()
    assert "已经撤销" in mine.post(f"{address}withdraw/", follow=True).content.decode()
    assert Event.objects.filter(code="certificate.window_withdraw").count() == 1
    assert "证书有效" in Client().get(f"/verify/{version.token}/").content.decode()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ((-1, 3, "投标"), "不能早于今天"),
        ((3, 2, "投标"), "不能早于开始日期"),
        ((0, 180, "投标"), "最长 180 日"),
        ((2000, 2001, "投标"), "不能晚于这一天"),
        ((0, 3, ""), "请填写用途"),
        ((0, 3, "长" * 61), "最多 60 个字"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field_and_kept(
    mine: Client, version: CertificateVersion, asked: tuple[int, int, str], said: str
) -> None:
    answer = make(mine, version, *asked)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert said in page
    assert f'value="{day(asked[1])}"' in page
    assert not UsageWindow.objects.exists()


def test_the_longest_window_is_180_days(mine: Client, version: CertificateVersion) -> None:
    assert make(mine, version, 0, 179).status_code == 302


@pytest.mark.parametrize(
    ("left", "binding", "last"), [(179, True, 179), (178, True, 178), (0, True, 0), (0, False, 179)]
)
def test_the_certificate_itself_is_made_for_the_longest_window(
    registration: Registration, left: int, binding: bool, last: int
) -> None:
    Registration.objects.filter(pk=registration.pk).update(valid_until=day(left), dates_binding=binding)
    made = certificates.actions.create_version(
        registration_id=registration.pk, new_number=False, reason="补发", case_number="", actor=SYSTEM
    )
    assert (made.use_begin, made.use_end) == (day(0), day(last))


def test_never_beyond_the_registration(mine: Client, version: CertificateVersion, registration: Registration) -> None:
    left = (registration.valid_until - clock.today()).days
    assert make(mine, version, left - 3, left + 1).status_code == 422
    assert make(mine, version, left - 3, left).status_code == 302


def test_two_a_day(mine: Client, version: CertificateVersion) -> None:
    assert make(mine, version, purpose="麓谷一期投标").status_code == 302
    assert make(mine, version, purpose="麓谷二期投标").status_code == 302
    answer = make(mine, version, purpose="麓谷三期投标")
    assert answer.status_code == 422
    assert "一天最多设定 2 次" in answer.content.decode()
    with clock.travel(days=1):
        mine.force_login(version.registration.person.user)
        assert make(mine, version).status_code == 302


def test_only_of_the_certificate_in_force(
    mine: Client, version: CertificateVersion, registration: Registration
) -> None:
    make(mine, version)
    window = UsageWindow.objects.get()
    with transaction.atomic():
        certificates.actions.create_version(
            registration_id=registration.pk, new_number=False, reason="变更", case_number="", actor=SYSTEM
        )
    assert "证书已被新版本替代" in verified(window)
    assert make(mine, version).status_code == 422
    assert mine.get(f"/person/certificates/{version.pk}/windows/new/").status_code == 302


def test_not_of_a_suspended_registration(mine: Client, version: CertificateVersion, registration: Registration) -> None:
    make(mine, version)
    with transaction.atomic():
        changes.suspend(registration_id=registration.pk, case_number="", actor=SYSTEM)
    assert "注册已暂扣" in verified(UsageWindow.objects.get())
    assert make(mine, version).status_code == 422


def test_nobody_else_makes_or_sees_one(mine: Client, version: CertificateVersion) -> None:
    make(mine, version)
    window = UsageWindow.objects.get()
    tasks.issue_window(window_id=window.pk)
    stranger, employer = Client(), Client()
    stranger.force_login(makers.person_user(makers.person("外人")))
    employer.force_login(makers.operator(version.registration.enterprise))
    for client in (stranger, employer):
        assert make(client, version).status_code == 404
        for tail in ("file.pdf", "withdraw/"):
            assert client.get(f"/person/certificates/{version.pk}/windows/{window.pk}/{tail}").status_code == 404


def test_a_window_in_the_wrong_order_is_kept_out_by_the_database(version: CertificateVersion) -> None:
    with pytest.raises(IntegrityError, match="usage_window_in_order"), transaction.atomic():
        UsageWindow.objects.create(
            version=version, number=1, begin=day(2), end=day(1), purpose="投标", created_at=clock.now()
        )


def test_the_stored_copy_is_signed(mine: Client, version: CertificateVersion) -> None:
    make(mine, version)
    window = certificates.windows.issue(UsageWindow.objects.get().pk)
    assert window.file is not None
    found = certificates.verifying.by_file(files.read(window.file))
    assert found.signature.state == "valid"
    assert found.finding is not None
    assert found.finding.window == window
