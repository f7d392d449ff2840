"""Limits that run into a year whose holidays nobody has published: said on the page, counted again when they are."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from erjian.applications import clocks, robots
from erjian.applications.models import Clock
from erjian.audit.models import Event
from erjian.policy import clock, loading
from tests.applications.test_engine import Cast

pytestmark = pytest.mark.django_db
SAID = "2027 年节假日安排尚未公布，到期日为暂定"
MARK = 'title="2027 年节假日安排尚未公布，到期日为暂定，公布后重新计算。">暂定<'


def test_a_limit_into_an_unpublished_year_is_provisional_until_it_is_published(settings: Any, tmp_path: Path) -> None:
    with clock.travel(to=date(2026, 12, 30)):
        cast = Cast()
        case = cast.consented()
        browser = Client()
        browser.force_login(cast.operator)
        page = f"/enterprise/cases/{case.uuid}/"
        assert case.due_on == date(2027, 1, 6), "weekends only: 1 January is a Friday"
        assert SAID in browser.get(page).content.decode()
        assert "recount" not in robots.run().done

        text = loading.HUNAN.read_text(encoding="utf-8")
        text = text.replace("holidays = []", "holidays = [2027-01-01]").replace(
            "published_years = []", "published_years = [2027]"
        )
        settings.ERJIAN_POLICY_FILE = tmp_path / "calendar.toml"
        settings.ERJIAN_POLICY_FILE.write_text(text, encoding="utf-8")
        assert robots.run(dry_run=True).done == {"recount": 1}
        case.refresh_from_db()
        assert case.due_on == date(2027, 1, 6)
        assert robots.run().done == {"recount": 1}
        case.refresh_from_db()
        assert (case.due_on, Clock.objects.get(application=case, ended_on=None).due_on) == (date(2027, 1, 7),) * 2
        assert SAID not in browser.get(page).content.decode()
        assert robots.run().done == {}
        assert Event.objects.get(code="application.recount").subject_id == str(case.pk)
    with clock.travel(to=date(2027, 1, 7)):
        assert "deem_accepted" not in robots.run().done, "the last day is not over"
    with clock.travel(to=date(2027, 1, 8)):
        assert robots.run().done["deem_accepted"] == 1


def test_a_limit_inside_the_published_years_is_certain() -> None:
    with clock.travel(to=date(2026, 11, 30)):
        cast = Cast()
        cast.consented()
        browser = Client()
        browser.force_login(cast.operator)
        page = browser.get("/enterprise/initial/").content.decode()
        assert "受理剩 5 工作日" in page
        assert "暂定" not in page


def test_lists_and_the_desk_say_so_too() -> None:
    with clock.travel(to=date(2026, 12, 30)):
        cast = Cast()
        case = cast.consented()
        for user, addresses in (
            (cast.operator, ("/enterprise/", "/enterprise/initial/")),
            (cast.user, ("/person/cases/",)),
            (cast.acceptor, ("/authority/", "/authority/cases/", f"/authority/desk/{case.uuid}/")),
        ):
            browser = Client()
            browser.force_login(user)
            for address in addresses:
                assert MARK in browser.get(address).content.decode(), address


@pytest.mark.parametrize(("procedure", "soon"), [("replacement", False), ("initial", True)])
def test_little_time_is_left_by_the_procedures_own_limit(procedure: str, soon: bool) -> None:
    today = date(2026, 11, 2)
    left = clocks.time_left("accepted", date(2026, 11, 4), procedure_code=procedure, today=today)
    assert left is not None
    assert (left.left, left.soon, left.provisional) == (2, soon, False)
