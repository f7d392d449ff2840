"""One case from draft to certificate, through the actions alone."""

from __future__ import annotations

import pytest

from erjian import certificates
from erjian.accounts.models import Function
from erjian.applications import actions
from erjian.applications.models import Application, Letter
from erjian.applications.states import State
from erjian.registry.models import Registration
from tests import makers

pytestmark = pytest.mark.django_db

CITY, PROVINCE = "430100", "430000"


@pytest.fixture
def people() -> dict:
    employer = makers.enterprise()
    holder = makers.person()
    makers.qualification(holder)
    return {
        "operator": makers.operator(employer),
        "person": makers.person_user(holder),
        "acceptor": makers.officer(CITY, Function.ACCEPTANCE),
        "first": makers.officer(CITY, Function.FIRST_REVIEW),
        "final": makers.officer(PROVINCE, Function.FINAL_REVIEW),
        "decider": makers.officer(PROVINCE, Function.DECISION),
    }


def test_initial_registration_from_draft_to_certificate(people: dict) -> None:
    case = makers.draft(people["person"].person, people["operator"])
    case = actions.report(application=case, by=people["operator"], seen=case.version)
    assert case.state == State.WAIT_PERSON
    assert case.number.startswith("CS-")
    case = actions.consent(application=case, by=people["person"], seen=case.version, commitment="同意")
    assert (case.state, case.acting_authority, case.acting_function) == (State.REPORTED, CITY, "acceptance")
    case = actions.accept(application=case, by=people["acceptor"], seen=case.version)
    case = actions.first_review(application=case, by=people["first"], seen=case.version, passed=True, opinion="合格")
    assert (case.state, case.acting_authority) == (State.FIRST_OK, PROVINCE)
    case = actions.final_review(application=case, by=people["final"], seen=case.version, passed=True)
    assert case.state == State.REVIEW_OK
    case = actions.publish(application=case, by=people["decider"], batch="GS-1")
    case = actions.close_publicity(application=case)
    assert case.state == State.PUBLICITY_DONE
    case = actions.announce(application=case, by=people["decider"], granted=True, batch="GG-1")
    assert case.state == State.ANNOUNCED
    registration = Registration.objects.get(person=case.person)
    assert registration.number.startswith("湘243")
    version = certificates.issuing.issue(case.certificate_version_id)
    assert version.file is not None
    assert certificates.issuing.issue(case.certificate_version_id).file_id == version.file_id
    case = actions.mark_issued(application=case)
    assert case.state == State.ISSUED
    assert set(Letter.objects.values_list("kind", flat=True)) == {"accept", "grant"}
    assert Application.objects.visible_to(people["person"]).get() == case
