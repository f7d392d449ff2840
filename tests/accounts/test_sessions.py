"""How long a session lives, what a request without one is told, and the password change."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from erjian.accounts.models import Function
from erjian.audit.models import Event
from erjian.policy import clock
from tests import makers

pytestmark = pytest.mark.django_db
NEW = "Yuelu-Shan-1926"


@pytest.fixture
def operator():
    return makers.operator(makers.enterprise(), username="lc-li")


def test_an_idle_session_ends(client: Client, operator) -> None:
    client.force_login(operator)
    assert client.get("/messages/").status_code == 200
    with clock.travel(seconds=59 * 60):
        assert client.get("/messages/").status_code == 200
        with clock.travel(seconds=59 * 60):
            assert client.get("/messages/").status_code == 200, "activity counts"
            with clock.travel(seconds=61 * 60):
                answer = client.get("/messages/?page=2")
                assert answer.url == "/sign-in/?next=%2Fmessages%2F%3Fpage%3D2&ended=1"
                assert "登录已过期" in client.get(answer.url).content.decode()


def test_officers_are_signed_out_earlier(client: Client) -> None:
    client.force_login(makers.officer("430000", Function.DECISION))
    client.get("/messages/")
    with clock.travel(seconds=31 * 60):
        assert client.get("/messages/").status_code == 302


def test_no_session_outlives_the_day(client: Client, operator) -> None:
    client.force_login(operator)
    client.get("/messages/")
    for half_hours in range(1, 24):
        with clock.travel(seconds=half_hours * 1800):
            assert client.get("/messages/").status_code == 200
    with clock.travel(seconds=12 * 3600 + 60):
        assert client.get("/messages/").status_code == 302


def test_polling_is_no_activity(client: Client, operator) -> None:
    client.force_login(operator)
    client.get("/messages/")
    for minutes in range(5, 60, 5):
        with clock.travel(seconds=minutes * 60):
            assert client.get("/messages/", HTTP_HX_REQUEST="true").status_code == 200
    with clock.travel(seconds=61 * 60):
        assert client.get("/messages/", HTTP_HX_REQUEST="true").status_code == 401


@pytest.mark.parametrize(
    "headers",
    [{"HTTP_HX_REQUEST": "true"}, {"HTTP_X_REQUESTED_WITH": "autosave"}, {"HTTP_ACCEPT": "application/json"}],
)
def test_scripts_are_told_401(client: Client, headers: dict) -> None:
    answer = client.get("/messages/", **headers)
    assert answer.status_code == 401
    assert "请重新登录" in (answer.json()["message"] if "json" in answer["Content-Type"] else answer.content.decode())


def test_a_form_sent_too_late_is_kept_through_the_sign_in(client: Client, operator) -> None:
    client.force_login(operator)
    client.get("/messages/")
    with clock.travel(seconds=61 * 60):
        answer = client.post("/messages/read/", {"note": "五百字的内容", "many": ["1", "2"]})
        assert answer.status_code == 401
        page = answer.content.decode()
        assert "刚才提交的内容没有丢" in page
        assert "五百字的内容" not in page, "what was typed travels unreadable"
        kept = re.search(r'name="kept" value="([^"]+)"', page).group(1)
        signed_in = client.post(
            "/sign-in/",
            {"side": "outside", "name": "lc-li", "password": makers.PASSWORD, "next": "/messages/read/", "kept": kept},
            follow=True,
        )
        page = signed_in.content.decode()
        assert "继续提交" in page
        assert 'action="/messages/read/"' in page
        assert page.count('name="many"') == 2
        assert "五百字的内容" in page


def test_a_kept_form_is_worthless_for_others(client: Client, operator) -> None:
    client.force_login(operator)
    client.get("/messages/")
    makers.operator(makers.enterprise("另一企业"), username="other")
    with clock.travel(seconds=61 * 60):
        kept = re.search(r'name="kept" value="([^"]+)"', client.post("/messages/read/", {"a": "1"}).content.decode())
        for name, text in (("other", kept.group(1)), ("lc-li", "AAAA"), ("lc-li", kept.group(1)[:-4] + "AAAA")):
            answer = Client().post(
                "/sign-in/", {"side": "outside", "name": name, "password": makers.PASSWORD, "kept": text}
            )
            assert answer.status_code == 302, "signed in, and nothing to send again"


def test_anonymous_posts_are_not_kept(client: Client) -> None:
    page = client.post("/messages/read/", {"a": "1"}).content.decode()
    assert "没有丢" not in page
    assert "请先登录" in page


def test_the_password_is_changed_and_other_devices_signed_out(client: Client, operator) -> None:
    elsewhere = Client()
    for one in (client, elsewhere):
        one.force_login(operator)
    answer = client.post("/password/", {"old_password": makers.PASSWORD, "new_password": NEW, "again": NEW})
    assert answer.url == "/enterprise/"
    assert client.get("/messages/").status_code == 200
    assert elsewhere.get("/messages/").status_code == 302
    operator.refresh_from_db()
    assert operator.password_changed_at is not None
    assert Event.objects.get(code="account.password_changed").actor_user_id == operator.pk


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("wrong", NEW, NEW), "原口令不对"),
        ((makers.PASSWORD, makers.PASSWORD, makers.PASSWORD), "与原口令相同"),
        ((makers.PASSWORD, "short", "short"), "口令太短"),
        ((makers.PASSWORD, "alllowercaseletters", "alllowercaseletters"), "须含"),
        ((makers.PASSWORD, "Lc-li-20261122", "Lc-li-20261122"), "含有您的用户名"),
        ((makers.PASSWORD, NEW, NEW + "x"), "两次输入的口令不一样"),
        ((makers.PASSWORD, "a1A-" * 40, "a1A-" * 40), "最多 128 个"),
    ],
)
def test_bad_passwords_are_refused_in_words(client: Client, operator, typed: tuple[str, ...], said: str) -> None:
    client.force_login(operator)
    old, new, again = typed
    answer = client.post("/password/", {"old_password": old, "new_password": new, "again": again})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    operator.refresh_from_db()
    assert operator.check_password(makers.PASSWORD)


def test_a_due_change_comes_before_everything_else(client: Client, operator) -> None:
    operator.must_change_password = True
    operator.save()
    client.force_login(operator)
    assert client.get("/messages/").url == "/password/"
    assert client.get("/").status_code == 200
    assert "请先修改" in client.get("/password/").content.decode()
    client.post("/password/", {"old_password": makers.PASSWORD, "new_password": NEW, "again": NEW})
    assert client.get("/messages/").status_code == 200


def test_officers_passwords_age(client: Client) -> None:
    officer = makers.officer("430000", Function.DECISION)
    officer.password_changed_at = clock.now()
    officer.save()
    with clock.travel(days=91):
        client.force_login(officer)
        assert client.get("/messages/").url == "/password/"
