"""The second factor over HTTP: enrolled at the first sign-in, asked at the next, one code once."""

from __future__ import annotations

import re

import pyotp
import pytest
from django.test import Client

from erjian import protection
from erjian.accounts import second_factor, sign_in
from erjian.accounts.models import Authenticator, Function, OpenSession, RecoveryCode
from erjian.audit.models import Event
from erjian.policy import clock
from tests import makers

pytestmark = pytest.mark.django_db


@pytest.fixture
def strict(settings) -> None:
    """An installation that is no demonstration."""
    settings.ERJIAN_DEMO = False


@pytest.fixture
def officer():
    return makers.officer("430100", Function.ACCEPTANCE, username="cs-humin")


def password(client: Client, **more: str):
    fields = {"side": "office", "name": "cs-humin", "password": makers.PASSWORD, **more}
    return client.post("/sign-in/", fields, REMOTE_ADDR="10.0.0.1")


def code_of(secret: str, *, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(int(clock.now().timestamp()) + steps * 30)


def enrolled(user) -> str:
    """Give the user an app; its secret."""
    secret = pyotp.random_base32()
    Authenticator.objects.create(user=user, secret=protection.encrypt("totp", secret), added_at=clock.now())
    return secret


def signed_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def test_an_officer_enrols_at_the_first_sign_in(client: Client, strict, officer) -> None:
    answer = password(client, next="/authority/cases/")
    assert answer.url == "/sign-in/enrol/"
    assert not signed_in(client), "nobody is in before the second factor is there"
    page = client.get("/sign-in/enrol/").content.decode()
    secret = re.search(r'ej-secret">([A-Z2-7 ]+)<', page)[1].replace(" ", "")
    wrong = client.post("/sign-in/enrol/", {"code": "000000"})
    assert wrong.status_code == 422
    assert "动态口令不对" in wrong.content.decode()
    assert not signed_in(client)
    shown = client.post("/sign-in/enrol/", {"code": code_of(secret)})
    codes = re.findall(r"<li>([2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4})</li>", shown.content.decode())
    assert len(codes) == len(set(codes)) == 10
    assert 'href="/authority/cases/"' in shown.content.decode()
    assert signed_in(client)
    kept = Authenticator.objects.get(user=officer)
    assert secret.encode() not in bytes(kept.secret)
    digests = b"".join(bytes(row.digest) for row in RecoveryCode.objects.all())
    assert not any(code.encode() in digests for code in codes)
    audited = set(Event.objects.filter(subject_id=str(officer.pk)).values_list("code", flat=True))
    assert {"account.second_added", "account.recovery_made"} <= audited


def test_the_next_sign_in_asks_for_a_code(client: Client, officer) -> None:
    secret = enrolled(officer)
    assert password(client, next="/authority/cases/").url == "/sign-in/second/"
    assert not signed_in(client)
    assert client.post("/sign-in/second/", {"code": "123"}).status_code == 422
    assert client.post("/sign-in/second/", {"code": code_of(secret)}).url == "/authority/cases/"
    assert signed_in(client)
    event = Event.objects.filter(code="account.sign_in").get()
    assert (event.data["way"], event.data["second"]) == ("password", "totp")


def test_a_code_serves_once(client: Client, officer) -> None:
    secret = enrolled(officer)
    code = code_of(secret)
    password(client)
    assert client.post("/sign-in/second/", {"code": code}).status_code == 302
    other = Client()
    password(other)
    replayed = other.post("/sign-in/second/", {"code": code})
    assert replayed.status_code == 422
    assert "已用过" in replayed.content.decode()
    assert other.post("/sign-in/second/", {"code": code_of(secret, steps=1)}).status_code == 302


def test_an_old_code_is_wrong(client: Client, officer) -> None:
    secret = enrolled(officer)
    password(client)
    assert client.post("/sign-in/second/", {"code": code_of(secret, steps=-3)}).status_code == 422


def test_five_wrong_codes_are_enough(client: Client, officer) -> None:
    secret = enrolled(officer)
    password(client)
    answers = [client.post("/sign-in/second/", {"code": "000000"}).status_code for _ in range(6)]
    assert answers == [422] * 5 + [429]
    assert client.post("/sign-in/second/", {"code": code_of(secret)}).status_code == 429
    assert not signed_in(client)


def test_a_recovery_code_serves_once(client: Client, officer) -> None:
    enrolled(officer)
    code = second_factor.make_recovery_codes(user=officer)[0]
    password(client)
    assert client.post("/sign-in/second/", {"code": f" {code.lower()} "}).status_code == 302
    other = Client()
    password(other)
    assert other.post("/sign-in/second/", {"code": code}).status_code == 422
    assert Event.objects.filter(code="account.recovery_used").count() == 1


def test_the_wish_to_enter_ends(client: Client, officer) -> None:
    secret = enrolled(officer)
    password(client)
    with clock.travel(seconds=601):
        late = client.post("/sign-in/second/", {"code": code_of(secret)}, follow=True)
    assert "登录已超时。请重新登录。" in late.content.decode()


def test_nobody_enters_by_the_second_step_alone(client: Client, officer) -> None:
    enrolled(officer)
    for address in ("/sign-in/second/", "/sign-in/enrol/"):
        assert client.get(address).url == "/sign-in/"
        assert client.post(address, {"code": "000000"}).url == "/sign-in/"
    assert not signed_in(client)


def test_a_password_changed_meanwhile_ends_the_way_in(client: Client, officer) -> None:
    secret = enrolled(officer)
    password(client)
    officer.set_password("Another-Yushan-77")
    officer.save()
    assert client.post("/sign-in/second/", {"code": code_of(secret)}).url == "/sign-in/"


def test_the_session_planted_before_knows_nothing(client: Client, officer) -> None:
    enrolled(officer)
    client.get("/sign-in/")
    session = client.session
    session["planted"] = 1
    session.save()
    before = session.session_key
    client.cookies["erjian"] = before
    password(client)
    assert client.session.session_key != before
    assert "planted" not in client.session


def test_the_demonstration_lets_officers_in_and_says_so(client: Client, officer) -> None:
    answer = client.post("/sign-in/", {"side": "office", "name": "cs-humin", "password": makers.PASSWORD}, follow=True)
    assert answer.redirect_chain[-1][0] == "/authority/"
    assert "演示环境不要求主管单位账号添加第二因素" in client.get("/account/").content.decode()


def test_others_are_not_made_to_enrol(client: Client, strict) -> None:
    user = makers.operator(makers.enterprise(), username="lc-li")
    fields = {"side": "outside", "name": "lc-li", "password": makers.PASSWORD}
    assert client.post("/sign-in/", fields).url == "/enterprise/"
    secret = enrolled(user)
    assert Client().post("/sign-in/", fields).url == "/sign-in/second/"
    assert secret


def test_the_last_factor_stays_where_one_is_demanded(client: Client, strict, officer) -> None:
    enrolled(officer)
    client.force_login(officer)
    assert "唯一的第二因素" in client.post("/account/second/remove/", follow=True).content.decode()
    assert Authenticator.objects.filter(user=officer).exists()


def test_any_way_ends_in_one_function(rf, officer) -> None:
    """Another identity provider hands over the user it recognised and is told where to go."""
    enrolled(officer)
    client = Client()
    request = rf.post("/")
    request.session = client.session
    from django.contrib.auth.models import AnonymousUser

    request.user = AnonymousUser()
    assert sign_in.finish(request, officer, way="password", wanted="/authority/cases/") == "/sign-in/second/"
    assert not OpenSession.objects.exists()
