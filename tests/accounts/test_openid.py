"""可信数字身份, against a real provider: who gets in, and every way of not getting in."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from erjian.accounts import passwords, second_factor
from erjian.accounts.models import User
from erjian.audit.models import Event
from erjian.config import issuers
from tests import providing
from tests.accounts.identified import NOBODY, PERSON, agree, leave, said
from tests.providing import Phone, Provider

pytestmark = pytest.mark.django_db


def test_a_person_signs_in(client: Client, known: Provider, person: User) -> None:
    address = leave(client, next="/person/information/")
    asked = parse_qs(urlsplit(address).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["nonce"][0]
    assert asked["state"][0]
    before = client.session.session_key
    answer = client.get(agree(address, "p"))
    assert (answer.status_code, answer["Location"]) == (302, "/person/information/")
    assert client.session["_auth_user_id"] == str(person.pk)
    assert client.session.session_key != before
    event = Event.objects.get(code="account.sign_in")
    assert event.data["way"] == "digital_identity"


def test_a_one_time_password_that_was_not_used_need_not_be_replaced(
    client: Client, known: Provider, person: User
) -> None:
    """Whoever uses it replaces it first; whoever comes by a verified identity goes on."""
    one_time = passwords.issue_one_time(person)
    assert client.get(agree(leave(client), "p"))["Location"] == "/person/"
    for address in ("/person/", "/m/certificates/", "/messages/"):
        assert client.get(address).status_code == 200, address
    client.post("/sign-out/")
    client.post("/sign-in/", {"side": "outside", "name": PERSON, "password": one_time})
    for address in ("/person/", "/m/certificates/", "/messages/"):
        assert client.get(address)["Location"] == "/password/", address


def test_behind_a_proxy_the_way_back_is_https_and_of_a_named_host(
    client: Client, known: Provider, settings: Any
) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    answer = client.get(
        "/sign-in/identity/",
        headers={"host": "testserver", "x-forwarded-proto": "https", "x-forwarded-host": "evil.example"},
    )
    assert parse_qs(urlsplit(answer["Location"]).query)["redirect_uri"] == ["https://testserver/sign-in/identity/back/"]
    assert client.get("/sign-in/identity/", headers={"host": "evil.example"}).status_code == 400


def test_the_provider_refuses_a_foreign_way_back(client: Client, known: Provider) -> None:
    address = leave(client).replace("testserver", "evil.example")
    phone = Phone()
    assert "不能继续" in phone.go(address)
    assert phone.page.status_code == 400


def test_next_leads_to_own_pages_only(client: Client, known: Provider, person: User) -> None:
    answer = client.get(agree(leave(client, next="https://evil.example/"), "p"))
    assert answer["Location"] == "/person/"


def test_nobody_registered_is_told_what_to_do(client: Client, known: Provider, person: User, caplog: Any) -> None:
    answer = client.get(agree(leave(client), "n"))
    assert answer.status_code == 422
    assert said(answer).startswith("您的身份还没有开通二级建造师个人账户。")
    assert "_auth_user_id" not in client.session
    assert Event.objects.filter(code="account.identity_unknown").count() == 1
    assert "digital_identity: unknown" in caplog.text
    assert NOBODY not in caplog.text


def test_the_side_is_kept_apart(client: Client, known: Provider, officer: User, person: User) -> None:
    """A person does not become an officer by choosing the other side, nor the other way round."""
    assert client.get(agree(leave(client, side="office"), "p")).status_code == 422
    assert client.get(agree(leave(client, side="outside"), "o")).status_code == 422


def test_a_disabled_account_stays_outside(client: Client, known: Provider, person: User) -> None:
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert client.get(agree(leave(client), "p")).status_code == 422


def test_an_officer_still_owes_the_second_factor(client: Client, officer: User, settings: Any) -> None:
    settings.ERJIAN_DEMO = False
    answer = client.get(agree(leave(client, side="office"), "o"))
    assert answer["Location"] == "/sign-in/enrol/"
    assert "_auth_user_id" not in client.session


def test_an_accepted_class_of_authentication_stands_for_it(client: Client, officer: User, settings: Any) -> None:
    settings.ERJIAN_DEMO = False
    settings.ERJIAN_IDENTITY_ACR = (issuers.ACR,)
    assert second_factor.demanded(officer)
    answer = client.get(agree(leave(client, side="office"), "o"))
    assert answer["Location"] == "/authority/"
    assert Event.objects.get(code="account.sign_in").data["second"] == f"acr:{issuers.ACR}"


def test_another_class_does_not(client: Client, officer: User, settings: Any) -> None:
    settings.ERJIAN_DEMO = False
    settings.ERJIAN_IDENTITY_ACR = ("some:other",)
    answer = client.get(agree(leave(client, side="office"), "o"))
    assert answer["Location"] == "/sign-in/enrol/"


def test_refused_at_the_provider(client: Client, known: Provider, person: User, caplog: Any) -> None:
    phone = Phone()
    phone.go(leave(client))
    back = phone.press("拒绝").removeprefix("http://testserver")
    answer = client.get(back)
    assert answer.status_code == 403
    assert said(answer).startswith("您在可信数字身份平台上取消了登录。")
    assert "digital_identity: refused" in caplog.text


def test_a_state_serves_once_and_its_own_browser_only(
    client: Client, known: Provider, person: User, caplog: Any
) -> None:
    back = agree(leave(client), "p")
    # Somebody else who was made to open the address is not signed in by it.
    other = Client().get(back)
    assert other.status_code == 410
    assert said(other).startswith("这次登录已过期或已经用过。")
    assert client.get(back).status_code == 302
    client.post("/sign-out/")
    again = client.get(back)
    assert again.status_code == 410
    assert "digital_identity: expired" in caplog.text


def test_a_foreign_nonce_is_noticed(client: Client, known: Provider, person: User) -> None:
    back = agree(leave(client), "p")
    session = client.session
    name = next(key for key in dict(session.items()) if key.startswith("_state_"))
    session[name]["data"]["nonce"] = "of-another-sign-in"
    session.save()
    answer = client.get(back)
    assert answer.status_code == 400
    assert "没有通过核对" in said(answer)
    assert "_auth_user_id" not in client.session


def test_a_code_without_its_verifier_is_worth_nothing(client: Client, known: Provider, person: User) -> None:
    back = agree(leave(client), "p")
    session = client.session
    name = next(key for key in dict(session.items()) if key.startswith("_state_"))
    session[name]["data"]["code_verifier"] = "x" * 48
    session.save()
    assert client.get(back).status_code == 410


def test_a_code_of_somebody_else_is_noticed(client: Client, known: Provider, person: User) -> None:
    """A code put into another's way back: verifier and nonce are not theirs."""
    stolen = parse_qs(urlsplit(agree(leave(Client()), "p")).query)["code"][0]
    mine = parse_qs(urlsplit(leave(client)).query)["state"][0]
    answer = client.get("/sign-in/identity/back/", {"code": stolen, "state": mine, "iss": known.address})
    assert answer.status_code in (400, 410)
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("query", [{}, {"code": "x"}, {"state": "x"}, {"code": "x", "state": "x"}, {"error": "<b>"}])
def test_anything_else_comes_back(client: Client, known: Provider, query: dict[str, str]) -> None:
    answer = client.get("/sign-in/identity/back/", query)
    assert answer.status_code in (400, 410)
    assert said(answer)
    assert b"<b>" not in answer.content


@pytest.mark.parametrize(
    "address", ["/sign-in/identity/", "/sign-in/identity/back/?code=a&state=b", "/sign-in/licence/"]
)
def test_a_provider_that_is_down(client: Client, known: Provider, settings: Any, caplog: Any, address: str) -> None:
    dead = {way: {**one, "address": f"http://127.0.0.1:{providing.free_port()}"} for way, one in known.known.items()}
    settings.ERJIAN_ISSUERS = dead
    answer = client.get(address)
    assert answer.status_code == 503
    assert "平台现在连不上。请稍后再试，或用其他方式登录。" in said(answer)
    assert ": down ConnectionError" in caplog.text


def test_an_issuer_that_says_it_is_another(client: Client, known: Provider, settings: Any) -> None:
    settings.ERJIAN_ISSUERS = {
        way: {**one, "address": known.address.replace("127.0.0.1", "localhost")} for way, one in known.known.items()
    }
    assert client.get("/sign-in/identity/").status_code == 400


def test_where_none_is_configured_the_page_says_so(client: Client) -> None:
    assert client.get("/sign-in/identity/").status_code == 422
    assert "正在接入" in client.get("/sign-in/", {"way": "digital_identity"}).content.decode()
