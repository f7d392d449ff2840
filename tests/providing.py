"""A real identity provider for tests: the demonstration's own program, on a free port, with the identities a test names."""

from __future__ import annotations

import re
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import requests

from erjian.config import issuers

SECRETS = {"digital_identity": "people-secret", "e_licence": "licence-secret"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def identity(kind: str, sub: str, number: str, name: str) -> dict[str, Any]:
    claim = "credit_code" if kind == "enterprise" else "id_number"
    return {"sub": sub, "kind": kind, "label": name, "hint": number, "claims": {"name": name, claim: number}}


@dataclass
class Provider:
    """One that runs, and what settings say of it."""

    address: str
    process: subprocess.Popen[bytes]

    @property
    def known(self) -> dict[str, issuers.Known]:
        return {
            way: issuers.Known(address=self.address, client=client, secret=SECRETS[way], claim=claim)
            for way, client, claim in (
                ("digital_identity", "erjian", "id_number"),
                ("e_licence", "erjian-licence", "credit_code"),
            )
        }

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


@contextmanager
def provider(
    folder: Path, identities: list[dict[str, Any]], *, origins: tuple[str, ...] = ("http://testserver",), **more: Any
) -> Iterator[Provider]:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    given = issuers.configuration(
        address=address, port=port, secrets=SECRETS, origins=list(origins), identities=identities, **more
    )
    made = Provider(address, issuers.start(given, folder))
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                requests.get(f"{address}/healthz", timeout=5).raise_for_status()
                break
            except requests.ConnectionError:
                assert made.process.poll() is None, "the provider ended"
                assert time.monotonic() < deadline
                time.sleep(0.1)
        yield made
    finally:
        made.stop()


class Phone:
    """Somebody at the provider's pages, without scripts: follows links and sends the forms that it finds."""

    def __init__(self) -> None:
        self.session = requests.Session()
        self.page = requests.Response()

    def go(self, address: str) -> str:
        """Follow redirects at the provider; returns the address where they lead elsewhere, else the page's text."""
        home = "/".join(address.split("/")[:3])
        return self._follow(self.session.get(address, allow_redirects=False, timeout=30), home)

    def _follow(self, answer: requests.Response, home: str) -> str:
        while answer.is_redirect:
            target = urljoin(answer.url, answer.headers["Location"])
            if not target.startswith(home):
                return target
            answer = self.session.get(target, allow_redirects=False, timeout=30)
        self.page = answer
        return answer.text

    def press(self, button: str = "", **values: str) -> str:
        """Send the form with this button, or the only one."""
        forms = re.findall(r"<form.*?</form>", self.page.text, re.DOTALL)
        form = next(form for form in forms if button in form)
        action = re.search(r'action="([^"]*)"', form)
        fields = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form))
        named = re.search(r'<button name="(\w+)" value="(\w+)"', form)
        data = {name: unescape(value) for name, value in fields.items()} | values
        if named:
            data[named.group(1)] = named.group(2)
        target = urljoin(self.page.url, unescape(action.group(1))) if action else self.page.url
        home = "/".join(target.split("/")[:3])
        return self._follow(self.session.post(target, data=data, allow_redirects=False, timeout=30), home)
