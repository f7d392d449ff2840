"""Words with a sign that no paper can show: said where they were typed, nothing lost, nothing done.

A letter with such a sign could never be rendered, and the case would be decided without its paper.
"""

from __future__ import annotations

import html
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from erjian import certificates
from erjian.accounts.models import Function
from erjian.applications import actions, form_data, letters
from erjian.applications.models import Application, Letter
from erjian.policy import clock
from tests import makers
from tests.procedures.scenes import CITY, Scene
from tests.proceedings.scenes import Scene as Proceedings

pytestmark = pytest.mark.django_db
TYPED = "材料齐全，予以受理😀"
SAID = "“😀”不能印在正式文书上。请删除后再提交。"


def signed_in(user: Any) -> Client:
    found = Client()
    found.force_login(user)
    return found


def refused(answer: Any, typed: str = TYPED) -> None:
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 422, page
    assert SAID in page
    assert typed in page


@pytest.fixture
def reported() -> Application:
    scene = Scene("initial")
    scene.draft()
    return actions.consent(application=scene.report(), by=scene.user, seen=None, commitment="同意")


@pytest.mark.parametrize(
    ("page", "fields"),
    [
        ("decide", {"decision": "accept", "opinion": TYPED, "asked": "1"}),
        ("refusal", {"send": "1", "ground": "not_competent", "where": "株洲市住房和城乡建设局", "reason": TYPED}),
        ("correction", {"send": "1", "free": TYPED}),
    ],
)
def test_an_officers_words(reported: Application, page: str, fields: dict[str, str]) -> None:
    officer = signed_in(makers.officer(CITY, Function.ACCEPTANCE))
    address = f"/authority/desk/{reported.uuid}/{page}/"
    refused(officer.post(address, {**fields, "seen": reported.version}))
    assert not Letter.objects.exists()
    done = {name: text.replace("😀", "") for name, text in fields.items()}
    assert officer.post(address, {**done, "seen": reported.version}).status_code == 302
    assert letters.render(Letter.objects.get()).file is not None


def test_an_enterprises_words() -> None:
    scene = Scene("initial")
    case = scene.draft()
    typed = {"employment_begin": "2025-07-01", "employment_open": "on", "punishments": TYPED, "version": case.version}
    refused(scene.client().post(f"/enterprise/cases/{case.uuid}/edit/", {**typed, "do": "save"}))
    assert "😀" not in str(form_data.unseal(scene.again().draft))


def test_a_persons_words() -> None:
    scene = Scene("initial")
    scene.draft()
    case = scene.report()
    refused(signed_in(scene.user).post(f"/person/cases/{case.uuid}/decline/", {"seen": case.version, "opinion": TYPED}))
    proceeding = Proceedings()
    version = certificates.issuing.issue(proceeding.registration.certificates.get().pk)
    today = clock.today()
    window = {"begin": today, "end": today + timedelta(days=30), "purpose": "投标😀"}
    answer = signed_in(proceeding.user).post(f"/person/certificates/{version.pk}/windows/new/", window)
    refused(answer, "投标😀")


def test_the_words_of_a_proceeding() -> None:
    scene = Proceedings()
    page = f"/authority/register/registrations/{scene.registration.pk}/proceeding/"
    refused(signed_in(scene.keeper).post(page, {"choice": "revoke:quality", "facts": TYPED}))


def test_an_enterprises_profile() -> None:
    operator = makers.operator(makers.enterprise())
    browser = signed_in(operator)
    shown = browser.get("/enterprise/profile/").context["form"]
    values = {name: shown[name].value() or "" for name in shown.fields}
    address = "岳麓区😀路 18 号"
    typed = {**values, "address": address, "seen": operator.enterprise.version}
    refused(browser.post("/enterprise/profile/", typed), address)
