"""Keeps one worker process of a kind: started when needed, one request at a time, started anew when it fails."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

log = logging.getLogger("erjian_faces")

START_SECONDS = 60.0
WATCH_SECONDS = 0.2
PAGE = os.sysconf("SC_PAGE_SIZE")


class Busy(Exception):
    """So many wait already that one more would only wait in vain."""


class Failed(Exception):
    """The worker died twice over the same request."""


class _Died(Exception):
    pass


@dataclass
class Worker:
    """`kind` as in erjian_faces.worker; `memory` in bytes; `idle` seconds after which it is ended, 0 for never."""

    kind: str
    memory: int
    patience: float
    most_waiting: int
    idle: float = 0.0
    restarts: int = 0
    requests: int = 0
    _process: asyncio.subprocess.Process | None = None
    _waiting: list[tuple[int, int, asyncio.Future[None]]] = field(default_factory=list)
    _taken: bool = False
    _order: itertools.count[int] = field(default_factory=itertools.count)
    _used: float = field(default_factory=time.monotonic)

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None and self._process.returncode is None else None

    @property
    def waiting(self) -> int:
        return len(self._waiting) + self._taken

    async def start(self) -> None:
        """Have the process ready, when nobody else is using it."""
        async with self._turn(rank=0):
            await self._running()

    async def ask(self, path: str, body: bytes, *, rank: int) -> tuple[int, bytes]:
        """Status and body of the answer. A lower `rank` is served first. A request that kills the worker is repeated once."""
        if self.waiting >= self.most_waiting:
            raise Busy
        async with self._turn(rank=rank):
            self.requests += 1
            for _ in range(2):
                try:
                    return await self._exchange(path, body)
                except (_Died, OSError) as error:
                    log.warning("%s worker failed on %s with %d bytes: %s", self.kind, path, len(body), error)
                    self.restarts += 1
                    await self.stop()
            raise Failed

    async def stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()

    async def rest(self) -> None:
        """End the process when it has not been used for long; its memory is worth more elsewhere."""
        if self.idle and self.pid and not self.waiting and time.monotonic() - self._used > self.idle:
            await self.stop()

    @contextlib.asynccontextmanager
    async def _turn(self, *, rank: int) -> AsyncIterator[None]:
        if self._taken:
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            entry = (rank, next(self._order), turn)
            self._waiting.append(entry)
            try:
                await turn
            except asyncio.CancelledError:
                if entry in self._waiting:
                    self._waiting.remove(entry)
                else:
                    self._pass_on()
                raise
        self._taken = True
        try:
            yield
        finally:
            self._used = time.monotonic()
            self._pass_on()

    def _pass_on(self) -> None:
        self._taken = False
        if self._waiting:
            entry = min(self._waiting, key=lambda waiting: waiting[:2])
            self._waiting.remove(entry)
            self._taken = True
            entry[2].set_result(None)

    async def _running(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "erjian_faces.worker", self.kind,
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=2**20, env=_environment(),
            )  # fmt: skip
            await self._within(START_SECONDS, self._head(self._process))
        return self._process

    async def _exchange(self, path: str, body: bytes) -> tuple[int, bytes]:
        process = await self._running()
        watch = asyncio.create_task(self._watch(process))
        try:
            return await self._within(self.patience, self._talk(process, path, body))
        finally:
            watch.cancel()

    async def _talk(self, process: asyncio.subprocess.Process, path: str, body: bytes) -> tuple[int, bytes]:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{path} {len(body)}\n".encode())
        process.stdin.write(body)
        await process.stdin.drain()
        status, length = await self._head(process)
        return status, await process.stdout.readexactly(length)

    async def _head(self, process: asyncio.subprocess.Process) -> tuple[int, int]:
        assert process.stdout is not None
        line = await process.stdout.readline()
        if not line:
            raise _Died(f"ended with {await process.wait()}")
        status, length = line.split()
        return int(status), int(length)

    async def _within(self, seconds: float, work: Awaitable[tuple[int, Any]]) -> tuple[int, Any]:
        try:
            return await asyncio.wait_for(work, seconds)
        except TimeoutError:
            raise _Died(f"no answer within {seconds:.0f} s") from None
        except (asyncio.IncompleteReadError, ValueError) as error:
            raise _Died(f"broke off: {error}") from None

    async def _watch(self, process: asyncio.subprocess.Process) -> None:
        """End the process when it takes more memory than it may; whoever waits for it sees it die."""
        while process.returncode is None:
            if resident(process.pid) > self.memory:
                log.warning("%s worker takes more than %d MB; starting another", self.kind, self.memory >> 20)
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                return
            await asyncio.sleep(WATCH_SECONDS)


def resident(pid: int) -> int:
    """Bytes of memory that the process occupies."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
    except (OSError, ValueError, IndexError):
        return 0


def _environment() -> dict[str, str]:
    """One thread for each library, and memory given back early."""
    limits = {
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "OPENCV_FOR_THREADS_NUM": "1",
        "MALLOC_ARENA_MAX": "2",
    }
    return {**os.environ, **limits}
