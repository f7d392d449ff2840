"""What a job defers belongs to the job's transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django import app

from erjian import messaging
from erjian.config import workers
from erjian.messaging.models import SmsMessage, SmsState
from erjian.messaging.templates import register

TEMPLATE = register("tests.worker", title="试", body="试", sms="试")
seen: list[int] = []


def _waiting() -> int:
    """Jobs that everybody else can see."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'messaging.deliver_sms'")
            return cursor.fetchone()[0]
    finally:
        other.close()


def _tell(fails: bool) -> None:
    with transaction.atomic():
        messaging.send("tests.worker", to=messaging.Recipient.person(1, "周启明", "13900001234"), context={}, key="k")
        seen.append(_waiting())
        if fails:
            raise RuntimeError("a defect")


@pytest.fixture
def job(transactional_db) -> Iterator[str]:
    """A job that tells somebody something."""
    seen.clear()
    app.task(name="tests.tell", queue="tests")(_tell)
    yield "tests.tell"
    del app.tasks["tests.tell"]


def test_a_message_of_a_job_leaves_after_its_commit(job):
    app.configure_task(job).defer(fails=False)
    asyncio.run(workers.work(wait=False, queues=["tests"]))
    assert (seen, _waiting()) == ([0], 1), "nobody sees the job before the row it is about"
    asyncio.run(workers.work(wait=False, queues=["messages"]))
    assert SmsMessage.objects.get().state == SmsState.SENT


def test_a_job_that_is_rolled_back_leaves_no_job_behind(job):
    app.configure_task(job).defer(fails=True)
    asyncio.run(workers.work(wait=False, queues=["tests"]))
    assert (seen, _waiting(), SmsMessage.objects.count()) == ([0], 0, 0)
