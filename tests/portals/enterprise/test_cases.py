"""One case on its way: what its page shows and lets do in each state; certificates; answers to others' filings."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from erjian import audit, certificates
from erjian.accounts.models import Function, User
from erjian.applications import actions, form_data, letters, materials
from erjian.applications.models import Application
from erjian.applications.states import State
from erjian.audit.models import Event
from erjian.messaging.models import InboxMessage
from erjian.policy import clock
from erjian.registry import changes
from erjian.registry.models import Enterprise, Registration
from tests import makers
from tests.files import hostile
from tests.portals.enterprise.conftest import signed_in
from tests.portals.enterprise.test_filing import address, filled, text

pytestmark = pytest.mark.django_db


@dataclass
class Office:
    acceptance: User
    first: User
    final: User
    decision: User


@pytest.fixture
def office(db: None) -> Office:
    return Office(
        acceptance=makers.officer("430100", Function.ACCEPTANCE),
        first=makers.officer("430100", Function.FIRST_REVIEW),
        final=makers.officer("430000", Function.FINAL_REVIEW),
        decision=makers.officer("430000", Function.DECISION),
    )


@pytest.fixture
def reported(draft: Application, operator: User) -> Application:
    case = actions.report(application=draft, by=operator, seen=None)
    return actions.consent(application=case, by=makers.person_user(case.person), seen=None, commitment="同意申报。")


@pytest.fixture
def correction(reported: Application, office: Office) -> Application:
    items = [
        {"target": "school", "what": "毕业院校", "detail": "与学历证书不符。"},
        {"target": "material:contract", "what": "聘用劳动合同", "detail": "缺少签章页。"},
    ]
    return actions.request_correction(application=reported, by=office.acceptance, seen=None, items=items)


def issued(case: Application, office: Office) -> Application:
    case = actions.accept(application=case, by=office.acceptance, seen=None)
    case = actions.first_review(application=case, by=office.first, seen=None, passed=True)
    case = actions.final_review(application=case, by=office.final, seen=None, passed=True)
    case = actions.publish(application=case, by=office.decision, batch="GS-1")
    case = actions.close_publicity(application=case)
    case = actions.announce(application=case, by=office.decision, granted=True, batch="GG-1")
    certificates.issuing.issue(case.certificate_version_id)
    return actions.mark_issued(application=case)


def test_the_page_shows_route_data_papers_and_history(browser: Client, reported: Application, office: Office) -> None:
    actions.accept(application=reported, by=office.acceptance, seen=None, opinion="材料齐全，予以受理。")
    letters.render(reported.letters.get())
    page = text(browser.get(address(reported)))
    for words in (
        "已受理",
        reported.number,
        "办理时限",
        "材料齐全，予以受理。",
        "受理通知书",
        "聘用劳动合同",
        "本人确认",
    ):
        assert words in page
    assert reported.person.id_number_mask in page
    assert reported.person.id_number not in page
    letter = browser.get(address(reported, f"letters/{reported.letters.get().pk}/"))
    assert letter.headers["Content-Type"] == "application/pdf"
    assert "已阅" in text(browser.get(address(reported)))


def test_papers_are_served(browser: Client, reported: Application) -> None:
    printed = browser.get(address(reported, "print.pdf"))
    assert printed.content.startswith(b"%PDF")
    archive = zipfile.ZipFile(io.BytesIO(b"".join(browser.get(address(reported, "materials.zip")).streaming_content)))
    assert "聘用劳动合同-1.jpg" in archive.namelist()
    noted = audit.reads_of("person", reported.person_id).values_list("data__purpose", flat=True)
    assert set(noted) >= {f"打印申报表 {reported.number}", f"下载全部材料 {reported.number}"}


def test_a_page_that_a_document_does_not_have(browser: Client, draft: Application) -> None:
    upload = makers.upload(hostile.pdf(pages=2), "contract.pdf")
    browser.post(address(draft, "materials/contract/add/"), {"file": upload})
    item = draft.materials.get(blob__media_type="application/pdf")
    second = browser.get(address(draft, f"materials/{item.pk}/?page=2"))
    assert (second.status_code, second["Content-Type"]) == (200, "image/jpeg")
    for page in ("0", "3", "99999999999999999999"):
        assert browser.get(address(draft, f"materials/{item.pk}/?page={page}")).status_code == 404


def test_a_reported_case_is_not_edited(browser: Client, reported: Application) -> None:
    assert browser.get(address(reported, "edit/")).url == address(reported)
    assert browser.get(address(reported, "materials/")).url == address(reported)


def test_withdrawing_asks_once_and_ends_the_case(browser: Client, reported: Application) -> None:
    page = text(browser.get(address(reported, "withdraw/")))
    assert "撤回这条申报" in page
    assert browser.post(address(reported, "withdraw/"), {"seen": reported.version - 1}).status_code == 409
    assert browser.post(address(reported, "withdraw/"), {"seen": reported.version}).status_code == 302
    reported.refresh_from_db()
    assert reported.state == State.WITHDRAWN
    assert browser.post(address(reported, "withdraw/"), {"seen": reported.version}).status_code == 422


def test_reminding_once_a_day(browser: Client, draft: Application, operator: User) -> None:
    actions.report(application=draft, by=operator, seen=None)
    before = InboxMessage.objects.filter(recipient_kind="person").count()
    assert browser.post(address(draft, "remind/")).url == address(draft)
    assert InboxMessage.objects.filter(recipient_kind="person").count() == before + 1
    again = browser.post(address(draft, "remind/"))
    assert again.status_code == 422
    assert "24 小时内已提醒过" in text(again)


def test_a_correction_is_answered_where_it_was_asked(browser: Client, correction: Application) -> None:
    page = text(browser.get(address(correction)))
    assert "需要补正 2 项" in page
    assert "补正" in page
    form = text(browser.get(address(correction, "edit/")))
    assert "补正要求：与学历证书不符。" in form
    assert 'href="#id_school"' in form
    assert 'href="../materials/#material-contract"' in form
    assert "补正要求：缺少签章页。" in text(browser.get(address(correction, "materials/")))
    assert "提交补正" in form
    makers_attach(correction)
    answer = browser.post(address(correction, "edit/"), filled(correction, school="湖南大学", do="report"))
    assert answer.url == address(correction)
    correction.refresh_from_db()
    assert (correction.form_version, correction.state) == (2, State.WAIT_PERSON)
    assert form_data.version(correction, 1)["school"] == "湖南城建职业技术学院"
    page = text(browser.get(address(correction)))
    assert "上一版：湖南城建职业技术学院" in page
    assert "湖南城建职业技术学院" in text(browser.get(address(correction, "?version=1")))


def makers_attach(case: Application) -> None:
    """Upload the contract that was asked for."""
    materials.attach(application=case, code="contract", upload=makers.upload(), by=case.enterprise.operators.get())


def test_what_was_asked_for_and_left_as_it_was_needs_a_reason(browser: Client, correction: Application) -> None:
    asked = browser.post(address(correction, "edit/"), filled(correction, school="湖南大学", do="report"))
    assert asked.url == address(correction, "hand-in/")
    page = text(browser.get(asked.url))
    assert "要求补正的“聘用劳动合同”没有改动" in page
    correction.refresh_from_db()
    refused = browser.post(asked.url, {"version": correction.version, "explanation": " "})
    assert refused.status_code == 422
    assert "请填写补正说明" in text(refused)
    correction.refresh_from_db()
    assert correction.state == State.CORRECTION
    told = browser.post(asked.url, {"version": correction.version, "explanation": "合同共两页，签章在第二页下方"})
    assert told.url == address(correction)
    correction.refresh_from_db()
    assert correction.form_version == 2
    entry = correction.timeline.filter(transition__startswith="resubmit").get()
    assert entry.opinion == "合同共两页，签章在第二页下方"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("合同共两页😀", "“😀”不能印在正式文书上。请删除后再提交。"),
        ("一" * 501, "补正说明最多 500 个字"),
    ],
)
def test_a_reason_that_cannot_be_taken_is_said_at_its_field(
    browser: Client, correction: Application, typed: str, said: str
) -> None:
    asked = browser.post(address(correction, "edit/"), filled(correction, school="湖南大学", do="report"))
    correction.refresh_from_db()
    refused = browser.post(asked.url, {"version": correction.version, "explanation": typed})
    page = text(refused)
    assert refused.status_code == 422
    assert 'id="id_explanation_error"' in refused.content.decode()
    assert said in page
    assert typed in page
    assert "要求补正的“聘用劳动合同”没有改动" in page
    correction.refresh_from_db()
    assert correction.state == State.CORRECTION


def test_a_second_click_on_resubmit_is_harmless(browser: Client, correction: Application) -> None:
    makers_attach(correction)
    given = filled(correction, school="湖南大学", do="report")
    first, second = (browser.post(address(correction, "edit/"), given) for _ in range(2))
    assert first.url == second.url == address(correction)
    correction.refresh_from_db()
    assert correction.form_version == 2


def test_an_issued_certificate_is_viewed_and_printed(
    browser: Client, stranger: Client, reported: Application, office: Office
) -> None:
    case = issued(reported, office)
    page = text(browser.get("/enterprise/initial/"))
    url = f"/enterprise/certificates/{case.registration_id}/"
    assert url in page
    registration = Registration.objects.get(pk=case.registration_id)
    assert registration.number in text(browser.get("/enterprise/certificates/"))
    shown = text(browser.get(url))
    assert "第 1 版" in shown
    assert f"{url}1/preview/" in shown
    file = browser.get(f"{url}1/file.pdf")
    assert file.content.startswith(b"%PDF")
    assert "inline" in file.headers["Content-Disposition"]
    picture = browser.get(f"{url}1/preview/")
    assert picture.headers["Content-Type"] == "image/jpeg"
    assert ".jpg" in picture.headers["Content-Disposition"]
    assert browser.get(f"{url}1/preview/", headers={"if-none-match": picture.headers["ETag"]}).status_code == 304
    assert Event.objects.filter(code="certificate.view").count() == 1
    assert browser.get(f"{url}9/file.pdf").status_code == 404
    for tail in ("", "1/file.pdf", "1/preview/"):
        assert stranger.get(f"{url}{tail}").status_code == 404
    assert browser.get(address(case, "decision.pdf")).status_code == 404  # the letter's file is a job's work
    letters.render(case.letters.get(kind="grant"))
    assert browser.get(address(case, "decision.pdf")).content.startswith(b"%PDF")
    searched = text(browser.get("/enterprise/cases/"))
    assert searched.count("审核通过") == 2
    assert "受理通过" in searched


def test_a_link_of_before_a_transfer_says_that_the_person_has_left(
    browser: Client, stranger: Client, reported: Application, office: Office
) -> None:
    case = issued(reported, office)
    url = f"/enterprise/certificates/{case.registration_id}/"
    changes.move(
        registration_id=case.registration_id, enterprise_id=makers.enterprise("株洲某公司").pk, on=clock.today(),
        case_number="BG-2026-000001", actor=office.decision.actor,
    )  # fmt: skip
    answer = browser.get(url, follow=True)
    assert answer.redirect_chain == [("/enterprise/certificates/", 302)]
    assert "该人员已不在本企业注册" in text(answer)
    for tail in ("1/file.pdf", "1/preview/"):
        assert browser.get(f"{url}{tail}").status_code == 404
    assert stranger.get(url).status_code == 404


def test_every_procedure_opens_its_form(browser: Client, reported: Application, office: Office, operator: User) -> None:
    """The pages are derived: what is declared can be picked, filled in and printed."""
    holder = issued(reported, office).person
    makers.qualification(holder, "municipal")
    opened = []
    from erjian.procedures import Filer, Picker, all_procedures

    for procedure in all_procedures():
        if procedure.filer != Filer.ENTERPRISE:
            continue
        url = f"/enterprise/{procedure.code}/new/"
        assert browser.get(url).status_code == 200
        if procedure.picker == Picker.OWN_HOLDERS:
            page = text(browser.get(url))
        else:
            page = text(browser.post(url, {"name": holder.name, "id_number": holder.id_number}))
        if 'name="token"' not in page:
            continue
        token = page.split('name="token" value="')[1].split('"')[0]
        answer = browser.post(f"/enterprise/{procedure.code}/start/", {"token": token})
        if answer.status_code == 422:
            assert "原因如下" in text(answer)
            continue
        opened.append(procedure.code)
        case = Application.objects.get(procedure_code=procedure.code, state=State.DRAFT)
        for tail in ("edit/", "materials/", "", "print.pdf"):
            assert browser.get(address(case, tail)).status_code == 200, (procedure.code, tail)
        refused = browser.post(address(case, "edit/"), filled(case, do="report"))
        assert refused.status_code == 422, procedure.code
    assert {"addition", "cancellation", "id_number"} <= set(opened)


class TestTransfer:
    @pytest.fixture
    def leaving(self, reported: Application, office: Office) -> Application:
        """A transfer to another enterprise that waits for this one's word."""
        holder = issued(reported, office).person
        Registration.objects.filter(person=holder).update(employed_on="2024-01-01", registered_on="2024-01-01")
        to = makers.operator(makers.enterprise("岳阳洞庭建设有限公司", city="430600"))
        case = makers.draft(holder, to, procedure="transfer")
        case = actions.report(application=case, by=to, seen=None)
        return actions.consent(application=case, by=holder.user, seen=None, commitment="同意。")

    def test_the_former_employer_answers_without_the_papers(self, browser: Client, leaving: Application) -> None:
        assert leaving.state == State.WAIT_FORMER
        page = text(browser.get("/enterprise/confirmations/transfers/"))
        assert leaving.person.name in page
        assert "answer/agree_former/" in page
        home = text(browser.get("/enterprise/"))
        waiting = home[home.index("等待本企业办理") : home.index("最近的申报")]
        assert leaving.person.name in waiting
        assert address(leaving, "answer/agree_former/") in waiting
        assert address(leaving, "print.pdf") not in waiting
        case = text(browser.get(address(leaving)))
        assert "岳阳洞庭建设有限公司" in case
        assert leaving.person.phone not in case
        for tail in ("print.pdf", "materials.zip", f"materials/{leaving.materials.first().pk}/", "edit/", "withdraw/"):
            assert browser.get(address(leaving, tail)).status_code == 404
        assert "依法解除劳动合同" in text(browser.get(address(leaving, "answer/agree_former/")))
        answer = browser.post(address(leaving, "answer/agree_former/"), {"seen": leaving.version})
        assert answer.status_code == 302
        leaving.refresh_from_db()
        assert leaving.state == State.REPORTED

    def test_a_refusal_says_why(self, browser: Client, leaving: Application) -> None:
        url = address(leaving, "answer/refuse_former/")
        assert browser.post(url, {"seen": leaving.version}).status_code == 422
        assert browser.post(url, {"seen": leaving.version, "opinion": "合同未到期。"}).status_code == 302
        leaving.refresh_from_db()
        assert leaving.state == State.CORRECTION
        filer = signed_in(leaving.created_by)
        assert "合同未到期。" in text(filer.get(address(leaving, "edit/")))
        assert 'href="../materials/#material-release"' in text(filer.get(address(leaving, "edit/")))

    def test_forged_answers(self, browser: Client, stranger: Client, leaving: Application) -> None:
        assert browser.post(address(leaving, "answer/accept/"), {"seen": leaving.version}).status_code == 404
        assert browser.post(address(leaving, "answer/agree_enterprise/"), {"seen": leaving.version}).status_code in (
            403,
            422,
        )
        assert stranger.post(address(leaving, "answer/agree_former/"), {"seen": leaving.version}).status_code == 404
        assert browser.post(address(leaving, "answer/agree_former/"), {"seen": "0"}).status_code == 409


def test_a_persons_cancellation_is_agreed_to(
    browser: Client, reported: Application, office: Office, employer: Enterprise
) -> None:
    holder = issued(reported, office).person
    from erjian.procedures import get

    case = actions.start(procedure=get("cancellation_by_person"), person=holder, enterprise=employer, by=holder.user)
    assert "二级建造师个人注销企业确认" in text(browser.get("/enterprise/confirmations/cancellations/"))
    values: dict[str, Any] = form_data.unseal(case.draft) | {
        "employment_begin": "2025-07-01",
        "employment_open": "on",
        "cancel_reason": "已与聘用企业解除聘用合同关系",
    }
    actions.save(application=case, values=values, specialties=(), by=holder.user)
    case = actions.report(application=case, by=holder.user, seen=None)
    assert case.state == State.WAIT_ENTERPRISE
    assert "answer/agree_enterprise/" in text(browser.get("/enterprise/confirmations/cancellations/"))
    answer = browser.post(address(case, "answer/agree_enterprise/"), {"seen": case.version})
    assert answer.status_code == 302
    case.refresh_from_db()
    assert case.state == State.DONE
    assert Registration.objects.get(person=holder).status == "cancelled"
    page = text(browser.get(address(case)))
    assert f"{holder.name}的证书注销成功" in page
    assert "确认时限" in page
    assert "15 日" in page
    for words in ("个工作日", "申报主管部门"):
        assert words not in page, "no authority takes part, and the limit is in calendar days"
