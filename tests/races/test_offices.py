"""What offices do with batches, registers, questions and libraries, twice at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from erjian import certificates
from erjian.accounts.models import Function, SignUp, User, UserKind
from erjian.audit.models import Event
from erjian.certificates.models import UsageWindow
from erjian.exchange import central_library
from erjian.messaging.models import Question
from erjian.policy import clock
from erjian.proceedings.models import Proceeding
from erjian.publicity.models import Batch, BatchItem, BatchState
from erjian.registry.models import Bar, Change, EducationHours
from tests import makers
from tests.exchange.test_central_library import RECORD
from tests.proceedings.scenes import Scene as Proceedings
from tests.publicity.scenes import Office
from tests.races.browsers import Browser, at_once, one_wins, words
from tests.races.test_cases import told_once

pytestmark = pytest.mark.django_db(transaction=True)
Open = Callable[[Any], Browser]
PROVINCE = "430000"


def audited(code: str) -> int:
    return Event.objects.filter(code=code).count()


def test_one_case_listed_in_two_batches(opens: Open) -> None:
    office = Office()
    case = office.reviewed()
    there = [opens(office.decider), opens(makers.officer(PROVINCE, Function.DECISION, name="贺静"))]
    listed = {"picked": case.pk, "scope": "picked", "title": "湖南省第1批公示"}
    loser = one_wins(at_once(*[lambda who=who: who.post("/authority/batches/new/publicity/", listed) for who in there]))
    assert "已不能列入" in words(loser)
    assert Batch.objects.count() == BatchItem.objects.count() == audited("publicity.create") == 1


def test_a_batch_announced_twice_and_changed_meanwhile(opens: Open) -> None:
    office = Office()
    cases = office.several(2)
    there = [opens(office.decider), opens(makers.officer(PROVINCE, Function.DECISION, name="贺静"))]
    made = there[0].post(
        "/authority/batches/new/publicity/", {"picked": cases[0].pk, "title": "第1批", "scope": "picked"}
    )
    page, batch = made.headers["Location"], Batch.objects.get()
    seen = {"seen": batch.version}
    answers = at_once(
        lambda: there[0].post(f"{page}publish/", seen),
        lambda: there[1].post(f"{page}publish/", seen),
        lambda: there[1].post(f"{page}add/", {**seen, "picked": cases[1].pk, "scope": "picked"}),
        lambda: there[0].post(f"{page}discard/", seen),
    )
    gone = (404,) if answers[3].status_code == 302 else ()
    one_wins(answers, told=(409, 422, *gone))
    if answers[0].status_code == 302 or answers[1].status_code == 302:
        assert Batch.objects.get().state == BatchState.RUNNING
        assert (
            audited("publicity.start") == ProcrastinateJob.objects.filter(task_name__endswith="run_batch").count() == 1
        )


def test_rows_added_to_a_batch_that_is_published_by_now(opens: Open) -> None:
    """The page to choose from is still open; who chooses is told, and not led on as if it had been done."""
    office = Office()
    cases = office.several(2)
    browser = opens(office.decider)
    fields = {"picked": cases[0].pk, "title": "第1批", "scope": "picked"}
    page = browser.post("/authority/batches/new/publicity/", fields).headers["Location"]
    seen = {"seen": Batch.objects.get().version}
    assert browser.post(f"{page}publish/", seen).status_code == 302
    late = browser.post(f"{page}add/", {**seen, "picked": cases[1].pk, "scope": "picked"})
    assert late.status_code == 422
    assert "批次已是“办理中”，不能再修改" in words(late)
    assert BatchItem.objects.count() == 1


def test_the_central_library_taken_over_twice(opens: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    enterprise = makers.enterprise(credit_code=RECORD["credit_code"])
    record = central_library.from_json(RECORD, credit_code=enterprise.credit_code)
    monkeypatch.setattr(central_library, "library", lambda: SimpleNamespace(find=lambda code: record))
    there = [opens(makers.operator(enterprise)), opens(makers.operator(enterprise))]
    shown = [who.post("/enterprise/profile/library/") for who in there]
    ticked = [
        {"record": who.value(page, "record"), "seen": who.value(page, "seen"), "field": ["capital", "website"]}
        for who, page in zip(there, shown, strict=True)
    ]
    answers = at_once(
        *[
            lambda who=who, fields=fields: who.post("/enterprise/profile/library/take-over/", fields)
            for who, fields in zip(there, ticked, strict=True)
        ]
    )
    loser = one_wins(answers, told=(409,))
    assert "已被修改" in words(loser)
    enterprise.refresh_from_db()
    assert str(enterprise.capital).rstrip("0") == "8000.5"
    assert Change.objects.filter(enterprise_id=enterprise.pk).count() == 1


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("bars", {"basis": "false_material", "ends": "2029-01-01", "document": "湘建罚〔2026〕12号", "reason": "提供虚假材料"}),
        ("education", {"compulsory": "60", "elective": "60", "certificate_number": "JX-2026-1", "course": "新规范", "provider": "省培训中心"}),
    ],
)  # fmt: skip
def test_what_an_officer_keeps_sent_twice(opens: Open, kind: str, fields: dict[str, str]) -> None:
    person, today = makers.person(), str(clock.today())
    officer = makers.officer(PROVINCE, Function.REGISTER)
    there = [opens(officer), opens(officer)]
    typed = {**fields, "person": person.pk, "begins": today, "completed_on": today}
    loser = one_wins(
        at_once(*[lambda who=who: who.post(f"/authority/register/kept/{kind}/new/", typed) for who in there])
    )
    assert "登记" in words(loser)
    model = {"bars": Bar, "education": EducationHours}[kind]
    assert model.objects.filter(person=person).count() == Change.objects.filter(person_id=person.pk).count() == 1


def test_an_enterprise_restricted_twice(opens: Open) -> None:
    enterprise, officer = makers.enterprise(), makers.officer(PROVINCE, Function.REGISTER)
    there = [opens(officer), opens(officer)]
    typed = {"begins": clock.today(), "document": "湘建罚〔2026〕13号", "reason": "提供虚假材料"}
    page = f"/authority/register/enterprises/{enterprise.pk}/bar/"
    one_wins(at_once(*[lambda who=who: who.post(page, typed) for who in there]))
    assert enterprise.bars.count() == audited("register.enterprise_bar") == 1


def test_a_question_asked_twice_and_answered_by_two(opens: Open) -> None:
    operator = makers.operator(makers.enterprise())
    there = [opens(operator), opens(operator)]
    typed = {"title": "补正通知书在哪里下载", "text": "收到补正短信后，在哪里下载补正通知书？"}
    answers = at_once(*[lambda who=who: who.post("/enterprise/questions/new/", typed) for who in there])
    assert "已提交" in words(one_wins(answers))
    question = Question.objects.get()
    officers = [opens(makers.officer(PROVINCE, Function.NOTICES, name=name)) for name in ("易春华", "罗湘")]
    page = f"/authority/questions/{question.pk}/"
    said = ["在“申报查询”中打开该申报下载。", "请到“办件详情”下载。"]
    answers = at_once(
        *[
            lambda who=who, text=text: who.post(page, {"answer": text, "seen": question.version})
            for who, text in zip(officers, said, strict=True)
        ]
    )
    loser = one_wins(answers, told=(409,))
    late = answers.index(loser)
    assert said[late] in loser.text
    assert said[1 - late] in loser.text
    assert audited("question.answer") == 1
    told_once()


def test_an_enterprise_let_in_by_two_officers(opens: Open) -> None:
    request = makers.sign_up()
    there = [opens(makers.officer("430100", Function.ACCEPTANCE, name=name)) for name in ("胡敏", "谭学军")]
    page = f"/authority/sign-ups/{request.pk}/"
    answers = at_once(
        lambda: there[0].post(f"{page}approve/"), lambda: there[1].post(f"{page}refuse/", {"reason": "执照看不清"})
    )
    loser = one_wins(answers)
    assert "已由同事办理" in words(loser)
    made = User.objects.filter(kind=UserKind.ENTERPRISE).count()
    assert made == (1 if answers[0].status_code == 302 else 0)
    assert SignUp.objects.get().state == ("approved" if made else "refused")
    told_once()


def test_a_proceeding_opened_and_decided_by_two(opens: Open) -> None:
    scene = Proceedings()
    typed = {"choice": "revoke:quality", "facts": "发生重大质量事故，有事故调查报告为证。"}
    page = f"/authority/register/registrations/{scene.registration.pk}/proceeding/"
    there = [opens(scene.keeper), opens(scene.keeper)]
    other = typed | {"facts": "另有人员举报，核查属实。"}
    loser = one_wins(at_once(lambda: there[0].post(page, typed), lambda: there[1].post(page, other)))
    assert "已有正在办理的事项" in words(loser)
    one = Proceeding.objects.get()
    notify = f"/authority/proceedings/{one.uuid}/act/notify/"
    one_wins(at_once(*[lambda who=who: who.post(notify, {"seen": one.version}) for who in there]))
    assert one.papers.count() == 1
    told_once()


def test_one_officer_s_two_clicks_open_one_proceeding(opens: Open) -> None:
    scene = Proceedings()
    typed = {"choice": "revoke:quality", "facts": "发生重大质量事故，有事故调查报告为证。"}
    page = f"/authority/register/registrations/{scene.registration.pk}/proceeding/"
    there = [opens(scene.keeper), opens(scene.keeper)]
    answers = at_once(*[lambda who=who: who.post(page, typed) for who in there])
    one = Proceeding.objects.get()
    assert [answer.headers["Location"] for answer in answers] == [f"/authority/proceedings/{one.uuid}/"] * 2
    assert audited("proceeding.open") == 1
    told_once()


def test_a_window_of_use_made_and_withdrawn_twice(opens: Open) -> None:
    scene = Proceedings()
    version = certificates.issuing.issue(scene.registration.certificates.get().pk)
    user = scene.user
    there = [opens(user), opens(user)]
    today = clock.today()
    typed = {"begin": today, "end": today + timedelta(days=30), "purpose": "投标"}
    page = f"/person/certificates/{version.pk}/windows/new/"
    loser = one_wins(at_once(*[lambda who=who: who.post(page, typed) for who in there]))
    assert "已设定" in words(loser)
    window = UsageWindow.objects.get()
    away = f"/person/certificates/{version.pk}/windows/{window.pk}/withdraw/"
    assert [a.status_code for a in at_once(*[lambda who=who: who.post(away) for who in there])] == [302, 302]
    assert audited("certificate.window_withdraw") == 1
