"""From 添加申报 to 上报 over HTTP, and what goes wrong on the way."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from erjian.accounts.models import User
from erjian.applications import actions, form_data
from erjian.applications.models import Application
from erjian.applications.states import State
from erjian.audit.models import Event
from erjian.registry.models import Enterprise, Person
from tests import makers
from tests.portals.enterprise.conftest import signed_in

pytestmark = pytest.mark.django_db


def address(case: Application, tail: str = "") -> str:
    return f"/enterprise/cases/{case.uuid}/{tail}"


def filled(case: Application, **changes: Any) -> dict[str, Any]:
    """What the browser posts for the form as it stands."""
    case.refresh_from_db()
    values = {name: value for name, value in form_data.unseal(case.draft).items() if value not in (None, "", False)}
    return {
        **values,
        "version": case.version,
        "specialties": list(case.specialties),
        "authority_code": case.authority_code,
        **changes,
    }


def text(answer: Any) -> str:
    return answer.content.decode()


def pick(browser: Client, name: str, number: str) -> Any:
    return browser.post("/enterprise/initial/new/", {"name": name, "id_number": number})


def token(page: Any) -> str:
    found = re.search(r'name="token" value="([^"]+)"', text(page))
    assert found
    return found[1]


def test_a_person_is_picked_by_name_and_number_and_the_form_opens(browser: Client, holder: Person) -> None:
    page = pick(browser, holder.name, holder.id_number)
    assert "选择人员信息" in text(page)
    assert holder.id_number_mask in text(page)
    answer = browser.post("/enterprise/initial/start/", {"token": token(page)})
    case = Application.objects.get()
    assert answer.status_code == 302
    assert answer.url == address(case, "edit/")
    form = text(browser.get(answer.url))
    assert holder.id_number in form
    assert "初始注册申报" in form
    assert "湖南城建职业技术学院" in form
    again = browser.post("/enterprise/initial/start/", {"token": token(page)})
    assert again.url == answer.url


def test_who_was_filed_for_already_is_told_before_it_is_done_twice(
    browser: Client, operator: User, holder: Person
) -> None:
    case = actions.report(application=makers.draft(holder, operator), by=operator, seen=None)
    page = text(pick(browser, holder.name, holder.id_number))
    assert f'href="{address(case)}">{case.number}' in page
    assert "正在等本人确认" in page
    assert "选择人员信息" in page, "it forbids nothing"
    other = browser.post("/enterprise/transfer/new/", {"name": holder.name, "id_number": holder.id_number})
    assert case.number not in text(other), "another errand is another matter"


def test_unknown_person_and_wrong_name_get_the_same_answer(browser: Client, holder: Person) -> None:
    wrong_name = pick(browser, "周启明明", holder.id_number)
    unknown = pick(browser, holder.name, makers.id_number())
    said = "没有姓名和身份证号都一致的人员"
    assert said in text(wrong_name)
    assert said in text(unknown)
    assert wrong_name.status_code == unknown.status_code == 200
    events = Event.objects.filter(code="application.pick")
    assert [event.data["found"] for event in events] == [False, False]
    assert not any(event.subject_id for event in events)


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("430199199003170011", "校验码不符"),
        ("43019920990317001X", "晚于今天"),
        ("4301991990", "应为 18 位"),
    ],
)
def test_a_number_that_cannot_be_one_is_said_at_the_field(browser: Client, number: str, said: str) -> None:
    page = pick(browser, "周启明", number)
    assert page.status_code == 422
    assert said in text(page)
    assert not Event.objects.filter(code="application.pick").exists()


def test_who_cannot_be_picked_is_told_why(browser: Client) -> None:
    person = makers.person("谭雨桐", verified=False)
    makers.qualification(person, review_result="pending")
    page = text(pick(browser, person.name, person.id_number))
    assert "未通过实名认证" in page
    assert "尚在职改部门复审中" in page
    assert 'name="token"' not in page


def test_a_choice_of_somebody_else_opens_nothing(browser: Client, stranger: Client, holder: Person) -> None:
    page = pick(browser, holder.name, holder.id_number)
    for client, given in ((stranger, token(page)), (browser, "1"), (browser, token(page)[:-2] + "zz")):
        answer = client.post("/enterprise/initial/start/", {"token": given})
        assert answer.status_code == 422
        assert "请重新查询" in text(answer)
    assert not Application.objects.exists()


def test_looking_people_up_is_limited(browser: Client, holder: Person) -> None:
    for _ in range(10):
        assert pick(browser, "某某", holder.id_number).status_code == 200
    refused = pick(browser, holder.name, holder.id_number)
    assert refused.status_code == 429
    assert "操作太频繁" in text(refused)


def test_the_dialog_is_the_same_for_htmx(browser: Client, holder: Person) -> None:
    page = text(browser.get("/enterprise/initial/new/", headers={"HX-Request": "true"}))
    assert "<html" not in page
    assert "人员身份证号" in page


def test_saving_goes_on_where_it_was_left(browser: Client, draft: Application) -> None:
    answer = browser.post(address(draft, "edit/"), filled(draft, school="湖南大学", do="save"))
    assert answer.status_code == 302
    draft.refresh_from_db()
    assert form_data.unseal(draft.draft)["school"] == "湖南大学"


def test_a_wrong_field_is_named_and_the_rest_is_kept(browser: Client, draft: Application) -> None:
    page = browser.post(address(draft, "edit/"), filled(draft, phone="12", school="湖南大学", do="save"))
    assert page.status_code == 422
    assert 'value="12"' in text(page)
    assert "data-error-summary" in text(page)
    assert "#id_phone" in text(page)
    draft.refresh_from_db()
    kept = form_data.unseal(draft.draft)
    assert kept["school"] == "湖南大学"
    assert kept["phone"] == "13800002716"


def test_reporting_lists_everything_missing_with_the_way_there(browser: Client, holder: Person, operator: User) -> None:
    case = makers.draft(holder, operator, complete=False)
    page = browser.post(address(case, "edit/"), filled(case, school="", do="report"))
    said = text(page)
    assert page.status_code == 422
    assert "处需要处理" in said
    assert "请填写毕业院校" in said
    assert 'href="#id_school"' in said
    assert "请上传聘用劳动合同" in said
    assert 'href="../materials/#material-contract"' in said
    assert "至少勾选一个专业" in said
    assert 'href="#specialties"' in said
    case.refresh_from_db()
    assert case.state == State.DRAFT
    assert not case.number


def test_employment_that_ends_before_it_begins(browser: Client, draft: Application) -> None:
    given = filled(draft, employment_begin="2025-07-01", employment_end="2025-06-30", do="report")
    given.pop("employment_open", None)
    page = browser.post(address(draft, "edit/"), given)
    assert page.status_code == 422
    assert "聘用结束时间早于开始时间" in text(page)


def test_what_is_in_order_is_asked_about_before_it_is_reported(browser: Client, draft: Application) -> None:
    answer = browser.post(address(draft, "edit/"), filled(draft, school="湖南大学", do="report"))
    assert answer.status_code == 302
    assert answer.url == address(draft, "hand-in/")
    draft.refresh_from_db()
    assert (draft.state, form_data.unseal(draft.draft)["school"]) == (State.DRAFT, "湖南大学")
    asked = text(browser.get(answer.url))
    for words in (f"上报{draft.person.name}的初始申报？", "由本人确认后送主管部门", "依法缴纳社会保险", "再检查"):
        assert words in asked
    assert f'href="{address(draft, "edit/")}"' in asked
    assert f'<a href="/enterprise/initial/">二级建造师初始申报</a> › <a href="{address(draft, "edit/")}">' in asked
    answer = browser.post(answer.url, {"version": draft.version})
    assert answer.url == address(draft)
    draft.refresh_from_db()
    assert draft.state == State.WAIT_PERSON
    assert draft.number
    page = text(browser.get(answer.url))
    assert "已上报，申报编号" in page
    assert "待个人确认" in page
    assert "提醒" in page


def test_the_form_asks_nothing_before_it_is_judged(browser: Client, holder: Person, operator: User) -> None:
    case = makers.draft(holder, operator, complete=False)
    assert "data-confirm" not in text(browser.get(address(case, "edit/"))).partition('id="main"')[2]
    for page in (browser.get(address(case, "hand-in/")), browser.post(address(case, "hand-in/"), {"version": 1})):
        assert page.status_code == 422
        assert "上报前还有" in text(page)
        assert "再检查" not in text(page)
    assert case.timeline.count() == 0


def test_what_broke_between_question_and_answer_is_told(browser: Client, draft: Application) -> None:
    asked = browser.post(address(draft, "edit/"), filled(draft, do="report"))
    draft.materials.filter(code="contract").delete()
    page = browser.post(asked.url, {"version": draft.version})
    assert page.status_code == 422
    assert "请上传聘用劳动合同" in text(page)
    assert 'action="../edit/"' in text(page)
    draft.refresh_from_db()
    assert draft.state == State.DRAFT


@pytest.mark.parametrize("version", ["", "x", "999999", "-1"])
def test_an_answer_to_another_version_reports_nothing(browser: Client, draft: Application, version: str) -> None:
    assert browser.post(address(draft, "hand-in/"), {"version": version}).status_code == 409
    draft.refresh_from_db()
    assert draft.state == State.DRAFT


def test_a_second_click_has_one_effect_and_no_error(browser: Client, draft: Application) -> None:
    given = filled(draft, school="湖南大学", do="report")
    first, second = (browser.post(address(draft, "edit/"), given) for _ in range(2))
    assert first.url == second.url == address(draft, "hand-in/")
    draft.refresh_from_db()
    version = {"version": draft.version}
    first, second = (browser.post(address(draft, "hand-in/"), version) for _ in range(2))
    assert first.url == second.url == address(draft)
    assert "这条申报已提交" in text(browser.get(second.url))
    assert browser.get(address(draft, "hand-in/")).url == address(draft)
    assert browser.post(address(draft, "edit/"), given).url == address(draft)
    draft.refresh_from_db()
    assert draft.timeline.filter(transition="report").count() == 1
    assert draft.form_version == 1


def test_a_post_to_a_case_reported_by_a_colleague_is_stale(
    browser: Client, draft: Application, employer: Enterprise
) -> None:
    given = filled(draft, school="湖南大学", do="report")
    actions.report(application=draft, by=makers.operator(employer), seen=draft.version)
    page = browser.post(address(draft, "edit/"), given)
    assert page.status_code == 409
    assert "待个人确认" in text(page)
    assert "湖南大学" in text(page)


def test_a_stale_window_is_told_and_keeps_what_was_typed(browser: Client, draft: Application) -> None:
    given = filled(draft, school="湖南大学", do="save")
    browser.post(address(draft, "edit/"), filled(draft, major="土木工程", do="save"))
    page = browser.post(address(draft, "edit/"), given)
    assert page.status_code == 409
    assert "没有保存" in text(page)
    assert "湖南大学" in text(page)
    draft.refresh_from_db()
    assert form_data.unseal(draft.draft)["major"] == "土木工程"
    assert f'name="version" value="{draft.version}"' in text(page)


@pytest.mark.parametrize("version", ["", "x", "999999", "-1"])
def test_a_forged_version_is_stale(browser: Client, draft: Application, version: str) -> None:
    assert browser.post(address(draft, "edit/"), filled(draft, version=version, do="save")).status_code == 409


def test_forged_fields_change_nothing(browser: Client, draft: Application) -> None:
    forged = filled(
        draft, state="issued", number="HN-1", name="别人", id_number="1", enterprise_name="别的企业", do="save"
    )
    assert browser.post(address(draft, "edit/"), forged).status_code == 302
    draft.refresh_from_db()
    assert draft.state == State.DRAFT
    assert not draft.number
    assert set(form_data.unseal(draft.draft)).isdisjoint({"state", "name", "id_number", "enterprise_name"})


def test_specialties_and_authorities_out_of_range_are_refused(browser: Client, draft: Application) -> None:
    page = browser.post(address(draft, "edit/"), filled(draft, specialties=["highway"], do="save"))
    assert page.status_code == 422
    assert "不在可选范围内" in text(page)
    page = browser.post(address(draft, "edit/"), filled(draft, authority_code="430300", do="save"))
    assert page.status_code == 422
    assert "企业注册所在市州或省级" in text(page)
    assert browser.post(address(draft, "edit/"), filled(draft, authority_code="430000", do="save")).status_code == 302
    draft.refresh_from_db()
    assert draft.authority_code == "430000"


@pytest.mark.parametrize(
    "tail", ["", "edit/", "hand-in/", "materials/", "materials.zip", "print.pdf", "withdraw/", "decision.pdf"]
)
def test_another_enterprise_finds_no_such_case(stranger: Client, draft: Application, tail: str) -> None:
    assert stranger.get(address(draft, tail)).status_code == 404


@pytest.mark.parametrize(
    "tail", ["edit/", "hand-in/", "autosave/", "withdraw/", "remind/", "delete/", "materials/contract/add/"]
)
def test_another_enterprise_changes_nothing(stranger: Client, draft: Application, tail: str) -> None:
    assert stranger.post(address(draft, tail), filled(draft, seen=draft.version, do="report")).status_code == 404
    draft.refresh_from_db()
    assert draft.state == State.DRAFT


def test_who_may_only_look_sees_but_changes_nothing(onlooker: Client, draft: Application) -> None:
    assert onlooker.get(address(draft)).status_code == 200
    assert "/edit/" not in text(onlooker.get("/enterprise/initial/"))
    assert "添加申报" not in text(onlooker.get("/enterprise/initial/"))
    for tail in ("edit/", "hand-in/", "materials/"):
        assert onlooker.get(address(draft, tail)).status_code == 403
    for tail in ("edit/", "hand-in/", "autosave/", "delete/", "withdraw/", "materials/contract/add/"):
        assert onlooker.post(address(draft, tail), filled(draft, do="report")).status_code == 403
    assert onlooker.post("/enterprise/initial/start/", {"token": "x"}).status_code == 403


def test_the_portal_does_not_exist_for_others(draft: Application) -> None:
    person, officer = makers.person_user(draft.person), makers.officer("430100", "acceptance")
    for user in (person, officer):
        for url in ("/enterprise/", "/enterprise/initial/", "/enterprise/profile/", address(draft)):
            assert signed_in(user).get(url).status_code == 404
    assert Client().get("/enterprise/initial/").status_code == 302


def test_reading_a_full_number_is_audited_once_a_page(browser: Client, draft: Application) -> None:
    browser.get(address(draft, "edit/"))
    reads = Event.objects.filter(code="personal_data.read", data__kind="person")
    assert [event.data["ids"] for event in reads] == [[str(draft.person_id)]]
    assert draft.person.id_number not in text(browser.get(address(draft)))
    assert reads.count() == 1


def test_the_summary_counts_what_it_lists(browser: Client, employer: Enterprise) -> None:
    browser.post("/enterprise/enterprise_rename/start/")
    case = Application.objects.get()
    said = text(browser.post(address(case, "edit/"), filled(case, do="report")))
    listed = re.search(r"上报前还有 (\d+) 处需要处理</b><ul>(.*?)</ul>", said)
    assert listed
    assert int(listed[1]) == listed[2].count("<li>") > 5


def test_a_second_filing_begins_with_what_was_filed_before(
    browser: Client, stranger: Client, draft: Application, operator: User
) -> None:
    browser.post(address(draft, "edit/"), filled(draft, employment_begin="2025-03-01", do="report"))
    draft.refresh_from_db()
    browser.post(address(draft, "hand-in/"), {"version": draft.version})
    draft.refresh_from_db()
    assert draft.number
    browser.post(address(draft, "withdraw/"), {"seen": draft.version})
    again = Application.objects.exclude(pk=draft.pk)
    for client, begins, is_open in ((browser, "2025-03-01", True), (stranger, "", "")):
        page = pick(client, draft.person.name, draft.person.id_number)
        client.post("/enterprise/initial/start/", {"token": token(page)})
        started = form_data.unseal(again.latest("id").draft)
        assert (started["employment_begin"], started["employment_open"]) == (begins, is_open)


def test_who_fills_in_the_form_is_its_handler_at_first(browser: Client, employer: Enterprise, operator: User) -> None:
    browser.post("/enterprise/enterprise_rename/start/")
    started = form_data.unseal(Application.objects.get().draft)
    assert (started["handler"], started["handler_phone"]) == (operator.name, operator.phone)
