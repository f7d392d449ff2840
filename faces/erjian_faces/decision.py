"""One attempt: the frames a page sent, the challenges the server drew and the card's portrait; accept, refuse or ask.

Cheap questions come first and the costly network last, so that a bad attempt costs little.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np

from erjian_faces import repeats, sequence
from erjian_faces.images import FRAME, PORTRAIT, Refused, decode
from erjian_faces.landmarks import Detector, Face, Image, Mesh, distinct
from erjian_faces.likeness import Embedding, Likeness, distance
from erjian_faces.measures import Measures, bend, measure, unlikeness
from erjian_faces.sequence import Baseline, Gesture, Seen

MOST_FRAMES = 240
# More frames than this do not make the decision better; they are thinned out evenly.
ENOUGH_FRAMES = 90
MOST_CHALLENGES = 6
ACCEPT, REFUSE = 0.45, 0.55

# The same person, bending lids and jaw, stays below; two people stay above.
SAME_PERSON = 0.57
# A sudden change of look between two frames is worth a closer one.
SUDDEN = 0.4
# A turned head shows its depth; a tilted picture of a head does not.
DEPTH = 0.018
# Below this the look of a face over the whole film is that of a picture.
LIFELESS = 0.035
FRONTAL_DEGREES = 8.0


class _Refusal(Exception):
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _refuse(reason: str | None) -> None:
    """End the attempt when there is a reason to."""
    if reason is not None:
        raise _Refusal(reason)


@dataclass
class Attempt:
    """What is found out step by step."""

    challenges: list[str]
    started: float = field(default_factory=time.process_time)
    answers: list[Gesture | None] = field(default_factory=list)
    frames_used: int = 0
    distance: float | None = None
    best: int | None = None
    times: list[int] = field(default_factory=list)

    def outcome(self, verdict: str, reason: str | None = None) -> dict[str, Any]:
        answers = self.answers or [None] * len(self.challenges)
        return {
            "verdict": verdict,
            "reason": reason,
            "challenges": [
                {
                    "name": name,
                    "passed": answer is not None,
                    "from": None if answer is None else self.times[answer.start],
                    "to": None if answer is None else self.times[answer.end],
                }
                for name, answer in zip(self.challenges, answers, strict=True)
            ],
            "distance": None if self.distance is None else round(self.distance, 4),
            "best_frame": self.best,
            "frames_used": self.frames_used,
            "milliseconds": round((time.process_time() - self.started) * 1000),
        }


@dataclass(frozen=True)
class Frame:
    """One frame that counts: its number in the request, when it was taken and what it shows."""

    number: int
    at: int
    image: Image
    faces: int
    face: Face | None
    measures: Measures | None

    @property
    def seen(self) -> Seen:
        return Seen(self.at, self.faces, self.measures)


class Decider:
    def __init__(self) -> None:
        self._near, self._far, self._mesh, self._likeness = Detector.near(), Detector.far(), Mesh(), Likeness()

    def look(self, image: Image) -> tuple[int, Face | None]:
        """Number of faces, and the largest one."""
        boxes = distinct(self._near(image))
        return len(boxes), self._mesh(image, boxes[0]) if boxes else None

    def decide(self, request: dict[str, Any]) -> dict[str, Any]:
        challenges, entries, accept, refuse = _checked(request)
        portrait, _ = decode(request.get("portrait"), "portrait", PORTRAIT)
        attempt = Attempt(challenges)
        try:
            self._examine(attempt, entries, portrait)
        except _Refusal as refusal:
            return attempt.outcome("refuse", refusal.reason)
        assert attempt.distance is not None
        if attempt.distance <= accept:
            return attempt.outcome("accept")
        return attempt.outcome("officer" if attempt.distance < refuse else "refuse", "unlike")

    def _examine(self, attempt: Attempt, entries: list[dict[str, Any]], portrait: Image) -> None:
        """Find the distance between the living person and the portrait. Raises _Refusal."""
        times = [entry["at"] for entry in entries]
        _refuse(sequence.timing_fault(times))
        pictures = [decode(entry["jpeg"], f"frames.{number}", FRAME)[0] for number, entry in enumerate(entries)]
        prints = [repeats.imprint(picture) for picture in pictures]
        doubles = repeats.doubles(prints)
        kept = _thinned([number for number in range(len(entries)) if number not in doubles])
        if len(kept) < sequence.FEWEST_FRAMES:
            # Frame after frame the very same picture: nobody moved because nobody was there.
            _refuse("still_picture" if doubles else "too_few_frames")
        frames = [self._frame(number, times[number], pictures[number]) for number in kept]
        attempt.times, attempt.frames_used = [frame.at for frame in frames], len(frames)
        _refuse(self._lifeless(attempt, frames))
        if repeats.repeated([prints[number] for number in kept]):
            _refuse("repeated_frames")
        best = _best(frames, attempt)
        if best is None:
            raise _Refusal("no_frontal")
        attempt.best = best.number
        mine = self._embed(best)
        if self._another(attempt, frames, best, mine):
            _refuse("another_face")
        theirs = self._portrait(portrait)
        if theirs is None:
            raise _Refusal("no_portrait")
        attempt.distance = distance(mine, theirs)

    def _frame(self, number: int, at: int, image: Image) -> Frame:
        count, face = self.look(image)
        return Frame(number, at, image, count, face, measure(image, face) if face else None)

    def _lifeless(self, attempt: Attempt, frames: Sequence[Frame]) -> str | None:
        """The reason why this is not a living person who did as asked."""
        seen = [frame.seen for frame in frames]
        if fault := sequence.presence_fault(seen):
            return fault
        base = sequence.baseline(seen)
        if base is None:
            return "no_frontal"
        found = [gesture for gesture in sequence.gestures(seen, base) if _has_depth(gesture, frames, base)]
        attempt.answers = sequence.matched(attempt.challenges, found)
        if None not in attempt.answers:
            return None
        return "still_picture" if not found and _motionless(frames) else "wrong_gesture"

    def _another(self, attempt: Attempt, frames: Sequence[Frame], best: Frame, mine: Embedding) -> bool:
        """Is somebody else seen at the start, in a gesture, at the end or where the look changes suddenly?"""
        shown = [index for index, frame in enumerate(frames) if frame.face is not None]
        wanted = {shown[0], shown[-1], *(answer.peak for answer in attempt.answers if answer), *_sudden(frames, shown)}
        return any(
            distance(mine, self._embed(frames[index])) > SAME_PERSON
            for index in sorted(wanted)
            if frames[index].face is not None and frames[index] is not best
        )

    def _embed(self, frame: Frame) -> Embedding:
        assert frame.face is not None
        return self._likeness.embed(frame.image, frame.face.box)

    def _portrait(self, image: Image) -> Embedding | None:
        boxes = self._near(image) or self._far(image)
        return self._likeness.embed(image, boxes[0]) if boxes else None


def _checked(request: dict[str, Any]) -> tuple[list[str], list[dict[str, Any]], float, float]:
    challenges, entries = request.get("challenges"), request.get("frames")
    if (
        not isinstance(challenges, list)
        or not 1 <= len(challenges) <= MOST_CHALLENGES
        or any(name not in sequence.CHALLENGES for name in challenges)
    ):
        raise Refused("bad_request", "challenges")
    if not isinstance(entries, list) or len(entries) > MOST_FRAMES:
        raise Refused("bad_request", "frames")
    for entry in entries:
        if not isinstance(entry, dict) or type(entry.get("at")) is not int:
            raise Refused("bad_request", "frames")
        entry.setdefault("jpeg", None)
    thresholds = request.get("thresholds") or {}
    accept, refuse = thresholds.get("accept", ACCEPT), thresholds.get("refuse", REFUSE)
    if not all(isinstance(value, int | float) for value in (accept, refuse)) or not 0 < accept <= refuse < 1:
        raise Refused("bad_request", "thresholds")
    return challenges, entries, accept, refuse


def _thinned(numbers: list[int]) -> list[int]:
    if len(numbers) <= ENOUGH_FRAMES:
        return numbers
    step = len(numbers) / ENOUGH_FRAMES
    return [numbers[int(index * step)] for index in range(ENOUGH_FRAMES)]


def _has_depth(gesture: Gesture, frames: Sequence[Frame], base: Baseline) -> bool:
    """Whether a turn is that of a head and not of a picture."""
    if not gesture.name.startswith("turn"):
        return True
    straight = min(
        (frame.measures for frame in frames if frame.measures is not None), key=lambda found: abs(found.yaw - base.yaw)
    )
    peak = frames[gesture.peak].measures
    return peak is not None and bend(straight, peak) >= DEPTH


def _motionless(frames: Sequence[Frame]) -> bool:
    looks = np.stack([frame.measures.look for frame in frames if frame.measures is not None])
    middle = np.median(looks, axis=0)
    return float(np.quantile(((looks - middle) ** 2).mean(axis=(1, 2)), 0.9)) < LIFELESS


def _sudden(frames: Sequence[Frame], shown: Sequence[int]) -> tuple[int, ...]:
    """The two frames between which the look changes most, if it changes suddenly."""
    changes = []
    for earlier, later in itertools.pairwise(shown):
        one, other = frames[earlier].measures, frames[later].measures
        assert one is not None
        assert other is not None
        changes.append((unlikeness(one, other), earlier, later))
    if not changes:
        return ()
    most, earlier, later = max(changes)
    return (earlier, later) if most > SUDDEN else ()


def _best(frames: Sequence[Frame], attempt: Attempt) -> Frame | None:
    """The sharpest frame that shows the face from the front, eyes open and mouth closed."""
    base = sequence.baseline([frame.seen for frame in frames])
    assert base is not None
    busy = {index for answer in attempt.answers if answer for index in range(answer.start, answer.end)}
    free = [frame for index, frame in enumerate(frames) if index not in busy and frame.measures is not None]
    for degrees, lid, mouth in ((4.0, 0.93, 0.04), (FRONTAL_DEGREES, sequence.EYES_OPEN, sequence.MOUTH_OPEN)):
        fit = [
            frame
            for frame in free
            if frame.measures is not None
            and abs(frame.measures.yaw - base.yaw) < degrees
            and frame.measures.lid > base.lid * lid
            and frame.measures.mouth < base.mouth + mouth
        ]
        if fit:
            return max(fit, key=lambda frame: sharpness(frame.image, frame.face))
    return None


def sharpness(image: Image, face: Face | None) -> float:
    """How much fine structure the face shows, on a scale that does not depend on its size."""
    assert face is not None
    box = face.box
    left, top = max(0, int(box.left)), max(0, int(box.top))
    patch = image[top : max(top + 2, int(box.bottom)), left : max(left + 2, int(box.right))]
    grey = cv2.resize(cv2.cvtColor(patch, cv2.COLOR_RGB2GRAY), (128, 128), interpolation=cv2.INTER_AREA)
    return float(cv2.Laplacian(grey, cv2.CV_64F).var())
