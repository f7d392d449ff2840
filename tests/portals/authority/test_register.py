"""The register as officers look it up: by function and city, masked, with its history."""

from __future__ import annotations

import pytest

from erjian import audit
from erjian.accounts.models import Function
from erjian.policy import clock
from tests import makers
from tests.portals.authority.scenes import CITY, OTHER_CITY, PROVINCE, Scene, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_register_is_for_its_function_and_its_city(scene: Scene) -> None:
    person = makers.person("周婉如")
    makers.qualification(person, enterprise_code=scene.enterprise.credit_code)
    stranger = makers.person("外市人")
    keeper = makers.officer(CITY, Function.REGISTER)
    client = signed_in(keeper)
    assert signed_in(scene.acceptor).get("/authority/register/people/").status_code == 403
    text = client.get("/authority/register/people/").content.decode()
    assert "周婉如" in text
    assert "外市人" not in text
    assert client.get(f"/authority/register/people/{stranger.pk}/").status_code == 404
    assert (
        signed_in(makers.officer(PROVINCE, Function.REGISTER))
        .get(f"/authority/register/people/{stranger.pk}/")
        .status_code
        == 200
    )
    found = client.post("/authority/register/people/", {"id_number": person.id_number})
    assert person.id_number not in found["Location"]
    assert "周婉如" in client.get(found["Location"]).content.decode()
    assert client.get("/authority/register/qualifications/?name=周").status_code == 200
    assert client.get(f"/authority/register/enterprises/{scene.enterprise.pk}/").status_code == 200
    other = makers.enterprise("株洲某公司", city=OTHER_CITY)
    assert client.get(f"/authority/register/enterprises/{other.pk}/").status_code == 404


def test_full_numbers_are_one_noted_click_away() -> None:
    person = makers.person("周婉如")
    keeper = makers.officer(PROVINCE, Function.REGISTER)
    client = signed_in(keeper)
    url = f"/authority/register/people/{person.pk}/"
    assert person.id_number not in client.get(url).content.decode()
    assert client.get(f"{url}reveal/").status_code == 405
    shown = client.post(f"{url}reveal/")
    assert person.id_number in shown.content.decode()
    assert person.phone in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    (read,) = audit.reads_of("person", person.pk)
    assert (read.actor_user_id, read.data["purpose"]) == (keeper.pk, "登记库查阅")


def test_registration_page_tells_its_history(scene: Scene) -> None:
    from erjian.registry import changes

    person = makers.person("周婉如")
    makers.qualification(person)
    registration = changes.register(
        person_id=person.pk,
        enterprise_id=scene.enterprise.pk,
        registration_class="constructor",
        specialties=("building",),
        on=clock.today(),
        case_number="CS-2026-000001",
        form={},
        actor=scene.decider.actor,
    )
    client = signed_in(makers.officer(CITY, Function.REGISTER))
    text = client.get(f"/authority/register/registrations/{registration.pk}/").content.decode()
    assert registration.number in text
    assert "初始注册" in text
    assert "CS-2026-000001" in text
    assert registration.number in client.get("/authority/register/registrations/").content.decode()
    assert client.get(f"/authority/register/people/{person.pk}/").status_code == 200
