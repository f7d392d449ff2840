"""A registered person with employer and officers, for proceedings."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction

from erjian import audit, certificates
from erjian.accounts.models import Function
from erjian.applications import actions as cases
from erjian.applications import form_data
from erjian.applications.models import Application
from erjian.policy import clock, working_days
from erjian.procedures import get
from erjian.proceedings import actions, opening
from erjian.proceedings.models import Proceeding
from erjian.registry import changes
from erjian.registry.models import Registration, RegistrationClass
from tests import makers

PROVINCE, CITY, OTHER_CITY = "430000", "430100", "430200"


class Scene:
    """周启明, registered with 湖南麓川建设工程有限公司 in a city, and who may act."""

    def __init__(self, city: str = CITY) -> None:
        self.enterprise = makers.enterprise(city=city)
        self.operator = makers.operator(self.enterprise)
        self.person = makers.person()
        self.user = makers.person_user(self.person)
        makers.qualification(self.person)
        with transaction.atomic():
            self.registration = changes.register(
                person_id=self.person.pk,
                enterprise_id=self.enterprise.pk,
                registration_class=RegistrationClass.CONSTRUCTOR,
                specialties=("building",),
                on=clock.today() - timedelta(days=100),
                case_number="CS-2026-000001",
                form={},
                actor=audit.SYSTEM,
            )
            certificates.actions.create_version(
                registration_id=self.registration.pk,
                new_number=True,
                reason="初始注册",
                case_number="CS-2026-000001",
                actor=audit.SYSTEM,
            )
        self.registration.refresh_from_db()
        self.keeper = makers.officer(PROVINCE, Function.REGISTER, name="罗婷")
        self.decider = makers.officer(PROVINCE, Function.DECISION, name="贺静")
        self.city = makers.officer(city, Function.REGISTER, name="胡敏")

    def proposed(self, measure: str = "revoke", ground: str = "quality", **changed: Any) -> Proceeding:
        values = {
            "facts": "2026 年 3 月，其任项目负责人的工程发生重大质量事故，有事故调查报告为证。",
            "by": self.keeper,
        }
        return opening.open_ex_officio(
            registration=self.registration, measure=measure, ground=ground, **(values | changed)
        )

    def do(self, proceeding: Proceeding, name: str, by: Any, text: str = "", **rest: Any) -> Proceeding:
        return actions.perform(
            proceeding=proceeding, name=name, by=by, seen=rest.pop("seen", proceeding.version), text=text, **rest
        )

    def notified(self, *args: Any, **changed: Any) -> Proceeding:
        return self.do(self.proposed(*args, **changed), "notify", self.keeper)

    def refused_cancellation(self) -> Application:
        """A 注销 the person asked for and the employer refused."""
        case = cases.start(
            procedure=get("cancellation_by_person"), person=self.person, enterprise=self.enterprise, by=self.user
        )
        values = form_data.unseal(case.draft) | {
            "cancel_reason": "已与聘用企业解除聘用合同关系",
            "employment_begin": "2025-07-01",
            "employment_open": "on",
        }
        cases.save(application=case, values=values, by=self.user, specialties=[])
        case = cases.report(application=case, by=self.user, seen=None)
        return cases.answer_enterprise(application=case, by=self.operator, seen=None, agreed=False, opinion="尚有纠纷")

    def now(self) -> Registration:
        self.registration.refresh_from_db()
        return self.registration


def after(proceeding: Proceeding) -> Any:
    """Travel past the days for statements."""
    assert proceeding.due_on is not None
    return clock.travel(to=working_days.add(proceeding.due_on, 1))
