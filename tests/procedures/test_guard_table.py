"""One row per procedure and guard: everything holds, one change of the database, and exactly this guard says no.

The rows come from the declarations: a guard without a scene fails here. Each row goes the real way, through the pages
that pick and hand in and through the action that decides, with facts read from the database.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from erjian.applications import facts, materials
from erjian.applications.errors import GuardsRefused
from erjian.applications.states import State
from erjian.procedures import About, Step, all_procedures, get
from erjian.procedures.guards import Answer, Stage
from tests.procedures.scenes import Scene
from tests.procedures.spoils import SPOILS, spoil

pytestmark = pytest.mark.django_db

ROWS = [(procedure.code, guard.code) for procedure in all_procedures() for guard in procedure.guards]
BY_STAGE = {
    stage: [
        (procedure.code, guard.code)
        for procedure in all_procedures()
        for guard in procedure.guards
        if stage in guard.stages
    ]
    for stage in Stage
}
# No row says this in time: at the decision the case is itself the person's open one, which the database keeps single.
KEPT_BY_THE_DATABASE = {"one_open_case"}
# What is uploaded where a guard asks for it.
PROOF = {
    "renewal_education": "continuing_education",
    "continuing_education": "continuing_education",
    "enterprise_qualified": "new_enterprise_commitment",
    "portrait_present": "portrait",
    "release_proven": "release",
}


# Which filings the conditions of every filing hold for; what a party only gives up needs none of them.
_ENDS = {item.code for item in all_procedures() if item.voids}
_PEOPLE = {item.code for item in all_procedures() if item.about == About.PERSON}
_NEW_TERM = {"initial", "reregistration", "addition", "renewal", "transfer", "temporary_transfer", "temporary_renewal"}
_ACCEPTED = {item.code for item in all_procedures() if Step.ACCEPTANCE in item.route}
ASKED_OF = {
    "verified_person": _PEOPLE - _ENDS - {"id_number"},
    "number_valid": _PEOPLE - _ENDS - {"id_number"},
    "within_age": _NEW_TERM,
    "not_barred": _NEW_TERM,
    "not_locked": _PEOPLE - _ENDS,
    "one_open_case": {item.code for item in all_procedures()},
    "enterprise_seated": _ACCEPTED,
    "enterprise_qualified": _NEW_TERM,
    "enterprise_active": _NEW_TERM | {"replacement", "enterprise_rename"},
    "enterprise_not_barred": _NEW_TERM | {"replacement", "enterprise_rename"},
    "profile_complete": _NEW_TERM | {"replacement", "enterprise_rename"},
    "transfer_interval": {"transfer", "temporary_transfer"},
    "registration_in_force": {
        "addition", "transfer", "temporary_transfer", "temporary_renewal", "replacement", "personal_change",
        "temporary_personal_change",
    },
    "enough_days_left": {"addition", "transfer", "temporary_transfer"},
}  # fmt: skip


@pytest.mark.parametrize("guard", sorted(ASKED_OF))
def test_no_filing_leaves_out_a_condition_of_all(guard: str) -> None:
    assert {code for code, each in ROWS if each == guard} == ASKED_OF[guard]


def test_false_material_bars_from_what_asks_for_bars() -> None:
    """第三十三条: whoever is refused on that ground is kept from each of the filings that apply for registration."""
    assert {item.code for item in all_procedures() if item.registers} == ASKED_OF["not_barred"] == _NEW_TERM


def test_every_guard_of_every_procedure_has_its_scene() -> None:
    assert {guard for _, guard in ROWS} == set(SPOILS)
    assert len(ROWS) == len(set(ROWS)) > 100
    for procedure in all_procedures():
        assert all(guard.stages for guard in procedure.guards)


@pytest.mark.parametrize("code", [procedure.code for procedure in all_procedures()])
def test_a_sound_filing_is_handed_in_and_decided(code: str) -> None:
    scene = Scene(code)
    scene.draft()
    browser = scene.client()
    held = scene.judge(Stage.REPORT)
    assert {verdict.answer for verdict in held.values()} == {Answer.HOLDS}, held
    answer = scene.hand_in(browser)
    assert answer.status_code == 302, answer.content.decode()
    assert scene.again().state != State.DRAFT
    decided = scene.at_decision()()
    assert decided.state in (State.ANNOUNCED, State.DONE)


@pytest.mark.parametrize(("code", "guard"), BY_STAGE[Stage.PICK])
def test_the_guard_stops_a_person_who_was_found_before(code: str, guard: str, settings: Any, tmp_path: Path) -> None:
    scene = Scene(code)
    send = scene.choose(scene.client())
    change = spoil(scene, guard, settings=settings, folder=tmp_path)
    answer = send()
    page = answer.content.decode()
    assert answer.status_code == 422, page
    assert (change.pick or change.words) in re.sub(r"</?a\b[^>]*>", "", page)  # what it says to file instead is a link
    assert not scene.drafts()


@pytest.mark.parametrize(("code", "guard"), BY_STAGE[Stage.REPORT])
def test_the_guard_stops_handing_in(code: str, guard: str, settings: Any, tmp_path: Path) -> None:
    scene = Scene(code)
    scene.draft()
    browser = scene.client()
    assert {verdict.answer for verdict in scene.judge(Stage.REPORT).values()} == {Answer.HOLDS}
    change = spoil(scene, guard, settings=settings, folder=tmp_path)
    verdicts = scene.judge(Stage.REPORT)
    assert {name for name, verdict in verdicts.items() if verdict.answer != Answer.HOLDS} == {guard} | (
        change.also & set(verdicts)
    )
    assert (verdicts[guard].answer, verdicts[guard].source != "") == (change.answer, True)
    assert change.words in verdicts[guard].reason
    answer = scene.hand_in(browser)
    if change.answer == Answer.ADVICE:
        assert (answer.status_code, scene.again().state != State.DRAFT) == (302, True)
        return
    page = answer.content.decode()
    assert (answer.status_code, scene.again().state) == (422, State.DRAFT), page
    assert (change.form or change.words) in page


@pytest.mark.parametrize(
    ("code", "guard"), [row for row in BY_STAGE[Stage.DECISION] if row[1] not in KEPT_BY_THE_DATABASE]
)
def test_the_guard_stops_the_decision(code: str, guard: str, settings: Any, tmp_path: Path) -> None:
    scene = Scene(code)
    scene.draft()
    scene.report()
    decide = scene.at_decision()
    before = scene.again()
    change = spoil(scene, guard, settings=settings, folder=tmp_path)
    with pytest.raises(GuardsRefused, match=change.words.split("（")[0]), transaction.atomic():
        decide()
    after = scene.again()
    assert (after.state, after.version, after.decided_at) == (before.state, before.version, None)
    assert get(code).guards


@pytest.mark.parametrize(("code", "guard"), [row for row in ROWS if row[1] in PROOF])
def test_what_the_guard_asks_for_the_list_of_materials_asks_for_too(
    code: str, guard: str, settings: Any, tmp_path: Path
) -> None:
    scene = Scene(code)
    scene.draft()
    spoil(scene, guard, settings=settings, folder=tmp_path)
    listed = materials.listing(scene.again(), facts.of_application(scene.again()))
    assert PROOF[guard] in {row.material.code for row in listed if row.missing}
