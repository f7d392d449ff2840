"""Whoever looks at the demonstration finds something in every list that their menu leads to."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from erjian import demo
from erjian.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("province")]

_HOMES = {"企业": "/enterprise/", "个人": "/person/", "主管单位": "/authority/"}
_LINK = re.compile(r'href="(/[^"#]*)"')
_EMPTY = re.compile(r'class="ej-empty"[^>]*>(?:<b>[^<]*</b>)?<p>([^<]*)</p>')

#: What stays empty, by what its page says.
_BY_RIGHT = {
    "您的职能没有需要逐件办理的申报，请从上方菜单进入。": "counter and notices have no cases; menus lead on",
    "近 7 日没有人查阅个人信息。": "what happened before the demonstration began is no visit",
    "没有等待您办理的处置事项。": "a city proposes; what follows is the province's to do",
    "没有等待人工核对的实名认证。": "needs films of a real face, which no demonstration carries",
    "请先填写企业名称或统一社会信用代码查询。": "lists nothing before something is looked for",
    "还没有人查看过您的完整身份证号、手机号码。": "nobody had a reason to look at them",
    "没有不予注册记录和锁定。": "neither of them did anything wrong",
    "登记库中没有您的注册。首次注册由聘用企业办理初始申报。": "who waits for a first registration",
    "还没有电子证书。申报获准并公告后，证书自动制发到这里。": "likewise",
    "还没有运行过。定时任务每小时运行一次。": "fills by itself in the first hour",
}


def _menu(client: Client, home: str) -> dict[str, str]:
    """Every page that the tabs and menus of a portal lead to: its text by its address."""
    pages: dict[str, str] = {}
    waiting = [home]
    while waiting:
        address = waiting.pop()
        if address in pages:
            continue
        answer = client.get(address, follow=True)
        assert answer.status_code == 200, address
        pages[address] = answer.content.decode()
        for part in re.findall(r"<nav.*?</nav>", pages[address], re.DOTALL):
            waiting += [link for link in _LINK.findall(part) if link.startswith(home)]
    return pages


def _empty(client: Client, home: str) -> dict[str, str]:
    """What the empty lists of a menu say, by their addresses."""
    said = {address: _EMPTY.findall(text) for address, text in _menu(client, home).items()}
    return {address: texts[0] for address, texts in said.items() if texts}


def test_no_list_of_any_menu_is_empty() -> None:
    found: dict[str, set[tuple[str, str]]] = {}
    for account in demo.accounts():
        if account.password:
            client = Client()
            user = User.objects.filter(username=account.username).first()
            client.force_login(user or User.objects.get(kind="person", name=account.organisation))
            for address, said in _empty(client, _HOMES[account.role]).items():
                found.setdefault(said, set()).add((account.username, address))
    assert set(found) <= set(_BY_RIGHT), {said: found[said] for said in set(found) - set(_BY_RIGHT)}
    assert {address for _, address in found["没有等待您办理的处置事项。"]} == {"/authority/"}
    assert {who for who, _ in found["没有等待您办理的处置事项。"]} == {"cs-dengji"}


def test_no_list_of_the_public_is_empty() -> None:
    assert not _empty(Client(), "/")
