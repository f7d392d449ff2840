"""依职权办理 and 强制注销 through the three portals."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from erjian.policy import clock
from erjian.proceedings import papers
from erjian.proceedings.models import Paper, Proceeding
from erjian.proceedings.states import State
from erjian.registry.models import EducationHours
from tests import makers
from tests.portals.authority.scenes import signed_in
from tests.proceedings.scenes import OTHER_CITY, Scene, after

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return Scene()


def url(proceeding: Proceeding, tail: str = "", *, portal: str = "authority") -> str:
    return f"/{portal}/proceedings/{proceeding.uuid}/{tail}"


def test_from_the_registration_to_the_public_notice(scene: Scene) -> None:
    keeper, decider = signed_in(scene.keeper), signed_in(scene.decider)
    page = f"/authority/register/registrations/{scene.registration.pk}/"
    assert "依职权办理" in keeper.get(page).content.decode()
    sent = {"choice": "rescind:fraud", "until": "", "facts": "以伪造的资格证书取得注册。", "files": makers.upload()}
    opened = keeper.post(f"{page}proceeding/", sent)
    assert opened.status_code == 302
    made = Proceeding.objects.get()
    text = keeper.get(opened["Location"]).content.decode()
    assert "自决定之日起 3 年内不予注册" in text
    assert scene.person.id_number not in text
    assert "scan.jpg" in text
    assert "发出告知书" in text
    assert "作出决定" not in text
    assert keeper.get(f"{page}proceeding/")["Location"] == url(made)
    assert "陈述申辩和申请听证的期限" in keeper.get(url(made, "act/notify/")).content.decode()
    assert keeper.post(url(made, "act/notify/"), {"seen": "1"}).status_code == 302
    made.refresh_from_db()
    person = signed_in(scene.user)
    mine = person.get(url(made, portal="person")).content.decode()
    assert "主管部门拟作出决定" in mine
    assert "罗婷" not in mine, "a party reads which authority acted, not which officer"
    assert "罗婷" in keeper.get(url(made)).content.decode()
    said = person.post(
        url(made, "act/state_case/", portal="person"), {"seen": "2", "text": "证书是真的", "files": makers.upload()}
    )
    assert said.status_code == 302
    assert "证书是真的" in signed_in(scene.operator).get(url(made, portal="enterprise")).content.decode()
    assert decider.get(url(made, "act/decide/")).status_code == 422
    with after(made):
        decider, keeper = signed_in(scene.decider), signed_in(scene.keeper)
        asked = decider.get(url(made, "act/decide/")).content.decode()
        assert "作出后不能撤回" in asked
        assert "并公告证书作废" in asked
        assert decider.post(url(made, "act/decide/"), {"seen": "3", "text": ""}).status_code == 422
        assert decider.post(url(made, "act/decide/"), {"seen": "3", "text": "证据确凿"}).status_code == 302
        again = decider.post(url(made, "act/decide/"), {"seen": "3", "text": "证据确凿"})
        assert again.status_code == 409
        assert "撤销" in keeper.get(page).content.decode()
    made.refresh_from_db()
    for paper in Paper.objects.all():
        papers.render(paper)
    decision = Paper.objects.get(kind="decision")
    got = person.get(url(made, f"papers/{decision.pk}/", portal="person"))
    assert got["Content-Type"] == "application/pdf"
    notice = signed_in(scene.user).get(f"/notices/{made.notice_id}/").content.decode()
    assert scene.registration.certificate_number in notice


def test_a_party_is_not_told_of_a_term_that_is_over(scene: Scene) -> None:
    told = scene.notified()
    client = signed_in(scene.user)
    page = url(told, portal="person")
    assert "可以在" in client.get(page).content.decode()
    with after(told):
        late = signed_in(scene.user).get(page).content.decode()
    assert "已满" in late
    assert "可以在" not in late
    assert "陈述申辩</a>" in late


def test_to_drop_the_matter_is_never_what_the_page_suggests(scene: Scene) -> None:
    """While the term for statements runs, 不予处理 is all that a decision-maker could do; it stays an outlined button."""
    told = scene.notified()
    page = signed_in(scene.decider).get(url(told)).content.decode()
    assert f'<a class="btn" href="{url(told, "act/close/")}">不予处理</a>' in page


def test_one_name_from_the_menu_to_the_page(scene: Scene) -> None:
    name = "依职权办理和强制注销"
    for client in (signed_in(scene.keeper), signed_in(scene.operator)):
        portal = "authority" if client.get("/authority/").status_code == 200 else "enterprise"
        page = client.get(f"/{portal}/proceedings/").content.decode()
        assert f"<h1>{name}</h1>" in page
        assert page.count(f">{name}<") > 1


def test_who_proposed_is_told_why_they_cannot_decide(scene: Scene) -> None:
    from erjian.accounts.models import Function
    from tests.proceedings.scenes import PROVINCE

    both = makers.officer(PROVINCE, Function.REGISTER, Function.DECISION, name="向前")
    told = scene.do(scene.proposed(by=both), "notify", scene.keeper)
    with after(told):
        client = signed_in(both)
        assert "作出决定</a>" not in client.get(url(told)).content.decode()
        answer = client.post(url(told, "act/decide/"), {"seen": str(told.version), "text": "理由"})
    assert answer.status_code == 403
    assert "由其他人员办理" in answer.content.decode()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"choice": ""}, "请选择事项和情形"),
        ({"choice": "restore:over"}, "不在可选范围内"),
        ({"choice": "revoke:fraud"}, "不在可选范围内"),
        ({"facts": ""}, "请填写事实和证据"),
        ({"facts": "字" * 2001}, "最多 2000 个字"),
        ({"until": "2999-01-01"}, "没有期限"),
        ({"choice": "suspend:quality"}, "请填写暂扣至哪一天"),
        ({"choice": "suspend:quality", "until": "2999-01-01"}, "最长 12 个月"),
        ({"files": makers.upload(b"GIF89a not a picture", "x.gif", "image/gif")}, "文件"),
    ],
)
def test_bad_input_is_said_at_its_field_and_kept(scene: Scene, changed: dict[str, Any], words: str) -> None:
    sent = {"choice": "revoke:quality", "until": "", "facts": "发生重大质量事故"} | changed
    answer = signed_in(scene.keeper).post(
        f"/authority/register/registrations/{scene.registration.pk}/proceeding/", sent
    )
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert changed.get("facts", "发生重大质量事故")[:50] in answer.content.decode()
    assert ("没有保存，改正后请重新选择" in answer.content.decode()) is ("files" in changed)
    assert not Proceeding.objects.exists()


@pytest.mark.parametrize(("data", "status"), [({}, 422), ({"seen": "x"}, 422), ({"seen": "99", "text": "话"}, 409)])
def test_forged_and_stale_posts(scene: Scene, data: dict[str, str], status: int) -> None:
    told = scene.notified()
    client = signed_in(scene.user)
    assert client.post(url(told, "act/state_case/", portal="person"), data).status_code == status
    assert client.post(url(told, "act/nonsense/", portal="person"), {"seen": "2"}).status_code == 404
    assert client.post(url(told, "act/decide/", portal="person"), {"seen": "2", "text": "话"}).status_code == 403


def test_what_is_only_proposed_stays_inside_the_office(scene: Scene) -> None:
    made = scene.proposed()
    assert signed_in(scene.user).get(url(made, portal="person")).status_code == 404
    assert signed_in(scene.operator).get(url(made, portal="enterprise")).status_code == 404
    assert signed_in(scene.city).get(url(made)).status_code == 200
    other = Scene(OTHER_CITY)
    assert signed_in(other.city).get(url(made)).status_code == 404
    assert "没有依职权办理" in signed_in(other.city).get("/authority/proceedings/").content.decode()


def test_a_refused_cancellation_goes_to_the_authority(scene: Scene) -> None:
    case = scene.refused_cancellation()
    person = signed_in(scene.user)
    assert "申请强制注销" in person.get(f"/person/cases/{case.uuid}/").content.decode()
    assert "申请强制注销" not in signed_in(scene.operator).get(f"/enterprise/cases/{case.uuid}/").content.decode()
    form = f"/person/cases/{case.uuid}/compel/"
    assert "劳动合同" in person.get(form).content.decode() or person.get(form).status_code == 200
    sent = {"ground": "contract_ended", "facts": "合同已于 9 月 30 日解除，企业不同意注销。"}
    missing = person.post(form, sent)
    assert missing.status_code == 422
    assert "请上传证明材料" in missing.content.decode()
    assert "合同已于 9 月 30 日解除" in missing.content.decode()
    filed = person.post(form, sent | {"files": [makers.upload(), makers.upload(name="二.jpg")]})
    assert filed.status_code == 302
    made = Proceeding.objects.get()
    assert (made.state, made.application_id) == (State.FILED, case.pk)
    assert person.get(form)["Location"] == url(made, portal="person")
    keeper = signed_in(scene.keeper)
    assert scene.person.name in keeper.get("/authority/proceedings/?view=filed").content.decode()
    assert keeper.post(url(made, "act/accept/"), {"seen": "1"}).status_code == 302
    assert signed_in(scene.operator).post(f"/enterprise/cases/{case.uuid}/compel/", sent).status_code == 404


def test_lists_and_pages_ask_a_fixed_number_of_queries(scene: Scene) -> None:
    keeper, person, operator = signed_in(scene.keeper), signed_in(scene.user), signed_in(scene.operator)

    def counted(client: Any, address: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    def add(number: int) -> None:
        made = scene.notified()
        scene.do(made, "close", scene.decider, f"证据不足 {number}")

    addresses = (
        (keeper, "/authority/proceedings/"),
        (person, "/person/proceedings/"),
        (person, "/person/standing/"),
        (operator, "/enterprise/proceedings/"),
    )
    add(0)
    few = [(counted(*each), counted(*each))[1] for each in addresses]
    for number in range(1, 8):
        add(number)
    assert [counted(*each) for each in addresses] == few


def test_saved_views_and_filters(scene: Scene) -> None:
    told = scene.notified()
    keeper = signed_in(scene.keeper)
    listed = {
        view: scene.person.name in keeper.get(f"/authority/proceedings/?view={view}").content.decode()
        for view in ("filed", "proposed", "told", "decidable", "ended", "nonsense")
    }
    assert listed == {
        "filed": False, "proposed": False, "told": True, "decidable": False, "ended": False, "nonsense": True,
    }  # fmt: skip
    with after(told):
        later = signed_in(scene.keeper)
        assert scene.person.name in later.get("/authority/proceedings/?view=decidable").content.decode()
    assert scene.person.name in keeper.get("/authority/proceedings/?name=周&measure=revoke").content.decode()
    assert scene.person.name not in keeper.get("/authority/proceedings/?measure=cancel").content.decode()


def test_people_see_their_own_hours_and_restrictions(scene: Scene) -> None:
    EducationHours.objects.create(
        person=scene.person, completed_on=clock.today(), compulsory=60, elective=30, course="建筑工程专业继续教育",
        provider="湖南城建职业技术学院", certificate_number="XJ1",
    )  # fmt: skip
    EducationHours.objects.create(
        person=makers.person("别的人"), completed_on=clock.today(), compulsory=1, course="别人的课程",
        provider="×", certificate_number="XJ2",
    )  # fmt: skip
    scene.person.locks.create(kind="project", reason="任梅溪湖项目负责人", begins=clock.today())
    scene.person.bars.create(
        basis="other", reason="提供虚假材料", begins=clock.today(), ends=clock.today() + timedelta(days=9)
    )
    text = signed_in(scene.user).get("/person/standing/").content.decode()
    for words in ("建筑工程专业继续教育", "任梅溪湖项目负责人", "提供虚假材料"):
        assert words in text
    assert "别人的课程" not in text


def test_the_enterprise_reads_why_a_person_cannot_be_picked() -> None:
    enterprise, person = makers.enterprise(), makers.person()
    makers.qualification(person)
    person.locks.create(kind="project", reason="任梅溪湖项目负责人", begins=clock.today())
    client = signed_in(makers.operator(enterprise))
    asked = {"name": person.name, "id_number": person.id_number}
    assert "任梅溪湖项目负责人" in client.post("/enterprise/initial/new/", asked).content.decode()


def test_the_list_waits_for_the_hearing_while_there_is_to_be_one(scene: Scene) -> None:
    made = scene.notified()
    keeper = signed_in(scene.keeper)
    assert f"陈述申辩 {made.due_on}" in keeper.get("/authority/proceedings/").content.decode()
    person = signed_in(scene.user)
    asked = person.post(url(made, "act/ask_hearing/", portal="person"), {"seen": made.version, "text": "事实不清"})
    assert asked.status_code == 302
    made.refresh_from_db()
    assert f"听证 {made.hearing_due_on}" in keeper.get("/authority/proceedings/").content.decode()
    asks = keeper.get(url(made, "act/record_hearing/")).content.decode()
    assert "记录后听证结束" in asks
    assert "并告知主管部门" not in asks, "it is the authority that records"
