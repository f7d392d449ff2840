"""Runs the jobs that a request queued, as the worker would."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob


@pytest.fixture
def run_jobs(db: None) -> Callable[[str], int]:
    """Run the waiting jobs of a queue in order; returns how many."""
    from procrastinate.contrib.django import app

    seen: set[int] = set()

    def run(queue: str) -> int:
        jobs = ProcrastinateJob.objects.filter(queue_name=queue, status="todo").exclude(pk__in=seen).order_by("pk")
        for count, job in enumerate(list(jobs), 1):  # noqa: B007
            seen.add(job.pk)
            app.tasks[job.task_name].func(**job.args)
        return len(seen)

    return run
