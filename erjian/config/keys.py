"""Secret keys: read from one JSON file, made at the first start.

The file holds Django's secret, the AEAD keys that protect personal data at rest, and the HMAC keys behind exact
search. Keys have short ids so that they can be rotated: add a key, name it as the current one, restart; old
ciphertext stays readable as long as its key stays in the file. Losing the file means losing every ID number and
phone in the database, so it belongs into the backup, apart from the database's.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import secrets
import stat
import tempfile
from pathlib import Path
from typing import Any, TypedDict

from erjian.config.trouble import Trouble

KEY_BYTES = 32


class Keys(TypedDict):
    """What `settings.ERJIAN_KEYS` holds; binary keys are 32 bytes."""

    secret: str
    aead: dict[str, bytes]
    aead_current: str
    index: dict[str, bytes]
    index_current: str


class BadKeys(Trouble):
    """The keys file cannot be used; the text is one line for the operator."""


def _fresh() -> dict[str, Any]:
    def key() -> str:
        return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()

    return {
        "secret": secrets.token_urlsafe(48),
        "aead": {"k1": key()},
        "aead_current": "k1",
        "index": {"k1": key()},
        "index_current": "k1",
    }


def load(path: Path) -> Keys:
    """The keys of `path`; a missing file is made, readable by its owner only.

    Two processes starting at once both end with the keys of whichever linked its file first.
    """
    if not path.exists():
        _create(path)
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        raw = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise BadKeys(f"Cannot read the keys file {path}: {error}") from error
    if mode & 0o077:
        raise BadKeys(f"The keys file {path} is readable by others (mode {mode:04o}); run: chmod 600 {path}")
    return _parse(raw, path)


def _create(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".keys-")
    except OSError as error:
        raise BadKeys(f"Cannot write the keys file {path}: {error.strerror}") from error
    try:
        with os.fdopen(descriptor, "w") as file:
            json.dump(_fresh(), file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(name, path)
    finally:
        Path(name).unlink()


def _parse(raw: Any, path: Path) -> Keys:
    try:
        rings = {ring: {k: base64.b64decode(v) for k, v in raw[ring].items()} for ring in ("aead", "index")}
        keys = Keys(
            secret=raw["secret"],
            aead=rings["aead"],
            aead_current=raw["aead_current"],
            index=rings["index"],
            index_current=raw["index_current"],
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise BadKeys(f"The keys file {path} is not complete: {error!r}") from error
    if any(len(key) != KEY_BYTES for ring in rings.values() for key in ring.values()):
        raise BadKeys(f"The keys file {path} holds a key that is not {KEY_BYTES} bytes long")
    if keys["aead_current"] not in keys["aead"] or keys["index_current"] not in keys["index"]:
        raise BadKeys(f"The keys file {path} names a current key that it does not hold")
    return keys
