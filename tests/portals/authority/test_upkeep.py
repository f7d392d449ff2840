"""待办事项 of those who keep accounts and machines: what is not in order is counted, and only for whom it concerns."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from erjian.accounts.models import Delegation, Function, Invitation, User
from erjian.applications.models import RobotRun
from erjian.messaging.models import SmsMessage
from erjian.policy import clock
from tests import makers

pytestmark = pytest.mark.django_db
PROVINCE, CITY, ELSEWHERE = "430000", "430100", "430200"
ACCOUNTS = {
    "没有职能的工作人员账号",
    "还没有设置口令的工作人员账号",
    "设置口令的链接已过期的企业账号",
    "两天内到期的委托",
    "待审核的企业用户注册",
}
MACHINES = {"后台任务程序", "失败的后台任务", "定时任务", "发送失败的短信"}


def seen_by(user: User) -> dict[str, str]:
    """What the page says, by matter; empty where there is no such list."""
    client = Client()
    client.force_login(user)
    page = client.get("/authority/").content.decode()
    list_ = page.partition("账号和系统</")[2]
    rows = [re.sub(r"<[^>]+>|\s+", " ", row) for row in re.findall(r"<tr.*?</tr>", list_, re.DOTALL)]
    return {
        name: re.sub(r"\s+", " ", row.partition(name)[2]).strip()
        for row in rows
        for name in ACCOUNTS | MACHINES
        if name in row
    }


def troubles(city: str, number: int) -> None:
    """One of each that may be out of order."""
    now = clock.now()
    today = clock.today()
    makers.officer(city, name="没有职能", username=f"new-{city}-{number}").save()
    User.objects.create_user(f"unset-{city}-{number}", kind="officer", name="未激活", authority_code=city)
    invited = makers.operator(makers.enterprise(city=city))
    Invitation.objects.create(
        user=invited, digest=f"{city}{number}".encode(), sent_at=now - timedelta(days=4), expires_at=now
    )
    giver, taker = makers.officer(city, Function.ACCEPTANCE), makers.officer(city, Function.ACCEPTANCE)
    Delegation.objects.create(
        giver=giver, taker=taker, begins=today, ends=today, reason="休假", created_at=now
    )  # fmt: skip
    makers.sign_up(authority=city)
    SmsMessage.objects.create(
        key=f"{city}{number}", template="code", phone="13900001111", text_cipher=b"-", state="failed", created_at=now
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, priority, args, status)"
            " VALUES ('documents', 'x', 0, '{}', 'failed')"
        )


def test_the_province_sees_accounts_and_machines(client: Client) -> None:
    system = makers.officer(PROVINCE, Function.SYSTEM)
    troubles(CITY, 1)
    said = seen_by(system)
    assert set(said) == ACCOUNTS | MACHINES
    assert "没有应答" in said["后台任务程序"]
    assert "还没有运行" in said["定时任务"]
    for name in ACCOUNTS | {"失败的后台任务", "发送失败的短信"}:
        expected = "2 项" if name == "没有职能的工作人员账号" else "1 项"
        assert expected in said[name], name
    assert "最早" in said["待审核的企业用户注册"]


def test_what_is_in_order_says_so() -> None:
    system = makers.officer(PROVINCE, Function.SYSTEM)
    RobotRun.objects.create(started_at=clock.now(), ended_at=clock.now())
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
    said = seen_by(system)
    with clock.travel(seconds=3 * 3600):
        assert "没有按时运行" in seen_by(system)["定时任务"]
    assert "正常" in said["后台任务程序"]
    for name in ACCOUNTS | MACHINES - {"后台任务程序"}:
        assert "没有" in said[name].rpartition("。")[2], name
        assert "项" not in said[name].rpartition("。")[2], name


def test_a_city_sees_its_own_accounts_only() -> None:
    troubles(ELSEWHERE, 1)
    said = seen_by(makers.officer(CITY, Function.SYSTEM))
    assert set(said) == ACCOUNTS
    assert not [name for name, text in said.items() if "1 项" in text or "2 项" in text]
    assert set(seen_by(makers.officer(CITY, Function.SECURITY))) == {"没有职能的工作人员账号"}
    assert seen_by(makers.officer(CITY, Function.AUDIT)) == {}
    assert seen_by(makers.officer(CITY, Function.ACCEPTANCE)) == {}


def test_an_audit_administrator_is_told_what_to_do() -> None:
    client = Client()
    client.force_login(makers.officer(CITY, Function.AUDIT))
    page = client.get("/authority/").content.decode()
    assert "谁查阅过谁的信息" in page
    assert 'href="/authority/administration/trail/">查看审计记录' in page


def test_it_takes_as_many_queries_for_many() -> None:
    client = Client()
    client.force_login(makers.officer(PROVINCE, Function.SYSTEM))

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert client.get("/authority/").status_code == 200
        return len(caught)

    queries()
    before = queries()
    for number in range(2, 12):
        troubles(CITY, number)
    assert queries() == before
