"""注销 by both sides: the enterprise begins and the person confirms, the person begins and the enterprise confirms."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from erjian.registry.models import Registration
from tests.journeys.acting import Cast, Somebody, Visit
from tests.journeys.working import work

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ENDED = "已与聘用企业解除聘用合同关系"


@pytest.fixture
def cast(visit: Visit, tmp_path: Path) -> Cast:
    return Cast(visit, tmp_path)


def cancelled(*people: Somebody) -> bool:
    found = Registration.objects.filter(pk__in=[who.registration.pk for who in people if who.registration])
    return [each.status for each in found] == ["cancelled"] * len(people)


def test_the_enterprise_cancels_and_the_person_confirms(cast: Cast) -> None:
    who = cast.somebody("彭志远", cast.company)
    browser = cast.picks("cancellation", who)
    cast.fills(browser, cancel_reason=ENDED, handler="李晓琳", handler_phone="13800002716")
    browser.look("注销-填写")
    case = cast.reports(browser)
    cast.consents(who, look="注销-本人确认", says="注销已生效")
    assert cancelled(who)
    work()
    cast.ended(case, "已办结", look="注销-已办结")
    cast.shown(cast.operator, {"/enterprise/cancellation/": "注销-列表"})
    page = cast.at(cast.operator).go("/enterprise/history/?status=cancelled")
    expect(page.get_by_role("row").filter(has_text=who.person.name)).to_contain_text("注销")


def test_people_cancel_and_the_enterprise_confirms_them_at_once(cast: Cast) -> None:
    people = [cast.somebody(name, cast.company) for name in ("黎雪峰", "刘思齐", "欧阳海棠")]
    for number, who in enumerate(people):
        look = "" if number else "个人注销"
        browser = cast.begins("cancellation_by_person", who, look=look and "我要申报")
        cast.fills(browser, cancel_reason=ENDED)
        if look:
            browser.look(f"{look}-填写")
        cast.reports(browser, look=look and f"{look}-已上报")
    company = cast.at(cast.operator)
    page = company.go("/enterprise/confirmations/cancellations/")
    for who in people[:2]:
        page.get_by_role("checkbox", name=f"选择 {who.person.name}").check()
    company.look("个人注销企业确认-勾选")
    page.get_by_role("button", name="同意所选").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("同意 2 人的注销申报")
    company.look("个人注销企业确认-同意")
    page.get_by_role("button", name="同意注销").click()
    expect(page.get_by_text("的证书注销成功")).to_be_visible()
    assert cancelled(*people[:2])
    company.look("个人注销企业确认-同意后")
    cast.answers(
        "/enterprise/confirmations/cancellations/", people[2], "不同意", by=cast.operator, reason="在施项目尚未完工。",
        look="个人注销企业确认-不同意",
    )  # fmt: skip
    assert not cancelled(people[2])
    person = cast.at(people[0].user)
    person.go("/person/registrations/")
    expect(person.page.get_by_text("注销").first).to_be_visible()
    person.look("个人注销-注册信息")


def test_a_temporary_registration_is_cancelled_from_either_side(cast: Cast) -> None:
    ours = cast.somebody("周启明", cast.company, kind="temporary", dates_binding=False)
    own = cast.somebody("谭卫国", cast.company, kind="temporary", dates_binding=False)
    browser = cast.picks("temporary_cancellation", ours)
    cast.fills(browser, cancel_reason=ENDED, handler="李晓琳", handler_phone="13800002716")
    browser.look("临时注销-填写")
    case = cast.reports(browser)
    cast.consents(ours, says="注销已生效")
    cast.ended(case, "已办结")
    cast.shown(cast.operator, {"/enterprise/temporary_cancellation/": "临时注销-列表"})
    browser = cast.begins("temporary_cancellation_by_person", own)
    cast.fills(browser, cancel_reason=ENDED)
    case = cast.reports(browser)
    cast.answers("/enterprise/confirmations/cancellations/", own, "同意", by=cast.operator)
    cast.ended(case, "已办结", by=own.user)
    assert cancelled(ours, own)
