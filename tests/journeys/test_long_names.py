"""Names as long as they come in the register: every page stays in its frame and every heading is read in a line."""

from __future__ import annotations

import pytest

from erjian.registry.models import Enterprise
from tests import makers
from tests.journeys.acting import Visit
from tests.journeys.visiting import DESK, PHONE, Visitor
from tests.portals.authority.scenes import Scene, desk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PERSON = "阿卜杜热依木·阿卜杜克热木·麦麦提吐尔逊江"
ENTERPRISE = "湖南湘西土家族苗族自治州武陵山片区基础设施与市政公用工程建设投资发展集团股份有限公司长沙第一分公司"
_SQUEEZED = """() => [...document.querySelectorAll("main h1, main h2, main h3, main .btn, main .ej-chip")].filter((one) => {
  const box = one.getBoundingClientRect();
  return box.width && one.innerText.trim().length > 3 && box.height > box.width;
}).map((one) => one.innerText)"""
"""Headings, buttons and states that stand on end, letter under letter."""


def _looks(browser: Visitor, pages: dict[str, str]) -> None:
    for address, name in pages.items():
        page = browser.go(address)
        for size in (PHONE, DESK):
            page.set_viewport_size(size)
            assert page.evaluate(_SQUEEZED) == [], (name, size["width"])
        browser.look(name)


def test_long_names_at_the_offices_the_enterprise_and_the_person(visit: Visit) -> None:
    scene = Scene()
    Enterprise.objects.filter(pk=scene.enterprise.pk).update(name=ENTERPRISE)
    scene.enterprise.refresh_from_db()
    scene.operator.refresh_from_db()
    case = scene.reported(PERSON, degree="2")
    office = visit("受理")
    office.sign_in(scene.acceptor.username, makers.PASSWORD, side="主管单位")
    _looks(
        office,
        {
            "/authority/": "待办事项",
            desk(case): "审核台",
            desk(case, "correction/"): "补正",
            desk(case, "refusal/"): "不予受理",
            f"/authority/cases/{case.uuid}/": "申报",
        },
    )
    company = visit("企业")
    company.sign_in(scene.operator.username, makers.PASSWORD)
    _looks(
        company,
        {
            "/enterprise/": "首页",
            "/enterprise/initial/": "初始申报",
            f"/enterprise/cases/{case.uuid}/": "企业的申报",
            "/messages/": "消息",
        },
    )
