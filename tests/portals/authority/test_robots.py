"""定时任务 as the operator sees it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from erjian.accounts.models import Function
from erjian.applications import tasks
from erjian.applications.models import RobotRun
from erjian.policy import clock
from tests import makers
from tests.portals.authority.scenes import PROVINCE, signed_in

pytestmark = pytest.mark.django_db
ROOT = "/authority/robots/"


@pytest.fixture
def client():
    return signed_in(makers.officer(PROVINCE, Function.SYSTEM))


def test_a_dry_run_from_the_button_to_its_result(client) -> None:
    assert "还没有运行过" in client.get(ROOT).content.decode()
    started = client.post(f"{ROOT}dry-run/")
    assert started.status_code == 302
    run = RobotRun.objects.get()
    waiting = client.get(started["Location"]).content.decode()
    assert "等待开始" in waiting
    assert "HX-Refresh" not in client.get(f"{ROOT}{run.pk}/progress/").headers
    again = client.post(f"{ROOT}dry-run/")
    assert (again.status_code, RobotRun.objects.count()) == (422, 1)
    tasks.dry_run(run_id=run.pk)
    assert client.get(f"{ROOT}{run.pk}/progress/")["HX-Refresh"] == "true"
    done = client.get(f"{ROOT}{run.pk}/").content.decode()
    assert "没有改动任何数据" in done
    assert "延续提醒" in done
    assert client.get(f"{ROOT}dry-run/").status_code == 405


def test_refusals_are_read_with_their_reason(client) -> None:
    run = RobotRun.objects.create(
        started_at=clock.now(), ended_at=clock.now(), done={"lapse": 1234}, refused=["逾期终止 甲: 已办结"]
    )
    listed = client.get(ROOT).content.decode()
    assert "1 项未办理" in listed
    assert "1,234" in listed
    assert "逾期终止 甲: 已办结" in client.get(f"{ROOT}{run.pk}/").content.decode()


def test_a_run_that_died_says_so(client) -> None:
    RobotRun.objects.create(started_at=clock.now() - timedelta(hours=3))
    assert "中断" in client.get(ROOT).content.decode()


def test_the_number_of_queries_does_not_grow(client) -> None:
    def counted() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(ROOT)
        return len(queries)

    RobotRun.objects.create(started_at=clock.now(), ended_at=clock.now())
    counted()
    few = counted()
    for _ in range(20):
        RobotRun.objects.create(started_at=clock.now(), ended_at=clock.now())
    assert counted() == few
