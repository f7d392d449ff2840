"""The real service in a process of its own, and a client of it."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from erjian.config import face_service
from tests.faces.pictures import ROOT

START_SECONDS = 60


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=120)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: dict[str, Any]


@dataclass(frozen=True)
class Faces:
    """A running service."""

    path: Path
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        """As ERJIAN_FACES_URL wants it."""
        return f"unix:{self.path}"

    def ask(self, path: str, content: Any = None, *, raw: bytes | None = None, method: str | None = None) -> Answer:
        connection = _Connection(str(self.path))
        body = raw if raw is not None else None if content is None else json.dumps(content).encode()
        try:
            connection.request(method or ("GET" if body is None else "POST"), path, body)
            answer = connection.getresponse()
            return Answer(answer.status, dict(answer.getheaders()), json.loads(answer.read() or b"{}"))
        finally:
            connection.close()

    def health(self) -> dict[str, Any]:
        return self.ask("/healthz").body

    def decide(
        self, challenges: list[str], frames: list[dict[str, object]], portrait: str, **more: Any
    ) -> dict[str, Any]:
        answer = self.ask("/v1/decide", {"challenges": challenges, "frames": frames, "portrait": portrait, **more})
        assert answer.status == 200, answer
        return answer.body


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[Faces]:
    """Serve at a socket in `folder` until the block ends."""
    path = folder / "socket"
    process = subprocess.Popen(
        [str(face_service.PYTHON), "-m", "erjian_faces", "--end-with-parent", "--socket", str(path)],
        cwd=ROOT / "faces",
    )
    faces = Faces(path, process)
    try:
        deadline = time.monotonic() + START_SECONDS
        while True:
            with contextlib.suppress(OSError):
                if faces.health()["ok"]:
                    break
            assert process.poll() is None, "the service ended while starting"
            assert time.monotonic() < deadline, "the service did not start"
            time.sleep(0.1)
        yield faces
    finally:
        process.terminate()
        process.wait(20)
