"""The main job from end to end, as people do it: a spreadsheet of qualifications becomes a certificate that holds.

Before the story only those exist whose accounts the platform's operator creates: officers, and an enterprise with
its operator. Whatever happens afterwards happens in the browser, by the job worker, or by the passing of days.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
import zxingcpp
from django.test import Client
from PIL import Image
from playwright.sync_api import expect

from erjian import audit
from erjian.accounts.models import Function, User
from erjian.audit.models import Event
from erjian.policy import clock
from erjian.policy import current as policy
from erjian.registry.models import Enterprise
from tests import makers
from tests.journeys import papers
from tests.journeys.visiting import Visitor
from tests.journeys.working import robots, work

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CITY, PROVINCE = "430100", "430000"
NAME, MOBILE, PASSWORD = "周启明", "13912345678", "Lushan-shuili-2026"
Visit = Callable[..., Visitor]


@dataclass
class Stage:
    """What exists before the story, and what the actors learn on the way."""

    folder: Path
    enterprise: Enterprise
    operator: User
    officers: dict[str, User]
    number: str = field(default_factory=makers.id_number)
    case: str = ""
    """申报编号."""
    case_url: str = ""
    registration: str = ""
    """注册编号."""
    certificate: bytes = b""


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    enterprise = makers.enterprise(
        established_on=None,
        address="",
        registration_kind="",
        capital=None,
        currency="",
        office_phone="",
        contact_name="",
        contact_phone="",
        kind="",
    )
    functions = {
        "register": (PROVINCE, "易春华", Function.REGISTER),
        "system": (PROVINCE, "龙建军", Function.SYSTEM),
        "counter": (CITY, "龚雪梅", Function.COUNTER),
        "acceptance": (CITY, "胡敏", Function.ACCEPTANCE),
        "first": (CITY, "贺静", Function.FIRST_REVIEW),
        "final": (PROVINCE, "欧阳文", Function.FINAL_REVIEW),
        "decision": (PROVINCE, "谭卫国", Function.DECISION),
    }
    officers = {
        key: makers.officer(authority, function, name=name) for key, (authority, name, function) in functions.items()
    }
    return Stage(tmp_path, enterprise, makers.operator(enterprise, username="luchuan"), officers)


@pytest.fixture
def officer(stage: Stage, visit: Visit) -> Callable[[str], Visitor]:
    """An officer signs in, afresh for each visit."""

    def arrive(key: str) -> Visitor:
        visitor = visit(stage.officers[key].name)
        visitor.sign_in(stage.officers[key].username, makers.PASSWORD, side="主管单位")
        return visitor

    return arrive


@pytest.fixture
def operator(stage: Stage, visit: Visit) -> Callable[[], Visitor]:
    def arrive() -> Visitor:
        visitor = visit("李晓琳")
        visitor.sign_in(stage.operator.username, makers.PASSWORD)
        return visitor

    return arrive


def test_from_the_spreadsheet_to_the_verified_certificate(
    stage: Stage, visit: Visit, officer: Callable[[str], Visitor], operator: Callable[[], Visitor]
) -> None:
    strangers_look_around(visit())
    province_imports(stage, officer("register"))
    person = visit(NAME, phone=True)
    person_chooses_the_counter(stage, person, officer("system"))
    counter_verifies(stage, officer("counter"))
    person_completes_the_form(stage, person, officer("system"))
    company = operator()
    enterprise_completes_its_profile(stage, company)
    enterprise_picks_and_fills(stage, company)
    enterprise_reports(stage, company)
    person_consents(stage, person)
    city_asks_for_a_correction(stage, officer("acceptance"))
    enterprise_answers_the_correction(stage, company)
    city_accepts(stage, officer("acceptance"))
    city_reviews_by_keyboard(stage, officer("first"))
    province_reviews(stage, officer("final"))
    province_publishes(stage, officer("decision"))
    public_reads_the_publicity(stage, visit())
    days_pass()
    province_announces(stage, officer("decision"))
    public_reads_the_announcement(stage, visit())
    enterprise_prints_the_certificate(stage, operator())
    person_shows_the_certificate(stage, visit(NAME, phone=True))
    public_verifies(stage, visit())
    everything_is_on_record(stage)


def strangers_look_around(public: Visitor) -> None:
    for address, name in (
        ("/", "首页"),
        ("/notices/", "公示公告-空"),
        ("/guide/", "办事指南"),
        ("/guide/initial/", "办事指南-初始申报"),
        ("/engineers/", "人员类别"),
        ("/sign-in/", "登录"),
        ("/verify/", "证书查验"),
    ):
        public.go(address)
        public.look(name)


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


def sms(officer: Visitor, pattern: str) -> str:
    """What the newest SMS of a pattern says, read in the outbox of the demonstration."""
    work()
    officer.go("/authority/outbox/")
    text = officer.page.get_by_text(re.compile(pattern)).first.inner_text()
    found = re.search(pattern, text)
    assert found
    return found[1]


def person_chooses_the_counter(stage: Stage, person: Visitor, system: Visitor) -> None:
    page = person.go("/m/verify/")
    page.get_by_label("姓名").fill(NAME)
    page.get_by_label("身份证号码").fill(stage.number)
    page.get_by_label("手机号码").fill(MOBILE)
    person.look("个人-完善建造师个人信息")
    page.get_by_role("button", name="获取验证码").click()
    page.get_by_label("短信验证码").wait_for()
    page.get_by_label("短信验证码").fill(sms(system, r"验证码 (\d{6})"))
    system.look("短信发件箱")
    person.look("个人-验证码")
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_text("信息成功")).to_be_visible()
    page.get_by_role("link", name="确定").click()
    person.look("个人-授权同意")
    page.get_by_role("button", name="改用窗口核验").click()
    expect(page.get_by_role("heading", name="请到窗口核验")).to_be_visible()
    person.look("个人-窗口核验")


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


def person_completes_the_form(stage: Stage, person: Visitor, system: Visitor) -> None:
    first = sms(system, r"一次性口令 (\S+) 登录")
    page = person.go("/person/sign-in/")
    person.look("个人-登录")
    page.get_by_label("用户名", exact=True).fill(stage.number)
    page.get_by_label("密码", exact=True).fill(first)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url("**/password/")
    page.get_by_label("原口令").fill(first)
    page.get_by_label("新口令", exact=True).fill(PASSWORD)
    page.get_by_label("再输一次新口令").fill(PASSWORD)
    page.get_by_role("button", name="修改口令").last.click()
    page.wait_for_url("**/person/")
    person.look("个人-首页-空")
    person.go("/person/identity/")
    for label in ("身份证正照", "身份证反照", "手持身份证照", "个人承诺书"):
        with page.expect_response(re.compile("/upload/$")):
            page.get_by_label(label, exact=True).set_input_files(
                {"name": "照片.jpg", "mimeType": "image/jpeg", "buffer": makers.picture(800, 500)}
            )
    page.get_by_label("民族").select_option(label="汉族")
    page.get_by_label("毕业院校").fill("湖南城建职业技术学院")
    page.get_by_label("所学专业").fill("建筑工程技术")
    page.get_by_label("毕业时间").fill("2012-06-30")
    page.get_by_label("学历").select_option(index=3)
    page.get_by_label("学位").select_option(index=1)
    person.look("个人-实名认证")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("保存成功，个人实名认证已完成")).to_be_visible()
    person.look("个人-实名认证-完成")


def enterprise_completes_its_profile(stage: Stage, company: Visitor) -> None:
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


def enterprise_picks_and_fills(stage: Stage, company: Visitor) -> None:
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
    company.confirm("上报")
    expect(page.get_by_text(re.compile("上报前还有 \\d+ 处需要处理"))).to_be_visible()
    expect(page.get_by_role("link", name="请上传聘用劳动合同。")).to_be_visible()
    company.look("企业-填写申报-上报前还有")
    page.get_by_label("处罚或不良情形").fill("无")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text(re.compile("已保存 \\d\\d:")).first).to_be_visible()


def enterprise_reports(stage: Stage, company: Visitor) -> None:
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
    page.get_by_role("button", name="上报", exact=True).click()
    company.confirm("上报")
    said = page.get_by_text(re.compile("已上报，申报编号 \\S+")).first
    expect(said).to_be_visible()
    number = re.search(r"申报编号 ([A-Z0-9-]+)", said.inner_text())
    assert number
    stage.case = number[1]
    company.look("企业-申报-待本人确认")
    company.go("/enterprise/initial/")
    company.look("企业-申报列表")


def person_consents(stage: Stage, person: Visitor) -> None:
    page = person.go("/person/")
    person.look("个人-首页-待确认")
    page.get_by_role("link", name="同意并签名").first.click()
    page.wait_for_url("**/consent/")
    person.draw()
    page.get_by_label("我已核对并同意以上承诺").check()
    person.look("个人-同意并签名")
    if not page.get_by_label("我已核对并同意以上承诺").is_checked():
        page.get_by_label("我已核对并同意以上承诺").check()
    person.draw()
    page.get_by_role("button", name="同意并签名").click()
    expect(page.get_by_text("已同意并签名")).to_be_visible()
    person.look("个人-申报")


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


def enterprise_answers_the_correction(stage: Stage, company: Visitor) -> None:
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
    dialog = page.get_by_role("dialog")
    if dialog.count():
        company.confirm("提交补正")
    expect(page.get_by_text("补正已提交").first).to_be_visible()


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


def public_reads_the_publicity(stage: Stage, public: Visitor) -> None:
    page = public.go("/notices/")
    public.look("公示公告")
    page.locator("main li").filter(has_text="公示至").get_by_role("link").click()
    expect(page.get_by_text(NAME)).to_be_visible()
    assert stage.number not in page.content()
    public.look("公示")
    page.get_by_role("link", name=re.compile("提出异议")).first.click()
    public.look("提出异议")
    public.go("/")
    public.look("首页-有公示")


def days_pass() -> None:
    clock.travel(days=policy().publicity_days + 2)
    robots()


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


def public_reads_the_announcement(stage: Stage, public: Visitor) -> None:
    page = public.go("/notices/?view=announcement")
    page.locator("main li").filter(has_text="的公告").get_by_role("link").click()
    expect(page.get_by_text(NAME)).to_be_visible()
    public.look("公告")


def enterprise_prints_the_certificate(stage: Stage, company: Visitor) -> None:
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


def person_shows_the_certificate(stage: Stage, person: Visitor) -> None:
    page = person.sign_in(stage.number, PASSWORD)
    person.look("个人-首页-证书")
    page.get_by_role("link", name="亮证").first.click()
    person.look("个人-亮证")
    for address, name in (
        ("/person/cases/", "个人-申报查询"),
        ("/person/registrations/", "个人-注册信息"),
        ("/person/certificates/", "个人-电子证照"),
        ("/person/information/", "个人-个人信息"),
        ("/person/signature/", "个人-手写签名"),
        ("/person/information/readers/", "个人-谁看过我的信息"),
        ("/messages/", "个人-消息"),
    ):
        person.go(address)
        person.look(name)


def public_verifies(stage: Stage, public: Visitor) -> None:
    import pypdfium2

    picture = pypdfium2.PdfDocument(stage.certificate)[0].render(scale=3).to_pil()
    picture.save(stage.folder / "certificate.png")
    codes = zxingcpp.read_barcodes(Image.open(stage.folder / "certificate.png"))
    addresses = [code.text for code in codes if "/verify/" in code.text]
    assert addresses, "the certificate carries no QR code"
    page = public.go(addresses[0])
    expect(page.get_by_text("证书有效")).to_be_visible()
    assert stage.number not in page.content()
    public.look("查验-二维码")
    public.go("/verify/")
    page.get_by_role("textbox", name="姓名").fill(NAME)
    page.get_by_label("注册编号或证书编号").fill(stage.registration)
    page.get_by_role("button", name="查验", exact=True).click()
    expect(page.get_by_text("证书有效")).to_be_visible()
    public.look("查验-姓名和编号")
    for content, words, name in (
        (stage.certificate, "证书有效", "查验-文件"),
        (papers.tampered(stage.certificate), "文件已被改动", "查验-文件-被改动"),
    ):
        path = stage.folder / "证书.pdf"
        path.write_bytes(content)
        public.go("/verify/")
        page.locator("input[type=file]").set_input_files(path)
        page.get_by_role("button", name="上传并验真").click()
        expect(page.get_by_text(words).first).to_be_visible()
        public.look(name)


def everything_is_on_record(stage: Stage) -> None:
    """The audit holds every step once, and proves it."""
    once = (
        "application.report",
        "application.consent",
        "application.request_correction",
        "application.resubmit",
        "application.accept",
        "application.first_pass",
        "application.final_pass",
        "application.publish",
        "application.close_publicity",
        "application.announce_grant",
        "application.issue",
        "certificate.create",
        "certificate.issue",
    )
    counts = {code: Event.objects.filter(code=code).count() for code in once}
    assert counts == dict.fromkeys(once, 1)
    audit.seal()
    assert audit.verify().ok
    assert Client().get("/healthz").json()["database"] == "ok"
    assert io.BytesIO(stage.certificate).read(4) == b"%PDF"
