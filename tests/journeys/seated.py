"""Somebody before Chromium's own fake camera: looks straight, and does what the screen asks, as a person would.

Chromium reads the file of its fake camera anew for every picture it delivers (`--use-file-for-fake-video-capture`). So a
file of one picture that is written again ten times a second is a live camera, and what is filmed can be thought up while
the page asks for it. The person is a photograph in the public domain, bent; no two pictures are alike.
"""

from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Page

from erjian.identity.reasons import GESTURES
from tests.faces import filming
from tests.faces.filming import NEUTRAL, Pose

_HEAD = b"YUV4MPEG2 W640 H480 F15:1 Ip A1:1 C420jpeg\nFRAME\n"
_EVERY = 1 / filming.FRAMES_A_SECOND
_DELAY, _STEP = 0.4, 0.3
"""Seconds until a person does what was asked, and for each pose of it: by the clock, so that a slow machine films fewer
pictures of the same movement."""
_ASKED = """(seen) => {
  const words = document.querySelector("[data-prompt]").textContent;
  return (document.querySelector("[data-part=camera]").hidden ? "-" : words !== seen && words) || null;
}"""


class Camera:
    """A file that Chromium takes for a camera; what is before it changes while the browser runs."""

    def __init__(self, path: Path) -> None:
        self._room = filming.empty_room()
        self._before: Iterator[Image.Image] = self._room
        path.write_bytes(_HEAD + _i420(next(self._room)))
        self._path, self._file = path, os.open(path, os.O_WRONLY)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="camera", daemon=True)
        self._thread.start()

    @property
    def flags(self) -> list[str]:
        """What Chromium is started with."""
        return [
            "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream",
            f"--use-file-for-fake-video-capture={self._path}",
        ]

    def point_at(self, images: Iterator[Image.Image]) -> None:
        """From now on the camera sees these, without end."""
        self._before = images

    def nobody(self) -> None:
        """Whoever was before the camera goes away."""
        self.point_at(self._room)

    def close(self) -> None:
        self._over.set()
        self._thread.join()
        os.close(self._file)

    def _run(self) -> None:
        while not self._over.wait(_EVERY):
            os.pwrite(self._file, _i420(next(self._before)), len(_HEAD))


class Sitter:
    """A person to point a camera at, who looks straight until told to do something."""

    def __init__(self, person: str) -> None:
        self._gesture: tuple[Pose, ...] = ()
        self._asked = 0.0
        self.images = filming.shots(person, self._poses(), seed=3)

    def does(self, gesture: str) -> None:
        self._asked, self._gesture = time.monotonic(), filming.GESTURES[gesture]

    def _poses(self) -> Iterator[Pose]:
        while True:
            at = math.floor((time.monotonic() - self._asked - _DELAY) / _STEP)
            yield self._gesture[at] if 0 <= at < len(self._gesture) else NEUTRAL

    def follow(self, page: Page, *, instead: Mapping[str, str] | None = None) -> None:
        """Do what the open page asks for until it has filmed enough; `instead` says what is done for each gesture."""
        gestures: dict[Any, str] = {words: name for name, words in GESTURES.items()}
        words = ""
        while (words := page.wait_for_function(_ASKED, arg=words).json_value()) != "-":
            asked = gestures.get(words, "")
            if gesture := asked if instead is None else instead.get(asked, ""):
                self.does(gesture)


def _i420(image: Image.Image) -> bytes:
    """The picture as Y4M holds it (ITU-R BT.601, 16 to 235, colours at half the size)."""
    light, *colours = (np.asarray(band, np.float32) for band in image.convert("YCbCr").split())
    height, width = light.shape
    halves = [each.reshape(height // 2, 2, width // 2, 2).mean(axis=(1, 3)) for each in colours]
    planes = [16 + light * (219 / 255), *(128 + (each - 128) * (224 / 255) for each in halves)]
    return b"".join(np.rint(plane).astype(np.uint8).tobytes() for plane in planes)
