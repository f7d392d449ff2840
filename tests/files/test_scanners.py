"""The virus scan, against a local server that speaks clamd's INSTREAM."""

import socketserver
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from erjian import audit, files
from erjian.files.models import Blob, Scan
from erjian.files.scanners import Clamd, NoScanner, scanner
from tests.files import hostile

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
LIMITS = files.Limits(types=(files.JPEG, files.PDF), max_bytes=2**21)
STREAM_MAX = 2**20


class _Handler(socketserver.BaseRequestHandler):
    def _exactly(self, size: int) -> bytes:
        data = b""
        while len(data) < size and (part := self.request.recv(size - len(data))):
            data += part
        return data

    def handle(self) -> None:
        if self._exactly(10) != b"zINSTREAM\0":
            self.request.sendall(b"UNKNOWN COMMAND\0")
            return
        data = b""
        while size := struct.unpack("!I", self._exactly(4))[0]:
            data += self._exactly(size)
            if len(data) > STREAM_MAX:
                self.request.sendall(b"INSTREAM size limit exceeded. ERROR\0")
                return
        infected = EICAR in data
        self.request.sendall(b"stream: Eicar-Test-Signature FOUND\0" if infected else b"stream: OK\0")


@pytest.fixture(params=["tcp", "unix"])
def clamd(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "tcp":
        server: socketserver.BaseServer = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Handler)
        address = f"tcp://127.0.0.1:{server.server_address[1]}"  # type: ignore[index]
    else:
        server = socketserver.ThreadingUnixStreamServer(str(tmp_path / "clamd.ctl"), _Handler)
        address = f"unix:{tmp_path}/clamd.ctl"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield address
    server.shutdown()
    thread.join()
    server.server_close()


def accept(content: bytes) -> Blob:
    return files.accept(hostile.upload(content), limits=LIMITS, actor=audit.SYSTEM)


@pytest.mark.django_db
def test_a_clean_file_is_marked_scanned(clamd: str, settings: object) -> None:
    settings.ERJIAN_CLAMD = clamd  # type: ignore[attr-defined]
    assert accept(hostile.jpeg()).scan == Scan.CLEAN


@pytest.mark.django_db
def test_a_virus_is_refused_even_inside_a_good_picture(clamd: str, settings: object) -> None:
    settings.ERJIAN_CLAMD = clamd  # type: ignore[attr-defined]
    with pytest.raises(files.FileRefused) as caught:
        accept(hostile.jpeg() + EICAR)
    assert (caught.value.code, caught.value.status) == ("virus", 422)
    assert caught.value.message == "文件含有病毒，已拒绝。请查杀病毒后换一个文件上传。"
    assert not Blob.objects.exists()


@pytest.mark.django_db
def test_a_file_that_the_scanner_gives_up_on_is_not_accepted(clamd: str, settings: object) -> None:
    settings.ERJIAN_CLAMD = clamd  # type: ignore[attr-defined]
    with pytest.raises(files.FileRefused) as caught:
        accept(hostile.jpeg() + bytes(STREAM_MAX))
    assert (caught.value.code, caught.value.status) == ("unavailable", 503)


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "unix:/nowhere/clamd.ctl"])
def test_a_scanner_that_is_down_lets_nothing_through(address: str, settings: object) -> None:
    settings.ERJIAN_CLAMD = address  # type: ignore[attr-defined]
    with pytest.raises(files.FileRefused) as caught:
        accept(hostile.jpeg())
    assert caught.value.status == 503


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("", NoScanner()),
        ("tcp://scan.example:3311", Clamd(("scan.example", 3311))),
        ("tcp://scan.example", Clamd(("scan.example", 3310))),
        ("unix:/run/clamav/clamd.ctl", Clamd("/run/clamav/clamd.ctl")),
        ("unix:///run/clamav/clamd.ctl", Clamd("/run/clamav/clamd.ctl")),
    ],
)
def test_choice(address: str, expected: object, settings: object) -> None:
    settings.ERJIAN_CLAMD = address  # type: ignore[attr-defined]
    found = scanner()
    assert found == expected or (isinstance(found, NoScanner) and isinstance(expected, NoScanner))


def test_a_wrong_address_is_an_error_at_once(settings: object) -> None:
    settings.ERJIAN_CLAMD = "clamav"  # type: ignore[attr-defined]
    with pytest.raises(ImproperlyConfigured):
        scanner()
