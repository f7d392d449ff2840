"""What to tell the person before the camera while nothing is decided yet."""

from __future__ import annotations

from typing import Any

import cv2

from erjian_faces.decision import Decider, sharpness
from erjian_faces.images import FRAME, decode
from erjian_faces.measures import measure

# The face's height, forehead to chin, as a share of the frame's.
TOO_FAR, TOO_NEAR = 0.22, 0.78
TOO_DARK, TOO_BRIGHT = 0.20, 0.88
OFF_CENTRE = 0.2
BLURRED = 60.0
AWAY_DEGREES = 12.0


def look(decider: Decider, request: dict[str, Any]) -> dict[str, Any]:
    image, _ = decode(request.get("frame"), "frame", FRAME)
    count, face = decider.look(image)
    if face is None:
        light = float(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).mean()) / 255
        hints = ["no_face"] + (["too_dark"] if light < TOO_DARK / 2 else [])
        return {
            "faces": count, "size": 0.0, "centre": None, "brightness": round(light, 3), "sharpness": 0.0, "yaw": 0.0,
            "hints": hints,
        }  # fmt: skip
    found = measure(image, face)
    height, width = image.shape[:2]
    size = found.height / height
    centre = (found.centre[0] / width, found.centre[1] / height)
    box = face.box
    patch = image[max(0, int(box.top)) : int(box.bottom) + 1, max(0, int(box.left)) : int(box.right) + 1]
    light = float(cv2.cvtColor(patch, cv2.COLOR_RGB2GRAY).mean()) / 255
    sharp = sharpness(image, face)
    wrong = {
        "several_faces": count > 1,
        "too_far": size < TOO_FAR,
        "too_near": size > TOO_NEAR,
        "too_dark": light < TOO_DARK,
        "too_bright": light > TOO_BRIGHT,
        "off_centre": abs(centre[0] - 0.5) > OFF_CENTRE or abs(centre[1] - 0.5) > OFF_CENTRE,
        "turn_to_camera": abs(found.yaw) > AWAY_DEGREES,
        "blurred": sharp < BLURRED,
    }
    return {
        "faces": count,
        "size": round(size, 3),
        "centre": [round(centre[0], 3), round(centre[1], 3)],
        "brightness": round(light, 3),
        "sharpness": round(sharp, 1),
        "yaw": round(found.yaw, 1),
        "hints": [name for name, holds in wrong.items() if holds],
    }
