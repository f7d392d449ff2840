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
SAID = {
    "😀": "“😀”不能印在正式文书上。请删除后再提交。",
    "\x07": "含有看不见的控制符（U+0007），不能印在正式文书上。请重新输入这段文字。",
}
TYPED = "材料齐全，予以受理😀"


def signed_in(user: Any) -> Client:
    found = Client()
    found.force_login(user)
    return found


@pytest.fixture(params=SAID, ids=["emoji", "control"])
def sign(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def refused(answer: Any, sign: str, typed: str = TYPED) -> None:
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 422, page
    assert SAID[sign] in page
    assert typed.replace("😀", sign) in page


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
def test_an_officers_words(reported: Application, page: str, fields: dict[str, str], sign: str) -> None:
    officer = signed_in(makers.officer(CITY, Function.ACCEPTANCE))
    address = f"/authority/desk/{reported.uuid}/{page}/"
    typed = {name: text.replace("😀", sign) for name, text in fields.items()}
    refused(officer.post(address, {**typed, "seen": reported.version}), sign)
    assert not Letter.objects.exists()
    done = {name: text.replace("😀", "") for name, text in fields.items()}
    assert officer.post(address, {**done, "seen": reported.version}).status_code == 302
    assert letters.render(Letter.objects.get()).file is not None


def test_an_enterprises_words(sign: str) -> None:
    scene = Scene("initial")
    case = scene.draft()
    typed = {"employment_begin": "2025-07-01", "employment_open": "on", "version": case.version}
    typed["punishments"] = TYPED.replace("😀", sign)
    refused(scene.client().post(f"/enterprise/cases/{case.uuid}/edit/", {**typed, "do": "save"}), sign)
    assert sign not in str(form_data.unseal(scene.again().draft))


def test_a_persons_words(sign: str) -> None:
    scene = Scene("initial")
    scene.draft()
    case = scene.report()
    words = {"seen": case.version, "opinion": TYPED.replace("😀", sign)}
    refused(signed_in(scene.user).post(f"/person/cases/{case.uuid}/decline/", words), sign)
    proceeding = Proceedings()
    version = certificates.issuing.issue(proceeding.registration.certificates.get().pk)
    today = clock.today()
    window = {"begin": today, "end": today + timedelta(days=30), "purpose": f"投标{sign}"}
    answer = signed_in(proceeding.user).post(f"/person/certificates/{version.pk}/windows/new/", window)
    refused(answer, sign, f"投标{sign}")


def test_the_words_of_a_proceeding(sign: str) -> None:
    scene = Proceedings()
    page = f"/authority/register/registrations/{scene.registration.pk}/proceeding/"
    words = {"choice": "revoke:quality", "facts": TYPED.replace("😀", sign)}
    refused(signed_in(scene.keeper).post(page, words), sign)


def test_an_enterprises_profile(sign: str) -> None:
    operator = makers.operator(makers.enterprise())
    browser = signed_in(operator)
    shown = browser.get("/enterprise/profile/").context["form"]
    values = {name: shown[name].value() or "" for name in shown.fields}
    address = f"岳麓区{sign}路 18 号"
    typed = {**values, "address": address, "seen": operator.enterprise.version}
    refused(browser.post("/enterprise/profile/", typed), sign, address)
