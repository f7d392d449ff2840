"""What cannot be undone asks an officer who was signed in for long to say again who they are; nothing happens before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from erjian import policy
from erjian.accounts.models import Function, User
from erjian.applications.models import Application
from erjian.applications.states import State
from erjian.audit import SYSTEM
from erjian.policy import clock
from erjian.publicity import actions as batches
from erjian.publicity.models import Batch, BatchState
from erjian.registry import changes
from erjian.registry.models import Registration
from tests import makers
from tests.portals.authority.scenes import PROVINCE, Scene, desk, page, signed_in
from tests.procedures import scenes
from tests.proceedings.scenes import Scene as Registered
from tests.publicity.scenes import Office

pytestmark = pytest.mark.django_db
Act = tuple[User, str, dict[str, Any], Callable[[], bool]]
"""Who acts, where, with which form, and whether it has happened."""


def publishing() -> Act:
    office = Office()
    batch = batches.create_batch(
        kind="publicity", applications=[office.reviewed().pk], title="湖南省第1批公示", by=office.decider
    )
    address = f"/authority/batches/{batch.pk}/publish/"
    return office.decider, address, {"seen": batch.version}, lambda: Batch.objects.get().state != BatchState.DRAFT


def terminating() -> Act:
    scene = Scene()
    case = scene.reported()
    fields = {"seen": case.version, "opinion": "申请人死亡。"}
    return (
        scene.decider, page(case, "act/terminate/"), fields, lambda: Application.objects.get().state == State.TERMINATED,
    )  # fmt: skip


def granting() -> Act:
    """复审 of a procedure without 公告 is the decision."""
    filing = scenes.Scene("replacement")
    filing.draft()
    filing.report()
    filing.at_decision()
    case, officer = filing.again(), makers.officer(PROVINCE, Function.FINAL_REVIEW)
    fields = {"decision": "final_pass", "opinion": "", "seen": case.version, "asked": "1"}
    return officer, desk(case, "decide/"), fields, lambda: filing.again().state == State.ANNOUNCED


def lifting() -> Act:
    scene = Registered()
    changes.suspend(registration_id=scene.registration.pk, case_number="", actor=SYSTEM)
    made = scene.proposed("restore", "over", facts="暂扣期限已满。")
    address = f"/authority/proceedings/{made.uuid}/act/decide/"
    fields = {"seen": made.version, "text": "期满恢复"}
    return scene.decider, address, fields, lambda: Registration.objects.get().status == "valid"


@pytest.mark.parametrize("made", [publishing, terminating, granting, lifting])
def test_it_is_asked_for_again_after_the_minutes_of_policy(made: Callable[[], Act]) -> None:
    user, address, fields, happened = made()
    client, most = signed_in(user), policy.current().sessions.confirm_minutes * 60

    def pressed(seconds: int) -> Any:
        session = client.session
        session["confirmed_at"] = int(clock.now().timestamp()) - seconds
        session.save()
        return client.post(address, fields)

    asked = pressed(most + 2)
    assert (asked.status_code, happened()) == (401, False)
    assert "密码" in asked.content.decode()
    assert (pressed(most - 30).status_code, happened()) == (302, True)
