"""Pictures of a face at rest: sealed under a key of their attempt, gone when the key is forgotten.

The frames of an attempt are one object. Its key is kept, itself encrypted, in the attempt's row: clearing that column
makes the object, and every copy of it in a backup of the storage, unreadable.
"""

from __future__ import annotations

import hashlib
import io
import itertools
import os
import struct
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from PIL import Image

from erjian import files, protection
from erjian.identity.errors import IdentityRefused
from erjian.identity.faces import Frame
from erjian.identity.models import Attempt

MOST, FEWEST = 120, 8
MAX_FRAME, MAX_ALL = 400_000, 12_000_000
MAX_SIDE = 1920
_NONCE = 12


class FramesGone(Exception):
    """The key has been forgotten: nobody can see these pictures any more."""


def judged(pictures: Sequence[bytes], times: Sequence[int]) -> tuple[Frame, ...]:
    """The frames of an upload. Raises IdentityRefused for what no camera page of ours sends."""
    if len(pictures) != len(times) or not pictures:
        raise _refused("没有收到画面。请重新开始。", "no_frames")
    if len(pictures) > MOST or sum(map(len, pictures)) > MAX_ALL:
        raise _refused("画面太多或太大。请刷新页面后重新开始。", "too_large", status=413)
    if any(later <= earlier for earlier, later in itertools.pairwise(times)):
        raise _refused("画面的时间顺序不对。请刷新页面后重新开始。", "times")
    for picture in pictures:
        look_at(picture)
    return tuple(Frame(at=at, jpeg=picture) for at, picture in zip(times, pictures, strict=True))


def look_at(picture: bytes) -> None:
    """Refuse what is no JPEG of a camera's size; only its head is decoded. Raises IdentityRefused."""
    if not picture:
        raise _refused("收到的画面是空的。请检查摄像头后重新开始。", "empty")
    if len(picture) > MAX_FRAME:
        raise _refused("画面太大。请刷新页面后重新开始。", "too_large", status=413)
    try:
        with Image.open(io.BytesIO(picture), formats=["JPEG"]) as image:
            width, height = image.size
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise _refused("收到的不是摄像头画面。请刷新页面后重新开始。", "type", status=415) from None
    if not 0 < width <= MAX_SIDE or not 0 < height <= MAX_SIDE:
        raise _refused("画面尺寸不对。请刷新页面后重新开始。", "dimensions")


def digests(frames: Sequence[Frame]) -> list[str]:
    """A digest of each frame (128 bits of SHA-256, hex)."""
    return [hashlib.sha256(frame.jpeg).hexdigest()[:32] for frame in frames]


def keep(attempt: Attempt, frames: Sequence[Frame]) -> None:
    """Seal the frames under a new key and name both in the attempt; the caller saves it."""
    key, nonce = AESGCM.generate_key(bit_length=256), os.urandom(_NONCE)
    packed = b"".join(struct.pack(">II", frame.at, len(frame.jpeg)) + frame.jpeg for frame in frames)
    sealed = nonce + AESGCM(key).encrypt(nonce, packed, attempt.uuid.bytes)
    attempt.frames = files.put(sealed, media_type="application/octet-stream")
    attempt.key_cipher = protection.encrypt("face_key", key.hex())


def opened(attempt: Attempt) -> tuple[Frame, ...]:
    """The frames of an attempt. Raises FramesGone."""
    if not attempt.key_cipher or attempt.frames is None:
        raise FramesGone
    try:
        sealed = files.read(attempt.frames)
        key = bytes.fromhex(protection.decrypt("face_key", attempt.key_cipher))
        packed = AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], attempt.uuid.bytes)
    except (OSError, InvalidTag, protection.DecryptionFailed) as error:
        raise FramesGone from error
    found, at = [], 0
    while at < len(packed):
        moment, size = struct.unpack_from(">II", packed, at)
        found.append(Frame(at=moment, jpeg=packed[at + 8 : at + 8 + size]))
        at += 8 + size
    return tuple(found)


def forget(attempt: Attempt) -> None:
    """Forget the key, which is the deletion, and let go of the object; the caller saves the attempt."""
    if attempt.frames is not None:
        files.discard(attempt.frames)
    attempt.key_cipher = None
    attempt.frames = None


def _refused(message: str, code: str, *, status: int = 422) -> IdentityRefused:
    return IdentityRefused(message, code=code, status=status)
