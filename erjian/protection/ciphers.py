"""The two keyed functions: authenticated encryption, and the index for exact search.

A blob is: format byte, length of the key id, key id, 12 random bytes of nonce, ciphertext with its
16-byte tag. The kind of the value is authenticated with it, so a phone's blob copied into the column
of an ID number does not decrypt. Rotating means naming a new current key: old blobs stay readable
while their key is in the ring, and ``reencrypt`` moves them. An index has no room for a key id, so its
key is rotated by filling a second column with ``index(…, key_id=new)``.

Keys come from ``settings.ERJIAN_KEYS``: ``{"aead": {id: 32 bytes}, "aead_current": id, "index":
{id: 32 bytes}, "index_current": id}``.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

_FORMAT = 1
NONCE_BYTES = 12
_TAG_BYTES = 16
_KEY_BYTES = 32


class DecryptionFailed(Exception):
    """A blob is damaged, of another kind, or under a key that is not in the ring."""


class _Ring:
    """The ciphers of one ``ERJIAN_KEYS``, made once: building one costs more than using it."""

    def __init__(self, keys: Mapping[str, Any]) -> None:
        try:
            self.ciphers: dict[bytes, AESGCM] = {
                key_id.encode(): AESGCM(_key(key)) for key_id, key in keys["aead"].items()
            }
            self.index_keys: dict[str, bytes] = {key_id: _key(key) for key_id, key in keys["index"].items()}
            self.current: bytes = keys["aead_current"].encode()
            self.cipher: AESGCM = self.ciphers[self.current]
            self.index_current: str = keys["index_current"]
            self.index_key: bytes = self.index_keys[self.index_current]
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise ImproperlyConfigured(f"ERJIAN_KEYS is not usable: {error!r}") from error
        if not 0 < len(self.current) < 256:
            raise ImproperlyConfigured("ERJIAN_KEYS: a key id has 1 to 255 bytes")
        self.header: bytes = bytes([_FORMAT, len(self.current)]) + self.current


_loaded: tuple[object, _Ring] | None = None


def ring() -> _Ring:
    """The ciphers of the current settings."""
    global _loaded  # noqa: PLW0603 - ciphers are made once for a process
    keys = settings.ERJIAN_KEYS
    if _loaded is None or _loaded[0] is not keys:
        _loaded = (keys, _Ring(keys))
    return _loaded[1]


def _key(key: bytes) -> bytes:
    if len(key) != _KEY_BYTES:
        raise ValueError(f"a key has {_KEY_BYTES} bytes")
    return bytes(key)


def encrypt(kind: str, text: str) -> bytes:
    """``text`` as a blob under the current key; two calls never give the same blob."""
    keys = ring()
    nonce = os.urandom(NONCE_BYTES)
    return keys.header + nonce + keys.cipher.encrypt(nonce, text.encode(), kind.encode())


def decrypt(kind: str, blob: bytes | memoryview) -> str:
    """The text of ``blob``. Raises ``DecryptionFailed``."""
    blob = bytes(blob)
    key_id, start = _key_id(blob)
    cipher = ring().ciphers.get(key_id)
    if cipher is None:
        raise DecryptionFailed(f"no key {key_id!r} in the ring")
    nonce, sealed = blob[start : start + NONCE_BYTES], blob[start + NONCE_BYTES :]
    try:
        return cipher.decrypt(nonce, sealed, kind.encode()).decode()
    except InvalidTag as error:
        raise DecryptionFailed(f"the value is damaged or not of kind {kind!r}") from error


def is_current(blob: bytes | memoryview) -> bool:
    """Whether ``blob`` is already under the current key."""
    return _key_id(bytes(blob))[0] == ring().current


def reencrypt(kind: str, blob: bytes | memoryview) -> bytes:
    """The same value under the current key; a current blob comes back unchanged."""
    return bytes(blob) if is_current(blob) else encrypt(kind, decrypt(kind, blob))


def index(kind: str, value: str, *, key_id: str | None = None) -> bytes:
    """The 32 bytes under which ``value`` is found; case and surrounding blanks do not matter."""
    keys = ring()
    key = keys.index_key if key_id is None else keys.index_keys[key_id]
    return hmac.digest(key, kind.encode() + b"\0" + value.strip().upper().encode(), "sha256")


def current_index_key() -> str:
    """The id of the key with which ``index`` works unless told otherwise."""
    return ring().index_current


def _key_id(blob: bytes) -> tuple[bytes, int]:
    if len(blob) < 2 or blob[0] != _FORMAT:
        raise DecryptionFailed("not a protected value")
    start = 2 + blob[1]
    if len(blob) < start + NONCE_BYTES + _TAG_BYTES:
        raise DecryptionFailed("the value is cut short")
    return blob[2:start], start
