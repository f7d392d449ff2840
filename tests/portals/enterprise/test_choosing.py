"""Choosing whom a filing is about: the order, why somebody cannot be chosen, and what to file instead."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from erjian.accounts.models import User
from erjian.policy import clock
from erjian.portals.enterprise.leading import linked
from erjian.procedures import all_procedures, get, guards
from erjian.registry.models import Registration
from erjian.standards.validity import add_years
from tests import makers
from tests.portals.enterprise.scenes import expiring, text

pytestmark = pytest.mark.django_db


def test_who_expires_first_stands_on_top_where_a_holder_is_chosen(browser: Client, operator: User) -> None:
    for name, days in (("沈后来", 800), ("沈先到", 40), ("沈居中", 300)):
        expiring(operator, name, days)
    page = text(browser.get("/enterprise/renewal/new/"))
    assert page.index("沈先到") < page.index("沈居中") < page.index("沈后来")


def test_who_cannot_be_chosen_says_why_in_the_list(browser: Client, operator: User) -> None:
    """Each row of the dialog judges itself, however many there are, at the same number of queries."""
    for name, days in (("沈先到", 40), ("沈居中", 300)):
        expiring(operator, name, days)
    with CaptureQueriesContext(connection) as few:
        page = text(browser.get("/enterprise/renewal/new/"))
    assert page.count('name="token"') == 1
    row = page[page.index("沈居中") :]
    assert "之间申请延续。" in row[: row.index("</tr>")]
    for number in range(6):
        expiring(operator, f"沈其余{number}", 400 + number)
    with CaptureQueriesContext(connection) as many:
        assert text(browser.get("/enterprise/renewal/new/")).count('name="token"') == 1
    assert len(many) == len(few)


def test_nobody_without_a_further_qualification_is_offered_for_an_addition(browser: Client, operator: User) -> None:
    held = expiring(operator, "沈后来", 800)
    page = text(browser.get("/enterprise/addition/new/"))
    assert 'name="token"' not in page
    assert "须取得其他专业的资格证书，经复审合格且未用于注册。" in page
    makers.qualification(held.person, "municipal")
    assert 'name="token"' in text(browser.get("/enterprise/addition/new/"))


def test_who_can_add_a_specialty_stands_on_top(browser: Client, operator: User) -> None:
    for name, days in (("沈先到", 40), ("沈居中", 300), ("沈后来", 800)):
        held = expiring(operator, name, days)
    makers.qualification(held.person, "municipal")
    page = text(browser.get("/enterprise/addition/new/"))
    assert page.index("沈后来") < page.index("沈先到") < page.index("沈居中")
    assert "有未用于注册的资格证书，或者有专业已到期的在前。" in page
    assert page.index("沈后来") < page.index('name="token"') < page.index("沈先到")


def test_a_refusal_leads_to_what_is_to_be_filed_instead(browser: Client, operator: User) -> None:
    """In the list of holders, in the dialog that finds anybody, and where the choice came too late."""
    held = expiring(operator, "沈先到", 10)
    page = text(browser.get("/enterprise/renewal/new/"))
    assert '再办理<a href="/enterprise/reregistration/new/">重新申报</a>。' in page
    page = text(browser.get("/enterprise/addition/new/"))
    assert '只能办理<a href="/enterprise/cancellation/new/">注销</a>。' in page
    found = browser.post("/enterprise/initial/new/", {"name": held.person.name, "id_number": held.person.id_number})
    assert '请办理<a href="/enterprise/addition/new/">增项申报</a>。' in text(found)
    Registration.objects.filter(pk=held.pk).update(registration_class="temporary")
    refused = browser.post("/enterprise/replacement/start/", {"token": _token(browser, "replacement", held)})
    assert refused.status_code == 422
    assert '请办理<a href="/enterprise/reregistration/new/">重新申报</a>。' in text(refused)


def _token(browser: Client, code: str, held: Registration) -> str:
    """The choice of a holder as the list shows it while it is a constructor's."""
    Registration.objects.filter(pk=held.pk).update(
        registration_class="constructor", valid_until=add_years(clock.today(), 1)
    )
    found = re.search(r'name="token" value="([^"]+)"', text(browser.get(f"/enterprise/{code}/new/")))
    assert found
    Registration.objects.filter(pk=held.pk).update(registration_class="temporary")
    return found[1]


def test_no_class_leads_to_what_the_other_files(db: None) -> None:
    told = "没有有效的注册，不能变更。请办理初始申报或重新申报。"
    assert linked(told, get("temporary_transfer")) == told
    first, second = ("initial", "初始申报"), ("reregistration", "重新申报")
    assert (
        linked(told, get("transfer"))
        == "没有有效的注册，不能变更。请办理"
        + "或".join(f'<a href="/enterprise/{code}/new/">{word}</a>' for code, word in (first, second))
        + "。"
    )
    assert linked("正在办理某企业提出的增项申报，办结后才能申请。", get("transfer")).count("<a") == 0
    assert linked("<b>请办理注销。", get("transfer")).startswith("&lt;b&gt;请办理<a ")


def test_what_a_condition_tells_to_file_can_be_linked() -> None:
    """A refusal that calls a procedure otherwise than its page does would lead nowhere."""
    words = {word for each in all_procedures() for word in (each.kind_label, each.kind_label.removesuffix("申报"))}
    told = [
        word
        for path in Path(guards.__file__).parent.glob("*.py")
        for clause in re.findall(r"(?:请|先|再|只能)办理([^\W_]+)", path.read_text(encoding="utf-8"))
        for word in clause.split("或")
    ]
    assert len(told) > 10
    assert set(told) <= words
