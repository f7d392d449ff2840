"""What `bench.faces` needs of the models themselves; run with the face service's Python, inside `faces/`.

face_parts.py time FOLDER     milliseconds of CPU for the landmarks of a frame and for one likeness
face_parts.py points FOLDER   where the face of each picture has its eyes, mouth and chin
face_parts.py match FOLDER    distance of every two pictures
"""

from __future__ import annotations

import itertools
import json
import sys
import time
from pathlib import Path

import numpy as np
from PIL import Image

from erjian_faces.landmarks import Detector, Mesh
from erjian_faces.likeness import Likeness, distance

ROUNDS = 5


def _pictures(folder: Path) -> dict[str, np.ndarray]:
    return {path.stem: np.asarray(Image.open(path).convert("RGB")) for path in sorted(folder.glob("*.png"))}


def timing(folder: Path) -> dict[str, float]:
    near, mesh, likeness = Detector.near(), Mesh(), Likeness()
    pictures = list(_pictures(folder).values())
    boxes = [near(picture)[0] for picture in pictures]
    started = time.process_time()
    for picture in pictures * ROUNDS:
        mesh(picture, near(picture)[0])
    landmarks = (time.process_time() - started) / len(pictures) / ROUNDS
    started = time.process_time()
    for picture, box in zip(pictures, boxes, strict=True):
        likeness.embed(picture, box)
    match = (time.process_time() - started) / len(pictures)
    return {"landmarks": landmarks * 1000, "match": match * 1000}


def match(folder: Path) -> list[tuple[str, str, float]]:
    near, far, likeness = Detector.near(), Detector.far(), Likeness()
    found = {
        name: likeness.embed(picture, (near(picture) or far(picture))[0]) for name, picture in _pictures(folder).items()
    }
    return [(one, other, distance(found[one], found[other])) for one, other in itertools.combinations(found, 2)]


if __name__ == "__main__":
    what = {"time": timing, "match": match}[sys.argv[1]]
    print(json.dumps(what(Path(sys.argv[2]))))
