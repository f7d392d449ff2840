"""The bar on top of the officers' pages, for those who hold few functions and those who hold many."""

from __future__ import annotations

import pytest

from erjian.accounts.models import ADMINISTRATORS, Function
from tests import makers
from tests.journeys.acting import PROVINCE, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BUSINESS = tuple(each for each in Function if each not in ADMINISTRATORS)
_CUT = """() => [...document.querySelectorAll(".ej-tabs-top a, .ej-user > *")].filter((one) => {
  const box = one.getBoundingClientRect(), nav = one.closest("nav")?.getBoundingClientRect();
  return box.width && (box.left < 0 || box.right > innerWidth || (nav && box.right > nav.right + 1));
}).map((one) => one.innerText)"""
_MEET = """() => {
  const tabs = [...document.querySelectorAll(".ej-tabs-top a")].at(-1).getBoundingClientRect();
  const user = document.querySelector(".ej-user").firstElementChild.getBoundingClientRect();
  return tabs.right > user.left && tabs.top < user.bottom && user.top < tabs.bottom;
}"""


def test_a_persons_name_is_read_in_full_beside_the_tabs(visit: Visit) -> None:
    who = makers.person_user(makers.person("欧阳海棠"))
    page = visit("欧阳海棠").sign_in(who.username, makers.PASSWORD)
    page.set_viewport_size({"width": 1366, "height": 768})
    assert page.evaluate(_CUT) == []
    assert page.locator(".ej-user .who").evaluate("one => one.scrollWidth <= one.clientWidth")


def test_no_tab_is_cut_however_many_functions_are_held(visit: Visit) -> None:
    for number, functions in enumerate((BUSINESS[:2], BUSINESS[:5], BUSINESS[:6], BUSINESS)):
        who = makers.officer(PROVINCE, *functions, name="欧阳海棠", username=f"hn-{number}")
        browser = visit(f"{len(functions)}项")
        page = browser.sign_in(who.username, makers.PASSWORD, side="主管单位")
        for width in (1101, 1280, 1366, 1920):
            page.set_viewport_size({"width": width, "height": 768})
            assert page.evaluate(_CUT) == [], (len(functions), width)
            assert not page.evaluate(_MEET), (len(functions), width)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
    browser.look("首栏-全部职能")
    browser.go("/authority/desk/")
    browser.look("首栏-审核台")
    assert page.evaluate("document.documentElement.scrollHeight") <= 768


def test_the_office_gives_way_before_the_officers_name(visit: Visit) -> None:
    who = makers.officer(PROVINCE, Function.SYSTEM, name="唐庆", username="hn-system")
    browser = visit("系统管理")
    page = browser.sign_in(who.username, makers.PASSWORD, side="主管单位")
    for width in (1280, 1366):
        page.set_viewport_size({"width": width, "height": 768})
        name = page.locator(".ej-user .ej-name")
        assert name.inner_text() == "唐庆【系统管理】"
        assert name.evaluate("one => one.scrollWidth <= one.clientWidth"), width
        assert page.evaluate(_CUT) == [], width
        assert not page.evaluate(_MEET), width
    page.goto(page.url.split("/authority/")[0] + "/notices/")
    assert name.evaluate("one => one.scrollWidth <= one.clientWidth"), "on the public pages too"
    assert page.evaluate(_CUT) == []
    browser.look("首栏-公众页面")
