"""A real browser before a real server; pictures of what it sees are kept in ./shots."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from erjian.policy import clock
from tests.journeys.visiting import FLAGS, SHOTS, Visitor

CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture(scope="module")
def flags() -> list[str]:
    """What the browser is started with."""
    return FLAGS


@pytest.fixture(scope="module")
def browser(flags: list[str]) -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip("no Chromium on this machine")
    # Playwright's synchronous interface keeps an event loop running in the test's thread, where Django looks for one.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        # The browser's own words (date pickers, file inputs) in Chinese, as people here see them.
        words = {**os.environ, "LANGUAGE": "zh_CN"}
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=flags, env=words)
        yield opened
        opened.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def present() -> Iterator[None]:
    """The clock goes back to where it was after the journey."""
    before = clock.offset()
    yield
    clock.set_offset(before or timedelta(0))


@pytest.fixture
def visit(
    browser: Browser, live_server: Any, settings: Any, present: None, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Visitor]]:
    """A visitor with a browser context of their own: `visit("胡敏")`, or `visit("周启明", phone=True)`."""
    settings.ERJIAN_ORIGIN = live_server.url
    folder = SHOTS / request.node.name.removeprefix("test_")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    visitors: list[Visitor] = []

    def arrive(who: str = "public", *, phone: bool = False) -> Visitor:
        visitor = Visitor(browser, live_server.url, who=who, phone=phone, shots=folder)
        visitors.append(visitor)
        return visitor

    yield arrive
    for visitor in visitors:
        visitor.leave()
