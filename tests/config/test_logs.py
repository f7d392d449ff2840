"""The log holds no secret of an address: what a one-use link would still open is in no line."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from http import HTTPStatus

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import StringConverter

from erjian.config.logs import SECRET_AFTER

TOKEN = "Zq3-xW_9sdTTk20bLmRvYa1c"


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """The log as this installation writes it: pytest's own handler, with the formatter of the one to standard error."""
    (own,) = [each for each in logging.getLogger().handlers if type(each) is logging.StreamHandler]
    before = caplog.handler.formatter
    caplog.handler.setFormatter(own.formatter)
    yield caplog
    caplog.handler.setFormatter(before)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    [
        f"/sign-in/link/{TOKEN}/",
        # What a phone makes of the message's text names no page.
        f"/sign-in/link/{TOKEN}/。",
        f"/sign-in/link/{TOKEN}/more/",
        f"/verify/{TOKEN}/",
        f"/verify/{TOKEN}/portrait/",
    ],
)
@pytest.mark.parametrize("method", ["get", "post", "put"])
def test_no_line_holds_the_token_of_an_address(address: str, method: str, lines: pytest.LogCaptureFixture) -> None:
    answer = getattr(Client(), method)(address)
    assert 400 <= answer.status_code < 500
    assert HTTPStatus(answer.status_code).phrase in lines.text
    assert "/***/" in lines.text
    assert TOKEN not in lines.text


@pytest.mark.django_db
def test_no_line_holds_the_token_of_the_page_a_request_came_from(lines: pytest.LogCaptureFixture) -> None:
    came_from = f"https://elsewhere.example/sign-in/link/{TOKEN}/"
    browser = Client(enforce_csrf_checks=True)
    assert browser.post("/sign-in/", secure=True, headers={"Referer": came_from}).status_code == 403
    assert "/sign-in/link/***/" in lines.text
    assert TOKEN not in lines.text


@pytest.mark.django_db
def test_other_addresses_are_written_as_they_are(lines: pytest.LogCaptureFixture) -> None:
    assert Client().get("/notices/999999/").status_code == 404
    assert "/notices/999999/" in lines.text


def test_every_address_that_takes_any_text_is_declared() -> None:
    """Whoever adds an address with a token must say so here: ids, codes and UUIDs have converters of their own."""
    found = [route for route, pattern in addresses(get_resolver()) if takes_text(pattern)]
    assert found
    for route in found:
        assert any(route.startswith(f"{each}<") for each in SECRET_AFTER), route


def addresses(resolver: URLResolver, before: str = "/") -> Iterator[tuple[str, URLPattern]]:
    for each in resolver.url_patterns:
        route = f"{before}{each.pattern}"
        if isinstance(each, URLResolver):
            yield from addresses(each, route)
        else:
            yield route, each


def takes_text(pattern: URLPattern) -> bool:
    # Exactly: a slug's or a path's converter is a kind of it.
    named = pattern.pattern.converters.items()
    return any(type(each) is StringConverter or "token" in name for name, each in named)
