"""Two officers decide at the same moment: one effect, and the other is told who was first."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from erjian.accounts.models import Function, User
from erjian.applications.models import Application, Letter
from erjian.applications.states import State
from tests import makers
from tests.portals.authority.scenes import CITY, Scene, desk, signed_in


@pytest.mark.django_db(transaction=True)
def test_two_decisions_at_once_have_one_effect() -> None:
    scene = Scene()
    case = scene.reported()
    rivals = [scene.acceptor, makers.officer(CITY, Function.ACCEPTANCE, name="谭学军")]
    start = Barrier(2)

    def decide(user: User) -> tuple[int, str]:
        try:
            client = signed_in(user)
            start.wait(timeout=20)
            answer = client.post(
                desk(case, "decide/"), {"decision": "accept", "opinion": "", "seen": case.version, "asked": "1"}
            )
            return answer.status_code, answer.content.decode()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(decide, rivals))
    assert sorted(status for status, _ in answers) == [302, 409]
    winner = rivals[[status for status, _ in answers].index(302)]
    refusal = next(text for status, text in answers if status == 409)
    assert winner.name in refusal
    assert "已受理" in refusal
    after = Application.objects.get(pk=case.pk)
    assert (after.state, after.acceptance_officer_id) == (State.ACCEPTED, winner.pk)
    assert after.timeline.filter(transition="accept").count() == 1
    assert Letter.objects.filter(application=case).count() == 1
