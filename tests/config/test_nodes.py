"""A further node of an installation: its own folder, the database of the others."""

from __future__ import annotations

import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from tests.makers import person

_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@pytest.fixture
def shared(transactional_db) -> dict[str, str]:
    """The test's database as another process names it, with somebody in it."""
    person()
    name, host = connection.settings_dict["NAME"], connection.settings_dict["HOST"]
    return {"DATABASE_URL": f"postgresql://erjian@/{name}?host={host}"}


@pytest.fixture
def fitting(shared) -> dict[str, str]:
    return shared | {"ERJIAN_KEYS_FILE": str(settings.ERJIAN_DATA / "keys.json")}


@pytest.mark.parametrize("command", [("web",), ("worker", "--once"), ("accounts",)])
def test_a_node_with_keys_of_its_own_does_nothing(erjian, shared, environment, command):
    answer = erjian(*command, **shared)
    assert answer.returncode == 1
    assert f"The keys in {environment['ERJIAN_DATA']}/keys.json are not those of this database" in answer.stderr
    assert answer.stderr.count("\n") == 1


def test_a_node_with_the_same_keys_works(erjian, fitting):
    assert erjian("worker", "--once", **fitting).returncode == 0


@pytest.fixture
def web(environment, fitting) -> Iterator[str]:
    """A web server in an empty folder; its address."""
    process = subprocess.Popen([sys.executable, "-m", "erjian.config.cli", "web"], env=environment | fitting)
    yield f"http://127.0.0.1:{environment['PORT']}"
    process.terminate()
    process.wait(30)


def _read(address: str, *, patience: float = 60) -> str:
    deadline = time.monotonic() + patience
    while True:
        try:
            with _opener.open(address, timeout=10) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError:
            raise
        except OSError:
            assert time.monotonic() < deadline, "it does not answer"
            time.sleep(0.2)


def test_a_new_node_has_its_static_files(web):
    page = _read(f"{web}/")
    sheet = re.search(r'href="(/static/[^"]+\.[0-9a-f]{12}\.css)"', page)
    assert sheet, "no hashed style sheet on the page"
    assert "{" in _read(web + sheet[1])


def test_two_that_collect_at_once_do_not_clear_each_others_files(erjian, environment, fitting):
    with ThreadPoolExecutor(2) as both:
        ended = list(both.map(lambda _: erjian("migrate", **fitting).returncode, range(2)))
    assert ended == [0, 0]
    static = Path(environment["ERJIAN_DATA"]) / "static"
    assert (static / ".collected").exists()
    assert (static / "staticfiles.json").exists()
