"""变更 to another employer, of both classes: the former one agrees, or refuses and the person goes on with proof."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.acting import Cast, Somebody, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HANDLER = {"handler": "李晓琳", "handler_phone": "13800002716"}
CONFIRM, CONFIRM_TEMPORARY = "/enterprise/confirmations/transfers/", "/enterprise/confirmations/temporary-transfers/"


@pytest.fixture
def cast(visit: Visit, tmp_path: Path) -> Cast:
    return Cast(visit, tmp_path)


def moved(cast: Cast, who: Somebody, until: date | None) -> None:
    """With the new employer, and nothing else changed but the certificate's version."""
    before = who.registration
    assert before is not None
    number, certificate = before.number, before.certificate_number
    before.refresh_from_db()
    assert (before.enterprise_id, before.valid_until, before.number) == (cast.company.pk, until, number)
    assert before.certificate_number == certificate


def test_a_transfer_is_agreed_to_and_decided(cast: Cast) -> None:
    who = cast.somebody("彭志远", cast.former)
    who.registration.refresh_from_db()
    until = who.registration.valid_until
    browser = cast.picks("transfer", who)
    cast.fills(browser, **HANDLER)
    cast.attaches(browser, "contract", "release")
    browser.look("变更-填写")
    case = cast.reports(browser)
    cast.consents(who, look="变更-本人确认", says="等待原单位确认")
    cast.answers(CONFIRM, who, "同意转出", by=cast.former_operator, look="变更确认")
    cast.decides(cast.city, who, "accept", "first_pass", look="变更-市局")
    cast.decides(cast.province, who, "final_pass", look="变更-省厅")
    cast.announces(case)
    cast.ended(case, look="变更-已发证")
    moved(cast, who, until)
    cast.shown(
        cast.operator,
        {
            "/enterprise/transfer/": "变更-列表",
            f"/enterprise/certificates/{who.registration.pk}/": "变更-电子证书",
        },
    )
    page = cast.at(cast.former_operator).go("/enterprise/certificates/")
    expect(page.get_by_text("没有数据")).to_be_visible()


def test_a_transfer_that_is_refused_goes_on_with_proof(cast: Cast) -> None:
    who = cast.somebody("黎雪峰", cast.former)
    who.registration.refresh_from_db()
    until = who.registration.valid_until
    browser = cast.picks("transfer", who)
    cast.fills(browser)
    cast.attaches(browser, "contract")
    case = cast.reports(browser)
    cast.consents(who, says="等待原单位确认")
    cast.answers(
        CONFIRM, who, "不同意", by=cast.former_operator, reason="项目尚未竣工，交接没有完成。", look="变更确认-不同意"
    )
    page = browser.go(f"/enterprise/cases/{case.uuid}/")
    browser.look("变更-原单位不同意")
    page.get_by_role("link", name="补正").first.click()
    page.get_by_role("button", name="提交补正").click()
    expect(page.get_by_role("link", name="请上传解除劳动合同证明。")).to_be_visible()
    browser.look("变更-缺解除证明")
    cast.attaches(browser, "release")
    page.get_by_role("button", name="提交补正").click()
    expect(page.get_by_text("补正已提交").first).to_be_visible()
    case.refresh_from_db()
    assert (case.state, case.former_answer) == ("reported", "refused")
    cast.decides(cast.city, who, "accept", "first_pass", look="变更-原单位不同意-市局")
    cast.decides(cast.province, who, "final_pass")
    cast.announces(case)
    cast.ended(case)
    moved(cast, who, until)


def test_a_temporary_constructor_moves(cast: Cast) -> None:
    who = cast.somebody("周启明", cast.former, kind="temporary", dates_binding=False)
    who.registration.refresh_from_db()
    until = who.registration.valid_until
    browser = cast.picks("temporary_transfer", who)
    cast.fills(browser, **HANDLER)
    cast.attaches(browser, "contract", "release")
    browser.look("临时变更-填写")
    case = cast.reports(browser)
    cast.consents(who, says="等待原单位确认")
    cast.answers(CONFIRM_TEMPORARY, who, "同意转出", by=cast.former_operator, look="临时变更确认")
    cast.decides(cast.province, who, "accept", "final_pass", look="临时变更-省厅")
    cast.announces(case)
    cast.ended(case)
    moved(cast, who, until)
    for user, side in ((cast.operator, "转入"), (cast.former_operator, "转出")):
        page = cast.at(user).go("/enterprise/temporary-transfers/")
        expect(page.get_by_role("row").filter(has_text=who.person.name)).to_contain_text("已发证")
        cast.at(user).look(f"临时变更查询-{side}")
        page.get_by_role("link", name=f"查阅 {who.person.name}").click()
        expect(page.get_by_text(case.number).first).to_be_visible()
    cast.shown(cast.operator, {"/enterprise/temporary_transfer/": "临时变更-列表"})


def test_a_temporary_registration_is_extended(cast: Cast) -> None:
    who = cast.somebody("刘思齐", cast.company, kind="temporary", dates_binding=False)
    browser = cast.picks("temporary_renewal", who)
    cast.fills(browser, "建筑工程")
    cast.attaches(browser, "contract", "continuing_education")
    browser.look("临时延期-填写")
    case = cast.reports(browser)
    cast.consents(who)
    cast.decides(cast.city, who, "accept", "first_pass", look="临时延期-市局")
    cast.decides(cast.province, who, "final_pass")
    cast.announces(case)
    registration = cast.ended(case)
    assert (registration.valid_until, registration.dates_binding) == (date(2028, 12, 31), True)
    cast.shown(
        cast.operator,
        {
            "/enterprise/temporary_renewal/": "临时延期-列表",
            f"/enterprise/certificates/{registration.pk}/": "临时延期-电子证书",
        },
    )
