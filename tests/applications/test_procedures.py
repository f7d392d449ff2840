"""Every procedure of the menu from draft to its effect on the register, through the actions alone."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from erjian.accounts.models import Function, User
from erjian.applications import actions, drafting, form_data, materials, robots, tasks
from erjian.applications.errors import FieldsRefused, GuardsRefused, NotYours
from erjian.applications.models import Application
from erjian.applications.states import State
from erjian.certificates.models import CertificateVersion
from erjian.policy import clock
from erjian.procedures import Filer, all_procedures, get
from erjian.procedures.guards import Answer
from erjian.registry.models import Change, Enterprise, Person, Registration, RegistrationSpecialty
from erjian.standards import id_numbers
from erjian.standards.specialties import Specialty
from tests import makers
from tests.procedures.scenes import Scene as Filing

pytestmark = pytest.mark.django_db
CITY, PROVINCE = "430100", "430000"


class Office:
    """Everybody who acts, and a registered person."""

    def __init__(self) -> None:
        self.enterprise = makers.enterprise()
        self.operator = makers.operator(self.enterprise)
        self.other = makers.enterprise("湘江新区另一建设有限公司")
        self.other_operator = makers.operator(self.other)
        self.person = makers.person(birth=date(1980, 3, 17))
        self.user = makers.person_user(self.person)
        self.acceptor = makers.officer(CITY, Function.ACCEPTANCE)
        self.first = makers.officer(CITY, Function.FIRST_REVIEW)
        self.province = makers.officer(PROVINCE, Function.ACCEPTANCE, Function.FINAL_REVIEW)
        self.decider = makers.officer(PROVINCE, Function.DECISION)

    def registered(self, *, days_left: int = 400, cls: str = "constructor", **fields: Any) -> Registration:
        """A registration of the person here, with one specialty that ends in so many days."""
        end = clock.today() + timedelta(days=days_left)
        begin = end - timedelta(days=1094)
        held = makers.qualification(self.person, used_at=clock.now())
        registration = Registration.objects.create(
            person=self.person, registration_class=cls, number="湘2432019202012345", enterprise=self.enterprise,
            registered_on=begin, employed_on=begin, valid_until=end, certificate_number="90000001", **fields,
        )  # fmt: skip
        RegistrationSpecialty.objects.create(
            registration=registration, specialty=Specialty.BUILDING, qualification=held, begin=begin, end=end
        )
        return registration

    def filed(self, code: str, by: User, specialties: tuple[str, ...] = (), **values: Any) -> Application:
        """A complete draft of any procedure, reported."""
        procedure = get(code)
        enterprise = by.enterprise or self.enterprise
        case = actions.start(procedure=procedure, person=self.person, enterprise=enterprise, by=by)
        typed = form_data.unseal(case.draft)
        names = {field.name for field in procedure.fields if not field.read_only}
        filler = {
            "employment_begin": "2025-07-01", "employment_open": "on", "handler": "王经办", "handler_phone": "13800002716",
            "cancel_reason": "已与聘用企业解除聘用合同关系", "loss_reason": "遗失", "lapsed_on": "2026-01-01",
            "lapse_reason": "注册有效期满且未延续注册", "correction_kind": "身份证号码错误", "correction_note": "登记时录错",
        }  # fmt: skip
        typed |= {key: value for key, value in {**filler, **values}.items() if key in names}
        actions.save(application=case, values=typed, specialties=specialties, by=by)
        from erjian.applications import facts

        for row in materials.listing(case, facts.of_application(case)):
            if row.missing:
                materials.attach(application=case, code=row.material.code, upload=makers.upload(), by=by)
        case.refresh_from_db()
        if "continuing_education" in {item.code for item in procedure.materials}:
            materials.attach(application=case, code="continuing_education", upload=makers.upload(), by=by)
        return actions.report(application=case, by=by, seen=None)

    def through(self, case: Application) -> Application:
        """Push a reported case along its whole route."""
        for _ in range(12):
            case.refresh_from_db()
            match State(case.state):
                case State.WAIT_PERSON:
                    actions.consent(application=case, by=self.user, seen=None, commitment="同意")
                case State.WAIT_FORMER:
                    actions.answer_former(application=case, by=self.operator, seen=None, agreed=True)
                case State.WAIT_ENTERPRISE:
                    actions.answer_enterprise(application=case, by=self.operator, seen=None, agreed=True)
                case State.REPORTED:
                    officer = self.acceptor if case.acting_authority == CITY else self.province
                    actions.accept(application=case, by=officer, seen=None)
                case State.ACCEPTED if case.acting_function == Function.FIRST_REVIEW:
                    actions.first_review(application=case, by=self.first, seen=None, passed=True)
                case State.ACCEPTED | State.FIRST_OK:
                    actions.final_review(application=case, by=self.province, seen=None, passed=True)
                case State.REVIEW_OK if "publicity" in case.procedure.route:
                    actions.publish(application=case, by=self.decider, batch="GS")
                case State.PUBLICITY:
                    actions.close_publicity(application=case)
                case State.REVIEW_OK | State.PUBLICITY_DONE:
                    actions.announce(application=case, by=self.decider, granted=True, batch="GG")
                case State.ANNOUNCED:
                    tasks.issue_certificate(application_id=case.pk)
                case _:
                    return case
        raise AssertionError(f"{case.procedure_code} is stuck in {case.state}")


@pytest.fixture
def office() -> Office:
    return Office()


def _certificate(registration: Registration) -> CertificateVersion:
    return CertificateVersion.objects.filter(registration=registration).latest("version")


def test_reregistration_keeps_the_number_and_cancels_what_lapsed(office: Office) -> None:
    lapsed = office.registered(days_left=-20)
    case = office.through(office.filed("reregistration", office.other_operator, (Specialty.BUILDING,)))
    assert case.state == State.ISSUED
    lapsed.refresh_from_db()
    again = Registration.objects.get(person=office.person, status="valid")
    assert (lapsed.status, again.number, again.enterprise) == ("cancelled", lapsed.number, office.other)
    assert again.certificate_number not in ("", lapsed.certificate_number)
    assert set(Change.objects.values_list("kind", flat=True)) >= {"cancelled", "reregistered"}


@pytest.mark.parametrize(
    ("days_left", "fields", "day", "reason"),
    [
        (-20, {}, -20, "注册有效期满且未延续注册"),
        (400, {"status": "lapsed", "end_reason": "聘用单位被吊销营业执照"}, -3, "聘用企业被吊销营业执照"),
        (400, {"status": "cancelled", "end_reason": "依职权注销：聘用单位破产"}, -3, "聘用企业破产"),
        (
            400,
            {"status": "cancelled", "end_reason": "已与聘用企业解除聘用合同关系"},
            -3,
            "已与聘用企业解除聘用合同关系",
        ),
        (400, {"status": "lapsed", "end_reason": "年龄满 60 周岁"}, -3, "年龄超过65周岁"),
        (400, {"status": "cancelled", "end_reason": "有效期满未延续"}, -3, "注册有效期满且未延续注册"),
        (400, {"status": "cancelled", "end_reason": "其他"}, -3, ""),
    ],
)
def test_reregistration_begins_with_how_the_last_registration_ended(
    office: Office, days_left: int, fields: dict[str, str], day: int, reason: str
) -> None:
    ended = {"ended_on": clock.today() - timedelta(days=3)} if fields else {}
    office.registered(days_left=days_left, **fields, **ended)
    # In force as 二级临时建造师, which counts for itself.
    Registration.objects.create(
        person=office.person, registration_class="temporary", number="湘2430700099", enterprise=office.other,
        registered_on=clock.today(), employed_on=clock.today(), valid_until=clock.today() + timedelta(days=300),
        dates_binding=False,
    )  # fmt: skip
    by = office.other_operator
    case = actions.start(procedure=get("reregistration"), person=office.person, enterprise=by.enterprise, by=by)
    begun = form_data.unseal(case.draft)
    expected = (clock.today() + timedelta(days=day)).isoformat()
    assert (begun["lapsed_on"], begun["lapse_reason"]) == (expected, reason)


def test_reregistration_is_refused_while_the_registration_is_valid(office: Office) -> None:
    office.registered()
    with pytest.raises(GuardsRefused, match="仍有效"):
        office.filed("reregistration", office.operator, (Specialty.BUILDING,))


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


@pytest.mark.parametrize(
    ("code", "who", "cls"),
    [
        ("cancellation", "operator", "constructor"),
        ("cancellation_by_person", "user", "constructor"),
        ("temporary_cancellation", "operator", "temporary"),
        ("temporary_cancellation_by_person", "user", "temporary"),
    ],
)
def test_cancellation_takes_effect_at_the_second_consent(office: Office, code: str, who: str, cls: str) -> None:
    registration = office.registered(cls=cls, dates_binding=cls == "constructor")
    case = office.filed(code, getattr(office, who))
    registration.refresh_from_db()
    assert registration.status == "valid"
    case = office.through(case)
    assert case.state == State.DONE
    registration.refresh_from_db()
    assert (registration.status, registration.end_reason) == ("cancelled", "已与聘用企业解除聘用合同关系")
    assert registration.ended_on == clock.today()


def test_cancellation_refused_by_the_other_side_changes_nothing(office: Office) -> None:
    registration = office.registered()
    case = office.filed("cancellation_by_person", office.user)
    assert case.state == State.WAIT_ENTERPRISE
    for stranger in (office.other_operator, makers.operator(office.enterprise, right="view")):
        with pytest.raises(NotYours):
            actions.answer_enterprise(application=case, by=stranger, seen=None, agreed=True)
    case = actions.answer_enterprise(application=case, by=office.operator, seen=None, agreed=False, opinion="仍在职")
    assert case.state == State.DECLINED
    registration.refresh_from_db()
    assert registration.status == "valid"


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
    assert {guard.code for item in all_procedures() for guard in item.guards}
    assert Answer.NO != Answer.ASKS


@pytest.mark.parametrize("code", ["cancellation", "cancellation_by_person"])
def test_what_has_lapsed_can_still_be_cancelled_by_two_consents(code: str) -> None:
    """The night after the end changes nothing about 注销 (《注册建造师管理规定》第十七条第一项、第十六条第五项)."""
    scene = Filing(code)
    assert scene.registration is not None
    with clock.travel(to=scene.registration.valid_until + timedelta(days=1)):
        assert robots.run().done["lapse"] == 1
        browser = scene.client()
        if code == "cancellation":
            assert "选择该证书信息" in browser.get("/enterprise/cancellation/new/").content.decode()
            assert scene.person.name not in browser.get("/enterprise/replacement/new/").content.decode()
        else:
            assert "失效" in browser.get("/person/filing/").content.decode()
        assert scene.choose(browser)().status_code == 302
        scene.draft()
        answer = scene.hand_in(browser)
        assert answer.status_code == 302, answer.content.decode()
        assert scene.at_decision()().state == State.DONE
        scene.registration.refresh_from_db()
        assert scene.registration.status == "cancelled"


def test_who_is_registered_again_is_not_offered_by_what_lapsed_before() -> None:
    scene = Filing("cancellation")
    assert scene.registration is not None
    Registration.objects.filter(pk=scene.registration.pk).update(status="lapsed", ended_on=clock.today())
    again = Registration.objects.create(
        person=scene.person, registration_class="constructor", number=scene.registration.number, enterprise=scene.other,
        registered_on=clock.today(), employed_on=clock.today(), valid_until=clock.today() + timedelta(days=900),
    )  # fmt: skip
    page = "/enterprise/cancellation/new/"
    assert scene.person.name not in scene.client().get(page).content.decode()
    Registration.objects.filter(pk=again.pk).update(enterprise=scene.enterprise)
    assert scene.client().get(page).content.decode().count("data-choose") == 1
