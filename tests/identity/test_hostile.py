"""Bad uploads, floods of SMS, guessed codes, and names tried out by what is answered and how fast."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

import erjian
from erjian.files.models import Blob
from erjian.identity.models import Attempt, Verification
from erjian.messaging.models import SmsMessage
from erjian.policy import clock
from tests import makers
from tests.files import hostile
from tests.identity.conftest import Applicant, film, uploaded

pytestmark = pytest.mark.django_db


def refuses_bad_pictures(post: Callable[[dict[str, Any]], Any]) -> None:
    """Each is refused in its own words, and nothing is kept."""
    before = Blob.objects.count()
    bad = {
        "empty": (b"", "空"),
        "text": (b"no picture at all" * 100, "不支持这种文件"),
        "cut": (makers.picture(800, 500)[:4000], "损坏"),
        "bomb": (hostile.png_bomb(), "尺寸过大"),
        "small": (makers.picture(40, 30), "太小"),
        "huge": (b"\xff\xd8\xff" + b"0" * (6 * 1024 * 1024), "超过 5 MB"),
    }
    bad |= {
        what: (hostile.polyglots()[what][0], "不支持这种文件") for what in ("gif and script", "svg", "pdf and html")
    }
    for name, (content, said) in bad.items():
        answer = post({"file": makers.upload(content)})
        assert 400 <= answer.status_code < 500, name
        assert said in answer.json()["message"], (name, answer.json())
    assert post({}).status_code == 422
    assert Blob.objects.count() == before


def test_bad_pictures_of_the_card_are_refused_in_words(applicant: Applicant) -> None:
    applicant.prove()
    applicant.consent()
    refuses_bad_pictures(lambda data: applicant.post("card/front/", data, json=True))
    assert applicant.post("card/left/", {"file": makers.upload()}, json=True).status_code == 404
    assert applicant.verification.front_id is None


def test_bad_pictures_of_the_form_are_refused_in_words(applicant: Applicant, client: Client) -> None:
    client.force_login(makers.person_user(applicant.person))
    applicant.to_the_camera()
    applicant.show_face()

    def post(data: dict[str, Any], name: str = "id_held") -> Any:
        return client.post(f"/person/identity/pictures/{name}/upload/", data, headers={"accept": "application/json"})

    refuses_bad_pictures(post)
    assert post({"file": makers.upload()}, "selfie").status_code == 404
    assert post({"file": makers.upload()}, "id_front").status_code == 409, "the verification has brought it"
    applicant.person.refresh_from_db()
    assert applicant.person.id_held_id is None


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 422),
        (b"GIF89a" + b"0" * 100, 415),
        (makers.picture(200, 150, kind="PNG"), 415),
        (makers.picture(3000, 100), 422),
        (b"\xff\xd8\xff" + b"0" * 500_000, 413),
        (hostile.jpeg_bomb(), 415),
    ],
    ids=["empty", "gif", "png", "wide", "huge", "bomb"],
)
def test_a_bad_picture_gets_no_hint_and_goes_no_further(applicant: Applicant, content: bytes, status: int) -> None:
    applicant.to_the_camera()
    asked = len(applicant.service.asked)
    assert applicant.post("look/", {"frame": uploaded(content)}, json=True).status_code == status
    assert len(applicant.service.asked) == asked


@pytest.mark.parametrize(
    ("pictures", "times", "status"),
    [
        ([], [], 422),
        ([b""], [0], 422),
        ([b"GIF89a" + b"0" * 100] * 2, [0, 150], 415),
        ([makers.picture(200, 150, kind="PNG")], [0], 415),
        ([makers.picture(3000, 100)], [0], 422),
        ([b"\xff\xd8\xff" + b"0" * 500_000], [0], 413),
        ([hostile.jpeg_bomb()], [0], 415),
        ([makers.picture(200, 150)] * 2, [150, 150], 422),
        ([makers.picture(200, 150)] * 2, [0], 422),
    ],
)
def test_bad_frames_are_refused_and_the_nonce_still_serves(
    applicant: Applicant, pictures: list[bytes], times: list[int], status: int
) -> None:
    applicant.to_the_camera()
    nonce = applicant.draw()["nonce"]
    answer = applicant.hand_in(nonce, pictures, times)
    assert answer.status_code == status, answer.content.decode()
    assert "重新" in answer.json()["message"]
    assert Attempt.objects.get().state == "open"
    assert applicant.hand_in(nonce).status_code == 202


def test_too_many_frames_are_refused(applicant: Applicant) -> None:
    applicant.to_the_camera()
    answer = applicant.hand_in(applicant.draw()["nonce"], film(1) * 121, list(range(121)))
    assert answer.status_code in (400, 413)
    assert applicant.post("frames/", {"nonce": "x", "times": "0,zwei", "frame": []}, json=True).status_code == 422


def test_an_expired_card_and_anothers_card_are_refused(applicant: Applicant) -> None:
    applicant.prove()
    applicant.consent()
    without = applicant.post("card/", applicant.card_fields())
    assert "请先拍身份证的正反两面" in without.content.decode()
    applicant.photograph()
    for other, said in (
        ({"valid_until": "2020-05-20"}, "身份证已于 2020-05-20 到期"),
        ({"valid_until": ""}, "请填写有效期至"),
        ({"valid_from": "2090-01-01"}, "起始日期晚于今天"),
        ({"id_number": makers.id_number()}, "与前面填写的身份证号码不一致"),
        ({"id_number": "123"}, "应为 18 位"),
        ({"name": "张三丰"}, "与前面填写的姓名不一致"),
        ({"ethnicity": "99"}, "民族不在可选范围内"),
    ):
        answer = applicant.post("card/", applicant.card_fields(**other))
        assert answer.status_code == 422, other
        assert said in answer.content.decode(), other
        assert "长沙市公安局岳麓分局" in answer.content.decode(), "what was typed is kept"
    assert applicant.post("card/", applicant.card_fields(valid_until="", long_term="on")).status_code == 302


def test_an_unread_card_can_be_typed_by_hand(applicant: Applicant) -> None:
    applicant.prove()
    applicant.consent()
    applicant.service.says("/v1/card", {"fields": {}, "confidence": {}, "hints": ["glare", "blurred"]})
    from tests.identity.conftest import run_jobs

    for side in ("front", "back"):
        applicant.post(f"card/{side}/", {"file": makers.upload(makers.picture(800, 500))})
    assert "正在识别" in applicant.get()
    assert "核对证件内容" in applicant.get("?by_hand=1")
    run_jobs()
    page = applicant.get()
    assert "照片反光" in page
    assert "没有识别出来" in page
    assert applicant.post("card/", applicant.card_fields()).status_code == 302
    assert applicant.verification.doubts == ["card"]


def test_a_silent_reader_gives_up_in_time(applicant: Applicant) -> None:
    from tests.identity.conftest import run_jobs

    applicant.prove()
    applicant.consent()
    applicant.service.says("/v1/card", {"error": "busy"}, status=503)
    applicant.post("card/front/", {"file": makers.upload(makers.picture(800, 500))})
    run_jobs(attempts=9)
    assert applicant.verification.front_reading == "unread"


def test_codes_are_not_sent_in_floods(applicant: Applicant, stranger: Callable[..., Applicant]) -> None:
    assert applicant.start().status_code == 302
    again = applicant.start()
    assert again.status_code == 429
    assert "60 秒后再获取" in again.content.decode()
    assert applicant.post("code/", {"do": "resend"}).status_code == 429
    for minute in range(1, 5):
        with clock.travel(seconds=61 * minute):
            assert applicant.post("code/", {"do": "resend"}).status_code == 302
    with clock.travel(seconds=61 * 6):
        assert applicant.post("code/", {"do": "resend"}).status_code == 429, "five an hour to one mobile"
        # The same person with other mobiles: ten an hour.
        statuses = [applicant.start(phone=f"1390000{each:04d}").status_code for each in range(12)]
        assert statuses.count(302) <= 9
        assert statuses[-1] == 429
    assert SmsMessage.objects.filter(phone_index=applicant.verification.phone_index).count() <= 5


def test_one_address_cannot_ask_for_many_people(applicant: Applicant) -> None:
    statuses = []
    for each in range(62):
        number, phone = makers.id_number(serial=each), f"1381000{each:04d}"
        statuses.append(applicant.start(id_number=number, phone=phone).status_code)
    assert statuses[:60] == [302] * 60
    assert statuses[60:] == [429, 429]


def test_codes_cannot_be_guessed(applicant: Applicant) -> None:
    applicant.start()
    right = applicant.code()
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    for _ in range(5):
        answer = applicant.post("code/", {"code": wrong})
        assert answer.status_code == 422
        assert "验证码不对或已过期" in answer.content.decode()
    used_up = applicant.post("code/", {"code": right})
    assert used_up.status_code == 429
    assert applicant.verification.step == "code"
    with clock.travel(seconds=6 * 60):
        assert applicant.post("code/", {"code": right}).status_code in (422, 429)


def test_a_code_is_over_after_five_minutes(applicant: Applicant) -> None:
    applicant.start()
    with clock.travel(seconds=301):
        assert applicant.post("code/", {"code": applicant.code()}).status_code == 422
    assert applicant.verification.step == "code"
    assert applicant.post("code/", {"code": applicant.code()}).status_code == 302


def test_one_address_cannot_guess_for_many_people(applicant: Applicant) -> None:
    for each in range(6):
        applicant.start(id_number=makers.id_number(serial=each), phone=f"1381000{each:04d}")
        wrong = f"{(int(applicant.code()) + 1) % 10**6:06d}"
        assert [applicant.post("code/", {"code": wrong}).status_code for _ in range(5)] == [422] * 5
    applicant.start()
    right = {"code": applicant.code()}
    assert applicant.post("code/", right).status_code == 429
    assert applicant.verification.step == "code"
    elsewhere = applicant.client.post("/person/verify/code/", right, REMOTE_ADDR="192.0.2.9")
    assert elsewhere.status_code == 302, "it is the address that has to wait, not the person"


def _page(answer: Any) -> str:
    """A page without what differs from request to request."""
    text = answer.content.decode()
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", text)


def test_nobody_learns_who_holds_a_qualification(applicant: Applicant) -> None:
    """The same answers and the same statements for a holder, a person without qualification and an invented one."""
    bare = makers.person("刘思齐", verified=False)
    claims = (
        (applicant.person.name, applicant.person.id_number),
        (bare.name, bare.id_number),
        ("张三丰", makers.id_number()),
    )
    seen = []
    for number, (name, id_number) in enumerate(claims):
        client, phone = Client(), f"1380000{number:04d}"
        data = {"name": name, "id_number": id_number, "phone": phone}
        with CaptureQueriesContext(connection) as queries:
            first = client.post("/person/verify/", data)
            page = _page(client.get("/person/verify/")).replace(f"138****{phone[-4:]}", "")
            wrong = _page(client.post("/person/verify/code/", {"code": "000001"})).replace(f"138****{phone[-4:]}", "")
        # Which tables are asked in which order; the values are each request's own.
        statements = [
            (each["sql"].split()[0], *re.findall(r'(?:INTO|FROM|UPDATE) "(\w+)"', each["sql"])) for each in queries
        ]
        seen.append((first.status_code, first.url, statements, page, wrong))
    assert seen[0] == seen[1] == seen[2]
    assert seen[0][2]
    assert not any("registry_person" in statement for statement in seen[0][2]), "the register is not even asked"


def test_the_work_done_tells_nothing(applicant: Applicant) -> None:
    """Whether somebody holds a qualification changes neither what is called, nor how often, nor what the database is
    asked: so nor does it change how long that takes, however busy the machine."""
    makers.person("刘思齐", verified=False)
    claims = (
        (applicant.person.name, applicant.person.id_number),
        (applicant.person.name, makers.id_number(serial=1)),
        ("刘思齐", makers.id_number(serial=2)),
    )
    done = [_work(name, id_number, address=f"192.0.2.{at}") for at, (name, id_number) in enumerate(claims * 2)]
    # The first round fills caches; the second is compared.
    holder, *others = done[len(claims) :]
    assert holder["erjian.protection.ciphers.index"] >= 2, "the number and the mobile"
    assert sum(many for what, many in holder.items() if what.startswith("SQL ")) >= 4
    for other in others:
        assert holder - other == other - holder == Counter()


def _work(name: str, id_number: str, *, address: str) -> Counter[str]:
    """How often the product's functions are called, and what they call, until a wrong code is answered."""
    root, found = str(Path(erjian.__file__).parent), Counter[str]()

    def note(frame: FrameType, event: str, argument: Any) -> None:
        if event in ("call", "c_call") and frame.f_code.co_filename.startswith(root):
            called = frame.f_code.co_name if event == "call" else f"{frame.f_code.co_name} {argument.__qualname__}"
            found[f"{frame.f_globals['__name__']}.{called}"] += 1

    client = Client(REMOTE_ADDR=address)
    phone = f"139{address.rpartition('.')[2]:>08}"
    with CaptureQueriesContext(connection) as queries:
        sys.setprofile(note)
        try:
            first = client.post("/person/verify/", {"name": name, "id_number": id_number, "phone": phone})
            wrong = client.post("/person/verify/code/", {"code": "000001"})
        finally:
            sys.setprofile(None)
    assert (first.status_code, wrong.status_code) == (302, 422)
    for each in queries:
        found["SQL " + re.sub(r"'[^']*'| *-?\d+", "", each["sql"])] += 1
    return found


def test_another_browser_cannot_use_the_address(applicant: Applicant) -> None:
    applicant.to_the_camera()
    other = Client()
    for path in ("card/front/image/", "state/", "counter/slip.pdf"):
        assert other.get(f"/person/verify/{path}").status_code == 409
    other.force_login(makers.person_user(makers.person("刘思齐")))
    session = other.session
    session["verification"] = applicant.client.session["verification"]
    session.save()
    assert other.get("/person/verify/card/front/image/").status_code == 409, "nor may another person's session"
    assert Verification.objects.count() == 1
