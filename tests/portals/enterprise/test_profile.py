"""企业基本信息: what is required, what cannot be changed, and the gate before any filing."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from erjian.audit import SYSTEM
from erjian.audit.models import Event
from erjian.policy import clock
from erjian.registry.changes import remember
from erjian.registry.models import Change, ChangeKind, Enterprise, Person
from tests import makers
from tests.portals.enterprise.test_filing import pick, text

pytestmark = pytest.mark.django_db
URL = "/enterprise/profile/"


def given(enterprise: Enterprise, **changes: Any) -> dict[str, Any]:
    enterprise.refresh_from_db()
    return {
        "seen": enterprise.version,
        "established_on": "2010-05-20",
        "city": "430100",
        "county": "430102",
        "address": "岳麓区麓川路 18 号",
        "registration_kind": "159",
        "capital": "5000",
        "currency": "156",
        "office_phone": "0731-80001234",
        "contact_name": "李晓琳",
        "contact_phone": "13800002716",
        "kind": "construction",
        **changes,
    }


def test_saving_writes_history_and_audit(browser: Client, employer: Enterprise) -> None:
    answer = browser.post(URL, given(employer, address="天心区湘府路 1 号", contact_phone="13900001111"))
    assert answer.status_code == 302
    employer.refresh_from_db()
    assert employer.address == "天心区湘府路 1 号"
    change = Change.objects.get(enterprise_id=employer.pk)
    assert change.before["address"] == "岳麓区麓川路 18 号"
    assert change.after["contact_phone"] == "139****1111"
    event = Event.objects.get(code="enterprise.profile")
    assert "address" in event.data["changed"]


def test_saving_nothing_new_leaves_no_trace(browser: Client, employer: Enterprise) -> None:
    browser.post(URL, given(employer))
    before = Change.objects.count()
    assert browser.post(URL, given(employer, capital="5000.00")).status_code == 302
    assert Change.objects.count() == before


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("address", "", "请填写企业营业地址"),
        ("registration_kind", "", "请选择企业登记注册类型"),
        ("currency", "", "请选择注册资本币种"),
        ("established_on", "2999-01-01", "成立日期晚于今天"),
        ("established_on", "2026-02-30", "不是日历上的一天"),
        ("capital", "-1", "不能小于 0"),
        ("capital", "一百", "须为数字"),
        ("contact_phone", "123", "手机号码"),
        ("office_phone", "12", "电话"),
        ("county", "430302", "不属于所选地市"),
        ("city", "110000", "不在可选范围内"),
        ("email", "x", "不是电子邮箱地址"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    browser: Client, employer: Enterprise, field: str, value: str, said: str
) -> None:
    page = browser.post(URL, given(employer, **{field: value}))
    assert page.status_code == 422
    assert said in text(page)
    assert f"#id_{field}" in text(page)
    assert not Change.objects.exists()


def test_name_and_code_are_not_changed_here(browser: Client, employer: Enterprise) -> None:
    browser.post(
        URL, given(employer, name="别的企业", credit_code="1", legal_representative="某人", filing_authority="430000")
    )
    after = Enterprise.objects.get(pk=employer.pk)
    assert (after.name, after.credit_code) == (employer.name, employer.credit_code)
    assert after.legal_representative == employer.legal_representative
    assert after.filing_authority == "430100"


def test_moving_to_another_city_changes_where_it_files(browser: Client, employer: Enterprise) -> None:
    browser.post(URL, given(employer, city="430300", county="430302"))
    employer.refresh_from_db()
    assert employer.filing_authority == "430300"


def test_a_stale_page_is_told_and_keeps_what_was_typed(browser: Client, employer: Enterprise) -> None:
    first = given(employer, address="甲路 1 号")
    browser.post(URL, given(employer, address="乙路 2 号"))
    page = browser.post(URL, first)
    assert page.status_code == 409
    assert "甲路 1 号" in text(page)
    employer.refresh_from_db()
    assert employer.address == "乙路 2 号"


def test_who_may_only_look(onlooker: Client, employer: Enterprise) -> None:
    assert "您只能查阅" in text(onlooker.get(URL))
    assert onlooker.post(URL, given(employer)).status_code == 403
    assert onlooker.post(f"{URL}attachments/", {"file": makers.upload()}).status_code == 403


def test_an_incomplete_profile_is_the_gate(browser: Client, employer: Enterprise, holder: Person) -> None:
    Enterprise.objects.filter(pk=employer.pk).update(office_phone="", contact_name="")
    for url in ("/enterprise/", "/enterprise/initial/", URL):
        assert "还缺 2 项" in text(browser.get(url))
    page = text(pick(browser, holder.name, holder.id_number))
    assert "企业基本信息不完整" in page
    assert 'name="token"' not in page


def test_the_licence_is_uploaded_and_shown(browser: Client, stranger: Client, employer: Enterprise) -> None:
    refused = browser.post(f"{URL}attachments/", {"file": makers.upload(b"MZ\0\0" * 100, "licence.jpg")})
    assert refused.status_code == 415
    assert "不支持这种文件" in text(refused)
    assert browser.get(f"{URL}licence/").status_code == 404
    assert browser.post(f"{URL}attachments/", {"file": makers.upload()}).status_code == 302
    assert browser.get(f"{URL}licence/").headers["Content-Type"] == "image/jpeg"
    assert stranger.get(f"{URL}licence/").status_code == 404
    assert "已提供" in text(browser.get(f"{URL}attachments/"))


def test_counties_of_a_city(browser: Client) -> None:
    asked = re.search(r'id="id_city"[^>]*hx-get="([^"]+)"|hx-get="([^"]+)"[^>]*id="id_city"', text(browser.get(URL)))
    assert asked, "the city's select asks for its counties"
    address = asked.group(1) or asked.group(2)
    page = text(browser.get(address, {"city": "430300"}))
    assert "雨湖区" in page
    assert "芙蓉区" not in page
    assert "芙蓉区" not in text(browser.get(address, {"city": "x"}))


@pytest.mark.parametrize(
    ("days", "status", "said"),
    [(181, "有效", ""), (180, "180 日后到期", "将于"), (0, "0 日后到期", "将于"), (-1, "已过期", "已于")],
)
def test_a_qualification_is_warned_of_before_it_runs_out(
    browser: Client, employer: Enterprise, days: int, status: str, said: str
) -> None:
    end = clock.today() + timedelta(days=days)
    employer.qualifications.update(expires_on=end)
    page = text(browser.get("/enterprise/qualifications/"))
    assert status in page
    for address in ("/enterprise/", "/enterprise/qualifications/"):
        sentence = f"建筑工程施工总承包二级{said} {end} 到期。请向资质许可机关申请延续"
        assert (sentence in text(browser.get(address))) is bool(said), address
    employer.qualifications.update(withdrawn_on=clock.today())
    assert "到期。请向资质许可机关" not in text(browser.get("/enterprise/"))


def test_one_qualification_is_read_with_what_changed_of_it(
    browser: Client, stranger: Client, employer: Enterprise
) -> None:
    held = employer.qualifications.get()
    address = f"/enterprise/qualifications/{held.pk}/"
    assert f'href="{address}" aria-label="查阅 建筑工程施工总承包"' in text(browser.get("/enterprise/qualifications/"))
    remember(
        ChangeKind.CORRECTED, actor=SYSTEM, enterprise_id=employer.pk,
        before={f"资质 {held.number} {held.scope}": "三级 至 2025-01-01"},
        after={f"资质 {held.number} {held.scope}": "二级 至 2030-01-01"},
    )  # fmt: skip
    page = text(browser.get(address))
    for words in (held.number, held.scope, held.level, "2024-01-01", str(held.expires_on), "三级 至 2025-01-01 → 二级"):
        assert words in page, words
    assert stranger.get(address).status_code == 404


def test_the_qualifications_of_the_enterprise(browser: Client, employer: Enterprise) -> None:
    page = text(browser.get("/enterprise/qualifications/"))
    assert "建筑工程施工总承包" in page
    assert "有效" in page
