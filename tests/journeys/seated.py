"""Somebody played before the camera: looks straight, and does what the screen asks, as a person would.

The frames are made by the test from a photograph in the public domain; the page takes them from a canvas in place of a
camera. No two frames are alike, and none is shown twice after 开始, as from a real camera.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence

from playwright.sync_api import Page

from erjian.identity.reasons import GESTURES
from tests.faces import filming

_BEFORE, _AFTER = 30, 170
_DELAY = 5
"""Frames of looking straight before a person does what was asked."""

_PLAY = """({ clips, before, straight }) => {
  const pictures = (reel) => Promise.all(reel.map(async (text) => {
    const bytes = Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
    return createImageBitmap(new Blob([bytes], { type: "image/jpeg" }));
  }));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [640, 480];
  const pen = canvas.getContext("2d");
  window.playedCamera = (async () => {
    const reels = {};
    for (const [words, reel] of Object.entries(clips)) reels[words] = await pictures(reel);
    const [waiting, resting] = [await pictures(before), await pictures(straight)];
    let [at, rest, seen, left] = [0, 0, "", []];
    setInterval(() => {
      const words = document.querySelector("[data-prompt]").textContent;
      if (words !== seen && reels[words]) left = [...reels[words]];
      seen = words;
      const begun = document.querySelector("[data-begin]").hidden;
      const picture = begun ? left.shift() ?? resting[rest++ % resting.length] : waiting[at++ % waiting.length];
      pen.drawImage(picture, 0, 0);
    }, 100);
  })();
  navigator.mediaDevices.getUserMedia = async () => {
    await window.playedCamera;
    return canvas.captureStream(30);
  };
}"""


def play(page: Page, person: str, *, does: dict[str, Sequence[str]] | None = None) -> None:
    """Sit `person` before the camera of the open page; `does` names the gestures made instead of one that is asked."""
    clips = {}
    for seed, (name, words) in enumerate(GESTURES.items(), 11):
        poses = [filming.NEUTRAL] * _DELAY
        for gesture in [name] if does is None else does.get(name, ()):
            poses += filming.GESTURES[gesture]
        clips[words] = _reel(filming.shoot(person, [*poses, *[filming.NEUTRAL] * 6], seed=seed))
    page.evaluate(
        _PLAY,
        {
            "clips": clips,
            "before": _reel(filming.shoot(person, [filming.NEUTRAL] * _BEFORE, seed=3)),
            "straight": _reel(filming.shoot(person, [filming.NEUTRAL] * _AFTER, seed=4)),
        },
    )


def _reel(frames: filming.Frames) -> list[str]:
    return [base64.b64encode(filming.jpeg(image)).decode() for _, image in frames]
