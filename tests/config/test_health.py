"""/healthz: 200 only when the database answers and a worker beats."""

from __future__ import annotations

import pytest
from django.db import connection

import erjian
from erjian import policy
from erjian.config import health


def _beat(seconds_ago: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s * interval '1 second')",
            [seconds_ago],
        )


@pytest.mark.django_db
def test_everything_up(client):
    _beat(3)
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok",
        "database": "ok",
        "worker": "ok",
        "faces": "down",
        "version": erjian.__version__,
        "policy": policy.digest(),
    }
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_no_worker_ever(client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["worker"]) == (503, "none")


@pytest.mark.django_db
def test_a_silent_worker(client):
    _beat(120)
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["worker"]) == (503, "silent")


def test_no_database(client, django_db_blocker, tmp_path):
    host = connection.settings_dict["HOST"]
    with django_db_blocker.unblock():
        connection.close()
        connection.settings_dict["HOST"] = str(tmp_path)
        try:
            answer = client.get("/healthz")
        finally:
            connection.close()
            connection.settings_dict["HOST"] = host
    assert (answer.status_code, answer.json()["database"]) == (503, "down")


def test_only_reading(client):
    assert client.post("/healthz").status_code == 405


def test_a_question_that_takes_too_long_leaves_the_connection_as_it_was(client, transactional_db, monkeypatch):
    monkeypatch.setattr(health, "STATEMENT_MILLISECONDS", 100)
    other = connection.copy()
    try:
        with other.cursor() as holding:
            holding.execute("BEGIN")
            holding.execute("LOCK TABLE procrastinate_workers")
            assert health.examine()["database"] == "down"
            with connection.cursor() as cursor:
                cursor.execute("SHOW statement_timeout")
                assert cursor.fetchone() == ("0",)
    finally:
        other.close()
