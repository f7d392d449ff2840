"""Registrations that end soon: on the home page, in the lists, and the way to their renewal."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from erjian.accounts.models import User
from erjian.applications.models import Application
from erjian.applications.states import State
from erjian.policy import clock
from erjian.registry.models import Person, Registration
from erjian.standards.validity import add_years
from tests import makers
from tests.portals.enterprise.scenes import expiring, text

pytestmark = pytest.mark.django_db


def test_a_renewal_starts_from_the_certificate_that_ends_soon(
    browser: Client, operator: User, onlooker: Client
) -> None:
    soon = expiring(operator, "沈先到", 30)
    page = text(browser.get(f"/enterprise/certificates/{soon.pk}/"))
    token = re.search(r'action="/enterprise/renewal/start/".*?name="token" value="([^"]+)"', page, re.DOTALL)
    assert token
    assert browser.post("/enterprise/renewal/start/", {"token": token[1]}).status_code == 302
    assert Application.objects.get().person == soon.person
    for days, told in ((29, True), (10, True), (800, False)):
        closed = expiring(operator, "沈后来", days)
        page = text(browser.get(f"/enterprise/certificates/{closed.pk}/"))
        assert "/enterprise/renewal/start/" not in page
        assert ("现在不能办理延续申报" in page) is told
        said = re.sub(r"<a [^>]+>|</a>", "", page)
        assert ("申请期已过：到期失效后，或者先办理注销，再办理重新申报。" in said) is told
        for code, word in (("cancellation", "注销"), ("reregistration", "重新申报")):
            assert (f'办理<a href="/enterprise/{code}/new/">{word}</a>' in page) is told
    assert "/enterprise/renewal/start/" not in text(onlooker.get(f"/enterprise/certificates/{soon.pk}/"))


@pytest.mark.parametrize(
    ("days", "says"),
    [
        (80, ("前申请", 'aria-label="办理延续 沈先到"')),
        (31, ('class="ej-soon">请在', 'aria-label="办理延续 沈先到"')),
        (10, ("已过申请期", 'aria-label="查阅 沈先到"')),
    ],
)
def test_the_home_page_says_until_when_a_registration_can_be_renewed(
    browser: Client, onlooker: Client, operator: User, days: int, says: tuple[str, str]
) -> None:
    expiring(operator, "沈先到", days)
    page = text(browser.get("/enterprise/"))
    assert all(words in page for words in says)
    assert 'aria-label="查阅 沈先到"' in text(onlooker.get("/enterprise/"))


def test_the_home_page_offers_no_renewal_that_the_age_limit_rules_out(browser: Client, operator: User) -> None:
    held = expiring(operator, "沈先到", 60)
    for days, near in ((91, False), (90, True)):
        turns = clock.today() + timedelta(days=days)
        Person.objects.filter(pk=held.person_id).update(birth_date=add_years(turns, -65))
        page = text(browser.get("/enterprise/"))
        assert ("临近 65 周岁，不能延续" in page) is near, days
        assert ('aria-label="办理延续 沈先到"' in page) is not near, days
        assert ("前申请" in page) is not near, days


def test_the_home_page_names_no_last_day_where_none_is_set(browser: Client, operator: User) -> None:
    """临时延期 has no window: a date of the other class would send people away too early."""
    held = expiring(operator, "沈先到", 10)
    Registration.objects.filter(pk=held.pk).update(registration_class="temporary")
    page = text(browser.get("/enterprise/"))
    assert "可以申请" in page
    assert "前申请" not in page
    assert "已过申请期" not in page
    assert 'aria-label="办理延续 沈先到"' in page


def test_a_specialty_that_ends_before_the_others_is_listed_as_expiring(browser: Client, operator: User) -> None:
    held = expiring(operator, "沈先到", 60)
    held.specialties.create(specialty="municipal", begin=clock.today(), end=clock.today() + timedelta(days=700))
    Registration.objects.filter(pk=held.pk).update(valid_until=clock.today() + timedelta(days=700))
    expiring(operator, "沈后来", 700)
    page = text(browser.get("/enterprise/"))
    assert f"请在 {clock.today() + timedelta(days=30)} 前申请" in page
    assert "剩 60 日" in page
    assert 'aria-label="办理延续 沈先到"' in page
    assert "沈后来" not in page
    for address in ("/enterprise/history/?status=expiring", "/enterprise/certificates/?state=expiring"):
        shown = text(browser.get(address))
        assert ("沈先到" in shown, "沈后来" in shown) == (True, False), address
        assert "共 1 条记录" in shown


def test_the_home_page_leads_to_the_renewal_under_way(browser: Client, operator: User) -> None:
    soon = expiring(operator, "沈先到", 60)
    case = makers.draft(soon.person, operator, complete=False, procedure="renewal")
    page = text(browser.get("/enterprise/"))
    assert "前申请" in page, "a draft is not filed yet"
    assert f'href="/enterprise/cases/{case.uuid}/" aria-label="查看申报 沈先到"' in page
    Application.objects.filter(pk=case.pk).update(
        state=State.WAIT_PERSON, number="CS-2026-000001", reported_at=clock.now()
    )
    page = text(browser.get("/enterprise/"))
    assert "前申请" not in page
    assert f'href="/enterprise/cases/{case.uuid}/" aria-label="查看申报 沈先到"' in page


def test_the_count_of_what_expires_leads_to_all_of_it(browser: Client, operator: User) -> None:
    paper = expiring(operator, "沈先到", 60)
    Registration.objects.filter(pk=paper.pk).update(certificate_kind="paper")
    expiring(operator, "沈后来", 200)
    (link,) = re.findall(r'href="([^"]+=expiring)"', text(browser.get("/enterprise/")))
    page = text(browser.get(link))
    assert "沈先到" in page
    assert "共 1 条记录" in page


def test_a_paper_certificate_that_ends_soon_opens_and_can_be_renewed(browser: Client, operator: User) -> None:
    paper = expiring(operator, "沈先到", 60)
    Registration.objects.filter(pk=paper.pk).update(certificate_kind="paper")
    (link,) = re.findall(r'href="([^"]+)" aria-label="(?:办理延续|查阅) 沈先到"', text(browser.get("/enterprise/")))
    page = text(browser.get(link))
    assert "沈先到　纸质证书" in page
    assert "延续申报" in page
