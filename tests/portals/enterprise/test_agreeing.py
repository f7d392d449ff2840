"""二级建造师个人注销企业确认 for several people at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from erjian.accounts.models import User
from erjian.applications import actions, form_data
from erjian.applications.models import Application
from erjian.applications.states import State
from erjian.policy import clock
from erjian.procedures import get
from erjian.registry.models import Enterprise, Registration
from tests import makers
from tests.portals.enterprise.test_filing import text

pytestmark = pytest.mark.django_db

LIST, AGREE = "/enterprise/confirmations/cancellations/", "/enterprise/confirmations/cancellations/agree/"


def asks(name: str, at: Enterprise) -> Application:
    """A registered person who has filed their own 注销."""
    person = makers.person(name)
    user = makers.person_user(person)
    Registration.objects.create(
        person=person,
        enterprise=at,
        registration_class="constructor",
        number=f"湘2432019{person.pk:09d}",
        valid_until=clock.today() + timedelta(days=400),
        registered_on=clock.today() - timedelta(days=600),
        employed_on=clock.today() - timedelta(days=600),
    )
    case = actions.start(procedure=get("cancellation_by_person"), person=person, enterprise=at, by=user)
    values: dict[str, Any] = form_data.unseal(case.draft) | {
        "employment_begin": "2025-07-01",
        "employment_open": "on",
        "cancel_reason": "已与聘用企业解除聘用合同关系",
    }
    actions.save(application=case, values=values, specialties=(), by=user)
    return actions.report(application=case, by=user, seen=None)


def box(case: Application) -> str:
    return f"{case.uuid}:{case.version}"


def states(*cases: Application) -> list[str]:
    return [Application.objects.get(pk=case.pk).state for case in cases]


def test_all_that_are_ticked_are_asked_about_once_and_cancelled(browser: Client, employer: Enterprise) -> None:
    first, second, third = (asks(name, employer) for name in ("彭志远", "黎雪峰", "刘思齐"))
    page = text(browser.get(LIST))
    for case in (first, second, third):
        assert f'value="{box(case)}"' in page
    asked = text(browser.post(AGREE, {"picked": [box(first), box(second)]}))
    assert "同意 2 人的注销申报" in asked
    for words in ("彭志远", "黎雪峰", "已与聘用企业解除聘用合同关系", "同意后注销立即生效", first.registration.number):
        assert words in asked
    assert "刘思齐" not in asked
    assert states(first, second) == [State.WAIT_ENTERPRISE] * 2, "asking changes nothing"
    done = browser.post(AGREE, {"picked": [box(first), box(second)], "sure": "1"}, follow=True)
    assert "黎雪峰、彭志远的证书注销成功。" in text(done)
    assert states(first, second, third) == [State.DONE, State.DONE, State.WAIT_ENTERPRISE]
    assert [each.registration.status for each in Application.objects.filter(state=State.DONE)] == ["cancelled"] * 2
    assert f'value="{box(third)}"' in text(browser.get(LIST))
    assert str(first.uuid) + ":" not in text(browser.get(LIST)), "what is answered has no box"


def test_what_was_answered_meanwhile_is_told_and_does_not_hold_up_the_rest(
    browser: Client, employer: Enterprise, operator: User
) -> None:
    first, second = asks("彭志远", employer), asks("黎雪峰", employer)
    picked = [box(first), box(second)]
    actions.answer_enterprise(application=first, by=operator, seen=None, agreed=False, opinion="项目未完工。")
    answer = text(browser.post(AGREE, {"picked": picked, "sure": "1"}, follow=True))
    assert "黎雪峰的证书注销成功。" in answer
    assert "彭志远：" in answer
    assert states(first, second) == [State.DECLINED, State.DONE]


@pytest.mark.parametrize("picked", [[], ["nonsense"], ["00000000-0000-0000-0000-000000000000:1"]])
def test_nothing_ticked_is_said(browser: Client, employer: Enterprise, picked: list[str]) -> None:
    waiting = asks("彭志远", employer)
    answer = browser.post(AGREE, {"picked": picked, "sure": "1"}, follow=True)
    assert "还没有选择人员" in text(answer)
    assert states(waiting) == [State.WAIT_ENTERPRISE]


def test_people_of_others_and_other_filings_are_not_reached(
    browser: Client, stranger: Client, onlooker: Client, employer: Enterprise
) -> None:
    waiting = asks("彭志远", employer)
    stranger.post(AGREE, {"picked": [box(waiting)], "sure": "1"})
    assert onlooker.post(AGREE, {"picked": [box(waiting)], "sure": "1"}).status_code == 403
    assert "data-pick-all" not in text(onlooker.get(LIST))
    assert states(waiting) == [State.WAIT_ENTERPRISE]


def test_the_pages_ask_the_database_as_often_for_many_as_for_one(browser: Client, employer: Enterprise) -> None:
    def queries(picked: list[str]) -> tuple[int, int]:
        with CaptureQueriesContext(connection) as listed:
            browser.get(LIST)
        with CaptureQueriesContext(connection) as asked:
            browser.post(AGREE, {"picked": picked})
        return len(listed), len(asked)

    cases = [asks("彭志远", employer)]
    one = queries([box(cases[0])])
    cases += [asks(name, employer) for name in ("黎雪峰", "刘思齐", "周启明")]
    assert queries([box(case) for case in cases]) == one
