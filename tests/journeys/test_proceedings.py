"""依职权办理 and 强制注销 in the portals of all who take part, and the page of 定时任务."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from erjian.accounts.models import Function, User
from erjian.policy import clock, working_days
from erjian.proceedings.models import Proceeding
from tests import makers
from tests.journeys import papers
from tests.journeys.acting import PROVINCE, Cast, Somebody, Visit
from tests.journeys.visiting import Visitor
from tests.journeys.working import robots, work

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


class Bench:
    """Those at the province who propose, and those who decide."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.keeper = makers.officer(PROVINCE, Function.REGISTER, name="罗婷", username="hn-luoting")
        self.decider = makers.officer(PROVINCE, Function.DECISION, name="贺静", username="hn-hejing")

    def proposes(self, who: Somebody, choice: str, *, until: str = "", look: str = "") -> None:
        browser = self.cast.at(self.keeper)
        assert who.registration is not None
        page = browser.go(f"/authority/register/registrations/{who.registration.pk}/")
        page.get_by_role("link", name="依职权办理").last.click()
        page.get_by_label("事项和情形").select_option(choice)
        if until:
            page.get_by_label("暂扣至").fill(until)
        page.get_by_role("button", name="提出").click()
        expect(page.locator("[data-error-summary]")).to_be_visible()
        if look:
            browser.look(f"{look}-提出-缺项")
        page.get_by_label("事实和证据").fill("2026 年 3 月，其任项目负责人的工程发生质量事故，有事故调查报告为证。")
        page.get_by_label("证据材料").set_input_files(papers.scan(self.cast.folder, "事故调查报告", ("Report", "2026")))
        page.get_by_role("button", name="提出").click()
        expect(page.get_by_text("已提出").first).to_be_visible()

    def acts(self, by: User, label: str, *, text: str = "", verb: str = "", look: str = "") -> Visitor:
        """One step of the newest proceeding by an officer or a party."""
        browser = self.cast.at(by)
        side = "authority" if by.authority_code else "person" if by.person_id else "enterprise"
        page = browser.go(f"/{side}/proceedings/")
        page.get_by_role("link", name="查阅").first.click()
        if look:
            browser.look(f"{look}-{label}-之前")
        page.get_by_role("link", name=label, exact=True).click()
        if text:
            page.get_by_role("textbox").first.fill(text)
        if look:
            browser.look(f"{look}-{label}")
        page.locator("main").get_by_role("button", name=verb or label, exact=True).click()
        expect(page.locator("[role=status], .ej-note").filter(has_text="：").first).to_be_visible()
        work()
        return browser

    def waits(self) -> None:
        """The days for statements pass."""
        made = Proceeding.objects.latest("pk")
        assert made.due_on is not None
        clock.travel(to=working_days.add(made.due_on, 1))
        self.cast.open.clear()


@pytest.fixture
def cast(visit: Visit, tmp_path: Path) -> Cast:
    return Cast(visit, tmp_path)


@pytest.fixture
def bench(cast: Cast) -> Bench:
    return Bench(cast)


def test_a_registration_is_suspended_after_a_hearing_and_restored(cast: Cast, bench: Bench) -> None:
    who = cast.somebody("彭志远", cast.company)
    bench.proposes(who, "suspend:quality", until=str(clock.today().replace(year=clock.today().year + 1)), look="暂扣")
    bench.acts(bench.keeper, "发出告知书", look="暂扣")
    bench.acts(who.user, "陈述申辩", text="事故原因是设计缺陷，不是施工责任。", look="暂扣-本人")
    bench.acts(cast.operator, "申请听证", text="对事故责任认定有异议。", look="暂扣-企业")
    bench.acts(bench.keeper, "记录听证", text="双方陈述了意见，维持事故调查结论。")
    bench.waits()
    browser = bench.acts(bench.decider, "作出决定", text="事实清楚，证据确凿。", verb="决定暂扣", look="暂扣")
    browser.look("暂扣-已决定")
    person = cast.at(who.user)
    person.go("/person/registrations/")
    expect(person.page.get_by_text("暂扣").first).to_be_visible()
    person.look("暂扣-我的注册")
    assert status(who) == "suspended"
    bench.proposes(who, "restore:corrected")
    bench.acts(bench.decider, "作出决定", text="已改正，恢复执业。", verb="决定解除暂扣")
    assert status(who) == "valid"
    cast.at(bench.decider).go("/authority/proceedings/")
    cast.at(bench.decider).look("依职权办理-列表")


def test_a_registration_is_rescinded(cast: Cast, bench: Bench) -> None:
    who = cast.somebody("刘思齐", cast.company)
    bench.proposes(who, "rescind:fraud")
    bench.acts(bench.keeper, "发出告知书")
    bench.waits()
    bench.acts(bench.decider, "作出决定", text="以伪造的资格证书取得注册，证据确凿。", verb="决定撤销", look="撤销")
    assert status(who) == "rescinded"
    cast.shown(cast.operator, {"/enterprise/proceedings/": "撤销-企业-列表"})
    page = cast.at(cast.operator).go("/enterprise/certificates/")
    expect(page.get_by_role("row").filter(has_text=who.person.name)).to_contain_text("撤销")
    notice = Proceeding.objects.get().notice
    assert notice is not None
    public = cast.visit("公众")
    public.go(f"/notices/{notice.pk}/")
    expect(public.page.get_by_text(who.registration.number)).to_be_visible()
    public.look("撤销-公告")


def test_a_person_whom_the_employer_refuses_turns_to_the_authority(cast: Cast, bench: Bench) -> None:
    who = cast.somebody("黎雪峰", cast.company)
    browser = cast.begins("cancellation_by_person", who)
    cast.fills(browser, cancel_reason="已与聘用企业解除聘用合同关系")
    case = cast.reports(browser)
    cast.answers(
        "/enterprise/confirmations/cancellations/", who, "不同意", by=cast.operator, reason="尚有劳动争议未了结。"
    )
    page = browser.go(f"/person/cases/{case.uuid}/")
    page.get_by_role("link", name="申请强制注销").click()
    proof = papers.scan(cast.folder, "解除劳动合同证明", ("Release", "2026"))
    page.get_by_label("证明材料").set_input_files(proof)
    page.get_by_role("button", name="提交申请").click()
    expect(page.get_by_text("没有保存，改正后请重新选择")).to_be_visible()
    browser.look("强制注销-缺项")
    page.get_by_label("注销的情形").select_option("contract_ended")
    page.get_by_label("事实和理由").fill("2026 年 9 月 30 日劳动合同期满终止，企业不同意注销。")
    page.get_by_label("证明材料").set_input_files(proof)
    page.get_by_role("button", name="提交申请").click()
    browser.confirm("提交申请")
    expect(page.get_by_text("主管部门受理后会告知").first).to_be_visible()
    browser.look("强制注销-已提交")
    bench.acts(bench.keeper, "受理", look="强制注销")
    bench.acts(bench.keeper, "发出告知书")
    bench.acts(cast.operator, "陈述申辩", text="争议已仲裁，服从裁决。")
    bench.waits()
    bench.acts(bench.decider, "作出决定", text="劳动合同已终止，予以注销。", verb="决定注销")
    assert status(who) == "cancelled"
    page = cast.at(cast.operator).go("/enterprise/history/?status=cancelled")
    expect(page.get_by_role("row").filter(has_text=who.person.name)).to_contain_text("注销")


def test_the_nightly_work_is_tried_and_seen(cast: Cast, visit: Visit) -> None:
    who = cast.somebody("周启明", cast.company, days_left=5)
    keeper = makers.officer(PROVINCE, Function.SYSTEM, name="龙建军", username="hn-longjianjun")
    browser = cast.at(keeper)
    page = browser.go("/authority/robots/")
    browser.look("定时任务-空")
    page.get_by_role("button", name="试运行").click()
    expect(page.get_by_text("已开始试运行")).to_be_visible()
    work()
    expect(page.locator(".ej-head").get_by_text("完成")).to_be_visible()
    expect(page.get_by_text("试运行，没有改动任何数据")).to_be_visible()
    browser.look("定时任务-试运行")
    clock.travel(days=6)
    robots()
    cast.open.clear()
    assert status(who) == "lapsed"
    browser = cast.at(keeper)
    page = browser.go("/authority/robots/")
    expect(page.get_by_role("row").filter(has_text="系统").first).to_contain_text("运行")
    browser.look("定时任务-列表")
    page.get_by_role("link", name="查阅").first.click()
    browser.look("定时任务-运行")


def status(who: Somebody) -> str:
    """The registration's status as the register has it now."""
    assert who.registration is not None
    who.registration.refresh_from_db()
    return str(who.registration.status)
