"""Browsers that knock at a real web server at the same moment: real sockets, real threads, real CSRF tokens."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Barrier
from typing import Any

import requests
from django.conf import settings
from django.test import Client

from erjian.accounts.models import User


def words(answer: requests.Response) -> str:
    """What a page says, without markup."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.text)))


@dataclass
class Browser:
    """One window of one user. A post carries the token of the page `page`, and isn't followed."""

    origin: str
    user: User
    http: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        client = Client()
        client.force_login(self.user)
        self.http.cookies.set(settings.SESSION_COOKIE_NAME, client.cookies[settings.SESSION_COOKIE_NAME].value)
        self.http.headers["Accept"] = "text/html"
        self._token = self.value(self.get("/account/"), "csrfmiddlewaretoken")

    @staticmethod
    def value(answer: requests.Response, name: str) -> str:
        """The first value of a hidden field or button of that name."""
        found = re.search(rf'name="{name}"[^>]*? value="([^"]*)"', answer.text)
        assert found, f"{answer.status_code} {answer.url} has no {name}: {words(answer)[:600]}"
        return html.unescape(found[1])

    def get(self, address: str) -> requests.Response:
        return self.http.get(self.origin + address, timeout=60, allow_redirects=False)

    def post(self, address: str, fields: dict[str, Any] | None = None, files: Any = None) -> requests.Response:
        data = {"csrfmiddlewaretoken": self._token, **(fields or {})}
        return self.http.post(self.origin + address, data, files=files, timeout=60, allow_redirects=False)


Call = Callable[[], requests.Response]


def at_once(*calls: Call) -> list[requests.Response]:
    """Send all at the same moment; the answers in the order of the calls."""
    gate = Barrier(len(calls))

    def run(call: Call) -> requests.Response:
        gate.wait(timeout=60)
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def one_wins(answers: list[requests.Response], *, told: tuple[int, ...] = (409, 422)) -> requests.Response:
    """Exactly one was done, every other is told so in a page of Chinese words; the first of those who were told."""
    statuses = [answer.status_code for answer in answers]
    assert statuses.count(302) == 1, [(answer.status_code, words(answer)[:300]) for answer in answers]
    losers = [answer for answer in answers if answer.status_code != 302]
    for answer in losers:
        assert answer.status_code in told, statuses
        assert answer.headers["Content-Type"].startswith("text/html")
        assert re.search(r"[一-鿿]{4}", words(answer))
    return losers[0]
