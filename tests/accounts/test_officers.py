"""Three administrators who need each other: one makes accounts, one gives functions, one reads the logs."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from erjian import audit
from erjian.accounts import officers
from erjian.accounts.duties import NotTheirs
from erjian.accounts.models import ADMINISTRATORS, Authenticator, Delegation, Function, Grant, OpenSession, User
from erjian.audit.models import Event
from erjian.policy import clock
from tests import makers

pytestmark = pytest.mark.django_db
CITY, PROVINCE = "430100", "430000"
BASE = "/authority/administration/"


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def system() -> Client:
    return browser(makers.officer(PROVINCE, Function.SYSTEM))


@pytest.fixture
def security() -> Client:
    return browser(makers.officer(PROVINCE, Function.SECURITY))


@pytest.fixture
def officer() -> User:
    return makers.officer(CITY, Function.ACCEPTANCE, username="cs-humin")


def made(client: Client, **changes: str):
    fields = {"username": "cs-new", "name": "刘洋", "phone": "13800002716", "authority": CITY, **changes}
    return client.post(f"{BASE}officers/new/", fields)


def test_two_administrators_make_an_officer(system: Client, security: Client) -> None:
    assert made(system).status_code == 302
    user = User.objects.get(username="cs-new")
    assert not user.has_usable_password()
    assert user.functions == frozenset()
    one = f"{BASE}officers/{user.pk}/"
    assert system.post(f"{one}functions/", {"functions": "acceptance"}).status_code == 403
    assert security.post(f"{one}functions/", {"functions": ["acceptance", "first_review"]}).status_code == 302
    assert set(Grant.objects.filter(user=user).values_list("function", flat=True)) == {"acceptance", "first_review"}
    assert made(security, username="cs-other").status_code == 403
    codes = list(Event.objects.filter(subject_id=str(user.pk)).order_by("id").values_list("code", flat=True))
    assert codes == ["officer.created", "officer.granted"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"username": "胡敏"}, "用户名为 4 至 32 位小写字母"),
        ({"username": "cs-humin"}, "这个用户名已有人使用"),
        ({"phone": "123"}, "手机号码"),
        ({"name": ""}, "请填写姓名"),
    ],
)
def test_bad_fields_are_said_beside_the_field(system: Client, officer: User, changes: dict, said: str) -> None:
    answer = made(system, **changes)
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_mass_assignment_changes_nothing_else(system: Client) -> None:
    made(system, kind="person", functions="security", is_active="", password="x", enterprise="1", right="manage")
    user = User.objects.get(username="cs-new")
    assert (user.kind, user.right, user.enterprise_id, user.is_active) == ("officer", "", None, True)
    assert not user.grants.exists()


@pytest.mark.parametrize("function", ADMINISTRATORS)
def test_an_administrator_holds_nothing_else(security: Client, officer: User, function: Function) -> None:
    answer = security.post(f"{BASE}officers/{officer.pk}/functions/", {"functions": [function, "acceptance"]})
    assert answer.status_code == 422
    assert "不能兼任其他职能" in answer.content.decode()
    with pytest.raises(IntegrityError), transaction.atomic():
        Grant.objects.create(user=officer, function=function)
    for other in set(ADMINISTRATORS) - {function}:
        administrator = makers.officer(CITY, function)
        with pytest.raises(IntegrityError), transaction.atomic():
            Grant.objects.create(user=administrator, function=other)


def test_nobody_acts_on_their_own_account(security: Client) -> None:
    own = User.objects.get(pk=security.session["_auth_user_id"])
    answer = security.post(f"{BASE}officers/{own.pk}/functions/", {"functions": "audit"})
    assert answer.status_code == 422
    assert own.grants.get().function == "security"


def test_a_system_administrator_cannot_take_over_another(system: Client) -> None:
    other = makers.officer(PROVINCE, Function.SECURITY)
    answer = system.post(f"{BASE}officers/{other.pk}/phone/", {"phone": "13900001111"})
    assert answer.status_code == 422
    other.refresh_from_db()
    assert other.phone == ""


def test_moving_ends_what_was_the_old_authoritys(system: Client, officer: User) -> None:
    colleague = makers.officer(CITY, Function.FIRST_REVIEW)
    today = clock.today()
    Delegation.objects.create(
        giver=officer, taker=colleague, begins=today, ends=today, reason="休假", created_at=clock.now()
    )
    theirs = Client()
    theirs.post("/sign-in/", {"side": "office", "name": "cs-humin", "password": makers.PASSWORD})
    assert theirs.get("/authority/").status_code == 200
    assert system.post(f"{BASE}officers/{officer.pk}/move/", {"authority": "430200"}).status_code == 302
    officer.refresh_from_db()
    assert (officer.authority_code, officer.grants.count()) == ("430200", 0)
    assert Event.objects.get(code="officer.moved").subject_id == str(officer.pk)
    assert Delegation.objects.filter(revoked_at__isnull=True).count() == 0
    assert theirs.get("/authority/").status_code == 302


def test_disabling_signs_out_at_once(system: Client, officer: User) -> None:
    theirs = browser(officer)
    assert theirs.get("/authority/").status_code == 200
    system.post(f"{BASE}officers/{officer.pk}/active/", {"active": "0"})
    assert theirs.get("/authority/").status_code == 302
    system.post(f"{BASE}officers/{officer.pk}/active/", {"active": "1"})
    officer.refresh_from_db()
    assert officer.is_active


def test_a_city_manages_its_own_only(officer: User) -> None:
    foreign = browser(makers.officer("430200", Function.SYSTEM))
    assert foreign.get(f"{BASE}officers/{officer.pk}/").status_code == 404
    assert foreign.post(f"{BASE}officers/{officer.pk}/active/", {"active": "0"}).status_code == 404
    assert made(foreign).status_code == 422, "another authority is no choice"
    own = browser(makers.officer(CITY, Function.SYSTEM))
    assert "胡敏" in own.get(f"{BASE}officers/").content.decode()


def test_security_resets_a_lost_factor_and_releases_a_lock(security: Client, officer: User) -> None:
    Authenticator.objects.create(user=officer, secret=b"-", added_at=clock.now())
    security.post(f"{BASE}officers/{officer.pk}/second-factor/")
    assert not Authenticator.objects.exists()
    client = Client()
    for _ in range(2):
        client.post("/sign-in/", {"side": "office", "name": "cs-humin", "password": "wrong"})
    assert (
        "captcha.png"
        in client.post("/sign-in/", {"side": "office", "name": "cs-humin", "password": "wrong"}).content.decode()
    )
    security.post(f"{BASE}officers/{officer.pk}/unlock/")
    answer = client.post("/sign-in/", {"side": "office", "name": "cs-humin", "password": makers.PASSWORD})
    assert answer.status_code == 302
    said = Event.objects.filter(code__in=["account.second_reset", "officer.unlocked"]).order_by("id")
    assert [(row.code, row.subject_id) for row in said] == [
        ("account.second_reset", str(officer.pk)), ("officer.unlocked", str(officer.pk)),
    ]  # fmt: skip


def test_granting_asks_for_a_fresh_confirmation_and_keeps_what_was_ticked(officer: User) -> None:
    administrator = makers.officer(PROVINCE, Function.SECURITY)
    client = browser(administrator)
    address = f"{BASE}officers/{officer.pk}/functions/"
    client.get("/authority/")
    with clock.travel(seconds=16 * 60):
        asked = client.post(address, {"functions": ["counter"]})
        assert asked.status_code == 401
        page = asked.content.decode()
        assert "再次确认身份" in page
        assert list(officer.grants.values_list("function", flat=True)) == ["acceptance"]
        kept = page.split('name="kept" value="')[1].split('"')[0]
        wrong = client.post("/confirm-identity/", {"password": "wrong", "kept": kept})
        assert wrong.status_code == 422
        before = client.session.session_key
        right = client.post("/confirm-identity/", {"password": makers.PASSWORD, "kept": kept}, follow=True)
        assert client.session.session_key != before
        again = right.content.decode()
        assert f'action="{address}"' in again
        assert 'name="functions" value="counter"' in again
        assert client.post(address, {"functions": ["counter"]}).status_code == 302
    assert list(officer.grants.values_list("function", flat=True)) == ["counter"]


def test_the_list_takes_the_same_queries_however_many(system: Client, django_assert_max_num_queries) -> None:
    for _ in range(25):
        makers.officer(CITY, Function.ACCEPTANCE, Function.COUNTER)
    with django_assert_max_num_queries(9):
        assert system.get(f"{BASE}officers/").status_code == 200


def test_the_trail_is_for_auditors_and_filtered(officer: User) -> None:
    auditor = browser(makers.officer(PROVINCE, Function.AUDIT))
    client = Client()
    client.post("/sign-in/", {"side": "office", "name": "cs-humin", "password": makers.PASSWORD})
    page = auditor.get(f"{BASE}trail/", {"code": "account.sign_in", "username": "cs-humin"}).content.decode()
    assert "胡敏" in page
    assert "没有符合条件" in auditor.get(f"{BASE}trail/", {"code": "account.locked"}).content.decode()
    assert auditor.get(f"{BASE}trail/", {"begins": "bad"}).status_code == 422
    elsewhere = browser(makers.officer("430200", Function.AUDIT, name="龙建军"))
    assert "胡敏" not in elsewhere.get(f"{BASE}trail/").content.decode()
    assert auditor.get(f"{BASE}officers/").status_code == 403
    assert OpenSession.objects.filter(user=officer).exists()


def test_actions_refuse_whoever_lacks_the_function(officer: User) -> None:
    auditor = makers.officer(PROVINCE, Function.AUDIT)
    for act in (
        lambda: officers.grant(by=auditor, officer_id=officer.pk, functions=["audit"]),
        lambda: officers.set_active(by=auditor, officer_id=officer.pk, active=False),
        lambda: officers.reset_second_factor(by=auditor, officer_id=officer.pk),
        lambda: officers.release_lock(by=auditor, officer_id=officer.pk),
    ):
        with pytest.raises(NotTheirs):
            act()


def test_the_first_administrators_come_from_the_shell() -> None:
    for function in ADMINISTRATORS:
        made_ = officers.appoint(function=function, username=f"hn-{function}", name="龙建军", phone="13800002716")
        assert made_.functions == {function}
        assert not made_.has_usable_password()
    for wrong in (
        {"function": "decision"},
        {"username": "X"},
        {"username": "hn-system"},
        {"phone": "1"},
        {"name": " "},
    ):
        fields = {"function": "system", "username": "hn-other", "name": "刘洋", "phone": "13800002716", **wrong}
        with pytest.raises(officers.OfficerRefused):
            officers.appoint(**fields)


def test_the_trail_takes_the_same_queries_for_many_accounts() -> None:
    auditor = browser(makers.officer(PROVINCE, Function.AUDIT))

    def queries() -> int:
        with CaptureQueriesContext(connection) as done:
            assert auditor.get(f"{BASE}trail/").status_code == 200
        return len(done)

    def one_more() -> None:
        user = makers.officer(CITY, Function.ACCEPTANCE)
        audit.record("account.confirmed", actor=user.actor, subject=("user", str(user.pk)))

    one_more()
    few = queries()
    for _ in range(5):
        one_more()
    assert queries() == few


def test_the_trail_names_its_subjects_in_words(officer: User) -> None:
    client = Client()
    client.post("/sign-in/", {"side": "office", "name": "cs-humin", "password": makers.PASSWORD})
    text = browser(makers.officer(PROVINCE, Function.AUDIT)).get(f"{BASE}trail/").content.decode()
    assert f"账号 {officer.pk}（胡敏）" in text
    assert f"user {officer.pk}" not in text
