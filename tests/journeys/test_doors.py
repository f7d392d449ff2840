"""The ways in, through a real browser: from the home page to the portal, and what says no on the way."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from erjian.accounts.models import Function
from erjian.messaging.models import SmsMessage
from tests import makers
from tests.journeys.working import work

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_from_the_home_page_into_the_portal(visit) -> None:
    company = makers.enterprise()
    makers.operator(company, username="luchuan")
    somebody = visit("李晓琳")
    page = somebody.go("/")
    somebody.look("home")
    page.get_by_role("link", name="二级勘察设计工程师、二级建造师").click()
    expect(page.get_by_role("heading", name="二级结构师", exact=True)).to_be_visible()
    somebody.look("middle")
    page.get_by_role("link", name="进入二级建造师").click()
    for follows in ("数字证书登录", "可信数字身份登录", "电子营业执照登录"):
        page.get_by_role("link", name=follows).click()
        expect(page.get_by_text("正在接入")).to_be_visible()
    somebody.look("follows")
    page.get_by_role("link", name="返回用户名登录").click()
    page.get_by_label("选择用户类型").select_option(label="主管单位")
    page.get_by_label("用户名", exact=True).fill("luchuan")
    page.get_by_label("口令", exact=True).fill(makers.PASSWORD)
    page.get_by_role("button", name="用户名登录").click()
    expect(page.get_by_text("用户类型选错")).to_be_visible()
    somebody.look("wrong-side")
    page.get_by_label("选择用户类型").select_option(label="企业和个人")
    page.get_by_label("口令", exact=True).fill(makers.PASSWORD)
    page.get_by_role("button", name="用户名登录").click()
    page.wait_for_url(re.compile("/enterprise/"))
    expect(page.get_by_text("李晓琳【管理员】")).to_be_visible()
    expect(page.get_by_role("link", name="修改密码").first).to_be_visible()
    page.get_by_role("button", name="退出系统").click()
    expect(page.get_by_text("已退出系统")).to_be_visible()


def sent_link() -> str:
    """The link of the newest SMS, sent by the real worker."""
    work()
    return re.search(r"(/sign-in/link/\S+/)", SmsMessage.objects.order_by("-pk")[0].text).group(1)


def test_an_administrator_invites_empowers_and_removes(visit) -> None:
    company = makers.enterprise("湖南省湘江新区麓谷城市更新与基础设施建设工程总承包有限责任公司")
    makers.operator(company, username="luchuan")
    boss = visit("李晓琳")
    page = boss.sign_in("luchuan", makers.PASSWORD)
    page.get_by_role("link", name="基本信息", exact=True).click()
    page.get_by_role("link", name="操作员管理", exact=True).click()
    page.get_by_role("link", name="邀请操作员").click()
    page.get_by_label("姓名").fill("欧阳晓梅")
    page.get_by_label("手机号码").fill("139")
    page.get_by_role("button", name="发送邀请").click()
    expect(page.get_by_text("手机号码").first).to_be_visible()
    boss.look("invite-wrong")
    page.get_by_label("手机号码").fill("13907310022")
    page.get_by_label(re.compile("查阅：")).check()
    page.get_by_role("button", name="发送邀请").click()
    expect(page.get_by_text("已邀请欧阳晓梅")).to_be_visible()
    link = sent_link()
    boss.look("operators")

    invited = visit("欧阳晓梅", phone=True)
    theirs = invited.go(link)
    invited.look("link")
    theirs.get_by_label("新口令", exact=True).fill("Hunan2026")
    theirs.get_by_label("再输一次新口令").fill("Hunan2026")
    theirs.get_by_role("button", name="设置口令并登录").click()
    expect(theirs.get_by_text("口令太短").first).to_be_visible()
    theirs.get_by_label("新口令", exact=True).fill("Yuelu-Shan-1926")
    theirs.get_by_label("再输一次新口令").fill("Yuelu-Shan-1926")
    theirs.get_by_role("button", name="设置口令并登录").click()
    expect(theirs.get_by_text("口令已设置")).to_be_visible()
    invited.go("/enterprise/initial/")
    expect(theirs.get_by_role("link", name="添加申报")).to_have_count(0)
    invited.go("/enterprise/operators/")
    expect(theirs.get_by_text("请联系本企业管理员")).to_be_visible()
    invited.go(link)
    expect(theirs.get_by_role("heading", name="链接已失效")).to_be_visible()
    invited.look("link-gone")

    page.get_by_role("row", name=re.compile("李晓琳")).get_by_role("link", name="管理").click()
    page.get_by_role("button", name="移除操作员").click()
    boss.confirm("移除操作员")
    expect(page.get_by_text("企业至少要有一名管理员").first).to_be_visible()
    boss.go("/enterprise/operators/")
    page.get_by_role("row", name=re.compile("欧阳晓梅")).get_by_role("link", name="管理").click()
    boss.look("operator")
    page.get_by_role("button", name="移除操作员").click()
    boss.confirm("移除操作员")
    expect(page.get_by_text("已移除欧阳晓梅")).to_be_visible()
    invited.go("/enterprise/")
    expect(theirs.get_by_role("button", name="用户名登录")).to_be_visible()


def test_the_city_assigns_and_resets_an_account(visit) -> None:
    company = makers.enterprise("湖南省湘江新区麓谷城市更新与基础设施建设工程总承包有限责任公司")
    makers.officer("430100", Function.SYSTEM, name="邓可", username="cs-dengke")
    officer = visit("邓可")
    page = officer.sign_in("cs-dengke", makers.PASSWORD, side="主管单位")
    page.get_by_role("link", name="企业账号", exact=True).click()
    page.get_by_label("企业名称或统一社会信用代码").fill("湖南省湘江新区")
    page.get_by_role("button", name="查询").click()
    officer.look("assigned")
    page.get_by_role("row").get_by_role("link", name="管理").click()
    page.get_by_label("管理员姓名").fill("陈国梁")
    page.get_by_label("手机号码").fill("1390731")
    page.get_by_role("button", name="分配账号").click()
    expect(page.get_by_text("手机号码应为").first).to_be_visible()
    page.get_by_label("手机号码").fill("13907310033")
    page.get_by_role("button", name="分配账号").click()
    expect(page.get_by_text("已分配账号")).to_be_visible()
    officer.look("assigned-enterprise")
    first = sent_link()
    page.get_by_role("row").get_by_role("link", name="管理").click()
    page.get_by_label("事由").fill("更换手机，已核对授权书")
    page.get_by_label("新手机号码").fill("13907310044")
    page.get_by_role("button", name="重置账号").click()
    officer.confirm("重置账号")
    expect(page.get_by_text("账号已重置")).to_be_visible()
    officer.look("assigned-account")
    holder = visit("陈国梁", phone=True)
    theirs = holder.go(first)
    expect(theirs.get_by_role("heading", name="链接已失效")).to_be_visible()
    holder.go(sent_link())
    theirs.get_by_label("新口令", exact=True).fill("Yuelu-Shan-1926")
    theirs.get_by_label("再输一次新口令").fill("Yuelu-Shan-1926")
    theirs.get_by_role("button", name="设置口令并登录").click()
    expect(theirs.get_by_text("口令已设置")).to_be_visible()
    page.get_by_role("button", name="停用账号").click()
    officer.confirm("停用账号")
    expect(page.get_by_text("账号已停用")).to_be_visible()
    holder.go("/enterprise/operators/")
    expect(theirs.get_by_role("button", name="用户名登录")).to_be_visible()
    assert company.operators.get().is_active is False


def sent_code() -> str:
    work()
    return re.search(r"\d{6}", SmsMessage.objects.filter(template="code").order_by("-pk")[0].text).group()


def test_an_enterprise_registers_itself_and_the_city_decides(visit, tmp_path) -> None:
    name, code = "湖南省湘江新区麓谷城市更新与基础设施建设工程总承包有限责任公司", makers.credit_code(77)
    licence = tmp_path / "营业执照.jpg"
    licence.write_bytes(makers.picture(900, 640))
    script = tmp_path / "营业执照.png"
    script.write_bytes(b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>")
    known = makers.enterprise("湖南旧识建设有限公司", credit_code=makers.credit_code(78))
    makers.operator(known)
    makers.officer("430100", Function.ACCEPTANCE, name="胡敏", username="cs-humin")

    applicant = visit("谭雨欣", phone=True)
    page = applicant.go("/sign-in/")
    page.get_by_role("link", name="用户注册", exact=True).click()
    page.get_by_label("联系人手机号码").fill("13907310055")
    applicant.look("register-phone")
    page.get_by_role("button", name="获取短信验证码").click()
    expect(page.get_by_text("验证码已发到 139****0055")).to_be_visible()
    right = sent_code()
    page.get_by_label("短信验证码").fill(f"{(int(right) + 1) % 10**6:06d}")
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_text("验证码不对或已过期").first).to_be_visible()
    applicant.look("register-code")
    page.get_by_label("短信验证码").fill(right)
    page.get_by_role("button", name="下一步").click()
    page.get_by_label("统一社会信用代码").fill(known.credit_code)
    page.get_by_label("企业名称").fill(name)
    page.get_by_label("注册所在地市").select_option(label="长沙市")
    page.get_by_label("联系人姓名").fill("谭雨欣")
    page.get_by_label("营业执照", exact=True).set_input_files(script)
    page.get_by_role("button", name="提交注册").click()
    expect(page.get_by_text("处需要处理")).to_be_visible()
    applicant.look("register-wrong")
    page.get_by_label("营业执照", exact=True).set_input_files(licence)
    page.get_by_role("button", name="提交注册").click()
    expect(page.get_by_text("湖南旧识建设有限公司已有账号").first).to_be_visible()
    page.get_by_label("统一社会信用代码").fill(code)
    page.get_by_role("button", name="提交注册").click()
    expect(page.get_by_text("已提交，由长沙市住房和城乡建设局审核")).to_be_visible()
    applicant.look("register-mine")

    officer = visit("胡敏")
    desk = officer.sign_in("cs-humin", makers.PASSWORD, side="主管单位")
    desk.get_by_role("link", name="用户注册", exact=True).click()
    officer.look("queue")
    desk.get_by_role("row").get_by_role("link", name="审核").click()
    desk.get_by_role("button", name="不通过并告知").click()
    expect(desk.get_by_text("请填写").first).to_be_visible()
    officer.look("request")
    desk.get_by_role("button", name="通过并开通账号").click()
    officer.confirm("通过并开通账号")
    expect(desk.get_by_text("已通过，账号")).to_be_visible()

    applicant.go("/register/mine/")
    expect(page.get_by_text("已通过")).to_be_visible()
    applicant.go(sent_link())
    page.get_by_label("新口令", exact=True).fill("Yuelu-Shan-1926")
    page.get_by_label("再输一次新口令").fill("Yuelu-Shan-1926")
    page.get_by_role("button", name="设置口令并登录").click()
    expect(page.get_by_text("口令已设置")).to_be_visible()
    applicant.look("enterprise-home")
