"""Who passes the camera and who does not, on films of two people made from photographs; the real service decides."""

from __future__ import annotations

import functools

import numpy as np
import pytest

from tests.faces import cards, filming
from tests.faces.filming import Frames, Pose, as_request, base64_jpeg, film, jpeg, portrait, shoot, still_picture

ASKED = ["turn_left", "blink", "open_mouth"]


@functools.cache
def _film(person: str) -> Frames:
    return film(person, ASKED, lead=1.2, pause=0.8)


@functools.cache
def _portrait(person: str) -> str:
    return base64_jpeg(portrait(person))


@pytest.mark.parametrize("person", ["astronaut", "admiral"])
def test_the_person_on_the_card_doing_as_asked_is_accepted(faces, person):
    found = faces.decide(ASKED, as_request(_film(person)), _portrait(person))
    assert (found["verdict"], found["reason"]) == ("accept", None)
    assert [answer["passed"] for answer in found["challenges"]] == [True] * 3
    times = [(answer["from"], answer["to"]) for answer in found["challenges"]]
    assert times == sorted(times)
    assert found["distance"] < 0.3
    assert found["frames_used"] == len(_film(person))


@pytest.mark.parametrize(
    "asked", [["blink"], ["turn_right", "turn_left"], ["open_mouth", "turn_right", "blink"], ["blink", "open_mouth"]]
)
def test_every_gesture_is_recognised_in_any_order(faces, asked):
    found = faces.decide(asked, as_request(film("astronaut", asked, seed=4)), _portrait("astronaut"))
    assert (found["verdict"], found["reason"]) == ("accept", None)


def test_the_whole_card_may_stand_for_its_portrait(faces):
    card = base64_jpeg(cards.photographed(cards.front(cards.Card())))
    found = faces.decide(ASKED, as_request(_film("astronaut")), card)
    assert found["verdict"] == "accept"


def test_a_blink_that_nobody_asked_for_does_no_harm(faces):
    found = faces.decide(
        ["turn_left", "open_mouth"], as_request(film("astronaut", ["blink", *ASKED])), _portrait("astronaut")
    )
    assert found["verdict"] == "accept"


@pytest.mark.parametrize(
    ("asked", "done"),
    [
        (["blink", "turn_left"], ["turn_left", "blink"]),
        (["turn_left"], ["turn_right"]),
        (["open_mouth", "blink"], ["open_mouth"]),
        (["turn_left", "turn_right"], ["turn_left", "open_mouth", "turn_right"]),
    ],
)
def test_other_gestures_than_those_asked_for_are_refused(faces, asked, done):
    found = faces.decide(asked, as_request(film("astronaut", done, tail=1.2)), _portrait("astronaut"))
    assert (found["verdict"], found["reason"]) == ("refuse", "wrong_gesture")
    assert not found["challenges"][-1]["passed"]


def test_another_person_than_on_the_card_is_refused(faces):
    found = faces.decide(ASKED, as_request(_film("astronaut")), _portrait("admiral"))
    assert (found["verdict"], found["reason"]) == ("refuse", "unlike")
    assert found["distance"] > 0.6
    assert all(answer["passed"] for answer in found["challenges"])


def test_a_likeness_between_the_thresholds_is_for_an_officer(faces):
    found = faces.decide(
        ASKED, as_request(_film("astronaut")), _portrait("astronaut"), thresholds={"accept": 0.01, "refuse": 0.9}
    )
    assert (found["verdict"], found["reason"]) == ("officer", "unlike")


def test_a_picture_held_before_the_camera_is_refused(faces):
    found = faces.decide(ASKED, as_request(still_picture("astronaut")), _portrait("astronaut"))
    assert (found["verdict"], found["reason"]) == ("refuse", "still_picture")


def test_one_frame_sent_again_and_again_is_refused(faces):
    image = _film("astronaut")[0][1]
    found = faces.decide(ASKED, as_request([(at * 100, image) for at in range(40)]), _portrait("astronaut"))
    assert (found["verdict"], found["reason"]) == ("refuse", "still_picture")


@pytest.mark.parametrize("person", ["astronaut", "admiral"])
@pytest.mark.parametrize(("axis", "asked"), [("upright", "turn_left"), ("level", "blink"), ("level", "open_mouth")])
def test_a_picture_tilted_before_the_camera_neither_turns_nor_blinks_nor_speaks(faces, person, axis, asked):
    still = still_picture(person, seconds=4)
    tilted = [
        (at, filming.tilted(image, 45 * np.sin(number / len(still) * 2 * np.pi), axis))
        for number, (at, image) in enumerate(still)
    ]
    found = faces.decide([asked], as_request(tilted), _portrait(person))
    assert found["verdict"] == "refuse"
    assert found["reason"] in {"still_picture", "wrong_gesture"}


@pytest.mark.parametrize("stolen", [slice(26, 38), slice(36, None), slice(0, 10)])
def test_right_gestures_of_two_people_put_together_are_refused(faces, stolen):
    mixed = list(_film("astronaut"))
    mixed[stolen] = _film("admiral")[stolen]
    found = faces.decide(ASKED, as_request(mixed), _portrait("astronaut"))
    assert (found["verdict"], found["reason"]) == ("refuse", "another_face")


def test_a_film_that_comes_again_is_refused(faces):
    once = film("astronaut", ["blink", "open_mouth"], lead=0.6)
    end = once[-1][0] + 100
    exactly = as_request(once) + as_request([(end + at, image) for at, image in once[5:]])
    found = faces.decide(["blink", "open_mouth"], exactly, _portrait("astronaut"))
    assert (found["verdict"], found["reason"]) == ("refuse", "repeated_frames")


def test_a_film_that_comes_again_encoded_anew_is_refused(faces):
    once = film("astronaut", ["blink", "open_mouth"], lead=0.6)
    end = once[-1][0] + 100
    again = [{"at": end + at, "jpeg": base64_jpeg(image, 60)} for at, image in once]
    found = faces.decide(["blink", "open_mouth"], as_request(once) + again, _portrait("astronaut"))
    assert (found["verdict"], found["reason"]) == ("refuse", "repeated_frames")


def test_frames_that_the_page_took_twice_are_no_replay(faces):
    frames = film("astronaut", ["turn_right", "blink"])
    doubled = [moment for at, image in frames for moment in ((at, image), (at + 50, image))]
    found = faces.decide(["turn_right", "blink"], as_request(doubled), _portrait("astronaut"))
    assert (found["verdict"], found["frames_used"]) == ("accept", len(frames))


def test_two_people_before_the_camera_are_refused(faces):
    both = [
        (at, filming.beside(one, other))
        for (at, one), (_, other) in zip(_film("astronaut"), _film("admiral"), strict=True)
    ]
    found = faces.decide(ASKED, as_request(both), _portrait("astronaut"))
    assert (found["verdict"], found["reason"]) == ("refuse", "several_faces")


def test_nobody_before_the_camera_is_refused(faces):
    found = faces.decide(
        ASKED,
        as_request([(at * 100, wall) for at, wall in zip(range(30), filming.empty_room(), strict=False)]),
        _portrait("astronaut"),
    )
    assert (found["verdict"], found["reason"]) == ("refuse", "no_face")


def test_leaving_the_camera_meanwhile_is_refused(faces):
    room = filming.empty_room()
    frames = [(at, next(room) if 20 <= number < 32 else image) for number, (at, image) in enumerate(_film("astronaut"))]
    found = faces.decide(ASKED, as_request(frames), _portrait("astronaut"))
    assert (found["verdict"], found["reason"]) == ("refuse", "face_lost")


def test_too_few_frames_are_refused(faces):
    found = faces.decide(ASKED, as_request(_film("astronaut")[::6]), _portrait("astronaut"))
    assert (found["verdict"], found["reason"]) == ("refuse", "too_few_frames")


@pytest.mark.parametrize(
    "when",
    [
        lambda number: 5000 - number * 100,
        lambda number: number * 10,
        lambda number: number * 1200,
        lambda number: number * 100 + (4000 if number > 30 else 0),
    ],
    ids=["backwards", "too fast", "too long", "with a hole"],
)
def test_frames_at_impossible_times_are_refused(faces, when):
    frames = [(when(number), image) for number, (_, image) in enumerate(_film("astronaut"))]
    found = faces.decide(ASKED, as_request(frames), _portrait("astronaut"))
    assert (found["verdict"], found["reason"]) == ("refuse", "bad_timing")


def test_a_portrait_without_a_face_is_said(faces):
    found = faces.decide(ASKED, as_request(_film("astronaut")), base64_jpeg(next(filming.empty_room())))
    assert (found["verdict"], found["reason"]) == ("refuse", "no_portrait")


def test_a_person_who_never_looks_into_the_camera_is_told(faces):
    aside = shoot("astronaut", [Pose(yaw=1)] * 30)
    found = faces.decide(["blink"], as_request(aside), _portrait("astronaut"))
    assert (found["verdict"], found["reason"]) == ("refuse", "no_frontal")


def test_a_poor_camera_is_no_reason_to_refuse(faces):
    small = [(at, image.resize((320, 240))) for at, image in _film("astronaut")]
    frames = [{"at": at, "jpeg": base64_jpeg(image.point(lambda value: int(value * 0.6)), 60)} for at, image in small]
    found = faces.decide(ASKED, frames, _portrait("astronaut"))
    assert (found["verdict"], found["reason"]) == ("accept", None)
    assert len(jpeg(small[0][1], 60)) < 15_000
