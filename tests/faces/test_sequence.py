"""The rules of an attempt as tables: numbers of faces in, gestures and faults out. No model is loaded."""

from __future__ import annotations

import sys
from dataclasses import dataclass

import pytest

from tests.faces.pictures import ROOT

sys.path.append(str(ROOT / "faces"))
from erjian_faces import sequence
from erjian_faces.sequence import Gesture, Seen


@dataclass(frozen=True)
class Numbers:
    lid: float = 0.05
    mouth: float = 0.02
    yaw: float = 0.0
    height: float = 200.0
    centre: tuple[float, float] = (320.0, 240.0)


REST = Numbers()
LETTERS = {
    ".": REST,
    "b": Numbers(lid=0.02),  # eyes closed
    "B": Numbers(lid=0.02, mouth=0.2),
    "h": Numbers(lid=0.037),  # half closed: neither closed nor open again
    "m": Numbers(mouth=0.2),
    "s": Numbers(mouth=0.1),  # speaking
    "l": Numbers(yaw=16),
    "r": Numbers(yaw=-16),
    "n": Numbers(yaw=9),  # a nod to the side
    "-": None,
}


def _frames(story: str, step: int = 100) -> list[Seen]:
    return [
        Seen(number * step, 0 if LETTERS[letter] is None else 1, LETTERS[letter]) for number, letter in enumerate(story)
    ]


def _names(story: str) -> list[str]:
    frames = _frames(story)
    base = sequence.baseline(frames)
    assert base is not None
    return [gesture.name for gesture in sequence.gestures(frames, base)]


@pytest.mark.parametrize(
    ("story", "names"),
    [
        ("..........", []),
        ("....b.....", ["blink"]),
        ("....hbbh....", ["blink"]),
        ("....hhh....", []),
        ("....b.b....", ["blink", "blink"]),
        ("....mmm....", ["open_mouth"]),
        ("....sss....", []),
        ("....mBm....", ["open_mouth"]),
        ("....lll....", ["turn_left"]),
        ("....rrr....", ["turn_right"]),
        ("....nnn....", []),
        ("....lnnl....", ["turn_left"]),
        ("....lll..rrr..b..mm..", ["turn_left", "turn_right", "blink", "open_mouth"]),
        ("....lllrrr......", ["turn_left", "turn_right"]),
        ("......lll", ["turn_left"]),
        ("....b-b....", ["blink"]),
    ],
)
def test_gestures_are_told_from_the_numbers(story, names):
    assert _names(story) == names


def test_a_person_with_narrow_eyes_and_parted_lips_who_looks_aside_is_measured_by_their_own_rest():
    rest = Numbers(lid=0.028, mouth=0.08, yaw=7)
    frames = [Seen(at * 100, 1, rest) for at in range(10)]
    base = sequence.baseline(frames)
    assert (base.lid, base.mouth, base.yaw) == (0.028, 0.08, 7)
    assert sequence.gestures(frames, base) == []
    frames[5] = Seen(500, 1, Numbers(lid=0.015, mouth=0.08, yaw=7))
    assert [gesture.name for gesture in sequence.gestures(frames, base)] == ["blink"]


def test_who_never_faces_the_camera_has_no_baseline():
    assert sequence.baseline(_frames("llllllll...")) is None
    assert sequence.baseline(_frames("llllllll....")) is not None


@pytest.mark.parametrize(
    ("asked", "done", "passed"),
    [
        ("lb", "lb", [True, True]),
        ("lb", "bl", [True, False]),
        ("lb", "l", [True, False]),
        ("lb", "", [False, False]),
        ("lm", "lbm", [True, True]),
        ("lm", "blm", [True, True]),
        ("lm", "rlm", [False, False]),
        ("lm", "lrm", [True, False]),
        ("lm", "lmr", [True, True]),
        ("bb", "b", [True, False]),
        ("bb", "bb", [True, True]),
        ("mlr", "mrl", [True, False, False]),
        ("mlr", "mmlllr", [True, True, True]),
        ("mlr", "mmrlr", [True, False, False]),
        ("mlr", "mlmr", [True, True, False]),
    ],
)
def test_answers_must_come_in_turn(asked, done, passed):
    names = {"l": "turn_left", "r": "turn_right", "b": "blink", "m": "open_mouth"}
    found = [Gesture(names[letter], number, number, number) for number, letter in enumerate(done)]
    answers = sequence.matched([names[letter] for letter in asked], found)
    assert [answer is not None for answer in answers] == passed


@pytest.mark.parametrize(
    ("times", "fault"),
    [
        (range(0, 3000, 100), None),
        (range(0, 1400, 100), "too_few_frames"),
        (range(0, 1500, 100), "bad_timing"),
        (range(0, 61_000, 250), "bad_timing"),
        (range(0, 16_000, 1000), "bad_timing"),
        (range(-100, 3000, 100), "bad_timing"),
        ([*range(0, 2000, 100), *range(1900, 3000, 100)], "bad_timing"),
        ([*range(0, 2000, 100), *range(3600, 5000, 100)], "bad_timing"),
        ([], "too_few_frames"),
    ],
)
def test_times(times, fault):
    assert sequence.timing_fault(list(times)) == fault


def _moved(**changes) -> list[Seen]:
    frames = _frames("." * 20)
    frames[10:] = [Seen(frame.at, 1, Numbers(**changes)) for frame in frames[10:]]
    return frames


@pytest.mark.parametrize(
    ("frames", "fault"),
    [
        (_frames("." * 20), None),
        (_frames("........--.........."), None),
        (_frames("-" * 12 + "." * 8), "no_face"),
        (_frames("........----------.."[:20]), "face_lost"),
        (_frames("." * 30 + "-" * 10), "face_lost"),
        (_frames("-.-.-.-.-.-.-.-..-.."), "face_lost"),
        ([Seen(frame.at, 2 if number % 5 == 0 else 1, REST) for number, frame in enumerate(_frames("." * 20))],
         "several_faces"),
        ([Seen(frame.at, 2 if number == 5 else 1, REST) for number, frame in enumerate(_frames("." * 20))], None),
        (_moved(centre=(400.0, 240.0)), None),
        (_moved(centre=(460.0, 240.0)), "face_lost"),
        (_moved(height=280.0), None),
        (_moved(height=300.0), "face_lost"),
        (_moved(height=130.0), "face_lost"),
    ],
)  # fmt: skip
def test_one_face_all_the_time(frames, fault):
    assert sequence.presence_fault(frames) == fault
