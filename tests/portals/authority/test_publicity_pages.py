"""The province's pages for batches and notices, over HTTP."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

from erjian.accounts.models import Function
from erjian.applications.models import Application
from erjian.applications.states import State
from erjian.audit.models import Event
from erjian.policy import clock
from erjian.publicity import actions, running
from erjian.publicity.models import Batch, BatchState, Notice, Objection, ObjectionState
from tests import makers
from tests.publicity.scenes import Office

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def province(client: Client, office: Office) -> Client:
    client.force_login(office.decider)
    return client


def new(client: Client, *cases: Application, kind: str = "publicity", **more: str):
    return client.post(
        f"/authority/batches/new/{kind}/",
        {"title": "湖南省2026年第1批", "picked": [case.pk for case in cases], "scope": "picked", **more},
    )


def waiting(page: str) -> dict[str, tuple[str, str]]:
    """The table of the first page: how many of each thing wait, and the address to deal with them."""
    rows = re.findall(r"<tr>(.*?)</tr>", page.partition("待办的批次和异议")[2].partition("</section>")[0])
    cells = [re.findall(r">([^<>]+)</td>", row)[:2] + re.findall('href="([^"]+)"', row) for row in rows]
    return {label: (count, url) for label, count, url in (found for found in cells if found)}


def tiles(page: str) -> dict[str, int]:
    """The figures on top of the first page."""
    return {label: int(value) for label, value in re.findall(r'class="ej-tile[^>]*>([^<]+)<b>(\d+)', page)}


def test_from_candidates_to_the_public_page(province: Client, office: Office) -> None:
    cases = office.several(2)
    page = province.get("/authority/batches/").content.decode()
    assert "新建公示批次（2 条待公示）" in page
    page = province.get("/authority/batches/new/publicity/").content.decode()
    assert "全部 2 条都列入" in page
    assert cases[0].person.id_number not in page
    assert new(province, *cases).status_code == 302
    batch = Batch.objects.get()
    page = province.get(f"/authority/batches/{batch.pk}/").content.decode()
    assert "发布公示" in page
    page = province.get(f"/authority/batches/{batch.pk}/publish/").content.decode()
    assert "公示 2 人，公示期 10 日。确定发布？" in page
    seen = re.search(r'name="seen" value="(\d+)"', page).group(1)
    assert province.post(f"/authority/batches/{batch.pk}/publish/", {"seen": seen}).status_code == 302
    assert Client().get(f"/publicity/{batch.pk}/").status_code == 404, "not public before every case is done"
    job = ProcrastinateJob.objects.get(queue_name="batches")
    assert job.args == {"batch_id": batch.pk}
    page = province.get(f"/authority/batches/{batch.pk}/").content.decode()
    assert "正在逐条办理" in page
    running.run(batch.pk)
    progress = province.get(f"/authority/batches/{batch.pk}/progress/", HTTP_HX_REQUEST="true")
    assert progress["HX-Refresh"] == "true"
    page = province.get(f"/authority/batches/{batch.pk}/").content.decode()
    assert "公示剩 10 日" in page
    assert f"/publicity/{batch.pk}/" in page
    assert Client().get(f"/publicity/{batch.pk}/").status_code == 200


def test_the_first_page_says_what_waits_for_a_list_and_where_to_make_it(province: Client, office: Office) -> None:
    assert "待办的批次和异议" not in province.get("/authority/").content.decode()
    cases = office.several(3)
    refused = office.reviewed(passed=False)
    page = province.get("/authority/").content.decode()
    assert waiting(page) == {
        "待列入公示批次": ("3", "/authority/batches/new/publicity/"),
        "待列入公告批次": ("1", "/authority/batches/new/announcement/"),
    }
    assert tiles(page)["等待办理"] == 4
    new(province, *cases[:2])
    draft = Batch.objects.get()
    assert waiting(province.get("/authority/").content.decode()) == {
        "待列入公示批次": ("1", "/authority/batches/new/publicity/"),
        "待列入公告批次": ("1", "/authority/batches/new/announcement/"),
        "公示批次待发布": ("1", f"/authority/batches/{draft.pk}/"),
    }
    actions.publish(batch=draft, by=office.decider, seen=draft.version)
    running.run(draft.pk)
    page = province.get("/authority/").content.decode()
    assert "公示批次待发布" not in waiting(page)
    assert tiles(page)["等待办理"] == 2, "what is in 公示 waits for the public"
    assert refused.number in page
    assert cases[0].number not in page


def test_an_inquiry_is_one_step_away_while_there_is_one_objection(province: Client, office: Office) -> None:
    batch = office.published(*office.several(2))
    first, second = (
        Objection.objects.create(
            item=item, code=f"CODE{item.pk}", name="文国栋", id_number=makers.id_number(), phone="13900000000",
            text="与公示的聘用单位不一致。", created_at=clock.now(),
        )
        for item in batch.items.order_by("pk")
    )  # fmt: skip
    Objection.objects.filter(pk=second.pk).update(state=ObjectionState.DISMISSED)
    one = f"/authority/objections/{first.pk}/"
    assert f'<a href="{one}">去核查' in province.get(f"/authority/batches/{batch.pk}/").content.decode()
    assert waiting(province.get("/authority/").content.decode())["异议待核查"] == ("1", one)
    Objection.objects.update(state=ObjectionState.RECEIVED)
    every = "/authority/objections/"
    assert f'<a href="{every}">去核查' in province.get(f"/authority/batches/{batch.pk}/").content.decode()
    assert waiting(province.get("/authority/").content.decode())["异议待核查"] == ("2", every)


def test_the_page_that_asks_says_where_it_stands(province: Client, office: Office) -> None:
    new(province, office.reviewed())
    batch = Batch.objects.get()
    page = province.get(f"/authority/batches/{batch.pk}/publish/").content.decode()
    crumbs = re.search(r'<nav class="ej-crumb".*?</nav>', page)
    assert crumbs
    assert re.findall('href="([^"]+)"', crumbs[0]) == [
        "/authority/batches/?kind=publicity",
        f"/authority/batches/{batch.pk}/",
    ]


def test_all_candidates_at_once(province: Client, office: Office) -> None:
    office.several(3)
    new(province, scope="all")
    assert Batch.objects.get().items.count() == 3


def test_announcement_with_failures_and_retry(province: Client, office: Office) -> None:
    granted, failing = office.several(2)
    refused = office.reviewed(passed=False, name="孙嘉怡")
    office.published(granted, failing)
    with clock.travel(days=11):
        running.close_due()
        province.force_login(office.decider)
        failing.person.qualifications.update(used_at=clock.now())
        new(province, granted, failing, refused, kind="announcement")
        batch = Batch.objects.get(kind="announcement")
        page = province.get(f"/authority/batches/{batch.pk}/publish/").content.decode()
        assert "公告准予 2 人、不准予 1 人" in page
        province.post(f"/authority/batches/{batch.pk}/publish/", {"seen": batch.version})
        running.run(batch.pk)
        page = province.get(f"/authority/batches/{batch.pk}/").content.decode()
        assert "有 1 条办理失败" in page
        public = Client().get(f"/announcements/{batch.pk}/").content.decode()
        assert "准予注册" in public
        assert granted.person.name in public
        assert failing.person.id_number_mask not in public
        assert "聘用合同已终止" not in public, "reasons go to those concerned"
        assert refused.person.name in Client().get(f"/announcements/{batch.pk}/?view=refused").content.decode()
        failing.person.qualifications.update(used_at=None)
        province.post(f"/authority/batches/{batch.pk}/retry/")
        running.run(batch.pk)
        assert Application.objects.get(pk=failing.pk).state == State.ANNOUNCED
        assert failing.person.id_number_mask in Client().get(f"/announcements/{batch.pk}/").content.decode()


def test_a_failed_row_can_be_taken_out(province: Client, office: Office) -> None:
    from erjian.applications import actions as cases

    stays, goes = office.several(2)
    new(province, stays, goes)
    batch = Batch.objects.get()
    cases.withdraw(application=goes, by=office.operator, seen=None)
    province.post(f"/authority/batches/{batch.pk}/publish/", {"seen": batch.version})
    running.run(batch.pk)
    row = batch.items.get(application=goes)
    assert province.post(f"/authority/batches/{batch.pk}/release/{row.pk}/").status_code == 302
    assert batch.items.count() == 1
    again = province.post(f"/authority/batches/{batch.pk}/release/{row.pk}/")
    assert again.status_code == 422


def test_drafts_are_changed_with_the_version_seen(province: Client, office: Office) -> None:
    first, second = office.several(2)
    new(province, first)
    batch = Batch.objects.get()
    url = f"/authority/batches/{batch.pk}/"
    assert province.post(f"{url}add/", {"picked": [second.pk], "seen": batch.version}).status_code == 302
    stale = province.post(f"{url}publish/", {"seen": batch.version})
    assert stale.status_code == 409
    assert "有了变化" in stale.content.decode()
    assert province.post(f"{url}publish/", {}).status_code == 422
    batch.refresh_from_db()
    assert province.post(f"{url}title/", {"title": "新的标题", "seen": batch.version}).status_code == 302
    batch.refresh_from_db()
    assert batch.title == "新的标题"
    item = batch.items.first()
    assert province.post(f"{url}remove/", {"picked": [item.pk], "seen": batch.version}).status_code == 302
    batch.refresh_from_db()
    assert province.post(f"{url}discard/", {"seen": batch.version}).status_code == 302
    assert not Batch.objects.exists()


@pytest.mark.parametrize("picked", [["x"], ["-1"], ["99999999999999999999999"], ["1 OR 1=1"], []])
def test_forged_picks(province: Client, office: Office, picked: list[str]) -> None:
    office.reviewed()
    answer = province.post("/authority/batches/new/publicity/", {"title": "甲", "picked": picked, "scope": "picked"})
    assert answer.status_code == 422
    assert not Batch.objects.exists()
    assert province.get("/authority/batches/new/nothing/").status_code == 404


def test_a_published_batch_is_not_published_again(province: Client, office: Office) -> None:
    batch = office.published(office.reviewed())
    answer = province.post(f"/authority/batches/{batch.pk}/publish/", {"seen": batch.version})
    assert answer.status_code == 422
    assert "不能再修改或重复发布" in answer.content.decode()
    for action in ("discard", "remove", "title"):
        assert province.post(f"/authority/batches/{batch.pk}/{action}/", {"seen": batch.version}).status_code == 422
    assert Batch.objects.get().state == BatchState.PUBLISHED


PAGES = ("batches/", "batches/?kind=announcement", "batches/new/publicity/", "objections/", "notices/", "notices/new/")


@pytest.mark.parametrize("page", PAGES)
def test_doors(client: Client, page: str) -> None:
    url = f"/authority/{page}"
    assert client.get(url).status_code == 302
    for stranger in (makers.operator(makers.enterprise()), makers.person_user(makers.person())):
        client.force_login(stranger)
        assert client.get(url).status_code == 404
    client.force_login(makers.officer("430000", Function.FINAL_REVIEW))
    assert client.get(url).status_code == 403
    client.force_login(makers.officer("430100", Function.DECISION, Function.NOTICES))
    assert client.get(url).status_code == 403
    client.force_login(makers.officer("430000", Function.DECISION, Function.NOTICES))
    assert client.get(url).status_code == 200


def test_queries_do_not_grow_with_rows(province: Client, office: Office, django_assert_num_queries) -> None:
    urls = ["/authority/batches/", "/authority/batches/new/publicity/"]
    one = actions.create_batch(kind="publicity", applications=[office.reviewed().pk], title="甲", by=office.decider)
    office.reviewed()
    urls.append(f"/authority/batches/{one.pk}/")
    counts = {}
    for url in urls:
        province.get(url)
        with CaptureQueriesContext(connection) as queries:
            province.get(url)
        counts[url] = len(queries)
    more = office.several(6)
    actions.add(batch=one, applications=[case.pk for case in more[:3]], by=office.decider)
    for url in urls:
        with django_assert_num_queries(counts[url]):
            province.get(url)


@pytest.fixture
def writer(client: Client) -> Client:
    client.force_login(makers.officer("430000", Function.NOTICES, name="宣传"))
    return client


def notice_fields(**changes: object) -> dict:
    return {
        "kind": "notice",
        "title": "关于核对入库的通知",
        "author": "湖南省住房和城乡建设厅",
        "body": "第一段\n第二段",
        **changes,
    }


def audited(notice: int) -> list[str]:
    """What the audit holds of a notice."""
    rows = Event.objects.filter(subject_kind="notice", subject_id=str(notice)).order_by("id")
    return list(rows.values_list("code", flat=True))


def test_a_notice_from_draft_to_withdrawal(writer: Client) -> None:
    assert writer.post("/authority/notices/new/", notice_fields(do="preview")).status_code == 302
    notice = Notice.objects.get()
    url, public = f"/authority/notices/{notice.pk}/", f"/notices/{notice.pk}/"
    assert "<p>第二段</p>" in writer.get(f"{url}preview/").content.decode()
    assert Client().get(public).status_code == 404
    assert writer.post(f"{url}publish/", {"seen": notice.version}).status_code == 302
    assert "第二段" in Client().get(public).content.decode()
    assert writer.post(f"{url}publish/", {"seen": notice.version}).status_code == 409
    notice.refresh_from_db()
    assert writer.post(f"{url}discard/", {"seen": notice.version}).status_code == 422
    assert writer.post(f"{url}withdraw/", {"seen": notice.version}).status_code == 302
    assert Client().get(public).status_code == 404
    assert "已撤下" in writer.get("/authority/notices/?view=withdrawn").content.decode()
    assert audited(notice.pk) == ["notice.create", "notice.publish", "notice.withdraw"]


def test_what_was_typed_stays_when_somebody_else_was_faster(writer: Client) -> None:
    writer.post("/authority/notices/new/", notice_fields())
    notice = Notice.objects.get()
    url = f"/authority/notices/{notice.pk}/"
    writer.post(url, notice_fields(title="先改的", seen=notice.version))
    late = writer.post(url, notice_fields(title="后改的", seen=notice.version))
    assert late.status_code == 409
    assert "后改的" in late.content.decode()
    assert "有了变化" in late.content.decode()
    notice = Notice.objects.get()
    assert notice.title == "先改的"
    assert writer.post(f"{url}discard/", {"seen": notice.version}).status_code == 302
    assert not Notice.objects.exists()
    assert audited(notice.pk) == ["notice.create", "notice.edit", "notice.discard"]


def test_attachments(writer: Client) -> None:
    bad = writer.post("/authority/notices/new/", notice_fields(attachment=makers.upload(b"MZ00" * 50, "a.pdf")))
    assert bad.status_code == 415
    assert not Notice.objects.exists()
    empty = writer.post("/authority/notices/new/", notice_fields(attachment=makers.upload(b"", "a.pdf")))
    assert empty.status_code in (415, 422)
    writer.post("/authority/notices/new/", notice_fields(attachment=makers.upload(name="名单.jpg")))
    notice = Notice.objects.get()
    assert notice.attachment_name == "名单.jpg"
    assert Client().get(f"/notices/{notice.pk}/attachment/").status_code == 404
    writer.post(f"/authority/notices/{notice.pk}/publish/", {"seen": notice.version})
    assert Client().get(f"/notices/{notice.pk}/attachment/")["Content-Type"] == "image/jpeg"
    notice.refresh_from_db()
    writer.post(f"/authority/notices/{notice.pk}/", notice_fields(drop_attachment="on", seen=notice.version))
    assert Notice.objects.get().attachment is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": ""}, "请填写标题"),
        ({"body": " "}, "请填写正文"),
        ({"kind": "x"}, "类别不在可选范围内"),
        ({"title": "长" * 201}, "最多 200"),
    ],
)
def test_bad_notices_are_named(writer: Client, changes: dict, said: str) -> None:
    answer = writer.post("/authority/notices/new/", notice_fields(**changes))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Notice.objects.exists()
