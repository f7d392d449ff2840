"""Pictures from outside: whatever bytes come, they become an upright RGB picture of bounded size or a refusal."""

from __future__ import annotations

import base64
import binascii
import io
import warnings
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image as Pillow
from PIL import ImageOps

from erjian_faces.landmarks import Image

FORMATS = ("JPEG", "PNG", "WEBP")


class Refused(Exception):
    """The request cannot be worked on: the error's name and the field it is in."""

    def __init__(self, error: str, field: str) -> None:
        super().__init__(f"{field}: {error}")
        self.error = error
        self.field = field


@dataclass(frozen=True)
class Bounds:
    """What a kind of picture may cost."""

    bytes: int
    pixels: int  # of a JPEG, which is decoded at a fraction of its size
    whole_pixels: int  # of any other format, which is decoded in full
    side: int  # larger pictures are scaled down to this

    def allow(self, kind: str | None, pixels: int) -> bool:
        return pixels <= (self.pixels if kind == "JPEG" else self.whole_pixels)


FRAME = Bounds(bytes=2 * 2**20, pixels=4_200_000, whole_pixels=2_100_000, side=960)
PORTRAIT = Bounds(bytes=12 * 2**20, pixels=24_000_000, whole_pixels=12_000_000, side=1600)
CARD = Bounds(bytes=12 * 2**20, pixels=50_000_000, whole_pixels=12_000_000, side=1600)
# The bounds above are checked before anything is decoded, and are narrower.
Pillow.MAX_IMAGE_PIXELS = None


def decode(text: object, field: str, bounds: Bounds) -> tuple[Image, bytes]:
    """The picture in base64 `text`, and its bytes. Nothing is decoded before its size is known to be fair."""
    if not isinstance(text, str) or not text:
        raise Refused("bad_image", field)
    if len(text) > bounds.bytes * 4 // 3 + 4:
        raise Refused("too_large", field)
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Refused("bad_image", field) from None
    return _picture(data, field, bounds), data


def _picture(data: bytes, field: str, bounds: Bounds) -> Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            opened = Pillow.open(io.BytesIO(data), formats=FORMATS)
            fair = bounds.allow(opened.format, opened.width * opened.height)
            picture = _upright(opened, bounds.side) if fair else None
    except Exception:  # noqa: BLE001 - decoders fail in many ways on broken files; all mean the same
        raise Refused("bad_image", field) from None
    if picture is None:
        raise Refused("too_many_pixels", field)
    if min(picture.shape[:2]) < 16:
        raise Refused("bad_image", field)
    scale = bounds.side / max(picture.shape[:2])
    if scale < 1:
        size = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return picture


def _upright(opened: Pillow.Image, side: int) -> Image:
    # JPEG can be decoded at a half, a quarter, an eighth: a large photograph never exists in full.
    opened.draft("RGB", (side, side))
    return np.asarray(ImageOps.exif_transpose(opened).convert("RGB"))


def jpeg_base64(image: Image) -> str:
    buffer = io.BytesIO()
    Pillow.fromarray(image).save(buffer, "JPEG", quality=90)
    return base64.b64encode(buffer.getvalue()).decode()
