"""Lists: views, filters without numbers in addresses, operations by state, export, and a constant number of queries."""

from __future__ import annotations

import io
import re

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from erjian.accounts.models import User
from erjian.applications import actions
from erjian.applications.models import Application
from erjian.applications.states import State
from erjian.policy import clock
from erjian.registry.models import Enterprise, Qualification, Registration
from tests import makers
from tests.portals.enterprise.scenes import cases, text

pytestmark = pytest.mark.django_db
LISTS = (
    "/enterprise/",
    "/enterprise/initial/",
    "/enterprise/cases/",
    "/enterprise/certificates/",
    "/enterprise/history/",
    "/enterprise/qualified/",
)


@pytest.mark.parametrize("url", LISTS)
def test_thirty_rows_take_no_more_queries_than_one(browser: Client, operator: User, url: str) -> None:
    cases(operator, 1)
    browser.get(url)
    with CaptureQueriesContext(connection) as one:
        assert browser.get(url).status_code == 200
    Application.objects.all().delete()
    Registration.objects.all().delete()
    Qualification.objects.all().delete()
    cases(operator, 30)
    with CaptureQueriesContext(connection) as thirty:
        page = browser.get(url)
    assert "人员29" in text(page)
    assert len(thirty) == len(one)


def test_the_manuals_columns_in_its_order(browser: Client, draft: Application) -> None:
    page = text(browser.get("/enterprise/initial/"))
    words = [
        "序号",
        "申报主管部门",
        "姓名",
        "身份证号",
        "企业名称",
        "注册类型",
        "注册专业",
        "上报时间",
        "状态",
        "剩余时限",
        "操作",
    ]
    headings = [page.index(f">{word}</th>") for word in words]
    assert headings == sorted(headings)
    assert draft.person.id_number not in page


def test_the_menu_has_the_manuals_entries_in_its_order(browser: Client) -> None:
    page = text(browser.get("/enterprise/initial/"))
    words = [
        "二级建造师初始申报", "二级建造师重新申报", "二级建造师增项申报", "二级建造师延续申报", "二级建造师遗失补办申报",
        "二级建造师注销申报", "二级建造师身份证号变更申报", "建造师电子证书", "建造师历史数据", "建造师企业申报查询",
        "二级建造师资格证信息查询",
        "二级建造师个人注销企业确认", "二级临时建造师变更申报", "二级临时建造师变更确认", "二级临时建造师变更查询",
        "二级临时建造师延期申报", "二级临时建造师注销申报",
    ]  # fmt: skip
    menu = page[page.index('id="ej-side"') :]
    places = [menu.index(word) for word in words]
    assert places == sorted(places)


def test_every_entry_of_the_menu_opens(browser: Client) -> None:
    for page in ("/enterprise/initial/", "/enterprise/profile/"):
        shown = text(browser.get(page))
        side = shown[shown.index('id="ej-side"') : shown.index('id="main"')]
        for url in re.findall(r'href="(/enterprise/[^"]*)"', side):
            assert browser.get(url).status_code == 200, url
            if "/confirmations/" not in url and "profile" not in url:
                assert browser.get(f"{url}new/").status_code in (200, 404), url


def test_views_count_and_filter(browser: Client, draft: Application, operator: User) -> None:
    other = makers.person("刘思齐")
    makers.qualification(other)
    case = makers.draft(other, operator)
    actions.report(application=case, by=operator, seen=None)
    page = text(browser.get("/enterprise/initial/"))
    assert "全部 <b>2</b>" in page
    assert "保存未上报 <b>1</b>" in page
    only = text(browser.get("/enterprise/initial/?state=draft"))
    assert draft.person.name in only
    assert other.name not in only


def test_a_filter_by_number_leaves_no_number_in_the_address(
    browser: Client, draft: Application, operator: User
) -> None:
    other = makers.person("刘思齐")
    makers.qualification(other)
    makers.draft(other, operator)
    answer = browser.post("/enterprise/initial/", {"name": other.id_number})
    assert answer.status_code == 302
    assert other.id_number not in answer.url
    page = text(browser.get(answer.url))
    assert other.name in page
    assert draft.person.name not in page
    assert f'value="{other.id_number_mask}"' in page
    by_name = browser.post("/enterprise/initial/", {"name": "刘"})
    assert "刘思齐" in text(browser.get(by_name.url))
    wrong = browser.post("/enterprise/initial/", {"name": other.id_number[:-1] + "9"})
    assert "身份证号不正确" in text(browser.get(wrong.url)) or other.id_number.endswith("9")


@pytest.mark.parametrize(
    "query", ["state=nonsense", "begin=2026-99-99", "authority=1", "specialty=x", "page=x", "holder=x", "page=99"]
)
def test_a_forged_address_still_shows_the_list(browser: Client, draft: Application, query: str) -> None:
    assert draft.person.name in text(browser.get(f"/enterprise/initial/?{query}"))


def test_operations_follow_the_state(browser: Client, draft: Application, operator: User) -> None:
    base = f"/enterprise/cases/{draft.uuid}/"
    page = text(browser.get("/enterprise/initial/"))
    assert f"{base}edit/" in page
    assert f"{base}delete/" in page
    assert f"{base}withdraw/" not in page
    actions.report(application=draft, by=operator, seen=None)
    page = text(browser.get("/enterprise/initial/"))
    assert f"{base}remind/" in page
    assert f"{base}withdraw/" in page
    assert f"{base}edit/" not in page


def test_the_export_holds_the_filtered_rows_as_text(browser: Client, operator: User) -> None:
    for name in ("=HYPERLINK(1)", "刘思齐"):
        person = makers.person(name)
        makers.qualification(person)
        makers.draft(person, operator)
    answer = browser.get("/enterprise/initial/export.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    cells = {cell.value: cell.data_type for row in sheet.iter_rows() for cell in row}
    assert cells["=HYPERLINK(1)"] in ("s", "inlineStr")
    answer = browser.get("/enterprise/initial/export.xlsx?name=刘")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert [row[2].value for row in sheet.iter_rows(min_row=2)] == ["刘思齐"]


def test_no_export_of_everything_where_the_filter_makes_no_sense(browser: Client) -> None:
    answer = browser.get("/enterprise/initial/export.xlsx?begin=2026-02-30", follow=True)
    assert answer.redirect_chain == [("/enterprise/initial/?begin=2026-02-30", 302)]
    assert "不是日历上的一天" in answer.content.decode()


@pytest.mark.parametrize(
    "address",
    ["initial/", "enterprise_rename/", "cases/", "certificates/", "history/", "qualified/"],
)
def test_a_filter_that_makes_no_sense_is_said(browser: Client, address: str) -> None:
    page = browser.get(f"/enterprise/{address}")
    field = re.search(r'name="(begin|end|since|until)"|<select[^>]* name="(\w+)"', page.content.decode())
    assert field
    answer = browser.get(f"/enterprise/{address}?{field[1] or field[2]}=2026-02-30").content.decode()
    assert re.search(r'class="ej-late w-100">[^<]*(不是日历上的一天|不在可选范围内)', answer)


def test_an_unknown_procedure_is_not_found(browser: Client) -> None:
    for url in ("/enterprise/nonsense/", "/enterprise/nonsense/new/", "/enterprise/cancellation_by_person/new/"):
        assert browser.get(url).status_code == 404


def test_deleting_a_draft(browser: Client, draft: Application, operator: User) -> None:
    answer = browser.post(f"/enterprise/cases/{draft.uuid}/delete/")
    assert answer.url == "/enterprise/initial/"
    assert not Application.objects.exists()


def test_one_word_of_the_type_filter_finds_it_in_both_classes(
    browser: Client, operator: User, employer: Enterprise
) -> None:
    for number, (name, kind, code) in enumerate(
        (
            ("沈先到", "constructor", "transfer"),
            ("沈后来", "temporary", "temporary_transfer"),
            ("沈其余", "constructor", "renewal"),
        )
    ):
        Application.objects.create(
            person=makers.person(name), enterprise=employer, registration_class=kind, procedure_code=code,
            state=State.REPORTED, number=f"CS-2026-{number:06d}", authority_code="430100", created_by=operator,
            created_at=clock.now(), reported_at=clock.now(),
        )  # fmt: skip
    page = text(browser.get("/enterprise/cases/"))
    (value,) = re.findall(r'<option value="(\w+)">变更申报</option>', page)
    page = text(browser.get(f"/enterprise/cases/?procedure={value}"))
    assert [name in page for name in ("沈先到", "沈后来", "沈其余")] == [True, True, False]
    page = text(browser.get(f"/enterprise/cases/?procedure={value}&kind=temporary"))
    assert [name in page for name in ("沈先到", "沈后来")] == [False, True]
