"""The person: chooses the counter, completes the form, consents, shows the certificate."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests import makers
from tests.journeys.main_job.stage import MOBILE, NAME, PASSWORD, Stage, sms
from tests.journeys.visiting import Visitor


def chooses_the_counter(stage: Stage, person: Visitor, system: Visitor) -> None:
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


def completes_the_form(stage: Stage, person: Visitor, system: Visitor) -> None:
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


def consents(stage: Stage, person: Visitor) -> None:
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


def shows_the_certificate(stage: Stage, person: Visitor) -> None:
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
