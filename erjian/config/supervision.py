"""Keeping child processes alive: a dead one is started again, with growing pauses, until everything is stopped."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

LONGEST_PAUSE = 30.0
STEADY_SECONDS = 60.0
GRACE_SECONDS = 15.0
TICK = 0.2


@dataclass
class Child:
    """One process under supervision."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = 0.0
    due: float = 0.0

    def start(self) -> None:
        # A session of its own: Ctrl-C reaches the supervisor only, which stops its children in order.
        self.process = subprocess.Popen(
            self.command, env=dict(self.environment), stdin=subprocess.DEVNULL, start_new_session=True
        )
        self.started = time.monotonic()

    def look_after(self) -> str | None:
        """Start the process when it is due; a sentence when it has just been found dead."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.due:
                self.start()
            return None
        code = self.process.poll()
        if code is None:
            return None
        self.process = None
        self.pause = 1.0 if now - self.started > STEADY_SECONDS else min(max(self.pause * 2, 1.0), LONGEST_PAUSE)
        self.due = now + self.pause
        return f"{self.name} ended ({_ending(code)}); starting it again in {self.pause:.0f} s"


@dataclass
class Supervisor:
    """Runs children until told to stop. `watch` is called on every tick, `leaving` when the end begins."""

    children: list[Child]
    watch: Callable[[], None] = lambda: None
    say: Callable[[str], None] = lambda line: print(line, file=sys.stderr, flush=True)  # noqa: T201 - the operator's terminal
    leaving: Callable[[], None] = lambda: None
    stopping: bool = field(default=False, init=False)

    def listen(self) -> None:
        """Let Ctrl-C, TERM and a closed terminal ask for the end."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)

    def _stop(self, number: int, frame: object) -> None:
        self.stopping = True

    def tick(self) -> None:
        self.watch()
        for child in self.children:
            if line := child.look_after():
                self.say(line)

    def run(self) -> None:
        """Look after the children until the end was asked for; then end them."""
        try:
            while not self.stopping:
                self.tick()
                time.sleep(TICK)
        finally:
            self.stop()

    def stop(self) -> None:
        """End the children: politely, then by force."""
        self.leaving()
        running = [child.process for child in self.children if child.process is not None]
        for process in running:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
        deadline = time.monotonic() + GRACE_SECONDS
        for process in running:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _ending(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    with contextlib.suppress(ValueError):
        return signal.Signals(-code).name
    return f"signal {-code}"
