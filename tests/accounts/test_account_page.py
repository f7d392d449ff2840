"""账号安全: my devices, ended one by one or all at once, and the log of sign-ins."""

from __future__ import annotations

import pytest
from django.test import Client

from erjian.accounts.models import OpenSession
from tests import makers

pytestmark = pytest.mark.django_db
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"
WECHAT = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/140 Mobile Safari/537.36 MicroMessenger/8.0"


def signed_in(agent: str, *, name: str = "lc-li") -> Client:
    client = Client(headers={"user-agent": agent})
    fields = {"side": "outside", "name": name, "password": makers.PASSWORD}
    assert client.post("/sign-in/", fields).status_code == 302
    return client


@pytest.fixture
def operator():
    return makers.operator(makers.enterprise(), username="lc-li")


def test_devices_and_log_are_shown(operator) -> None:
    Client().post("/sign-in/", {"side": "outside", "name": "lc-li", "password": "wrong"})
    desk = signed_in(CHROME)
    signed_in(WECHAT)
    page = desk.get("/account/").content.decode()
    for words in ("Chrome · Windows 电脑", "微信 · 安卓手机", "本机", "登录失败", "127.0.0.1", "用户名和口令"):
        assert words in page


def test_one_device_is_ended(operator) -> None:
    desk, phone = signed_in(CHROME), signed_in(WECHAT)
    row = OpenSession.objects.get(device__startswith="微信")
    assert desk.post(f"/account/sessions/{row.pk}/end/").status_code == 302
    assert phone.get("/account/").status_code == 302
    assert desk.get("/account/").status_code == 200


def test_nobody_ends_somebody_elses(operator) -> None:
    makers.operator(makers.enterprise("另一企业"), username="other")
    desk, other = signed_in(CHROME), signed_in(CHROME, name="other")
    row = OpenSession.objects.get(user=operator)
    assert other.post(f"/account/sessions/{row.pk}/end/").status_code == 404
    assert desk.get("/account/").status_code == 200


def test_everywhere_else_at_once(operator) -> None:
    desk, *others = (signed_in(CHROME) for _ in range(3))
    desk.post("/account/sessions/end/")
    assert [other.get("/account/").status_code for other in others] == [302, 302]
    assert desk.get("/account/").status_code == 200
    assert OpenSession.objects.filter(user=operator).count() == 1


def test_signing_out_forgets_the_device(operator) -> None:
    client = signed_in(CHROME)
    copied = Client()
    copied.cookies["erjian"] = client.cookies["erjian"].value
    assert copied.get("/account/").status_code == 200
    client.post("/sign-out/")
    assert not OpenSession.objects.exists()
    assert copied.get("/account/").status_code == 302, "a cookie that was copied serves no more"
