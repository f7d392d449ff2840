"""Every page that a person holds in the hand, at 390 px: as it is, with large text, and enlarged to 200 %."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect

from erjian.applications import actions
from tests import makers
from tests.identity.conftest import Applicant, service
from tests.identity.standin import FaceService
from tests.journeys import fitting
from tests.journeys.conftest import CHROMIUM
from tests.journeys.visiting import FLAGS, PATIENCE, PHONE

__all__ = ["service"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LONG = "阿卜杜热合曼·买买提艾力江·库尔班尼亚孜"
HALF = {"width": 195, "height": 422}
"""390 px at a page zoom of 200 %."""
OPEN = ("/m/", "/person/sign-in/", "/person/verify/", "/password/forgotten/")
OWN = (
    "/m/certificates/", "/m/cases/", "/person/", "/person/cases/", "/person/filing/", "/person/certificates/",
    "/person/registrations/", "/person/standing/", "/person/proceedings/", "/person/identity/", "/person/identity/edit/",
    "/person/information/", "/person/information/contact/", "/person/information/phone/", "/person/information/readers/",
    "/person/signature/",
)  # fmt: skip
OF_AN_ENTERPRISE = (
    "/enterprise/",
    "/enterprise/initial/?state=ended",
    "/enterprise/profile/",
    "/enterprise/questions/new/",
)
EMPTY_ROOM = """() => {
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d");
  setInterval(() => {
    pen.fillStyle = `rgb(${Math.round(Math.random() * 40)}, 20, 20)`;
    pen.fillRect(0, 0, 300, 150);
  }, 100);
  navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(10);
}"""
"""A camera before which nobody sits."""
WAYS = ("plain", "large text", "200 %")


@pytest.fixture(params=WAYS)
def hand(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """A phone, with the session of a test client if one is given."""
    opened = browser
    if request.param == "large text":
        opened = browser.browser_type.launch(executable_path=CHROMIUM, args=[*FLAGS, fitting.LARGE], env={**os.environ})
    contexts = []

    def held(client: Client | None = None) -> BrowserContext:
        context = opened.new_context(
            viewport=HALF if request.param == "200 %" else PHONE,
            locale="zh-CN",
            has_touch=True,
            reduced_motion="reduce",
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        if client is not None:
            session = client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": session, "domain": "localhost", "path": "/"}]
            )
        return context

    yield held
    for context in contexts:
        context.close()
    if opened is not browser:
        opened.close()


def walk(page: Page, origin: str, addresses: tuple[str, ...]) -> dict[str, list[str]]:
    """What does not fit, by address."""
    wrong = {}
    for address in addresses:
        answer = page.goto(origin + address)
        assert answer is not None
        assert answer.status < 400, address
        if found := fitting.faults(page):
            wrong[address] = found
    return wrong


def test_pages_for_anybody_fit(hand: Callable[..., BrowserContext], live_server: Any) -> None:
    assert walk(hand().new_page(), live_server.url, OPEN) == {}


def test_pages_of_a_person_fit(hand: Callable[..., BrowserContext], live_server: Any, client: Client) -> None:
    person = makers.person(LONG)
    makers.qualification(person)
    operator = makers.operator(makers.enterprise("湖南省湘西土家族苗族自治州永顺县麓川水利水电建设工程有限责任公司"))
    case = makers.draft(person, operator)
    case = actions.report(application=case, by=operator, seen=case.version)
    client.force_login(makers.person_user(person))
    cases = tuple(f"/person/cases/{case.uuid}/{page}" for page in ("", "consent/", "decline/"))
    assert walk(hand(client).new_page(), live_server.url, OWN + cases) == {}


def test_pages_of_an_enterprise_fit(hand: Callable[..., BrowserContext], live_server: Any, client: Client) -> None:
    client.force_login(makers.operator(makers.enterprise()))
    assert walk(hand(client).new_page(), live_server.url, OF_AN_ENTERPRISE) == {}


def test_every_step_of_the_verification_fits(
    hand: Callable[..., BrowserContext], live_server: Any, service: FaceService
) -> None:
    person = makers.person(LONG, verified=False)
    makers.qualification(person)
    one = Applicant(person=person, service=service)
    wrong: dict[str, list[str]] = {}

    def look(step: str, said: str, *, address: str = "/person/verify/") -> None:
        page = hand(one.client).new_page()
        page.goto(live_server.url + address)
        assert said in page.content(), step
        if found := fitting.faults(page):
            wrong[step] = found

    one.start()
    look("code", "输入短信验证码")
    one.post("code/", {"code": one.code()})
    look("told", "已查到", address="/person/verify/?told=1")
    look("consent", "单独同意")
    one.consent()
    look("card", "拍身份证")
    one.photograph()
    look("read card", "核对证件内容")
    one.post("card/", one.card_fields())
    look("camera", "打开摄像头")
    service.decides("refuse", reason="unlike")
    one.show_face()
    look("refused", "没有通过")
    service.decides("officer")
    one.show_face()
    look("officer", "待人工核对")
    one.post("counter/")
    look("counter", "请到窗口核验")
    other = Applicant(person=makers.person("何", verified=False, phone="13800009999"), service=service)
    makers.qualification(other.person)
    one = other
    service.decides("accept")
    one.to_the_camera()
    one.show_face()
    look("accepted", "认证成功")
    assert wrong == {}


def test_the_camera_guides_above_its_buttons(
    hand: Callable[..., BrowserContext], live_server: Any, service: FaceService
) -> None:
    person = makers.person(verified=False)
    makers.qualification(person)
    one = Applicant(person=person, service=service)
    one.to_the_camera()
    service.says("/v1/look", {"faces": 0, "hints": ["no_face"]})
    page = hand(one.client).new_page()
    page.goto(f"{live_server.url}/person/verify/")
    page.evaluate(EMPTY_ROOM)
    opens = page.get_by_role("button", name="打开摄像头")
    expect(opens).to_be_enabled()
    opens.press("Enter")
    hint = page.locator("[data-hint]")
    expect(hint).to_have_text("没有看到脸。请把脸放在框内。")
    expect(page.locator("[data-prompt]")).to_be_focused()
    said, buttons = hint.bounding_box(), page.locator(".ej-camera .act").bounding_box()
    assert said
    assert buttons
    if page.viewport_size == PHONE:
        assert said["y"] + said["height"] <= buttons["y"], "the hint is under the buttons"
    assert fitting.faults(page) == []
    found = Axe().run(page)
    assert not found.response["violations"], found.generate_report()
    # A region that is written again is read again.
    page.evaluate("""() => {
      window.written = 0;
      new MutationObserver(() => { window.written += 1; }).observe(
        document.querySelector("[data-hint]"), { childList: true, characterData: true, subtree: true });
    }""")
    page.wait_for_timeout(2500)
    assert page.evaluate("window.written") == 0
