"""A form that saves itself and is sent by hand at the same moment: nothing is taken for somebody else's change."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from erjian.applications import form_data
from erjian.applications.models import Application
from tests.journeys.acting import Cast, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_form_sent_while_it_saves_itself_waits_for_the_answer(visit: Visit, tmp_path: Path) -> None:
    cast = Cast(visit, tmp_path)
    page = cast.picks("cancellation", cast.somebody("彭志远", cast.company)).page
    held: list[tuple[Any, Any]] = []
    page.route("**/autosave/", lambda route: held.append((route, route.fetch())))
    page.get_by_label("毕业院校").fill("湖南大学")
    expect(page.get_by_text("正在保存")).to_be_visible()
    while not held:
        page.wait_for_timeout(50)
    page.get_by_label("毕业院校").fill("中南大学")
    page.get_by_role("button", name="保存", exact=True).click(no_wait_after=True)
    ((route, answer),) = held
    route.fulfill(response=answer)
    expect(page.get_by_text("已保存").first).to_be_visible()
    expect(page.get_by_text("没有保存")).to_have_count(0)
    assert form_data.unseal(Application.objects.get().draft)["school"] == "中南大学"
