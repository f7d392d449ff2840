"""Journeys through the entrances: by an identity that another platform verified, by a phone, by a passkey."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import expect

from erjian.accounts import openid
from erjian.accounts.models import EnterpriseRight, Function, Passkey
from erjian.messaging.models import SmsMessage
from erjian.policy import clock
from tests import makers, providing
from tests.journeys.acting import Visit
from tests.journeys.visiting import Visitor
from tests.journeys.working import work
from tests.providing import Provider

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NAME = "湖南麓川建设工程有限公司"


@pytest.fixture
def opens(live_server: Any, settings: Any, tmp_path: Path) -> Iterator[Callable[..., Provider]]:
    """A provider with the identities that a story needs."""
    running: list[AbstractContextManager[Provider]] = []

    def start(*identities: dict[str, Any]) -> Provider:
        running.append(providing.provider(tmp_path / "provider", list(identities), origins=(live_server.url,)))
        started = running[-1].__enter__()
        settings.ERJIAN_ISSUERS = started.known
        openid._known_app.cache_clear()
        return started

    yield start
    for one in running:
        one.__exit__(None, None, None)


def scanned(desk: Visitor) -> str:
    """The address in the code on the screen, as a phone's camera reads it."""
    picture = Image.open(io.BytesIO(desk.page.get_by_role("img", name="用手机扫描的登录二维码").screenshot()))
    (found,) = zxingcpp.read_barcodes(picture)
    return str(found.text)


def test_an_identity_verified_elsewhere(visit: Visit, opens: Callable[..., Provider]) -> None:
    person = makers.person()
    makers.person_user(person)
    officer = makers.officer("430100", Function.ACCEPTANCE)
    officer.id_number = makers.id_number(person.birth_date + timedelta(days=400))
    officer.save()
    stranger = makers.id_number(person.birth_date + timedelta(days=800))
    provider = opens(
        providing.identity("person", "p", person.id_number, person.name),
        providing.identity("person", "n", stranger, "田小禾"),
        providing.identity("officer", "o", officer.id_number, officer.name),
    )
    desk = visit(person.name)
    page = desk.go("/sign-in/")
    page.get_by_role("link", name="可信数字身份登录").click()
    desk.look("可信数字身份")
    page.get_by_role("link", name="我是二级建造师").click()
    page.wait_for_url(f"{provider.address}/**")
    desk.look("身份平台-选择身份")
    page.get_by_role("button", name="拒绝").click()
    expect(page.get_by_role("alert")).to_contain_text("取消了登录")
    desk.look("可信数字身份-取消")
    page.get_by_role("link", name="重新开始").click()
    page.get_by_role("link", name="我是二级建造师").click()
    page.get_by_label("田小禾").check()
    page.get_by_role("button", name="同意并登录").click()
    expect(page.get_by_role("alert")).to_contain_text("还没有开通二级建造师个人账户")
    desk.look("可信数字身份-未登记")
    page.get_by_role("link", name="重新开始").click()
    page.get_by_role("link", name="我是二级建造师").click()
    page.get_by_label(person.name).check()
    page.get_by_role("button", name="同意并登录").click()
    page.wait_for_url("**/person/**")

    office = visit(officer.name)
    page = office.go("/sign-in/?way=digital_identity")
    page.get_by_role("link", name="我是主管单位人员").click()
    page.get_by_label(officer.name).check()
    page.get_by_role("button", name="同意并登录").click()
    page.wait_for_url("**/authority/**")


def test_a_licence_confirmed_on_the_phone(visit: Visit, opens: Callable[..., Provider]) -> None:
    enterprise = makers.enterprise(NAME)
    makers.operator(enterprise)
    opens(providing.identity("enterprise", "e", enterprise.credit_code, NAME))
    desk = visit("电脑")
    desk.go("/sign-in/").get_by_role("link", name="电子营业执照登录").click()
    desk.page.wait_for_url("**/sign-in/licence/")
    desk.look("电子营业执照-二维码")
    shown = desk.page.locator(".ej-secret").inner_text()

    phone = visit("手机", phone=True)
    phone.go(scanned(desk))
    expect(phone.page.locator(".code")).to_have_text(shown)
    expect(phone.page.locator("main")).to_contain_text("Linux 电脑")
    phone.look("手机-确认登录")
    phone.page.get_by_role("button", name="核对一致，继续").click()
    phone.look("手机-选择执照")
    phone.page.get_by_role("button", name="同意并登录").click()
    expect(phone.page.locator("h1")).to_have_text("已确认")
    phone.look("手机-已确认")
    desk.page.wait_for_url("**/enterprise/**")


def test_a_licence_refused_run_out_and_unknown(visit: Visit, opens: Callable[..., Provider]) -> None:
    provider = opens(providing.identity("enterprise", "u", makers.credit_code(), NAME))
    desk, phone = visit("电脑"), visit("手机", phone=True)
    page = desk.go("/sign-in/licence/")
    phone.go(scanned(desk))
    phone.page.get_by_role("button", name="不是我，拒绝").click()
    expect(phone.page.locator("h1")).to_have_text("已取消")
    expect(page.get_by_role("alert")).to_contain_text("取消了登录")
    desk.look("电子营业执照-取消")

    page.get_by_role("button", name="重新取二维码").click()
    shown = page.locator(".ej-secret").inner_text()
    before = clock.offset()
    clock.set_offset(timedelta(minutes=6))
    expect(page.get_by_role("alert")).to_contain_text("已过期")
    clock.set_offset(before or timedelta(0))

    page.get_by_role("button", name="重新取二维码").click()
    expect(page.locator(".ej-secret")).not_to_have_text(shown)
    # By hand, as who cannot scan: first a wrong number, then the right one.
    phone.go(f"{provider.address}/device")
    phone.page.get_by_label("电脑上显示的 8 位核对码").fill("0000-0000")
    phone.page.get_by_role("button", name="下一步").click()
    expect(phone.page.get_by_role("alert")).to_contain_text("没有这个核对码")
    phone.look("手机-核对码不对")
    phone.page.get_by_label("电脑上显示的 8 位核对码").fill(page.locator(".ej-secret").inner_text())
    phone.page.get_by_role("button", name="下一步").click()
    phone.page.get_by_role("button", name="核对一致，继续").click()
    phone.page.get_by_role("button", name="同意并登录").click()
    page.wait_for_url("**/register/")
    expect(page.locator("body")).to_contain_text("还没有账号，请先注册")
    desk.look("电子营业执照-去注册")


def test_a_provider_that_ends_while_the_page_waits(visit: Visit, opens: Callable[..., Provider]) -> None:
    provider = opens()
    desk = visit("电脑")
    page = desk.go("/sign-in/licence/")
    page.locator(".ej-secret").wait_for()
    provider.stop()
    expect(page.get_by_role("alert")).to_contain_text("电子营业执照平台现在连不上。请稍后再试，或用其他方式登录。")
    page.get_by_role("link", name="用户名登录").click()
    expect(page.get_by_label("口令", exact=True)).to_be_visible()


def test_a_passkey_is_added_and_asked_for(visit: Visit) -> None:
    """With an authenticator that Chromium emulates: real keys, real signatures."""
    officer = makers.officer("430100", Function.ACCEPTANCE, username="cs-humin")
    desk = visit(officer.name)
    page = desk.page
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    made = devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    desk.sign_in(officer.username, makers.PASSWORD, side="主管单位")
    desk.go("/account/second/")
    desk.look("添加第二因素")
    page.get_by_label("名称（方便以后辨认）").fill("办公室电脑")
    page.get_by_role("button", name="添加通行密钥").click()
    page.get_by_role("heading", name="恢复码").wait_for()
    desk.look("恢复码")
    assert Passkey.objects.get(user=officer).name == "办公室电脑"
    desk.go("/account/")
    desk.look("账号安全")

    page.context.clear_cookies()
    page = desk.go("/sign-in/")
    page.get_by_label("选择用户类型").select_option(label="主管单位")
    page.get_by_label("用户名", exact=True).fill(officer.username)
    page.get_by_label("口令", exact=True).fill(makers.PASSWORD)
    page.get_by_role("button", name="用户名登录").click()
    page.wait_for_url("**/sign-in/second/")
    desk.look("第二步验证")
    page.get_by_role("button", name="用通行密钥验证").click()
    page.wait_for_url("**/authority/**")

    # Whoever has the password but not the key stays outside.
    devtools.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": made["authenticatorId"]})
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": {"protocol": "ctap2", "transport": "internal"}})
    page.context.clear_cookies()
    page = desk.go("/sign-in/")
    page.get_by_label("选择用户类型").select_option(label="主管单位")
    page.get_by_label("用户名", exact=True).fill(officer.username)
    page.get_by_label("口令", exact=True).fill(makers.PASSWORD)
    page.get_by_role("button", name="用户名登录").click()
    page.wait_for_url("**/sign-in/second/")
    page.get_by_role("button", name="用通行密钥验证").click()
    expect(page.locator("[data-passkey-error]")).to_be_visible()
    assert page.url.endswith("/sign-in/second/")


def test_the_pages_of_accounts(visit: Visit) -> None:
    """Administrators' and everybody's own pages, at both widths."""
    system = makers.officer("430000", Function.SYSTEM, name="何静", username="hn-xitong")
    long = makers.officer("430100", *list(Function)[:7], name="欧阳慕容·买买提江艾合买提", username="cs-" + "x" * 29)
    operator = makers.operator(makers.enterprise(NAME), right=EnterpriseRight.MANAGE)
    desk = visit(system.name)
    desk.sign_in(system.username, makers.PASSWORD, side="主管单位")
    for address, name in (
        ("/authority/administration/officers/", "账号-列表"),
        (f"/authority/administration/officers/{long.pk}/", "账号-一个"),
        ("/authority/administration/officers/new/", "账号-新建"),
        ("/authority/administration/enterprises/", "企业账号"),
        ("/password/", "修改口令"),
        ("/account/", "账号安全-未添加"),
    ):
        assert desk.go(address).locator("h1").count(), address
        desk.look(name)
    away = visit(long.name)
    away.sign_in(long.username, makers.PASSWORD, side="主管单位")
    away.go("/authority/administration/delegation/")
    away.look("职能委托")
    own = visit(operator.name)
    own.sign_in(operator.username, makers.PASSWORD)
    own.go("/account/")
    own.look("账号安全-企业")


def confirm_on(phone: Visitor) -> None:
    """What the phone's holder does at the issuer."""
    phone.page.get_by_role("button", name="核对一致，继续").click()
    phone.page.get_by_role("button", name="同意并登录").click()
    expect(phone.page.locator("h1")).to_have_text("已确认")


def test_an_enterprise_without_account_registers_by_its_licence(visit: Visit, opens: Callable[..., Provider]) -> None:
    code = makers.credit_code(4711)
    opens(providing.identity("enterprise", "u", code, NAME))
    desk, phone = visit("电脑"), visit("手机", phone=True)
    page = desk.go("/sign-in/licence/")
    phone.go(scanned(desk))
    confirm_on(phone)
    page.wait_for_url("**/register/")
    expect(page.get_by_text(f"{NAME}还没有账号")).to_be_visible()
    expect(page.get_by_text("当场开通")).to_be_visible()
    desk.look("注册-手机")
    page.get_by_label("联系人手机号码").fill("13907310055")
    page.get_by_role("button", name="获取短信验证码").click()
    page.get_by_label("短信验证码").wait_for()
    work()
    page.get_by_label("短信验证码").fill(sms(r"\d{6}"))
    page.get_by_role("button", name="下一步").click()
    page.wait_for_url("**/register/new/")
    for label, value in (("统一社会信用代码", code), ("企业名称", NAME)):
        expect(page.get_by_label(label)).to_have_value(value)
        expect(page.get_by_label(label)).not_to_be_editable()
    expect(page.get_by_label("营业执照", exact=True)).to_have_count(0)
    county = page.get_by_label("注册所在区县")
    page.get_by_label("注册所在地市").select_option(label="湘潭市")
    expect(county.locator("option", has_text="雨湖区")).to_have_count(1)
    expect(county.locator("option", has_text="芙蓉区")).to_have_count(0)
    desk.look("注册-企业")
    page.get_by_role("button", name="提交注册").click()
    expect(page.get_by_text("请填写联系人姓名").or_(page.get_by_text("处需要处理")).first).to_be_visible()
    desk.look("注册-缺联系人")
    page.get_by_label("注册所在区县").select_option(label="雨湖区")
    page.get_by_label("联系人姓名").fill("谭雨欣")
    page.get_by_role("button", name="提交注册").click()
    expect(page.get_by_text("账号已开通")).to_be_visible()
    desk.look("注册-开通")

    work()
    phone.go(sms(r"/sign-in/link/\S+/"))
    phone.page.get_by_label("新口令", exact=True).fill("Yuelu-Shan-1926")
    phone.page.get_by_label("再输一次新口令").fill("Yuelu-Shan-1926")
    phone.page.get_by_role("button", name="设置口令并登录").click()
    phone.page.wait_for_url("**/enterprise/**")
    # From now on the licence alone opens the door.
    page, other = desk.go("/sign-in/licence/"), visit("另一部手机", phone=True)
    other.go(scanned(desk))
    confirm_on(other)
    page.wait_for_url("**/enterprise/**")


def test_a_licence_on_the_phone_itself(visit: Visit, opens: Callable[..., Provider]) -> None:
    """Nobody can scan the screen that they hold."""
    enterprise = makers.enterprise(NAME)
    makers.operator(enterprise)
    opens(providing.identity("enterprise", "e", enterprise.credit_code, NAME))
    phone = visit("手机", phone=True)
    page = phone.go("/sign-in/licence/")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="在这部手机上确认").click()
    other = opened.value
    other.get_by_role("button", name="核对一致，继续").click()
    other.get_by_role("button", name="同意并登录").click()
    expect(other.locator("h1")).to_have_text("已确认")
    other.close()
    page.wait_for_url("**/enterprise/**")


@pytest.fixture
def later() -> Iterator[Callable[[], None]]:
    """Lets the confirmation of the sign-in grow old."""
    before = clock.offset()
    yield lambda: clock.set_offset((before or timedelta(0)) + timedelta(minutes=16))
    clock.set_offset(before or timedelta(0))


def test_who_has_no_password_shows_the_licence_anew(
    visit: Visit, opens: Callable[..., Provider], later: Callable[[], None]
) -> None:
    enterprise = makers.enterprise(NAME)
    operator = makers.operator(enterprise)
    operator.set_unusable_password()
    operator.save()
    opens(providing.identity("enterprise", "e", enterprise.credit_code, NAME))
    desk, phone = visit("电脑"), visit("手机", phone=True)
    page = desk.go("/sign-in/licence/")
    phone.go(scanned(desk))
    confirm_on(phone)
    page.wait_for_url("**/enterprise/**")

    later()
    page = desk.go("/enterprise/operators/invite/")
    page.get_by_label("姓名").fill("谭雨欣")
    page.get_by_label("手机号码").fill("13907310022")
    page.locator("main form button").last.click()
    expect(page.get_by_role("heading", name="再次确认身份")).to_be_visible()
    expect(page.locator("input[type=password]")).to_have_count(0)
    desk.look("再次确认-没有口令")
    page.get_by_role("link", name="用电子营业执照确认").click()
    desk.look("再次确认-二维码")
    again = visit("另一部手机", phone=True)
    again.go(scanned(desk))
    confirm_on(again)
    expect(page.get_by_role("heading", name="继续提交")).to_be_visible()
    desk.look("再次确认-继续提交")
    page.get_by_role("button", name="继续提交").click()
    page.wait_for_url("**/enterprise/operators/")
    expect(page.get_by_text("谭雨欣").first).to_be_visible()


def test_who_has_no_password_shows_the_identity_anew(
    visit: Visit, opens: Callable[..., Provider], later: Callable[[], None]
) -> None:
    """On the phone; once refused there, then confirmed, and back where they were with what they had typed."""
    person = makers.person()
    user = makers.person_user(person)
    user.set_unusable_password()
    user.save()
    opens(providing.identity("person", "p", person.id_number, person.name))
    phone = visit(person.name, phone=True)
    page = phone.go("/sign-in/identity/")
    page.get_by_role("button", name="同意并登录").click()
    page.wait_for_url("**/person/**")

    later()
    phone.go("/account/second/")
    page.get_by_label("应用显示的 6 位数字").fill("123456")
    page.get_by_role("button", name="核对并添加").click()
    phone.look("再次确认-可信数字身份")
    page.get_by_role("link", name="用可信数字身份确认").click()
    page.get_by_role("button", name="拒绝").click()
    expect(page.get_by_role("heading", name="可信数字身份确认没有成功")).to_be_visible()
    phone.look("再次确认-取消")
    page.get_by_role("link", name="重新开始").click()
    page.get_by_role("button", name="同意并登录").click()
    page.get_by_role("button", name="继续提交").click()
    expect(page.get_by_text("动态口令不对").first).to_be_visible()


def sms(pattern: str) -> str:
    found = re.search(pattern, SmsMessage.objects.order_by("-pk")[0].text)
    assert found
    return found.group()
