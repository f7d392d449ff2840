"""Jobs of a worker that was killed, on a real queue."""

from __future__ import annotations

import asyncio
from datetime import datetime

import pytest
from django.db import connection
from procrastinate.contrib.django import app

from erjian.config import tasks
from erjian.policy import clock


def _job(status: str, lock: str, *, attempts: int = 0) -> int:
    """A job of somebody who has not been heard of for an hour, or one that waits."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour') RETURNING id"
        )
        (worker,) = cursor.fetchone()
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, queueing_lock, args, status, attempts, worker_id) "
            "VALUES ('audit', 'audit.seal', %s, '{\"timestamp\": 1}', %s, %s, %s) RETURNING id",
            [lock, status, attempts, worker if status == "doing" else None],
        )
        (job,) = cursor.fetchone()
    return job


def _states() -> dict[int, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, status::text FROM procrastinate_jobs")
        return dict(cursor.fetchall())


def _give_back() -> int:
    async def work() -> int:
        with app.replace_connector(app.connector.get_worker_connector()) as worker:
            async with worker.open_async():
                return await tasks.give_back_stalled(worker)

    return asyncio.run(work())


def test_work_that_is_done_once_a_day_is_done_at_night_in_china():
    daily = [each for each in app.periodic_registry.periodic_tasks.values() if not each.cron.split()[1].startswith("*")]
    assert daily
    for each in daily:
        begins = datetime.fromtimestamp(each.croniter.get_next(ret_type=float, start_time=0.0), clock.ZONE)
        assert begins.hour < 6, f"{each.task.name} at {begins:%H:%M}"


@pytest.mark.django_db(transaction=True)
def test_a_killed_workers_jobs_wait_again():
    lost, other = _job("doing", "a"), _job("doing", "b")
    assert _give_back() == 2
    assert _states() == {lost: "todo", other: "todo"}


@pytest.mark.django_db(transaction=True)
def test_one_whose_successor_waits_already_is_left_to_it_and_holds_up_no_other():
    lost, successor, other = _job("doing", "a"), _job("todo", "a"), _job("doing", "b")
    assert _give_back() == 1
    assert _states() == {lost: "aborted", successor: "todo", other: "todo"}


@pytest.mark.django_db(transaction=True)
def test_one_that_took_its_worker_along_again_and_again_is_given_up():
    deadly = _job("doing", "a", attempts=tasks.MOST_ATTEMPTS)
    assert _give_back() == 0
    assert _states() == {deadly: "failed"}
