"""How alike two faces are: dlib's network turns a face into 128 numbers; the distance of two faces is that of theirs.

Faces of one person lie closer than 0.6 as a rule. The weights are in the public domain (CC0).
"""

from __future__ import annotations

import math
import sysconfig
from pathlib import Path

import cv2
import dlib
import numpy as np
from numpy.typing import NDArray

from erjian_faces.landmarks import Box, Image

Embedding = NDArray[np.float64]

WEIGHTS = Path(sysconfig.get_paths()["purelib"]) / "face_recognition_models/models"
CHIP = 150
CHIP_MARGIN = 0.25
# A face is cut out before dlib works on it, no larger than this: time then depends on the face, not the picture.
PATCH = 400


class Likeness:
    def __init__(self) -> None:
        self._shape = dlib.shape_predictor(str(WEIGHTS / "shape_predictor_5_face_landmarks.dat"))
        self._network = dlib.face_recognition_model_v1(str(WEIGHTS / "dlib_face_recognition_resnet_model_v1.dat"))

    def embed(self, image: Image, box: Box) -> Embedding:
        patch, face = _patch(image, box)
        shape = self._shape(patch, face)
        chip = dlib.get_face_chip(patch, shape, CHIP, CHIP_MARGIN)
        return np.array(self._network.compute_face_descriptor(chip))


def distance(one: Embedding, other: Embedding) -> float:
    return float(np.linalg.norm(one - other))


def _patch(image: Image, box: Box) -> tuple[Image, dlib.rectangle]:
    """The surroundings of the face, scaled down when large, and the face's place in them."""
    width, height = box.right - box.left, box.bottom - box.top
    left, top = max(0, math.floor(box.left - width / 2)), max(0, math.floor(box.top - height / 2))
    right = min(image.shape[1], math.ceil(box.right + width / 2))
    bottom = min(image.shape[0], math.ceil(box.bottom + height / 2))
    patch = image[top:bottom, left:right]
    scale = min(1.0, PATCH / max(patch.shape[:2]))
    if scale < 1:
        patch = cv2.resize(patch, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    corners = ((box.left - left), (box.top - top), (box.right - left), (box.bottom - top))
    return np.ascontiguousarray(patch), dlib.rectangle(*(round(corner * scale) for corner in corners))
