"""Accounts that the platform assigns to enterprises: opened, reset and disabled by the system administrator."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from erjian.accounts import second_factor
from erjian.accounts.models import Authenticator, Function, OpenSession, User
from erjian.audit.models import Event
from erjian.messaging.models import SmsMessage
from erjian.policy import clock
from erjian.registry.models import Enterprise
from tests import makers

pytestmark = pytest.mark.django_db
BASE = "/authority/administration/enterprises/"
NEW = "Yuelu-Shan-1926"


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def system() -> Client:
    return browser(makers.officer("430100", Function.SYSTEM))


@pytest.fixture
def company() -> Enterprise:
    return makers.enterprise()


def link() -> str:
    return re.search(r"https?://[^/]+(/sign-in/link/\S+/)", SmsMessage.objects.order_by("-pk")[0].text).group(1)


def create(client: Client, company: Enterprise, **changes: str):
    return client.post(f"{BASE}{company.pk}/", {"name": "陈国梁", "phone": "13907310033", **changes})


def test_the_city_opens_an_account_and_the_holder_sets_the_password(system: Client, company: Enterprise) -> None:
    found = system.get(BASE, {"q": company.credit_code.lower()}).content.decode()
    assert company.name in found
    assert "没有管理员" in found
    assert create(system, company).url == f"{BASE}{company.pk}/"
    made = User.objects.get(name="陈国梁")
    assert (made.right, made.enterprise) == ("manage", company)
    theirs = Client()
    assert theirs.post(link(), {"new_password": NEW, "again": NEW}).url == "/enterprise/"
    assert theirs.get("/enterprise/operators/").status_code == 200
    codes = Event.objects.filter(subject_id=str(made.pk)).order_by("id").values_list("code", flat=True)
    assert list(codes)[:2] == ["assigned.created", "account.invited"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"phone": "1"}, "手机号码"), ({"phone": ""}, "手机号码"), ({"name": ""}, "姓名")],
)
def test_bad_fields_are_said(system: Client, company: Enterprise, changes: dict, said: str) -> None:
    answer = create(system, company, **changes)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not User.objects.filter(enterprise=company).exists()


def test_a_double_click_opens_one_account(system: Client, company: Enterprise) -> None:
    create(system, company)
    again = create(system, company)
    assert again.status_code == 422
    assert "已是本企业陈国梁的账号" in again.content.decode()
    assert company.operators.count() == 1


def test_a_reset_ends_password_factor_and_sessions(system: Client, company: Enterprise) -> None:
    user = makers.operator(company, username="luchuan")
    theirs = Client()
    theirs.post("/sign-in/", {"side": "outside", "name": "luchuan", "password": makers.PASSWORD})
    assert theirs.get("/enterprise/").status_code == 200
    Authenticator.objects.create(user=user, secret=b"x", added_at=clock.now())
    reset = f"{BASE}accounts/{user.pk}/reset/"
    assert "请填写" in system.post(reset, {"reason": "", "phone": ""}).content.decode()
    nowhere = system.post(reset, {"reason": "更换手机"})
    assert nowhere.status_code == 422
    assert "没有登记手机号码" in nowhere.content.decode()
    user.refresh_from_db()
    assert user.check_password(makers.PASSWORD), "what is refused changes nothing"
    assert system.post(reset, {"reason": "更换手机，已核对授权书", "phone": "13907310044"}).status_code == 302
    user.refresh_from_db()
    assert not user.has_usable_password()
    assert not second_factor.enrolled(user)
    assert not OpenSession.objects.filter(user=user).exists()
    assert theirs.get("/enterprise/").status_code == 302
    assert SmsMessage.objects.get().phone == "13907310044"
    used = Client().post(link(), {"new_password": makers.PASSWORD, "again": makers.PASSWORD})
    assert "与最近用过的" in used.content.decode(), "the password that was reset does not come back"
    assert Client().post(link(), {"new_password": NEW, "again": NEW}).url == "/enterprise/"
    event = Event.objects.get(code="assigned.reset")
    assert event.data["reason"] == "更换手机，已核对授权书"
    assert "13907310044" not in str(event.data)


def test_a_disabled_account_is_out_at_once(system: Client, company: Enterprise) -> None:
    create(system, company)
    made = User.objects.get(name="陈国梁")
    active = f"{BASE}accounts/{made.pk}/active/"
    sent = link()
    assert system.post(active, {"active": "0"}).status_code == 302
    assert Client().get(sent).status_code == 404
    assert "停用" in system.get(f"{BASE}accounts/{made.pk}/").content.decode()
    answer = system.post(f"{BASE}accounts/{made.pk}/reset/", {"reason": "×"})
    assert answer.status_code == 422
    assert "请先启用" in answer.content.decode()
    assert system.post(active, {"active": "1"}).status_code == 302
    assert system.post(f"{BASE}accounts/{made.pk}/reset/", {"reason": "重新启用"}).status_code == 302
    assert Client().post(link(), {"new_password": NEW, "again": NEW}).url == "/enterprise/"


def test_another_citys_enterprises_do_not_exist(system: Client) -> None:
    other = makers.enterprise("株洲渌江建设工程有限公司", city="430200")
    user = makers.operator(other)
    assert other.credit_code not in system.get(BASE, {"q": "株洲渌江"}).content.decode()
    assert system.get(f"{BASE}{other.pk}/").status_code == 404
    assert create(system, other).status_code == 404
    for act in ("", "reset/", "active/"):
        address = f"{BASE}accounts/{user.pk}/{act}"
        answer = system.post(address, {"reason": "×", "active": "0"}) if act else system.get(address)
        assert answer.status_code == 404, act
    province = browser(makers.officer("430000", Function.SYSTEM))
    assert province.get(f"{BASE}{other.pk}/").status_code == 200


def test_only_administrators_accounts_are_the_authoritys(system: Client, company: Enterprise) -> None:
    filer = makers.operator(company, right="file")
    assert system.get(f"{BASE}accounts/{filer.pk}/").status_code == 404
    person = makers.person_user(makers.person())
    assert system.post(f"{BASE}accounts/{person.pk}/reset/", {"reason": "×"}).status_code == 404


def test_it_asks_who_it_is_first(system: Client, company: Enterprise) -> None:
    with clock.travel(seconds=16 * 60):
        assert create(system, company).status_code == 401
    assert not company.operators.exists()


def test_the_list_takes_as_many_queries_for_many(system: Client, django_assert_num_queries) -> None:
    makers.operator(makers.enterprise("湖南一建设有限公司"))
    with CaptureQueriesContext(connection) as few:
        assert "湖南一建设" in system.get(BASE, {"q": "湖南"}).content.decode()
    for number in range(10):
        makers.operator(makers.enterprise(f"湖南{number}号建设有限公司"))
    with django_assert_num_queries(len(few)):
        system.get(BASE, {"q": "湖南"})
