"""The demonstration's identity provider as a program: it serves, it ends with who started it, and only there."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from erjian.config import env, issuers
from tests.providing import free_port

_PARENT = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-m", "erjian.config.cli", "provider"])
print(child.pid, flush=True)
child.wait()
"""


def _is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return False
    return state != "Z"  # ended, and nobody asked yet how


def test_it_serves_a_demonstration_and_ends_with_who_started_it(environment, erjian):
    environment |= {"ERJIAN_DEMO": "1", "ERJIAN_PROVIDER_PORT": str(free_port())}
    assert erjian("migrate", **environment).returncode == 0
    address = f"http://localhost:{environment['ERJIAN_PROVIDER_PORT']}"
    parent = subprocess.Popen([sys.executable, "-c", _PARENT], env=environment, stdout=subprocess.PIPE, text=True)
    child = int(parent.stdout.readline())
    deadline = time.monotonic() + 120
    while True:
        try:
            said = requests.get(f"{address}/.well-known/openid-configuration", timeout=5).json()
            break
        except requests.ConnectionError:
            assert parent.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.2)
    assert said["issuer"] == address
    assert said["device_authorization_endpoint"].startswith(address)
    assert said["code_challenge_methods_supported"] == ["S256"]
    parent.kill()
    parent.wait(10)
    parent.stdout.close()
    while _is_alive(child):
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_elsewhere_it_refuses(erjian):
    answer = erjian("provider")
    assert answer.returncode == 1
    assert answer.stderr == (
        "erjian: Only a demonstration without configured issuers has an identity provider of its own.\n"
    )


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"ERJIAN_IDENTITY_ISSUER": "http://id.example.cn"}, "must be an https address"),
        ({"ERJIAN_LICENCE_ISSUER": "https://id.example.cn"}, "needs ERJIAN_LICENCE_CLIENT and ERJIAN_LICENCE_SECRET"),
    ],
)
def test_a_wrong_issuer_is_told_in_one_line(monkeypatch, variables, words):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(env.BadEnvironment, match=words):
        issuers.configured(False, "https://zjs.example.cn", "secret")


def test_where_nothing_is_configured_there_is_no_issuer_but_in_a_demonstration(monkeypatch):
    monkeypatch.setenv("PORT", "65000")
    monkeypatch.delenv("ERJIAN_PROVIDER_PORT", raising=False)
    assert {one["address"] for one in issuers.configured(False, "http://10.0.0.5:65000", "secret").values()} == {""}
    assert {one["address"] for one in issuers.configured(True, "http://10.0.0.5:65000", "secret").values()} == {
        "http://10.0.0.5:64000"
    }
