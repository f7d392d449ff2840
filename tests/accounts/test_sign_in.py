"""Signing in over HTTP: who gets in, what the others are told, and for how long a session lasts."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from erjian.accounts import captchas
from erjian.accounts.models import Function, SignInFailure
from erjian.accounts.sign_in import find
from erjian.audit.models import Event
from erjian.policy import clock
from tests import makers

pytestmark = pytest.mark.django_db


def attempt(client: Client, name: str, password: str = makers.PASSWORD, **more: str):
    """One try, with the captcha solved, should there be one."""
    asked = captchas.new()
    solved = {"captcha_token": asked.token, "captcha": asked.answer}
    fields = {"side": "outside", "name": name, "password": password, **solved, **more}
    return client.post("/sign-in/", fields, REMOTE_ADDR=more.pop("address", "10.0.0.1"))


@pytest.fixture
def operator():
    return makers.operator(makers.enterprise(), username="lc-lixiaolin")


def test_the_page_shows_only_ways_that_work(client: Client) -> None:
    page = client.get("/sign-in/").content.decode()
    for words in (
        "选择用户类型",
        "企业和个人",
        "主管单位",
        "用户名登录",
        "忘记口令",
        "二级建造师个人登录",
        "平台操作手册",
    ):
        assert words in page
    follows = client.get("/sign-in/?way=certificate").content.decode()
    assert "正在接入" in follows
    assert 'type="password"' not in follows


def test_an_operator_enters_the_enterprise_portal(client: Client, operator) -> None:
    answer = attempt(client, "lc-lixiaolin")
    assert answer.status_code == 302
    assert answer.url == "/enterprise/"
    assert Event.objects.filter(code="account.sign_in", actor_user_id=operator.pk).count() == 1


def test_a_person_signs_in_with_the_id_number(client: Client) -> None:
    user = makers.person_user(makers.person())
    number = user.person.id_number
    answer = attempt(client, f" {number.lower()} ")
    assert answer.url == "/person/"
    assert number not in user.username


def test_an_officer_needs_the_other_kind_of_user(client: Client) -> None:
    makers.officer("430000", Function.DECISION, username="hn-wang")
    wrong = attempt(client, "hn-wang")
    assert wrong.status_code == 422
    assert "用户名或口令不对，或用户类型选错" in wrong.content.decode()
    assert attempt(client, "hn-wang", side="office").url == "/authority/"


@pytest.mark.parametrize("name", ["lc-lixiaolin", "nobody", "430199199003170018", "'; DROP TABLE", "一" * 64])
def test_every_wrong_pair_gets_the_same_answer(client: Client, operator, name: str) -> None:
    answer = attempt(client, name, "wrong-Password-1")
    assert answer.status_code == 422
    assert "用户名或口令不对，或用户类型选错。再错 4 次将锁定 15 分钟。" in answer.content.decode()


def test_a_disabled_account_gets_the_same_answer(client: Client, operator) -> None:
    operator.is_active = False
    operator.save()
    assert "再错 4 次" in attempt(client, "lc-lixiaolin").content.decode()


def test_an_unknown_name_costs_the_same_hashing(
    client: Client, operator, settings, django_assert_max_num_queries
) -> None:
    """Known and unknown names run the hasher once each and the same queries, apart from the account's own row."""
    from django.contrib.auth.hashers import MD5PasswordHasher

    hashed: list[str] = []

    class Counting(MD5PasswordHasher):
        def encode(self, password: str, salt: str) -> str:
            hashed.append(password)
            return super().encode(password, salt)

    Counting.__module__ = __name__
    globals()["Counting"] = Counting
    settings.PASSWORD_HASHERS = [f"{__name__}.Counting"]
    attempt(client, "lc-lixiaolin", "wrong-Password-1")
    known = len(hashed)
    attempt(client, "nobody", "wrong-Password-1")
    assert len(hashed) - known == known == 1


def test_five_wrong_tries_lock_the_name_at_this_address_only(client: Client, operator) -> None:
    for _ in range(4):
        assert attempt(client, "lc-lixiaolin", "wrong").status_code == 422
    fifth = attempt(client, "lc-lixiaolin", "wrong")
    assert fifth.status_code == 429
    assert "登录已锁定。请 15 分钟后再试" in fifth.content.decode()
    assert attempt(client, "lc-lixiaolin").status_code == 429, "the right password is not even looked at"
    elsewhere = client.post(
        "/sign-in/", {"side": "outside", "name": "lc-lixiaolin", "password": makers.PASSWORD}, REMOTE_ADDR="10.0.0.2"
    )
    assert elsewhere.status_code == 302, "a stranger cannot lock anybody out"
    assert Event.objects.filter(code="account.locked").count() == 1


def test_a_lock_ends_after_its_minutes(client: Client, operator) -> None:
    for _ in range(5):
        attempt(client, "lc-lixiaolin", "wrong")
    with clock.travel(seconds=14 * 60):
        assert attempt(client, "lc-lixiaolin").status_code == 429
    with clock.travel(seconds=15 * 60 + 1):
        assert attempt(client, "lc-lixiaolin").status_code == 302


def test_an_unknown_name_locks_just_the_same(client: Client) -> None:
    answers = [attempt(client, "nobody", "wrong").status_code for _ in range(6)]
    assert answers == [422, 422, 422, 422, 429, 429]


def test_one_address_cannot_try_many_names(client: Client) -> None:
    codes = [attempt(client, f"name{number}", "wrong").status_code for number in range(52)]
    assert codes[:50] == [422] * 50
    assert codes[50:] == [429, 429]


def test_success_forgets_the_wrong_tries(client: Client, operator) -> None:
    attempt(client, "lc-lixiaolin", "wrong")
    attempt(client, "lc-lixiaolin")
    assert SignInFailure.objects.filter(key__startswith="sign-in:").count() == 0


def test_no_name_is_kept_in_plain(client: Client, operator) -> None:
    attempt(client, "lc-lixiaolin", "wrong")
    kept = " ".join(SignInFailure.objects.values_list("key", flat=True))
    assert "lixiaolin" not in kept
    assert "10.0.0.1" not in kept


def test_the_session_is_new_after_signing_in(client: Client, operator) -> None:
    client.get("/sign-in/?next=/enterprise/")
    session = client.session
    session["planted"] = "1"
    session.save()
    before = session.session_key
    client.cookies["erjian"] = before
    attempt(client, "lc-lixiaolin")
    assert client.session.session_key != before


@pytest.mark.parametrize(
    ("wanted", "led_to"),
    [
        ("/enterprise/cases/?page=2", "/enterprise/cases/?page=2"),
        ("/messages/", "/messages/"),
        ("//evil.example/", "/enterprise/"),
        ("https://evil.example/", "/enterprise/"),
        ("/\\evil.example/", "/enterprise/"),
        ("javascript:alert(1)", "/enterprise/"),
        ("/\tevil", "/enterprise/"),
        ("/authority/", "/enterprise/"),
        ("", "/enterprise/"),
    ],
)
def test_next_leads_only_to_own_pages(client: Client, operator, wanted: str, led_to: str) -> None:
    assert attempt(client, "lc-lixiaolin", next=wanted).url == led_to


def test_signing_out_needs_a_post(client: Client, operator) -> None:
    client.force_login(operator)
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").url == "/"
    assert client.get("/messages/").status_code == 302
    assert Event.objects.filter(code="account.sign_out").count() == 1


def test_signed_in_users_are_led_on(client: Client, operator) -> None:
    client.force_login(operator)
    assert client.get("/sign-in/?next=/messages/").url == "/messages/"


def test_empty_fields_are_named(client: Client) -> None:
    page = client.post("/sign-in/", {"side": "outside", "name": "", "password": ""})
    assert page.status_code == 422
    assert "请填写用户名。" in page.content.decode()
    assert "请填写口令。" in page.content.decode()


_AS_LARGE = """
    UPDATE pg_class SET relpages = 20000, reltuples = 1000000
    WHERE relname ~ '^(accounts|registry)_' AND relkind = 'r'
"""
"""What the planner knows of the tables with a million accounts, whatever earlier tests left in theirs."""


def test_no_account_is_read_that_is_not_the_one(client: Client, operator) -> None:
    """With a million accounts a try that reads them all takes seconds: every table is entered by an index."""
    with CaptureQueriesContext(connection) as asked:
        find("430199199003170018")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(_AS_LARGE)
        cursor.execute(f"EXPLAIN (FORMAT JSON) {asked[-1]['sql']}")
        waiting = [cursor.fetchone()[0][0]["Plan"]]
    scans = []
    while waiting:
        node = waiting.pop()
        waiting += node.get("Plans", [])
        if "Relation Name" in node:
            scans.append((node["Relation Name"], "Index Cond" in node or "Recheck Cond" in node))
    assert ("accounts_user", True) in scans
    assert all(by_index for _, by_index in scans), scans
