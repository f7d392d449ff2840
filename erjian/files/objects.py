"""Where the bytes lie: Django's default storage, a local folder or S3 by settings.

Keys are 128 random bits in hexadecimal, spread over two levels of folders. An object is written
once: a storage that would overwrite or rename is an error, not a surprise.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from datetime import datetime
from typing import IO

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage

KEY = re.compile(r"[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{32}")


def new_key() -> str:
    name = secrets.token_hex(16)
    return f"{name[:2]}/{name[2:4]}/{name}"


def write(content: bytes) -> str:
    """Store `content` under a new key and return the key."""
    key = new_key()
    saved = default_storage.save(key, ContentFile(content))
    if saved != key:
        default_storage.delete(saved)
        raise RuntimeError(f"the storage already holds {key}")
    return key


def open_read(key: str) -> File[bytes] | IO[bytes]:
    """Raises FileNotFoundError."""
    return default_storage.open(key, "rb")


def remove(key: str) -> None:
    """Removing what is gone is harmless."""
    default_storage.delete(key)


def folders() -> Iterator[list[str]]:
    """The keys in the storage, one second-level folder at a time."""
    for first in _subfolders(""):
        for second in _subfolders(first):
            _, names = default_storage.listdir(f"{first}/{second}")
            keys = [f"{first}/{second}/{name}" for name in names]
            yield [key for key in keys if KEY.fullmatch(key)]


def written_at(key: str) -> datetime:
    return default_storage.get_modified_time(key)


def _subfolders(path: str) -> list[str]:
    try:
        found, _ = default_storage.listdir(path)
    except FileNotFoundError:
        return []
    return sorted(name for name in found if re.fullmatch(r"[0-9a-f]{2}", name))
