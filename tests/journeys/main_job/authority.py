"""The officers of city and province: import, counter, desk, 公示, 公告."""

from __future__ import annotations

import re
from datetime import timedelta

from playwright.sync_api import expect

from erjian.policy import clock
from tests.journeys import papers
from tests.journeys.main_job.stage import MOBILE, NAME, Stage
from tests.journeys.visiting import Visitor
from tests.journeys.working import work


def province_imports(stage: Stage, officer: Visitor) -> None:
    obtained = clock.today() - timedelta(days=300)
    wrong = stage.number[:-1] + ("0" if stage.number[-1] != "0" else "1")
    common = ("二级注册建造师", "建筑工程")
    tail = (str(obtained.year), obtained.isoformat(), stage.enterprise.name, stage.enterprise.credit_code)
    rows = [
        (NAME, stage.number, MOBILE, *common, "20260430199000001", *tail, "合格", "初始申报"),
        (NAME, stage.number, MOBILE, "二级注册建造师", "市政公用工程", "20260430199000002", *tail, "复审中", "增项"),
        ("刘思齐", wrong, "13912340000", *common, "20260430199000003", *tail, "合格", "初始申报"),
    ]
    page = officer.page
    officer.look("省厅-待办事项")
    page.get_by_role("link", name="数据导入").first.click()
    page.get_by_role("link", name="导入数据").last.click()
    page.get_by_label("资格证书", exact=True).check()
    page.locator("input[type=file]").set_input_files(papers.spreadsheet(stage.folder, rows))
    officer.look("导入-选择文件")
    page.get_by_role("button", name="上传并检查").click()
    page.wait_for_url(re.compile(r"/imports/[0-9a-f-]{36}/$"))
    work()
    expect(page.get_by_text("信用代码").or_(page.get_by_text("校验码")).first).to_be_visible()
    officer.look("导入-检查结果")
    with page.expect_download() as download:
        page.get_by_role("link", name="下载错误行").click()
    assert download.value.suggested_filename.endswith(".xlsx")
    page.get_by_role("button", name="导入 2 行").click()
    officer.confirm("导入")
    work()
    expect(page.get_by_text("已导入。")).to_be_visible()
    officer.look("导入-完成")


def counter_verifies(stage: Stage, officer: Visitor) -> None:
    page = officer.go("/authority/identity/counter/")
    page.get_by_label("姓名").fill(NAME)
    page.get_by_label("身份证号码").fill(stage.number)
    officer.look("窗口-查找")
    page.get_by_role("button", name="查找").click()
    for box in page.get_by_role("checkbox").all():
        box.check()
    officer.look("窗口-核验")
    page.get_by_role("button", name="通过", exact=True).click()
    officer.confirm("通过")
    expect(page.get_by_text("核验通过，登录短信已发出")).to_be_visible()
    officer.look("窗口-记录")


def city_asks_for_a_correction(stage: Stage, officer: Visitor) -> None:
    page = officer.page
    officer.look("市局-待办事项")
    officer.go("/authority/desk/")
    expect(page.get_by_role("heading", level=1)).to_contain_text(NAME)
    officer.look("市局-受理", full=False)
    page.locator("[data-defect^='学位：']").check()
    expect(page.locator("#id_opinion")).to_have_value(re.compile("学位"))
    page.locator("button[value=request_correction]").click()
    page.wait_for_url("**/correction/**")
    page.get_by_label("其他问题 1").fill("劳动合同第 2 页不清晰，请重新扫描。")
    officer.look("市局-一次性告知补正")
    page.get_by_role("button", name="发出补正通知书").click()
    officer.confirm("发出补正通知书")
    expect(page.get_by_text("补正通知书已出具").first).to_be_visible()
    work()


def city_accepts(stage: Stage, officer: Visitor) -> None:
    page = officer.go("/authority/desk/")
    page.locator("#id_opinion").fill("材料齐全，予以受理。")
    page.locator("button[value=accept]").click()
    officer.confirm("受理")
    expect(page.get_by_text("受理通知书已出具").first).to_be_visible()
    officer.look("市局-受理-办完", full=False)
    work()


def city_reviews_by_keyboard(stage: Stage, officer: Visitor) -> None:
    page = officer.go("/authority/desk/")
    expect(page.get_by_role("heading", level=1)).to_contain_text(NAME)
    # The keys come with a module that loads after the page; before, a key would do nothing.
    expect(page.locator("[data-keys-ready]")).to_have_count(1)
    page.keyboard.press("2")
    expect(page.locator(".ej-film [aria-current]")).to_contain_text("2")
    page.keyboard.press("d")
    officer.look("市局-初审", full=False)
    page.keyboard.press("d")
    page.locator("#id_opinion").fill("经初审，符合注册条件。")
    page.locator("h1").click()
    key = page.locator("button[value=first_pass]").get_attribute("data-key")
    page.keyboard.press(key or "")
    officer.confirm("初审通过")
    expect(page.get_by_text("初审通过").first).to_be_visible()


def province_reviews(stage: Stage, officer: Visitor) -> None:
    page = officer.go("/authority/desk/")
    officer.look("省厅-复审", full=False)
    page.locator("#id_opinion").fill("同意初审意见。")
    page.locator("button[value=final_pass]").click()
    officer.confirm("复审通过")
    expect(page.get_by_text("复审通过").first).to_be_visible()
    officer.go("/authority/cases/")
    officer.look("省厅-申报查询")


def province_publishes(stage: Stage, officer: Visitor) -> None:
    page = officer.go("/authority/batches/")
    officer.look("省厅-批次")
    page.get_by_role("link", name="新建公示批次").click()
    officer.look("省厅-新建公示批次")
    page.get_by_role("button", name="全部 1 条都列入").click()
    expect(page.get_by_text("公示批次已建立")).to_be_visible()
    officer.look("省厅-公示批次")
    page.get_by_role("link", name="发布公示").click()
    officer.look("省厅-发布公示")
    page.locator("main").get_by_role("button", name=re.compile("发布")).click()
    work()
    expect(page.get_by_role("link", name="公开页面")).to_be_visible()
    officer.look("省厅-公示批次-已发布")


def province_announces(stage: Stage, officer: Visitor) -> None:
    page = officer.go("/authority/batches/?kind=announcement")
    page.get_by_role("link", name="新建公告批次").click()
    officer.look("省厅-新建公告批次")
    page.get_by_role("button", name="全部 1 条都列入").click()
    page.get_by_role("link", name="发布公告").click()
    officer.look("省厅-发布公告")
    page.locator("main").get_by_role("button", name=re.compile("发布")).click()
    work()
    expect(page.get_by_role("link", name="公开页面")).to_be_visible()
    officer.look("省厅-公告批次-已发布")
