"""Every procedure of the menu from draft to its effect on the register, through the actions alone."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client

from erjian.applications import actions, drafting, form_data, materials, robots
from erjian.applications.errors import FieldsRefused, GuardsRefused, NotYours
from erjian.applications.models import Application
from erjian.applications.states import State
from erjian.certificates.models import CertificateVersion
from erjian.policy import clock
from erjian.procedures import Filer, all_procedures, get
from erjian.registry.models import Change, Enterprise, Person, Registration
from erjian.standards import id_numbers
from erjian.standards.specialties import Specialty
from tests import makers
from tests.applications.office import PROVINCE, Office

pytestmark = pytest.mark.django_db


def _certificate(registration: Registration) -> CertificateVersion:
    return CertificateVersion.objects.filter(registration=registration).latest("version")


def test_addition_has_its_own_years_and_the_next_certificate_version(office: Office) -> None:
    registration = office.registered()
    makers.qualification(office.person, Specialty.MUNICIPAL)
    case = office.through(office.filed("addition", office.operator, (Specialty.MUNICIPAL,)))
    assert case.state == State.ISSUED
    registration.refresh_from_db()
    added = registration.specialties.get(specialty=Specialty.MUNICIPAL)
    assert added.begin == clock.today()
    assert registration.valid_until == added.end
    assert _certificate(registration).number == "90000001"


def test_addition_of_a_registered_specialty_is_refused(office: Office) -> None:
    office.registered()
    makers.qualification(office.person, Specialty.BUILDING)
    with pytest.raises(GuardsRefused, match="已注册"):
        office.filed("addition", office.operator, (Specialty.BUILDING,))


def test_renewal_extends_from_the_old_end(office: Office) -> None:
    registration = office.registered(days_left=60)
    old_end = registration.valid_until
    case = office.through(office.filed("renewal", office.operator, (Specialty.BUILDING,)))
    assert case.state == State.ISSUED
    registration.refresh_from_db()
    assert registration.valid_until == old_end.replace(year=old_end.year + 3)


@pytest.mark.parametrize("days_left", [91, 29, -1])
def test_renewal_outside_its_window_is_refused(office: Office, days_left: int) -> None:
    office.registered(days_left=days_left)
    with pytest.raises(GuardsRefused, match="之间申请延续"):
        office.filed("renewal", office.operator, (Specialty.BUILDING,))


def test_replacement_gives_a_new_number_and_skips_the_first_review(office: Office) -> None:
    registration = office.registered()
    case = office.through(office.filed("replacement", office.operator))
    assert case.state == State.ISSUED
    registration.refresh_from_db()
    assert registration.certificate_number != "90000001"
    assert not case.timeline.filter(transition__startswith="first_").exists()
    assert set(case.letters.values_list("kind", flat=True)) == {"accept", "grant"}


def test_a_refused_replacement_ends_with_a_decision(office: Office) -> None:
    office.registered()
    case = actions.consent(
        application=office.filed("replacement", office.operator), by=office.user, seen=None, commitment="同意"
    )
    case = actions.accept(application=case, by=office.acceptor, seen=None)
    case = actions.final_review(application=case, by=office.province, seen=None, passed=False, opinion="并未遗失")
    assert case.state == State.REJECTED
    assert case.letters.filter(kind="refuse").exists()


def test_transfer_moves_the_employer_and_nothing_else(office: Office) -> None:
    registration = office.registered()
    case = office.through(office.filed("transfer", office.other_operator))
    assert case.state == State.ISSUED
    before = registration.valid_until
    registration.refresh_from_db()
    assert (registration.enterprise, registration.valid_until) == (office.other, before)
    assert registration.employed_on == clock.today()
    with pytest.raises(GuardsRefused, match="12 个月"):
        office.filed("transfer", office.operator)


@pytest.mark.parametrize("answer", ["refused", "silent"])
def test_transfer_goes_on_with_proof_when_the_former_employer_does_not_agree(office: Office, answer: str) -> None:
    registration = office.registered()
    case = actions.consent(
        application=office.filed("transfer", office.other_operator), by=office.user, seen=None, commitment="同意"
    )
    assert case.state == State.WAIT_FORMER
    assert Application.objects.visible_to(office.operator).filter(pk=case.pk).exists()
    if answer == "refused":
        case = actions.answer_former(application=case, by=office.operator, seen=None, agreed=False, opinion="未交接")
    else:
        with clock.travel(days=16):
            assert robots.run().done == {"former_silent": 1}
        case.refresh_from_db()
    assert (case.state, case.former_answer) == (State.CORRECTION, answer)
    with pytest.raises((GuardsRefused, FieldsRefused), match=r"解除劳动合同|处"):
        actions.resubmit(application=case, by=office.other_operator, seen=None)
    materials.attach(application=case, code="release", upload=makers.upload(), by=office.other_operator)
    case = actions.resubmit(application=case, by=office.other_operator, seen=None)
    assert case.state == State.REPORTED
    office.through(case)
    registration.refresh_from_db()
    assert registration.enterprise == office.other


def test_only_the_former_employer_answers_for_it(office: Office) -> None:
    office.registered()
    case = actions.consent(
        application=office.filed("transfer", office.other_operator), by=office.user, seen=None, commitment="同意"
    )
    viewer = makers.operator(office.enterprise, right="view")
    for stranger in (office.other_operator, office.user, office.province, viewer):
        with pytest.raises(NotYours):
            actions.answer_former(application=case, by=stranger, seen=None, agreed=True)


def test_correcting_the_number_keeps_person_account_and_history(office: Office) -> None:
    registration = office.registered()
    new = makers.id_number(date(1980, 3, 18), serial=77)
    case = office.filed("id_number", office.operator, new_id_number=new, new_name="周启明")
    for who, page in ((office.operator, "enterprise/cases/{}/"), (office.acceptor, "authority/cases/{}/versions/1/")):
        browser = Client()
        browser.force_login(who)
        shown = browser.get("/" + page.format(case.uuid)).content.decode()
        assert id_numbers.mask(new) in shown
        assert new not in shown, "the new number is masked like the old one"
    case = office.through(case)
    assert case.state == State.ISSUED
    person = Person.objects.get(pk=office.person.pk)
    assert (person.id_number, person.birth_date) == (new, date(1980, 3, 18))
    office.user.refresh_from_db()
    assert office.user.person == person
    change = Change.objects.get(kind="corrected")
    assert new not in str(change.after)
    assert change.registration_id == registration.pk


def test_a_number_that_belongs_to_another_person_is_refused(office: Office) -> None:
    office.registered()
    other = makers.person("刘思齐", birth=date(1981, 1, 2))
    with pytest.raises(GuardsRefused, match="另一人"):
        office.filed("id_number", office.operator, new_id_number=other.id_number, new_name="周启明")
    with pytest.raises(FieldsRefused):
        office.filed("id_number", office.operator, new_id_number="430199198003180000", new_name="周启明")


@pytest.mark.parametrize(
    ("code", "cls"), [("personal_change", "constructor"), ("temporary_personal_change", "temporary")]
)
def test_a_reviewed_change_of_name_and_pictures_reaches_register_and_certificate(
    office: Office, code: str, cls: str
) -> None:
    registration = office.registered(cls=cls)
    case = actions.start(procedure=get(code), person=office.person, enterprise=office.enterprise, by=office.user)
    values = {**form_data.unseal(case.draft), "new_name": "周启明远", "change_note": "依法变更姓名，更换照片"}
    actions.save(application=case, values=values, specialties=(), by=office.user)
    with pytest.raises(FieldsRefused) as refused:
        actions.report(application=case, by=office.user, seen=None)
    assert "name_proof" in str(refused.value.errors)
    materials.attach(application=case, code="name_proof", upload=makers.upload(), by=office.user)
    item = materials.attach(application=case, code="new_portrait", upload=makers.upload(), by=office.user)
    actions.report(application=case, by=office.user, seen=None)
    case = office.through(case)
    person = Person.objects.get(pk=office.person.pk)
    assert (case.state, person.name, person.portrait_id) == (State.ISSUED, "周启明远", item.blob_id)
    version = CertificateVersion.objects.get(pk=case.certificate_version_id)
    assert (version.registration_id, version.reason) == (registration.pk, "个人信息修改")
    change = Change.objects.filter(person_id=person.pk, case_number=case.number).latest("id")
    assert (change.before["name"], change.after["name"]) == ("周启明", "周启明远")
    assert "signature_id" not in change.after


def test_a_personal_change_that_changes_nothing_is_not_handed_in(office: Office) -> None:
    office.registered()
    case = actions.start(
        procedure=get("personal_change"), person=office.person, enterprise=office.enterprise, by=office.user
    )
    values = {**form_data.unseal(case.draft), "change_note": "没有改动"}
    actions.save(application=case, values=values, specialties=(), by=office.user)
    with pytest.raises(GuardsRefused, match="请填写新姓名"):
        actions.report(application=case, by=office.user, seen=None)


def test_what_the_province_accepts_is_filed_there_and_nowhere_else(office: Office) -> None:
    """Decision G.9: its 申报主管部门 is the province, in the list and in the number."""
    office.registered(cls="temporary", dates_binding=False)
    case = office.filed("temporary_transfer", office.other_operator)
    assert (case.authority_code, case.number[:3]) == ("430000", "HN-")
    assert drafting.seats(case.procedure, case.enterprise) == ("430000",)
    with pytest.raises(FieldsRefused, match="处") as refused:
        drafting._check_authority(case, "430100")
    assert "申报主管部门应为" in refused.value.errors["authority_code"][0]
    formal = get("transfer")
    assert drafting.seats(formal, case.enterprise)[0] == case.enterprise.filing_authority != "430000"
    browser = Client()
    browser.force_login(office.other_operator)
    page = browser.get("/enterprise/temporary_transfer/").content.decode()
    row = next(part for part in page.split("<tr") if case.person.name in part)
    assert "湖南省" in row


def test_temporary_transfer_goes_to_the_province_alone(office: Office) -> None:
    registration = office.registered(cls="temporary", dates_binding=False)
    case = office.through(office.filed("temporary_transfer", office.other_operator))
    assert case.state == State.ISSUED
    accepted = case.timeline.get(transition="accept")
    assert accepted.organisation == office.province.organisation
    assert case.letters.get(kind="accept").authority_code == PROVINCE
    registration.refresh_from_db()
    assert registration.enterprise == office.other


def test_temporary_renewal_runs_to_the_policy_day(office: Office) -> None:
    registration = office.registered(cls="temporary", days_left=-3000, dates_binding=False)
    case = office.through(office.filed("temporary_renewal", office.operator, (Specialty.BUILDING,)))
    assert case.state == State.ISSUED
    registration.refresh_from_db()
    assert registration.valid_until == case_policy().temporary_until
    assert registration.dates_binding


def case_policy() -> Any:
    from erjian import policy

    return policy.current()


def test_temporary_transfer_needs_a_local_builder(office: Office) -> None:
    office.registered(cls="temporary", dates_binding=False)
    Enterprise.objects.filter(pk=office.other.pk).update(kind="supervision")
    office.other_operator.refresh_from_db()
    with pytest.raises(GuardsRefused, match="施工企业"):
        office.filed("temporary_transfer", office.other_operator)


def test_the_menu_has_every_procedure_in_the_manuals_order() -> None:
    labels = [item.label for item in all_procedures() if item.filer == Filer.ENTERPRISE]
    assert labels == [
        "二级建造师初始申报", "二级建造师重新申报", "二级建造师增项申报", "二级建造师延续申报", "二级建造师遗失补办申报",
        "二级建造师变更申报", "二级建造师注销申报", "二级建造师身份证号变更申报", "企业名称变更申报", "二级临时建造师变更申报",
        "二级临时建造师延期申报", "二级临时建造师注销申报",
    ]  # fmt: skip
