"""Pictures: decoded within bounds and written anew, so that only pixels survive.

That drops EXIF (with the place where a photo was taken), comments, appended payloads and further
frames, turns the picture upright and brings its colours to sRGB.
"""

import io
import warnings
from dataclasses import dataclass
from typing import IO

from PIL import Image, ImageCms, ImageOps

from erjian.files.limits import JPEG, PNG, Limits
from erjian.files.refusals import FileRefused

QUALITY = 88
THUMBNAIL = 320

_FORMATS = {"JPEG": JPEG, "PNG": PNG}
# What Pillow's decoders raise on hostile or damaged data.
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, MemoryError, OverflowError)


@dataclass(frozen=True)
class Picture:
    media_type: str
    content: bytes
    width: int
    height: int
    thumbnail: bytes


def clean(stream: IO[bytes], *, limits: Limits) -> Picture:
    """The picture in `stream`, written anew. Raises FileRefused."""
    image = _decode(stream, most=limits.max_pixels)
    if image.width < limits.min_width or image.height < limits.min_height:
        raise FileRefused.too_small(image.width, image.height, min_width=limits.min_width, min_height=limits.min_height)
    if limits.aspect and not _has_aspect(image, limits.aspect, limits.aspect_tolerance):
        raise FileRefused.wrong_aspect(limits.aspect)
    return Picture(
        media_type=PNG if image.mode == "RGBA" else JPEG,
        content=encode(image),
        width=image.width,
        height=image.height,
        thumbnail=encode(fit(image, THUMBNAIL, THUMBNAIL)),
    )


def fit(image: Image.Image, width: int, height: int) -> Image.Image:
    """A copy no larger than `width` × `height`; never enlarged."""
    copy = image.copy()
    copy.thumbnail((width, height), Image.Resampling.LANCZOS)
    return copy


def resized(content: bytes, *, width: int) -> bytes:
    """A stored picture, at most `width` pixels wide."""
    with Image.open(io.BytesIO(content), formats=list(_FORMATS)) as image:
        return encode(fit(image, width, 10 * width))


def encode(image: Image.Image) -> bytes:
    """PNG when there is transparency, JPEG otherwise; without any metadata."""
    out = io.BytesIO()
    if image.mode == "RGBA":
        image.save(out, "PNG", optimize=False)
    else:
        image.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()


def _decode(stream: IO[bytes], *, most: int) -> Image.Image:
    """An upright picture in RGB, or RGBA when something in it is transparent."""
    with warnings.catch_warnings():
        # Our own limit of pixels, checked before anything is decoded, stands in for Pillow's warning.
        warnings.simplefilter("ignore")
        try:
            opened = Image.open(stream, formats=list(_FORMATS))
        except Image.DecompressionBombError:  # far beyond our own limit
            raise FileRefused.too_many_pixels(most) from None
        except _BROKEN:
            raise FileRefused.broken_image() from None
        if opened.width * opened.height > most:
            raise FileRefused.too_many_pixels(most)
        try:
            opened.load()
        except _BROKEN as error:
            cut = isinstance(error, EOFError) or "truncated" in str(error)
            raise (FileRefused.truncated_image() if cut else FileRefused.broken_image()) from None
        try:
            upright = ImageOps.exif_transpose(opened)
        except _BROKEN:
            upright = opened  # unreadable EXIF is dropped with the rest of it
        try:
            image = _in_srgb(upright)
        except _BROKEN:
            raise FileRefused.broken_image() from None
    # Pillow carries these along into what it writes.
    image.info = {}
    return image


def _in_srgb(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I"):  # 16 bits a pixel
        image = image.point(lambda value: value / 256).convert("L")
    if image.mode in ("LA", "PA", "RGBA", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
        if image.getchannel("A").getextrema() == (255, 255):
            image = image.convert("RGB")
        return image
    if profile and image.mode in ("RGB", "CMYK", "L"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, *_BROKEN):
            converted = None  # a broken profile: the plain conversion is close enough
        if converted is not None:
            return converted
    return image.convert("RGB")


def _has_aspect(image: Image.Image, aspect: tuple[int, int], tolerance: float) -> bool:
    wanted = aspect[0] / aspect[1]
    return abs(image.width / image.height - wanted) <= wanted * tolerance
