"""Real-name verification in a real browser before the real face service: from the QR code to the saved form, refusals.

Before Chromium's own fake camera sits a photograph in the public domain that does what the screen asks; the gestures are
those that the server drew.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from erjian.identity.models import Attempt, State
from erjian.identity.reasons import REASONS
from erjian.messaging.models import SmsMessage
from erjian.registry.models import Assurance, Person
from tests import makers
from tests.faces import cards, filming
from tests.faces.serving import Faces
from tests.journeys.conftest import CHROMIUM
from tests.journeys.seated import Camera, Sitter
from tests.journeys.visiting import FLAGS, Visitor
from tests.journeys.working import work

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CARD = cards.Card()
PHONE, PASSWORD = "13912345678", "Lushan-shuili-2026"


@pytest.fixture(autouse=True)
def face_service(faces: Faces, settings: Any) -> None:
    settings.ERJIAN_FACES_URL = faces.url


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Camera]:
    made = Camera(tmp_path_factory.mktemp("camera") / "camera.y4m")
    yield made
    made.close()


@pytest.fixture(scope="module")
def flags(camera: Camera) -> list[str]:
    return [*FLAGS, *camera.flags]


@pytest.fixture
def holder(db: None) -> Person:
    person = makers.person(
        CARD.name, verified=False, id_number=CARD.id_number, birth=CARD.born, sex="2", phone=PHONE, school="", major="",
        graduated_on=None, education="", degree="", ethnicity="",
    )  # fmt: skip
    makers.qualification(person)
    return person


def sms(pattern: str) -> str:
    """What the newest SMS of a pattern says."""
    work()
    for message in SmsMessage.objects.order_by("-pk")[:5]:
        if found := re.search(pattern, message.text):
            return found[1]
    raise AssertionError(f"no SMS of {pattern}")


def prove(person: Visitor) -> Page:
    """Name, number, mobile and the code by SMS."""
    page = person.page
    page.get_by_role("link", name="实名认证").click()
    page.get_by_label("姓名").fill(CARD.name)
    page.get_by_label("身份证号码").fill(CARD.id_number)
    page.get_by_label("手机号码").fill(PHONE)
    page.get_by_role("button", name="获取验证码").click()
    page.get_by_label("短信验证码").fill(sms(r"验证码 (\d{6})"))
    page.get_by_role("button", name="下一步").click()
    return page


def to_the_camera(person: Visitor) -> Page:
    """The whole way from the QR code's address to the camera's page."""
    person.go("/m/")
    person.look("手机菜单")
    page = prove(person)
    page.get_by_role("link", name="确定").click()
    page.get_by_label(re.compile("单独同意")).check()
    page.get_by_role("button", name="同意并开始").click()
    for label, image in (("身份证人像面", cards.front(CARD)), ("身份证国徽面", cards.back(CARD))):
        content = filming.jpeg(cards.photographed(image))
        with page.expect_navigation():
            page.get_by_label(label).set_input_files({"name": "卡.jpg", "mimeType": "image/jpeg", "buffer": content})
    person.look("身份证-正在识别")
    work()
    page.get_by_role("heading", name="核对证件内容").wait_for()
    person.look("身份证-核对")
    page.get_by_role("button", name="下一步").click()
    page.get_by_role("button", name="打开摄像头").wait_for()
    return page


def back_at_the_camera(person: Visitor, holder: Person, card: cards.Card = CARD) -> Page:
    """Somebody whose card was confirmed before comes back in a new browser."""
    makers.verification(holder, front=makers.blob(filming.jpeg(cards.photographed(cards.front(card)))))
    person.go("/m/")
    page = prove(person)
    page.get_by_role("button", name="打开摄像头").wait_for()
    return page


def show_face(page: Page, camera: Camera, *, instead: dict[str, str] | None = None) -> None:
    """Sit down, open the camera, do what is asked, hand the frames in; judged afterwards."""
    sitter = Sitter("astronaut")
    camera.point_at(sitter.images)
    page.get_by_role("button", name="打开摄像头").click()
    page.get_by_role("button", name="开始", exact=True).click()
    sitter.follow(page, instead=instead)
    page.get_by_text("画面已收到").wait_for()
    camera.nobody()
    work()


def test_from_the_code_to_the_saved_form(visit: Callable[..., Visitor], holder: Person, camera: Camera) -> None:
    person = visit("欧阳若兰", phone=True)
    page = to_the_camera(person)
    person.look("人脸识别-说明")
    show_face(page, camera)
    expect(page.get_by_role("heading", name="认证成功")).to_be_visible()
    person.look("认证成功")
    attempt = Attempt.objects.get()
    assert attempt.frame_count >= 20
    assert attempt.key_cipher is None
    assert (attempt.state, attempt.verdict) == (State.ACCEPTED, "accept")

    first = sms(r"一次性口令 (\S+) 登录")
    page.get_by_role("link", name="确定").click()
    page.get_by_label("用户名", exact=True).fill(CARD.id_number)
    page.get_by_label("密码", exact=True).fill(first)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url("**/password/")
    page.get_by_label("原口令").fill(first)
    page.get_by_label("新口令", exact=True).fill(PASSWORD)
    page.get_by_label("再输一次新口令").fill(PASSWORD)
    page.get_by_role("button", name="修改口令").last.click()
    page.wait_for_url("**/person/")
    person.go("/person/identity/")
    for label in ("手持身份证照", "个人承诺书"):
        with page.expect_response(re.compile("/upload/$")):
            page.get_by_label(label, exact=True).set_input_files(
                {"name": "照片.jpg", "mimeType": "image/jpeg", "buffer": makers.picture(800, 500)}
            )
    page.get_by_label("毕业院校").fill("湖南城建职业技术学院")
    page.get_by_label("所学专业").fill("建筑工程技术")
    page.get_by_label("毕业时间").fill("2012-06-30")
    page.get_by_label("学历").select_option(index=3)
    page.get_by_label("学位").select_option(index=1)
    person.look("个人实名认证")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("保存成功，个人实名认证已完成")).to_be_visible()
    holder.refresh_from_db()
    assert (holder.assurance, holder.verified_by) == (Assurance.FACE, "embedded")


ORDER = ("turn_left", "blink", "open_mouth")


@pytest.mark.parametrize(
    ("card", "instead", "reason"),
    [
        (CARD, {}, "still_picture"),
        (CARD, dict(zip(ORDER, ORDER[::-1], strict=True)), "wrong_gesture"),
        (replace(CARD, portrait="admiral"), None, "unlike"),
    ],
    ids=["still picture", "wrong order", "another person"],
)
def test_a_refusal_says_why_and_lets_try_again(
    visit: Callable[..., Visitor], holder: Person, camera: Camera, settings: Any, *, card: cards.Card,
    instead: Any, reason: str,
) -> None:  # fmt: skip
    settings.ERJIAN_GESTURES = ORDER
    person = visit("欧阳若兰", phone=True)
    page = back_at_the_camera(person, holder, card)
    show_face(page, camera, instead=instead)
    expect(page.get_by_role("alert")).to_have_text(f"没有通过{REASONS[reason]}")
    expect(page.get_by_text("还可以再试 2 次")).to_be_visible()
    person.look("没有通过")
    assert Attempt.objects.get().reason == reason


def test_the_camera_says_live_what_is_wrong_and_waits(
    visit: Callable[..., Visitor], holder: Person, camera: Camera
) -> None:
    person = visit("欧阳若兰", phone=True)
    page = back_at_the_camera(person, holder)
    camera.nobody()
    page.get_by_role("button", name="打开摄像头").click()
    begin, one, other = page.get_by_role("button", name="开始", exact=True), Sitter("astronaut"), Sitter("admiral")
    for said in ("没有看到脸。请把脸放在框内。", "画面里不止一张脸。请让其他人离开画面。"):
        expect(page.get_by_text(said)).to_be_visible()
        expect(begin).to_be_disabled()
        person.look(said[:6])
        camera.point_at(map(filming.beside, one.images, other.images))
    camera.point_at(one.images)
    expect(page.get_by_text("脸在框内，光线合适，请点“开始”")).to_be_visible()
    expect(begin).to_be_enabled()
    assert not Attempt.objects.exists(), "nothing is drawn before 开始"


@pytest.mark.parametrize(
    ("other_flags", "said"),
    [
        ([], "这台设备没有摄像头。"),
        (["--use-fake-device-for-media-stream", "--deny-permission-prompts"], "浏览器没有得到使用摄像头的允许。"),
    ],
    ids=["absent", "denied"],
)
def test_without_a_camera_it_says_what_to_do(
    visit: Callable[..., Visitor], browser: Browser, holder: Person, other_flags: list[str], said: str
) -> None:
    person = visit("欧阳若兰", phone=True)
    page = back_at_the_camera(person, holder)
    # Another browser of the same person, as the first one's devices are fixed when it starts.
    with_flags = browser.browser_type.launch(executable_path=CHROMIUM, args=[*FLAGS, *other_flags])
    try:
        other = with_flags.new_context(viewport=person.size, storage_state=page.context.storage_state()).new_page()
        other.goto(page.url)
        other.get_by_role("button", name="打开摄像头").click()
        expect(other.get_by_role("heading", name="没有打开摄像头")).to_be_visible()
        expect(other.get_by_text(said)).to_be_visible()
        other.locator("[data-part=denied]").get_by_role("button", name="改用窗口核验").click()
        expect(other.get_by_role("heading", name="请到窗口核验")).to_be_visible()
    finally:
        with_flags.close()
