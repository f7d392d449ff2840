"""Every component in a real browser: no accessibility violation, no error, nothing wider than the screen.

Set ``SHOTS`` to a folder to keep the pictures.
"""

import copy
import os
from itertools import pairwise
from pathlib import Path

import pypdfium2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright

from tests.ui import gallery

pytestmark = [pytest.mark.browser, pytest.mark.urls("tests.ui.gallery")]

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS = {1366: 768, 390: 844}
SHOTS = os.environ.get("SHOTS")


@pytest.fixture(scope="module")
def browser():
    if not CHROMIUM.exists():
        pytest.skip("no Chromium on this machine")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def visit(browser, live_server, settings):
    """Open a page of the gallery; scripts that fail and variables that do not exist fail the test."""
    templates = copy.deepcopy(settings.TEMPLATES)
    templates[0]["OPTIONS"]["string_if_invalid"] = "undefined:%s"
    settings.TEMPLATES = templates
    wrong = []
    contexts = []

    def opened(name, *, width=1366, expected=()):
        context = browser.new_context(viewport={"width": width, "height": WIDTHS[width]}, locale="zh-CN")
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on(
            "console",
            lambda said: (
                wrong.append(said.text)
                if said.type == "error" and not any(word in said.text for word in expected)
                else None
            ),
        )
        page.goto(f"{live_server.url}/{name}")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not wrong


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", gallery.VALUES)
def test_a_page_is_accessible_and_fits_the_screen(visit, name, width):
    page = visit(f"{name}/", width=width)
    page.wait_for_load_state("networkidle")
    assert "undefined:" not in page.content()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page)
    assert not found.response["violations"], found.generate_report()
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}-{width}.png", full_page=True)


def on_paper(page):
    """The sheets that the browser prints of a page: their sizes in points, and all their text."""
    document = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))
    sizes = [sheet.get_size() for sheet in document]
    text = "".join(sheet.get_textpage().get_text_bounded() for sheet in document)
    document.close()
    return sizes, "".join(text.split())


def test_a_list_lies_across_the_paper_with_every_column_and_whole_names(visit):
    sizes, text = on_paper(visit("list/"))
    assert all(width > height for width, height in sizes)
    assert text.startswith("二级建造师初始申报")
    assert "剩余时限" in text
    assert "查询" not in text
    page = visit("list/")
    page.emulate_media(media="print")
    assert page.evaluate("[...document.querySelectorAll('td')].every(cell => cell.scrollWidth <= cell.clientWidth)")


def test_a_case_stands_upright_on_paper_under_its_name_in_one_column(visit):
    page = visit("case/")
    sizes, text = on_paper(page)
    assert all(width < height for width, height in sizes)
    assert text.startswith("周子谦初始申报")
    assert "撤回" not in text
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 688, "height": 1000})
    panels = [box for panel in page.locator(".ej-panel").all() if (box := panel.bounding_box())]
    assert len(panels) > 2
    assert all(above["y"] + above["height"] <= below["y"] for above, below in pairwise(panels))


def test_what_cannot_be_undone_is_asked_with_verbs(visit):
    page = visit("case/")
    page.get_by_role("button", name="撤回申报").click()
    dialog = page.get_by_role("dialog", name="撤回这件申报？")
    expect(dialog.get_by_role("button", name="保留")).to_be_focused()
    dialog.get_by_role("button", name="保留").click()
    expect(dialog).to_have_count(0)
    assert page.url.endswith("/case/")
    page.get_by_role("button", name="撤回申报").click()
    with page.expect_navigation():
        page.get_by_role("button", name="撤回这件申报").click()
    assert page.locator("h1").count() == 0


def test_the_desk_decides_by_key_only_while_nobody_types(visit):
    page = visit("desk/")
    page.locator("#id_opinion").press_sequentially("sbn")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.locator("h1").click()
    page.keyboard.press("d")
    expect(page.get_by_role("row", name="手机号码")).to_be_hidden()
    page.get_by_label("快捷键").uncheck()
    page.keyboard.press("s")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_label("快捷键").check()
    page.locator("h1").click()
    page.keyboard.press("s")
    with page.expect_navigation():
        page.get_by_role("dialog").get_by_role("button", name="受理").click()
    assert "decision=accept" in page.content()


def test_nothing_under_a_heading_takes_one_line(visit):
    page = visit("parts/")
    empty = page.locator(".ej-panel-head + .ej-empty").first
    expect(empty).to_contain_text("没有“待补正”的申报。")
    expect(empty.get_by_text("没有数据", exact=True)).to_be_hidden()
    expect(empty.get_by_role("link", name="查看全部")).to_be_visible()


def test_a_usual_phrase_joins_the_opinion(visit):
    page = visit("desk/")
    page.get_by_role("button", name="劳动合同缺页").click()
    expect(page.locator("#id_opinion")).to_have_value("学历填写为“本科”，与学历证书不一致，请更正。\n劳动合同缺页")


def test_typing_is_saved_in_the_background(visit):
    page = visit("form/")
    page.get_by_label("姓名").fill("周启")
    expect(page.get_by_text("已自动保存 10:24:36")).to_be_visible(timeout=8000)
    expect(page.locator("input[name=version]")).to_have_value("4")


def test_what_was_typed_survives_an_expired_session(visit):
    page = visit("form/?save=gone", expected=["401"])
    page.get_by_label("手机号码").fill("13912345678")
    expect(page.get_by_role("link", name="重新登录")).to_be_visible(timeout=8000)
    page.goto(page.url)
    expect(page.get_by_label("手机号码")).to_have_value("13912345678")


def test_nothing_is_overwritten_when_somebody_else_changed_it(visit):
    page = visit("form/?save=changed", expected=["409"])
    page.get_by_label("姓名").fill("周")
    expect(page.get_by_text("这份申报已被胡敏修改。")).to_be_visible(timeout=8000)


def test_the_summary_of_errors_leads_to_the_field(visit):
    page = visit("form/")
    expect(page.locator("[data-error-summary]")).to_be_focused()
    page.get_by_role("link", name="请填写手机号码。").click()
    expect(page.get_by_label("手机号码")).to_be_focused()


def test_the_first_wrong_field_takes_the_focus_where_no_summary_does(visit):
    page = visit("list/")
    page.route("**/form/", lambda route: route.fulfill(body=route.fetch().text().replace("data-error-summary", "")))
    page.goto(page.url.replace("/list/", "/form/"))
    expect(page.locator("[aria-invalid=true]").first).to_be_focused()


def test_a_long_read_only_value_is_seen_whole_on_the_phone(visit):
    name = visit("form/", width=390).get_by_label("上级单位")
    assert name.evaluate("box => box.scrollHeight <= box.clientHeight")


def test_tabs_move_with_the_arrow_keys(visit):
    page = visit("signin/")
    page.get_by_role("tab", name="用户名登录").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tabpanel", name="数字证书登录")).to_be_visible()
    expect(page.get_by_role("tabpanel", name="用户名登录")).to_be_hidden()


def test_dialogs_open_on_the_page_and_close(visit):
    page = visit("parts/")
    page.get_by_role("button", name="打开").click()
    dialog = page.get_by_role("dialog", name="选择人员")
    expect(dialog.get_by_label("姓名")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_a_signature_must_be_drawn_before_it_is_sent(visit):
    page = visit("parts/")
    page.get_by_role("button", name="提交签名").click()
    expect(page.get_by_text("还没有签名。请在框内手写姓名。")).to_be_visible()
    box = page.locator("canvas").bounding_box()
    page.mouse.move(box["x"] + 40, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 160, box["y"] + 120, steps=12)
    page.mouse.up()
    with page.expect_navigation():
        page.get_by_role("button", name="提交签名").click()
    assert "signature=data:image/png;base64," in page.content()


def test_the_menu_and_the_filter_fold_on_the_phone(visit):
    page = visit("list/", width=390)
    entry = page.get_by_role("link", name="建造师历史数据")
    expect(entry).to_be_hidden()
    page.get_by_role("button", name="菜单").click()
    expect(entry).to_be_visible()
    expect(page.get_by_label("注册专业")).to_be_hidden()
    page.get_by_role("button", name="更多条件").click()
    expect(page.get_by_label("注册专业")).to_be_visible()


def test_large_text_is_remembered(visit):
    page = visit("home/")
    page.get_by_role("button", name="大字版").click()
    page.reload()
    expect(page.get_by_role("button", name="标准字号")).to_have_attribute("aria-pressed", "true")


def test_a_list_says_how_many_rows_are_ticked(visit):
    page = visit("parts/")
    said = page.locator("[data-picked]")
    expect(said).to_be_empty()
    page.locator("td.pick input").first.check()
    expect(said).to_have_text("已勾选 1 条")
    page.get_by_label("选择本页全部").check()
    expect(said).to_have_text("已勾选 3 条")
    page.get_by_label("选择本页全部").uncheck()
    expect(said).to_be_empty()


def test_ticks_stay_while_the_pages_of_a_list_are_turned(visit):
    page = visit("parts/")
    said = page.locator("[data-picked]")
    page.get_by_label("选择 周启明").check()
    page.get_by_label("选择 刘思齐").check()

    def turn(number):
        page.evaluate(f"location.href = '?page={number}'")
        page.wait_for_url(f"**/?page={number}")

    turn(2)
    expect(said).to_have_text("已勾选 2 条，其中 2 条不在本页")
    page.get_by_label("选择 唐玉兰").check()
    expect(said).to_have_text("已勾选 3 条，其中 2 条不在本页")
    page.reload()
    expect(page.get_by_label("选择 唐玉兰")).to_be_checked()
    turn(1)
    expect(page.get_by_label("选择 刘思齐")).to_be_checked()
    expect(said).to_have_text("已勾选 3 条，其中 1 条不在本页")
    page.get_by_label("选择 周启明").uncheck()
    page.get_by_role("button", name="批量受理").click()
    expect(page.locator("p")).to_contain_text("picked=")
    sent = [one.split(":")[0] for one in page.locator("p").inner_text().split("、")]
    assert sorted(sent) == ["picked=刘思齐", "picked=唐玉兰"]
    page.go_back()
    expect(said).to_have_text("已勾选 2 条，其中 1 条不在本页")
    page.evaluate("location.href = '/list/'")
    page.wait_for_url("**/list/")
    page.evaluate("location.href = '/parts/'")
    page.wait_for_url("**/parts/")
    expect(said).to_be_empty()


def test_a_row_is_posted_through_the_form_of_the_page(visit):
    page = visit("list/")
    page.get_by_role("button", name="删除 刘思齐").first.click()
    with page.expect_navigation():
        page.get_by_role("button", name="删除这条申报").click()
    assert page.locator("table").count() == 0
