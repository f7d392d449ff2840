"""Days of statements and hearings that run into a year whose holidays nobody has published."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from erjian.applications import robots
from erjian.audit.models import Event as Audited
from erjian.messaging.models import InboxMessage
from erjian.policy import clock, loading
from erjian.proceedings.errors import ProceedingRefused
from erjian.proceedings.models import Proceeding
from erjian.proceedings.states import State
from erjian.standards.validity import add_months
from tests.proceedings.scenes import Scene

pytestmark = pytest.mark.django_db
MARK = 'title="2027 年节假日安排尚未公布，到期日为暂定，公布后重新计算。">暂定<'


def published(settings: Any, folder: Path, *, holidays: str = "", workdays: str = "") -> None:
    """The year 2027 becomes known."""
    text = loading.HUNAN.read_text(encoding="utf-8")
    for old, new in (
        ("holidays = []", f"holidays = [{holidays}]"),
        ("workdays = []", f"workdays = [{workdays}]"),
        ("published_years = []", "published_years = [2027]"),
    ):
        assert old in text
        text = text.replace(old, new)
    settings.ERJIAN_POLICY_FILE = folder / "calendar.toml"
    settings.ERJIAN_POLICY_FILE.write_text(text, encoding="utf-8")


def page(scene: Scene, row: Proceeding) -> str:
    browser = Client()
    browser.force_login(scene.user)
    return browser.get(f"/person/proceedings/{row.uuid}/").content.decode()


def test_the_parties_days_move_later_and_they_are_told(settings: Any, tmp_path: Path) -> None:
    with clock.travel(to=date(2026, 12, 30)):
        scene = Scene()
        told = scene.notified()
        assert told.due_on == date(2027, 1, 6), "weekends only: 1 January is a Friday"
        assert MARK in page(scene, told)
        browser = Client()
        browser.force_login(scene.user)
        assert MARK in browser.get("/person/proceedings/").content.decode()
        assert robots.run().done == {}

        published(settings, tmp_path, holidays="2027-01-01")
        assert robots.run(dry_run=True).done == {"recount_proceedings": 1}
        told.refresh_from_db()
        assert told.due_on == date(2027, 1, 6)
        before = InboxMessage.objects.count()
        assert robots.run().done == {"recount_proceedings": 1}
        told.refresh_from_db()
        assert told.due_on == date(2027, 1, 7)
        assert InboxMessage.objects.count() == before + 2
        shown = page(scene, told)
        assert "陈述申辩期限由 2027-01-06 改为 2027-01-07" in shown
        assert MARK not in shown
        assert Audited.objects.filter(code="proceeding.recount", subject_id=str(told.pk)).count() == 1
        assert robots.run().done == {}
    with clock.travel(to=date(2027, 1, 7)):
        assert "申请听证" in page(scene, told)


def test_what_the_parties_were_told_never_becomes_shorter(settings: Any, tmp_path: Path) -> None:
    with clock.travel(to=date(2026, 12, 30)):
        scene = Scene()
        told = scene.notified()
        published(settings, tmp_path, workdays="2027-01-02")
        assert robots.run().done == {}
        told.refresh_from_db()
        assert told.due_on == date(2027, 1, 6)


def test_the_hearing_is_counted_again_both_ways(settings: Any, tmp_path: Path) -> None:
    with clock.travel(to=date(2026, 12, 30)):
        scene = Scene()
        told = scene.notified()
        asked = scene.do(told, "ask_hearing", scene.user, "要求听证")
        assert asked.hearing_due_on == date(2027, 1, 27)
        assert f'应在 2027-01-27 <span class="ej-tag ej-guess" {MARK}' in page(scene, told)
        published(settings, tmp_path, workdays="2027-01-02, 2027-01-03")
        assert robots.run().done == {"recount_proceedings": 1}
        asked.refresh_from_db()
        assert (asked.due_on, asked.hearing_due_on) == (date(2027, 1, 6), date(2027, 1, 25))


def test_a_suspension_lasts_from_tomorrow_to_twelve_months() -> None:
    scene = Scene()
    today = clock.today()
    longest = add_months(today, 12)
    for until, words in ((today, "晚于今天"), (longest + timedelta(days=1), "最长 12 个月")):
        with pytest.raises(ProceedingRefused, match=words) as refused:
            scene.proposed("suspend", until=until)
        assert refused.value.field == "until"
    for until in (today + timedelta(days=1), longest):
        made = scene.proposed("suspend", until=until)
        assert made.until == until
        scene.do(made, "close", scene.decider, "不再办理")


def test_a_suspension_whose_last_day_has_come_is_not_decided_any_more() -> None:
    scene = Scene()
    until = clock.today() + timedelta(days=60)
    told = scene.notified("suspend", until=until)
    with clock.travel(to=until):
        with pytest.raises(ProceedingRefused, match="拟暂扣的期限已过"):
            scene.do(told, "decide", scene.decider, "理由")
        assert scene.now().status == "valid"
    with clock.travel(to=until - timedelta(days=1)):
        assert scene.do(told, "decide", scene.decider, "理由").state == State.DECIDED
