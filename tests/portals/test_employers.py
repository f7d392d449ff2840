"""Of an employer that cannot employ: what its people, it and the officers read, and where officers find it."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from erjian.accounts.models import Function
from erjian.policy import clock
from tests import makers
from tests.applications.employing import DAYS, NORMAL, REVOKED, learn, nights, qualified, registered

pytestmark = pytest.mark.django_db
LONG_AGO = date(2019, 4, 17)


def text(page: Any) -> str:
    assert page.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page.content.decode()))


def browser_of(user: Any) -> Client:
    made = Client()
    made.force_login(user)
    return made


def test_the_pages_say_what_happened_from_when_and_what_to_do() -> None:
    firm = makers.enterprise()
    row, other = registered(firm), registered(firm)
    person, operator = browser_of(makers.person_user(row.person)), browser_of(makers.operator(firm))
    province = browser_of(makers.officer("430000", Function.REGISTER))
    city = browser_of(makers.officer("430100", Function.REGISTER))
    address = f"/authority/register/enterprises/{firm.pk}/"
    pages = [(person, "/person/"), (operator, "/enterprise/"), (province, address), (city, address)]
    for browser, where in pages:
        assert "失效" not in text(browser.get(where)).replace("已失效", "")
    learn(firm, REVOKED)
    for browser, where in pages[1:]:
        assert "在册注册 2 项，告知本人满 30 日后失效" in text(browser.get(where))
    nights(0)
    day = clock.today() + timedelta(days=DAYS + 1)
    mine = text(person.get("/person/"))
    assert f"注册将于 {day} 失效" in mine
    assert f"您的聘用单位{firm.name}被吊销营业执照" in mine
    assert row.number in mine
    assert other.number not in mine
    assert "由新单位为您提出变更申报" in mine
    for browser, where in pages[1:]:
        assert f"在册注册 2 项，从 {day} 起失效" in text(browser.get(where))
    assert 'href="/authority/imports/"' in province.get(address).content.decode().partition('class="ej-note')[2][:900]
    assert "请联系省级主管部门更正" in text(city.get(address))
    learn(firm, NORMAL)
    for browser, where in pages:
        assert "失效" not in text(browser.get(where)).replace("已失效", "")


def test_banners_cost_the_same_however_many_are_registered() -> None:
    firm = makers.enterprise()
    row = registered(firm)
    learn(firm, REVOKED)
    nights(0)
    doors = [
        (browser_of(makers.person_user(row.person)), "/person/"),
        (browser_of(makers.operator(firm)), "/enterprise/"),
    ]
    for browser, where in doors:
        browser.get(where)
    counted = []
    for _ in range(2):
        for browser, where in doors:
            with CaptureQueriesContext(connection) as asked:
                assert browser.get(where).status_code == 200
            counted.append(len(asked))
        for _ in range(3):
            registered(firm)
        registered(firm, person=row.person, registration_class="temporary") if len(counted) == 2 else None
        nights(0)
    assert counted[:2] == counted[2:]


def test_officers_find_the_employers_that_cannot_employ() -> None:
    firm, sound = makers.enterprise("湖南麓南建设有限公司"), makers.enterprise("湖南麓北建设有限公司")
    elsewhere = makers.enterprise("湖南麓西建设有限公司", city="430200")
    learn(firm, REVOKED)
    qualified(elsewhere, LONG_AGO)
    province, city = (browser_of(makers.officer(code, Function.REGISTER)) for code in ("430000", "430100"))
    root = "/authority/register/enterprises/"
    assert sound.name in text(province.get(root))
    assert "资质已撤回" in text(province.get(root))
    found = text(province.get(f"{root}?view=ceased"))
    assert [name in found for name in (firm.name, elsewhere.name, sound.name)] == [True, True, False]
    found = text(city.get(f"{root}?view=ceased"))
    assert [name in found for name in (firm.name, elsewhere.name, sound.name)] == [True, False, False]
    answer = province.post(f"{root}?view=ceased", {"name": "湖南麓"}, follow=True)
    assert answer.redirect_chain[0][0].startswith(f"{root}?view=ceased&name=")
    assert sound.name not in text(answer)
