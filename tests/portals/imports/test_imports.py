"""数据导入 over HTTP: upload, check, look, apply, get the refused rows back; nobody else gets in."""

from __future__ import annotations

import io
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from erjian.accounts.models import Function
from erjian.audit.models import Event
from erjian.exchange import keeping, kinds, runs
from erjian.exchange.models import ImportRun, RunState
from erjian.registry.models import Person, Qualification
from tests import makers
from tests.exchange.files import cells, qualification, xlsx

pytestmark = pytest.mark.django_db

NEW = "/authority/imports/new/"


@pytest.fixture
def client() -> Client:
    """An officer of the province who keeps the register."""
    client = Client()
    client.force_login(makers.officer("430000", Function.REGISTER, name="贺建明"))
    return client


def upload(client: Client, content: bytes, *, kind: str = "qualifications", name: str = "名单.xlsx") -> Any:
    return client.post(NEW, {"kind": kind, "file": SimpleUploadedFile(name, content)})


def checked(client: Client, content: bytes) -> ImportRun:
    """An uploaded file after its job."""
    answer = upload(client, content)
    assert answer.status_code == 302
    run = ImportRun.objects.latest("created_at")
    runs.check(run_id=run.pk)
    run.refresh_from_db()
    return run


def test_the_way_of_a_file(client: Client) -> None:
    good, bad = qualification(), qualification(姓名="+1+1", 证书管理号="X9")
    run = checked(client, xlsx([good, bad]))
    assert run.state == RunState.CHECKED
    assert run.counts == {"rows": 2, "new": 1, "update": 0, "same": 0, "error": 1}
    page = client.get(f"/authority/imports/{run.pk}/").content.decode()
    assert "将新增" in page
    assert "姓名只能是文字" in page
    assert good["身份证号"] not in page
    assert bad["身份证号"] not in page
    assert Person.objects.count() == 0

    answer = client.post(f"/authority/imports/{run.pk}/apply/", {"seen": run.version})
    assert answer.status_code == 302
    runs.apply(run_id=run.pk)
    run.refresh_from_db()
    assert run.state == RunState.DONE
    assert Qualification.objects.get().person.id_number == good["身份证号"]
    page = client.get(f"/authority/imports/{run.pk}/").content.decode()
    assert "有 1 行没有导入" in page

    back = client.get(f"/authority/imports/{run.pk}/errors.xlsx")
    assert back["Cache-Control"] == "no-store"
    assert cells(back.content)[1][0].startswith("姓名")
    assert cells(back.content)[1][1] == "+1+1"
    codes = list(Event.objects.order_by("id").values_list("code", flat=True))
    assert codes[-3:] == ["exchange.upload", "exchange.apply", "personal_data.read"]


def test_files_rest_encrypted(client: Client) -> None:
    row = qualification()
    run = checked(client, xlsx([row, qualification(姓名="1", 证书管理号="X9")]))
    from erjian import files

    assert run.source is not None
    assert run.error_file is not None
    assert not files.read(run.source).startswith(b"PK")
    assert keeping.read(run.source).startswith(b"PK")
    assert not files.read(run.error_file).startswith(b"PK")
    kept = f"{run.differences}{run.errors}{run.notices}"
    assert row["身份证号"] not in kept
    assert "430199********" in kept


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        (b"", 422, "文件是空的"),
        (b"MZ\x90\0" + b"\0" * 100, 415, "这不是表格文件"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, 415, "旧格式的 .xls"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600,
            422,
            "表格设有打开密码",
        ),
    ],
)
def test_what_is_no_spreadsheet_is_refused_at_once(client: Client, content: bytes, status: int, said: str) -> None:
    answer = upload(client, content)
    assert answer.status_code == status
    assert said in answer.content.decode()
    assert ImportRun.objects.count() == 0


def test_a_missing_column_is_named_and_nothing_changes(client: Client) -> None:
    row = qualification()
    del row["证书管理号"]
    run = checked(client, xlsx([row]))
    assert run.state == RunState.FAILED
    page = client.get(f"/authority/imports/{run.pk}/").content.decode()
    assert "缺少“证书管理号”列，没有导入任何数据" in page
    assert Person.objects.count() == 0


def test_applying_twice_or_from_an_old_page_is_refused(client: Client) -> None:
    run = checked(client, xlsx([qualification()]))
    address = f"/authority/imports/{run.pk}/apply/"
    assert client.post(address, {"seen": run.version - 1}).status_code == 409
    assert client.post(address, {}).status_code == 422
    assert client.post(address, {"seen": run.version}).status_code == 302
    again = client.post(address, {"seen": run.version})
    assert again.status_code == 409
    assert "等待导入" in again.content.decode()
    runs.apply(run_id=run.pk)
    runs.apply(run_id=run.pk)
    assert Person.objects.count() == 1
    assert Event.objects.filter(code="exchange.apply").count() == 1


def test_a_file_without_news_cannot_be_applied(client: Client) -> None:
    content = xlsx([qualification()])
    run = checked(client, content)
    client.post(f"/authority/imports/{run.pk}/apply/", {"seen": run.version})
    runs.apply(run_id=run.pk)
    second = checked(client, content)
    assert second.counts["same"] == 1
    page = client.get(f"/authority/imports/{second.pk}/").content.decode()
    assert "没有可导入的数据" in page
    assert "/apply/" not in page
    assert client.post(f"/authority/imports/{second.pk}/apply/", {"seen": second.version}).status_code == 409


def test_checking_again_after_a_change(client: Client) -> None:
    run = checked(client, xlsx([qualification()]))
    assert client.post(f"/authority/imports/{run.pk}/again/", {"seen": run.version}).status_code == 302
    run.refresh_from_db()
    assert run.state == RunState.UPLOADED
    runs.check(run_id=run.pk)
    run.refresh_from_db()
    assert run.state == RunState.CHECKED


def test_progress_is_a_partial_that_ends_by_loading_the_page(client: Client) -> None:
    upload(client, xlsx([qualification()]))
    run = ImportRun.objects.get()
    ImportRun.objects.update(phase="读取", progress_current=1000, progress_total=200_000)
    answer = client.get(f"/authority/imports/{run.pk}/progress/")
    assert "1,000 / 200,000 行" in answer.content.decode()
    assert 'hx-trigger="every 1s"' in answer.content.decode()
    assert "HX-Refresh" not in answer
    runs.check(run_id=run.pk)
    assert client.get(f"/authority/imports/{run.pk}/progress/")["HX-Refresh"] == "true"


@pytest.mark.parametrize("kind", [kind.code for kind in kinds.KINDS])
def test_templates_have_every_column_and_load_nothing(client: Client, kind: str) -> None:
    answer = client.get(f"/authority/imports/templates/{kind}.xlsx")
    assert answer.status_code == 200
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer)))
    headers = [cell.value for cell in book.worksheets[0][1]]
    assert headers == [column.header for column in kinds.get(kind).columns if column.in_template]
    assert book.worksheets[0].column_dimensions["B"].width > 10
    from erjian.exchange import checking, sources

    source = sources.open_source(b"".join(client.get(answer.wsgi_request.path)), kind=kinds.get(kind))
    assert not checking.plan(source, kinds.get(kind)).unknown
    assert list(source.rows()) == []


def test_unknown_addresses(client: Client) -> None:
    for address in (f"{uuid4()}/", f"{uuid4()}/errors.xlsx", "templates/nothing.xlsx"):
        assert client.get(f"/authority/imports/{address}").status_code == 404
    assert client.post(NEW, {"kind": "nothing"}).status_code == 422
    assert client.get(f"/authority/imports/{uuid4()}/apply/").status_code == 405


def test_only_the_province_register_keeper_enters(client: Client) -> None:
    run = checked(client, xlsx([qualification()]))
    reads = ["", "new/", f"{run.pk}/", f"{run.pk}/progress/", f"{run.pk}/errors.xlsx", "templates/qualifications.xlsx"]
    posts = ["new/", f"{run.pk}/apply/", f"{run.pk}/again/"]
    city = makers.officer("430100", Function.REGISTER)
    other = makers.officer("430000", Function.DECISION)
    enterprise = makers.operator(makers.enterprise())
    person = makers.person_user(makers.person(verified=False))
    for user, expected in ((city, 403), (other, 403), (enterprise, 404), (person, 404)):
        visitor = Client()
        visitor.force_login(user)
        for path in reads:
            assert visitor.get(f"/authority/imports/{path}").status_code == expected, (user.kind, path)
        for path in posts:
            answer = visitor.post(f"/authority/imports/{path}", {"seen": run.version})
            assert answer.status_code == expected, (user.kind, path)
    run.refresh_from_db()
    assert run.state == RunState.CHECKED


def test_the_list_asks_the_same_number_of_queries(client: Client, django_assert_num_queries: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    upload(client, xlsx([qualification()]))
    client.get("/authority/imports/")
    with CaptureQueriesContext(connection) as one:
        client.get("/authority/imports/")
    counted = len(one)
    for _ in range(29):
        upload(client, xlsx([qualification()]))
    with django_assert_num_queries(counted):
        page = client.get("/authority/imports/").content.decode()
    assert page.count("名单.xlsx") >= 30
