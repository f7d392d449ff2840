"""The verification in a browser, as a hand on a phone does it: large photographs, corrections, a closed browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from erjian.policy import clock
from tests import makers
from tests.identity.conftest import Applicant, run_jobs, service
from tests.identity.standin import FaceService
from tests.journeys.visiting import Visitor

__all__ = ["service"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def one(service: FaceService) -> Applicant:
    person = makers.person(verified=False)
    makers.qualification(person)
    return Applicant(person=person, service=service)


def open_with(visit: Callable[..., Visitor], one: Applicant) -> Page:
    """A new browser that goes on where the session stands."""
    person = visit("周启明", phone=True)
    cookies = [{"name": name, "value": kept.value, "url": person.origin} for name, kept in one.client.cookies.items()]
    person.page.context.add_cookies(cookies)
    return person.go("/person/verify/")


def test_a_photograph_too_large_is_made_to_fit(visit: Callable[..., Visitor], one: Applicant) -> None:
    one.prove()
    one.consent()
    one.service.reads("front", {"name": one.person.name})
    page = open_with(visit, one)
    photograph = makers.picture(4000, 3000) + bytes(6 * 1024 * 1024)
    with page.expect_navigation():
        page.get_by_label("身份证人像面").set_input_files(
            {"name": "IMG_0001.jpg", "mimeType": "image/jpeg", "buffer": photograph}
        )
    expect(page.get_by_role("img", name="身份证人像面")).to_be_visible()
    run_jobs()
    assert one.verification.front_reading == "read"


def test_corrections_outlast_the_browser(visit: Callable[..., Visitor], one: Applicant) -> None:
    one.prove()
    one.consent()
    one.photograph()
    page = open_with(visit, one)
    page.get_by_label("签发机关").fill("湘潭市公安局雨湖分局")
    page.get_by_label("长期有效").check()
    expect(page.get_by_text("已自动保存")).to_be_visible()
    other = Applicant(person=one.person, service=one.service)
    with clock.travel(seconds=3600):
        other.prove()
        page = open_with(visit, other)
    expect(page.get_by_label("签发机关")).to_have_value("湘潭市公安局雨湖分局")
    expect(page.get_by_label("长期有效")).to_be_checked()
    expect(page.get_by_label("姓名")).to_have_value(one.person.name)
