"""Cases on their way, made through the actions, for the pages of the authorities."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from typing import Any

from django.test import Client

from erjian.accounts.models import Function, User
from erjian.applications import actions, form_data
from erjian.applications.models import Application
from erjian.applications.states import State
from erjian.policy import clock
from erjian.registry.models import Enterprise
from tests import makers

CITY, OTHER_CITY, PROVINCE = "430100", "430200", "430000"


class Scene:
    """One enterprise of a city, its operator, and officers made when first asked for."""

    def __init__(self, city: str = CITY) -> None:
        self.city = city
        self.enterprise = makers.enterprise(city=city)
        self.operator = makers.operator(self.enterprise)

    @cached_property
    def acceptor(self) -> User:
        return makers.officer(self.city, Function.ACCEPTANCE)

    @cached_property
    def first(self) -> User:
        return makers.officer(self.city, Function.FIRST_REVIEW, name="罗婷")

    @cached_property
    def final(self) -> User:
        return makers.officer(PROVINCE, Function.FINAL_REVIEW, name="贺建明")

    @cached_property
    def decider(self) -> User:
        return makers.officer(PROVINCE, Function.DECISION, name="向前")

    def reported(self, name: str = "彭志远", **changes: Any) -> Application:
        """A case that waits for acceptance; `changes` are declared against the register."""
        person = makers.person(name)
        makers.qualification(person)
        case = makers.draft(person, self.operator)
        if changes:
            values = form_data.unseal(case.draft) | changes
            case = actions.save(application=case, values=values, specialties=case.specialties, by=self.operator)
        case = actions.report(application=case, by=self.operator, seen=case.version)
        user = makers.person_user(person)
        return actions.consent(application=case, by=user, seen=case.version, commitment="同意")

    def accepted(self, name: str = "彭志远") -> Application:
        case = self.reported(name)
        return actions.accept(application=case, by=self.acceptor, seen=case.version)

    def reviewed(self, name: str = "彭志远", *, opinion: str = "经初审，符合注册条件。") -> Application:
        case = self.accepted(name)
        return actions.first_review(application=case, by=self.first, seen=case.version, passed=True, opinion=opinion)

    def approved(self, name: str = "彭志远") -> Application:
        case = self.reviewed(name)
        return actions.final_review(application=case, by=self.final, seen=case.version, passed=True)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def desk(case: Application, tail: str = "") -> str:
    return f"/authority/desk/{case.uuid}/{tail}"


def page(case: Application, tail: str = "") -> str:
    return f"/authority/cases/{case.uuid}/{tail}"


def crowd(enterprise: Enterprise, by: User, count: int) -> list[Application]:
    """Many reported cases at once, with no more in them than lists show."""
    people = [makers.person(f"排队的人{number}", verified=False) for number in range(count)]
    now, today = clock.now(), clock.today()
    return Application.objects.bulk_create(
        Application(
            procedure_code="initial", registration_class="constructor", person=person, enterprise=enterprise,
            authority_code=enterprise.filing_authority, state=State.REPORTED, acting_authority=enterprise.filing_authority,
            acting_function=Function.ACCEPTANCE, due_on=today + timedelta(days=number // 3), number=f"CS-{person.pk:06d}",
            created_by=by, created_at=now, reported_at=now, form_version=1,
        )
        for number, person in enumerate(people)
    )  # fmt: skip
