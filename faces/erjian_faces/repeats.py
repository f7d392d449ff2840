"""Is a film the same again? A camera's frames never are, however still the person sits: grain and drift see to it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from erjian_faces.landmarks import Image

SIZE = (64, 48)
# Mean difference of two small grey pictures, in steps of 256, up to which they are the same picture encoded anew.
SAME = 0.45
# So many frames in a row must come again; within them something must move, or the person just sits still.
RUN = 4
MOVING = 0.9
# Frames nearer than this to each other may be alike: the page was quicker than the camera.
NEAR = 3


@dataclass(frozen=True)
class Print:
    """What is kept of a frame to recognise it again."""

    digest: bytes
    small: NDArray[np.float32]


def imprint(image: Image) -> Print:
    small = cv2.resize(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), SIZE, interpolation=cv2.INTER_AREA)
    return Print(hashlib.blake2b(small.tobytes(), digest_size=16).digest(), small.astype(np.float32).ravel())


def doubles(prints: Sequence[Print]) -> set[int]:
    """Frames that are the one before them, taken twice; they say nothing and are left out."""
    return {index for index in range(1, len(prints)) if prints[index].digest == prints[index - 1].digest}


def repeated(prints: Sequence[Print]) -> bool:
    """Does a frame come again later, or a passage of the film nearly so?"""
    seen: dict[bytes, int] = {}
    for index, frame in enumerate(prints):
        if frame.digest in seen and index - seen[frame.digest] > 1:
            return True
        seen[frame.digest] = index
    if len(prints) <= NEAR + RUN:
        return False
    stack = np.stack([frame.small for frame in prints])
    unlike = np.stack([np.abs(stack - frame).mean(axis=1) for frame in stack])
    for lag in range(NEAR, len(prints) - RUN + 1):
        again = np.diagonal(unlike, lag) < SAME
        for start in range(len(again) - RUN + 1):
            if again[start : start + RUN].all():
                passage = unlike[start : start + RUN, start : start + RUN]
                if passage.max() > MOVING:
                    return True
    return False
