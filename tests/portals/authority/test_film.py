"""The pictures and papers beside a case on the desk: pages of a PDF, present and new pictures, who opened them."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from erjian import audit
from erjian.accounts.models import Function
from erjian.applications import actions, materials
from tests import makers
from tests.portals.authority.scenes import CITY, Scene, desk, page, signed_in
from tests.procedures import scenes

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_viewer_shows_another_file_alone(scene: Scene) -> None:
    case = scene.reported()
    client = signed_in(scene.acceptor)
    item = case.materials.get(code="contract")
    text = client.get(desk(case, f"viewer/?material={item.pk}")).content.decode()
    assert text.lstrip().startswith('<section class="viewer"')
    assert "聘用劳动合同" in text
    assert page(case, f"materials/{item.pk}/") in text
    assert client.get(page(case, f"materials/{item.pk}/?thumbnail=1")).status_code == 200
    assert client.get(page(case, f"materials/{item.pk}/")).status_code == 200


def test_pages_of_a_pdf_are_shown_as_pictures(scene: Scene) -> None:
    stream = io.BytesIO()
    sheets = [Image.new("RGB", (420, 594), colour) for colour in ("#fff", "#eef")]
    sheets[0].save(stream, "PDF", save_all=True, append_images=sheets[1:])
    person = makers.person("彭志远")
    makers.qualification(person)
    case = makers.draft(person, scene.operator)
    pdf = makers.upload(stream.getvalue(), "contract.pdf", "application/pdf")
    item = materials.attach(application=case, code="contract", upload=pdf, by=scene.operator)
    case = actions.report(application=case, by=scene.operator, seen=None)
    case = actions.consent(application=case, by=makers.person_user(person), seen=case.version, commitment="同意")
    client = signed_in(scene.acceptor)
    text = client.get(desk(case, f"viewer/?material={item.pk}&page=2")).content.decode()
    assert "2 / 2 页" in text
    assert "上页" in text
    assert "下页" not in text
    image = client.get(page(case, f"materials/{item.pk}/?page=2"))
    assert (image["Content-Type"], image.content[:2]) == ("image/jpeg", b"\xff\xd8")
    assert "2 / 2 页" in client.get(desk(case, f"viewer/?material={item.pk}&page=99")).content.decode()


def test_a_picture_to_be_changed_stands_beside_the_present_one() -> None:
    changing = scenes.Scene("personal_change")
    changing.draft()
    changing.report()
    acceptor = makers.officer(CITY, Function.ACCEPTANCE)
    case, client = changing.again(), signed_in(acceptor)
    present = f"{desk(case)}held/portrait/"
    filed = case.materials.get(code="new_portrait")
    text = client.get(desk(case)).content.decode()
    assert f'<img src="{present}" alt="登记的寸照">' in text
    assert f'materials/{filed.pk}/" alt="申报的寸照">' in text
    assert "登记的手写签名" not in text
    assert client.get(present)["Content-Type"] in {"image/jpeg", "image/png"}
    for name in ("licence", "user", "id_front", "pk"):  # what this kind of case does not change stays where it is
        assert client.get(f"{desk(case)}held/{name}/").status_code == 404, name
    elsewhere = signed_in(makers.officer("430200", Function.ACCEPTANCE))
    assert elsewhere.get(present).status_code == 404


def test_each_full_picture_that_an_officer_opens_is_noted() -> None:
    """By address and not only on the desk; thumbnails, the person themself and what is refused leave no note."""
    changing = scenes.Scene("personal_change")
    changing.draft()
    changing.report()
    case, client = changing.again(), signed_in(makers.officer(CITY, Function.ACCEPTANCE))
    filed = case.materials.get(code="new_portrait")

    def noted() -> list[tuple[str, str, str]]:
        found = audit.reads_of("person", case.person_id).order_by("id")
        return [(event.actor_label, event.subject_id, event.data["purpose"]) for event in found]

    picture = f"/authority/cases/{case.uuid}/materials/{filed.pk}/"
    assert client.get(f"{picture}?thumbnail=1").status_code == 200
    assert client.get(f"{desk(case)}held/licence/").status_code == 404
    assert signed_in(changing.user).get(f"/person/cases/{case.uuid}/materials/{filed.pk}/").status_code == 200
    assert noted() == []
    assert client.get(picture).status_code == 200
    assert client.get(f"{desk(case)}held/portrait/").status_code == 200
    who = ("胡敏", str(case.person_id))
    assert noted() == [(*who, f"查看新寸照 {case.number}"), (*who, f"查看登记的寸照 {case.number}")]
