"""企业名称变更: one case from the menu to every holder's new certificate, over HTTP, and what stops it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from erjian.accounts.models import Function, User
from erjian.applications import actions, form_data, printing, tasks
from erjian.applications.errors import CaseRefused, FieldsRefused, GuardsRefused
from erjian.applications.models import Application, Letter
from erjian.applications.states import State
from erjian.audit.models import Event
from erjian.certificates.models import CertificateVersion, VersionState
from erjian.messaging.models import InboxMessage
from erjian.policy import clock
from erjian.procedures import get
from erjian.registry.models import Change, Enterprise, RegistrationStatus
from erjian.registry.restrictions import bar_enterprise
from erjian.standards import phones
from tests import makers
from tests.applications.renaming import CITY, NEW, OLD, PROVINCE, Office, holder, reported, values
from tests.portals.enterprise.conftest import signed_in
from tests.procedures.scenes import confirmed

pytestmark = pytest.mark.django_db
RENAME = "/enterprise/enterprise_rename/"


def posted(case: Application, **changes: Any) -> dict[str, Any]:
    case.refresh_from_db()
    return {**values(**changes), "version": case.version, "authority_code": case.authority_code}


def attach(browser: Client, case: Application) -> None:
    for code in ("new_licence", "rename_approval"):
        browser.post(f"/enterprise/cases/{case.uuid}/materials/{code}/add/", {"file": makers.upload()})


def decide(officer: User, case: Application, decision: str) -> Any:
    case.refresh_from_db()
    client = signed_in(officer)
    session = client.session
    session["confirmed_at"] = int(clock.now().timestamp())
    session.save()
    return client.post(
        f"/authority/desk/{case.uuid}/decide/",
        {"decision": decision, "opinion": "", "seen": case.version, "asked": "1"},
    )


def test_from_the_menu_to_the_new_certificates(browser: Client, employer: Enterprise, operator: User) -> None:
    here = [holder(employer, name) for name in ("周启明", "彭志远", "刘思齐")]
    gone = holder(employer, "已注销", status=RegistrationStatus.CANCELLED, ended_on=clock.today())
    elsewhere = holder(makers.enterprise("湘潭另一家建设有限公司", city="430300"), "别家的人")
    # the menu, the conditions, the form
    assert RENAME in browser.get("/enterprise/people/", follow=True).content.decode()
    assert "现有有效注册 3 个" in browser.get(RENAME + "new/").content.decode()
    opened = browser.post(RENAME + "start/")
    case = Application.objects.get()
    assert opened.url == f"/enterprise/cases/{case.uuid}/edit/"
    assert (case.person, case.about, case.registration_class) == (None, "enterprise", "")
    page = browser.get(opened.url).content.decode()
    assert employer.credit_code in page
    assert "新企业名称" in page
    attach(browser, case)
    handed_in = confirmed(browser, browser.post(opened.url, {**posted(case), "do": "report"}))
    assert handed_in.status_code == 302, handed_in.content.decode()
    case.refresh_from_db()
    assert case.state == State.REPORTED
    # the enterprise's lists name the enterprise
    for address in (RENAME, "/enterprise/cases/", "/enterprise/"):
        assert OLD in browser.get(address).content.decode()
    assert browser.get(RENAME + "export.xlsx").status_code == 200
    # the city accepts and reviews, the province decides
    office = Office()
    desk = signed_in(office.acceptor).get(f"/authority/desk/{case.uuid}/").content.decode()
    assert f"{OLD}　企业名称变更" in desk
    assert f"原为 {OLD}" in desk
    assert phones.mask("13800002716") in desk
    assert "13800002716" not in desk
    assert decide(office.acceptor, case, "accept").status_code == 302
    assert decide(office.first, case, "first_pass").status_code == 302
    case.refresh_from_db()
    assert case.acting_authority == PROVINCE
    desk = signed_in(office.final).get(f"/authority/desk/{case.uuid}/").content.decode()
    assert "复审通过即为准予决定" in desk
    assert decide(office.final, case, "final_pass").status_code == 302
    # the effect, in one transaction
    case.refresh_from_db()
    employer.refresh_from_db()
    assert case.state == State.ANNOUNCED
    assert (employer.name, employer.former_name) == (NEW, OLD)
    assert employer.licence is not None
    made = CertificateVersion.objects.filter(case_number=case.number).order_by("registration")
    assert [item.registration_id for item in made] == [each.pk for each in here]
    assert {(item.version, item.facts["employer"], item.reason) for item in made} == {(2, NEW, "企业名称变更")}
    assert [item.number for item in made] == [each.certificate_number for each in here]
    for other in (gone, elsewhere):
        assert other.certificates.count() == 1
    (change,) = Change.objects.filter(kind="renamed")
    assert (change.enterprise_id, change.case_number) == (employer.pk, case.number)
    assert change.before["name"] == OLD
    assert Event.objects.filter(code="enterprise.rename", subject_id=str(employer.pk)).count() == 1
    assert Letter.objects.get(application=case, kind="grant")
    # the jobs, in any order and twice; the last file closes the case
    for item in reversed(made):
        case.refresh_from_db()
        assert case.state == State.ANNOUNCED
        tasks.issue_certificate(application_id=case.pk, version_id=item.pk)
    tasks.issue_certificate(application_id=case.pk)
    case.refresh_from_db()
    assert case.state == State.ISSUED
    assert InboxMessage.objects.filter(key__startswith="application.reissued:").count() == 3
    # the public reads the new name; the old version is not the one in force
    old = here[0].certificates.get(version=1)
    assert old.state == VersionState.SUPERSEDED
    public = Client()
    page = public.get(f"/verify/{made[0].token}/").content.decode()
    assert NEW in page
    assert "证书有效" in page
    assert "现行版本" in public.get(f"/verify/{old.token}/").content.decode()
    # what was filed still reads as filed, under the enterprise's present name
    shown = browser.get(f"/enterprise/cases/{case.uuid}/").content.decode()
    assert OLD in shown
    assert NEW in shown
    asked = public.post("/progress/", {"number": case.number, "tail": employer.credit_code[-6:]})
    assert NEW in asked.content.decode()


def test_papers_about_the_enterprise_name_no_person(operator: User, employer: Enterprise) -> None:
    holder(employer, "周启明")
    case = Office().granted(reported(operator))
    data = printing.content(case)
    assert (data["person"], data["employer"]) == ([], [])
    assert [promise["heading"] for promise in data["promises"]] == ["申报企业承诺"]
    (section,) = data["sections"]
    assert section["heading"] == "企业信息"
    assert {"l": "新企业名称", "v": NEW, "wide": True} in section["fields"]
    assert printing.pdf(case).startswith(b"%PDF")
    letter = Letter.objects.get(application=case, kind="grant")
    content = form_data.unseal(letter.data)
    assert (content["to"], content["person"]) == (NEW, "")
    assert ["新企业名称", NEW, "wide"] in content["facts"]
    tasks.render_letter(letter_id=letter.pk)
    letter.refresh_from_db()
    assert letter.file is not None


def test_without_holders_only_the_name_changes(operator: User, employer: Enterprise) -> None:
    case = Office().granted(reported(operator))
    employer.refresh_from_db()
    assert employer.name == NEW
    tasks.issue_certificate(application_id=case.pk)
    case.refresh_from_db()
    assert case.state == State.ISSUED
    assert not CertificateVersion.objects.exists()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "请填写新企业名称"),
        (OLD, "与现名称相同"),
        ("湖南麓川建设工程 有限公司", "与现名称相同"),
        ("湘潭另一家(集团)建设有限公司", "已属于登记库中的另一家企业"),
    ],
)
def test_a_name_that_cannot_be_is_refused_at_its_field(browser: Client, operator: User, name: str, said: str) -> None:
    makers.enterprise("湘潭另一家（集团）建设有限公司", city="430300")
    browser.post(RENAME + "start/")
    case = Application.objects.get()
    attach(browser, case)
    answer = browser.post(
        f"/enterprise/cases/{case.uuid}/edit/", {**posted(case, new_enterprise_name=name), "do": "report"}
    )
    assert answer.status_code == 422
    page = answer.content.decode()
    assert said in page
    assert "#id_new_enterprise_name" in page
    case.refresh_from_db()
    assert case.state == State.DRAFT


def test_a_day_that_has_not_come_is_refused(operator: User) -> None:
    with pytest.raises(GuardsRefused, match="还没有到"):
        reported(operator, changed_on=str(clock.today() + timedelta(days=1)))


def test_the_proofs_are_required(browser: Client) -> None:
    browser.post(RENAME + "start/")
    case = Application.objects.get()
    with pytest.raises(FieldsRefused) as refused:
        actions.report(application=case, by=case.created_by, seen=None)
    assert {"material:new_licence", "material:rename_approval"} <= set(refused.value.errors)


def test_a_barred_enterprise_cannot_begin(browser: Client, employer: Enterprise) -> None:
    officer = makers.officer(PROVINCE, Function.DECISION)
    bar_enterprise(
        enterprise=employer,
        reason="隐瞒情况",
        document="湘建罚〔2026〕7 号",
        begins=clock.today(),
        ends=None,
        actor=officer.actor,
    )
    page = browser.get(RENAME + "new/").content.decode()
    assert "企业被限制申报" in page
    assert "开始填写" not in page
    answer = browser.post(RENAME + "start/")
    assert answer.status_code == 422
    assert "企业被限制申报" in answer.content.decode()
    assert not Application.objects.exists()


def test_one_open_case_an_enterprise_and_kind(browser: Client, operator: User) -> None:
    case = reported(operator)
    answer = browser.post(RENAME + "start/")
    assert answer.status_code == 422
    assert "正在办理" in answer.content.decode()
    copy = {"procedure_code": "enterprise_rename", "about": "enterprise", "registration_class": ""}
    with pytest.raises(IntegrityError, match="one_open_case_per_enterprise_kind"), transaction.atomic():
        Application.objects.create(
            **copy, enterprise=case.enterprise, authority_code=CITY, state=State.REPORTED, created_by=operator,
            created_at=clock.now(), reported_at=clock.now(),
        )  # fmt: skip
    # a draft is continued, not begun twice
    actions.withdraw(application=case, by=operator, seen=None)
    first = browser.post(RENAME + "start/")
    assert browser.post(RENAME + "start/").url == first.url


@pytest.mark.parametrize(
    ("about", "cls", "with_person"),
    [("person", "constructor", False), ("enterprise", "", True), ("enterprise", "constructor", False)],
)
def test_the_database_keeps_people_out_of_cases_about_the_enterprise(
    operator: User, about: str, cls: str, with_person: bool
) -> None:
    person = makers.person() if with_person else None
    with pytest.raises(IntegrityError, match="person_unless_about_enterprise"), transaction.atomic():
        Application.objects.create(
            procedure_code="enterprise_rename", about=about, registration_class=cls, person=person,
            enterprise=operator.enterprise, authority_code=CITY, created_by=operator, created_at=clock.now(),
        )  # fmt: skip


def test_a_subject_of_the_wrong_kind_is_refused(operator: User, employer: Enterprise) -> None:
    for code, person in (("enterprise_rename", makers.person()), ("initial", None)):
        with pytest.raises(CaseRefused) as refused:
            actions.start(procedure=get(code), person=person, enterprise=employer, by=operator)
        assert refused.value.code == "wrong_subject"


def test_peoples_cases_go_on_under_the_new_name(operator: User, employer: Enterprise) -> None:
    person = makers.person()
    makers.qualification(person)
    running = makers.draft(person, operator)
    running = actions.report(application=running, by=operator, seen=running.version)
    Office().granted(reported(operator))
    running.refresh_from_db()
    assert running.state == State.WAIT_PERSON
    user = makers.person_user(person)
    actions.consent(application=running, by=user, seen=running.version, commitment="同意")
    running.refresh_from_db()
    assert running.state == State.REPORTED
    assert form_data.current(running)["enterprise_name"] == OLD


def test_the_name_taken_meanwhile_stops_the_decision(operator: User, employer: Enterprise) -> None:
    office = Office()
    case = office.ready(reported(operator))
    makers.enterprise(NEW, city="430300")
    with pytest.raises(GuardsRefused, match="另一家企业"):
        actions.final_review(application=case, by=office.final, seen=None, passed=True)
    employer.refresh_from_db()
    assert employer.name == OLD


def test_other_enterprises_and_lookers_on_are_kept_out(stranger: Client, onlooker: Client, operator: User) -> None:
    case = reported(operator)
    assert stranger.get(f"/enterprise/cases/{case.uuid}/").status_code == 404
    assert onlooker.get(f"/enterprise/cases/{case.uuid}/").status_code == 200
    assert onlooker.post(RENAME + "start/").status_code == 403


def test_the_decision_makes_as_many_statements_for_many_holders_as_for_few(
    operator: User, employer: Enterprise
) -> None:
    counts = []
    for number in (1, 12):
        enterprise = makers.enterprise(f"湖南第{number}建筑有限公司")
        for each in range(number):
            holder(enterprise, f"持证人{each}")
        office = Office()
        case = office.ready(reported(makers.operator(enterprise), new_enterprise_name=f"湖南第{number}建工有限公司"))
        with CaptureQueriesContext(connection) as captured:
            actions.final_review(application=case, by=office.final, seen=None, passed=True)
        counts.append(len(captured))
        assert CertificateVersion.objects.filter(case_number=case.number).count() == number
    assert counts[0] == counts[1]
