"""Lists: views, filters without numbers in addresses, operations by state, export, and a constant number of queries."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from erjian.accounts.models import User
from erjian.applications import actions
from erjian.applications.models import Application
from erjian.applications.states import State
from erjian.audit.models import Event
from erjian.policy import clock
from erjian.portals.enterprise.leading import linked
from erjian.procedures import get
from erjian.registry.models import Enterprise, Person, Qualification, Registration
from erjian.standards.validity import add_years
from tests import makers

pytestmark = pytest.mark.django_db
LISTS = (
    "/enterprise/",
    "/enterprise/initial/",
    "/enterprise/cases/",
    "/enterprise/certificates/",
    "/enterprise/history/",
    "/enterprise/qualified/",
)


def text(answer: Any) -> str:
    return answer.content.decode()


def cases(operator: User, count: int) -> None:
    """Reported cases, each with a qualification of this enterprise and a registration with it."""
    assert operator.enterprise
    for number in range(count):
        person = makers.person(f"人员{number:02d}", verified=False)
        makers.qualification(person, enterprise_code=operator.enterprise.credit_code)
        Application.objects.create(
            procedure_code="initial",
            registration_class="constructor",
            person=person,
            enterprise=operator.enterprise,
            authority_code="430100",
            specialties=["building"],
            state=State.REPORTED,
            number=f"CS-2026-{number:06d}",
            created_by=operator,
            created_at=makers.clock.now(),
            reported_at=makers.clock.now(),
            due_on=makers.clock.today(),
        )
        registration = Registration.objects.create(
            person=person,
            registration_class="constructor",
            number=f"湘24320202020{number:05d}",
            enterprise=operator.enterprise,
            registered_on=makers.clock.today(),
            employed_on=makers.clock.today(),
            valid_until=makers.clock.today(),
        )
        registration.specialties.create(specialty="building", begin=makers.clock.today(), end=makers.clock.today())


@pytest.mark.parametrize("url", LISTS)
def test_thirty_rows_take_no_more_queries_than_one(browser: Client, operator: User, url: str) -> None:
    cases(operator, 1)
    browser.get(url)
    with CaptureQueriesContext(
        connection,
    ) as one:
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
    import re

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


def test_own_qualifications_are_listed_others_need_the_full_number(browser: Client, employer: Enterprise) -> None:
    own, other = makers.person("刘思齐"), makers.person("石磊")
    makers.qualification(own, enterprise_code=employer.credit_code)
    foreign = makers.qualification(other)
    page = text(browser.get("/enterprise/qualified/"))
    assert "刘思齐" in page
    assert "石磊" not in page
    assert browser.get(f"/enterprise/qualified/{foreign.pk}/").status_code == 404
    by_name = browser.post("/enterprise/qualified/", {"name": "石磊"})
    assert "石磊</b>" not in text(browser.get(by_name.url))
    found = browser.post("/enterprise/qualified/", {"name": other.id_number})
    page = text(browser.get(found.url))
    assert "石磊" in page
    assert other.id_number not in page
    link = page[page.index(f"/enterprise/qualified/{foreign.pk}/?key=") :].split('"')[0]
    detail = text(browser.get(link))
    assert "资格证书详情" in detail
    assert foreign.management_number in detail
    assert Event.objects.filter(code="qualification.search", subject_id=str(other.pk)).exists()


def test_the_ticked_qualifications_are_exported(browser: Client, stranger: Client, employer: Enterprise) -> None:
    for name in ("刘思齐", "贺新"):
        makers.qualification(makers.person(name), enterprise_code=employer.credit_code)
    foreign = makers.qualification(makers.person("石磊"))
    page = text(browser.get("/enterprise/qualified/"))
    boxes = re.findall(r'name="picked" value="([^"]+)"', page)
    assert len(boxes) == 2
    export = "/enterprise/qualified/export.xlsx"
    sheet = openpyxl.load_workbook(io.BytesIO(browser.post(export, {"picked": boxes[:1]}).content)).active
    head, row = sheet.iter_rows(values_only=True)
    assert row[0] == "贺新"
    assert "*" in row[1]
    assert head[5] == "资格证书管理号"
    for wrong in ([], [str(foreign.pk)], ["x"]):
        answer = browser.post(export, {"picked": wrong})
        assert (answer.status_code, answer["Location"]) == (302, "/enterprise/qualified/")
    assert stranger.post(export, {"picked": boxes}).status_code == 302


def test_ticks_of_several_pages_are_exported_and_too_many_are_refused(browser: Client, employer: Enterprise) -> None:
    for number in range(31):
        makers.qualification(makers.person(f"刘思{number}"), enterprise_code=employer.credit_code)
    export, boxes = "/enterprise/qualified/export.xlsx", []
    for page in (1, 2):
        shown = text(browser.get(f"/enterprise/qualified/?page={page}"))
        boxes += re.findall(r'name="picked" value="([^"]+)"', shown)
    sheet = openpyxl.load_workbook(io.BytesIO(browser.post(export, {"picked": boxes}).content)).active
    assert len(list(sheet.iter_rows())) == 1 + 31
    answer = browser.post(export, {"picked": boxes * 10})
    assert answer.status_code == 422
    assert "一次最多勾选 300 条，已勾选 310 条。" in text(answer)


def test_a_signed_search_is_of_no_use_to_another(browser: Client, stranger: Client, employer: Enterprise) -> None:
    other = makers.person("石磊")
    foreign = makers.qualification(other)
    found = browser.post("/enterprise/qualified/", {"name": other.id_number})
    assert "石磊" not in text(stranger.get(found.url))
    page = text(browser.get(found.url))
    link = page[page.index(f"/enterprise/qualified/{foreign.pk}/?key=") :].split('"')[0]
    assert stranger.get(link).status_code == 404


def expiring(operator: User, name: str, days: int) -> Registration:
    """A registration with the operator's enterprise that ends so many days from today."""
    today = makers.clock.today()
    registration = Registration.objects.create(
        person=makers.person(name),
        registration_class="constructor",
        number=f"湘2432020202100{days:03d}",
        enterprise=operator.enterprise,
        registered_on=today,
        employed_on=today,
        valid_until=today + timedelta(days=days),
        dates_binding=True,
        certificate_kind="electronic",
    )
    registration.specialties.create(specialty="building", begin=today, end=registration.valid_until)
    return registration


def test_who_expires_first_stands_on_top_where_a_holder_is_chosen(browser: Client, operator: User) -> None:
    for name, days in (("沈后来", 800), ("沈先到", 40), ("沈居中", 300)):
        expiring(operator, name, days)
    page = text(browser.get("/enterprise/renewal/new/"))
    assert page.index("沈先到") < page.index("沈居中") < page.index("沈后来")


def test_who_cannot_be_chosen_says_why_in_the_list(browser: Client, operator: User) -> None:
    """Each row of the dialog judges itself, however many there are, at the same number of queries."""
    for name, days in (("沈先到", 40), ("沈居中", 300)):
        expiring(operator, name, days)
    with CaptureQueriesContext(connection) as few:
        page = text(browser.get("/enterprise/renewal/new/"))
    assert page.count('name="token"') == 1
    row = page[page.index("沈居中") :]
    assert "之间申请延续。" in row[: row.index("</tr>")]
    for number in range(6):
        expiring(operator, f"沈其余{number}", 400 + number)
    with CaptureQueriesContext(connection) as many:
        assert text(browser.get("/enterprise/renewal/new/")).count('name="token"') == 1
    assert len(many) == len(few)


def test_nobody_without_a_further_qualification_is_offered_for_an_addition(browser: Client, operator: User) -> None:
    held = expiring(operator, "沈后来", 800)
    page = text(browser.get("/enterprise/addition/new/"))
    assert 'name="token"' not in page
    assert "须取得其他专业的资格证书，经复审合格且未用于注册。" in page
    makers.qualification(held.person, "municipal")
    assert 'name="token"' in text(browser.get("/enterprise/addition/new/"))


def test_who_can_add_a_specialty_stands_on_top(browser: Client, operator: User) -> None:
    for name, days in (("沈先到", 40), ("沈居中", 300), ("沈后来", 800)):
        held = expiring(operator, name, days)
    makers.qualification(held.person, "municipal")
    page = text(browser.get("/enterprise/addition/new/"))
    assert page.index("沈后来") < page.index("沈先到") < page.index("沈居中")
    assert "有未用于注册的资格证书的在前。" in page
    assert page.index("沈后来") < page.index('name="token"') < page.index("沈先到")


def test_a_renewal_starts_from_the_certificate_that_ends_soon(
    browser: Client, operator: User, onlooker: Client
) -> None:
    soon = expiring(operator, "沈先到", 30)
    page = text(browser.get(f"/enterprise/certificates/{soon.pk}/"))
    token = re.search(r'action="/enterprise/renewal/start/".*?name="token" value="([^"]+)"', page, re.DOTALL)
    assert token
    assert browser.post("/enterprise/renewal/start/", {"token": token[1]}).status_code == 302
    assert Application.objects.get().person == soon.person
    for days, told in ((29, True), (10, True), (800, False)):
        closed = expiring(operator, "沈后来", days)
        page = text(browser.get(f"/enterprise/certificates/{closed.pk}/"))
        assert "/enterprise/renewal/start/" not in page
        assert ("现在不能办理延续申报" in page) is told
        said = re.sub(r"<a [^>]+>|</a>", "", page)
        assert ("申请期已过：到期失效后，或者先办理注销，再办理重新申报。" in said) is told
        for code, word in (("cancellation", "注销"), ("reregistration", "重新申报")):
            assert (f'办理<a href="/enterprise/{code}/new/">{word}</a>' in page) is told
    assert "/enterprise/renewal/start/" not in text(onlooker.get(f"/enterprise/certificates/{soon.pk}/"))


@pytest.mark.parametrize(
    ("days", "says"),
    [
        (80, ("前申请", 'aria-label="办理延续 沈先到"')),
        (31, ('class="ej-soon">请在', 'aria-label="办理延续 沈先到"')),
        (10, ("已过申请期", 'aria-label="查阅 沈先到"')),
    ],
)
def test_the_home_page_says_until_when_a_registration_can_be_renewed(
    browser: Client, onlooker: Client, operator: User, days: int, says: tuple[str, str]
) -> None:
    expiring(operator, "沈先到", days)
    page = text(browser.get("/enterprise/"))
    assert all(words in page for words in says)
    assert 'aria-label="查阅 沈先到"' in text(onlooker.get("/enterprise/"))


def test_the_home_page_offers_no_renewal_that_the_age_limit_rules_out(browser: Client, operator: User) -> None:
    held = expiring(operator, "沈先到", 60)
    for days, near in ((91, False), (90, True)):
        turns = clock.today() + timedelta(days=days)
        Person.objects.filter(pk=held.person_id).update(birth_date=add_years(turns, -65))
        page = text(browser.get("/enterprise/"))
        assert ("临近 65 周岁，不能延续" in page) is near, days
        assert ('aria-label="办理延续 沈先到"' in page) is not near, days
        assert ("前申请" in page) is not near, days


def test_the_home_page_names_no_last_day_where_none_is_set(browser: Client, operator: User) -> None:
    """临时延期 has no window: a date of the other class would send people away too early."""
    held = expiring(operator, "沈先到", 10)
    Registration.objects.filter(pk=held.pk).update(registration_class="temporary")
    page = text(browser.get("/enterprise/"))
    assert "可以申请" in page
    assert "前申请" not in page
    assert "已过申请期" not in page
    assert 'aria-label="办理延续 沈先到"' in page


def test_a_specialty_that_ends_before_the_others_is_listed_as_expiring(browser: Client, operator: User) -> None:
    held = expiring(operator, "沈先到", 60)
    held.specialties.create(specialty="municipal", begin=clock.today(), end=clock.today() + timedelta(days=700))
    Registration.objects.filter(pk=held.pk).update(valid_until=clock.today() + timedelta(days=700))
    expiring(operator, "沈后来", 700)
    page = text(browser.get("/enterprise/"))
    assert f"请在 {clock.today() + timedelta(days=30)} 前申请" in page
    assert "剩 60 日" in page
    assert 'aria-label="办理延续 沈先到"' in page
    assert "沈后来" not in page
    for address in ("/enterprise/history/?status=expiring", "/enterprise/certificates/?state=expiring"):
        shown = text(browser.get(address))
        assert ("沈先到" in shown, "沈后来" in shown) == (True, False), address
        assert "共 1 条记录" in shown


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


def test_a_refusal_leads_to_what_is_to_be_filed_instead(browser: Client, operator: User) -> None:
    """In the list of holders, in the dialog that finds anybody, and where the choice came too late."""
    held = expiring(operator, "沈先到", 10)
    page = text(browser.get("/enterprise/renewal/new/"))
    assert '再办理<a href="/enterprise/reregistration/new/">重新申报</a>。' in page
    page = text(browser.get("/enterprise/addition/new/"))
    assert '只能办理<a href="/enterprise/cancellation/new/">注销</a>。' in page
    found = browser.post("/enterprise/initial/new/", {"name": held.person.name, "id_number": held.person.id_number})
    assert '请办理<a href="/enterprise/addition/new/">增项申报</a>。' in text(found)
    Registration.objects.filter(pk=held.pk).update(registration_class="temporary")
    refused = browser.post("/enterprise/replacement/start/", {"token": _token(browser, "replacement", held)})
    assert refused.status_code == 422
    assert '请办理<a href="/enterprise/reregistration/new/">重新申报</a>。' in text(refused)


def _token(browser: Client, code: str, held: Registration) -> str:
    """The choice of a holder as the list shows it while it is a constructor's."""
    Registration.objects.filter(pk=held.pk).update(
        registration_class="constructor", valid_until=add_years(clock.today(), 1)
    )
    found = re.search(r'name="token" value="([^"]+)"', text(browser.get(f"/enterprise/{code}/new/")))
    assert found
    Registration.objects.filter(pk=held.pk).update(registration_class="temporary")
    return found[1]


def test_no_class_leads_to_what_the_other_files(db: None) -> None:
    told = "没有有效的注册，不能变更。请办理初始申报或重新申报。"
    assert linked(told, get("temporary_transfer")) == told
    first, second = ("initial", "初始申报"), ("reregistration", "重新申报")
    assert (
        linked(told, get("transfer"))
        == "没有有效的注册，不能变更。请办理"
        + "或".join(f'<a href="/enterprise/{code}/new/">{word}</a>' for code, word in (first, second))
        + "。"
    )
    assert linked("正在办理某企业提出的增项申报，办结后才能申请。", get("transfer")).count("<a") == 0
    assert linked("<b>请办理注销。", get("transfer")).startswith("&lt;b&gt;请办理<a ")


def test_the_home_page_leads_to_the_renewal_under_way(browser: Client, operator: User) -> None:
    soon = expiring(operator, "沈先到", 60)
    case = makers.draft(soon.person, operator, complete=False, procedure="renewal")
    page = text(browser.get("/enterprise/"))
    assert "前申请" in page, "a draft is not filed yet"
    assert f'href="/enterprise/cases/{case.uuid}/" aria-label="查看申报 沈先到"' in page
    Application.objects.filter(pk=case.pk).update(
        state=State.WAIT_PERSON, number="CS-2026-000001", reported_at=clock.now()
    )
    page = text(browser.get("/enterprise/"))
    assert "前申请" not in page
    assert f'href="/enterprise/cases/{case.uuid}/" aria-label="查看申报 沈先到"' in page


def test_the_count_of_what_expires_leads_to_all_of_it(browser: Client, operator: User) -> None:
    paper = expiring(operator, "沈先到", 60)
    Registration.objects.filter(pk=paper.pk).update(certificate_kind="paper")
    expiring(operator, "沈后来", 200)
    (link,) = re.findall(r'href="([^"]+=expiring)"', text(browser.get("/enterprise/")))
    page = text(browser.get(link))
    assert "沈先到" in page
    assert "共 1 条记录" in page


def test_a_paper_certificate_that_ends_soon_opens_and_can_be_renewed(browser: Client, operator: User) -> None:
    paper = expiring(operator, "沈先到", 60)
    Registration.objects.filter(pk=paper.pk).update(certificate_kind="paper")
    (link,) = re.findall(r'href="([^"]+)" aria-label="(?:办理延续|查阅) 沈先到"', text(browser.get("/enterprise/")))
    page = text(browser.get(link))
    assert "沈先到　纸质证书" in page
    assert "延续申报" in page
