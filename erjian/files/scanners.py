"""Virus scan: none (and then said so, 未查毒), or clamd over its INSTREAM protocol.

Chosen by ERJIAN_CLAMD: empty, `tcp://host:3310` or `unix:/run/clamav/clamd.ctl`. When a scanner is
configured but does not answer, nothing is accepted: an unscanned file must not pass for a scanned one.
"""

import socket
import struct
from dataclasses import dataclass
from typing import IO, Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from erjian.files.models import Scan
from erjian.files.refusals import FileRefused

_CHUNK = 64 * 1024


class Scanner(Protocol):
    def scan(self, stream: IO[bytes]) -> Scan:
        """Read `stream` from where it stands. Raises FileRefused: virus, unavailable."""
        ...


class NoScanner:
    """Scans nothing and says so."""

    def scan(self, stream: IO[bytes]) -> Scan:
        return Scan.NONE


@dataclass(frozen=True)
class Clamd:
    """`address` is (host, port) or the path of a socket."""

    address: tuple[str, int] | str
    timeout: float = 30.0

    def scan(self, stream: IO[bytes]) -> Scan:
        try:
            answer = self._ask(stream)
        except OSError:
            raise FileRefused.scan_unavailable() from None
        # "stream: OK", "stream: Eicar-Test-Signature FOUND", "… ERROR" (too large for it, out of memory)
        if answer.endswith("FOUND"):
            raise FileRefused.infected()
        if answer != "stream: OK":
            raise FileRefused.scan_unavailable()
        return Scan.CLEAN

    def _ask(self, stream: IO[bytes]) -> str:
        with self._connected() as line:
            line.sendall(b"zINSTREAM\0")
            try:
                while chunk := stream.read(_CHUNK):
                    line.sendall(struct.pack("!I", len(chunk)) + chunk)
                line.sendall(struct.pack("!I", 0))
            except (BrokenPipeError, ConnectionResetError):
                pass  # it hangs up as soon as it knows; its answer is already here
            received = b""
            while b"\0" not in received and (part := line.recv(4096)):
                received += part
        return received.split(b"\0", 1)[0].decode(errors="replace").strip()

    def _connected(self) -> socket.socket:
        if isinstance(self.address, str):
            line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            line.settimeout(self.timeout)
            try:
                line.connect(self.address)
            except OSError:
                line.close()
                raise
            return line
        return socket.create_connection(self.address, timeout=self.timeout)


def scanner() -> Scanner:
    address = settings.ERJIAN_CLAMD
    if not address:
        return NoScanner()
    if address.startswith("unix:"):
        return Clamd("/" + address.removeprefix("unix:").lstrip("/"))
    parts = urlsplit(address)
    if parts.scheme != "tcp" or not parts.hostname:
        raise ImproperlyConfigured(f"ERJIAN_CLAMD is tcp://host:port or unix:/path, not {address!r}")
    return Clamd((parts.hostname, parts.port or 3310))
