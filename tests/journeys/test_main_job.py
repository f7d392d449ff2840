"""The main job from end to end, as people do it: a spreadsheet of qualifications becomes a certificate that holds.

Before the story only those exist whose accounts the platform's operator creates: officers, and an enterprise with
its operator. Whatever happens afterwards happens in the browser, by the job worker, or by the passing of days. What
each of them does there is told in `tests.journeys.main_job`, portal by portal.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from erjian import audit
from erjian.accounts.models import Function
from erjian.audit.models import Event
from erjian.policy import clock
from erjian.policy import current as policy
from tests import makers
from tests.journeys.main_job import authority, enterprise, person, public
from tests.journeys.main_job.stage import CITY, NAME, PROVINCE, Stage
from tests.journeys.visiting import Visitor
from tests.journeys.working import robots

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Visit = Callable[..., Visitor]


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    enterprise = makers.enterprise(
        established_on=None,
        address="",
        registration_kind="",
        capital=None,
        currency="",
        office_phone="",
        contact_name="",
        contact_phone="",
        kind="",
    )
    functions = {
        "register": (PROVINCE, "易春华", Function.REGISTER),
        "system": (PROVINCE, "龙建军", Function.SYSTEM),
        "counter": (CITY, "龚雪梅", Function.COUNTER),
        "acceptance": (CITY, "胡敏", Function.ACCEPTANCE),
        "first": (CITY, "贺静", Function.FIRST_REVIEW),
        "final": (PROVINCE, "欧阳文", Function.FINAL_REVIEW),
        "decision": (PROVINCE, "谭卫国", Function.DECISION),
    }
    officers = {
        key: makers.officer(authority, function, name=name) for key, (authority, name, function) in functions.items()
    }
    return Stage(tmp_path, enterprise, makers.operator(enterprise, username="luchuan"), officers)


@pytest.fixture
def officer(stage: Stage, visit: Visit) -> Callable[[str], Visitor]:
    """An officer signs in, afresh for each visit."""

    def arrive(key: str) -> Visitor:
        visitor = visit(stage.officers[key].name)
        visitor.sign_in(stage.officers[key].username, makers.PASSWORD, side="主管单位")
        return visitor

    return arrive


@pytest.fixture
def operator(stage: Stage, visit: Visit) -> Callable[[], Visitor]:
    def arrive() -> Visitor:
        visitor = visit("李晓琳")
        visitor.sign_in(stage.operator.username, makers.PASSWORD)
        return visitor

    return arrive


def test_from_the_spreadsheet_to_the_verified_certificate(
    stage: Stage, visit: Visit, officer: Callable[[str], Visitor], operator: Callable[[], Visitor]
) -> None:
    public.looks_around(visit())
    authority.province_imports(stage, officer("register"))
    holder = visit(NAME, phone=True)
    person.chooses_the_counter(stage, holder, officer("system"))
    authority.counter_verifies(stage, officer("counter"))
    person.completes_the_form(stage, holder, officer("system"))
    company = operator()
    enterprise.completes_its_profile(stage, company)
    enterprise.picks_and_fills(stage, company)
    enterprise.reports(stage, company)
    person.consents(stage, holder)
    authority.city_asks_for_a_correction(stage, officer("acceptance"))
    enterprise.answers_the_correction(stage, company)
    authority.city_accepts(stage, officer("acceptance"))
    authority.city_reviews_by_keyboard(stage, officer("first"))
    authority.province_reviews(stage, officer("final"))
    authority.province_publishes(stage, officer("decision"))
    public.reads_the_publicity(stage, visit())
    days_pass()
    authority.province_announces(stage, officer("decision"))
    public.reads_the_announcement(stage, visit())
    enterprise.prints_the_certificate(stage, operator())
    person.shows_the_certificate(stage, visit(NAME, phone=True))
    public.verifies(stage, visit())
    everything_is_on_record(stage)


def days_pass() -> None:
    clock.travel(days=policy().publicity_days + 2)
    robots()


def everything_is_on_record(stage: Stage) -> None:
    """The audit holds every step once, and proves it."""
    once = (
        "application.report",
        "application.consent",
        "application.request_correction",
        "application.resubmit",
        "application.accept",
        "application.first_pass",
        "application.final_pass",
        "application.publish",
        "application.close_publicity",
        "application.announce_grant",
        "application.issue",
        "certificate.create",
        "certificate.issue",
    )
    counts = {code: Event.objects.filter(code=code).count() for code in once}
    assert counts == dict.fromkeys(once, 1)
    audit.seal()
    assert audit.verify().ok
    assert Client().get("/healthz").json()["database"] == "ok"
    assert io.BytesIO(stage.certificate).read(4) == b"%PDF"
