"""企业问题咨询 from the question to the public answer, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from erjian.accounts.models import Function, User
from erjian.audit.models import Event
from erjian.messaging import questions
from erjian.messaging.models import InboxMessage, Question
from erjian.registry.models import Enterprise
from tests import makers
from tests.portals.enterprise.conftest import signed_in

pytestmark = pytest.mark.django_db
ASK = {"title": "延续申报何时可以提交", "text": "注册有效期还有 80 天，现在可以延续吗？\n申报编号 CS-2026-000012。"}


def text(answer: Any) -> str:
    return answer.content.decode()


@pytest.fixture
def office(db: None) -> Client:
    """An officer of the province who writes notices and answers."""
    return signed_in(makers.officer("430000", Function.NOTICES))


def asked(browser: Client, **values: Any) -> Question:
    answer = browser.post("/enterprise/questions/new/", {**ASK, **values})
    assert answer.status_code == 302, text(answer)
    return Question.objects.latest("id")


def answered(browser: Client, office: Client) -> Question:
    question = asked(browser)
    office.post(f"/authority/questions/{question.pk}/", {"seen": 1, "answer": "有效期届满前 90 日至 30 日内申报。"})
    question.refresh_from_db()
    return question


def test_a_question_gets_its_answer(browser: Client, office: Client, employer: Enterprise) -> None:
    assert "还没有咨询" in text(browser.get("/enterprise/questions/"))
    question = asked(browser, attachment=makers.upload(name="截图.jpg"))
    assert "待答复" in text(browser.get(f"/enterprise/questions/{question.pk}/"))
    told = InboxMessage.objects.get(template="question.asked")
    assert (told.recipient_id, told.link) == ("430000:notices", f"/authority/questions/{question.pk}/")
    listed = text(office.get("/authority/questions/?view=open"))
    assert ASK["title"] in listed
    assert employer.name in listed
    page = text(office.get(told.link))
    assert "申报编号 CS-2026-000012" in page
    assert "截图.jpg" in page
    assert office.get(f"{told.link}attachment/").status_code == 200
    assert browser.get(f"/enterprise/questions/{question.pk}/attachment/").status_code == 200
    question = answered_by(office, question)
    page = text(browser.get(f"/enterprise/questions/{question.pk}/"))
    assert "90 日至 30 日内" in page
    assert "撤回" not in page
    assert InboxMessage.objects.get(template="question.answered").recipient_id == str(employer.pk)
    assert ASK["title"] not in text(browser.get("/enterprise/questions/?state=open"))
    codes = set(Event.objects.values_list("code", flat=True))
    assert {"question.ask", "question.answer"} <= codes


def answered_by(office: Client, question: Question) -> Question:
    address = f"/authority/questions/{question.pk}/"
    assert office.post(address, {"seen": 1, "answer": " "}).status_code == 422
    done = office.post(address, {"seen": 1, "answer": "有效期届满前 90 日至 30 日内申报。"})
    assert done.status_code == 302
    late = office.post(address, {"seen": 1, "answer": "另一份答复"})
    assert late.status_code == 409
    assert "另一份答复" in text(late)
    question.refresh_from_db()
    return question


def test_only_the_authoritys_wording_becomes_public(browser: Client, office: Client, employer: Enterprise) -> None:
    question = asked(browser)
    public = Client()
    assert (
        office.post(f"/authority/questions/{question.pk}/publish/", {"seen": 1, "public_title": "何时延续"}).status_code
        == 422
    )
    question = answered_by(office, question)
    assert "还没有公开的问题" in text(public.get("/questions/"))
    done = office.post(
        f"/authority/questions/{question.pk}/publish/",
        {"seen": question.version, "public_title": "什么时候可以申报延续"},
    )
    assert done.status_code == 302
    page = text(public.get("/questions/"))
    assert "什么时候可以申报延续" in page
    assert "90 日至 30 日内" in page
    assert employer.name not in page
    assert "CS-2026-000012" not in page
    assert "什么时候可以申报延续" in text(public.get("/questions/?words=延续 90"))
    assert "没有查到" in text(public.get("/questions/?words=遗失"))
    question.refresh_from_db()
    office.post(f"/authority/questions/{question.pk}/withdraw/", {"seen": question.version})
    assert "什么时候可以申报延续" not in text(public.get("/questions/"))
    assert (
        office.post(f"/authority/questions/{question.pk}/withdraw/", {"seen": question.version + 1}).status_code == 422
    )
    assert "90 日至 30 日内" in text(browser.get(f"/enterprise/questions/{question.pk}/"))


def test_the_public_page_is_linked_and_takes_odd_words() -> None:
    public = Client()
    assert 'href="/questions/"' in text(public.get("/guide/"))
    for words in ("%", "a" * 60, "\x00", "延续 " * 9, "_\\"):
        assert public.get("/questions/", {"words": words}).status_code == 200


def test_a_question_is_taken_back_until_it_is_answered(browser: Client, office: Client) -> None:
    question = asked(browser)
    assert browser.post(f"/enterprise/questions/{question.pk}/retract/").url == "/enterprise/questions/"
    assert not Question.objects.exists()
    question = answered(browser, office)
    assert browser.post(f"/enterprise/questions/{question.pk}/retract/").status_code == 422
    assert Question.objects.exists()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"title": ""}, "标题"),
        ({"text": "  "}, "咨询内容"),
        ({"text": f"身份证号 {makers.id_number(serial=3)} 无法通过"}, "完整的身份证号"),
        ({"title": "长" * 101}, "标题"),
    ],
)
def test_what_cannot_be_asked(browser: Client, values: dict[str, str], words: str) -> None:
    answer = browser.post("/enterprise/questions/new/", {**ASK, **values})
    assert answer.status_code == 422
    assert words in text(answer)
    assert not Question.objects.exists()


def test_a_bad_attachment_is_refused_at_its_field(browser: Client) -> None:
    answer = browser.post("/enterprise/questions/new/", {**ASK, "attachment": makers.upload(b"MZ no picture", "x.pdf")})
    assert answer.status_code == 422
    assert "#id_attachment" in text(answer)
    assert ASK["title"] in text(answer)


def test_too_many_open_questions_wait_for_answers_first(browser: Client, operator: User) -> None:
    for number in range(questions.MOST_OPEN):
        asked(browser, title=f"{ASK['title']}（{number}）")
    answer = browser.post("/enterprise/questions/new/", ASK)
    assert answer.status_code == 422
    assert "等待答复" in text(answer)


def test_who_may_do_what(browser: Client, stranger: Client, onlooker: Client, office: Client) -> None:
    question = asked(browser)
    for path in ("", "attachment/"):
        assert stranger.get(f"/enterprise/questions/{question.pk}/{path}").status_code == 404
    assert stranger.post(f"/enterprise/questions/{question.pk}/retract/").status_code == 404
    assert onlooker.get(f"/enterprise/questions/{question.pk}/").status_code == 200
    assert onlooker.get("/enterprise/questions/new/").status_code == 403
    assert onlooker.post(f"/enterprise/questions/{question.pk}/retract/").status_code == 403
    city = signed_in(makers.officer("430100", Function.NOTICES))
    other = signed_in(makers.officer("430000", Function.ACCEPTANCE))
    for client, status in ((browser, 404), (city, 403), (other, 403), (Client(), 302), (office, 200)):
        assert client.get("/authority/questions/").status_code == status
        assert client.get(f"/authority/questions/{question.pk}/").status_code == status
    for path in ("publish/", "withdraw/"):
        assert city.post(f"/authority/questions/{question.pk}/{path}", {"seen": 1}).status_code == 403
