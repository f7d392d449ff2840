"""What a stranger can learn by the clock, and how often anything can be tried."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import pytest
from django.test import Client
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from erjian.accounts import captchas, sign_in
from erjian.accounts.sign_in import Side, SignInRefused
from erjian.messaging.models import SmsCode
from erjian.policy import clock
from tests import makers

pytestmark = pytest.mark.django_db
ROUNDS = 100


def test_an_unknown_user_takes_as_long_as_a_known_one(settings) -> None:
    """200 tries, by turns, with the real hasher: the medians differ by less than the spread of either."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    makers.operator(makers.enterprise(), username="known")

    def attempt(name: str, address: str) -> None:
        with pytest.raises(SignInRefused):
            sign_in.authenticate(side=Side.OUTSIDE, name=name, password="wrong-Password-1", address=address)

    assert _same_time(attempt) > 0.005, "both really hash"


def test_the_verification_takes_as_long_for_a_holder_as_for_a_stranger() -> None:
    """200 tries, by turns, of 完善建造师个人信息 and a wrong code: nobody learns by the clock who holds a qualification."""
    holder = makers.person(verified=False)
    makers.qualification(holder)

    def attempt(name: str, address: str) -> None:
        client = Client(REMOTE_ADDR=address)
        serial = int(address.split(".")[2])
        claim = {
            "name": holder.name,
            "id_number": holder.id_number if name == "known" else makers.id_number(serial=1000 + serial),
            "phone": f"139{serial:04d}{len(name):04d}",
        }
        # Each ten minutes later, so that no limit answers in its stead.
        with clock.travel(seconds=600 * serial):
            first = client.post("/person/verify/", claim)
            wrong = client.post("/person/verify/code/", {"code": "000001"})
        assert (first.status_code, wrong.status_code) == (302, 422), first.content.decode()

    _same_time(attempt)


def _same_time(attempt: Callable[[str, str], None]) -> float:
    """Median CPU seconds of an attempt for what is unknown; that for the known differs by less than the spread of either."""
    took: dict[str, list[float]] = {"known": [], "unknown": []}
    for round_ in range(ROUNDS):
        for name in ("known", "unknown") if round_ % 2 else ("unknown", "known"):
            begun = time.process_time()
            attempt(name, f"10.0.{round_}.{len(name)}")
            took[name].append(time.process_time() - begun)
    known, unknown = (statistics.median(took[name]) for name in ("known", "unknown"))
    quartiles = [statistics.quantiles(took[name], n=4) for name in ("known", "unknown")]
    noise = max(upper - lower for lower, _, upper in quartiles)
    assert abs(known - unknown) < max(noise, 0.1 * known)
    return unknown


def test_a_program_gets_nowhere_by_guessing(client: Client) -> None:
    makers.operator(makers.enterprise(), username="lc-li")
    answers = []
    for number in range(12):
        asked = captchas.new()
        fields = {"captcha_token": asked.token, "captcha": asked.answer}
        answer = client.post("/sign-in/", {"side": "outside", "name": "lc-li", "password": f"guess-{number}", **fields})
        answers.append(answer.status_code)
    assert answers == [422] * 4 + [429] * 8


def test_nobody_is_flooded_with_messages(client: Client) -> None:
    """Codes for one phone are few, whoever asks from wherever; unknown numbers cost no message at all."""
    person = makers.person()
    makers.person_user(person)
    answers = [
        client.post(
            "/password/forgotten/", {"name": person.name, "id_number": person.id_number}, REMOTE_ADDR=f"10.1.0.{number}"
        ).status_code
        for number in range(4)
    ]
    assert answers == [302, 429, 429, 429]
    client.post("/password/forgotten/", {"name": "无此人", "id_number": makers.id_number()})
    jobs = list(ProcrastinateJob.objects.filter(queue_name="sms", status="todo").order_by("pk"))
    for job in jobs:
        app.tasks[job.task_name].func(**job.args)
    assert len(jobs) == 2, "known or not, a request takes the same steps"
    assert SmsCode.objects.count() == 1


def test_one_address_cannot_ask_for_many(client: Client) -> None:
    answers = [
        client.post("/password/forgotten/", {"name": "无此人", "id_number": makers.id_number()}).status_code
        for _ in range(62)
    ]
    assert answers == [302] * 60 + [429] * 2
