"""Looking by a name in the enterprise's queries: one way when nothing else is asked for, another with conditions."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from erjian.accounts.models import User
from erjian.applications.models import Application
from erjian.registry.models import Enterprise, Person
from tests import makers
from tests.portals.enterprise.scenes import cases, text

pytestmark = pytest.mark.django_db
QUERIES = ("/enterprise/cases/", "/enterprise/certificates/")


def names(page: str) -> list[str]:
    """The names in the rows of the list, in its order."""
    rows = page.partition("<tbody>")[2].partition("</tbody>")[0]
    return re.findall(r"<(?:strong|b)>([^<]+)</", rows)


def views(page: str) -> dict[str, str]:
    """Label and count of each saved view."""
    bar = page.partition('class="ej-views"')[2].partition("</nav>")[0]
    return dict(re.findall(r">([^<>]+?)\s*<[^>]+>(\d+)<", bar))


@pytest.fixture
def people(operator: User) -> list[Person]:
    """31 called 人员…, newest first in the lists, and two whose names begin otherwise."""
    cases(operator, 33)
    found = list(Person.objects.filter(name__startswith="人员").order_by("-pk"))
    for person, name in zip(found[:2], ("刘人员", "人_员"), strict=True):
        person.name = name
        person.save(update_fields=["name"])
    return found[2:]


@pytest.mark.parametrize("url", QUERIES)
def test_a_name_s_beginning_finds_all_who_bear_it_and_nobody_else(
    browser: Client, people: list[Person], url: str
) -> None:
    first, second = (text(browser.get(url, {"name": "人员", "page": page})) for page in ("1", "2"))
    assert names(first) + names(second) == [person.name for person in people]
    assert views(first)["全部"] == "31"
    assert names(text(browser.get(url, {"name": "人_"}))) == ["人_员"]
    for nobody in ("员", "%", "人员%"):
        assert names(text(browser.get(url, {"name": nobody}))) == [], nobody


@pytest.mark.parametrize("url", QUERIES)
def test_further_conditions_narrow_what_a_name_finds(browser: Client, people: list[Person], url: str) -> None:
    both = text(browser.get(url, {"name": "人员", "kind": "constructor"}))
    alone = text(browser.get(url, {"name": "人员"}))
    assert (names(both), views(both)) == (names(alone), views(alone))
    assert names(text(browser.get(url, {"name": "人员", "kind": "temporary"}))) == []


def test_other_enterprises_people_are_not_found(stranger: Client, people: list[Person]) -> None:
    for url in QUERIES:
        assert names(text(stranger.get(url, {"name": "人员"}))) == []


def test_a_case_about_the_enterprise_is_found_by_its_name(
    browser: Client, operator: User, employer: Enterprise, people: list[Person]
) -> None:
    case = Application.objects.create(
        procedure_code="enterprise_rename", about="enterprise", enterprise=employer, authority_code="430100",
        state="reported", number="CS-2026-999999", created_by=operator, created_at=makers.clock.now(),
        reported_at=makers.clock.now(),
    )  # fmt: skip
    own = text(browser.get("/enterprise/cases/", {"name": employer.name[:3]}))
    assert f"/enterprise/cases/{case.uuid}/" in own
    assert "人员" not in names(own)
    assert f"/enterprise/cases/{case.uuid}/" not in text(browser.get("/enterprise/cases/", {"name": "人员"}))
