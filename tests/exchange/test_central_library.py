"""The central library over HTTP, against a local server that behaves like one, and what is taken over from it."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from erjian import audit
from erjian.audit.models import Event
from erjian.exchange import central_library, library_differences
from erjian.exchange.central_library import EmbeddedLibrary, HttpLibrary, LibraryRefused, from_json, sign, to_json
from erjian.registry import enterprise_profile
from erjian.registry.models import Change
from tests import makers

SECRET = b"shared secret"
CODE = makers.credit_code(70)
RECORD: dict[str, Any] = {
    "credit_code": CODE,
    "name": "湖南麓川建设工程有限公司",
    "values": {
        "established_on": "2010-05-20", "capital": "8000.5", "city": "430100", "county": "430104",
        "legal_representative": "陈国梁", "nature": "private", "kind": "construction", "website": "https://x.example",
    },
    "qualifications": [
        {"number": "D243000000", "scope": "建筑工程施工总承包", "level": "一级", "issued_on": "2024-01-01",
         "expires_on": "2029-12-31"},
    ],
}  # fmt: skip


class Library(ThreadingHTTPServer):
    """Answers signed questions with `body`, signed unless told otherwise."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status, self.delay, self.secret = 200, 0.0, SECRET
        self.body = json.dumps(RECORD, ensure_ascii=False).encode()
        self.headers: dict[str, str] = {}
        self.asked: list[dict[str, Any]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/enterprises"


class _Handler(BaseHTTPRequestHandler):
    server: Library

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        time.sleep(self.server.delay)
        if self.headers["X-Erjian-Signature"] != sign(SECRET, body):
            self._answer(403, b"{}")
            return
        self.server.asked.append(json.loads(body))
        self._answer(self.server.status, self.server.body)

    def _answer(self, status: int, body: bytes) -> None:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the client no longer waits
            self.send_response(status)
            for name, value in self.server.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("X-Erjian-Signature", sign(self.server.secret, body))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Library]:
    made = Library()
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


def ask(server: Library, *, secret: bytes = SECRET, timeout: float = 5) -> Any:
    return HttpLibrary(server.url, secret, timeout).find(CODE)


def refused(server: Library, **options: Any) -> str:
    with pytest.raises(LibraryRefused) as found:
        ask(server, **options)
    assert found.value.status == 503
    assert "没有改动" in found.value.message
    return found.value.code


def test_a_record_comes_over_typed_and_without_what_is_not_asked_for(server: Library) -> None:
    record = ask(server)
    assert server.asked[0]["credit_code"] == CODE
    assert record.values["capital"] == Decimal("8000.5")
    assert record.values["established_on"] == date(2010, 5, 20)
    assert "website" not in record.values
    assert record.qualifications[0].expires_on == date(2029, 12, 31)
    assert from_json(json.loads(json.dumps(to_json(record))), credit_code=CODE) == record


def test_an_unknown_enterprise_is_none(server: Library) -> None:
    server.status = 404
    assert ask(server) is None


@pytest.mark.parametrize("status", [500, 502, 403, 400, 302])
def test_a_failing_service_is_refused(server: Library, status: int) -> None:
    server.status = status
    server.headers = {"Location": server.url}
    assert refused(server) == "refused"


def test_a_slow_service_and_a_dead_one_are_refused(server: Library) -> None:
    server.delay = 1.0
    assert refused(server, timeout=0.2) == "unreachable"
    with pytest.raises(LibraryRefused, match="无法连接"):
        HttpLibrary("http://127.0.0.1:9/none", SECRET, 0.5).find(CODE)


def test_signatures_count_both_ways(server: Library) -> None:
    assert refused(server, secret=b"another") == "refused"
    server.secret = b"another"
    assert refused(server) == "signature"


@pytest.mark.parametrize(
    "body",
    [
        b"{", b"[]", b"null", b'"text"', b"\xff\xfe", b"{}", b"[" * 200_000,
        json.dumps({**RECORD, "credit_code": makers.credit_code(71)}).encode(),
        json.dumps({**RECORD, "values": []}).encode(),
        json.dumps({**RECORD, "name": ""}).encode(),
        json.dumps({**RECORD, "qualifications": {"a": 1}}).encode(),
        json.dumps({**RECORD, "qualifications": [1]}).encode(),
        json.dumps({**RECORD, "qualifications": RECORD["qualifications"] * 2}).encode(),
        *(json.dumps({**RECORD, "values": {name: value}}).encode() for name, value in (
            ("capital", "much"), ("capital", "NaN"), ("capital", -1), ("capital", "1e30"), ("established_on", "2010-13-01"),
            ("established_on", 5), ("nature", "unknown"), ("city", "990000"), ("city", []), ("address", {"a": 1}),
            ("address", "长" * 301), ("business_scope", "a\x00b"), ("kind", ["construction"]),
        )),
        json.dumps({**RECORD, "values": {"city": "430100", "county": "430202"}}).encode(),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_whole(server: Library, body: bytes) -> None:
    server.body = body
    assert refused(server) == "malformed"


def test_a_huge_answer_is_refused(server: Library) -> None:
    server.body = b'{"a": "' + b"x" * (central_library.MOST_BYTES + 10) + b'"}'
    assert refused(server) in ("malformed", "signature")


def test_the_settings_choose_the_library(settings: Any) -> None:
    assert isinstance(central_library.library(), EmbeddedLibrary)
    settings.ERJIAN_DEMO = False
    with pytest.raises(LibraryRefused, match="尚未接入"):
        central_library.library().find(CODE)
    settings.ERJIAN_CENTRAL_LIBRARY, settings.ERJIAN_CENTRAL_LIBRARY_SECRET = "https://library.example/", "s"
    assert central_library.library() == HttpLibrary("https://library.example/", b"s")


@pytest.mark.django_db
class TestTakingOver:
    def test_only_what_is_ticked_and_never_the_name(self) -> None:
        enterprise = makers.enterprise(credit_code=CODE)
        record = from_json({**RECORD, "name": "湖南麓川集团有限公司"}, credit_code=CODE)
        found = library_differences.compare(enterprise, record)
        assert found.new_name == "湖南麓川集团有限公司"
        assert [item.name for item in found.fields] == ["city", "capital", "nature"]
        assert [(item.kind, item.ticked) for item in found.qualifications] == [("update", True)]
        after = library_differences.take_over(
            enterprise=enterprise, record=record, fields={"capital", "name", "credit_code", "nonsense"},
            qualifications=set(), by=audit.SYSTEM, seen=enterprise.version,
        )  # fmt: skip
        assert (after.name, after.capital, after.county) == (enterprise.name, Decimal("8000.5"), "430102")
        assert Change.objects.get(enterprise_id=enterprise.pk).after == {"capital": "8000.5"}
        assert Event.objects.filter(code="enterprise.library").count() == 1

    def test_qualifications_are_added_updated_and_withdrawn(self) -> None:
        enterprise = makers.enterprise(credit_code=CODE)
        makers.EnterpriseQualification.objects.create(
            enterprise=enterprise, number="D343000001", scope="模板脚手架专业承包", level="不分等级"
        )
        rows = [
            {**RECORD["qualifications"][0], "withdrawn_on": "2026-03-01"},
            {"number": "D343000009", "scope": "市政公用工程施工总承包", "level": "三级", "expires_on": "2030-01-01"},
        ]
        record = from_json({**RECORD, "qualifications": rows}, credit_code=CODE)
        found = {item.number: item for item in library_differences.compare(enterprise, record).qualifications}
        assert {number: (item.kind.value, item.ticked) for number, item in found.items()} == {
            "D243000000": ("withdraw", True), "D343000009": ("add", True), "D343000001": ("withdraw", False),
        }  # fmt: skip
        library_differences.take_over(
            enterprise=enterprise, record=record, fields=(), qualifications=[item.key for item in found.values()],
            by=audit.SYSTEM, seen=None,
        )  # fmt: skip
        held = {item.number: item for item in enterprise.qualifications.all()}
        assert held["D243000000"].withdrawn_on == date(2026, 3, 1)
        assert held["D343000001"].withdrawn_on is not None
        assert held["D343000009"].level == "三级"
        assert library_differences.compare(enterprise, record).qualifications == ()

    def test_the_write_path_itself_refuses_name_and_code(self) -> None:
        enterprise = makers.enterprise()
        for name in ("name", "credit_code", "contact_phone"):
            with pytest.raises(enterprise_profile.ProfileRefused):
                enterprise_profile.take_over(
                    enterprise=enterprise, values={name: "x"}, qualifications=(), by=audit.SYSTEM, seen=None
                )

    def test_the_demonstrations_library_says_the_same_each_time(self) -> None:
        enterprise = makers.enterprise()
        library = EmbeddedLibrary()
        record = library.find(enterprise.credit_code)
        assert record is not None
        assert record == library.find(enterprise.credit_code)
        found = library_differences.compare(enterprise, record)
        assert found.fields
        assert {item.kind.value for item in found.qualifications} >= {"add", "update"}
        library_differences.take_over(
            enterprise=enterprise, record=record, fields=[item.name for item in found.fields],
            qualifications=[item.key for item in found.qualifications], by=audit.SYSTEM, seen=None,
        )  # fmt: skip
        enterprise.refresh_from_db()
        again = library.find(enterprise.credit_code)
        assert again is not None
        after = library_differences.compare(enterprise, again)
        assert (after.fields, after.qualifications) == ((), ())
        assert library.find(makers.credit_code(72)) is None
