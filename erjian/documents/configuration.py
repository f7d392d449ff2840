"""What documents take from settings, read at use so that a test or an operator's tool may override it.

ERJIAN_FONTS                 folders with font files
ERJIAN_DATA                  data folder; the demo's signer rests in its folder signer/
ERJIAN_SIGNING_CERTIFICATE   PEM chain, leaf first, or a PKCS#12 file with key and chain
ERJIAN_SIGNING_KEY           PEM private key (not with PKCS#12)
ERJIAN_SIGNING_PASSWORD      password of the key or the PKCS#12 file
ERJIAN_SIGNERS_TRUSTED       PEM files with earlier signer certificates whose documents stay valid
ERJIAN_SEAL_SERVICE          address of a remote sealing service that holds the key
ERJIAN_SEAL_TOKEN            bearer token for it
ERJIAN_TIMESTAMP_SERVICE     address of an RFC 3161 time-stamping authority; empty: PAdES B-B without a time stamp
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from django.conf import settings


def fonts() -> tuple[str, ...]:
    """Font folders; a file named in settings stands for its folder."""
    chosen: Iterable[str | Path] = getattr(settings, "ERJIAN_FONTS", ())
    paths = [Path(entry) for entry in chosen]
    return tuple(dict.fromkeys(str(p.parent if p.is_file() else p) for p in paths))


def path(name: str) -> Path | None:
    value = getattr(settings, name, None)
    return Path(value) if value else None


def text(name: str) -> str:
    return str(getattr(settings, name, "") or "")


def paths(name: str) -> list[Path]:
    return [Path(entry) for entry in getattr(settings, name, ()) or ()]
