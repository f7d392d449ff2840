"""Before the camera: nonces, time, replays, verdicts, faults of the service, two submissions at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections

from erjian import files, policy
from erjian.accounts.models import User
from erjian.identity import attempts, faces, frames, keeping, reasons
from erjian.identity.faces import FacesUnavailable
from erjian.identity.models import Attempt, State, Verification
from erjian.messaging.models import InboxMessage, SmsMessage
from erjian.policy import clock
from tests.identity.conftest import Applicant, film, run_jobs, uploaded
from tests.identity.standin import FaceService, decoded

pytestmark = pytest.mark.django_db
Arrive = Callable[..., Applicant]


def test_gestures_are_drawn_by_the_server_and_go_with_the_frames(applicant: Applicant) -> None:
    applicant.to_the_camera()
    drawn = applicant.draw()
    codes = [each["code"] for each in drawn["gestures"]]
    assert len(set(codes)) == len(codes) == policy.current().identity.gestures
    assert set(codes) <= set(reasons.GESTURES)
    assert drawn["seconds"] == 60
    pictures = film(10)
    applicant.hand_in(drawn["nonce"], pictures)
    run_jobs()
    path, asked = applicant.service.asked[-1]
    assert path == "/v1/decide"
    assert asked["challenges"] == codes
    assert [decoded(each["jpeg"]) for each in asked["frames"]] == pictures
    assert asked["frames"][3]["at"] == 480
    assert asked["thresholds"] == {"accept": 0.45, "refuse": 0.55}
    assert decoded(asked["portrait"]) == files.read(applicant.verification.front)


def test_orders_differ() -> None:
    assert len({tuple(attempts.gestures(3)) for _ in range(60)}) > 5


def test_a_nonce_serves_once(applicant: Applicant) -> None:
    applicant.to_the_camera()
    nonce = applicant.draw()["nonce"]
    assert applicant.hand_in(nonce).status_code == 202
    again = applicant.hand_in(nonce)
    assert again.status_code == 409
    assert again.json()["code"] == "nonce"
    run_jobs()
    assert applicant.hand_in(nonce).status_code == 409
    assert len([path for path, _ in applicant.service.asked if path == "/v1/decide"]) == 1


def test_an_expired_nonce_is_refused_and_counts_as_no_failure(applicant: Applicant) -> None:
    applicant.to_the_camera()
    nonce = applicant.draw()["nonce"]
    with clock.travel(seconds=61):
        late = applicant.hand_in(nonce)
    assert late.status_code == 409
    assert late.json()["code"] == "expired"
    assert Attempt.objects.get().state == State.LAPSED
    assert attempts.failures(applicant.person.pk) == 0


def test_a_foreign_nonce_is_refused(applicant: Applicant, stranger: Arrive) -> None:
    other = stranger()
    applicant.to_the_camera()
    other.to_the_camera()
    nonce = applicant.draw()["nonce"]
    foreign = other.hand_in(nonce)
    assert foreign.status_code == 409
    assert foreign.json() == other.hand_in("made-up").json(), "an unknown one gets the same answer"
    assert applicant.hand_in(nonce).status_code == 202, "it still serves its owner"


def test_drawing_again_ends_the_attempt_before(applicant: Applicant) -> None:
    applicant.to_the_camera()
    first = applicant.draw()["nonce"]
    second = applicant.draw()["nonce"]
    assert applicant.hand_in(first).status_code == 409
    assert applicant.hand_in(second).status_code == 202
    refused = applicant.post("draw/", json=True)
    assert refused.status_code == 409, "while the frames are being judged"
    assert refused.json()["code"] == "judging"


def test_replayed_frames_are_refused_from_whomever_they_come(applicant: Applicant, stranger: Arrive) -> None:
    pictures = film()
    applicant.service.decides("refuse", reason="wrong_gesture")
    applicant.to_the_camera()
    applicant.hand_in(applicant.draw()["nonce"], pictures)
    run_jobs()
    other = stranger()
    other.service.decides("accept")
    other.to_the_camera()
    # One old frame among new ones is enough.
    answer = other.hand_in(other.draw()["nonce"], [*film(5), pictures[7], *film(5)])
    assert answer.json() == {"state": "refused"}
    assert run_jobs() == 0, "the service is not even asked"
    assert "这些画面以前提交过" in other.get()
    assert not User.objects.exists()


@pytest.mark.parametrize("reason", sorted(set(reasons.REASONS) - {"officer", "unanswered", "given_up", "expired"}))
def test_a_refusal_says_why_and_what_to_try(applicant: Applicant, reason: str) -> None:
    applicant.to_the_camera()
    applicant.service.decides("refuse", reason=reason)
    applicant.show_face()
    page = applicant.get()
    assert "没有通过" in page
    assert reasons.REASONS[reason] in page
    assert "还可以再试 2 次" in page
    assert Attempt.objects.get().key_cipher is None
    assert not User.objects.exists()


def test_three_failures_lead_to_the_counter_in_any_browser(applicant: Applicant) -> None:
    applicant.to_the_camera()
    applicant.service.decides("refuse", reason="unlike")
    for _ in range(3):
        applicant.show_face()
    page = applicant.get()
    assert "人脸识别多次没有通过。请到窗口核验" in page
    assert "最后一次：与身份证上的照片不像。<" in page, "why, without the advice to try again"
    assert "改用人脸识别" not in page
    assert applicant.verification.slip.startswith("HY")
    assert applicant.post("draw/", json=True).status_code == 409
    assert applicant.consent().status_code == 409
    applicant.service.decides("accept")
    with clock.travel(days=1, seconds=100):
        assert attempts.failures(applicant.person.pk) == 0, "a day later it may be tried anew"


def test_failures_count_for_the_person_not_for_the_browser(applicant: Applicant) -> None:
    """Another way with another mobile does not buy further tries."""
    applicant.service.decides("refuse", reason="unlike")
    applicant.to_the_camera()
    for _ in range(2):
        applicant.show_face()
    other = Applicant(person=applicant.person, service=applicant.service, phone="13800008888")
    other.to_the_camera()
    other.show_face()
    assert "请到窗口核验" in other.get()
    assert applicant.post("draw/", json=True).status_code == 409
    assert "请到窗口核验" in applicant.get()


def test_between_the_thresholds_an_officer_decides(applicant: Applicant) -> None:
    applicant.to_the_camera()
    applicant.service.decides("officer", distance=0.5)
    applicant.show_face()
    page = applicant.get()
    assert "待人工核对" in page
    assert "相似程度介于通过与不通过之间" in page
    attempt = Attempt.objects.get()
    assert attempt.state == State.OFFICER
    assert attempt.score == 0.5
    assert len(frames.opened(attempt)) == 20
    assert InboxMessage.objects.filter(template="identity.officer_waits", recipient_id="430000:counter").count() == 1


def test_what_the_reading_could_not_confirm_is_seen_by_an_officer(applicant: Applicant) -> None:
    applicant.prove()
    applicant.consent()
    applicant.photograph(name="周启朋")
    assert applicant.post("card/", applicant.card_fields()).status_code == 302
    applicant.show_face()
    assert "身份证未能自动识别，或识别的内容与填写的不同" in applicant.get()
    assert Attempt.objects.get().state == State.OFFICER


def test_pictures_rest_sealed_and_are_gone_with_their_key(applicant: Applicant) -> None:
    applicant.to_the_camera()
    applicant.service.decides("officer")
    pictures = film()
    applicant.hand_in(applicant.draw()["nonce"], pictures)
    run_jobs()
    attempt = Attempt.objects.get()
    assert attempt.frames is not None
    stored = files.read(attempt.frames)
    assert b"JFIF" not in stored
    assert [each.jpeg for each in frames.opened(attempt)] == pictures
    kept, attempt.key_cipher = attempt.key_cipher, None
    with pytest.raises(frames.FramesGone):
        frames.opened(attempt)
    # Another attempt's key does not open them either.
    attempt.key_cipher = kept
    attempt.uuid = Verification.objects.get().uuid
    with pytest.raises(frames.FramesGone):
        frames.opened(attempt)


def test_pictures_are_kept_for_policys_hours_at_most(applicant: Applicant) -> None:
    applicant.to_the_camera()
    applicant.service.decides("officer")
    applicant.show_face()
    with clock.travel(seconds=71 * 3600):
        keeping.forget_frames()
    assert Attempt.objects.get().key_cipher is not None
    with clock.travel(seconds=73 * 3600):
        keeping.forget_frames()
        assert keeping.forget_frames() == 0
    attempt = Attempt.objects.get()
    assert attempt.key_cipher is None
    assert (attempt.state, attempt.reason) == (State.LAPSED, "unanswered")
    assert "规定时间内没有完成人工核对" in applicant.get()
    assert SmsMessage.objects.filter(template="identity.unanswered").count() == 1


def test_a_silent_service_is_asked_again_and_counts_against_nobody(applicant: Applicant) -> None:
    applicant.to_the_camera()
    applicant.service.says("/v1/decide", {"error": "busy"}, status=503)
    nonce = applicant.draw()["nonce"]
    applicant.hand_in(nonce)
    attempt = Attempt.objects.get()
    with pytest.raises(FacesUnavailable):
        attempts.judge(attempt_id=attempt.pk, last_attempt=False)
    assert "正在核对" in applicant.get()
    attempts.judge(attempt_id=attempt.pk, last_attempt=True)
    page = applicant.get()
    assert "认证服务暂时不可用，这次不计入次数" in page
    attempt.refresh_from_db()
    assert attempt.state == State.FAILED
    assert attempt.key_cipher is None
    assert attempts.failures(applicant.person.pk) == 0
    applicant.service.decides("accept")
    applicant.show_face()
    assert "认证成功" in applicant.get()


def test_a_job_that_was_lost_ends_as_a_fault_of_the_service(applicant: Applicant) -> None:
    applicant.to_the_camera()
    applicant.hand_in(applicant.draw()["nonce"])
    with clock.travel(seconds=16 * 60):
        keeping.forget_frames()
    attempt = Attempt.objects.get()
    assert attempt.state == State.FAILED
    assert attempt.key_cipher is None


def test_the_verdict_is_settled_once(applicant: Applicant) -> None:
    applicant.to_the_camera()
    applicant.hand_in(applicant.draw()["nonce"])
    attempt = Attempt.objects.get()
    for _ in range(2):
        attempts.judge(attempt_id=attempt.pk, last_attempt=False)
    attempts.settle(attempt_id=attempt.pk, decision=faces.Decision(verdict="refuse", reason="unlike"))
    attempt.refresh_from_db()
    assert attempt.state == State.ACCEPTED
    assert SmsMessage.objects.filter(template="identity.password").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_submissions_at_once_count_once(applicant: Applicant) -> None:
    applicant.to_the_camera()
    nonce = applicant.draw()["nonce"]
    own = applicant.verification
    barrier = threading.Barrier(4)
    outcomes: list[str] = []

    def submit(seed: int) -> None:
        try:
            barrier.wait()
            pictures = film(10)
            attempts.submit(verification=own, nonce=nonce, pictures=pictures, times=list(range(0, 1000, 100)))
            outcomes.append("taken")
        except Exception as error:  # noqa: BLE001 - told to the test's own thread
            outcomes.append(getattr(error, "code", repr(error)))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=submit, args=(each,)) for each in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["nonce", "nonce", "nonce", "taken"]
    assert Attempt.objects.count() == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'identity.decide'")
        assert cursor.fetchone() == (1,)


def test_live_hints_are_said_and_bounded(applicant: Applicant, service: FaceService) -> None:
    applicant.to_the_camera()
    service.says("/v1/look", {"faces": 2, "hints": ["several_faces", "word_of_the_future"]})

    def look() -> Any:
        return applicant.post("look/", {"frame": uploaded(film(1)[0])}, json=True)

    seen = look().json()
    assert seen == {"hints": ["画面里不止一张脸。请让其他人离开画面。"], "good": False}
    assert look().status_code == 429, "four times a second at most"
    with clock.travel(seconds=1):
        service.says("/v1/look", {"error": "busy"}, status=503)
        assert look().json() == {"hints": [], "silent": True}
    Verification.objects.update(looks=attempts.MOST_LOOKS)
    with clock.travel(seconds=2):
        assert look().status_code == 429
