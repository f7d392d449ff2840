"""Reads an ID card from a photograph of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
from rapidocr import RapidOCR

from erjian_faces import card_text
from erjian_faces.card_text import Line
from erjian_faces.images import CARD, Refused, decode, jpeg_base64
from erjian_faces.landmarks import Box, Detector, Image

LONGEST_SIDE = 960
# Below this the text fills too little of the picture and is read again from the part it fills.
SMALL = 0.4
# Sharpness of the sharpest tiles below which nobody could read the card.
BLURRED = 60.0
TILE = 48
UNSURE = 0.75
GLARE = 0.04
SATURATED = 250
# A picture of this shape holds a card that stands on its side.
PORTRAIT_SHAPE = (358, 441)


class Reader:
    def __init__(self) -> None:
        self._near, self._far = Detector.near(), Detector.far()
        one = {"intra_op_num_threads": 1, "inter_op_num_threads": 1, "enable_cpu_mem_arena": False}
        self._ocr = RapidOCR(
            params={
                **{f"EngineConfig.onnxruntime.{name}": value for name, value in one.items()},
                "Global.use_cls": False,
                "Global.log_level": "critical",
                "Det.limit_type": "max",
                "Det.limit_side_len": LONGEST_SIDE,
            }
        )

    def read(self, request: dict[str, Any]) -> dict[str, Any]:
        started = time.process_time()
        wanted = request.get("side")
        if wanted not in {"front", "back"}:
            raise Refused("bad_request", "side")
        image, _ = decode(request.get("image"), "image", CARD)
        image, face, found = self._upright(image, wanted)
        shown = card_text.side(found)
        reading = card_text.read_front(found) if wanted == "front" else card_text.read_back(found)
        hints = self._quality(image, found)
        if shown is None:
            hints, reading = ["not_a_card", *hints], card_text.Reading()
        elif shown != wanted:
            hints, reading = ["wrong_side", *hints], card_text.Reading()
        portrait = None
        if wanted == "front" and shown == "front":
            portrait = None if face is None else jpeg_base64(_portrait(image, face))
            hints += [] if portrait else ["no_portrait"]
        return {
            "fields": reading.fields,
            "confidence": reading.confidence,
            "portrait": portrait,
            "hints": hints + [hint for hint in reading.hints if hint not in hints],
            "milliseconds": round((time.process_time() - started) * 1000),
        }

    def _upright(self, image: Image, wanted: str) -> tuple[Image, Box | None, list[Line]]:
        """The picture turned so that the card can be read, the face on it, and its lines."""
        turned, face = self._by_face(image) if wanted == "front" else (image, None)
        found = self._lines(turned)
        if card_text.side(found) is not None and not _lies(found):
            return turned, face, found
        for other in self._other_ways(image, turned, face, found):
            lines = self._lines(other)
            if card_text.side(lines) is not None and not _lies(lines):
                return other, self._face(other), lines
        return turned, face, found

    def _other_ways(self, image: Image, turned: Image, face: Box | None, found: list[Line]) -> Iterator[Image]:
        """Ways to turn a picture whose lines made no sense or ran from top to bottom."""
        if turned is not image:
            # What looked like a face was none.
            yield image
        if face is None or _lies(found):
            # Lines that are taller than wide mean a card on its side; none that make sense, one upside down.
            sideways = turned is image and (_lies(found) or image.shape[0] > image.shape[1])
            for quarter in (1, 3) if sideways else (2,):
                yield np.ascontiguousarray(np.rot90(image, quarter))

    def _by_face(self, image: Image) -> tuple[Image, Box | None]:
        """The picture turned so that the face on it is upright."""
        best: tuple[float, Image, Box | None] = (0.0, image, None)
        for quarter in range(4):
            turned = np.ascontiguousarray(np.rot90(image, quarter))
            face = self._face(turned)
            if face is not None and face.score > best[0] + 0.02:
                best = (face.score, turned, face)
        return best[1], best[2]

    def _face(self, image: Image) -> Box | None:
        """The most certain face whose mouth lies below its eyes."""
        return max(
            # Large faces are the near detector's, a small one on a card at a distance is the far one's.
            (box for box in [*self._far(image), *self._near(image)] if _stands(box)),
            key=lambda box: box.score,
            default=None,
        )

    def _lines(self, image: Image) -> list[Line]:
        found = self._recognise(image)
        if not found:
            return []
        left, right = min(line.left for line in found), max(line.right for line in found)
        top, bottom = min(line.middle for line in found), max(line.middle for line in found)
        if right - left < image.shape[1] * SMALL and max(image.shape[:2]) > LONGEST_SIDE:
            margin = (right - left) * 0.35
            part = image[
                max(0, int(top - margin)) : int(bottom + margin), max(0, int(left - margin)) : int(right + margin)
            ]
            if min(part.shape[:2]) > 32:
                nearer = self._recognise(np.ascontiguousarray(part))
                if sum(len(line.text) for line in nearer) >= sum(len(line.text) for line in found):
                    return nearer
        return found

    def _recognise(self, image: Image) -> list[Line]:
        result = self._ocr(cv2.cvtColor(image, cv2.COLOR_RGB2BGR))
        if result.boxes is None or result.txts is None:
            return []
        return card_text.lines([box.tolist() for box in result.boxes], result.txts, result.scores)

    def _quality(self, image: Image, found: list[Line]) -> list[str]:
        grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
        scale = LONGEST_SIDE / max(grey.shape)
        if scale < 1:
            grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        hints = []
        unsure = found and sum(line.score for line in found) / len(found) < UNSURE
        if unsure or _structure(grey) < BLURRED:
            hints.append("blurred")
        if _glare(grey):
            hints.append("glare")
        edge = image.shape[1] * 0.004
        if any(line.left < edge or line.right > image.shape[1] - edge for line in found):
            hints.append("cut_off")
        return hints


def _lies(found: list[Line]) -> bool:
    """Whether the lines run from top to bottom: the card lies on its side."""
    long = [line for line in found if len(line.text) > 2]
    return sum(line.height > (line.right - line.left) * 1.5 for line in long) > len(long) / 2


def _stands(face: Box) -> bool:
    across, down = face.points[3] - face.points[:2].mean(axis=0)
    return bool(down > abs(across) * 1.5)


def _structure(grey: np.ndarray[Any, Any]) -> float:
    """How sharp the sharpest tenth of the picture is; the rest may well be plain."""
    edges = cv2.Laplacian(grey, cv2.CV_32F)
    rows, columns = grey.shape[0] // TILE, grey.shape[1] // TILE
    if not rows or not columns:
        return 0.0
    tiles = edges[: rows * TILE, : columns * TILE].reshape(rows, TILE, columns, TILE)
    return float(np.quantile(tiles.var(axis=(1, 3)), 0.9))


def _glare(grey: np.ndarray[Any, Any]) -> bool:
    """A blown-out patch in an otherwise normally lit picture."""
    white = (grey >= SATURATED).astype(np.uint8)
    if white.mean() < GLARE or white.mean() > 0.6:
        return False
    _, _, stats, _ = cv2.connectedComponentsWithStats(white)
    largest = max((int(area) for area in stats[1:, cv2.CC_STAT_AREA]), default=0)
    return largest > grey.size * GLARE * 0.6


def _portrait(image: Image, face: Box) -> Image:
    """The card's portrait around the face, upright."""
    tall = face.height * 2.1
    wide = tall * PORTRAIT_SHAPE[0] / PORTRAIT_SHAPE[1]
    x, y = (face.left + face.right) / 2, (face.top + face.bottom) / 2
    top, bottom = max(0, int(y - tall * 0.5)), int(y + tall * 0.5)
    left, right = max(0, int(x - wide / 2)), int(x + wide / 2)
    part = image[top:bottom, left:right]
    scale = PORTRAIT_SHAPE[1] / part.shape[0]
    if scale < 1:
        part = cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(part)
