"""Runs against a real commit: a killed worker leaves nothing, two imports wait for each other, old files go."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, connections

from erjian.audit import SYSTEM
from erjian.config import workers
from erjian.exchange import keeping, runs, tasks
from erjian.exchange.models import ImportRun, RunState
from erjian.policy import clock
from erjian.registry.models import Change, Person, Qualification
from tests import makers
from tests.exchange.files import qualification, xlsx


def queued(count: int = 20) -> ImportRun:
    """A run that waits to be applied."""
    rows = [
        qualification(身份证号=makers.id_number(serial=number), 证书管理号=f"R{number:05d}") for number in range(count)
    ]
    run = runs.upload(kind="qualifications", filename="名单.xlsx", content=xlsx(rows), actor=SYSTEM, check_later=False)
    runs.check(run_id=run.pk)
    ImportRun.objects.filter(pk=run.pk).update(state=RunState.QUEUED)
    run.refresh_from_db()
    return run


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_while_writing_leaves_nothing_and_the_run_is_repeated() -> None:
    run = queued()
    connections.close_all()
    child = os.fork()
    if child == 0:
        # The child dies in the middle of its transaction, after the rows were copied.
        def die(phase: str, current: int, total: int) -> None:
            if phase == "写入":
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            runs.apply(run_id=run.pk, progress=die)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    assert (Person.objects.count(), Qualification.objects.count(), Change.objects.count()) == (0, 0, 0)
    run.refresh_from_db()
    assert (run.state, run.phase) == (RunState.APPLYING, "写入")
    runs.apply(run_id=run.pk)
    run.refresh_from_db()
    assert run.state == RunState.DONE
    assert (Person.objects.count(), Qualification.objects.count(), Change.objects.count()) == (20, 20, 20)


@pytest.mark.django_db(transaction=True)
def test_one_import_at_a_time() -> None:
    run = queued(3)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [runs._LOCK])

    def work() -> None:
        try:
            runs.apply(run_id=run.pk)
        finally:
            connections.close_all()

    other = threading.Thread(target=work)
    other.start()
    time.sleep(0.5)
    assert not Person.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s)", [runs._LOCK])
    other.join(timeout=20)
    assert Person.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_a_run_whose_job_breaks_again_and_again_says_so_and_can_be_checked_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = queued(1)
    tasks.apply_import.defer(run_id=str(run.pk))
    with monkeypatch.context() as broken:
        broken.setattr(runs.sources, "open_source", lambda *_, **__: 1 / 0)
        for _ in range(5):
            _jobs("scheduled_at = NULL")
            _work()
    run.refresh_from_db()
    assert run.state == RunState.FAILED
    assert "故障" in run.failure
    runs.check_again(run_id=run.pk, seen=run.version, actor=SYSTEM)
    _work()
    run.refresh_from_db()
    assert run.state == RunState.CHECKED


@pytest.mark.django_db(transaction=True)
def test_a_run_of_which_every_worker_died_says_so() -> None:
    run = queued(1)
    tasks.apply_import.defer(run_id=str(run.pk))
    _jobs("attempts = 5")
    _work()
    run.refresh_from_db()
    assert (run.state, Person.objects.count()) == (RunState.FAILED, 0)


def _jobs(change: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE procrastinate_jobs SET {change}")


def _work() -> None:
    asyncio.run(workers.work(wait=False, queues=["imports"]))


@pytest.mark.django_db
def test_old_files_are_forgotten_and_the_run_stays() -> None:
    run = queued(1)
    assert keeping.forget_old() == 0
    with clock.travel(days=31):
        assert keeping.forget_old() == 1
    run.refresh_from_db()
    assert run.source is None
    assert clock.now() - run.created_at < timedelta(days=1)
    assert runs.apply(run_id=run.pk).failure.startswith("文件已超过保存期限")


@pytest.mark.django_db
def test_what_changed_since_the_check_is_judged_anew() -> None:
    run = queued(2)
    number = makers.id_number(serial=0)
    Person.objects.create(name="周明启", id_number=number, sex="1", birth_date="1990-03-17")
    runs.apply(run_id=run.pk)
    run.refresh_from_db()
    assert (run.state, run.counts["new"], run.counts["error"]) == (RunState.DONE, 1, 1)
    assert "登记库中的姓名是“周明启”" in run.errors[0]["message"]
