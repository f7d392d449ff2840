"""Canned opinions: one's own, the usual ones, and which of them the desk offers."""

from __future__ import annotations

import pytest

from erjian.accounts.models import Function
from erjian.applications import canned
from erjian.applications.models import Application, CannedOpinion
from erjian.applications.states import State
from erjian.procedures import get
from tests import makers
from tests.portals.authority.scenes import CITY, PROVINCE, Scene, desk, signed_in
from tests.procedures import scenes

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_own_phrases_come_first_and_stay_ones_own(scene: Scene) -> None:
    case = scene.reported()
    client = signed_in(scene.acceptor)
    url = "/authority/desk/phrases/acceptance/"
    assert client.post(url, {"text": "请补充社保证明。"}).status_code == 302
    text = client.get(desk(case)).content.decode()
    assert text.index("请补充社保证明。") < text.index("材料齐全，予以受理。")
    for wrong in ("", "请补充社保证明。", "材料齐全，予以受理。", "长" * 301):
        assert client.post(url, {"text": wrong}).status_code == 422, wrong
    kept = CannedOpinion.objects.get()
    colleague = signed_in(makers.officer(CITY, Function.ACCEPTANCE))
    assert "请补充社保证明。" not in colleague.get(url).content.decode()
    assert colleague.post(f"/authority/desk/phrases/{kept.pk}/delete/").status_code == 404
    assert client.post(f"/authority/desk/phrases/{kept.pk}/delete/").status_code == 302
    assert not CannedOpinion.objects.exists()
    assert client.get("/authority/desk/phrases/final_review/").status_code == 404


@pytest.mark.parametrize(
    ("code", "step", "fits", "not_here"),
    [
        ("temporary_transfer", "final_review", "同意注册。", "初审意见"),
        ("replacement", "final_review", "同意办理。", "初审意见"),
        ("enterprise_rename", "final_review", "同意初审意见。", "注册条件"),
        ("enterprise_rename", "acceptance", "材料齐全，予以受理。", "劳动合同"),
        ("transfer", "acceptance", "劳动合同缺页。", "资格"),
        ("initial", "final_review", "同意初审意见。", "同意办理"),
    ],
)
def test_usual_phrases_follow_the_procedures_route_and_materials(
    scene: Scene, code: str, step: str, fits: str, not_here: str
) -> None:
    said = [phrase.text for phrase in canned.phrases(scene.final, step, get(code))]
    assert any(text.endswith(fits) for text in said), said
    assert not any(not_here in text for text in said), said


def test_the_desk_offers_only_what_suits_the_case(scene: Scene) -> None:
    moving = scenes.Scene("temporary_transfer")
    moving.draft()
    moving.report()
    Application.objects.update(state=State.ACCEPTED, acting_authority=PROVINCE, acting_function=Function.FINAL_REVIEW)
    text = signed_in(scene.final).get(desk(moving.again())).content.decode()
    assert "经复审，符合注册条件，同意注册。" in text
    assert "同意初审意见。" not in text


def test_phrases_are_limited(scene: Scene) -> None:
    for number in range(canned.LIMIT):
        canned.add(user=scene.acceptor, step=Function.ACCEPTANCE, text=f"意见 {number}")
    answer = signed_in(scene.acceptor).post("/authority/desk/phrases/acceptance/", {"text": "多一条"})
    assert answer.status_code == 422
