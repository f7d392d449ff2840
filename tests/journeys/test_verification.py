"""Real-name verification in a real browser before the real face service: from the QR code to the saved form, refusals.

Before Chromium's own fake camera sits a photograph in the public domain that does what the screen asks; the gestures are
those that the server drew.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import repeat
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from erjian.identity.models import Attempt, State, Verification
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


SHUT = [
    pytest.param([], "这台设备没有摄像头。", id="absent"),
    pytest.param(
        ["--use-fake-device-for-media-stream", "--deny-permission-prompts"],
        "浏览器没有得到使用摄像头的允许。",
        id="denied",
    ),
]


@pytest.mark.parametrize(("other_flags", "said"), SHUT)
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


# The ID card before the camera

ASKED = """
const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
window.asked = [];
window.tracks = [];
navigator.mediaDevices.getUserMedia = async (wish) => {
  window.asked.push(wish.video.facingMode.ideal);
  const stream = await ask(wish);
  window.tracks.push(...stream.getTracks());
  return stream;
};
"""
STATES = "window.tracks.map((track) => track.readyState)"
BUSY = """navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("in use", "NotReadableError"));"""
SIDES = {"身份证人像面": cards.front(CARD), "身份证国徽面": cards.back(CARD)}


def at_the_card(person: Visitor, holder: Person) -> Page:
    """Consent was given; what is asked of the camera from here on is noted in the page."""
    makers.verification(holder, step="card")
    person.page.add_init_script(ASKED)
    person.go("/m/")
    page = prove(person)
    page.get_by_role("heading", name="拍身份证正反两面").wait_for()
    return page


def photograph_with(page: Page, label: str) -> Any:
    """The button beside a side's file."""
    side = page.locator(".ej-side-card").filter(has=page.get_by_label(label, exact=True))
    return side.get_by_role("button", name="用摄像头拍摄")


@pytest.mark.parametrize("phone", [False, True], ids=["computer", "phone"])
def test_both_sides_are_photographed_with_the_camera_and_read(
    visit: Callable[..., Visitor], holder: Person, camera: Camera, *, phone: bool
) -> None:
    person = visit("欧阳若兰", phone=phone)
    page = at_the_card(person, holder)
    for label, drawn in SIDES.items():
        camera.point_at(repeat(cards.photographed(drawn, degrees=1, share=0.9, size=(640, 480))))
        photograph_with(page, label).click()
        viewer = page.get_by_role("dialog", name=f"拍摄{label}")
        expect(viewer.get_by_text("浏览器会问是否允许，请点【允许】")).to_be_visible()
        assert page.evaluate("window.asked") == [], "explained before it is asked"
        person.look("拍身份证-说明", full=False)
        viewer.get_by_role("button", name="打开摄像头").click()
        take = viewer.get_by_role("button", name="拍摄", exact=True)
        expect(take).to_be_focused()
        assert page.evaluate("window.asked") == ["environment"]
        assert page.evaluate(STATES) == ["live"]
        page.wait_for_timeout(400)
        person.look("拍身份证-对框", full=False)
        page.keyboard.press("Enter")
        expect(viewer.get_by_role("img", name="拍好的照片")).to_be_visible()
        person.look("拍身份证-看照片", full=False)
        viewer.get_by_role("button", name="重拍").click()
        take.click()
        with page.expect_navigation():
            viewer.get_by_role("button", name="使用这张").click()
    work()
    page.get_by_role("heading", name="核对证件内容").wait_for()
    person.look("拍身份证-识别结果")
    for label, value in {"姓名": CARD.name, "身份证号码": CARD.id_number, "有效期至": "2036-05-20"}.items():
        expect(page.get_by_label(label, exact=True)).to_have_value(value)
    kept = Verification.objects.select_related("front", "back").get()
    assert (kept.front_reading, kept.back_reading) == ("read", "read")


def test_a_side_that_is_read_meanwhile_does_not_interrupt_who_photographs_the_other(
    visit: Callable[..., Visitor], holder: Person, camera: Camera
) -> None:
    person = visit("欧阳若兰")
    page = at_the_card(person, holder)
    content = filming.jpeg(cards.photographed(SIDES["身份证人像面"]))
    with page.expect_navigation():
        page.get_by_label("身份证人像面").set_input_files(
            {"name": "卡.jpg", "mimeType": "image/jpeg", "buffer": content}
        )
    expect(page.get_by_text("正在识别，一般不超过 10 秒。")).to_be_visible()
    camera.point_at(repeat(cards.photographed(SIDES["身份证国徽面"], degrees=1, share=0.9, size=(640, 480))))
    photograph_with(page, "身份证国徽面").click()
    page.get_by_role("button", name="打开摄像头").click()
    work()
    page.wait_for_timeout(4000)  # the page asks again at the latest now
    page.get_by_role("button", name="拍摄", exact=True).click()
    with page.expect_navigation():
        page.get_by_role("button", name="使用这张").click()
    work()
    expect(page.get_by_label("有效期至", exact=True)).to_have_value("2036-05-20")
    assert Verification.objects.get().front_reading == "read"


def test_the_cards_camera_ends_with_its_viewer_and_the_keyboard_goes_back(
    visit: Callable[..., Visitor], holder: Person, camera: Camera
) -> None:
    person = visit("欧阳若兰")
    page = at_the_card(person, holder)
    button = photograph_with(page, "身份证国徽面")
    for close in (
        lambda: page.keyboard.press("Escape"),
        lambda: page.get_by_role("button", name="取消").click(),
        lambda: page.get_by_role("button", name="关闭").click(),
    ):
        button.press("Enter")
        page.get_by_role("button", name="打开摄像头").press("Enter")
        expect(page.get_by_role("button", name="拍摄", exact=True)).to_be_focused()
        assert page.evaluate(STATES)[-1] == "live"
        close()
        expect(page.get_by_role("dialog")).to_be_hidden()
        page.wait_for_function("() => window.tracks.every((track) => track.readyState === 'ended')")
        expect(button).to_be_focused()
    assert page.evaluate("window.tracks.length") == 3


def test_a_camera_that_is_allowed_after_the_viewer_was_closed_is_ended_at_once(
    visit: Callable[..., Visitor], holder: Person, camera: Camera
) -> None:
    person = visit("欧阳若兰")
    person.page.add_init_script("window.allow = new Promise((done) => (window.allowed = done));")
    page = at_the_card(person, holder)
    page.evaluate("""() => {
      const ask = navigator.mediaDevices.getUserMedia;
      navigator.mediaDevices.getUserMedia = async (wish) => (await window.allow, ask(wish));
    }""")
    photograph_with(page, "身份证人像面").click()
    page.get_by_role("button", name="打开摄像头").click()
    page.keyboard.press("Escape")
    page.evaluate("window.allowed()")
    page.wait_for_function("() => window.tracks.length === 1 && window.tracks[0].readyState === 'ended'")
    expect(page.get_by_role("dialog")).to_be_hidden()


@pytest.mark.parametrize(("other_flags", "said"), [*SHUT, pytest.param(None, "摄像头正被其他程序使用。", id="busy")])
def test_without_a_camera_the_card_is_chosen_as_a_file(
    visit: Callable[..., Visitor], browser: Browser, holder: Person, other_flags: list[str] | None, said: str
) -> None:
    person = visit("欧阳若兰")
    page = at_the_card(person, holder)
    with_flags = browser.browser_type.launch(executable_path=CHROMIUM, args=[*FLAGS, *(other_flags or [])])
    try:
        other = with_flags.new_context(viewport=person.size, storage_state=page.context.storage_state()).new_page()
        if other_flags is None:
            other.add_init_script(BUSY)
        other.goto(page.url)
        photograph_with(other, "身份证人像面").click()
        other.get_by_role("button", name="打开摄像头").click()
        expect(other.get_by_role("heading", name="没有打开摄像头")).to_be_focused()
        expect(other.get_by_text(said)).to_be_visible()
        expect(other.get_by_text("或选择照片文件")).to_be_visible()
        expect(other.get_by_text("地址栏左边的图标").first).to_be_visible(visible="允许" in said)
        with other.expect_file_chooser() as chosen:
            other.get_by_role("button", name="选择照片文件").click()
        content = filming.jpeg(cards.photographed(SIDES["身份证人像面"]))
        with other.expect_navigation():
            chosen.value.set_files({"name": "卡.jpg", "mimeType": "image/jpeg", "buffer": content})
        expect(other.get_by_text("已上传，正在识别")).to_be_visible()
    finally:
        with_flags.close()


def test_without_scripts_the_file_stays(visit: Callable[..., Visitor], browser: Browser, holder: Person) -> None:
    person = visit("欧阳若兰")
    page = at_the_card(person, holder)
    context = browser.new_context(java_script_enabled=False, storage_state=page.context.storage_state())
    plain = context.new_page()
    plain.goto(page.url)
    expect(plain.get_by_role("button", name="用摄像头拍摄")).to_have_count(0)
    plain.get_by_label("身份证人像面").set_input_files(
        {"name": "卡.jpg", "mimeType": "image/jpeg", "buffer": filming.jpeg(cards.photographed(SIDES["身份证人像面"]))}
    )
    plain.get_by_role("button", name="上传").first.click()
    expect(plain.get_by_text("已上传，正在识别")).to_be_visible()
    context.close()
