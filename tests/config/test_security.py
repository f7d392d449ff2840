"""What every answer tells the browser."""

from __future__ import annotations

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_nothing_inline_nothing_foreign(client):
    policy = client.get("/healthz")["Content-Security-Policy"]
    rules = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == "'self'"
    assert "unsafe" not in policy
    assert "http" not in policy


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "SAMEORIGIN"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
    ],
)
def test_headers(client, header, value):
    assert client.get("/healthz")[header] == value
    assert client.get("/nowhere-at-all/")[header] == value


def test_an_unknown_host_is_refused():
    assert Client(headers={"host": "evil.example"}).get("/healthz").status_code == 400


def test_behind_a_proxy_everything_is_https(settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 31536000
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    client = Client()
    assert client.get("/notices/").headers["Location"] == "https://testserver/notices/"
    secure = client.get("/nowhere/", headers={"x-forwarded-proto": "https"})
    assert secure["Strict-Transport-Security"].startswith("max-age=31536000")
