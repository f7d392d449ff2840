"""The job worker.

A worker listens and fetches over connections of its own, but what a job defers is written over Django's connection,
inside the job's transaction, as it is in a request. Over the worker's own it would be visible before the transaction
commits: another thread or node would look for a row that is not there yet, and a rollback would leave the job.
"""

from __future__ import annotations

from typing import Any

from procrastinate.connector import BaseConnector
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.utils import connector_params
from procrastinate.psycopg_connector import PsycopgConnector

from erjian.config.tasks import give_back_stalled


class _Connector(PsycopgConnector):
    """Asynchronous work goes over its own pool; the synchronous code of jobs defers over Django's connection."""

    def get_sync_connector(self) -> BaseConnector:
        return DjangoConnector()


async def work(*, wait: bool, **options: Any) -> None:
    """Work on jobs until told to stop, or until none is due. `options` are procrastinate's of a worker."""
    with app.replace_connector(_Connector(kwargs=connector_params())) as worker:
        async with worker.open_async():
            await give_back_stalled(worker)
            await worker.run_worker_async(wait=wait, **options)
