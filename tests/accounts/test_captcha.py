"""The captcha: asked after wrong tries only, answered once, by sight or in words."""

from __future__ import annotations

import io

import pytest
from django.test import Client
from PIL import Image

from erjian.accounts import captchas
from erjian.policy import clock
from tests import makers

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator():
    return makers.operator(makers.enterprise(), username="lc-li")


def attempt(client: Client, password: str = makers.PASSWORD, **more: str):
    return client.post("/sign-in/", {"side": "outside", "name": "lc-li", "password": password, **more})


def solved(kind: str = captchas.IMAGE) -> dict[str, str]:
    asked = captchas.new(kind)
    return {"captcha_token": asked.token, "captcha": asked.answer}


def test_asked_after_two_wrong_tries(client: Client, operator) -> None:
    assert "captcha.png" not in attempt(client, "wrong").content.decode()
    assert "captcha.png" in attempt(client, "wrong").content.decode()
    without = attempt(client)
    assert without.status_code == 422
    assert "请按下面的提示填写验证码。" in without.content.decode()
    assert attempt(client, **{**solved(), "captcha": "WRONG"}).status_code == 422
    assert attempt(client, **solved()).status_code == 302


def test_an_unknown_name_is_asked_just_the_same(client: Client) -> None:
    pages = [attempt(client, "wrong").content.decode() for _ in range(2)]
    assert ["captcha.png" in page for page in pages] == [False, True]


def test_an_answer_serves_once(client: Client, operator) -> None:
    for _ in range(2):
        attempt(client, "wrong")
    once = solved()
    assert "口令不对" in attempt(client, "wrong", **once).content.decode()
    assert "验证码不对" in attempt(client, **once).content.decode()


def test_an_answer_grows_old() -> None:
    asked = captchas.new()
    with clock.travel(seconds=601):
        assert not captchas.check(asked.token, asked.answer)
    assert captchas.check(asked.token, f" {asked.answer.lower()} ")


@pytest.mark.parametrize("token", ["", "x", "=", "A" * 400, "令牌"])
def test_forged_tokens_are_wrong(client: Client, token: str) -> None:
    assert not captchas.check(token, "12345")
    assert client.get("/sign-in/captcha.png", {"t": token}).status_code == 400


def test_the_picture_is_drawn_here(client: Client) -> None:
    answer = client.get("/sign-in/captcha.png", {"t": captchas.new().token})
    assert answer["Content-Type"] == "image/png"
    assert Image.open(io.BytesIO(answer.content)).size == captchas.SIZE


def test_a_sum_in_words_for_who_cannot_see_it(client: Client, operator) -> None:
    for _ in range(2):
        attempt(client, "wrong")
    # The page gives no password back, so the browser sends none when another question is asked for.
    answer = attempt(client, "", other="words")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "等于几" in page
    assert "请填写" not in page.replace("请填数字", "")
    assert "captcha.png" in attempt(client, "").content.decode(), "a forgotten password brings the question again"
    assert 'value="lc-li"' in page, "what was typed is kept"
    assert attempt(client, **solved(captchas.WORDS)).status_code == 302
