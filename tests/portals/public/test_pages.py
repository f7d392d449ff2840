"""Every public page opens without a sign-in, in a fixed number of queries, and says nothing it must not."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from erjian.policy import clock, loading
from erjian.procedures import Filer, Procedure, all_procedures
from erjian.publicity.models import Notice
from tests import makers

pytestmark = pytest.mark.django_db

PAGES = (
    "/",
    "/sign-in/",
    "/person/sign-in/",
    "/person/verify/",
    "/m/",
    "/sign-in/activate/?as=account",
    "/password/forgotten/",
    "/notices/",
    "/notices/?view=publicity",
    "/notices/?view=announcement",
    "/notices/?view=policy",
    "/notices/?view='",
    "/notices/?page=999999999999",
    "/verify/",
    "/guide/",
    "/guide/initial/",
    "/progress/",
    "/objections/",
    "/engineers/",
    "/manual/",
    "/accessibility/",
    "/privacy/",
)


def notices(count: int) -> None:
    now = clock.now()
    Notice.objects.bulk_create(
        Notice(
            title=f"关于资格证书核对入库的通知 {number}", body="一\n二", author="厅", published_at=now, created_at=now
        )
        for number in range(count)
    )


@pytest.mark.parametrize("url", PAGES)
def test_public_pages_open(client: Client, url: str) -> None:
    answer = client.get(url)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "style=" not in page
    assert "onclick" not in page
    assert "湖南省二级建造师公共服务平台" in page


@pytest.mark.parametrize("url", ["/", "/notices/", "/notices/?view=notice"])
def test_queries_do_not_grow_with_rows(client: Client, url: str, django_assert_num_queries) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    notices(31)  # more than a page, so that they are counted
    client.get(url)
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(url)
    notices(60)
    with django_assert_num_queries(len(few)):
        client.get(url)


def test_the_home_page_has_four_doors_and_the_guide(client: Client) -> None:
    notices(9)
    page = client.get("/").content.decode()
    for words in ("企业登录", "二级建造师个人登录", "主管单位登录", "查验证书", "办件进度", "二级建造师初始申报"):
        assert words in page
    assert page.count("关于资格证书核对入库的通知") == 8


def test_all_entries_are_paged(client: Client) -> None:
    notices(65)
    assert "共 65 条记录" in client.get("/notices/").content.decode()
    assert client.get("/notices/?page=3").content.decode().count("关于资格证书核对入库的通知") == 5


def test_drafts_and_withdrawn_notices_do_not_exist(client: Client) -> None:
    notices(2)
    first, second = Notice.objects.order_by("pk")
    Notice.objects.filter(pk=first.pk).update(published_at=None)
    Notice.objects.filter(pk=second.pk).update(withdrawn_at=clock.now())
    for notice in (first, second):
        assert client.get(f"/notices/{notice.pk}/").status_code == 404
        assert client.get(f"/notices/{notice.pk}/attachment/").status_code == 404
    assert "关于资格证书" not in client.get("/notices/").content.decode()


def test_a_notice_is_plain_text(client: Client) -> None:
    now = clock.now()
    notice = Notice.objects.create(
        title="<b>标题</b>", body="<script>alert(1)</script>\n\n第二段", author="厅", published_at=now, created_at=now
    )
    page = client.get(f"/notices/{notice.pk}/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;b&gt;标题" in page
    assert "<p>第二段</p>" in page


@pytest.mark.parametrize(
    ("code", "way"),
    [
        ("initial", "由企业在平台网上申报，本人确认"),
        ("transfer", "由企业在平台网上申报，本人确认，原单位确认"),
        ("enterprise_rename", "由企业在平台网上申报"),
        ("cancellation_by_person", "由本人在平台网上提出，聘用企业确认"),
        ("personal_change", "由本人在平台网上提出"),
    ],
)
def test_the_guide_says_who_files_and_who_agrees(client: Client, code: str, way: str) -> None:
    assert f"<dd>{way}</dd>" in client.get(f"/guide/{code}/").content.decode()


def test_the_guide_follows_policy_and_declaration(client: Client) -> None:
    page = client.get("/guide/initial/").content.decode()
    for words in ("20 个工作日", "不收费", "人员寸照", "聘用劳动合同", "公示 10 日", "行政复议", "第十一条", "MB"):
        assert words in page, words
    assert client.get("/guide/nothing/").status_code == 404


def test_unknown_addresses_are_answered_in_words(client: Client) -> None:
    answer = client.get("/no-such-page/")
    assert answer.status_code == 404
    assert "首页" in answer.content.decode()


def test_messages_belong_to_their_reader(client: Client) -> None:
    from erjian import messaging
    from erjian.messaging import templates

    templates.register("test.hello", title="你好", body="内容")
    one, other = makers.enterprise(), makers.enterprise("另一企业")
    for number in range(3):
        messaging.send(
            "test.hello",
            to=messaging.Recipient.enterprise(one.pk, one.name),
            context={},
            key=f"k{number}",
            link="/enterprise/cases/",
        )
    mine = one and messaging.inbox.messages("enterprise", one.pk)[0]
    client.force_login(makers.operator(other))
    assert client.post(f"/messages/{mine.pk}/").status_code == 404
    assert "没有消息" in client.get("/messages/").content.decode()
    client.force_login(makers.operator(one))
    assert client.get("/messages/").content.decode().count("未读") >= 3
    assert client.get(f"/messages/{mine.pk}/").status_code == 405
    assert client.post(f"/messages/{mine.pk}/").url == "/enterprise/cases/"
    assert messaging.inbox.unread_count("enterprise", one.pk) == 2
    client.post("/messages/read/")
    assert messaging.inbox.unread_count("enterprise", one.pk) == 0


@pytest.mark.parametrize(
    ("kind", "figure", "said"),
    [
        ("renewal", "renewal_opens_days", "届满前 47 日至 30 日内"),
        ("renewal", "renewal_closes_days", "届满 47 日前提出"),
        ("transfer", "transfer_months", "已满 47 个月"),
        ("transfer", "min_days_left", "有效期剩余超过 47 日"),
        ("addition", "min_days_left", "有效期剩余超过 47 日"),
        ("temporary_transfer", "temporary_age_limit", "不超过 47 周岁"),
        ("temporary_renewal", "temporary_age_limit", "不超过 47 周岁"),
    ],
)
def test_the_guide_says_what_the_province_decided(
    settings: Any, tmp_path: Path, kind: str, figure: str, said: str
) -> None:
    text, changed = re.subn(rf"(?m)^{figure} = \d+$", f"{figure} = 47", loading.HUNAN.read_text(encoding="utf-8"))
    assert changed == 1
    path = tmp_path / "policy.toml"
    path.write_text(text, encoding="utf-8")
    settings.ERJIAN_POLICY_FILE = str(path)
    assert said in Client().get(f"/guide/{kind}/").content.decode()


@pytest.mark.parametrize("procedure", all_procedures(), ids=lambda each: each.code)
def test_the_guide_leads_to_where_a_procedure_is_filed(client: Client, procedure: Procedure) -> None:
    (link,) = re.findall(r'href="([^"]+)">在线办理<', client.get(f"/guide/{procedure.code}/").content.decode())
    person = makers.person()
    client.force_login(
        makers.person_user(person) if procedure.filer == Filer.PERSON else makers.operator(makers.enterprise())
    )
    page = client.get(link)
    assert page.status_code == 200
    assert procedure.label in page.content.decode()
