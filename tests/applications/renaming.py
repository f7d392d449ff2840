"""An enterprise with holders whose name changes, for tests."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import transaction

from erjian import audit
from erjian.accounts.models import Function, User
from erjian.applications import actions, materials
from erjian.applications.models import Application
from erjian.certificates import actions as certifying
from erjian.policy import clock
from erjian.procedures import get
from erjian.registry.models import Enterprise, Registration, RegistrationSpecialty
from tests import makers

OLD, NEW = "湖南麓川建设工程有限公司", "湖南麓川建工集团有限公司"
CITY, PROVINCE = "430100", "430000"


def holder(enterprise: Enterprise, name: str, **fields: Any) -> Registration:
    """A registration here with a certificate in force."""
    person = makers.person(name, birth=date(1985, 6, 1))
    makers.person_user(person)
    begin = clock.today() - timedelta(days=200)
    end = begin + timedelta(days=1095)
    serial = Registration.objects.count() + 1
    values: dict[str, Any] = {
        "person": person, "registration_class": "constructor", "number": f"湘24320192020{serial:05d}",
        "enterprise": enterprise, "registered_on": begin, "employed_on": begin, "valid_until": end,
        "certificate_number": f"9000{serial:04d}",
    }  # fmt: skip
    made = Registration.objects.create(**{**values, **fields})
    held = makers.qualification(person, used_at=clock.now())
    RegistrationSpecialty.objects.create(
        registration=made, specialty=held.specialty, qualification=held, begin=begin, end=end
    )
    with transaction.atomic():
        certifying.create_version(
            registration_id=made.pk, new_number=False, reason="初始注册", case_number="", actor=audit.SYSTEM
        )
    return made


def values(**changes: Any) -> dict[str, Any]:
    given = {
        "new_enterprise_name": NEW, "changed_on": "2026-11-02", "change_reason": "公司改制，名称变更。",
        "handler": "李晓琳", "handler_phone": "13800002716",
    }  # fmt: skip
    return {**given, **changes}


def reported(operator: User, **changes: Any) -> Application:
    """A complete case, handed in through the actions."""
    assert operator.enterprise is not None
    case = actions.start(
        procedure=get("enterprise_rename"), person=None, enterprise=operator.enterprise, by=operator,
        values=values(**changes),
    )  # fmt: skip
    for code in ("new_licence", "rename_approval"):
        materials.attach(application=case, code=code, upload=makers.upload(), by=operator)
    return actions.report(application=case, by=operator, seen=None)


class Office:
    def __init__(self) -> None:
        self.acceptor = makers.officer(CITY, Function.ACCEPTANCE)
        self.first = makers.officer(CITY, Function.FIRST_REVIEW, name="罗婷")
        self.final = makers.officer(PROVINCE, Function.FINAL_REVIEW, name="贺建明")

    def ready(self, case: Application) -> Application:
        """The case before the province's decision."""
        actions.accept(application=case, by=self.acceptor, seen=None)
        return actions.first_review(application=case, by=self.first, seen=None, passed=True)

    def granted(self, case: Application) -> Application:
        return actions.final_review(application=self.ready(case), by=self.final, seen=None, passed=True)
