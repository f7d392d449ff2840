"""The job worker of a journey: the real one, run in a thread until nothing is due."""

from __future__ import annotations

import asyncio
import threading

from django.db import connection, connections

from erjian.config import workers


def work() -> None:
    """Do what is queued. Raises AssertionError when a job failed, with what it was."""
    trouble: list[BaseException] = []

    def run() -> None:
        try:
            asyncio.run(workers.work(wait=False, install_signal_handlers=False, listen_notify=False))
        except BaseException as error:  # noqa: BLE001 - told to the journey's own thread
            trouble.append(error)
        finally:
            connections.close_all()

    while True:
        # The browser keeps an event loop in this thread; the worker needs its own.
        thread = threading.Thread(target=run, name="worker")
        thread.start()
        thread.join(timeout=180)
        assert not thread.is_alive(), "the worker does not come to an end"
        if trouble:
            raise trouble[0]
        # A job may have queued another one in the moment when the worker went home.
        if not _jobs("status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())"):
            break
    assert not (failed := _jobs("status IN ('failed', 'doing') OR attempts > 1")), failed


def _jobs(condition: str) -> list[tuple[str, object]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT task_name, args FROM procrastinate_jobs WHERE {condition}")
        return cursor.fetchall()


def robots() -> None:
    """What the worker does every hour by itself: time limits of cases, the end of 公示."""
    from erjian.applications.tasks import deadlines
    from erjian.publicity.tasks import close_due

    for task in (deadlines, close_due):
        task.defer(timestamp=0)
    work()
