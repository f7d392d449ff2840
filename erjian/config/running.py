"""`erjian run`: everything in one terminal, from an empty folder to a served page.

In order: lock the data folder, find the port free, have a database, migrate, load the demo province if this is a
demo and nothing is there, collect static files, start web server, worker, face service and a demonstration's identity provider, wait until the first two
are healthy, tell the address and who may sign in. Then look after them until Ctrl-C or TERM.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from rich.console import Console

from erjian.config import assets, database_use, env, face_service, issuers, nodes
from erjian.config.postgres import Cluster
from erjian.config.supervision import Child, Supervisor
from erjian.config.trouble import Trouble

HEALTHY_SECONDS = 60
# Written behind the process number while an `erjian run` ends: a new one waits for it.
STOPPING = "stopping"


def run(*, console: Console) -> None:
    """Serve until stopped. Raises Trouble with one line when something outside is not as it must be."""
    folder = env.data_folder()
    port = env.number("PORT", low=1, high=65535)
    with _only_one(folder) as lock:
        _require_free_port(env.text("ERJIAN_BIND"), port)
        if absent := assets.missing():
            raise Trouble(f"{absent[0]} is not installed; run: make setup")
        supervisor = Supervisor(_children(), say=lambda line: console.print(line, style="yellow", highlight=False))
        if face_service.is_ours() and not face_service.is_installed():
            supervisor.say("The face service is not installed (run: make setup); real-name verification is off.")
        with contextlib.ExitStack() as stack:
            with _step(console, "Starting the database"):
                cluster = stack.enter_context(database_use.database())
            _prepare(console)
            supervisor.listen()
            supervisor.leaving = lambda: print(STOPPING, file=lock, flush=True)
            if cluster is not None:
                supervisor.watch = _reviving(cluster, supervisor.say)
            _serve(supervisor, console, port)


@contextlib.contextmanager
def _only_one(folder: Path) -> Iterator[IO[str]]:
    """Hold the data folder; it must be writable and used by one `erjian run` only."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "run.lock").open("a+")
    except OSError as error:
        reason = error.strerror or error
        raise Trouble(f"Cannot write the data folder {folder}: {reason}. Choose another with ERJIAN_DATA.") from error
    with lock:
        _take(lock, folder)
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield lock


def _take(lock: IO[str], folder: Path) -> None:
    started = time.monotonic()
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read()
            patience = 30 if STOPPING in holder else 2
            if time.monotonic() - started > patience:
                number = holder.split()[0] if holder.split() else "unknown"
                raise Trouble(f"Erjian already runs on {folder} (process {number}).") from None
            time.sleep(0.2)


def _require_free_port(address: str, port: int, *, patience: float = 3.0) -> None:
    # A web server whose supervisor was just killed needs a moment to end.
    deadline = time.monotonic() + patience
    while True:
        try:
            with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((address, port))
                probe.listen(1)
                return
        except PermissionError:
            raise Trouble(f"Port {port} may only be used by root; choose another: PORT=8080 make run") from None
        except OSError as error:
            if time.monotonic() > deadline:
                raise Trouble(
                    f"Port {port} on {address} is taken ({error.strerror}); choose another: PORT={port + 1} make run"
                ) from error
            time.sleep(0.2)


def _prepare(console: Console) -> None:
    from django.conf import settings

    with _step(console, "Migrating the database"):
        database_use.migrate()
    if settings.ERJIAN_DEMO:
        from erjian import demo
        from erjian.config.cli.progress import bar

        if demo.is_empty():
            if not console.is_terminal:
                console.print("Loading the demo province")
            with bar("Demo province", console=console) as progress:
                demo.load(progress=progress)
    with _step(console, "Collecting static files"):
        nodes.collect_static()


@contextlib.contextmanager
def _step(console: Console, what: str) -> Iterator[None]:
    """Tell what is being done: a spinner on a terminal, a line in a log."""
    if console.is_terminal:
        with console.status(what):
            yield
    else:
        console.print(what)
        yield


def _children() -> list[Child]:
    def child(name: str, command: str) -> Child:
        return Child(name, [sys.executable, "-m", "erjian.config.cli", command], env.of_child())

    children = [child("Web server", "web"), child("Job worker", "worker")]
    if face_service.is_ours() and face_service.is_installed():
        children.append(child("Face service", "faces"))
    if issuers.is_ours():
        children.append(child("Identity provider", "provider"))
    return children


def _reviving(cluster: Cluster, say: Callable[[str], None]) -> Callable[[], None]:
    due = 0.0

    def watch() -> None:
        nonlocal due
        if time.monotonic() < due or cluster.pid() is not None:
            return
        say("PostgreSQL ended; starting it again")
        try:
            cluster.ensure()
        except Trouble as trouble:
            say(str(trouble))
            due = time.monotonic() + 10

    return watch


def _serve(supervisor: Supervisor, console: Console, port: int) -> None:
    for child in supervisor.children:
        child.start()
    try:
        with _step(console, "Starting web server and worker"):
            healthy = _wait_until_healthy(supervisor, port)
        if supervisor.stopping:
            return
        if not healthy:
            console.print(f"Not healthy after {HEALTHY_SECONDS} s; see /healthz. Going on.", style="yellow")
        _tell(console)
    finally:
        # Ends the children too when something above failed.
        supervisor.run()
    console.print("Stopped.")


def _wait_until_healthy(supervisor: Supervisor, port: int) -> bool:
    deadline = time.monotonic() + HEALTHY_SECONDS
    while time.monotonic() < deadline and not supervisor.stopping:
        supervisor.tick()
        if _status(port) == "ok":
            return True
        time.sleep(0.2)
    return False


def _status(port: int) -> str:
    """What this machine's /healthz says, "" when it does not answer."""
    bind = env.text("ERJIAN_BIND")
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(bind, bind)  # noqa: S104 - compared, not bound
    names = env.names("ERJIAN_HOSTS")
    request = urllib.request.Request(
        f"http://{host}:{port}/healthz", headers={"Host": names[0].removeprefix(".")} if names else {}
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=5) as answer:
            found: dict[str, Any] = json.load(answer)
    except urllib.error.HTTPError as answer:
        with contextlib.suppress(ValueError, OSError):
            found = json.load(answer)
            return str(found.get("status", ""))
        return ""
    except (OSError, ValueError):
        return ""
    return str(found.get("status", ""))


def _tell(console: Console) -> None:
    from django.conf import settings

    console.print()
    if settings.ERJIAN_DEMO:
        from erjian.config.cli.accounts import table

        console.print(table())
    console.print(f"Erjian is served at [bold]{settings.ERJIAN_ORIGIN}/[/bold]   Ctrl-C stops it.")
