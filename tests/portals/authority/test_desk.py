"""The desk over HTTP: what is shown, every decision, and what is refused."""

from __future__ import annotations

import html
import re

import pytest
from django.test import Client

from erjian import audit
from erjian.accounts.models import Function
from erjian.applications import actions
from erjian.applications.models import Application, Letter
from erjian.applications.states import State
from erjian.policy import clock
from tests import makers
from tests.portals.authority.scenes import CITY, OTHER_CITY, PROVINCE, Scene, crowd, desk, page, signed_in
from tests.procedures import scenes

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return Scene()


def decide(client: Client, case: Application, decision: str, opinion: str = "", **more: object) -> object:
    data = {"decision": decision, "opinion": opinion, "seen": case.version, "asked": "1", **more}
    return client.post(desk(case, "decide/"), data)


# ── what is shown ──


def test_queue_is_by_due_date_and_only_of_the_own_city(scene: Scene) -> None:
    with clock.travel(days=-4):
        late = scene.reported("刘志强")
    soon = scene.reported("陈思源")
    Scene(OTHER_CITY).reported("外市人")
    scene.accepted("已受理的人")
    client = signed_in(scene.acceptor)
    first = client.get("/authority/desk/")
    assert first.status_code == 302
    assert str(late.uuid) in first["Location"]
    text = client.get(first["Location"]).content.decode()
    assert text.index("刘志强") < text.index("陈思源")
    assert "外市人" not in text
    assert "已受理的人" not in text
    assert "待受理" in text
    assert desk(soon) in text


def test_the_desk_says_which_of_the_waiting_cases_it_is(scene: Scene) -> None:
    first, second = scene.reported("彭志远"), scene.reported("段思远")
    client = signed_in(scene.acceptor)
    assert "第 1 件" in client.get(desk(first)).content.decode()
    assert "第 2 件" in client.get(desk(second)).content.decode()


def test_the_queue_names_an_enterprise_once(scene: Scene) -> None:
    renaming = scenes.Scene("enterprise_rename")
    renaming.draft()
    case = renaming.report()
    text = signed_in(scene.acceptor).get(desk(case)).content.decode()
    queue = re.search('<ul class="ej-plain ej-queue">.*?</ul>', text)
    assert queue
    assert queue[0].count(case.enterprise.name) == 1


def test_queue_can_be_narrowed_to_a_type(scene: Scene) -> None:
    scene.reported()
    client = signed_in(scene.acceptor)
    assert client.get("/authority/desk/?kind=initial").status_code == 302
    answer = client.get("/authority/desk/?kind=nothing-like-it")
    assert answer.status_code == 302


def test_empty_queue_says_so(scene: Scene) -> None:
    text = signed_in(scene.acceptor).get("/authority/desk/").content.decode()
    assert "现在没有等待您办理的申报" in text


def test_differences_come_first_and_the_correction_is_suggested(scene: Scene) -> None:
    case = scene.reported(education="21")
    text = signed_in(scene.acceptor).get(desk(case)).content.decode()
    assert "1 处不一致" in text
    assert "逾期视为受理" in text
    assert 'class="diff"' in text
    assert "复核学历证书" in text
    assert text.index("学历") < text.index("毕业院校")
    assert 'class="btn btn-primary" name="decision" value="request_correction"' in text


def test_without_differences_acceptance_is_suggested(scene: Scene) -> None:
    text = signed_in(scene.acceptor).get(desk(scene.reported())).content.decode()
    assert "没有不一致" in text
    assert 'class="btn btn-primary" name="decision" value="accept"' in text


def test_full_numbers_are_noted_once_for_each_view(scene: Scene) -> None:
    case = scene.reported()
    client = signed_in(scene.acceptor)
    text = client.get(desk(case)).content.decode()
    assert case.person.id_number in text
    reads = audit.reads_of("person", case.person_id)
    assert reads.count() == 1
    assert reads[0].actor_user_id == scene.acceptor.pk
    client.get(desk(case))
    assert reads.all().count() == 2


def test_a_case_that_waits_for_others_is_only_read(scene: Scene) -> None:
    case = scene.accepted()
    answer = signed_in(scene.acceptor).get(desk(case))
    assert answer.status_code == 302
    assert answer["Location"] == page(case)


# ── decisions ──


def test_accepting_writes_the_letter_and_goes_on_to_the_next_case(scene: Scene) -> None:
    case, following = scene.reported("刘志强"), scene.reported("陈思源")
    client = signed_in(scene.acceptor)
    answer = decide(client, case, "accept", "材料齐全，予以受理。")
    assert answer.status_code == 302
    assert str(following.uuid) in answer["Location"]
    case.refresh_from_db()
    assert (case.state, case.acceptance_officer_id) == (State.ACCEPTED, scene.acceptor.pk)
    assert Letter.objects.get(application=case).kind == "accept"
    assert "刘志强的初始申报：受理通过，受理通知书已出具。" in client.get(answer["Location"]).content.decode()


def test_without_scripts_a_page_asks_first(scene: Scene) -> None:
    case = scene.reported()
    client = signed_in(scene.acceptor)
    asking = decide(client, case, "accept", "材料齐全。", asked="")
    text = asking.content.decode()
    assert asking.status_code == 200
    assert "确定受理" in text
    assert "材料齐全。" in text
    case.refresh_from_db()
    assert case.state == State.REPORTED
    assert 'name="asked" value="1"' in text
    assert decide(client, case, "accept", "材料齐全。").status_code == 302


@pytest.mark.parametrize(
    ("decision", "opinion", "state"),
    [("first_pass", "", State.FIRST_OK), ("first_fail", "劳动合同不能证明聘用关系。", State.FIRST_NG)],
)
def test_first_review(scene: Scene, decision: str, opinion: str, state: State) -> None:
    case = scene.accepted()
    assert decide(signed_in(scene.first), case, decision, opinion).status_code == 302
    case.refresh_from_db()
    assert (case.state, case.first_reviewer_id) == (state, scene.first.pk)


@pytest.mark.parametrize(
    ("decision", "opinion", "state"),
    [
        ("final_pass", "", State.REVIEW_OK),
        ("step_back", "初审意见不明确。", State.ACCEPTED),
    ],
)
def test_final_review_sees_the_first_opinion(scene: Scene, decision: str, opinion: str, state: State) -> None:
    case = scene.reviewed(opinion="经初审，学历与证书一致。")
    client = signed_in(scene.final)
    assert "经初审，学历与证书一致。" in client.get(desk(case)).content.decode()
    assert decide(client, case, decision, opinion).status_code == 302
    case.refresh_from_db()
    assert case.state == state


def test_final_refusal_has_a_page_for_its_ground_that_takes_the_opinion_over(scene: Scene) -> None:
    case = scene.reviewed(opinion="经初审，学历与证书一致。")
    client = signed_in(scene.final)
    assert f'formaction="{desk(case, "refusal/")}' in client.get(desk(case)).content.decode()
    asking = client.post(desk(case, "refusal/"), {"seen": case.version, "opinion": "不符合注册条件。"})
    assert asking.status_code == 200
    assert "不符合注册条件。</textarea>" in asking.content.decode()
    data = {"seen": case.version, "send": "1", "ground": "conditions", "reason": " "}
    answer = client.post(desk(case, "refusal/"), data)
    assert (answer.status_code, "请填写理由" in answer.content.decode()) == (422, True)
    assert client.post(desk(case, "refusal/"), data | {"reason": "不符合注册条件。"}).status_code == 302
    case.refresh_from_db()
    assert case.state == State.REVIEW_NG
    assert case.timeline.get(transition="final_fail").opinion == "不符合注册条件。"


@pytest.mark.parametrize(("decision", "suggested"), [("first_pass", ["final_pass"]), ("first_fail", [])])
def test_no_final_decision_is_suggested_against_the_first_opinion(
    scene: Scene, decision: str, suggested: list[str]
) -> None:
    case = scene.accepted()
    decide(signed_in(scene.first), case, decision, "劳动合同不能证明聘用关系。")
    text = signed_in(scene.final).get(desk(case)).content.decode()
    assert re.findall(r'btn-primary" name="decision" value="(\w+)"', text) == suggested


def test_a_refusal_needs_its_reason_and_keeps_the_page(scene: Scene) -> None:
    case = scene.accepted()
    answer = decide(signed_in(scene.first), case, "first_fail", "  ")
    assert answer.status_code == 422
    assert "请填写初审不通过的理由" in answer.content.decode()
    case.refresh_from_db()
    assert case.state == State.ACCEPTED


def test_same_officer_is_not_offered_the_final_review_and_refused_when_forging_it(scene: Scene) -> None:
    both = makers.officer(PROVINCE, Function.FIRST_REVIEW, Function.FINAL_REVIEW)
    case = scene.reviewed()
    Application.objects.filter(pk=case.pk).update(first_reviewer_id=both.pk)
    client = signed_in(both)
    text = client.get(desk(case)).content.decode()
    assert 'value="final_pass"' not in text
    assert "不能再复审" in text
    answer = decide(client, case, "final_pass")
    assert answer.status_code == 403
    assert "您已初审过这条申报，不能再复审" in answer.content.decode()
    case.refresh_from_db()
    assert case.state == State.FIRST_OK


def test_forged_transitions_change_nothing(scene: Scene) -> None:
    case = scene.reported()
    first = signed_in(scene.first)
    assert decide(first, case, "accept").status_code == 403
    assert decide(signed_in(scene.acceptor), case, "announce_grant").status_code == 422
    assert decide(signed_in(scene.acceptor), case, "final_pass").status_code in (403, 422)
    assert signed_in(scene.acceptor).post(desk(case, "decide/"), {"decision": "accept", "seen": "x"}).status_code == 422
    assert signed_in(scene.acceptor).get(desk(case, "decide/")).status_code == 405
    case.refresh_from_db()
    assert case.state == State.REPORTED
    assert case.timeline.count() == 2


def test_a_stale_page_is_told_who_did_what_and_keeps_the_words(scene: Scene) -> None:
    case = scene.reported()
    colleague = makers.officer(CITY, Function.ACCEPTANCE, name="谭学军")
    actions.accept(application=case, by=colleague, seen=case.version)
    answer = decide(signed_in(scene.acceptor), case, "accept", "我写的意见在这里")
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "谭学军" in text
    assert "已受理" in text
    assert "我写的意见在这里" in text


# ── who may not ──


def test_the_portal_exists_for_officers_only(scene: Scene) -> None:
    case = scene.reported()
    for user in (scene.operator, case.person.user):
        client = signed_in(user)
        for address in ("/authority/", "/authority/desk/", desk(case), page(case), "/authority/cases/"):
            assert client.get(address).status_code == 404, address
    answer = Client().get("/authority/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in/")


def test_another_city_is_not_found_and_a_missing_function_is_refused(scene: Scene) -> None:
    case = scene.reported()
    stranger = signed_in(makers.officer(OTHER_CITY, Function.ACCEPTANCE))
    for address in (desk(case), page(case), desk(case, "correction/"), desk(case, "refusal/")):
        assert stranger.get(address).status_code == 404
    assert decide(stranger, case, "accept").status_code == 404
    editor = signed_in(makers.officer(CITY, Function.NOTICES))
    answer = editor.get(desk(case))
    assert answer.status_code == 403
    assert "“受理”" in answer.content.decode()
    assert editor.get("/authority/").status_code == 200


def test_queries_do_not_grow_with_the_queue(scene: Scene, django_assert_num_queries: object) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    case = scene.reported()
    client = signed_in(scene.acceptor)
    client.get(desk(case))
    with CaptureQueriesContext(connection) as one:
        client.get(desk(case))
    crowd(scene.enterprise, scene.operator, 30)
    with CaptureQueriesContext(connection) as many:
        client.get(desk(case))
    assert len(one) == len(many)
    assert len(many) < 45


def test_a_long_queue_is_paged_by_key(scene: Scene) -> None:
    cases = crowd(scene.enterprise, scene.operator, 53)
    client = signed_in(scene.acceptor)
    case = scene.reported("最后来的人")
    text = client.get(desk(case)).content.decode()
    assert ">54</span>" in text
    shown = re.findall(r"排队的人\d+", text)
    assert len(shown) == 49, "and the one that came last, but is due earlier"
    more = re.search(r'queue-more"><a href="([^"]+)"', text)
    assert more is not None
    rest = client.get(desk(case) + html.unescape(more[1])).content.decode()
    later = re.findall(r"排队的人\d+", rest)
    assert set(later) | set(shown) == {each.person.name for each in cases}
    assert len(later) == len(cases) - 49
    place = f"after={html.unescape(more[1]).partition('after=')[2]}"
    links = re.findall(r'href="([^"]+)"><span class="first">', html.unescape(rest))
    assert links
    assert all(link.endswith(place) for link in links), "and keep to that part of the queue"
    for nonsense in ("x", "2026-13-40_1", "_", "2026-11-23_99999999999999999999"):
        assert client.get(desk(case, f"?after={nonsense}")).status_code == 200


def test_words_the_database_cannot_keep_are_no_fault(scene: Scene) -> None:
    case = scene.reported()
    client = signed_in(scene.acceptor)
    assert decide(client, case, "accept", "长" * 2001).status_code == 422
    assert decide(client, case, "accept", "材料\x00齐全").status_code == 302
    case.refresh_from_db()
    assert case.timeline.get(transition="accept").opinion == "材料齐全"
    assert client.get("/authority/cases/?name=%00&number=%00").status_code == 200
    keeper = signed_in(makers.officer(CITY, Function.REGISTER))
    assert keeper.get("/authority/register/people/?name=%00&person=99999999999999999999").status_code == 200
