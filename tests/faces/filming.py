"""Films of a person before a camera, made from one photograph: blinking, opening the mouth, turning the head.

    frames = film("astronaut", ["turn_left", "blink"])           # [(milliseconds, PIL image), ...]
    as_request(frames)                                           # [{"at": ..., "jpeg": base64}, ...] for /v1/decide

The photograph is bent: lids are drawn over the eyes, the jaw sinks below a dark gap, the head turns as a ball would.
Every frame is moved and grained a little, as a hand-held camera does, so no two are alike. The same seed gives the
same film. `left` and `right` are the person's own; frames are as the camera sees them, not mirrored.
"""

from __future__ import annotations

import base64
import functools
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tests.faces.pictures import picture

Array = NDArray[np.float32]
Frames = list[tuple[int, Image.Image]]

SIZE = (640, 480)
FRAMES_A_SECOND = 10
TURN_DEGREES = 26.0


@dataclass(frozen=True)
class Eye:
    """Outer and inner corner, upper and lower lid at the middle, all in the photograph's pixels."""

    left: tuple[float, float]
    right: tuple[float, float]
    upper: float
    lower: float


@dataclass(frozen=True)
class Sitter:
    """Where things are in the photograph, and which part of it the camera sees."""

    picture: str
    window: tuple[float, float, float]  # left, top, width; the height follows from SIZE
    head: tuple[float, float, float, float]  # centre x, y, half width, half height
    eyes: tuple[Eye, Eye]
    mouth: tuple[float, float, float]  # centre x, line between the lips y, half width
    chin: float


SITTERS = {
    "astronaut": Sitter(
        picture="astronaut",
        window=(86, 10, 280),
        head=(224, 112, 56, 66),
        eyes=(Eye((194.9, 100.0), (213.3, 102.7), 97.8, 104.5), Eye((236.2, 104.4), (254.9, 104.5), 100.0, 106.8)),
        mouth=(222.6, 145.0, 21),
        chin=172,
    ),
    "admiral": Sitter(
        picture="admiral",
        window=(0, 40, 512),
        head=(266, 226, 108, 120),
        eyes=(Eye((202, 193.8), (240.3, 193.1), 187.0, 196.6), Eye((289.8, 190.1), (327.2, 186.3), 182.3, 192.2)),
        mouth=(269.5, 277.3, 38),
        chin=331,
    ),
}


@dataclass(frozen=True)
class Pose:
    """How far a gesture is carried: 0 not at all, 1 fully; `yaw` -1 to 1, positive to the person's own left."""

    blink: float = 0.0
    mouth: float = 0.0
    yaw: float = 0.0


NEUTRAL = Pose()
_RISE_AND_FALL = (0.35, 0.7, 1.0, 1.0, 1.0, 0.7, 0.35)
GESTURES: dict[str, tuple[Pose, ...]] = {
    "blink": (Pose(blink=0.6), Pose(blink=1), Pose(blink=1), Pose(blink=0.6)),
    "open_mouth": tuple(Pose(mouth=part) for part in _RISE_AND_FALL),
    "turn_left": tuple(Pose(yaw=part) for part in _RISE_AND_FALL),
    "turn_right": tuple(Pose(yaw=-part) for part in _RISE_AND_FALL),
}


def film(
    person: str,
    gestures: Sequence[str],
    *,
    lead: float = 1.0,
    pause: float = 0.7,
    tail: float = 0.8,
    rate: int = FRAMES_A_SECOND,
    seed: int = 1,
    size: tuple[int, int] = SIZE,
) -> Frames:
    """The person still for `lead` seconds, the gestures with `pause` seconds between, still for `tail` seconds."""
    poses = [NEUTRAL] * round(lead * rate)
    for number, gesture in enumerate(gestures):
        poses += [NEUTRAL] * (round(pause * rate) if number else 0)
        poses += GESTURES[gesture]
    poses += [NEUTRAL] * round(tail * rate)
    return shoot(person, poses, rate=rate, seed=seed, size=size)


def shoot(
    person: str,
    poses: Iterable[Pose],
    *,
    rate: int = FRAMES_A_SECOND,
    seed: int = 1,
    size: tuple[int, int] = SIZE,
    start: int = 0,
) -> Frames:
    """A frame for each pose, moved and grained as by a camera in the hand."""
    return [
        (start + round(number * 1000 / rate), image)
        for number, image in enumerate(shots(person, poses, seed=seed, size=size))
    ]


def shots(person: str, poses: Iterable[Pose], *, seed: int = 1, size: tuple[int, int] = SIZE) -> Iterator[Image.Image]:
    """The pictures of `shoot`, one by one: `poses` may still be thought up while the camera runs."""
    random = np.random.default_rng(seed)
    drift = np.zeros(2)
    for pose in poses:
        drift = drift * 0.9 + random.normal(0, 0.8, 2)
        still = _posed(person, pose, size)
        moved = np.roll(still, tuple(int(value) for value in np.rint(drift)[::-1]), axis=(0, 1))
        moved = moved * (1 + random.normal(0, 0.006)) + _grain(size)[random.integers(8)]
        # Grain is drawn from a few sheets laid at random places, which is quicker than drawing it anew.
        shift = random.integers(0, 200, 2)
        moved += np.roll(_grain(size)[random.integers(8)], tuple(shift), axis=(0, 1))
        yield Image.fromarray(np.clip(moved, 0, 255).astype(np.uint8))


def empty_room(seed: int = 1) -> Iterator[Image.Image]:
    """A wall, as grainy as any picture of a camera; without end."""
    random = np.random.default_rng(seed)
    while True:
        yield Image.fromarray(random.integers(90, 140, (SIZE[1], SIZE[0], 3), dtype=np.uint8))


def beside(one: Image.Image, other: Image.Image) -> Image.Image:
    """Two people before one camera: the middle half of each picture."""
    width, height = one.size
    both = Image.new("RGB", one.size)
    for left, image in ((0, one), (width // 2, other)):
        both.paste(image.crop((width // 4, 0, width * 3 // 4, height)), (left, 0))
    return both


def still_picture(person: str, *, seconds: float = 6.0, rate: int = FRAMES_A_SECOND, seed: int = 5) -> Frames:
    """A photograph held before the camera: it moves and is grained, but nothing in it lives."""
    return shoot(person, [NEUTRAL] * round(seconds * rate), rate=rate, seed=seed)


def tilted(image: Image.Image, degrees: float, axis: str) -> Image.Image:
    """The view as if it were a flat print turned about its `upright` or its `level` axis before the camera."""
    width, height = image.size
    angle, distance = np.radians(degrees), width * 1.4
    x, y = np.array([-1.0, 1, 1, -1]) * width / 2, np.array([-1.0, -1, 1, 1]) * height / 2
    if axis == "upright":
        corners = np.stack([x * np.cos(angle), y, distance - x * np.sin(angle)])
    else:
        corners = np.stack([x, y * np.cos(angle), distance + y * np.sin(angle)])
    seen = corners[:2] / corners[2] * distance + np.array([[width / 2], [height / 2]])
    rows, wanted = [], []
    for (from_x, from_y), (to_x, to_y) in zip(seen.T, ((0, 0), (width, 0), (width, height), (0, height)), strict=True):
        rows += [[from_x, from_y, 1, 0, 0, 0, -to_x * from_x, -to_x * from_y]]
        rows += [[0, 0, 0, from_x, from_y, 1, -to_y * from_x, -to_y * from_y]]
        wanted += [to_x, to_y]
    factors = np.linalg.solve(np.array(rows), np.array(wanted, float))
    return image.transform(
        image.size, Image.Transform.PERSPECTIVE, tuple(factors), Image.Resampling.BILINEAR, fillcolor=(120, 120, 120)
    )


def jpeg(image: Image.Image, quality: int = 85) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def base64_jpeg(image: Image.Image, quality: int = 85) -> str:
    return base64.b64encode(jpeg(image, quality)).decode()


def as_request(frames: Frames) -> list[dict[str, object]]:
    """The frames as /v1/decide wants them."""
    return [{"at": at, "jpeg": base64_jpeg(image)} for at, image in frames]


def portrait(person: str, *, height: int = 441) -> Image.Image:
    """The person's portrait as on an ID card (358 by 441 pixels), from the unbent photograph."""
    sitter = SITTERS[person]
    x, y, _, half_height = sitter.head
    tall = half_height * 3.1
    wide = tall * 358 / 441
    box = (x - wide / 2, y - tall * 0.5, x + wide / 2, y + tall * 0.5)
    return (
        picture(sitter.picture)
        .crop(tuple(round(value) for value in box))
        .resize((round(height * 358 / 441), height), Image.Resampling.LANCZOS)
    )


@functools.cache
def _grain(size: tuple[int, int]) -> Array:
    random = np.random.default_rng(7)
    return random.normal(0, 1.6, (8, size[1], size[0], 1)).astype(np.float32)


@functools.lru_cache(maxsize=128)
def _posed(person: str, pose: Pose, size: tuple[int, int]) -> Array:
    """The camera's view of the bent photograph, without grain."""
    sitter = SITTERS[person]
    source = np.asarray(picture(sitter.picture), np.float32)
    left, top, width = sitter.window
    scale = width / size[0]
    x, y = np.meshgrid(
        left + np.arange(size[0], dtype=np.float32) * scale, top + np.arange(size[1], dtype=np.float32) * scale
    )
    x, y = _turned(sitter, x, y, pose.yaw * TURN_DEGREES)
    y, gap = _opened(sitter, x, y, pose.mouth)
    for eye in sitter.eyes:
        y = _closed(eye, x, y, pose.blink)
    view = _sample(source, x, y)
    dark = np.array([58, 22, 22], np.float32)
    return view * (1 - gap[..., np.newaxis]) + dark * gap[..., np.newaxis]


def _turned(sitter: Sitter, x: Array, y: Array, degrees: float) -> tuple[Array, Array]:
    """Where the head's pixels come from when it turns like a ball; around the head the turn fades out."""
    if not degrees:
        return x, y
    centre_x, centre_y, half_width, half_height = sitter.head
    u, v = (x - centre_x) / half_width, (y - centre_y) / half_height
    far = np.sqrt(u * u + v * v)
    depth = np.sqrt(np.clip(1 - np.minimum(far, 1) ** 2, 0, None))
    angle = np.radians(degrees)
    # A turn to the person's own left moves the face to the right of the picture.
    shifted = u * np.cos(angle) - depth * np.sin(angle)
    fade = np.clip((1.7 - far) / 0.7, 0, 1)
    return x + (shifted - u) * half_width * fade, y


def _opened(sitter: Sitter, x: Array, y: Array, part: float) -> tuple[Array, Array]:
    """The lower lip and the jaw sink; the gap is where the mouth's inside shows."""
    if not part:
        return y, np.zeros_like(y)
    centre, line, half_width = sitter.mouth
    jaw = sitter.chin - line
    across = np.clip(1 - ((x - centre) / (half_width * 1.02)) ** 2, 0, None)
    gap = part * jaw * 0.95 * np.sqrt(across)
    wide = np.exp(-(((x - centre) / (half_width * 2.0)) ** 4))
    sink = np.maximum(gap, part * jaw * 0.6 * wide)
    below = y - line
    # The shift is whole down to the sunken chin and fades out over the neck.
    fade = np.clip((jaw * 3.2 - below) / (jaw * 1.4), 0, 1)
    moved = np.where(below > 0, y - np.minimum(sink * fade, np.maximum(below, 0)), y)
    inside = np.clip(np.minimum(below, gap - below) + 0.5, 0, 1) * (gap > 0.5)
    return moved, inside.astype(np.float32)


def _closed(eye: Eye, x: Array, y: Array, part: float) -> Array:
    """The upper lid is drawn down: skin from above the eye stretches, the eye itself shrinks to a line."""
    if not part:
        return y
    (x0, y0), (x1, y1) = eye.left, eye.right
    width = x1 - x0
    place = (x - x0) / width
    arch = np.clip(1 - (2 * place - 1) ** 2, 0, None)
    base = y0 + (y1 - y0) * place
    middle = (y0 + y1) / 2
    reach = np.clip((1.15 - np.abs(2 * place - 1)) / 0.15, 0, 1)
    upper = base - (middle - eye.upper) * 1.25 * arch - width * 0.06
    lower = base + (eye.lower - middle) * 1.1 * arch + width * 0.04
    drawn = upper + (lower - upper) * 0.93 * part * reach
    brow = upper - width * 0.42
    lid = brow + (y - brow) * (upper - brow) / np.maximum(drawn - brow, 1e-3)
    ball = upper + (y - drawn) * (lower - upper) / np.maximum(lower - drawn, 1e-3)
    bent = np.where((y > brow) & (y <= drawn), lid, np.where((y > drawn) & (y < lower), ball, y))
    return np.where(reach > 0, bent, y)


def _sample(source: Array, x: Array, y: Array) -> Array:
    """Bilinear reading of the photograph."""
    height, width = source.shape[:2]
    x, y = np.clip(x, 0, width - 1.001), np.clip(y, 0, height - 1.001)
    column, row = x.astype(np.int32), y.astype(np.int32)
    fx, fy = (x - column)[..., np.newaxis], (y - row)[..., np.newaxis]
    upper = source[row, column] * (1 - fx) + source[row, column + 1] * fx
    lower = source[row + 1, column] * (1 - fx) + source[row + 1, column + 1] * fx
    return upper * (1 - fy) + lower * fy
