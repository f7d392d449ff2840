"""What a face does, in numbers that do not depend on how near it is or whether the picture is tilted.

Openings of lids and mouth are divided by the height from forehead to nose: a flat photograph that is tilted shrinks
both alike, so it neither blinks nor speaks.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from erjian_faces.landmarks import (
    CHIN,
    FOREHEAD,
    LEFT_CHEEK,
    LIDS,
    LOWER_LIP,
    RIGHT_CHEEK,
    UPPER_LIP,
    Array,
    Face,
    Image,
)

BELOW_NOSE = 2
EYE_OUTER_RIGHT, EYE_OUTER_LEFT = 33, 263
LOOK_SIDE = 32
# Where the outer eye corners and the point below the nose come to lie in the small upright picture of the face.
_PLACES = np.array([[6, 10], [26, 10], [16, 20]], np.float32)


@dataclass(frozen=True)
class Measures:
    """One frame's face. Lengths are shares of the face's height, degrees are positive to the person's own left."""

    lid: float
    mouth: float
    yaw: float
    height: float
    centre: tuple[float, float]
    points: Array  # the mesh, two-dimensional
    look: NDArray[np.float32]  # small upright grey picture of the face, mean 0 and deviation 1


def measure(image: Image, face: Face) -> Measures:
    mesh = face.mesh
    scale = max(float(np.linalg.norm(mesh[FOREHEAD, :2] - mesh[BELOW_NOSE, :2])), 1e-3)
    across = mesh[LEFT_CHEEK] - mesh[RIGHT_CHEEK]
    return Measures(
        lid=(_gap(face.right_eye) + _gap(face.left_eye)) / 2 / scale,
        mouth=float(np.linalg.norm(mesh[UPPER_LIP, :2] - mesh[LOWER_LIP, :2])) / scale,
        yaw=math.degrees(math.atan2(float(across[2]), float(across[0]))),
        height=float(np.linalg.norm(mesh[FOREHEAD, :2] - mesh[CHIN, :2])),
        centre=(
            float((mesh[RIGHT_CHEEK, 0] + mesh[LEFT_CHEEK, 0]) / 2),
            float((mesh[FOREHEAD, 1] + mesh[CHIN, 1]) / 2),
        ),
        points=np.ascontiguousarray(mesh[:, :2]),
        look=_look(image, mesh),
    )


def _gap(eye: Array) -> float:
    return float(np.mean([np.linalg.norm(eye[upper] - eye[lower]) for upper, lower in LIDS]))


def _look(image: Image, mesh: Array) -> NDArray[np.float32]:
    places = mesh[[EYE_OUTER_RIGHT, EYE_OUTER_LEFT, BELOW_NOSE], :2].astype(np.float32)
    turn = cv2.getAffineTransform(places, _PLACES)
    patch = cv2.warpAffine(image, turn, (LOOK_SIDE, LOOK_SIDE), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
    grey = cv2.GaussianBlur(cv2.cvtColor(patch, cv2.COLOR_RGB2GRAY), (3, 3), 0).astype(np.float32)
    return (grey - grey.mean()) / max(float(grey.std()), 1.0)


def unlikeness(one: Measures, other: Measures) -> float:
    """0 for the same look, 1 for unrelated ones."""
    return float(1 - (one.look * other.look).mean())


def bend(one: Measures, other: Measures) -> float:
    """How much of the change from one face to the other no tilting of a flat picture explains (share of height).

    The second mesh is laid on the first by the best affine map; what is left is what the head's depth does.
    """
    source = np.hstack([other.points, np.ones((len(other.points), 1), np.float32)])
    solution, *_ = np.linalg.lstsq(source, one.points, rcond=None)
    rest = one.points - source @ solution
    return float(np.sqrt((rest**2).sum(axis=1).mean())) / max(one.height, 1e-3)
