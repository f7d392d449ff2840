"""Who there is when a random sequence begins, every step that a case can be made to take, and the usual ones."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from erjian import audit, certificates
from erjian.accounts.models import Function, User
from erjian.applications import actions
from erjian.applications.models import Application
from erjian.applications.states import State
from erjian.policy import clock
from erjian.registry.models import Enterprise, Person, Registration, RegistrationSpecialty
from erjian.standards.specialties import Specialty
from tests import makers

CITY, PROVINCE = "430100", "430000"
FILLER = {
    "employment_begin": "2025-07-01", "employment_open": "on", "handler": "王经办", "handler_phone": "13800002716",
    "cancel_reason": "已与聘用企业解除聘用合同关系", "loss_reason": "遗失", "lapsed_on": "2026-01-01",
    "lapse_reason": "注册有效期满且未延续注册", "correction_kind": "身份证号码错误", "correction_note": "登记时录错",
    "new_name": "周启明", "new_id_number": makers.id_number(date(1985, 5, 6), serial=401),
}  # fmt: skip


class World:
    """People, enterprises and officers, made once; the machine works on them and rolls back."""

    def __init__(self) -> None:
        self.enterprises = [makers.enterprise(f"湖南第{n}建设有限公司") for n in range(2)]
        # The second files with the province, where one officer could do both reviews.
        Enterprise.objects.filter(pk=self.enterprises[1].pk).update(filing_authority=PROVINCE)
        self.enterprises[1].refresh_from_db()
        self.operators = [makers.operator(item) for item in self.enterprises]
        self.people = [makers.person(f"周启{n}", birth=date(1985, 3, 1 + n)) for n in range(4)]
        for number, item in enumerate(self.people):
            makers.qualification(item, used_at=clock.now() if number > 1 else None)
            makers.qualification(item, Specialty.MUNICIPAL)
        self.registered(self.people[2], days_left=400)
        self.registered(self.people[2], days_left=300, cls="temporary")
        self.registered(self.people[3], days_left=60)
        self.holders = [makers.person_user(item) for item in self.people]
        everything = (
            Function.ACCEPTANCE, Function.FIRST_REVIEW, Function.FINAL_REVIEW, Function.DECISION,
        )  # fmt: skip
        self.officers = [
            makers.officer(CITY, Function.ACCEPTANCE, Function.FIRST_REVIEW),
            makers.officer(PROVINCE, *everything),
            makers.officer("430200", *everything),
            makers.officer(PROVINCE, *everything),
        ]
        self.keeper = makers.officer(PROVINCE, Function.REGISTER)
        self.users: list[User] = [*self.operators, *self.holders, *self.officers]
        self.blob = makers.blob(makers.picture(300, 420))

    def registered(self, person: Person, *, days_left: int, cls: str = "constructor") -> None:
        """A registration that was there before the machine began, with its certificate."""
        end = clock.today() + timedelta(days=days_left)
        begin = end - timedelta(days=1095)
        registration = Registration.objects.create(
            person=person, registration_class=cls, number=f"湘24320192020{9000 + person.pk % 1000:05d}", valid_until=end,
            enterprise=self.enterprises[0], registered_on=begin, employed_on=begin,
        )  # fmt: skip
        RegistrationSpecialty.objects.create(
            registration=registration, specialty=Specialty.BUILDING, qualification=person.qualifications.order_by("id")[0],
            begin=begin, end=end,
        )  # fmt: skip
        certificates.actions.create_version(
            registration_id=registration.pk, new_number=True, reason="导入", case_number="", actor=audit.SYSTEM
        )


def steps(case: Application, by: User) -> dict[str, Any]:
    """Every action on a case by its name, as a page or a forged post would call it."""
    seen = {"application": case, "by": by, "seen": None}
    return {
        "report": lambda: actions.report(**seen),
        "consent": lambda: actions.consent(**seen, commitment="同意"),
        "decline": lambda: actions.decline(**seen, opinion="不同意"),
        "agree_former": lambda: actions.answer_former(**seen, agreed=True),
        "refuse_former": lambda: actions.answer_former(**seen, agreed=False, opinion="未交接"),
        "agree_enterprise": lambda: actions.answer_enterprise(**seen, agreed=True),
        "refuse_enterprise": lambda: actions.answer_enterprise(**seen, agreed=False, opinion="仍在职"),
        "accept": lambda: actions.accept(**seen),
        "correct": lambda: actions.request_correction(**seen, items=[{"what": "合同", "detail": "缺页"}]),
        "resubmit": lambda: actions.resubmit(**seen, explanation="与原件一致"),
        "refuse_acceptance": lambda: actions.refuse_acceptance(**seen, opinion="不属职权", ground="not_competent"),
        "first_pass": lambda: actions.first_review(**seen, passed=True),
        "first_fail": lambda: actions.first_review(**seen, passed=False, opinion="不符"),
        "final_pass": lambda: actions.final_review(**seen, passed=True),
        "final_fail": lambda: actions.final_review(**seen, passed=False, opinion="不符"),
        "step_back": lambda: actions.step_back(**seen, opinion="再审"),
        "publish": lambda: actions.publish(application=case, by=by, batch="GS"),
        "hold": lambda: actions.hold(application=case, objection="YY"),
        "dismiss": lambda: actions.settle_objection(application=case, by=by, upheld=False, opinion="不属实"),
        "uphold": lambda: actions.settle_objection(application=case, by=by, upheld=True, opinion="属实"),
        "close": lambda: actions.close_publicity(application=case),
        "grant": lambda: actions.announce(application=case, by=by, granted=True, batch="GG"),
        "refuse": lambda: actions.announce(application=case, by=by, granted=False, batch="GG", opinion="不符"),
        "withdraw": lambda: actions.withdraw(**seen),
        "terminate": lambda: actions.terminate(**seen, opinion="重复申报"),
        "extend": lambda: actions.extend(**seen, opinion="需评审"),
    }


STEP_NAMES = sorted(steps(None, None))  # type: ignore[arg-type]
FITTING = (
    ("initial",),
    ("initial",),
    (
        "addition",
        "replacement",
        "transfer",
        "cancellation",
        "cancellation_by_person",
        "temporary_renewal",
        "temporary_transfer",
        "temporary_cancellation",
        "temporary_cancellation_by_person",
    ),
    ("renewal",),
)
"""What can be filed for each of the people as they stand at the beginning."""
LIKELY = {
    State.DRAFT: "report", State.WAIT_PERSON: "consent", State.WAIT_FORMER: "agree_former",
    State.WAIT_ENTERPRISE: "agree_enterprise", State.REPORTED: "accept", State.CORRECTION: "resubmit",
    State.ACCEPTED: "first_pass", State.FIRST_OK: "final_pass", State.FIRST_NG: "final_pass",
    State.REVIEW_OK: "publish", State.PUBLICITY: "close", State.PUBLICITY_DONE: "grant", State.OBJECTION: "dismiss",
    State.REVIEW_NG: "refuse",
}  # fmt: skip
