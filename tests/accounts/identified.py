"""Who is known to the provider, and the presses of buttons there and here, for the tests of both identities."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client

from tests.providing import Phone

PERSON, OFFICER, NOBODY = "430102199003170913", "430102198211050418", "430102197506180434"
KNOWN, UNKNOWN = "91430100MA4L16JJ9Q", "91430100MA4L16JK77"


def number(text: str) -> str:
    from erjian.standards import id_numbers

    return text[:17] + id_numbers.check_digit(text[:17])


def code(text: str) -> str:
    from erjian.standards import credit_codes

    first = text[:8] + text[8:16] + credit_codes.organisation_check_digit(text[8:16])
    return first + credit_codes.check_digit(first)


PERSON, OFFICER, NOBODY = number(PERSON), number(OFFICER), number(NOBODY)
KNOWN, UNKNOWN = code(KNOWN), code(UNKNOWN)


def leave(client: Client, **query: str) -> str:
    answer = client.get("/sign-in/identity/", query)
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"]


def agree(address: str, sub: str) -> str:
    """Choose an identity at the provider; returns the address at which it sends the browser back."""
    phone = Phone()
    assert "选择身份" in phone.go(address)
    back = phone.press("同意并登录", sub=sub)
    assert back.startswith("http://testserver/sign-in/identity/back/?"), back
    return back.removeprefix("http://testserver")


def said(answer: Any) -> str:
    found = re.search(r'role="alert">([^<]*)<', answer.content.decode())
    return found.group(1) if found else ""


def show(client: Client) -> dict[str, Any]:
    page = client.get("/sign-in/licence/")
    assert page.status_code == 200
    attempt: dict[str, Any] = client.session["licence_attempt"]
    assert attempt["code"] in page.content.decode()
    assert attempt["secret"] not in page.content.decode()
    return attempt


def confirm(attempt: dict[str, Any], sub: str) -> Phone:
    phone = Phone()
    phone.go(attempt["complete"])
    shown = phone.press()
    assert "二级建造师公共服务平台" in shown
    assert attempt["code"] in shown
    assert "IP 地址 127.0.0.1" in shown
    assert "选择电子营业执照" in phone.press("核对一致")
    assert "已确认" in phone.press("同意并登录", sub=sub)
    return phone


def poll(client: Client, *, htmx: bool = True) -> Any:
    session = client.session
    if "licence_attempt" in session:
        session["licence_attempt"] = session["licence_attempt"] | {"due": 0}
        session.save()
    return client.post("/sign-in/licence/state/", headers={"hx-request": "true"} if htmx else {})
