"""A name is found however its dots and blanks are typed, at every door where somebody types it beside a number."""

from __future__ import annotations

import pytest
from django.test import Client

from erjian import certificates
from erjian.accounts import activation
from erjian.accounts.models import Function
from erjian.standards.text import name_key
from tests import makers
from tests.proceedings.scenes import Scene

pytestmark = pytest.mark.django_db
NAME = "阿卜杜拉·买买提"
TYPED = [
    "阿卜杜拉•买买提",
    "阿卜杜拉‧买买提",
    "阿卜杜拉・买买提",
    "阿卜杜拉．买买提",
    " 阿卜杜拉 · 买买提\u200b",
    "阿卜杜拉.买买提",
]


@pytest.mark.parametrize("typed", TYPED)
def test_two_spellings_of_a_name(typed: str) -> None:
    assert name_key(typed) == name_key(NAME) != name_key("阿卜杜拉买买提")


@pytest.mark.parametrize("typed", TYPED[:2])
def test_a_name_with_another_dot_is_found(typed: str) -> None:
    person = makers.person(NAME)
    makers.qualification(person)
    makers.person_user(person)
    clerk, officer = Client(), Client()
    clerk.force_login(makers.operator(makers.enterprise()))
    named = {"name": typed, "id_number": person.id_number}
    assert 'name="token"' in clerk.post("/enterprise/initial/new/", named).content.decode()
    assert activation.claim_person(**named).person_id == person.pk
    officer.force_login(makers.officer("430000", Function.REGISTER))
    lock = {"kind": "manual", "begins": "2026-01-01", "reason": "核查中", "document": ""}
    assert officer.post("/authority/register/kept/locks/new/", {**named, **lock}).status_code == 302
    assert person.locks.count() == 1


def test_the_public_verifies_by_a_name_with_another_dot() -> None:
    scene = Scene()
    scene.person.name = NAME
    scene.person.save()
    version = scene.registration.certificates.get()
    version.facts["name"] = NAME
    version.save(update_fields=["facts"])
    assert certificates.verifying.by_number(scene.registration.number, TYPED[0]) is not None
    assert certificates.verifying.by_number(scene.registration.number, "阿卜杜拉买买提") is None


def test_the_file_that_replaces_a_paper_certificate_opens() -> None:
    scene = Scene()
    version = certificates.issuing.issue(scene.registration.certificates.get().pk)
    scene.registration.certificate_kind = "paper"
    scene.registration.save(update_fields=["certificate_kind"])
    clerk = Client()
    clerk.force_login(scene.operator)
    page = f"/enterprise/certificates/{scene.registration.pk}/"
    for address in (page, f"{page}{version.version}/file.pdf", f"{page}{version.version}/preview/"):
        assert clerk.get(address).status_code == 200, address
