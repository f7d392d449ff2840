"""The embedded PostgreSQL: shared by several users, revived after any death, refused with one line."""

from __future__ import annotations

import os
import signal
import stat
import time
from pathlib import Path

import psycopg
import pytest

from erjian.config.postgres import Cluster, DatabaseTrouble


@pytest.fixture
def cluster(folder):
    one = Cluster(folder / "data", throw_away=True)
    one.start()
    yield one
    one.stop()


def _value(cluster: Cluster) -> int:
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (value int)")
        connection.execute("INSERT INTO kept VALUES (1)")
        return connection.execute("SELECT count(*) FROM kept").fetchone()[0]


def test_it_speaks_chinese_and_listens_on_a_closed_socket_only(cluster):
    with psycopg.connect(cluster.url()) as connection:
        shown = {
            name: connection.execute(f"SHOW {name}").fetchone()[0]
            for name in ("listen_addresses", "server_encoding", "max_parallel_workers_per_gather")
        }
        locale = connection.execute("SELECT datctype FROM pg_database WHERE datname = 'erjian'").fetchone()[0]
        connection.execute("CREATE EXTENSION pg_trgm")
        connection.execute("CREATE EXTENSION btree_gist")
        assert connection.execute("SELECT similarity('二级建造师', '二级建造')").fetchone()[0] > 0.5
    assert locale == "C.UTF-8"
    assert shown == {
        "listen_addresses": "",
        "server_encoding": "UTF8",
        "max_parallel_workers_per_gather": "0",
    }
    assert stat.S_IMODE(cluster.socket().stat().st_mode) == 0o700
    assert len(str(cluster.socket())) < 40
    assert cluster.folder.name == f"postgres-{cluster.major}"


def test_the_last_to_leave_stops_it(cluster):
    second = Cluster(cluster.home)
    second.start()
    pid = cluster.pid()
    cluster.stop()
    assert second.pid() == pid
    second.stop()
    assert second.pid() is None


def test_a_killed_server_is_revived_with_its_data(folder):
    one = Cluster(folder / "data")
    one.start()
    try:
        assert _value(one) == 1
        os.kill(one.pid(), signal.SIGKILL)
        one.ensure()
        assert _value(one) == 2
    finally:
        one.stop()


def test_a_stale_pid_file_is_not_believed(cluster):
    cluster.stop()
    # The number of a living process that is no PostgreSQL, as after a restart of the machine.
    (cluster.folder / "postmaster.pid").write_text(f"{os.getpid()}\n{cluster.folder}\n0\n5432\n\n\n0 0\nready\n")
    assert cluster.pid() is None
    cluster.start()
    assert _value(cluster) == 1


def test_a_server_without_its_starter_is_adopted(cluster):
    other = Cluster(cluster.home)
    other.start()
    other._users.close()  # as the kernel does for a killed process
    adopted = Cluster(cluster.home)
    adopted.start()
    assert adopted.pid() == cluster.pid()
    adopted.stop()
    assert cluster.pid() is not None


def test_a_lost_socket_folder_is_made_anew(cluster):
    _value(cluster)
    cluster.stop()
    cluster.socket().rmdir()
    cluster.start()
    assert _value(cluster) == 2


def test_an_interrupted_first_start_leaves_nothing_in_the_way(folder):
    one = Cluster(folder / "data", throw_away=True)
    unfinished = folder / "data" / f"postgres-{one.major}.new"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("half")
    one.start()
    try:
        assert _value(one) == 1
    finally:
        one.stop()


def test_data_of_another_major_version_is_refused(folder):
    (folder / "data/postgres-12").mkdir(parents=True)
    with pytest.raises(DatabaseTrouble, match="postgres-12"):
        Cluster(folder / "data").start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts it as another user")
def test_a_folder_that_the_server_cannot_enter_is_refused(folder):
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(DatabaseTrouble, match="cannot enter"):
        Cluster(closed / "data").start()


def test_an_unwritable_folder_is_refused():
    with pytest.raises(DatabaseTrouble, match="/proc/erjian"):
        Cluster(Path("/proc/erjian")).start()


def test_starting_a_stopped_one_is_quick(cluster):
    cluster.stop()
    started = time.monotonic()
    cluster.start()
    assert time.monotonic() - started < 5
