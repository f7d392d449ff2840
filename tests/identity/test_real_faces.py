"""The platform before the real face service: what each trick before the camera is told, and what is left of it.

Frames are filmed at test time from two photographs in the public domain, after the server has drawn the gestures.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from erjian.accounts.models import User
from erjian.audit.models import Event
from erjian.files.models import Blob
from erjian.identity import attempts
from erjian.identity.models import Attempt, State
from erjian.messaging.models import SmsMessage
from erjian.policy import clock
from erjian.registry.models import Assurance
from tests import makers
from tests.faces import cards, filming
from tests.faces.filming import Frames, film
from tests.faces.serving import Faces
from tests.identity.conftest import Applicant, run_jobs

pytestmark = pytest.mark.django_db
Make = Callable[[list[str]], Frames]
ENDED = "这次人脸识别已经结束。请重新开始。"
REPLAYED = "这些画面以前提交过。请用摄像头实时拍摄，再试一次。"
LATE = "超过了规定的时间。请重新开始，看到提示就做动作。"


@dataclass
class Sitter(Applicant):
    """Somebody whose card has been confirmed, before a camera that shows what a test films."""

    def begin(self) -> list[str]:
        """Press 开始: the gestures that are drawn."""
        self.drawn: dict[str, Any] = self.draw()
        return [each["code"] for each in self.drawn["gestures"]]

    def hand_over(self, frames: Frames, *, nonce: str = "") -> Any:
        """The page's upload; judged afterwards."""
        pictures = [filming.jpeg(image) for _, image in frames]
        answer = self.hand_in(nonce or self.drawn["nonce"], pictures, [at for at, _ in frames])
        run_jobs()
        return answer

    def films(self, make: Make) -> Attempt:
        """One attempt: drawn, filmed, judged."""
        answer = self.hand_over(make(self.begin()))
        assert answer.status_code == 202, answer.content.decode()
        return Attempt.objects.filter(person=self.person).latest("id")


@pytest.fixture(autouse=True)
def face_service(faces: Faces, settings: Any) -> None:
    settings.ERJIAN_FACES_URL = faces.url


def sit(name: str, phone: str, *, portrait: str = "astronaut") -> Sitter:
    """A holder of a qualification, come back in a new browser to where their card was confirmed."""
    person = makers.person(name, verified=False, phone=phone)
    makers.qualification(person)
    front = cards.front(cards.Card(name=name, number=person.id_number, portrait=portrait))
    makers.verification(person, front=makers.blob(filming.jpeg(cards.photographed(front))))
    sitter = Sitter(person=person)
    sitter.prove()
    return sitter


@pytest.fixture
def sitter(db: None) -> Sitter:
    return sit("欧阳若兰", "13912345678")


def nobody(asked: list[str]) -> Frames:
    return [(number * 100, wall) for number, wall in zip(range(30), filming.empty_room(), strict=False)]


def side_by_side(asked: list[str]) -> Frames:
    """Two people do the same before one camera."""
    both = zip(film("astronaut", asked), film("admiral", asked), strict=True)
    return [(at, filming.beside(one, other)) for (at, one), (_, other) in both]


def one_after_the_other(asked: list[str]) -> Frames:
    """The right gestures in the right order, the last one by somebody else."""
    first, second = film("astronaut", asked[:-1], tail=0.4), film("admiral", asked[-1:], lead=0.4)
    return first + [(first[-1][0] + 100 + at, image) for at, image in second]


def goes_away(asked: list[str]) -> Frames:
    room = filming.empty_room()
    return [
        (at, next(room) if 18 <= number < 30 else image)
        for number, (at, image) in enumerate(film("astronaut", asked, pause=1.6))
    ]


def rightly(asked: list[str]) -> Frames:
    return film("astronaut", asked)


def backwards(asked: list[str]) -> Frames:
    return film("astronaut", asked[::-1], tail=1.2)


REFUSED: dict[str, tuple[Make, str, str]] = {
    "wrong order": (backwards, "wrong_gesture", "动作没有做对，或顺序不符。请看清提示，每次只做一个动作。"),
    "no face": (nobody, "no_face", "画面中没有看到脸。请把脸放在框内，光线要亮，再试一次。"),
    "two faces": (side_by_side, "several_faces", "画面中不止一个人。请独自在画面中，再试一次。"),
    "two people put together": (
        one_after_the_other, "another_face", "中途换了人，或遮挡了脸。请同一人全程完成，再试一次。",
    ),
    "goes away meanwhile": (goes_away, "face_lost", "中途脸离开了画面。请全程把脸留在框内，再试一次。"),
    "another person": (
        lambda asked: film("admiral", asked), "unlike",
        "与身份证上的照片不像。请摘下帽子、口罩和墨镜，正对光线，再试一次。",
    ),
    "still picture": (
        lambda asked: filming.still_picture("astronaut"), "still_picture",
        "没有看到真人的动作。请本人对着摄像头做动作，不要用照片或屏幕。",
    ),
}  # fmt: skip


def nothing_is_kept(of: Sitter) -> bool:
    """No picture of a face can be opened, nobody got an account, nobody is verified."""
    of.person.refresh_from_db()
    return (
        not Attempt.objects.filter(person=of.person, key_cipher__isnull=False).exists()
        and not Attempt.objects.filter(person=of.person, frames__isnull=False).exists()
        and not Blob.objects.filter(media_type="application/octet-stream", discarded_at=None).exists()
        and not User.objects.filter(person=of.person).exists()
        and not SmsMessage.objects.filter(template="identity.password").exists()
        and of.person.assurance == Assurance.NONE
    )


def test_the_right_gestures_of_the_right_person_are_accepted_and_their_pictures_forgotten(sitter: Sitter) -> None:
    attempt = sitter.films(rightly)
    assert (attempt.state, attempt.reason) == (State.ACCEPTED, "")
    assert attempt.key_cipher is None
    assert attempt.frames_id is None
    assert "认证成功" in sitter.get()
    assert User.objects.get().person == sitter.person


@pytest.mark.parametrize("trick", REFUSED, ids=str)
def test_a_trick_is_refused_in_words_counted_and_forgotten(sitter: Sitter, trick: str) -> None:
    make, reason, said = REFUSED[trick]
    attempt = sitter.films(make)
    assert (attempt.state, attempt.reason) == (State.REFUSED, reason)
    page = sitter.client.get("/person/verify/")
    assert page.status_code == 200
    assert f"没有通过</b><br>{said}" in page.content.decode()
    assert "还可以再试 2 次" in page.content.decode()
    assert attempts.failures(sitter.person.pk) == 1
    assert nothing_is_kept(sitter)
    event = Event.objects.get(code="identity.refused")
    assert event.data["reason"] == reason


def test_the_same_frames_do_not_serve_another_attempt(sitter: Sitter) -> None:
    frames = backwards(sitter.begin())
    sitter.hand_over(frames)
    sitter.begin()
    again = sitter.hand_over(frames)
    assert (again.status_code, again.json()) == (202, {"state": "refused"})
    attempt = Attempt.objects.latest("id")
    assert (attempt.reason, attempt.verdict) == ("replayed", ""), "the service was not even asked"
    page = sitter.get()
    assert f"没有通过</b><br>{REPLAYED}" in page
    assert "还可以再试 1 次" in page
    assert attempts.failures(sitter.person.pk) == 2
    assert nothing_is_kept(sitter)


def test_frames_that_were_accepted_serve_nobody_else(sitter: Sitter) -> None:
    """Somebody got hold of an upload and has a card with the same face."""
    frames = rightly(sitter.begin())
    assert sitter.hand_over(frames).status_code == 202
    assert "认证成功" in sitter.get()
    SmsMessage.objects.filter(template="identity.password").delete()
    thief = sit("刘思齐", "13800009999")
    thief.begin()
    again = thief.hand_over(frames)
    assert (again.status_code, again.json()) == (202, {"state": "refused"})
    assert REPLAYED in thief.get()
    assert attempts.failures(thief.person.pk) == 1
    assert nothing_is_kept(thief)


def test_a_film_encoded_anew_does_not_fit_gestures_drawn_anew(sitter: Sitter, settings: Any) -> None:
    settings.ERJIAN_GESTURES = ("turn_left", "blink", "open_mouth")
    frames = rightly(sitter.begin())
    thief = sit("刘思齐", "13800009999")
    settings.ERJIAN_GESTURES = ("open_mouth", "turn_left", "blink")
    thief.begin()
    pictures = [filming.jpeg(image, 70) for _, image in frames]
    assert thief.hand_in(thief.drawn["nonce"], pictures, [at for at, _ in frames]).status_code == 202
    run_jobs()
    assert REFUSED["wrong order"][2] in thief.get()
    assert nothing_is_kept(thief)


def test_too_late_is_said_costs_nothing_and_keeps_nothing(sitter: Sitter) -> None:
    frames = rightly(sitter.begin())
    with clock.travel(seconds=60):
        late = sitter.hand_over(frames)
    assert late.status_code == 409
    assert (late.json()["code"], late.json()["message"]) == ("expired", LATE)
    attempt = Attempt.objects.get()
    assert (attempt.state, attempt.reason, attempt.frame_digests) == (State.LAPSED, "expired", [])
    assert attempts.failures(sitter.person.pk) == 0
    assert nothing_is_kept(sitter)
    ended = sitter.hand_over(frames)
    assert (ended.status_code, ended.json()["message"]) == (409, ENDED), "nor does it serve when the clock is set back"
    assert sitter.films(rightly).state == State.ACCEPTED, "it may be tried anew at once"


def test_in_the_last_second_is_in_time(sitter: Sitter) -> None:
    frames = rightly(sitter.begin())
    with clock.travel(seconds=58):
        assert sitter.hand_over(frames).status_code == 202
        assert "认证成功" in sitter.get()


def test_anothers_nonce_serves_only_its_owner(sitter: Sitter) -> None:
    thief = sit("刘思齐", "13800009999", portrait="admiral")
    asked = sitter.begin()
    thief.begin()
    foreign = thief.hand_over(film("admiral", asked), nonce=sitter.drawn["nonce"])
    assert foreign.status_code == 409
    assert (foreign.json()["code"], foreign.json()["message"]) == ("nonce", ENDED)
    assert set(Attempt.objects.values_list("state", flat=True)) == {State.OPEN}, "neither attempt is touched"
    assert [attempts.failures(each.person.pk) for each in (sitter, thief)] == [0, 0]
    assert nothing_is_kept(thief)
    assert sitter.hand_over(rightly(asked)).status_code == 202
    assert "认证成功" in sitter.get()
    assert nothing_is_left_of(thief)


def nothing_is_left_of(sitter: Sitter) -> bool:
    return not User.objects.filter(person=sitter.person).exists() and "打开摄像头" in sitter.get()


def test_three_tricks_lead_to_the_counter(sitter: Sitter) -> None:
    for left, trick in ((2, "no face"), (1, "two faces")):
        sitter.films(REFUSED[trick][0])
        assert f"还可以再试 {left} 次" in sitter.get()
    sitter.films(backwards)
    page = sitter.get()
    assert "人脸识别多次没有通过。请到窗口核验，不影响办理结果。" in page
    assert sitter.verification.slip in page
    again = sitter.post("draw/", json=True)
    assert again.status_code == 409
    assert "这一步已经办过" in again.json()["message"]
    assert nothing_is_kept(sitter)
