"""What was typed and not yet confirmed or saved: kept for its own person, forgotten with the rest, believed by nobody."""

from __future__ import annotations

from typing import Any

import pypdfium2
import pytest
from django.test import Client

from erjian.accounts.models import User
from erjian.identity import keeping
from erjian.identity.models import Verification
from erjian.policy import clock
from erjian.registry.models import Person
from tests import makers
from tests.identity.conftest import ISSUER, Applicant, run_jobs

pytestmark = pytest.mark.django_db
CORRECTED = "湘潭市公安局雨湖分局"
FORM = {"ethnicity": "03", "school": "湘西职业技术学院", "major": "", "emergency_phone": "1390000", "degree": "0"}


def types(one: Applicant, **other: str) -> Any:
    """The form of the card as it stands in the browser, posted two seconds after typing stopped."""
    return one.post("card/autosave/", one.card_fields(address="长沙市") | other, json=True)


def at_the_card(one: Applicant) -> None:
    one.prove()
    one.consent()
    one.photograph()


def back(one: Applicant) -> Applicant:
    """The same person in another browser, an hour later."""
    other = Applicant(person=one.person, service=one.service)
    with clock.travel(seconds=3600):
        other.prove()
    return other


def test_what_was_corrected_on_the_card_comes_back_and_proves_nothing(applicant: Applicant) -> None:
    at_the_card(applicant)
    assert ISSUER in applicant.get()
    answer = types(applicant, issuer=CORRECTED, address="路" * 5000, valid_until="", long_term="on")
    assert (answer.status_code, list(answer.json())) == (200, ["saved_at"])
    page = back(applicant).get()
    assert CORRECTED in page
    assert ISSUER not in page
    assert "checked" in page.split('name="long_term"')[1].split(">")[0]
    assert page.count("路") < 400, "no field takes more"
    own = applicant.verification
    assert (own.step, own.card) == ("card", {})
    assert CORRECTED.encode() not in bytes(own.read_cipher or b"")
    applicant.post("card/", applicant.card_fields(issuer=CORRECTED, valid_until="", long_term="on"))
    own = applicant.verification
    assert (own.step, own.typed) == ("face", {})
    assert own.doubts == ["card"], "the machine did not read what was typed"


def test_what_was_typed_while_the_card_was_read_stays_and_the_reading_fills_the_rest(applicant: Applicant) -> None:
    applicant.prove()
    applicant.consent()
    applicant.service.reads("front", {"address": "长沙市"})
    applicant.service.reads("back", {"issuer": ISSUER, "valid_from": "2016-05-20"})
    for side in ("front", "back"):
        applicant.post(f"card/{side}/", {"file": makers.upload(makers.picture(800, 500))})
    typed = dict.fromkeys(applicant.card_fields(), "") | {"issuer": CORRECTED}
    assert applicant.post("card/autosave/", typed, json=True).status_code == 200
    run_jobs()
    page = applicant.get()
    for said in (CORRECTED, "长沙市", "2016-05-20"):
        assert said in page, said


def test_a_new_photograph_takes_the_place_of_what_was_typed_of_its_side(applicant: Applicant) -> None:
    at_the_card(applicant)
    types(applicant, issuer=CORRECTED, address="湘潭市雨湖区")
    applicant.post("card/front/", {"file": makers.upload(makers.picture(800, 500))})
    run_jobs()
    page = applicant.get()
    assert CORRECTED in page
    assert "湘潭市雨湖区" not in page


def test_what_was_typed_of_the_card_is_for_its_own_step_and_goes_with_it(applicant: Applicant) -> None:
    assert types(applicant).status_code == 409, "without a way there is nothing to keep"
    applicant.prove()
    assert types(applicant).status_code == 409, "nor before the consent"
    applicant.consent()
    types(applicant, issuer=CORRECTED)
    assert types(Applicant(person=applicant.person), issuer=ISSUER).status_code == 409, "nor from another browser"
    assert applicant.verification.typed["issuer"] == CORRECTED
    with clock.travel(days=8):
        keeping.end_verifications()
    assert applicant.verification.read_cipher is None


@pytest.fixture
def accepted(applicant: Applicant) -> Client:
    """Signed in, with the form still to be filled in."""
    makers.person_user(applicant.person)
    applicant.to_the_camera()
    applicant.show_face()
    return signed_in(applicant.person)


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(User.objects.get(person=person))
    return client


def form_of(person: Person) -> str:
    return signed_in(person).get("/person/identity/").content.decode()


def test_what_was_typed_before_saving_comes_back_to_its_own_person(applicant: Applicant, accepted: Client) -> None:
    assert accepted.post("/person/identity/autosave/", FORM).status_code == 200
    person = Person.objects.get(pk=applicant.person.pk)
    page = form_of(person)
    for said in (FORM["school"], FORM["emergency_phone"], '<option value="03" selected>'):
        assert said in page, said
    assert person.school != FORM["school"]
    assert not person.is_verified
    other = makers.person("刘思齐", phone="13800009999")
    makers.person_user(other)
    assert FORM["school"] not in form_of(other)
    assert signed_in(other).post("/person/identity/autosave/", FORM).status_code == 409
    assert Verification.objects.get().typed["school"] == FORM["school"]


def test_what_was_typed_and_read_is_forgotten_once_it_is_saved(applicant: Applicant, accepted: Client) -> None:
    whole = FORM | {"major": "建筑工程技术", "emergency_phone": "", "graduated_on": "2012-06-30", "education": "31"}
    accepted.post("/person/identity/autosave/", whole)
    for name in ("id_held", "pledge"):
        accepted.post(f"/person/identity/pictures/{name}/upload/", {"file": makers.upload(makers.picture(800, 600))})
    assert accepted.post("/person/identity/", whole).url == "/person/identity/"
    own = applicant.verification
    assert (own.ended_at is not None, own.read_cipher, own.card_cipher) == (True, None, None)
    assert accepted.post("/person/identity/autosave/", FORM).status_code == 409


def test_the_pledge_is_the_persons_own_paper(accepted: Client) -> None:
    """It is addressed to the authority and does not carry the authority's red head, as nothing it has written does."""
    paper = pypdfium2.PdfDocument(accepted.get("/person/identity/pledge.pdf").content)
    text = "".join(paper[0].get_textpage().get_text_range().split())
    assert text.count("湖南省住房和城乡建设厅") == 1
    assert text.startswith("个人承诺书")
