"""`erjian run` as an operator meets it: one line for every trouble, alive after any death, nothing left behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from erjian.config import face_service


def _status(port: str) -> int:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return answer.status
    except urllib.error.HTTPError as answer:
        return answer.code
    except OSError:
        return 0


def _until(condition, *, seconds: float = 180) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.2)


def _server(data: Path) -> int:
    """Process id of the embedded server, 0 while there is none."""
    try:
        return int((data / "postgres-18/postmaster.pid").read_text().split()[0])
    except (OSError, IndexError):
        return 0


def _children(pid: int) -> dict[str, int]:
    listed = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    lines = [line.split(None, 1) for line in listed.stdout.splitlines()]
    return {
        "faces" if "erjian_faces" in arguments else arguments.rsplit(None, 1)[-1]: int(number)
        for number, arguments in lines
    }


@pytest.fixture
def start(environment):
    started = []

    def begin() -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "erjian.config.cli", "run"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        if process.poll() is None:
            process.terminate()
            process.wait(30)
        process.stdout.close()


def test_it_lives_through_the_death_of_every_part(start, environment, erjian):
    port, data = environment["PORT"], Path(environment["ERJIAN_DATA"])
    first = start()
    _until(lambda: _status(port) == 200)

    # A machine for which the face service's packages do not exist goes without it.
    parts = {"web", "worker", "faces"} if face_service.is_installed() else {"web", "worker"}
    _until(lambda: set(_children(first.pid)) == parts)
    for part in parts:
        os.kill(_children(first.pid)[part], signal.SIGKILL)
    _until(lambda: set(_children(first.pid)) == parts and _status(port) == 200)

    server = _server(data)
    os.kill(server, signal.SIGKILL)
    _until(lambda: _server(data) not in (server, 0))
    _until(lambda: _status(port) == 200)

    verified = erjian("audit", "verify")
    assert (verified.returncode, "审计链完整" in verified.stdout) == (0, True)

    again = erjian("run")
    assert again.returncode == 1
    assert f"already runs on {data} (process {first.pid})" in again.stderr

    children = _children(first.pid)
    first.kill()
    first.wait(10)
    began = time.monotonic()
    second = start()
    _until(lambda: _status(port) == 200)
    assert time.monotonic() - began < 60  # about 4 s when the machine has nothing else to do
    _until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children.values()))

    second.terminate()
    assert second.wait(30) == 0
    assert _status(port) == 0
    assert not (data / "postgres-18/postmaster.pid").exists()


def test_a_taken_port(erjian):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(1)
        port = taken.getsockname()[1]
        answer = erjian("run", PORT=str(port))
    assert answer.returncode == 1
    assert answer.stderr.count("\n") == 1
    assert f"Port {port}" in answer.stderr


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"ERJIAN_DATA": "/proc/erjian"}, "Cannot write the data folder /proc/erjian"),
        ({"DATABASE_URL": "postgresql://u:p@127.0.0.1:1/x"}, "Cannot reach the database"),
        ({"DATABASE_URL": "mysql://u@h/x"}, "DATABASE_URL"),
        ({"PORT": "many"}, "PORT='many'"),
    ],
)
def test_each_trouble_is_one_line(erjian, variables, words):
    answer = erjian("run", **variables)
    assert answer.returncode == 1
    assert answer.stderr.startswith("erjian: ")
    assert words in answer.stderr
    assert answer.stderr.count("\n") == 1


@pytest.mark.parametrize("command", [("accounts",), ("robots", "--dry-run"), ("audit", "verify")], ids=" ".join)
def test_a_database_without_tables_is_one_line(erjian, command):
    answer = erjian(*command)
    assert answer.returncode == 1
    assert answer.stderr.splitlines()[-1] == (
        "erjian: The database lacks tables of this version; run `erjian migrate` first."
    )
    assert "Traceback" not in answer.stderr


def test_help_is_quick_and_names_the_commands(erjian):
    began = time.monotonic()
    answer = erjian("--help")
    assert time.monotonic() - began < 3
    for command in ("run", "faces", "demo", "import", "accounts", "audit", "check", "migrate", "worker"):
        assert command in answer.stdout
