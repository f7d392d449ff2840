"""Did a living person do what was asked, in the order asked? Numbers in, verdict out; no model is used here."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Protocol

CHALLENGES = ("blink", "open_mouth", "turn_left", "turn_right")

# Times in milliseconds.
LONGEST = 60_000
SHORTEST = 1_500
LONGEST_GAP = 1_500
FEWEST_FRAMES = 15
LEAST_RATE = 3.0

# Faces.
MOST_WITHOUT_FACE = 0.2
LONGEST_LOSS = 900
MOST_WITH_SEVERAL = 0.1
# Between two frames a head moves by less than this share of its height, and grows or shrinks by less than that factor.
FARTHEST_STEP = 0.6
LARGEST_GROWTH = 1.45

# Gestures, against the person's own baseline.
FRONTAL_DEGREES = 12.0
EYES_CLOSED, EYES_OPEN = 0.66, 0.80
MOUTH_OPEN, MOUTH_CLOSED = 0.12, 0.07
TURNED, TURNED_BACK = 11.0, 6.5
SMALL_TURN = 8.0
FEWEST_BASELINE = 4


class Numbers(Protocol):
    """What is needed of a frame's face; `erjian_faces.measures.Measures` is one."""

    @property
    def lid(self) -> float: ...
    @property
    def mouth(self) -> float: ...
    @property
    def yaw(self) -> float: ...
    @property
    def height(self) -> float: ...
    @property
    def centre(self) -> tuple[float, float]: ...


@dataclass(frozen=True)
class Seen:
    """One frame: when, how many faces, and the numbers of the largest."""

    at: int
    faces: int
    numbers: Numbers | None


@dataclass(frozen=True)
class Baseline:
    lid: float
    mouth: float
    yaw: float


@dataclass(frozen=True)
class Gesture:
    """`start`, `peak` and `end` are indexes of frames."""

    name: str
    start: int
    peak: int
    end: int


def timing_fault(times: Sequence[int]) -> str | None:
    """The fault in when frames were taken, if any."""
    if len(times) < FEWEST_FRAMES:
        return "too_few_frames"
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    span = times[-1] - times[0]
    if times[0] < 0 or min(gaps) <= 0 or max(gaps) > LONGEST_GAP or not SHORTEST <= span <= LONGEST:
        return "bad_timing"
    if (len(times) - 1) * 1000 / span < LEAST_RATE:
        return "bad_timing"
    return None


def presence_fault(frames: Sequence[Seen]) -> str | None:
    """Is there one face, all the time, that moves as a face does?"""
    without = sum(frame.numbers is None for frame in frames)
    if without > len(frames) / 2:
        return "no_face"
    if sum(frame.faces > 1 for frame in frames) > max(1, len(frames) * MOST_WITH_SEVERAL):
        return "several_faces"
    if without > len(frames) * MOST_WITHOUT_FACE or _longest_loss(frames) > LONGEST_LOSS:
        return "face_lost"
    seen = [frame for frame in frames if frame.numbers is not None]
    if any(_leaps(earlier, later) for earlier, later in itertools.pairwise(seen)):
        return "face_lost"
    return None


def _longest_loss(frames: Sequence[Seen]) -> int:
    """The longest time between two frames that show a face, or from an end of the film to the first of them."""
    times = [frames[0].at, *(frame.at for frame in frames if frame.numbers is not None), frames[-1].at]
    return max(later - earlier for earlier, later in itertools.pairwise(times))


def _leaps(earlier: Seen, later: Seen) -> bool:
    one, other = earlier.numbers, later.numbers
    assert one is not None
    assert other is not None
    if later.at - earlier.at > LONGEST_LOSS // 2:
        return False
    height = max(one.height, other.height)
    step = ((one.centre[0] - other.centre[0]) ** 2 + (one.centre[1] - other.centre[1]) ** 2) ** 0.5
    growth = height / max(min(one.height, other.height), 1e-3)
    return step > height * FARTHEST_STEP or growth > LARGEST_GROWTH


def baseline(frames: Sequence[Seen]) -> Baseline | None:
    """How this person looks with open eyes and closed mouth; None when they never face the camera."""
    frontal = [
        frame.numbers for frame in frames if frame.numbers is not None and abs(frame.numbers.yaw) < FRONTAL_DEGREES
    ]
    if len(frontal) < FEWEST_BASELINE:
        return None
    return Baseline(
        lid=_quantile([numbers.lid for numbers in frontal], 0.7),
        mouth=_quantile([numbers.mouth for numbers in frontal], 0.25),
        yaw=median(numbers.yaw for numbers in frontal),
    )


def _quantile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def gestures(frames: Sequence[Seen], base: Baseline) -> list[Gesture]:
    """Every gesture in the order it began. One that never ends counts when it is the last."""
    found: list[Gesture] = []
    for name in CHALLENGES:
        found += _runs(name, [(index, *_strength(name, frame, base)) for index, frame in enumerate(frames)])
    return sorted(found, key=lambda gesture: gesture.start)


def _strength(name: str, frame: Seen, base: Baseline) -> tuple[float | None, bool, bool]:
    """How strong the gesture is in the frame, whether it is there, whether it is over; None: cannot be told."""
    numbers = frame.numbers
    if numbers is None:
        return None, False, False
    yaw = numbers.yaw - base.yaw
    if name in {"turn_left", "turn_right"}:
        turn = yaw if name == "turn_left" else -yaw
        return turn, turn >= TURNED, turn < TURNED_BACK
    if abs(yaw) > SMALL_TURN:
        # Lids and lips of a turned face are seen from the side.
        return None, False, False
    rise = numbers.mouth - base.mouth
    if name == "open_mouth":
        return rise, rise >= MOUTH_OPEN, rise < MOUTH_CLOSED
    share = numbers.lid / max(base.lid, 1e-6)
    return -share, share <= EYES_CLOSED and rise < MOUTH_OPEN, share >= EYES_OPEN


def _runs(name: str, strengths: list[tuple[int, float | None, bool, bool]]) -> list[Gesture]:
    found: list[Gesture] = []
    run: list[tuple[float, int]] = []
    for index, strength, there, over in strengths:
        if strength is None:
            continue
        if run and over:
            found.append(Gesture(name, run[0][1], max(run)[1], index))
            run = []
        elif there or run:
            run.append((strength, index))
    if run:
        found.append(Gesture(name, run[0][1], max(run)[1], run[-1][1]))
    return found


def matched(challenges: Sequence[str], found: Sequence[Gesture]) -> list[Gesture | None]:
    """The gesture that answers each challenge; None from the first that was not done in its turn.

    Eyes blink by themselves, so a blink that nobody asked for is no fault; nor is doing at once again what was just
    asked for, as 张张嘴 invites to. Any other gesture before or between the wanted ones is: a film that shows everything
    again and again must not pass. What comes afterwards is nobody's business.
    """
    answers: list[Gesture | None] = []
    rest = list(found)
    harmless = {"blink"}
    for challenge in challenges:
        while rest and rest[0].name != challenge and rest[0].name in harmless:
            rest.pop(0)
        if not rest or rest[0].name != challenge:
            break
        answers.append(rest.pop(0))
        harmless = {"blink", challenge}
    return answers + [None] * (len(challenges) - len(answers))
