"""An authority's officers work from its networks only, where policy names them."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from erjian.accounts.models import Function
from erjian.policy import loading
from tests import makers

pytestmark = pytest.mark.django_db


@pytest.fixture
def named(settings, tmp_path: Path) -> None:
    text = loading.HUNAN.read_text(encoding="utf-8")
    path = tmp_path / "policy.toml"
    path.write_text(
        text.replace("[networks]\n", '[networks]\n"430100" = ["10.43.0.0/16", "fd00::/8"]\n'), encoding="utf-8"
    )
    settings.ERJIAN_POLICY_FILE = str(path)


def attempt(address: str) -> Client:
    client = Client(REMOTE_ADDR=address)
    client.post("/sign-in/", {"side": "office", "name": "cs-humin", "password": makers.PASSWORD})
    return client


def inside(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def test_only_from_the_networks_of_the_authority(named: None) -> None:
    makers.officer("430100", Function.ACCEPTANCE, username="cs-humin")
    assert inside(attempt("10.43.7.1"))
    assert inside(attempt("fd00::1"))
    assert inside(attempt("::ffff:10.43.7.1"))
    assert not inside(attempt("10.44.0.1"))
    moved = attempt("10.43.7.1")
    assert moved.get("/account/", REMOTE_ADDR="198.51.100.7").status_code == 302, "a session does not travel"


def test_others_are_free(named: None) -> None:
    client = Client(REMOTE_ADDR="198.51.100.7")
    client.force_login(makers.officer("430200", Function.ACCEPTANCE))
    assert inside(client)
