"""The desk in a real browser: decisions by key, and what an officer types survives a look at the next case."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests import makers
from tests.journeys.acting import Visit
from tests.portals.authority.scenes import Scene, desk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TYPED = "合同第三页缺章，请补正后再报。"


def test_what_is_to_be_checked_stays_in_sight_with_the_differences(visit: Visit) -> None:
    scene = Scene()
    case = scene.reported("彭志远", degree="2")
    browser = visit("审核台")
    page = browser.sign_in(scene.acceptor.username, makers.PASSWORD, side="主管单位")
    browser.go(desk(case))
    page.locator("[data-keys-ready]").wait_for()
    page.keyboard.press("d")
    row = page.locator(".ej-cmp tbody tr:not(.group)")
    expect(row.filter(has_text="姓名").first).to_be_hidden()
    expect(row.filter(has=page.locator(".ko")).first).to_be_visible()
    unsure = row.filter(has=page.locator(".unsure"))
    assert unsure.count() > 0
    for one in unsure.all():
        expect(one).to_be_visible()
    browser.look("审核台-差异和待核对", full=False)


def test_an_opinion_is_kept_for_its_case(visit: Visit) -> None:
    scene = Scene()
    first, second = scene.reported("彭志远"), scene.reported("段思远")
    browser = visit("审核台")
    page = browser.sign_in(scene.acceptor.username, makers.PASSWORD, side="主管单位")
    browser.go(desk(first))
    page.locator("[data-keys-ready]").wait_for()
    opinion = page.locator("#id_opinion")
    opinion.fill(TYPED)
    page.locator("h1").first.click()
    page.keyboard.press("j")
    page.wait_for_url(f"**{desk(second)}**")
    expect(opinion).to_have_value("")
    expect(page.locator("[data-kept]")).to_be_hidden()
    page.locator("[data-keys-ready]").wait_for()
    page.keyboard.press("k")
    page.wait_for_url(f"**{desk(first)}**")
    expect(opinion).to_have_value(TYPED)
    expect(page.get_by_text("上次填写的意见还没有提交，已放回这里。")).to_be_visible()
    browser.look("审核台-意见放回")

    # Cleared on purpose, it does not come back; a decision leaves nothing behind for the case's next version.
    opinion.fill("")
    page.reload()
    expect(opinion).to_have_value("")
    opinion.fill(TYPED)
    page.reload()
    expect(opinion).to_have_value(TYPED)

    # The next officer at the same machine sees nothing of it.
    page.get_by_role("button", name="退出系统").click()
    page.wait_for_url(lambda url: "/authority/" not in url)
    assert page.evaluate("Object.keys(sessionStorage).filter((key) => key.startsWith('ej-opinion')).length") == 0


def test_decisions_by_key(visit: Visit) -> None:
    scene = Scene()
    first, second = scene.reported("彭志远"), scene.reported("段思远")
    browser = visit("审核台")
    page = browser.sign_in(scene.acceptor.username, makers.PASSWORD, side="主管单位")
    browser.go(desk(first))
    page.locator("[data-keys-ready]").wait_for()

    # What is ticked belongs into a 补正通知书; the question names the case and says what stands beside it.
    accept, correct = (page.locator(f"[data-decides={name}]") for name in ("accept", "request_correction"))
    expect(accept).to_have_class(re.compile("btn-primary"))
    page.get_by_label("姓名", exact=True).check()
    expect(correct).to_have_class(re.compile("btn-primary"))
    expect(accept).not_to_have_class(re.compile("btn-primary"))
    accept.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("已勾选 1 项需要补正的内容。")
    browser.look("审核台-勾选后受理", full=False)
    dialog.get_by_role("button", name="返回").click()
    page.get_by_label("姓名", exact=True).uncheck()
    expect(accept).to_have_class(re.compile("btn-primary"))

    # The key asks, the same key answers; the next case opens with the same choice of lines.
    page.keyboard.press("d")
    page.keyboard.press("s")
    expect(dialog).to_contain_text("彭志远")
    with page.expect_navigation():
        page.keyboard.press("s")
    assert desk(second) in page.url
    expect(page.get_by_label(re.compile("只看差异"))).to_be_checked()
    expect(page.locator(".ej-cmp tbody tr:not(.group)").filter(has_text="姓名").first).to_be_hidden()

    # A decision that needs a reason says so before it asks.
    case = scene.accepted("田峰军")
    page.get_by_role("button", name="退出系统").click()
    page = browser.sign_in(scene.first.username, makers.PASSWORD, side="主管单位")
    browser.go(desk(case))
    page.locator("[data-keys-ready]").wait_for()
    page.keyboard.press("n")
    expect(page.get_by_text("请填写初审不通过的理由。")).to_be_visible()
    expect(page.locator("#id_opinion")).to_be_focused()
    expect(dialog).to_have_count(0)
    browser.look("审核台-缺理由", full=False)
    page.keyboard.type("劳动合同不能证明聘用关系。")
    expect(page.get_by_text("请填写初审不通过的理由。")).to_be_hidden()


def test_an_opinion_and_a_notice_are_written_without_the_mouse(visit: Visit) -> None:
    scene = Scene()
    first, second = scene.reported("彭志远"), scene.reported("段思远")
    page = visit("审核台").sign_in(scene.acceptor.username, makers.PASSWORD, side="主管单位")
    page.goto(page.url.split("/authority/")[0] + desk(first))
    page.locator("[data-keys-ready]").wait_for()
    page.keyboard.press("w")
    page.keyboard.type("第 3 页缺章 J")
    expect(page.locator("#id_opinion")).to_have_value("第 3 页缺章 J")
    page.keyboard.press("Escape")
    page.keyboard.press("b")
    page.wait_for_url("**/correction/**")
    expect(page.locator("textarea").first).to_be_focused()
    page.goto(page.url.split("/authority/")[0] + desk(second))
    page.locator("[data-keys-ready]").wait_for()
    page.keyboard.press("n")
    page.wait_for_url("**/refusal/**")
    expect(page.get_by_role("radio").first).to_be_focused()
