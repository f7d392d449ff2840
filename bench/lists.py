"""The enterprise's list of 30 at 3 thousand and at 1 million people: CPU of application and database per request.

Each size has an embedded PostgreSQL of its own with the demo province in it. Every measurement runs in a fresh process
that is set up like the web server (pool, sessions, whole middleware, DEBUG off) and calls the WSGI application as
the server does. CPU is this process's over all threads plus that of every process of the database server, read from
the kernel in nanoseconds, so a busy machine does not blur it. Rounds alternate between the sizes and the reference
(Django's admin, `bench.admin_reference`: the rows alone, and with the functions of the platform's page); of each the best round counts.

`python -m bench.lists [--keep FOLDER]`: with a folder (or ERJIAN_BENCH) the loaded databases stay there for the next
run; a million people take minutes to load.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
SMALL, LARGE = 3_000, 1_000_000
MOST_MS, MOST_GROWTH, LEAST_TIMES = 8.0, 1.3, 5.0
ROUNDS, WARM_UP = 3, 40
# A neighbour on the same core makes everything cost up to 1.7 times as much for a while; the best of many short windows
# is the cost without one.
WINDOWS, REQUESTS = 12, 16

LIST = "/enterprise/initial/"
PAGES = {
    "二级建造师初始申报": LIST,
    "建造师企业申报查询": "/enterprise/cases/",
    "建造师电子证书": "/enterprise/certificates/",
    "二级建造师资格证信息查询": "/enterprise/qualified/",
}
ADMIN = "/plain/applications/application/"
ADMIN_SAME = "/same/applications/application/"


@dataclass(frozen=True)
class Reading:
    """CPU milliseconds per request."""

    application: float
    database: float
    rows: int
    queries: int

    @property
    def total(self) -> float:
        return self.application + self.database


def interpreter() -> str:
    """Which Python this is: one built without profile-guided optimisation takes a fifth longer for every page."""
    return f"Python {platform.python_version()} of {sys.base_prefix}"


# Preparing


@contextmanager
def province(folder: Path, people: int) -> Iterator[None]:
    """A running database with `people` in it; loaded when the folder is new."""
    from erjian.config.postgres import Cluster

    folder.mkdir(parents=True, exist_ok=True)
    for each in (folder, folder.parent):
        each.chmod(each.stat().st_mode | 0o111)
    cluster = Cluster(folder, throw_away=True)
    cluster.start()
    try:
        if not (folder / "loaded").exists():
            begin = time.monotonic()
            print(f"  loading a province of {people:,} people …", flush=True)
            _child(folder, "--load", str(people))
            (folder / "loaded").touch()
            print(f"  loaded in {time.monotonic() - begin:.0f} s", flush=True)
        else:
            _child(folder, "--migrate")
        yield
    finally:
        cluster.stop()


def _child(folder: Path, *arguments: str, module: str = "bench.lists") -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ERJIAN_", "DATABASE_"))}
    environment |= {
        "ERJIAN_DATA": str(folder),
        "ERJIAN_DEMO": "1",
        "DJANGO_SETTINGS_MODULE": "erjian.config.settings",
        "ERJIAN_LOG": "ERROR",
    }
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    return done.stdout


def _migrate() -> None:
    """Bring a database to this schema, and what is served beside it."""
    import django

    django.setup()
    from erjian.config import database_use, nodes

    database_use.migrate()
    nodes.collect_static()


def _load(people: int) -> None:
    _migrate()
    from django.db import connection

    from erjian import demo

    demo.load(people=people)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE, FREEZE)")
        cursor.execute("CHECKPOINT")


# Measuring


def _set_up(*, admin: bool) -> None:
    import django
    from django.conf import settings

    if admin:
        settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "django.contrib.admin"]
        settings.ROOT_URLCONF = "bench.admin_reference"
        # Their answers are the platform's own pages; the admin has no use for them.
        left_out = ("erjian.accounts.sessions.", "erjian.portals.shared.")
        settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if not name.startswith(left_out)]
        settings.STORAGES = settings.STORAGES | {
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
        }
        settings.SILENCED_SYSTEM_CHECKS = ["admin.E403", "admin.E408", "admin.E409"]
    django.setup()


def _session(user: Any) -> str:
    """The cookies of a browser that has signed in: the session's, and the one that guards its forms."""
    from django.conf import settings
    from django.test import Client
    from django.utils.crypto import get_random_string

    client = Client()
    client.force_login(user)
    session = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    return f"{session}; {settings.CSRF_COOKIE_NAME}={get_random_string(32)}"


def _request(application: Callable[..., Any], address: str, cookie: str) -> bytes:
    """One request as the web server hands it over."""
    path, _, query = address.partition("?")
    said: list[str] = []
    environ = {
        "REQUEST_METHOD": "GET", "SCRIPT_NAME": "", "PATH_INFO": path, "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1", "HTTP_COOKIE": cookie, "HTTP_ACCEPT": "text/html,*/*",
        "HTTP_ACCEPT_LANGUAGE": "zh-CN,zh;q=0.9", "HTTP_USER_AGENT": "bench", "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(), "wsgi.errors": sys.stderr, "wsgi.multithread": True,
        "wsgi.multiprocess": False, "wsgi.run_once": False,
    }  # fmt: skip
    response = application(environ, lambda status, headers, info=None: said.append(status))
    body = b"".join(response)
    response.close()
    if not said[0].startswith("200"):
        raise SystemExit(f"{address} answered {said[0]}")
    return body


def _server_nanoseconds(postmaster: int) -> int:
    """CPU time of the database server: the postmaster and every process it started."""
    total = 0
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == postmaster or int(entry.name) == postmaster:
                total += int((entry / "schedstat").read_text().split()[0])
        except (OSError, ValueError, IndexError):
            continue
    return total


def _measure(address: str, *, admin: bool) -> Reading:
    _set_up(admin=admin)
    from django.conf import settings

    from erjian.accounts.models import User
    from erjian.config.postgres import Cluster
    from erjian.config.wsgi import application

    cookie = _session(User.objects.select_related("enterprise").get(username="luchuan"))
    postmaster = Cluster(settings.ERJIAN_DATA).pid()
    assert postmaster is not None
    return cpu(application, address, cookie, postmaster)


def cpu(
    application: Callable[..., Any], address: str, cookie: str, postmaster: int, *, windows: int = WINDOWS
) -> Reading:
    """What a request costs: CPU of this process and of the database server, the best of some windows."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    for _ in range(WARM_UP):
        body = _request(application, address, cookie)
    taken = []
    for _ in range(windows):
        database, own = _server_nanoseconds(postmaster), time.process_time_ns()
        for _ in range(REQUESTS):
            _request(application, address, cookie)
        own, database = time.process_time_ns() - own, _server_nanoseconds(postmaster) - database
        taken.append((own / REQUESTS / 1e6, database / REQUESTS / 1e6))
    own_ms, database_ms = min(taken, key=sum)
    with CaptureQueriesContext(connection) as captured:
        _request(application, address, cookie)
    rows = max(0, body.count(b"<tr") - 1)
    return Reading(application=own_ms, database=database_ms, rows=rows, queries=len(captured))


def _take(folder: Path, address: str, *, admin: bool = False) -> Reading:
    said = _child(folder, "--measure", address, *(["--admin"] if admin else []))
    return Reading(**json.loads(said.strip().splitlines()[-1]))


def _best(readings: list[Reading]) -> Reading:
    return min(readings, key=lambda reading: reading.total)


def _say(what: str, reading: Reading, *, times: float | None = None) -> None:
    ratio = f"{times:6.2f} ×" if times is not None else ""
    print(
        f"  {what:<34} {reading.total:6.2f} ms  (application {reading.application:5.2f}, database "
        f"{reading.database:5.2f}; {reading.rows} rows, {reading.queries} queries) {ratio}"
    )


def measure(keep: Path | None = None, *, large: int = LARGE) -> bool:
    """Print the readings and ratios; True when all is within what is expected."""
    with tempfile.TemporaryDirectory(prefix="erjian-bench-", dir="/tmp", ignore_cleanup_errors=True) as scratch:
        base = keep or Path(scratch)
        small_folder, large_folder = base / f"people-{SMALL}", base / f"people-{large}"
        print(f"lists: CPU per request of an enterprise's list; best of {ROUNDS} × {WINDOWS} times {REQUESTS}")
        print(f"  {interpreter()}")
        with province(small_folder, SMALL), province(large_folder, large):
            readings: dict[tuple[str, str], list[Reading]] = {}
            for _ in range(ROUNDS):
                for where, folder in (("small", small_folder), ("large", large_folder)):
                    readings.setdefault(("list", where), []).append(_take(folder, LIST))
                    for name, address in (("plain", ADMIN), ("same", ADMIN_SAME)):
                        readings.setdefault((name, where), []).append(_take(folder, address, admin=True))
            best = {key: _best(found) for key, found in readings.items()}
            small, big = best["list", "small"], best["list", "large"]
            _say(f"{SMALL:,} people", small)
            _say(f"{large:,} people", big, times=big.total / small.total)
            for name, label in (("plain", "Django admin, rows alone"), ("same", "Django admin, same functions")):
                for where, people, own in (("small", SMALL, small), ("large", large, big)):
                    _say(f"{label}, {people:,}", best[name, where], times=best[name, where].total / own.total)
            for label, address in PAGES.items():
                if address != LIST:
                    first, second = _take(small_folder, address), _take(large_folder, address)
                    _say(f"{label}, {SMALL:,}", first)
                    _say(f"{label}, {large:,}", second, times=second.total / first.total)
    growth, times = big.total / small.total, best["same", "large"].total / big.total
    print(
        f"  most {big.total:.1f} ms (at most {MOST_MS:g}), growth {growth:.2f} × (at most {MOST_GROWTH:g}), "
        f"{times:.1f} × cheaper than an admin list with the same functions (at least {LEAST_TIMES:g} expected)"
    )
    return max(small.total, big.total) <= MOST_MS and growth <= MOST_GROWTH


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--keep", type=Path, default=os.environ.get("ERJIAN_BENCH"), help="folder for loaded databases")
    parser.add_argument("--people", type=int, default=LARGE, help="size of the large province")
    parser.add_argument("--load", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--migrate", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    parser.add_argument("--admin", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.load:
        _load(asked.load)
    elif asked.migrate:
        _migrate()
    elif asked.measure:
        reading = _measure(asked.measure, admin=asked.admin)
        print(json.dumps(reading.__dict__))
    else:
        keep = Path(asked.keep).resolve() if asked.keep else None
        return 0 if measure(keep, large=asked.people) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
