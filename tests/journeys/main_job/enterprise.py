"""The enterprise: profile, form, materials, 上报, 补正, the certificate."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.journeys import papers
from tests.journeys.main_job.stage import NAME, Stage
from tests.journeys.visiting import Visitor


def completes_its_profile(stage: Stage, company: Visitor) -> None:
    page = company.page
    company.look("企业-首页")
    company.go("/enterprise/initial/")
    expect(page.get_by_text("企业基本信息还缺 8 项")).to_be_visible()
    company.look("企业-申报列表-空")
    page.get_by_role("link", name="去完善").first.click()
    page.get_by_role("button", name="保存").click()
    expect(page.locator("[data-error-summary]")).to_be_visible()
    company.look("企业-基本信息-缺项")
    page.get_by_label("成立日期").fill("2010-05-20")
    page.get_by_label("企业营业地址").fill("长沙市岳麓区麓川路 18 号")
    page.get_by_label("企业登记注册类型").select_option("159")
    page.get_by_label("注册资本金(万元)").fill("5080")
    page.get_by_label("注册资本币种").select_option(label="人民币")
    page.get_by_label("办公电话").fill("0731-80001234")
    page.get_by_label("联系人姓名").fill("李晓琳")
    page.get_by_label("联系人手机号码").fill("13800002716")
    page.get_by_label("企业资质类型").select_option(index=1)
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("企业基本信息已保存。")).to_be_visible()
    company.look("企业-基本信息")
    page.get_by_role("link", name="附件材料").click()
    licence = papers.scan(stage.folder, "营业执照", ("Business licence", "Luchuan Construction", "Capital 50.8 M"))
    with page.expect_navigation():
        page.locator("input[type=file]").set_input_files(licence)
    expect(page.get_by_text("查看营业执照")).to_be_visible()
    company.look("企业-基本信息-附件材料")
    company.go("/enterprise/qualifications/")
    company.look("企业-资质信息")


def picks_and_fills(stage: Stage, company: Visitor) -> None:
    page = company.go("/enterprise/initial/")
    page.get_by_role("link", name="添加申报").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("人员姓名").fill("周启民")
    dialog.get_by_label("人员身份证号").fill(stage.number)
    dialog.get_by_role("button", name="查询").click()
    expect(dialog.get_by_text("没有姓名和身份证号都一致的人员")).to_be_visible()
    dialog.get_by_label("人员姓名").fill(NAME)
    dialog.get_by_label("人员身份证号").fill(stage.number)
    dialog.get_by_role("button", name="查询").click()
    choose = dialog.get_by_role("button", name=f"选择人员信息 {NAME}")
    expect(choose).to_be_visible()
    company.look("企业-选择人员信息", full=False)
    choose.click()
    page.wait_for_url("**/edit/")
    stage.case_url = page.url.removesuffix("edit/").replace(company.origin, "")
    company.look("企业-填写申报-空")
    page.get_by_label("民族").select_option("01")
    page.get_by_label("联系电话").fill("0731-80001234")
    page.get_by_label("毕业院校").fill("湖南城建职业技术学院")
    page.get_by_label("所学专业").fill("建筑工程技术")
    page.get_by_label("毕业时间").fill("2012-06-30")
    page.get_by_label("学历").select_option("31")
    page.get_by_label("学位").select_option(index=1)
    page.get_by_label("聘用开始时间").fill("2025-07-01")
    page.get_by_label("长期").check()
    page.get_by_label("申报建筑工程").check()
    expect(page.get_by_label("市政公用工程不能申报")).to_be_disabled()
    expect(page.get_by_text("已自动保存")).to_be_visible()
    page.get_by_role("button", name="点击选择").or_(page.get_by_role("link", name="点击选择")).click()
    page.locator("#portrait-dialog input[type=file]").set_input_files(papers.portrait(stage.folder))
    expect(page.locator("[data-portrait] img[alt=人员寸照]")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="上报", exact=True).click()
    expect(page.get_by_text(re.compile("上报前还有 \\d+ 处需要处理"))).to_be_visible()
    expect(page.get_by_role("link", name="请上传聘用劳动合同。")).to_be_visible()
    company.look("企业-填写申报-上报前还有")
    page.get_by_label("处罚或不良情形").fill("无")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text(re.compile("已保存 \\d\\d:")).first).to_be_visible()


def reports(stage: Stage, company: Visitor) -> None:
    page = company.go(f"{stage.case_url}materials/")
    company.look("企业-附件材料-缺")
    folder = stage.folder
    card = (856, 540)
    files = {
        "id_front": papers.scan(folder, "身份证正照", ("Identity card", NAME and "front"), size=card),
        "id_back": papers.scan(folder, "身份证反照", ("Identity card", "back"), size=card),
        "qualification": papers.scan(folder, "资格证书", ("Certificate of qualification", "20260430199000001")),
        "education": papers.scan(folder, "学历证书", ("Diploma", "2012-06-30")),
        "contract": papers.scan_pdf(folder, "劳动合同", 2),
    }
    for code, path in files.items():
        with page.expect_navigation():
            page.locator(f"#material-{code} input[type=file]").set_input_files(path)
        expect(page.locator(f"#material-{code}").get_by_text("已提供")).to_be_visible()
    company.look("企业-附件材料")
    company.go(f"{stage.case_url}edit/")
    company.look("企业-填写申报-齐全")
    company.hands_in(look="企业-上报-确认")
    said = page.get_by_text(re.compile("已上报，申报编号 \\S+")).first
    expect(said).to_be_visible()
    number = re.search(r"申报编号 ([A-Z0-9-]+)", said.inner_text())
    assert number
    stage.case = number[1]
    company.look("企业-申报-待本人确认")
    company.go("/enterprise/initial/")
    company.look("企业-申报列表")


def answers_the_correction(stage: Stage, company: Visitor) -> None:
    page = company.go(stage.case_url)
    expect(page.get_by_text("需要补正 2 项")).to_be_visible()
    company.look("企业-申报-待补正")
    letter = page.get_by_role("link", name="查阅 补正通知书")
    answer = page.context.request.get(
        f"{company.origin}{letter.get_attribute('href')}"
        if (letter.get_attribute("href") or "").startswith("/")
        else f"{page.url}{letter.get_attribute('href')}"
    )
    assert answer.body().startswith(b"%PDF")
    company.go(f"{stage.case_url}materials/")
    contract = papers.scan_pdf(stage.folder, "劳动合同-补正", 3)
    with page.expect_navigation():
        page.locator("#material-contract input[type=file]").set_input_files(contract)
    company.go(f"{stage.case_url}edit/")
    company.look("企业-补正")
    page.get_by_role("button", name="提交补正").click()
    expect(page.get_by_text("要求补正的“学位”没有改动")).to_be_visible()
    company.look("企业-补正-说明")
    page.get_by_label("补正说明").fill("学位与学位证书一致，原填写无误。")
    page.get_by_role("button", name="提交补正").click()
    expect(page.get_by_text("补正已提交").first).to_be_visible()


def prints_the_certificate(stage: Stage, company: Visitor) -> None:
    page = company.go(stage.case_url)
    expect(page.get_by_text("已发证").first).to_be_visible()
    company.look("企业-申报-已发证")
    company.go("/enterprise/certificates/")
    company.look("企业-电子证书")
    company.go("/enterprise/cases/")
    company.look("企业-申报查询")
    company.go("/enterprise/qualified/")
    company.look("企业-资格证信息查询")
    company.go("/enterprise/certificates/")
    page.get_by_role("link", name=re.compile("查阅")).first.click()
    registration = re.search(r"湘2\d+", page.locator("main").inner_text())
    assert registration
    stage.registration = registration[0]
    company.look("企业-电子证书-查阅")
    address = page.get_by_role("link", name="打印证书").get_attribute("href")
    stage.certificate = page.context.request.get(f"{company.origin}{address}").body()
    assert stage.certificate.startswith(b"%PDF")
