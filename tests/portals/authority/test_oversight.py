"""What an audit administrator sees first: reads by whom, the chain of seals, the latest events; a city's of its own."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from erjian import audit
from erjian.accounts.models import Function, User
from erjian.audit import tasks
from erjian.audit.models import Event, Readers
from erjian.policy import clock
from erjian.ui.dates import moment
from tests import makers

pytestmark = pytest.mark.django_db
PROVINCE, CITY, ELSEWHERE = "430000", "430100", "430200"


def page(user: User) -> str:
    client = Client()
    client.force_login(user)
    answer = client.get("/authority/")
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def reads(by: User, *people: int, times: int = 1) -> None:
    for _ in range(times):
        audit.record_read(actor=by.actor, purpose="查阅申报", kind="person", ids=people)


def readers(text: str) -> list[list[str]]:
    """The rows of who read most: name, office, times, people."""
    body = text.partition("查阅个人信息最多的人员")[2].partition("最近的审计记录")[0]
    rows = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL) for row in re.findall(r"<tr.*?</tr>", body, re.DOTALL)]
    return [[re.sub("<.*?>", "", cell) for cell in row[1:5]] for row in rows if row]


def test_who_read_most_comes_first_and_a_city_sees_its_own() -> None:
    busy, other = makers.officer(CITY, Function.ACCEPTANCE, name="胡敏"), makers.officer(ELSEWHERE, name="谭新")
    reads(busy, 1, times=2)
    reads(other, 1, 2, 3)
    tasks.count_readers(0)
    province = page(makers.officer(PROVINCE, Function.AUDIT, name="易审"))
    assert [row[0] for row in readers(province)] == ["谭新", "胡敏"]
    assert readers(province)[0][2:] == ["1", "3"]
    assert f"username={other.username}" in province
    assert f"近 7 日，统计时间 {moment(Readers.objects.get().counted_at)}" in province
    city = page(makers.officer(CITY, Function.AUDIT, name="李审"))
    assert [row[0] for row in readers(city)] == ["胡敏"]
    assert "谭新" not in city


def test_reads_of_last_month_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    earlier = clock.now() - timedelta(days=30)
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: earlier)
        reads(makers.officer(CITY, name="胡敏"), 1)
    tasks.count_readers(0)
    shown = page(makers.officer(PROVINCE, Function.AUDIT))
    assert readers(shown) == []
    assert "近 7 日没有人查阅个人信息" in shown


def test_a_city_that_reads_little_has_its_own_ten() -> None:
    quiet = makers.officer(CITY, name="胡敏")
    reads(quiet, 1)
    for number in range(12):
        reads(makers.officer(ELSEWHERE, name=f"谭{number}"), 1, 2, times=number + 1)
    employer = makers.operator(makers.enterprise())
    reads(employer, *range(100))
    tasks.count_readers(0)
    tasks.count_readers(0)
    province = readers(page(makers.officer(PROVINCE, Function.AUDIT)))
    assert [row[0] for row in province] == [employer.name, *(f"谭{number}" for number in range(11, 2, -1))]
    assert [row[0] for row in readers(page(makers.officer(CITY, Function.AUDIT)))] == ["胡敏"]
    assert Readers.objects.count() == 1


def test_before_the_first_count_the_page_says_so() -> None:
    reads(makers.officer(CITY), 1)
    assert "还没有统计。每十分钟统计一次。" in page(makers.officer(PROVINCE, Function.AUDIT))


def test_the_chain_is_checked_and_a_break_is_told() -> None:
    auditor, reader = makers.officer(PROVINCE, Function.AUDIT), makers.officer(CITY)
    for number in range(25):
        reads(reader, number + 1)
        audit.seal()
    assert "最近 20 个封条中的 20 条记录已逐条核对，与封存时一致" in page(auditor)
    forged = Event.objects.filter(seal_number=24).get()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE audit_event SET actor_label = '别人' WHERE id = %s", [forged.pk])
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
    assert f"审计链已被破坏：第 {forged.pk} 号记录与封存时不一致" in page(auditor)


def test_a_sealer_that_stands_still_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    auditor, earlier = makers.officer(PROVINCE, Function.AUDIT), clock.now() - timedelta(minutes=5)
    audit.seal()
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: earlier)
        reads(makers.officer(CITY), 1)
    assert "没有封存" in page(auditor)


def test_the_queries_do_not_grow_with_the_trail() -> None:
    auditor = makers.officer(PROVINCE, Function.AUDIT)
    client = Client()
    client.force_login(auditor)

    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get("/authority/")
        return len(queries)

    reads(makers.officer(CITY, username="reader"), 1)
    tasks.count_readers(0)
    audit.seal()
    count()
    before = count()
    for number in range(12):
        reads(makers.officer(CITY, username=f"reader-{number}"), 1, 2, times=3)
        audit.seal()
    tasks.count_readers(0)
    assert count() == before
