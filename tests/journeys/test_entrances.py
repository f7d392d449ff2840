"""What the ways in say no to, and what leads on from there: passwords forgotten, guessed, and not enough by themselves."""

from __future__ import annotations

import re
from datetime import timedelta

import pyotp
import pytest
from playwright.sync_api import Page, expect

from erjian.accounts import captchas
from erjian.accounts.models import Function
from erjian.messaging.models import SmsMessage
from erjian.policy import clock
from tests import makers
from tests.journeys.acting import Visit
from tests.journeys.working import work

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NEW = "Yuelu-Shan-1926"


def sent_code() -> str:
    work()
    return re.search(r"\d{6}", SmsMessage.objects.filter(template="code").order_by("-pk")[0].text).group()


def another(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def try_password(page: Page, password: str) -> None:
    page.get_by_label("口令", exact=True).fill(password)
    page.get_by_role("button", name="用户名登录").click()


def test_wrong_passwords_bring_a_captcha_then_a_lock_and_the_sms_code_a_way_out(visit: Visit) -> None:
    operator = makers.operator(makers.enterprise(), username="luchuan")
    operator.phone = "13907310022"
    operator.save()
    desk = visit("李晓琳", phone=True)
    page = desk.go("/sign-in/")
    page.get_by_label("用户名", exact=True).fill("luchuan")
    try_password(page, "wrong-1")
    expect(page.get_by_role("alert")).to_contain_text("用户名或口令不对")
    expect(page.get_by_label("验证码", exact=True)).to_have_count(0)
    try_password(page, "wrong-2")
    picture = page.get_by_role("img", name=re.compile("验证码图片"))
    expect(picture).to_be_visible()
    desk.look("captcha")
    page.get_by_label("验证码", exact=True).fill("0")
    try_password(page, "wrong-3")
    expect(page.get_by_text("验证码不对")).to_be_visible()
    page.get_by_role("button", name="换成文字题").click()
    expect(page.get_by_text("等于几")).to_be_visible()
    desk.look("captcha-words")
    for number in range(3, 6):
        asked = captchas.read(page.locator("input[name=captcha_token]").input_value())
        page.get_by_label("验证码", exact=True).fill(asked.answer)
        try_password(page, f"wrong-{number}")
        expect(page.get_by_role("alert").first).to_be_visible()
    expect(page.get_by_text("登录已锁定")).to_be_visible()
    desk.look("locked")
    # Whoever sits elsewhere is not locked out by it, and the holder has another way at once.
    page.get_by_role("link", name="忘记口令", exact=True).click()
    page.get_by_role("link", name="企业、主管单位").click()
    page.get_by_label("用户名").fill("luchuan")
    page.get_by_label("登记的手机号码").fill("13907319999")
    page.get_by_role("button", name="获取短信验证码").click()
    expect(page.get_by_text("如果所填信息与登记的一致")).to_be_visible()
    work()
    assert SmsMessage.objects.count() == 0, "another's mobile gets nothing, and the page says the same"
    page.get_by_role("link", name="核对信息，重新获取验证码").click()
    page.get_by_label("用户名").fill("luchuan")
    page.get_by_label("登记的手机号码").fill(operator.phone)
    page.get_by_role("button", name="获取短信验证码").click()
    # Between "60 秒" and "1 分钟": which of them depends on the moment.
    expect(page.get_by_role("alert").first).to_contain_text(re.compile("操作太频繁。请 .*(秒|分钟)后再试"))
    desk.look("forgotten-too-soon")
    clock.set_offset((clock.offset() or timedelta(0)) + timedelta(seconds=61))
    page.get_by_role("button", name="获取短信验证码").click()
    page.get_by_label("短信验证码").wait_for()
    right = sent_code()
    for code, password in ((another(right), NEW), (right, "12345678")):
        page.get_by_label("短信验证码").fill(code)
        page.get_by_label("新口令", exact=True).fill(password)
        page.get_by_label("再输一次新口令").fill(password)
        page.get_by_role("button", name="重新设置口令并登录").click()
        expect(page.get_by_role("alert").first).to_be_visible()
    desk.look("forgotten-code")
    page.get_by_label("短信验证码").fill(right)
    page.get_by_label("新口令", exact=True).fill(NEW)
    page.get_by_label("再输一次新口令").fill(NEW)
    page.get_by_role("button", name="重新设置口令并登录").click()
    page.wait_for_url("**/enterprise/**")
    expect(page.get_by_text("口令已设置")).to_be_visible()


def test_an_officer_adds_a_second_factor_uses_it_and_loses_the_phone(visit: Visit, settings) -> None:
    settings.ERJIAN_DEMO = False
    makers.officer("430100", Function.ACCEPTANCE, name="胡敏", username="cs-humin")
    desk = visit("胡敏")

    def first_step() -> Page:
        page = desk.go("/sign-in/?side=office&next=/account/")
        page.get_by_label("选择用户类型").select_option(label="主管单位")
        page.get_by_label("用户名", exact=True).fill("cs-humin")
        try_password(page, makers.PASSWORD)
        return page

    page = first_step()
    page.wait_for_url("**/sign-in/enrol/")
    desk.look("enrol")
    secret = page.locator(".ej-secret").inner_text().replace(" ", "")
    page.get_by_label("应用显示的 6 位数字").fill("000000")
    page.get_by_role("button", name="核对并添加").click()
    expect(page.get_by_text("动态口令不对").first).to_be_visible()
    page.get_by_label("应用显示的 6 位数字").fill(pyotp.TOTP(secret).at(int(clock.now().timestamp())))
    page.get_by_role("button", name="核对并添加").click()
    page.get_by_role("heading", name="恢复码").wait_for()
    spare = page.locator(".ej-recovery li").first.inner_text()
    page.get_by_role("link", name="我已保存，继续").click()
    page.wait_for_url("**/account/")
    page.get_by_role("button", name="退出系统").click()

    page = first_step()
    page.wait_for_url("**/sign-in/second/")
    for text in ("123456", spare):
        page.get_by_label(re.compile("动态口令")).fill(text)
        page.get_by_role("button", name="验证并登录").click()
        page.wait_for_load_state()
        if text != spare:
            expect(page.get_by_role("alert").first).to_be_visible()
            desk.look("second-wrong")
    page.wait_for_url("**/account/")
    expect(page.get_by_text("还有 9 个未用")).to_be_visible()
    desk.look("account")


def test_a_device_left_elsewhere_is_signed_out_from_here(visit: Visit) -> None:
    makers.operator(makers.enterprise(), username="luchuan")
    office, home = visit("办公室"), visit("家里", phone=True)
    office.sign_in("luchuan", makers.PASSWORD)
    page = home.sign_in("luchuan", makers.PASSWORD)
    home.go("/account/")
    expect(page.get_by_text("本机")).to_have_count(1)
    home.look("devices")
    page.get_by_role("button", name="退出其他全部设备").click()
    home.confirm("退出其他设备")
    expect(page.get_by_role("button", name=re.compile("^退出 "))).to_have_count(0)
    office.go("/enterprise/")
    expect(office.page.get_by_role("button", name="用户名登录")).to_be_visible()


def test_an_assigned_account_is_activated_by_sms(visit: Visit) -> None:
    officer = makers.officer("430100", Function.ACCEPTANCE, name="胡敏", username="cs-humin")
    officer.set_unusable_password()
    officer.phone = "13907310066"
    officer.save()
    desk = visit("胡敏")
    page = desk.go("/sign-in/")
    page.get_by_role("link", name="激活账户").click()
    page.get_by_label("用户名").fill("cs-humin")
    page.get_by_label("登记的手机号码").fill("13907310066")
    desk.look("activate")
    page.get_by_role("button", name="获取短信验证码").click()
    page.get_by_label("短信验证码").wait_for()
    page.get_by_label("短信验证码").fill(sent_code())
    page.get_by_label("新口令", exact=True).fill(NEW)
    page.get_by_label("再输一次新口令").fill(NEW)
    desk.look("activate-code")
    page.get_by_role("button", name="设置口令并登录").click()
    page.wait_for_url("**/authority/**")
