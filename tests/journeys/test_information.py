"""个人信息修改: what is printed on the certificate by review, how to reach somebody at once; and 重新申报 after 注销."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from erjian.policy import clock
from erjian.registry.models import Person
from erjian.standards.specialties import Specialty
from tests import makers
from tests.journeys import papers
from tests.journeys.acting import Cast, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast(visit: Visit, tmp_path: Path) -> Cast:
    return Cast(visit, tmp_path)


def test_a_person_changes_what_the_certificate_shows(cast: Cast, tmp_path: Path) -> None:
    who = cast.somebody("欧阳海棠", cast.company)
    who.registration.refresh_from_db()
    number = who.registration.certificate_number
    before = Person.objects.get(pk=who.person.pk)
    browser = cast.at(who.user)
    page = browser.go("/person/information/contact/")
    page.get_by_label("联系电话").fill("0731-82223344")
    page.get_by_label("紧急联系人姓名").fill("欧阳文")
    page.get_by_label("紧急联系人手机号码").fill("13800004321")
    browser.look("联系信息-修改")
    page.get_by_role("button", name="保存").click()
    page.wait_for_url("**/person/information/")
    expect(page.get_by_text("欧阳文")).to_be_visible()
    browser.look("个人信息")
    browser = cast.begins("personal_change", who)
    cast.brings(browser, "new_portrait", papers.portrait(tmp_path))
    cast.brings(browser, "new_signature", papers.signature(tmp_path))
    cast.brings(browser, "name_proof", papers.scan(tmp_path, "户口簿", ("Household register", "former name")))
    cast.fills(browser, new_name="欧阳海澜", change_note="2026 年 10 月依法变更姓名，同时更换寸照和签名。")
    browser.look("个人信息修改-填写")
    case = cast.reports(browser, look="个人信息修改-已上报")
    cast.decides(cast.city, who, "accept", look="个人信息修改-市局")
    cast.decides(cast.province, who, "final_pass", look="个人信息修改-省厅")
    registration = cast.ended(case, by=who.user)
    now = Person.objects.get(pk=who.person.pk)
    assert (now.name, registration.certificate_number) == ("欧阳海澜", number)
    assert now.portrait_id != before.portrait_id
    assert now.signature_id != before.signature_id
    page = browser.go("/person/certificates/")
    page.locator("main").get_by_role("link", name="查阅").first.click()
    expect(page.get_by_role("definition").filter(has_text="欧阳海澜")).to_be_visible()
    browser.look("个人信息修改-电子证书")


def test_a_cancelled_person_is_registered_again(cast: Cast) -> None:
    gone = clock.today() - timedelta(days=60)
    who = cast.somebody(
        "黎雪峰", cast.former, status="cancelled", ended_on=gone, end_reason="已与聘用企业解除聘用合同关系"
    )
    makers.qualification(who.person, Specialty.BUILDING)
    number = who.registration.number
    browser = cast.picks("reregistration", who, twice=True)
    cast.fills(browser, "建筑工程", lapsed_on=str(gone), lapse_reason="已与聘用企业解除聘用合同关系")
    cast.attaches(browser, "qualification", "education", "contract", "continuing_education")
    browser.look("重新申报-填写")
    case = cast.reports(browser)
    cast.consents(who)
    cast.decides(cast.city, who, "accept", "first_pass", look="重新申报-市局")
    cast.decides(cast.province, who, "final_pass")
    cast.announces(case)
    registration = cast.ended(case, look="重新申报-已发证")
    assert (registration.number, registration.enterprise_id) == (number, cast.company.pk)
    assert registration.certificate_number
    cast.shown(
        cast.operator,
        {
            "/enterprise/reregistration/": "重新申报-列表",
            f"/enterprise/certificates/{registration.pk}/": "重新申报-电子证书",
        },
    )
