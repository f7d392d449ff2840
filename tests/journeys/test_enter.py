"""What Enter presses in a form with several buttons: what is meant, and nothing where every button decides."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from erjian.accounts.models import Function
from erjian.identity.models import CounterCheck, Verification
from erjian.messaging.models import SmsMessage
from tests import makers
from tests.journeys.acting import PROVINCE, Visit
from tests.journeys.working import work

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = "13912345678"


def _code() -> str:
    work()
    found = re.search(r"验证码 (\d{6})", SmsMessage.objects.latest("pk").text)
    assert found
    return found[1]


def test_enter_in_the_code_goes_on_and_sends_no_other_code(visit: Visit) -> None:
    who = makers.person("欧阳若兰", verified=False, phone=PHONE)
    makers.qualification(who)
    page = visit("欧阳若兰", phone=True).go("/person/verify/")
    page.get_by_label("姓名").fill(who.name)
    page.get_by_label("身份证号码").fill(who.id_number)
    page.get_by_label("手机号码").fill(PHONE)
    page.get_by_label("手机号码").press("Enter")
    field = page.get_by_label("短信验证码")
    field.fill(_code())
    field.press("Enter")
    expect(page.get_by_role("heading", name="信息成功")).to_be_visible()
    assert SmsMessage.objects.count() == 1
    assert Verification.objects.count() == 1


def test_enter_at_the_counter_decides_nothing(visit: Visit) -> None:
    who = makers.person("欧阳若兰", verified=False, phone=PHONE)
    makers.qualification(who)
    clerk = makers.officer(PROVINCE, Function.COUNTER, username="hn-window")
    browser = visit("窗口")
    page = browser.sign_in(clerk.username, makers.PASSWORD, side="主管单位")
    browser.go("/authority/identity/counter/")
    page.get_by_label("姓名").fill(who.name)
    page.get_by_label("身份证号").fill(who.id_number)
    page.get_by_label("身份证号").press("Enter")
    page.get_by_label("不通过的原因").fill("照片与来人不符。")
    here = page.url
    page.get_by_role("textbox", name="手机号码").press("Enter")
    page.wait_for_timeout(600)
    expect(page.get_by_role("button", name="不通过")).to_be_visible()
    assert page.url == here
    assert CounterCheck.objects.count() == 0
    browser.look("窗口核验-填写")


def test_enter_in_the_code_of_a_new_phone_confirms_it(visit: Visit) -> None:
    who = makers.person("欧阳若兰", phone=PHONE)
    user = makers.person_user(who)
    browser = visit("欧阳若兰", phone=True)
    page = browser.sign_in(user.username, makers.PASSWORD)
    browser.go("/person/information/phone/")
    page.get_by_label("手机号码", exact=False).last.fill("13712345678")
    page.get_by_role("button", name="获取验证码").click()
    field = page.get_by_label("验证码")
    field.fill(_code())
    field.press("Enter")
    page.wait_for_url("**/person/information/")
    who.refresh_from_db()
    assert who.phone == "13712345678"
