"""The ways in, through a real browser: from the home page to the portal, and what says no on the way."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests import makers

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
