"""One throw-away PostgreSQL per run; xdist's workers share it, each with its own database."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.test import TransactionTestCase
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from erjian.config.postgres import Cluster
from tests.faces.serving import Faces, serving

# How fast the machine is says nothing of the rules that are tested.
hypothesis_settings.register_profile("erjian", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("erjian")
_cluster: Cluster | None = None


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    global _cluster  # noqa: PLW0603 - the server belongs to the run, as this module does
    from django.conf import settings

    if _is_worker(config) or config.option.collectonly:
        return
    _remove_left_behind()
    _cluster = Cluster(settings.RUN / "postgres", socket_folder=settings.SOCKET, throw_away=True)
    _cluster.start()


def pytest_unconfigure(config: pytest.Config) -> None:
    from django.conf import settings

    if _is_worker(config):
        return
    if _cluster is not None:
        _cluster.stop()
    shutil.rmtree(settings.RUN, ignore_errors=True)


@pytest.fixture(scope="session")
def faces() -> Iterator[Faces]:
    """One real face service for all tests of a process; it starts with the first that asks for it."""
    # pytest's own folders have names too long for a socket.
    folder = Path(tempfile.mkdtemp(prefix="erjian-faces-", dir="/tmp"))
    try:
        with serving(folder) as running:
            yield running
    finally:
        shutil.rmtree(folder, ignore_errors=True)


_flush = TransactionTestCase._fixture_teardown


def _flush_without_triggers(case: TransactionTestCase) -> None:
    """Empty the tables after a test that committed, although triggers forbid that for the audit's."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
    _flush(case)
    with connection.cursor() as cursor:
        # Queued jobs are in tables that Django does not manage, so its flush leaves them.
        cursor.execute("TRUNCATE procrastinate_jobs CASCADE")
        cursor.execute("RESET session_replication_role")


TransactionTestCase._fixture_teardown = _flush_without_triggers


def _remove_left_behind() -> None:
    """Stop and remove servers of runs that were killed; the folder's name carries their process id."""
    for folder in Path("/tmp").glob("erjian-test-*-*"):
        with contextlib.suppress(OSError, ValueError):
            pid = int(folder.name.split("-")[2])
            if folder.stat().st_uid != os.geteuid() or Path(f"/proc/{pid}").exists():
                continue
            server = Cluster(folder / "postgres", socket_folder=folder / "s").pid()
            if server is not None:
                os.kill(server, 3)  # SIGQUIT: PostgreSQL's immediate shutdown
            shutil.rmtree(folder, ignore_errors=True)
