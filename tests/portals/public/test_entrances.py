"""The ways in: declared once, opened by policy; from the home page by the middle page to the sign-in."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from erjian.policy import loading
from erjian.portals.public import entrances
from tests import makers

pytestmark = pytest.mark.django_db
TEXT = loading.HUNAN.read_text(encoding="utf-8")


@pytest.fixture
def province(tmp_path: Path, settings: Any) -> Callable[..., None]:
    """Another province's policy: `province(certificate="off")` replaces values of [entrances]."""

    def set_(**values: str) -> None:
        text = TEXT
        for name, value in values.items():
            text, times = re.subn(rf'^{name} = ".*"$', f'{name} = "{value}"', text, flags=re.MULTILINE)
            assert times == 1
        path = tmp_path / "policy.toml"
        path.write_text(text, encoding="utf-8")
        settings.ERJIAN_POLICY_FILE = str(path)

    return set_


def test_from_the_home_page_to_the_sign_in(client: Client) -> None:
    assert 'href="/engineers/"' in client.get("/").content.decode()
    middle = client.get("/engineers/").content.decode()
    assert "二级勘察设计工程师、二级建造师" in middle
    for label in ("二级建筑师", "二级结构师", "二级建造师"):
        assert f"<h2>{label}</h2>" in middle
    assert 'href="/sign-in/"' in middle


def test_the_neighbours_lead_where_policy_says(client: Client, province) -> None:
    province(architects_url="https://architects.example.cn/", structural_engineers_url="none")
    middle = client.get("/engineers/").content.decode()
    assert 'href="https://architects.example.cn/"' in middle
    assert "请到省厅网站的“二级结构师”栏目" in middle


def test_the_sign_in_page_offers_the_manuals_ways(client: Client) -> None:
    page = client.get("/sign-in/").content.decode()
    for words in (
        "选择用户类型", "企业和个人", "主管单位", "用户名登录", "数字证书登录", "可信数字身份登录",
        "电子营业执照登录", "忘记口令", "二级建造师个人登录", "平台操作手册", "遇到问题点这里",
    ):  # fmt: skip
        assert words in page, words
    for address in re.findall(r'<a [^>]*href="(/[^"#?]*)', page):
        assert client.get(address).status_code in (200, 302), address


def test_the_help_explains_the_ways_that_are_open(client: Client, settings: Any) -> None:
    before = client.get("/sign-in/").content.decode()
    assert "我该用哪种方式登录" in before
    assert "<dt>电子营业执照</dt>" not in before, "what is only announced needs no explanation"
    known = {"address": "http://127.0.0.1:9", "client": "c", "secret": "s", "claim": "x"}
    settings.ERJIAN_ISSUERS = {"digital_identity": known, "e_licence": known}
    page = client.get("/sign-in/").content.decode()
    for label, words in (("可信数字身份", "核验本人"), ("电子营业执照", "还没有账号的，扫码后接着注册")):
        assert re.search(rf"<dt>{label}</dt><dd>[^<]*{words}", page), label


@pytest.mark.parametrize("code", ["certificate", "digital_identity", "e_licence"])
def test_a_way_that_follows_says_so_and_leads_back(client: Client, province, code: str) -> None:
    province(**{code: "announced"})
    way = next(way for way in entrances.WAYS if way.code == code)
    page = client.get("/sign-in/", {"way": code}).content.decode()
    assert way.follows in page
    assert 'type="password"' not in page
    assert 'href="/sign-in/"' in page


def test_policy_leaves_a_way_out(client: Client, province) -> None:
    province(certificate="off", e_licence="off")
    page = client.get("/sign-in/", {"way": "certificate"}).content.decode()
    assert "数字证书登录" not in page
    assert "电子营业执照登录" not in page
    assert 'type="password"' in page, "what is not offered falls back to the password"


def test_a_way_without_a_page_or_set_up_is_announced_at_most(province) -> None:
    province(certificate="on")
    way = entrances.Way(code="certificate", label="数字证书登录", place=entrances.Place.TAB)
    assert way.opening == "announced"
    built = replace(way, address="public:manual")
    assert built.opening == "on"
    assert built.url(next="/enterprise/") == "/manual/?next=%2Fenterprise%2F"
    assert replace(built, ready=lambda: False).opening == "announced"


@pytest.mark.parametrize("way", ["", "nonsense", "password", "<script>"])
def test_an_unknown_way_is_the_password(client: Client, way: str) -> None:
    page = client.get("/sign-in/", {"way": way}).content.decode()
    assert 'type="password"' in page
    assert "<script>" not in page


def test_the_tabs_keep_the_side_and_the_page_wanted(client: Client) -> None:
    page = client.get("/sign-in/", {"side": "office", "next": "/authority/cases/"}).content.decode()
    assert "?way=certificate&amp;side=office&amp;next=%2Fauthority%2Fcases%2F" in page


def test_the_user_type_belongs_to_the_form(client: Client) -> None:
    """It stands above the tabs, outside the form's element."""
    makers.operator(makers.enterprise(), username="luchuan")
    page = client.get("/sign-in/").content.decode()
    assert re.search(r'<select[^>]*name="side"[^>]*form="sign-in"|<select[^>]*form="sign-in"[^>]*name="side"', page)
    assert 'id="sign-in"' in page
