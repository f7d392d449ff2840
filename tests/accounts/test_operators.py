"""An enterprise's operators: invited by link, empowered, removed; the last administrator stays, whoever hurries."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from erjian.accounts import invitations, operators
from erjian.accounts.duties import NotTheirs
from erjian.accounts.models import EnterpriseRight, Invitation, OpenSession, User
from erjian.audit.models import Event
from erjian.messaging.models import SmsMessage
from erjian.policy import clock
from erjian.registry.models import Enterprise
from tests import makers

pytestmark = pytest.mark.django_db
BASE = "/enterprise/operators/"
NEW = "Yuelu-Shan-1926"


@pytest.fixture
def company() -> Enterprise:
    return makers.enterprise()


@pytest.fixture
def manager(company: Enterprise) -> User:
    return makers.operator(company, username="lc-manager")


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def client_(manager: User) -> Client:
    return browser(manager)


def invite(client: Client, **changes: str):
    return client.post(f"{BASE}invite/", {"name": "谭雨欣", "phone": "13907310022", "right": "file", **changes})


def link() -> str:
    """The path of the link in the newest SMS."""
    return re.search(r"https?://[^/]+(/sign-in/link/\S+/)", SmsMessage.objects.order_by("-pk")[0].text).group(1)


def codes(user: User) -> list[str]:
    return list(Event.objects.filter(subject_id=str(user.pk)).order_by("id").values_list("code", flat=True))


def test_an_invited_operator_sets_the_password_and_files(client_: Client, company: Enterprise) -> None:
    assert invite(client_).url == BASE
    made = User.objects.get(name="谭雨欣")
    assert (made.right, made.enterprise, made.has_usable_password()) == ("file", company, False)
    assert made.username in SmsMessage.objects.get().text
    theirs = Client()
    page = theirs.get(link()).content.decode()
    assert company.name in page
    assert made.username in page
    answer = theirs.post(link(), {"new_password": NEW, "again": NEW})
    assert answer.url == "/enterprise/"
    assert theirs.get("/enterprise/initial/new/").status_code == 200
    assert theirs.get(BASE).status_code == 403
    assert codes(made)[:4] == ["operator.invited", "account.invited", "account.sessions_ended", "account.activated"]
    signed_in = Client().post("/sign-in/", {"side": "outside", "name": made.username, "password": NEW})
    assert signed_in.url == "/enterprise/"


def test_a_link_serves_once_and_dies_when_another_is_sent(client_: Client) -> None:
    invite(client_)
    made, first = User.objects.get(name="谭雨欣"), link()
    assert client_.post(f"{BASE}{made.pk}/again/").url == BASE
    assert link() != first
    assert Client().get(first).status_code == 404
    assert Client().post(first, {"new_password": NEW, "again": NEW}).status_code == 404
    weak = Client().post(link(), {"new_password": "short1A", "again": "short1A"})
    assert weak.status_code == 422
    assert "口令太短" in weak.content.decode()
    assert Client().post(link(), {"new_password": NEW, "again": NEW}).status_code == 302
    again = Client().get(link())
    assert again.status_code == 404
    assert "链接已失效" in again.content.decode()
    answer = client_.post(f"{BASE}{made.pk}/again/")
    assert answer.status_code == 422
    assert "对方已设置过口令" in answer.content.decode()


def test_a_link_is_over_after_three_days(client_: Client) -> None:
    invite(client_)
    with clock.travel(days=3, seconds=1):
        assert Client().get(link()).status_code == 404


def test_only_a_digest_of_the_link_is_kept(client_: Client) -> None:
    invite(client_)
    token = link().split("/")[-2]
    assert token.encode() not in bytes(Invitation.objects.get().digest)
    assert invitations.find(token) is not None
    assert invitations.find(token + "x") is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"phone": "123"}, "手机号码"),
        ({"name": " "}, "请填写姓名"),
        ({"right": "god"}, "操作权限"),
        ({"right": ""}, "操作权限"),
    ],
)
def test_bad_fields_are_said(client_: Client, changes: dict, said: str) -> None:
    answer = invite(client_, **changes)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not SmsMessage.objects.exists()


def test_nobody_is_invited_twice(client_: Client) -> None:
    invite(client_)
    answer = invite(client_, name="谭雨欣二")
    assert answer.status_code == 422
    assert "已是操作员谭雨欣的" in answer.content.decode()
    assert User.objects.filter(right="file").count() == 1


def test_one_mobile_is_not_flooded(client_: Client) -> None:
    invite(client_)
    made = User.objects.get(name="谭雨欣")
    answers = [client_.post(f"{BASE}{made.pk}/again/").status_code for _ in range(5)]
    assert answers == [302] * 4 + [429]
    assert SmsMessage.objects.count() == 5


def test_mass_assignment_changes_nothing_else(client_: Client, company: Enterprise) -> None:
    other = makers.enterprise("株洲渌江建设工程有限公司", city="430200")
    invite(client_, kind="officer", enterprise=str(other.pk), username="root", is_active="", authority_code="430000")
    made = User.objects.get(name="谭雨欣")
    assert (made.kind, made.enterprise, made.is_active, made.authority_code) == ("enterprise", company, True, "")
    assert made.username != "root"


def test_a_smaller_right_and_a_removal_end_the_sessions(client_: Client, company: Enterprise) -> None:
    one = makers.operator(company, right=EnterpriseRight.FILE, username="lc-file")

    def sign_in() -> Client:
        theirs = Client()
        theirs.post("/sign-in/", {"side": "outside", "name": "lc-file", "password": makers.PASSWORD})
        assert theirs.get("/enterprise/").status_code == 200
        return theirs

    theirs = sign_in()
    assert client_.post(f"{BASE}{one.pk}/right/", {"right": "manage"}).url == BASE
    assert theirs.get("/enterprise/operators/").status_code == 200, "a greater right reaches the open session"
    assert client_.post(f"{BASE}{one.pk}/right/", {"right": "view"}).url == BASE
    assert theirs.get("/enterprise/").status_code == 302
    assert not OpenSession.objects.filter(user=one).exists()
    theirs = sign_in()
    assert client_.post(f"{BASE}{one.pk}/remove/").url == BASE
    assert theirs.get("/enterprise/").status_code == 302
    again = Client().post("/sign-in/", {"side": "outside", "name": "lc-file", "password": makers.PASSWORD})
    assert again.status_code == 422
    assert [code for code in codes(one) if code.startswith("operator.")] == [
        "operator.right", "operator.right", "operator.removed",
    ]  # fmt: skip
    assert client_.post(f"{BASE}{one.pk}/right/", {"right": "manage"}).status_code == 422, "removed is removed"


def test_a_removed_operators_link_is_void(client_: Client) -> None:
    invite(client_)
    client_.post(f"{BASE}{User.objects.get(name='谭雨欣').pk}/remove/")
    assert Client().get(link()).status_code == 404


def test_a_link_is_void_once_a_password_was_set_in_another_way(client_: Client, run_jobs) -> None:
    invite(client_)
    made, first = User.objects.get(name="谭雨欣"), link()
    theirs = Client()
    theirs.post("/sign-in/activate/?as=account", {"username": made.username, "phone": "13907310022"})
    run_jobs("sms")
    code = re.search(r"\d{6}", SmsMessage.objects.filter(template="code").get().text).group()
    answer = theirs.post("/sign-in/code/", {"code": code, "new_password": NEW, "again": NEW})
    assert answer.url == "/enterprise/"
    assert Client().get(first).status_code == 404


@pytest.mark.parametrize("act", ["remove", "right"])
def test_the_last_administrator_stays(client_: Client, manager: User, act: str) -> None:
    answer = client_.post(f"{BASE}{manager.pk}/{act}/", {"right": "view"} if act == "right" else {})
    assert answer.status_code == 422
    assert "企业至少要有一名管理员" in answer.content.decode()
    invite(client_, right="manage")
    answer = client_.post(f"{BASE}{manager.pk}/{act}/", {"right": "view"} if act == "right" else {})
    assert answer.status_code == 422, "who is only invited does not count"
    Client().post(link(), {"new_password": NEW, "again": NEW})
    answer = client_.post(f"{BASE}{manager.pk}/{act}/", {"right": "view"} if act == "right" else {})
    assert answer.url == "/"
    assert client_.get(BASE).status_code == 302, "signed out"


def test_another_enterprises_operators_do_not_exist(client_: Client) -> None:
    other = makers.operator(makers.enterprise("株洲渌江建设工程有限公司", city="430200"), right="file")
    for act in ("", "right/", "remove/", "again/"):
        address = f"{BASE}{other.pk}/{act}"
        answer = client_.post(address, {"right": "view"}) if act else client_.get(address)
        assert answer.status_code == 404, act
    other.refresh_from_db()
    assert (other.right, other.is_active) == ("file", True)
    assert "株洲" not in client_.get(BASE).content.decode()


def test_what_cannot_be_undone_asks_who_it_is(client_: Client) -> None:
    with clock.travel(seconds=20 * 60):
        assert invite(client_).status_code == 401
    assert not User.objects.filter(name="谭雨欣").exists()


def test_the_list_takes_as_many_queries_for_many(
    client_: Client, company: Enterprise, django_assert_num_queries
) -> None:
    with CaptureQueriesContext(
        connection,
    ) as few:
        client_.get(BASE)
    for _ in range(20):
        makers.operator(company, right="view")
    with django_assert_num_queries(len(few)):
        client_.get(BASE)


def test_a_view_only_operator_sees_nothing_to_file(company: Enterprise) -> None:
    """No link and no form of the enterprise's pages leads to an address that only filing operators may use."""
    person = makers.person()
    makers.qualification(person, enterprise_code=company.credit_code)
    filer = makers.operator(company, right="file")
    case = makers.draft(person, filer)
    client = browser(makers.operator(company, right="view"))
    pages = ("", "people/", "initial/", "renewal/", "profile/", "cases/", "certificates/", "qualified/", "questions/",
             "confirmations/cancellations/", "confirmations/transfers/", f"cases/{case.uuid}/")  # fmt: skip
    for each in pages:
        page = client.get(f"/enterprise/{each}", follow=True).content.decode()
        main = page[page.index('id="main"') :]
        for address in set(re.findall(r'href="(/enterprise/[^"#?]*)', main)):
            assert client.get(address).status_code in (200, 302), f"{each} leads to {address}"
        for address in re.findall(r'(?:action|formaction)="(/enterprise/[^"]*)"', main):
            assert client.post(address).status_code != 403, f"{each} posts to {address}"
        assert "添加申报" not in main, each
    for address in (f"cases/{case.uuid}/edit/", "initial/new/"):
        assert client.get(f"/enterprise/{address}").status_code == 403
    for address in (f"cases/{case.uuid}/edit/", f"cases/{case.uuid}/delete/", "initial/start/", "operators/invite/"):
        assert client.post(f"/enterprise/{address}").status_code == 403, address


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Do all of it in threads that start together; what each answered or raised."""
    gate, answers = threading.Barrier(len(acts)), [None] * len(acts)

    def run(number: int, act: Callable[[], object]) -> None:
        try:
            gate.wait(timeout=30)
            answers[number] = act()
        except Exception as error:  # noqa: BLE001 - judged by the test
            answers[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return answers


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("each_other", [True, False], ids=["remove each other", "both step down"])
def test_two_administrators_at_once_leave_one(each_other: bool) -> None:
    company = makers.enterprise()
    one, two = makers.operator(company), makers.operator(company)
    pairs = ((one, two), (two, one)) if each_other else ((one, one), (two, two))

    def act(by: User, whom: User) -> Callable[[], object]:
        return lambda: operators.remove(by=User.objects.get(pk=by.pk), operator_id=whom.pk)

    answers = at_once(*(act(*pair) for pair in pairs))
    refused = [each for each in answers if isinstance(each, (operators.OperatorRefused, NotTheirs))]
    assert len(refused) == 1, answers
    assert operators.administrators(company).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_link_sets_one_password_however_often_it_is_sent_at_once() -> None:
    user = User.objects.create_user(
        "qy000001", kind="enterprise", name="谭雨欣", enterprise=makers.enterprise(), right="file"
    )
    token = makers.link(user)
    passwords = [f"Yuelu-Shan-{number}" for number in (1926, 1927, 1928)]
    answers = at_once(*(lambda each=each: invitations.accept(token=token, password=each) for each in passwords))
    assert sum(isinstance(each, User) for each in answers) == 1, answers
    assert sum(isinstance(each, invitations.InvitationRefused) for each in answers) == 2
