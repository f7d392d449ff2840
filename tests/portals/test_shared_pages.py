"""Pages that all portals share stand in the frame that the reader works in."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from lxml import html

from erjian.accounts.models import Function, User
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
