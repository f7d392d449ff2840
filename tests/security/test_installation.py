"""How it is installed: Django's own check for production, cookies and hosts behind a proxy."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.test import Client

from erjian.messaging.models import SmsMessage
from tests import makers

ROOT = Path(django_settings.BASE_DIR)


def run(code: list[str], folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("ERJIAN_", "DATABASE_", "DJANGO_"))
    }
    environment |= {
        "DJANGO_SETTINGS_MODULE": "erjian.config.settings",
        "ERJIAN_DATA": str(folder),
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "ERJIAN_PROXY": "1",
        "ERJIAN_HOSTS": "ej.example",
        "ERJIAN_ORIGIN": "https://ej.example",
        **more,
    }
    return subprocess.run(
        [sys.executable, *code], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False
    )


def test_check_deploy_is_clean(tmp_path: Path) -> None:
    done = run(["-m", "django", "check", "--deploy", "--fail-level", "WARNING"], tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no issues" in done.stdout


def test_behind_a_proxy_cookies_are_for_https_only(tmp_path: Path) -> None:
    said = (
        "import django; django.setup(); from django.conf import settings as s;"
        "print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SESSION_COOKIE_HTTPONLY, s.SESSION_COOKIE_SAMESITE,"
        "s.SECURE_HSTS_SECONDS > 0, s.ALLOWED_HOSTS, s.CSRF_TRUSTED_ORIGINS, s.ERJIAN_DEMO, s.DEBUG)"
    )
    done = run(["-c", said], tmp_path)
    assert done.stdout.split("\n")[0] == "True True True Lax True ['ej.example'] ['https://ej.example'] False False"


@pytest.mark.django_db
@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "testserver:80@evil.example", "[::1"])
def test_a_foreign_host_is_refused(host: str) -> None:
    assert Client(headers={"host": host}).get("/").status_code == 400


@pytest.mark.django_db
def test_a_forwarded_host_is_not_believed(client: Client) -> None:
    page = client.get("/sign-in/", headers={"x-forwarded-host": "evil.example", "x-host": "evil.example"})
    assert "evil.example" not in page.content.decode()


@pytest.mark.django_db
def test_addresses_in_messages_are_the_configured_ones(settings) -> None:
    """Whatever host the request named, however allowed."""
    settings.ERJIAN_ORIGIN = "https://ej.example"
    client = Client(headers={"host": "localhost"})
    client.force_login(makers.operator(makers.enterprise()))
    fields = {"name": "谭雨欣", "phone": "13907310022", "right": "file"}
    assert client.post("/enterprise/operators/invite/", fields).status_code == 302
    text = SmsMessage.objects.get().text
    assert "https://ej.example/sign-in/link/" in text
    assert "localhost" not in text


@pytest.mark.django_db
def test_session_cookies_are_out_of_reach_of_scripts(client: Client) -> None:
    makers.operator(makers.enterprise(), username="lc-li")
    client.post("/sign-in/", {"side": "outside", "name": "lc-li", "password": makers.PASSWORD})
    cookie = client.cookies["erjian"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
