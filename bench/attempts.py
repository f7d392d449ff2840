"""Four people before the camera at once, and what that costs somebody who opens pages meanwhile.

The whole platform runs as an operator starts it: web server, worker, database, face service. Pages are asked for at a
steady pace, first alone, then while four attempts are handed in at once over HTTP and judged. The attempts may slow the
pages by no more than the CPU that they take: where a share of the machine was left for pages before, and a smaller one is
left beside the attempts, a page may take longer in that proportion. CPU is read from the kernel, for every process of
the platform and for the machine, so what other programs take meanwhile is known and counted out.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import secrets
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
CORES = os.cpu_count() or 1
AT_ONCE, ROUNDS = 4, 3
ALONE_SECONDS, EVERY = 12.0, 0.1
PAGES = (
    "/enterprise/",
    "/enterprise/initial/",
    "/enterprise/cases/",
    "/enterprise/certificates/",
    "/verify/",
    "/notices/",
)
START_SECONDS = 240
# Two figures of one quantity differ by so much by themselves.
NOISE = 1.1
# Where others take more than this share of the machine, the proportion is no longer that of the attempts.
MOST_OTHERS = 0.25


# Preparing


@contextmanager
def platform(folder: Path) -> Iterator[tuple[int, int, dict[str, str]]]:
    """The platform in a folder of its own: port, process id and environment."""
    folder.chmod(0o711)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("ERJIAN_", "DATABASE_", "DJANGO"))
    }
    environment = {**kept, "ERJIAN_DATA": str(folder), "ERJIAN_DEMO": "1", "PORT": str(port), "ERJIAN_LOG": "ERROR"}
    process = subprocess.Popen(
        [sys.executable, "-m", "erjian.config.cli", "run", "--end-with-parent"],
        cwd=ROOT, env=environment, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + START_SECONDS
        while not _is_well(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("the platform did not start")
            time.sleep(1)
        yield port, process.pid, environment
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _is_well(port: int) -> bool:
    try:
        return Browser(port).ask("GET", "/healthz")[0] == 200
    except OSError:
        return False


def prepare(people: int) -> list[str]:
    """Cookies of so many holders whose card is confirmed, and last of an enterprise's administrator."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "erjian.config.settings"
    import django

    django.setup()
    from importlib import import_module

    from django.conf import settings

    from bench.lists import _session
    from erjian.accounts.models import User
    from erjian.policy import clock
    from tests import makers
    from tests.faces import cards, filming

    store = import_module(settings.SESSION_ENGINE).SessionStore
    portrait = filming.jpeg(cards.photographed(cards.front(cards.Card())))
    cookies = []
    for number in range(people):
        person = makers.person("欧阳若兰", verified=False, phone=f"1390000{number:04d}")
        makers.qualification(person)
        own = makers.verification(person, front=makers.blob(portrait))
        session = store()
        session["verification"] = {"uuid": str(own.uuid), "proven": True, "at": int(clock.now().timestamp())}
        session.save()
        cookies.append(f"{settings.SESSION_COOKIE_NAME}={session.session_key}")
    cookies.append(_session(User.objects.select_related("enterprise").get(username="luchuan")).partition(";")[0])
    return cookies


class Browser:
    """One connection after the other to the web server, with a session's cookie."""

    def __init__(self, port: int, cookie: str = "") -> None:
        self._port = port
        token = secrets.token_hex(16)
        self._headers = {"Cookie": f"{cookie}; csrftoken={token}", "X-CSRFToken": token}

    def ask(self, method: str, path: str, body: bytes = b"", kind: str = "", accept: str = "*/*") -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=90)
        try:
            connection.request(
                method, path, body or None,
                {**self._headers, "Accept": accept, **({"Content-Type": kind} if kind else {})},
            )  # fmt: skip
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def script(self, method: str, path: str, body: bytes = b"", kind: str = "") -> dict[str, Any]:
        """What the camera page's script is answered. Raises SystemExit for a refusal."""
        status, answer = self.ask(method, path, body, kind, "application/json")
        if status >= 400:
            raise SystemExit(f"{path} answered {status}: {answer[:200]!r}")
        return dict(json.loads(answer))


# Attempts


@dataclass
class Attempt:
    """Somebody who has done what was asked and is about to hand it in."""

    browser: Browser
    body: bytes
    kind: str

    @classmethod
    def drawn(cls, port: int, cookie: str, seed: int) -> Attempt:
        """Gestures drawn by the server, filmed as it wants them."""
        from tests.faces import filming

        browser = Browser(port, cookie)
        drawn = browser.script("POST", "/person/verify/draw/")
        frames = filming.film("astronaut", [each["code"] for each in drawn["gestures"]], lead=1.5, seed=seed)
        parts = [("nonce", "", drawn["nonce"].encode()), ("times", "", ",".join(str(at) for at, _ in frames).encode())]
        parts += [("frame", '; filename="frame.jpg"', filming.jpeg(image)) for _, image in frames]
        mark = secrets.token_hex(16)
        body = b"".join(
            f'--{mark}\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'.encode() + content + b"\r\n"
            for name, more, content in parts
        )
        return cls(browser, body + f"--{mark}--\r\n".encode(), f"multipart/form-data; boundary={mark}")

    def hand_in(self) -> tuple[str, float]:
        """What becomes of it, and after how many seconds the page knows."""
        began = time.monotonic()
        self.browser.script("POST", "/person/verify/frames/", self.body, self.kind)
        while (state := self.browser.script("GET", "/person/verify/state/"))["judging"]:
            time.sleep(0.9)
        seconds = time.monotonic() - began
        if state["attempt"] != "accepted":
            page = self.browser.ask("GET", "/person/verify/")[1].decode()
            said = re.search(r'role="alert">(.+?)</div>', page)
            print(f"  not accepted: {said[1] if said else state}")
        return str(state["attempt"]), seconds


# Measuring


def ticks(root: int, folder: Path) -> dict[str, float]:
    """Seconds of CPU so far: of the face service, the platform's other processes, the database, the whole machine."""
    stats: dict[int, tuple[int, float]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            stats[int(entry.name)] = int(fields[1]), sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    postmaster = int((folder / "postgres-18/postmaster.pid").read_text().split()[0])
    # user, nice, system, then idle and waiting, which are none, then interrupts.
    busy = [int(each) for each in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:8]]
    machine = (sum(busy) - busy[3] - busy[4]) / os.sysconf("SC_CLK_TCK")
    spent = {"faces": 0.0, "web and worker": 0.0, "database": 0.0, "machine": machine}
    for pid, (_, seconds) in stats.items():
        line, at = [], pid
        while at in stats and at not in line:
            line.append(at)
            at = stats[at][0]
        if postmaster in line:
            spent["database"] += seconds
        elif root in line:
            spent["faces" if any(_is_faces(each) for each in line) else "web and worker"] += seconds
    return spent


def _is_faces(pid: int) -> bool:
    try:
        return b"erjian_faces" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


class Reader:
    """Opens one page after another at a steady pace and notes how long each takes."""

    def __init__(self, port: int, cookie: str) -> None:
        self._browser = Browser(port, cookie)
        self._over = threading.Event()
        self.taken: list[float] = []
        self.refused: list[str] = []

    def read(self, seconds: float = 0) -> None:
        """Until `stop`, or for so many seconds."""
        began = time.monotonic()
        while not self._over.is_set() and not (seconds and time.monotonic() - began > seconds):
            begin = time.monotonic()
            page = PAGES[len(self.taken) % len(PAGES)]
            status, _ = self._browser.ask("GET", page)
            if status != 200:
                self.refused.append(f"{page} {status}")
            self.taken.append((time.monotonic() - begin) * 1000)
            time.sleep(max(0.0, EVERY - (time.monotonic() - begin)))

    def stop(self) -> None:
        self._over.set()


@dataclass
class Window:
    """What was seen in a stretch of time: pages' milliseconds, seconds of CPU by part, seconds by the clock."""

    pages: list[float]
    cpu: dict[str, float]
    seconds: float

    @property
    def platform(self) -> float:
        return sum(seconds for part, seconds in self.cpu.items() if part != "machine")

    @property
    def others(self) -> float:
        """The share of the machine that other programs took, this one included."""
        return max(0.0, self.cpu["machine"] - self.platform) / (self.seconds * CORES)


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="erjian-attempts-", dir="/tmp") as name:
        folder = Path(name)
        with platform(folder) as (port, root, environment):
            asked = [sys.executable, "-m", "bench.attempts", "--prepare", str(AT_ONCE * (ROUNDS + 1))]
            done = subprocess.run(asked, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
            *holders, reader = json.loads(done.stdout)
            # The models of the face service, the worker's modules and the pages' templates are loaded once before.
            _beside(folder, root, port, holders[:AT_ONCE], reader)
            rounds = [
                (
                    _alone(folder, root, port, reader),
                    *_beside(folder, root, port, holders[AT_ONCE * each : AT_ONCE * (each + 1)], reader),
                )
                for each in range(1, ROUNDS + 1)
            ]
    return report(rounds)


def _alone(folder: Path, root: int, port: int, cookie: str) -> Window:
    reader, before, began = Reader(port, cookie), ticks(root, folder), time.monotonic()
    reader.read(ALONE_SECONDS)
    return _window(reader, before, ticks(root, folder), began)


def _beside(
    folder: Path, root: int, port: int, cookies: list[str], cookie: str
) -> tuple[Window, list[tuple[str, float]]]:
    attempts = [Attempt.drawn(port, each, seed) for seed, each in enumerate(cookies, secrets.randbelow(10**6))]
    reader = Reader(port, cookie)
    with ThreadPoolExecutor(AT_ONCE + 1) as pool:
        before, began = ticks(root, folder), time.monotonic()
        reading = pool.submit(reader.read)
        outcomes = [each.result() for each in [pool.submit(attempt.hand_in) for attempt in attempts]]
        reader.stop()
        reading.result()
        return _window(reader, before, ticks(root, folder), began), outcomes


def _window(reader: Reader, before: dict[str, float], after: dict[str, float], began: float) -> Window:
    if reader.refused:
        raise SystemExit(f"{len(reader.refused)} of {len(reader.taken)} pages were refused, first {reader.refused[0]}")
    cpu = {part: after[part] - before[part] for part in after}
    return Window(reader.taken, cpu, time.monotonic() - began)


def report(rounds: list[tuple[Window, Window, list[tuple[str, float]]]]) -> int:
    """Print what was measured; 1 when an attempt failed or pages were slowed by more than the CPU that is gone."""
    before, during = [each[0] for each in rounds], [each[1] for each in rounds]
    alone, beside = ([page for window in windows for page in window.pages] for windows in (before, during))
    outcomes = [outcome for _, _, found in rounds for outcome in found]
    each_page = sum(window.platform for window in before) / len(alone)
    seconds = sum(window.seconds for window in during)
    share = max(0.0, sum(window.platform for window in during) - each_page * len(beside)) / (seconds * CORES)
    others = [statistics.mean(window.others for window in windows) for windows in (before, during)]
    left = [max(0.05, 1 - others[0]), max(0.05, 1 - others[1] - share)]
    slower, allowed = statistics.median(beside) / statistics.median(alone), max(1.0, left[0] / left[1])
    accepted = sum(state == "accepted" for state, _ in outcomes)
    faces = sum(window.cpu["faces"] for window in during) / len(outcomes)
    print(f"{AT_ONCE} attempts at once, {ROUNDS} rounds, a page every {EVERY * 1000:.0f} ms, {CORES} cores")
    print(f"  accepted {accepted} of {len(outcomes)}; known after {_range([took for _, took in outcomes], 's')}")
    print(f"  pages alone           {_pages(alone)}; CPU {each_page * 1000:.1f} ms a page")
    print(f"  pages beside attempts {_pages(beside)}")
    print(f"  an attempt: {faces:.2f} s CPU of the face service; attempts took {share:.0%} of the machine's CPU")
    print(f"  other programs took {others[0]:.0%} of it before and {others[1]:.0%} meanwhile")
    print(f"  pages slower {slower:.2f} times; expected at most {allowed:.2f} times by the CPU that is gone")
    if max(others) > MOST_OTHERS:
        print("  the machine is too busy with other programs to judge this")
        return int(accepted < len(outcomes))
    return int(accepted < len(outcomes) or slower > allowed * NOISE)


def _pages(taken: list[float]) -> str:
    late = statistics.quantiles(taken, n=20)[-1]
    return f"{len(taken):4} at {statistics.median(taken):6.1f} ms (19 of 20 within {late:6.1f} ms)"


def _range(values: list[float], unit: str) -> str:
    return f"{min(values):.1f} to {max(values):.1f} {unit}"


if __name__ == "__main__":
    if "--prepare" in sys.argv:
        print(json.dumps(prepare(int(sys.argv[-1]))))
        sys.exit()
    sys.exit(main())
