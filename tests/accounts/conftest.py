"""Runs the jobs that a request queued, as the worker would; a real identity provider and who is known to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from erjian.accounts import openid
from erjian.accounts.models import Function, User
from tests import makers, providing
from tests.accounts.identified import KNOWN, NOBODY, OFFICER, PERSON, UNKNOWN
from tests.providing import Provider


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


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    identities = [
        providing.identity("person", "p", PERSON, "周启明"),
        providing.identity("person", "n", NOBODY, "田小禾"),
        providing.identity("officer", "o", OFFICER, "胡敏"),
        providing.identity("enterprise", "e", KNOWN, "湖南麓川建设工程有限公司"),
        providing.identity("enterprise", "u", UNKNOWN, "湖南新程建设工程有限公司"),
        providing.identity("enterprise", "x", "not a code", "坏"),
    ]
    with providing.provider(tmp_path_factory.mktemp("provider"), identities) as started:
        yield started


@pytest.fixture
def known(running: Provider, settings: Any) -> Provider:
    settings.ERJIAN_ISSUERS = running.known
    return running


@pytest.fixture
def person() -> User:
    return makers.person_user(makers.person(id_number=PERSON))


@pytest.fixture
def officer(known: Provider) -> User:
    made = makers.officer("430100", Function.ACCEPTANCE)
    made.id_number = OFFICER
    made.save()
    return made


@pytest.fixture
def enterprise(known: Provider) -> User:
    openid._known_app.cache_clear()
    return makers.operator(makers.enterprise(credit_code=KNOWN))
