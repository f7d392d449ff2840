"""Somebody at a browser: signs in, walks, looks. Every look is a picture at both widths and a check of the page."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Browser, Page, ViewportSize, expect

SHOTS = Path(settings.BASE_DIR) / "shots"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=zh-CN",
]
DESK: ViewportSize = {"width": 1366, "height": 768}
PHONE: ViewportSize = {"width": 390, "height": 844}
PATIENCE = 60_000
_HIDDEN_OPERATIONS = """() => [...document.querySelectorAll('.table-scroll')].some(list => {
  const edge = list.getBoundingClientRect().right + 1;
  return [...list.querySelectorAll('.ej-ops > *')].some(one => one.getBoundingClientRect().right > edge);
})"""
_TWICE = """() => {
  const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
  return [...new Set(ids.filter((id, at) => ids.indexOf(id) !== at))];
}"""
_SETTLED = """() => document.readyState === "complete" && !document.querySelector(".htmx-request")
  && [...document.images].every((image) => image.complete || image.getBoundingClientRect().top > innerHeight)"""
_order = itertools.count(1)


class Visitor:
    """One person with one browser context. Scripts that fail and answers 5xx fail the journey when they leave."""

    def __init__(self, browser: Browser, origin: str, *, who: str, phone: bool, shots: Path) -> None:
        self.origin = origin
        self.who = who
        self.size = PHONE if phone else DESK
        self._shots = shots
        self._wrong: list[str] = []
        self._context = browser.new_context(
            viewport=self.size,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            has_touch=phone,
            reduced_motion="reduce",
            accept_downloads=True,
        )
        self._context.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        self.page: Page = self._context.new_page()
        self.page.on("pageerror", lambda error: self._wrong.append(f"{self.page.url}: {error}"))
        self.page.on("response", self._note)

    def _note(self, response: Any) -> None:
        if response.status >= 500 or (response.status == 404 and "/static/" in response.url):
            self._wrong.append(f"{response.status} {response.url}")

    def leave(self) -> None:
        """Close the browser context; raises for what went wrong in it."""
        self.page.screenshot(path=self._shots / f"last-{self.who}.png", full_page=True)
        self._context.close()
        said = "\n\n".join(self._wrong)
        assert not self._wrong, f"{self.who}:\n{said}"

    def go(self, address: str) -> Page:
        """Open an address of the site."""
        self.page.goto(address if "://" in address else f"{self.origin}{address}")
        return self.page

    def sign_in(self, username: str, password: str, *, side: str = "") -> Page:
        """Sign in by user name and password at the real sign-in page."""
        page = self.go("/sign-in/")
        if side:
            page.get_by_label("选择用户类型").select_option(label=side)
        page.get_by_label("用户名", exact=True).fill(username)
        page.get_by_label("口令", exact=True).fill(password)
        page.get_by_role("button", name="用户名登录").click()
        page.wait_for_url(lambda url: "/sign-in/" not in url)
        return page

    def look(self, name: str, *, full: bool = True) -> None:
        """Keep pictures of the page at both widths; nothing is wider than the screen, axe finds nothing."""
        page, number = self.page, next(_order)
        page.wait_for_function(_SETTLED)
        for size in (DESK, PHONE):
            if page.viewport_size != size:
                page.set_viewport_size(size)
                page.wait_for_timeout(80)
            width = size["width"]
            self._picture(f"{number:02d}-{name}-{width}", size, full=full)
            if page.evaluate("document.documentElement.scrollWidth") > width:
                self._wrong.append(f"{name} is wider than {width}")
            if page.evaluate(_HIDDEN_OPERATIONS):
                self._wrong.append(f"{name} at {width}: what can be done with a row is outside its list")
            if twice := page.evaluate(_TWICE):
                self._wrong.append(f"{name} has the same id twice: {twice}")
            found = Axe().run(page)
            if found.response["violations"]:
                self._wrong.append(f"{name} at {width}\n{found.generate_report()}")
        if page.viewport_size != self.size:
            page.set_viewport_size(self.size)

    def _picture(self, name: str, size: ViewportSize, *, full: bool) -> None:
        """A picture of the whole page, in a window as high as the page: what sticks to the window's edge stays there."""
        height = self.page.evaluate("document.documentElement.scrollHeight") if full else 0
        taller = height > size["height"]
        if taller:
            self.page.set_viewport_size({"width": size["width"], "height": min(height, 8000)})
        self.page.screenshot(path=self._shots / f"{name}.png")
        if taller:
            self.page.set_viewport_size(size)

    def confirm(self, verb: str) -> None:
        """Answer the question that a button asks once."""
        with self.page.expect_navigation():
            self.page.get_by_role("dialog").get_by_role("button", name=verb, exact=True).click()

    def hands_in(self, *, look: str = "") -> None:
        """上报 on a form that is in order, and the answer to its question."""
        for place in ("**/hand-in/", "**/cases/*/"):
            self.page.get_by_role("button", name="上报", exact=True).click()
            self.page.wait_for_url(place)
            if look and place.endswith("hand-in/"):
                self.look(look)

    def draw(self, selector: str = "canvas") -> None:
        """Write a signature into the box with the finger."""
        canvas = self.page.locator(selector)
        canvas.scroll_into_view_if_needed()
        box = canvas.bounding_box()
        assert box is not None
        left, top, width, height = box["x"], box["y"], box["width"], box["height"]
        strokes = (
            ((0.15, 0.3), (0.3, 0.25), (0.28, 0.7), (0.16, 0.75)),
            ((0.4, 0.2), (0.45, 0.5), (0.36, 0.8)),
            ((0.5, 0.35), (0.62, 0.3), (0.6, 0.72), (0.52, 0.6)),
            ((0.72, 0.2), (0.7, 0.8), (0.84, 0.55), (0.88, 0.75)),
        )
        mouse = self.page.mouse
        for stroke in strokes:
            (x, y), *rest = stroke
            mouse.move(left + x * width, top + y * height)
            mouse.down()
            for x, y in rest:
                mouse.move(left + x * width, top + y * height, steps=8)
            mouse.up()
