"""办件进度: for whoever knows a case's number and the end of the identity number; guessing is limited."""

from __future__ import annotations

import pytest
from django.test import Client

from erjian.applications.models import Application
from tests.publicity.scenes import Office

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Application:
    return Office().reviewed()


def ask(client: Client, number: str, tail: str):
    return client.post("/progress/", {"number": number, "tail": tail})


def test_the_route_is_shown_and_nothing_personal(client: Client, case: Application) -> None:
    page = ask(client, f" {case.number.lower()} ", case.person.id_number[-6:].lower()).content.decode()
    assert "复审通过" in page
    assert "受理" in page
    assert case.person.id_number not in page
    assert "罗婷" not in page
    assert "胡敏" not in page, "officers' names are not the public's business"


def test_a_wrong_tail_and_an_unknown_number_are_answered_alike(client: Client, case: Application) -> None:
    wrong, unknown = ask(client, case.number, "000000"), ask(client, "CS-2026-999999", "000000")
    assert wrong.status_code == unknown.status_code == 404
    said = "没有编号和身份证号都相符的申报"
    assert said in wrong.content.decode()
    assert said in unknown.content.decode()


def test_guessing_the_tail_is_limited_per_case_from_anywhere(client: Client, case: Application) -> None:
    for number in range(10):
        answer = client.post(
            "/progress/", {"number": case.number, "tail": f"{number:06d}"}, REMOTE_ADDR=f"10.0.0.{number}"
        )
        assert answer.status_code == 404
    last = client.post(
        "/progress/", {"number": case.number, "tail": case.person.id_number[-6:]}, REMOTE_ADDR="10.0.1.1"
    )
    assert last.status_code == 429
