"""What stands in the lists of an enterprise, and the text of an answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from erjian.accounts.models import User
from erjian.applications.models import Application
from erjian.applications.states import State
from erjian.registry.models import Registration
from tests import makers


def text(answer: Any) -> str:
    return answer.content.decode()


def cases(operator: User, count: int) -> None:
    """Reported cases, each with a qualification of this enterprise and a registration with it."""
    assert operator.enterprise
    for number in range(count):
        person = makers.person(f"人员{number:02d}", verified=False)
        makers.qualification(person, enterprise_code=operator.enterprise.credit_code)
        Application.objects.create(
            procedure_code="initial",
            registration_class="constructor",
            person=person,
            enterprise=operator.enterprise,
            authority_code="430100",
            specialties=["building"],
            state=State.REPORTED,
            number=f"CS-2026-{number:06d}",
            created_by=operator,
            created_at=makers.clock.now(),
            reported_at=makers.clock.now(),
            due_on=makers.clock.today(),
        )
        registration = Registration.objects.create(
            person=person,
            registration_class="constructor",
            number=f"湘24320202020{number:05d}",
            enterprise=operator.enterprise,
            registered_on=makers.clock.today(),
            employed_on=makers.clock.today(),
            valid_until=makers.clock.today(),
        )
        registration.specialties.create(specialty="building", begin=makers.clock.today(), end=makers.clock.today())


def expiring(operator: User, name: str, days: int) -> Registration:
    """A registration with the operator's enterprise that ends so many days from today."""
    today = makers.clock.today()
    registration = Registration.objects.create(
        person=makers.person(name),
        registration_class="constructor",
        number=f"湘2432020202100{days:03d}",
        enterprise=operator.enterprise,
        registered_on=today,
        employed_on=today,
        valid_until=today + timedelta(days=days),
        dates_binding=True,
        certificate_kind="electronic",
    )
    registration.specialties.create(specialty="building", begin=today, end=registration.valid_until)
    return registration
