"""电子营业执照, scanned against a real provider: who gets in, and every way of not getting in."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from erjian.accounts import openid
from erjian.accounts.models import EnterpriseRight, User
from erjian.audit.models import Event
from erjian.config import issuers
from erjian.policy import clock
from tests import makers, providing
from tests.accounts.identified import UNKNOWN, confirm, poll, said, show
from tests.providing import Phone, Provider

pytestmark = pytest.mark.django_db


def test_a_licence_signs_the_administrator_in(client: Client, enterprise: User) -> None:
    makers.operator(enterprise.enterprise, right=EnterpriseRight.VIEW)
    attempt = show(client)
    assert poll(client).status_code == 204
    assert "HX-Redirect" not in poll(client)
    confirm(attempt, "e")
    answer = poll(client)
    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/enterprise/")
    assert client.session["_auth_user_id"] == str(enterprise.pk)
    assert Event.objects.get(code="account.sign_in").data["way"] == "e_licence"


def test_without_scripts_a_button_does_the_same(client: Client, enterprise: User) -> None:
    attempt = show(client)
    assert poll(client, htmx=False)["Location"] == "/sign-in/licence/"
    confirm(attempt, "e")
    assert poll(client, htmx=False)["Location"] == "/enterprise/"


def test_few_questions_reach_the_provider(client: Client, enterprise: User, known: Provider) -> None:
    show(client)
    assert poll(client).status_code == 204
    due = client.session["licence_attempt"]["due"]
    assert due > clock.now().timestamp()
    for _ in range(3):
        assert client.post("/sign-in/licence/state/", headers={"hx-request": "true"}).status_code == 204
    assert client.session["licence_attempt"]["due"] == due


def test_another_code_makes_the_first_worthless(client: Client, enterprise: User) -> None:
    first = show(client)
    assert client.post("/sign-in/licence/").status_code == 302
    assert show(client)["secret"] != first["secret"]
    confirm(first, "e")
    assert "HX-Redirect" not in poll(client)


def test_refused_on_the_phone(client: Client, enterprise: User, caplog: Any) -> None:
    attempt = show(client)
    phone = Phone()
    phone.go(attempt["complete"])
    phone.press()
    assert "已取消" in phone.press("不是我")
    answer = poll(client, htmx=False)
    assert answer.status_code == 403
    assert said(answer).startswith("您在电子营业执照平台上取消了登录。")
    assert "e_licence: refused" in caplog.text
    assert "licence_attempt" not in client.session


def test_a_code_that_ran_out(client: Client, enterprise: User) -> None:
    show(client)
    before = clock.offset()
    clock.set_offset(timedelta(minutes=6))
    try:
        answer = poll(client, htmx=False)
    finally:
        clock.set_offset(before or timedelta(0))
    assert answer.status_code == 410
    assert said(answer).startswith("这次登录已过期")


def test_a_confirmation_serves_once(client: Client, enterprise: User) -> None:
    attempt = show(client)
    confirm(attempt, "e")
    kept = client.session["licence_attempt"]
    assert poll(client)["HX-Redirect"] == "/enterprise/"
    thief = Client()
    thief.get("/sign-in/licence/")
    session = thief.session
    session["licence_attempt"] = kept | {"due": 0}
    session.save()
    assert poll(thief, htmx=False).status_code == 410


def test_an_unknown_enterprise_registers_with_the_fields_filled(client: Client, known: Provider) -> None:
    openid._known_app.cache_clear()
    confirm(show(client), "u")
    assert poll(client)["HX-Redirect"] == "/register/"
    vouched = {"way": "电子营业执照", "credit_code": UNKNOWN, "name": "湖南新程建设工程有限公司"}
    assert client.session["register_vouched"] == vouched
    assert "还没有账号，请先注册" in client.get("/register/").content.decode()


def test_an_enterprise_whose_administrator_is_disabled(client: Client, enterprise: User) -> None:
    User.objects.filter(pk=enterprise.pk).update(is_active=False)
    confirm(show(client), "e")
    answer = poll(client, htmx=False)
    assert answer.status_code == 422
    assert said(answer).startswith("贵企业的管理员账号已停用")


def test_a_number_that_is_none(client: Client, enterprise: User) -> None:
    confirm(show(client), "x")
    assert poll(client, htmx=False).status_code == 400


def test_nobody_takes_codes_without_end(client: Client, known: Provider) -> None:
    answers = [client.post("/sign-in/licence/").status_code for _ in range(61)]
    assert answers[:60] == [302] * 60
    assert answers[60] == 429


def test_head_costs_no_code(client: Client, known: Provider) -> None:
    assert client.head("/sign-in/licence/").status_code == 200
    assert "licence_attempt" not in client.session


def test_asking_without_a_code(client: Client, known: Provider) -> None:
    assert client.post("/sign-in/licence/state/").status_code == 410


def test_the_providers_file_is_its_own(tmp_path: Path) -> None:
    given = issuers.configuration(address="http://a", port=1, secrets=providing.SECRETS, origins=[], identities=[])
    path = Path(issuers._command(given, tmp_path / "provider")[-1])
    assert path.stat().st_mode & 0o777 == 0o600
    assert json.loads(path.read_text())["issuer"] == "http://a"


def test_the_query_survives(client: Client, known: Provider) -> None:
    page = client.get(f"/sign-in/?{urlencode({'way': 'digital_identity', 'next': '/person/x/?a=1&b=2'})}")
    assert "side=outside&amp;next=%2Fperson%2Fx%2F%3Fa%3D1%26b%3D2" in page.content.decode()
