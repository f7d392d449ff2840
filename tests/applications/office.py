"""Everybody who acts on a case, a registered person, and the way of any procedure through all hands."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from erjian.accounts.models import Function, User
from erjian.applications import actions, facts, form_data, materials, tasks
from erjian.applications.models import Application
from erjian.applications.states import State
from erjian.policy import clock
from erjian.procedures import get
from erjian.registry.models import Registration, RegistrationSpecialty
from erjian.standards.specialties import Specialty
from tests import makers

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
