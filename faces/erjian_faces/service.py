"""The service's HTTP side: takes requests within bounds, hands them to the workers, answers.

Pictures pass through in memory only; the log carries paths, sizes, times and statuses.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from erjian_faces.workers import Busy, Failed, Worker

log = logging.getLogger("erjian_faces")

MOST_BYTES = 24 * 2**20
# All requests together; more would not fit beside the workers.
MOST_BYTES_AT_ONCE = 72 * 2**20
BODY_SECONDS = 30.0
RETRY_AFTER = 3
MODELS = {"landmarks": "mediapipe face mesh + iris", "match": "dlib resnet v1", "ocr": "PP-OCRv6 small"}

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


@dataclass(frozen=True)
class Route:
    worker: str
    rank: int


# Live hints are quick and somebody waits for them, so they go first.
ROUTES = {"/v1/look": Route("faces", 0), "/v1/decide": Route("faces", 1), "/v1/card": Route("cards", 0)}


def _workers() -> dict[str, Worker]:
    return {
        "faces": Worker("faces", memory=330 * 2**20, patience=90, most_waiting=16),
        "cards": Worker("cards", memory=600 * 2**20, patience=60, most_waiting=12, idle=600),
    }


class TooLarge(Exception):
    pass


@dataclass
class Service:
    """An ASGI application."""

    workers: dict[str, Worker] = field(default_factory=_workers)
    _bytes: int = 0
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            started = time.monotonic()
            status, answer = await self._answer(scope, receive)
            await _send(send, status, answer)
            if scope["path"] != "/healthz":
                log.info(
                    "%s %s %d %.0f ms", scope["method"], scope["path"], status, (time.monotonic() - started) * 1000
                )

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                for work in (self.workers["faces"].start(), self._rest()):
                    task = asyncio.create_task(work)
                    self._tasks.add(task)
                    task.add_done_callback(_tell)
                await send({"type": "lifespan.startup.complete"})
            else:
                for task in self._tasks:
                    task.cancel()
                for worker in self.workers.values():
                    await worker.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _rest(self) -> None:
        while True:
            await asyncio.sleep(30)
            for worker in self.workers.values():
                await worker.rest()

    async def _answer(self, scope: Message, receive: Receive) -> tuple[int, bytes]:
        path, method = scope["path"], scope["method"]
        if path == "/healthz" and method in {"GET", "HEAD"}:
            return 200, _json(self._health())
        route = ROUTES.get(path)
        if route is None:
            return 404, _error("not_found")
        if method != "POST":
            return 405, _error("method_not_allowed")
        worker = self.workers[route.worker]
        if worker.waiting >= worker.most_waiting:
            return 503, _error("busy")
        try:
            async with self._body(scope, receive) as body:
                return await worker.ask(path, body, rank=route.rank)
        except (TooLarge, TimeoutError, Busy, Failed) as error:
            return _REFUSALS[type(error)]

    def _health(self) -> dict[str, Any]:
        return {
            "ok": self.workers["faces"].pid is not None,
            "queue": sum(worker.waiting for worker in self.workers.values()),
            "models": MODELS,
            "workers": {
                name: {"pid": worker.pid, "requests": worker.requests, "restarts": worker.restarts}
                for name, worker in self.workers.items()
            },
        }

    @contextlib.asynccontextmanager
    async def _body(self, scope: Message, receive: Receive) -> Any:
        """The request's body, counted against what all requests may hold together while it is used."""
        length = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
        expected = int(length) if length.isdigit() else MOST_BYTES
        if expected > MOST_BYTES:
            await _drain(receive)
            raise TooLarge
        if self._bytes + expected > MOST_BYTES_AT_ONCE:
            raise Busy
        self._bytes += expected
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await _read(receive)
            yield body
        finally:
            self._bytes -= expected


async def _read(receive: Receive) -> bytes:
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise TimeoutError
        part = message.get("body", b"")
        size += len(part)
        if size > MOST_BYTES:
            raise TooLarge
        parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts)


async def _drain(receive: Receive) -> None:
    """Let the sender finish, within reason, so that it reads the refusal instead of a broken connection."""
    size, more = 0, True
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(BODY_SECONDS):
            while more and size < MOST_BYTES * 4:
                message = await receive()
                size += len(message.get("body", b""))
                more = message.get("more_body", False)


async def _send(send: Send, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"application/json; charset=utf-8"), (b"content-length", b"%d" % len(body))]
    if status == 503:
        headers.append((b"retry-after", b"%d" % RETRY_AFTER))
    if status in {408, 413}:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


_REFUSALS = {
    TooLarge: (413, b'{"error": "too_large", "field": "body"}'),
    TimeoutError: (408, b'{"error": "bad_request", "field": "body"}'),
    Busy: (503, b'{"error": "busy"}'),
    Failed: (500, b'{"error": "failed"}'),
}


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _error(name: str, field_name: str | None = None) -> bytes:
    return _json({"error": name} if field_name is None else {"error": name, "field": field_name})


def _tell(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        log.error("background work ended: %r", error)
