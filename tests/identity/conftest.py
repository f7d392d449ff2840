"""Somebody with a phone before the pages, and the face service that says what the test wants."""

from __future__ import annotations

import io
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.jobs import Job

from erjian.identity.models import Verification
from erjian.messaging.models import SmsMessage
from erjian.policy import clock
from erjian.registry.models import Person
from tests import makers
from tests.identity.standin import FaceService, serve

ISSUER = "长沙市公安局岳麓分局"


@pytest.fixture
def service(settings: Any) -> Iterator[FaceService]:
    """The stand-in, good-natured unless told otherwise."""
    made = FaceService()
    server = serve(made)
    settings.ERJIAN_FACES_URL = made.url
    made.says("/v1/look", {"faces": 1, "hints": []})
    made.decides("accept")
    yield made
    server.shutdown()
    server.server_close()


def frame(seed: int, size: tuple[int, int] = (160, 120)) -> bytes:
    """One picture of a camera, unlike every other."""
    image = Image.frombytes("RGB", (16, 12), random.Random(seed).randbytes(16 * 12 * 3)).resize(size)
    out = io.BytesIO()
    image.save(out, "JPEG")
    return out.getvalue()


_films = iter(range(1, 10**6))


def film(count: int = 20) -> list[bytes]:
    """Frames that no other film has."""
    start = next(_films) * 1000
    return [frame(start + each) for each in range(count)]


def uploaded(content: bytes, name: str = "frame.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "image/jpeg")


def run_jobs(*, attempts: int = 0) -> int:
    """Do what the identity queue holds, as the worker would at that attempt; returns how many."""
    done = 0
    for row in list(ProcrastinateJob.objects.filter(queue_name="identity", status="todo").order_by("pk")):
        ProcrastinateJob.objects.filter(pk=row.pk).update(status="succeeded")
        job = Job(
            id=row.pk, status="doing", queue=row.queue_name, lock=None, queueing_lock=None, task_name=row.task_name,
            task_kwargs=row.args, attempts=attempts,
        )  # fmt: skip
        app.tasks[row.task_name].func(
            JobContext(app=app, job=job, start_timestamp=0.0, abort_reason=lambda: None), **row.args
        )
        done += 1
    return done


@dataclass
class Applicant:
    """Walks the way step by step; each method is one press of a button."""

    person: Person
    service: FaceService = field(default_factory=FaceService)
    client: Client = field(default_factory=Client)
    phone: str = ""

    def __post_init__(self) -> None:
        self.phone = self.phone or self.person.phone

    @property
    def verification(self) -> Verification:
        return Verification.objects.order_by("-id")[0]

    def get(self, path: str = "") -> str:
        return self.client.get(f"/person/verify/{path}").content.decode()

    def post(self, path: str = "", data: dict[str, Any] | None = None, *, json: bool = False) -> Any:
        headers = {"accept": "application/json"} if json else {}
        return self.client.post(f"/person/verify/{path}", data or {}, headers=headers)

    def start(self, **other: str) -> Any:
        data = {"name": self.person.name, "id_number": self.person.id_number, "phone": self.phone}
        return self.post("", data | other)

    def code(self) -> str:
        """The code in the newest SMS."""
        found = re.search(r"验证码 (\d{6})", SmsMessage.objects.filter(template="code").order_by("-pk")[0].text)
        assert found
        return found[1]

    def prove(self) -> Any:
        assert self.start().status_code == 302
        return self.post("code/", {"code": self.code()})

    def consent(self) -> Any:
        return self.post("consent/", {"agree": "on"})

    def card_fields(self, **other: Any) -> dict[str, Any]:
        until = clock.today() + timedelta(days=3000)
        return {
            "name": self.person.name,
            "id_number": self.person.id_number,
            "ethnicity": "01",
            "address": "湖南省长沙市岳麓区麓川路 18 号",
            "issuer": ISSUER,
            "valid_from": date(2016, 5, 20).isoformat(),
            "valid_until": until.isoformat(),
        } | other

    def photograph(self, **other: str) -> None:
        """Both sides, read as they are."""
        values = self.card_fields()
        front = {"name": values["name"], "id_number": values["id_number"], "ethnicity": "汉", "address": "长沙市"}
        back = {"issuer": ISSUER, "valid_from": values["valid_from"], "valid_until": values["valid_until"]}
        self.service.reads("front", front | other)
        self.service.reads("back", back)
        for side in ("front", "back"):
            answer = self.post(f"card/{side}/", {"file": makers.upload(makers.picture(800, 500))})
            assert answer.status_code == 302, answer.content.decode()
        run_jobs()

    def to_the_camera(self) -> None:
        """Everything before the face."""
        self.prove()
        assert self.consent().status_code == 302
        self.photograph()
        answer = self.post("card/", self.card_fields())
        assert answer.status_code == 302, answer.content.decode()

    def draw(self) -> dict[str, Any]:
        answer = self.post("draw/", json=True)
        assert answer.status_code == 201, answer.content.decode()
        found: dict[str, Any] = answer.json()
        return found

    def hand_in(self, nonce: str, pictures: list[bytes] | None = None, times: list[int] | None = None) -> Any:
        pictures = film() if pictures is None else pictures
        times = [160 * each for each in range(len(pictures))] if times is None else times
        data = {
            "nonce": nonce,
            "times": ",".join(map(str, times)),
            "frame": [uploaded(picture) for picture in pictures],
        }
        return self.post("frames/", data, json=True)

    def show_face(self) -> None:
        """One attempt, judged."""
        answer = self.hand_in(self.draw()["nonce"])
        assert answer.status_code == 202, answer.content.decode()
        run_jobs()


@pytest.fixture
def applicant(db: None, service: FaceService) -> Applicant:
    """A holder of a qualification who was never verified."""
    person = makers.person(verified=False)
    makers.qualification(person)
    return Applicant(person=person, service=service)


@pytest.fixture
def stranger(db: None, service: FaceService) -> Callable[..., Applicant]:
    """Somebody else at another browser, by default a holder too."""

    def arrive(name: str = "刘思齐", phone: str = "13800009999", **fields: Any) -> Applicant:
        person = makers.person(name, verified=False, phone=phone, **fields)
        makers.qualification(person)
        return Applicant(person=person, service=service, phone=phone)

    return arrive
