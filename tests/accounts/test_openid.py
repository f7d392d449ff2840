"""可信数字身份 and 电子营业执照, against a real provider: who gets in, and every way of not getting in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.test import Client

from erjian.accounts import openid, passwords, second_factor
from erjian.accounts.models import EnterpriseRight, Function, User
from erjian.audit.models import Event
from erjian.config import issuers
from erjian.policy import clock
from tests import makers, providing
from tests.providing import Phone, Provider

pytestmark = pytest.mark.django_db

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


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    identities = [
        providing.identity("person", "p", PERSON, "周启明"),
        providing.identity("person", "n", NOBODY, "田小禾"),
        providing.identity("officer", "o", OFFICER, "胡敏"),
        providing.identity("enterprise", "e", KNOWN, "湖南麓川建设工程有限公司"),
        providing.identity("enterprise", "u", UNKNOWN, "湖南新程建设工程有限公司"),
        providing.identity("enterprise", "x", "not a code", "坏"),
    ]
    with providing.provider(tmp_path_factory.mktemp("provider"), identities) as started:
        yield started


@pytest.fixture
def known(running: Provider, settings: Any) -> Provider:
    settings.ERJIAN_ISSUERS = running.known
    return running


@pytest.fixture
def person() -> User:
    return makers.person_user(makers.person(id_number=PERSON))


@pytest.fixture
def officer(known: Provider) -> User:
    made = makers.officer("430100", Function.ACCEPTANCE)
    made.id_number = OFFICER
    made.save()
    return made


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


# 可信数字身份


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


# 电子营业执照


@pytest.fixture
def enterprise(known: Provider) -> User:
    openid._known_app.cache_clear()
    return makers.operator(makers.enterprise(credit_code=KNOWN))


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


# Confirming once more who one is


def left_alone(client: Client) -> None:
    """The confirmation of the sign-in is too long ago."""
    session = client.session
    session["confirmed_at"] = 0
    session.save()


def without_password(user: User) -> User:
    user.set_unusable_password()
    user.save()
    return user


def asked_again(client: Client, enterprise: User) -> Any:
    """An administrator without password, signed in by the licence, invites somebody a while later."""
    without_password(enterprise)
    confirm(show(client), "e")
    assert poll(client)["HX-Redirect"] == "/enterprise/"
    left_alone(client)
    fields = {"name": "谭雨欣", "phone": "13907310022", "right": "file"}
    return client.post("/enterprise/operators/invite/", fields)


def test_a_licence_shown_anew_confirms_and_keeps_what_was_typed(client: Client, enterprise: User) -> None:
    asked = asked_again(client, enterprise)
    page = asked.content.decode()
    assert asked.status_code == 401
    assert 'href="/sign-in/licence/"' in page
    assert 'type="password"' not in page, "there is none to ask for"
    assert not User.objects.filter(name="谭雨欣").exists()
    before = client.session.session_key
    confirm(show(client), "e")
    assert poll(client)["HX-Redirect"] == "/sign-in/continue/"
    assert client.session.session_key != before
    again = client.get("/sign-in/continue/").content.decode()
    assert 'action="/enterprise/operators/invite/"' in again
    assert 'name="name" value="谭雨欣"' in again
    assert Event.objects.get(code="account.confirmed").data["way"] == "e_licence"
    fields = {"name": "谭雨欣", "phone": "13907310022", "right": "file"}
    assert client.post("/enterprise/operators/invite/", fields).status_code == 302
    assert client.get("/sign-in/licence/").status_code == 302, "nothing waits any more"


def test_another_licence_confirms_nothing(client: Client, enterprise: User) -> None:
    asked_again(client, enterprise)
    confirm(show(client), "u")
    answer = poll(client, htmx=False)
    assert answer.status_code == 422
    assert said(answer) == "确认的身份不是现在登录的账号。请用登录时的身份确认。"
    assert client.session["confirmed_at"] == 0
    assert client.session["_auth_user_id"] == str(enterprise.pk), "nobody is signed out or swapped by it"
    assert Event.objects.get(code="account.confirm_failed").subject_id == str(enterprise.pk)


def test_an_identity_shown_anew_confirms(client: Client, officer: User) -> None:
    without_password(officer)
    client.get(agree(leave(client, side="office"), "o"))
    left_alone(client)
    asked = client.post("/account/recovery/", headers={"referer": "http://testserver/account/?page=2"})
    assert asked.status_code == 401
    assert 'href="/sign-in/identity/"' in asked.content.decode()
    other = client.get(agree(leave(client), "p"))
    assert other.status_code == 422
    assert client.session["confirmed_at"] == 0
    assert client.get(agree(leave(client), "o"))["Location"] == "/sign-in/continue/"
    assert client.session["confirmed_at"] > 0
    again = client.get("/sign-in/continue/").content.decode()
    assert 'action="/account/recovery/"' in again
    assert 'href="/account/?page=2"' in again, "and back to the page of it, which a post's own address is not"


def test_nobody_is_led_to_the_platform_who_need_not_confirm(client: Client, officer: User) -> None:
    client.get(agree(leave(client, side="office"), "o"))
    assert client.get("/sign-in/identity/")["Location"] == "/authority/"
