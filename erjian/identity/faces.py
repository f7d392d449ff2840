"""Looking at faces and reading cards: what the platform asks for, and the client of the service that comes with it.

The service (`faces/` of this project) runs in its own process behind `ERJIAN_FACES_URL`; it is spoken to with JSON over
HTTP, on a TCP port or on a Unix socket (`unix:/path`). Nothing of it is imported here. An authoritative provider that
shows its own camera page (a `Redirecting` one) stands in `erjian.identity.tencent`.
"""

from __future__ import annotations

import base64
import http.client
import json
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from erjian.registry.models import Assurance

LOOK_SECONDS, CARD_SECONDS, DECIDE_SECONDS = 4.0, 40.0, 60.0
_MOST = 8_000_000


class FacesUnavailable(Exception):
    """The service does not answer, is busy, or answers nonsense; asking again later may help."""


class BadPicture(Exception):
    """The service cannot use what was sent; `code` is its word for why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Look:
    """What one frame shows; no hints means that it is good."""

    faces: int
    hints: tuple[str, ...]


@dataclass(frozen=True)
class Decision:
    """`verdict` is accept, refuse or officer; `distance` is how unlike the face and the portrait are."""

    verdict: str
    reason: str = ""
    distance: float | None = None
    best_frame: int | None = None
    reference: str = ""


@dataclass(frozen=True)
class Card:
    """What was read of one side of the card, with how sure each field is."""

    fields: dict[str, str] = field(default_factory=dict)
    confidence: dict[str, float] = field(default_factory=dict)
    hints: tuple[str, ...] = ()


@dataclass(frozen=True)
class Frame:
    """One picture of the camera, so many milliseconds after the first gesture was asked for."""

    at: int
    jpeg: bytes


class FaceProvider(Protocol):
    """Judges frames that the platform's own page took."""

    name: str
    assurance: Assurance

    def look(self, jpeg: bytes) -> Look:
        """What one frame shows. Raises FacesUnavailable, BadPicture."""
        ...

    def decide(
        self, *, challenges: Sequence[str], frames: Sequence[Frame], portrait: bytes, accept: float, refuse: float
    ) -> Decision:
        """The verdict on an attempt. Raises FacesUnavailable, BadPicture."""
        ...


class Redirecting(Protocol):
    """Leads the person to its own camera page and knows the result afterwards."""

    name: str
    assurance: Assurance

    def begin(self, *, name: str, id_number: str, back: str, attempt: str) -> tuple[str, str]:
        """The address to go to, and the provider's reference. Raises FacesUnavailable, BadPicture."""
        ...

    def outcome(self, reference: str, *, name: str, id_number: str, attempt: str) -> Decision | None:
        """The verdict, or None while the person has not finished. Raises FacesUnavailable."""
        ...


class CardReader(Protocol):
    """Reads one side of an ID card."""

    def read(self, image: bytes, *, side: str) -> Card:
        """The fields of a side ("front" with the portrait, or "back"). Raises FacesUnavailable, BadPicture."""
        ...


class EmbeddedFaces:
    """The service that comes with the platform: looks, decides and reads cards."""

    name = "embedded"
    assurance = Assurance.FACE

    def __init__(self, address: str) -> None:
        self._address = address

    def look(self, jpeg: bytes) -> Look:
        answer = self._ask("/v1/look", {"frame": _b64(jpeg)}, LOOK_SECONDS)
        return Look(faces=int(answer.get("faces", 0)), hints=_words(answer.get("hints")))

    def decide(
        self, *, challenges: Sequence[str], frames: Sequence[Frame], portrait: bytes, accept: float, refuse: float
    ) -> Decision:
        answer = self._ask(
            "/v1/decide",
            {
                "challenges": list(challenges),
                "frames": [{"at": frame.at, "jpeg": _b64(frame.jpeg)} for frame in frames],
                "portrait": _b64(portrait),
                "thresholds": {"accept": accept, "refuse": refuse},
            },
            DECIDE_SECONDS,
        )
        verdict = answer.get("verdict")
        if verdict not in ("accept", "refuse", "officer"):
            raise FacesUnavailable("no verdict in the answer")
        best, distance = answer.get("best_frame"), answer.get("distance")
        return Decision(
            verdict=verdict,
            reason=str(answer.get("reason") or "")[:30],
            distance=float(distance) if isinstance(distance, int | float) else None,
            best_frame=best if isinstance(best, int) and 0 <= best < len(frames) else None,
        )

    def read(self, image: bytes, *, side: str) -> Card:
        answer = self._ask("/v1/card", {"image": _b64(image), "side": side}, CARD_SECONDS)
        fields, sure = answer.get("fields"), answer.get("confidence")
        return Card(
            fields={str(name): str(value) for name, value in fields.items() if value}
            if isinstance(fields, dict)
            else {},
            confidence={str(name): float(value) for name, value in sure.items()} if isinstance(sure, dict) else {},
            hints=_words(answer.get("hints")),
        )

    def _ask(self, path: str, content: dict[str, Any], seconds: float) -> dict[str, Any]:
        body = json.dumps(content).encode()
        connection = _connection(self._address, seconds)
        try:
            connection.request("POST", path, body, {"Content-Type": "application/json", "Connection": "close"})
            answer = connection.getresponse()
            text = answer.read(_MOST)
            found = json.loads(text) if text else {}
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise FacesUnavailable(type(error).__name__) from error
        finally:
            connection.close()
        if not isinstance(found, dict):
            raise FacesUnavailable("an answer of another shape")
        if answer.status == 200:
            return found
        if answer.status in (400, 413):
            raise BadPicture(str(found.get("error", "bad_request")))
        raise FacesUnavailable(f"HTTP {answer.status}")


class _UnixConnection(http.client.HTTPConnection):
    """HTTP over a socket in the file system."""

    def __init__(self, path: str, seconds: float) -> None:
        super().__init__("localhost", timeout=seconds)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def _connection(address: str, seconds: float) -> http.client.HTTPConnection:
    if address.startswith("unix:"):
        return _UnixConnection(address.removeprefix("unix:").removeprefix("//"), seconds)
    parts = urlsplit(address)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    return kind(parts.hostname or "", parts.port, timeout=seconds)


def _b64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _words(value: Any) -> tuple[str, ...]:
    return tuple(str(word)[:30] for word in value) if isinstance(value, list) else ()


def embedded() -> EmbeddedFaces:
    """The platform's own service: it also reads cards, whoever judges the faces."""
    return EmbeddedFaces(settings.ERJIAN_FACES_URL)


def provider() -> FaceProvider | Redirecting:
    """Who judges faces, by the settings."""
    match settings.ERJIAN_FACES:
        case "embedded":
            return embedded()
        case "tencent":
            from erjian.identity.tencent import TencentFaces

            return TencentFaces.from_settings()
        case other:
            raise ImproperlyConfigured(f"ERJIAN_FACES is 'embedded' or 'tencent', not {other!r}")


def is_redirecting(found: FaceProvider | Redirecting) -> bool:
    """Whether the provider brings its own camera page."""
    return hasattr(found, "begin")
