"""Looking up: search, export, the case page, the province's own acts, the overview, the outbox."""

from __future__ import annotations

import io
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from erjian import audit
from erjian.accounts.models import Function
from erjian.applications import actions
from erjian.applications.models import Application
from erjian.applications.states import State
from erjian.policy import clock
from erjian.registry.models import Enterprise
from tests import makers
from tests.portals.authority.scenes import CITY, OTHER_CITY, PROVINCE, Scene, crowd, page, signed_in
from tests.procedures import scenes

pytestmark = pytest.mark.django_db

SEARCH = "/authority/cases/search/"


@pytest.fixture
def scene() -> Scene:
    return Scene()


# ── search ──


def test_city_sees_its_own_and_the_province_all(scene: Scene) -> None:
    scene.reported("彭志远")
    Scene(OTHER_CITY).reported("外市人")
    city = signed_in(scene.acceptor).get("/authority/cases/").content.decode()
    assert "彭志远" in city
    assert "外市人" not in city
    assert "申报主管部门</label>" not in city
    province = signed_in(scene.final).get("/authority/cases/").content.decode()
    assert "彭志远" in province
    assert "外市人" in province


def test_an_identity_number_finds_the_person_and_stays_out_of_the_address(scene: Scene) -> None:
    case = scene.reported("彭志远")
    scene.reported("彭志强")
    client = signed_in(scene.acceptor)
    answer = client.post(SEARCH, {"id_number": case.person.id_number.lower()})
    assert answer.status_code == 302
    assert case.person.id_number not in answer["Location"]
    text = client.get(answer["Location"]).content.decode()
    assert "彭志远" in text
    assert "彭志强" not in text
    assert case.person.id_number not in text
    assert case.person.id_number_mask in text
    nobody = client.post(SEARCH, {"id_number": makers.id_number(serial=498)})
    assert "没有人员使用这个身份证号" in client.get(nobody["Location"]).content.decode()
    wrong = client.post(SEARCH, {"id_number": "430102199003173410"})
    assert wrong.status_code == 422


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"name": "彭志"}, True),
        ({"name": "志远"}, False),
        ({"state": "reported"}, True),
        ({"state": "accepted"}, False),
        ({"kind": "initial"}, True),
        ({"number": "cs-"}, True),
        ({"enterprise": "湖南麓川"}, True),
        ({"enterprise": "株洲"}, False),
        ({"since": "2020-01-01"}, True),
        ({"until": "2020-01-01"}, False),
        ({"name": "彭", "view": "mine"}, True),
        ({"view": "done"}, False),
    ],
)
def test_filters(scene: Scene, asked: dict[str, str], found: bool) -> None:
    case = scene.reported("彭志远")
    client = signed_in(scene.acceptor)
    text = client.get(client.post(SEARCH, asked)["Location"]).content.decode()
    assert (case.number in text) is found


def test_nonsense_in_the_address_is_not_looked_for(scene: Scene) -> None:
    client = signed_in(scene.acceptor)
    for query in ("since=x", "person=-1", "person=1e9", "page=x", "state=draft", "kind=%00", "view=nothing"):
        assert client.get(f"/authority/cases/?{query}").status_code == 200, query


def test_export_is_masked_text_only_and_recorded(scene: Scene) -> None:
    scene.enterprise.name = '=HYPERLINK("http://x","y")'
    scene.enterprise.save()
    case = scene.reported("彭志远")
    answer = signed_in(scene.acceptor).get("/authority/cases/export.xlsx")
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    rows = list(book.active.iter_rows())
    cells = {cell.value: cell.data_type for cell in rows[1]}
    assert cells[case.number] == "s"
    assert cells['=HYPERLINK("http://x","y")'] == "s"
    assert case.person.id_number_mask in cells
    assert audit.events_by(scene.acceptor.pk).filter(code="application.export", data__rows=1).count() == 1


def test_no_export_of_everything_where_the_filter_makes_no_sense(scene: Scene) -> None:
    scene.reported("彭志远")
    answer = signed_in(scene.acceptor).get("/authority/cases/export.xlsx?since=2026-02-30")
    assert answer.status_code == 422
    assert "不是日历上的一天" in answer.content.decode()
    assert not audit.events_by(scene.acceptor.pk).filter(code="application.export").exists()


def test_queries_do_not_grow_with_the_list(scene: Scene) -> None:
    scene.reported()
    client = signed_in(makers.officer(CITY, Function.ACCEPTANCE, Function.REGISTER))
    addresses = (
        "/authority/",
        "/authority/cases/",
        *(f"/authority/register/{name}/" for name in ("people", "registrations", "qualifications", "enterprises")),
    )
    for address in addresses:
        client.get(address)
    before = {}
    for address in addresses:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        before[address] = len(queries)
    for number in range(8):
        makers.enterprise(f"湖南第{number}建筑有限公司")
    for more, counting in ((20, 0), (15, 1)):  # what doesn't fit on a page is counted, by one query
        crowd(scene.enterprise, scene.operator, more)
        for address in addresses:
            with CaptureQueriesContext(connection) as queries:
                client.get(address)
            assert before[address] <= len(queries) <= before[address] + counting, address


# ── the case page ──


def test_case_page_shows_route_letters_and_history_masked(scene: Scene) -> None:
    case = scene.accepted()
    client = signed_in(scene.first)
    text = client.get(page(case)).content.decode()
    assert case.person.id_number not in text
    assert case.person.id_number_mask in text
    for word in ("受理通知书", "受理通过", "办理过程", "附件材料", "办理</a>"):
        assert word in text
    assert audit.reads_of("person", case.person_id).count() == 0


def test_who_takes_the_papers_of_a_case_is_noted(scene: Scene) -> None:
    case = scene.accepted()
    client = signed_in(scene.first)
    assert client.get(page(case, "print.pdf")).content.startswith(b"%PDF")
    assert client.get(page(case, "materials.zip")).status_code == 200
    noted = audit.reads_of("person", case.person_id)
    assert {event.data["purpose"] for event in noted} == {f"打印申报表 {case.number}", f"下载全部材料 {case.number}"}
    assert {event.actor_user_id for event in noted} == {scene.first.pk}


def test_audit_trail_is_for_auditors(scene: Scene) -> None:
    case = scene.accepted()
    assert signed_in(scene.first).get(page(case, "audit/")).status_code == 403
    auditor = signed_in(makers.officer(PROVINCE, Function.AUDIT))
    assert "审计记录</a>" in auditor.get(page(case)).content.decode()
    text = auditor.get(page(case, "audit/")).content.decode()
    assert "受理通过" in text
    assert "上报" in text


# ── what the province's decision-makers do ──


def test_the_time_limit_is_extended_once_with_a_reason(scene: Scene) -> None:
    case = scene.reviewed()
    client = signed_in(scene.decider)
    assert "延长办理期限</a>" in client.get(page(case)).content.decode()
    url = page(case, "act/extend/")
    assert "只能延长一次" in client.get(url).content.decode()
    assert client.post(url, {"seen": case.version, "opinion": " "}).status_code == 422
    assert client.post(url, {"seen": case.version, "opinion": "需要核查原件。"}).status_code == 302
    before, case = case, Application.objects.get(pk=case.pk)
    assert case.due_on > before.due_on
    assert "延长办理期限</a>" not in client.get(page(case)).content.decode()
    assert client.post(url, {"seen": case.version, "opinion": "再次"}).status_code == 422
    assert client.post(url, {"seen": before.version, "opinion": "旧页面"}).status_code == 409


def test_what_cannot_be_undone_asks_who_it_is_in_the_page_and_in_the_engine(scene: Scene) -> None:
    case = scene.reported("彭志远")
    client = signed_in(scene.decider)
    asked = {"seen": case.version, "opinion": "申请人死亡。"}
    with clock.travel(seconds=16 * 60):
        answer = client.post(page(case, "act/terminate/"), asked)
        assert answer.status_code == 401
        assert "再次确认身份" in answer.content.decode()
        case.refresh_from_db()
        assert case.state == State.REPORTED
        client.post("/confirm-identity/", {"password": makers.PASSWORD})
        assert client.post(page(case, "act/terminate/"), asked).status_code == 302
    case.refresh_from_db()
    assert case.state == State.TERMINATED


def test_a_case_is_terminated_wherever_it_is(scene: Scene) -> None:
    case = scene.reported()
    client = signed_in(scene.decider)
    assert (
        client.post(page(case, "act/terminate/"), {"seen": case.version, "opinion": "申请人死亡。"}).status_code == 302
    )
    case.refresh_from_db()
    assert case.state == State.TERMINATED
    assert "终止办理</a>" not in client.get(page(case)).content.decode()


def test_a_review_is_reopened(scene: Scene) -> None:
    case = scene.approved()
    client = signed_in(scene.decider)
    assert (
        client.post(page(case, "act/reopen_review/"), {"seen": case.version, "opinion": "发现材料疑点。"}).status_code
        == 302
    )
    case.refresh_from_db()
    assert (case.state, case.final_reviewer_id) == (State.FIRST_OK, None)


def test_acts_are_for_decision_makers_of_the_province(scene: Scene) -> None:
    case = scene.reviewed()
    assert signed_in(scene.final).get(page(case, "act/terminate/")).status_code == 403
    city = signed_in(makers.officer(CITY, Function.DECISION))
    for name in ("terminate", "extend"):
        assert city.post(page(case, f"act/{name}/"), {"seen": case.version, "opinion": "越权"}).status_code == 403
    assert signed_in(scene.decider).get(page(case, "act/announce_grant/")).status_code == 404
    case.refresh_from_db()
    assert case.state == State.FIRST_OK


def test_a_case_about_an_enterprise_is_found_by_the_name_that_its_row_shows(scene: Scene) -> None:
    scene.reported("彭志远")
    renaming = scenes.Scene("enterprise_rename")
    Enterprise.objects.filter(pk=renaming.enterprise.pk).update(name="益阳桃花江建设有限公司")
    renaming.draft()
    case = renaming.report()
    client = signed_in(scene.final)
    asked = (
        {"name": "益阳桃花江"}, {"enterprise": "益阳桃花江"}, {"enterprise": renaming.enterprise.credit_code.lower()},
        {"kind": "enterprise_rename"},
    )  # fmt: skip
    for one in asked:
        text = client.get(client.post(SEARCH, one)["Location"]).content.decode()
        assert case.number in text, one
        assert "彭志远" not in text, one
    text = client.get(client.post(SEARCH, {"name": "彭志"})["Location"]).content.decode()
    assert "彭志远" in text
    assert case.number not in text
    own = renaming.client()
    for name, shown in (("益阳", True), ("彭志", False)):
        text = own.get(f"/enterprise/cases/?name={name}").content.decode()
        assert (f"/enterprise/cases/{case.uuid}/" in text) is shown, name


def test_those_of_a_name_stand_in_the_order_of_names_and_the_newest_of_each_first(scene: Scene) -> None:
    cases = [scene.reported(name) for name in ("彭志远", "彭志", "彭志强", "彭志")]
    text = signed_in(scene.acceptor).get("/authority/cases/?name=彭志").content.decode()
    wanted = [cases[index].number for index in (3, 1, 2, 0)]
    assert sorted(wanted, key=text.index) == wanted
    text = signed_in(scene.acceptor).get("/authority/cases/").content.decode()
    wanted = [cases[index].number for index in (3, 2, 1, 0)]
    assert sorted(wanted, key=text.index) == wanted


def test_a_name_is_searched_as_it_is_typed_and_on_every_page(scene: Scene) -> None:
    """Neither % nor _ stands for anything; 31 of a name fill a second page; other names never come."""
    for number in range(31):
        scene.reported(f"彭志{number:02}")
    scene.reported("彭湃")
    client = signed_in(scene.acceptor)
    for name in ("彭_", "%志", "彭%", "志"):
        assert "彭" not in client.get("/authority/cases/", {"name": name}).content.decode().partition("ej-table")[2], (
            name
        )
    first = client.get("/authority/cases/?name=彭志").content.decode()
    assert "共 31 条" in re.sub(r"<[^>]+>", "", first)
    second = client.get("/authority/cases/?name=彭志&page=2").content.decode()
    shown = re.findall(r"彭志\d\d", first), re.findall(r"彭志\d\d", second)
    assert (len(set(shown[0])), set(shown[1])) == (30, {"彭志30"})
    assert "彭湃" not in first + second
    assert "彭志" not in client.get("/authority/cases/?name=彭志&view=done").content.decode().partition("ej-table")[2]


# ── overview and outbox ──


def test_overview_counts_what_is_due(scene: Scene) -> None:
    with clock.travel(days=-20):
        scene.reported("逾期的人")
    scene.reported("刚到的人")
    case = scene.reported("办过的人")
    actions.accept(application=case, by=scene.acceptor, seen=case.version)
    answer = signed_in(scene.acceptor).get("/authority/")
    (row,) = answer.context["counts"]
    assert (row.waiting, row.late) == (2, 1)
    assert [tile.value for tile in answer.context["tiles"]] == [2, 1, 0, 1]
    text = answer.content.decode()
    assert text.index("逾期的人") < text.index("刚到的人")
    assert "长沙市住房和城乡建设局 · 胡敏【受理】" in text


def test_outbox_is_for_the_demo_s_operator(scene: Scene, settings: object) -> None:
    scene.reported()
    assert signed_in(scene.acceptor).get("/authority/outbox/").status_code == 403
    operator = signed_in(makers.officer(PROVINCE, Function.SYSTEM))
    text = operator.get("/authority/outbox/").content.decode()
    assert "请在" in text
    assert "短信发件箱" in operator.get("/authority/").content.decode()
    settings.ERJIAN_DEMO = False
    assert operator.get("/authority/outbox/").status_code == 404
