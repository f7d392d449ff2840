"""The HTTP gateway, against a local server that behaves like a provider."""

import contextlib
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from erjian import messaging
from erjian.messaging.delivery import deliver
from erjian.messaging.gateways import HttpGateway, Outbox, Undelivered, gateway
from erjian.messaging.models import SmsMessage, SmsState

SECRET = b"shared secret"


class Provider(ThreadingHTTPServer):
    """Takes a message once per idempotency key; `answers` come first, then 200."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.taken: dict[str, dict[str, Any]] = {}
        self.answers: list[tuple[int, dict[str, str], bytes]] = []
        self.delay = 0.0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/sms"


class _Handler(BaseHTTPRequestHandler):
    server: Provider

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        time.sleep(self.server.delay)
        expected = hmac.new(SECRET, body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(self.headers["X-Erjian-Signature"], expected):
            self._answer(403, {}, b"{}")
        elif self.server.answers:
            self._answer(*self.server.answers.pop(0))
        else:
            self.server.taken.setdefault(self.headers["Idempotency-Key"], json.loads(body))
            self._answer(200, {}, json.dumps({"id": f"m-{len(self.server.taken)}"}).encode())

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(BrokenPipeError):  # the client no longer waits
            self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def provider() -> Iterator[Provider]:
    server = Provider()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def send(provider: Provider, *, secret: bytes = SECRET, timeout: float = 5) -> str:
    return HttpGateway(provider.url, secret, timeout).send(phone="13912345678", text="您好，已受理。", key="key-1")


def test_a_message_is_taken(provider: Provider) -> None:
    assert send(provider) == "m-1"
    [message] = provider.taken.values()
    assert (message["phone"], message["text"], message["key"]) == ("13912345678", "您好，已受理。", "key-1")
    assert abs(message["at"] - time.time()) < 60


def test_a_repeat_reaches_the_phone_once(provider: Provider) -> None:
    assert send(provider) == send(provider)
    assert len(provider.taken) == 1


@pytest.mark.parametrize(
    ("status", "permanent"),
    [(400, True), (403, True), (404, True), (302, True), (408, False), (429, False), (500, False), (503, False)],
)
def test_refusals(provider: Provider, status: int, permanent: bool) -> None:
    provider.answers = [(status, {"Location": provider.url} if status == 302 else {}, b"no")]
    with pytest.raises(Undelivered) as caught:
        send(provider)
    assert caught.value.permanent is permanent
    assert "13912345678" not in str(caught.value)
    assert not provider.taken, "a redirect is not followed"


@pytest.mark.parametrize("body", [b"", b"OK", b"[1]", b"{}", b"\xff\xfe"])
def test_an_answer_without_reference(provider: Provider, body: bytes) -> None:
    provider.answers = [(200, {}, body)]
    assert send(provider) == ""


def test_a_wrong_secret_is_refused_by_the_provider(provider: Provider) -> None:
    with pytest.raises(Undelivered, match="403") as caught:
        send(provider, secret=b"another")
    assert caught.value.permanent


def test_a_slow_provider_is_tried_again_later(provider: Provider) -> None:
    provider.delay = 0.5
    with pytest.raises(Undelivered) as caught:
        send(provider, timeout=0.1)
    assert not caught.value.permanent


def test_a_dead_line_is_tried_again_later() -> None:
    with pytest.raises(Undelivered) as caught:
        HttpGateway("http://127.0.0.1:9/", SECRET).send(phone="13912345678", text="x", key="k")
    assert not caught.value.permanent


@pytest.mark.django_db
def test_by_the_settings(provider: Provider, settings: Any) -> None:
    settings.ERJIAN_SMS, settings.ERJIAN_SMS_URL = "http", provider.url
    settings.ERJIAN_SMS_SECRET = SECRET.decode()
    sms = messaging.send_sms("13912345678", "验证码 123456", template="code", key="k", secret=True)
    provider.answers = [(503, {}, b"")]
    with pytest.raises(Undelivered):
        deliver(sms.pk)
    assert deliver(sms.pk) == SmsState.SENT
    assert [message["text"] for message in provider.taken.values()] == ["验证码 123456"]
    assert SmsMessage.objects.get().text == SmsMessage.PURGED


class TestChoice:
    def test_the_outbox_is_the_default(self) -> None:
        assert isinstance(gateway(), Outbox)

    @pytest.mark.parametrize(
        ("choice", "url", "secret"),
        [("pigeon", "", ""), ("http", "", "s"), ("http", "https://sms.example/", ""), ("http", "file:///etc", "s")],
    )
    def test_unusable_settings_are_errors(self, settings: Any, choice: str, url: str, secret: str) -> None:
        settings.ERJIAN_SMS, settings.ERJIAN_SMS_URL, settings.ERJIAN_SMS_SECRET = choice, url, secret
        with pytest.raises(ImproperlyConfigured):
            gateway()
