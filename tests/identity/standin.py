"""A small local server that speaks the face service's contract and says what a test tells it to."""

from __future__ import annotations

import base64
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class FaceService:
    """`answers` maps a path to (status, content); a content that is callable is given the request."""

    url: str = ""
    answers: dict[str, tuple[int, Any]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def says(self, path: str, content: Any, *, status: int = 200) -> None:
        self.answers[path] = (status, content)

    def decides(self, verdict: str, **more: Any) -> None:
        self.says("/v1/decide", {"verdict": verdict, "reason": None, "distance": 0.3, "best_frame": 2, **more})

    def reads(self, side: str, fields: dict[str, str], *, hints: tuple[str, ...] = ()) -> None:
        """What is on one side of the card."""
        content = {"fields": fields, "confidence": dict.fromkeys(fields, 0.97), "hints": list(hints)}
        known = self.answers.get("/v1/card", (200, None))[1]
        sides = dict(known.sides) if isinstance(known, _Sides) else {}
        self.says("/v1/card", _Sides({**sides, side: content}))


@dataclass
class _Sides:
    sides: dict[str, Any]

    def __call__(self, request: dict[str, Any]) -> Any:
        return self.sides.get(request["side"], {"fields": {}, "confidence": {}, "hints": ["not_a_card"]})


def serve(service: FaceService) -> ThreadingHTTPServer:
    """Serve it on a free port; shut it down afterwards."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            request = json.loads(body)
            service.asked.append((self.path, request))
            status, content = service.answers.get(self.path, (503, {"error": "busy"}))
            if callable(content):
                content = content(request)
            answer = content if isinstance(content, bytes) else json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args: Any) -> None:
            """Tests are quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    return server


def decoded(text: str) -> bytes:
    return base64.b64decode(text)
