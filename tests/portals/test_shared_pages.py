"""Pages that all portals share stand in the frame that the reader works in."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from lxml import html

from erjian.accounts.models import Function, User
from erjian.procedures import all_procedures
from tests import makers

pytestmark = pytest.mark.django_db

SHARED = ("/messages/", "/account/", "/account/second/", "/password/")


def _officer() -> User:
    return makers.officer("430100", Function.ACCEPTANCE, username="cs-acceptance")


def _auditor() -> User:
    return makers.officer("430000", Function.AUDIT, username="hn-audit")


def _operator() -> User:
    return makers.operator(makers.enterprise())


def _person() -> User:
    return makers.person_user(makers.person("欧阳海棠"))


def _links(page: Any, css: str) -> list[tuple[str, str]]:
    return [(one.text_content(), one.get("href")) for one in page.find_class(css)[0].iter("a")]


def _frame(page: Any) -> tuple[list[tuple[str, str]], list[tuple[str, str]], str]:
    menu = _links(page, "ej-side") if page.find_class("ej-side") else []
    return _links(page, "ej-tabs-top"), menu, page.find_class("ej-brand")[0].text_content().strip()


@pytest.mark.parametrize("reader", [_officer, _auditor, _operator, _person])
def test_a_shared_page_keeps_the_readers_own_tabs_and_menu(client: Client, reader: Any) -> None:
    user = reader()
    client.force_login(user)
    home = _frame(html.fromstring(client.get(user.home).content))
    assert home[0]
    for address in SHARED:
        page = html.fromstring(client.get(address).content)
        assert _frame(page) == home, address
        assert not page.xpath("//nav[contains(@class, 'ej-tabs-top')]//*[@aria-current]"), f"{address} is none of them"


@pytest.mark.parametrize("reader", [_officer, _auditor, _operator, _person])
def test_no_public_page_links_to_where_the_reader_may_not_go(client: Client, reader: Any) -> None:
    client.force_login(reader())
    guides = [f"/guide/{procedure.code}/" for procedure in all_procedures()]
    links = {
        (page, one.get("href"))
        for page in ("/", "/guide/", "/notices/", "/questions/", "/engineers/", *guides)
        for one in html.fromstring(client.get(page).content).iter("a")
        if one.get("href", "").startswith("/")
    }
    asked = {address: client.get(address).status_code for address in {address for _, address in links}}
    assert len(asked) > 20
    assert [(page, address) for page, address in sorted(links) if asked[address] >= 400] == []


def test_a_visitor_sees_every_door_and_where_to_begin(client: Client) -> None:
    home = client.get("/").content.decode()
    for words in ("企业登录", "二级建造师个人登录", "主管单位登录", "批次与公示", "我的电子证书"):
        assert words in home
    assert "在线办理" in client.get("/guide/initial/").content.decode()
