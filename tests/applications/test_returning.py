"""增项 of a specialty that has lapsed beside another: offered, accepted, with years of its own and its past kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from erjian import audit, certificates, documents
from erjian.applications import facts, form_data, robots
from erjian.applications.models import Application, Letter
from erjian.applications.states import State
from erjian.certificates.models import CertificateVersion
from erjian.policy import clock
from erjian.procedures import get
from erjian.procedures.guards import Answer, Stage
from erjian.registry import changes
from erjian.registry.models import Registration
from erjian.standards.errors import Refusal
from erjian.standards.validity import period_end
from tests import makers
from tests.portals.authority.scenes import signed_in
from tests.procedures.scenes import BUILDING, MUNICIPAL, PROVINCE, Scene
from tests.procedures.test_printed_forms import text_of

pytestmark = pytest.mark.django_db


def lapsed_beside() -> Scene:
    """A holder of 建筑工程 whose 市政公用工程 ended ten days ago; both qualifications have been used."""
    scene = Scene("addition")
    scene.person.qualifications.update(used_at=clock.now())
    end = clock.today() - timedelta(days=10)
    registration = scene.registration
    assert registration is not None
    registration.specialties.create(
        specialty=MUNICIPAL, qualification=scene.unused, begin=end - timedelta(days=1094), end=end
    )
    certificates.actions.create_version(
        registration_id=registration.pk, new_number=False, reason="导入", case_number="", actor=audit.SYSTEM
    )
    return scene


def granted(scene: Scene) -> Application:
    """Through the pages to 上报, then decided."""
    browser = scene.client()
    assert scene.choose(browser)().status_code == 302
    Application.objects.all().delete()
    scene.draft()
    assert scene.hand_in(browser).status_code == 302
    case = scene.again()
    assert case.state != State.DRAFT
    return scene.at_decision()()


def test_it_is_offered_and_comes_back_with_years_of_its_own() -> None:
    scene = lapsed_beside()
    browser = scene.client()
    listed = browser.get("/enterprise/addition/new/").content.decode()
    assert 'name="token"' in listed
    case = scene.draft()
    form = browser.get(f"/enterprise/cases/{case.uuid}/edit/").content.decode()
    assert 'value="municipal" id="specialty-municipal"' in form
    assert 'value="building" id="specialty-building"' not in form, "what is registered cannot be added"
    Application.objects.all().delete()
    decided = granted(scene)
    registration = Registration.objects.get()
    former, now = registration.specialties.filter(specialty=MUNICIPAL).order_by("begin")
    assert former.end == clock.today() - timedelta(days=10)
    assert (now.begin, now.end) == (
        clock.today(),
        period_end(clock.today(), years=3, birth_date=scene.person.birth_date, age_limit=65),
    )
    assert not former.voided
    version = CertificateVersion.objects.get(registration=registration, state="pending")
    assert version.version == 2
    assert [item["name"] for item in version.facts["specialties"]] == ["建筑工程", "市政公用工程"]
    assert version.facts["specialties"][1]["end"] == now.end.isoformat()
    letter = Letter.objects.get(application=decided, kind="grant")
    content = form_data.unseal(letter.data) | {"doc_no": letter.number, "qr": documents.qr(letter.number)}
    said = text_of(documents.render("notices", content, timestamp=letter.created_at))
    assert said.count("市政公用工程") == 1
    assert former.end.isoformat() not in said


def test_the_former_period_stays_to_be_read_and_is_named_once_where_it_stands() -> None:
    scene = lapsed_beside()
    granted(scene)
    registration = Registration.objects.get()
    former = registration.specialties.filter(specialty=MUNICIPAL).earliest("begin").end.isoformat()
    enterprise = scene.client()
    history = enterprise.get(f"/enterprise/history/{registration.pk}/").content.decode()
    assert history.count("市政公用工程") >= 2
    assert former in history
    shown = enterprise.get(f"/enterprise/certificates/{registration.pk}/").content.decode()
    assert former not in shown
    officer = signed_in(makers.officer(PROVINCE, "register"))
    record = officer.get(f"/authority/register/registrations/{registration.pk}/").content.decode()
    assert former in record
    assert "已届满" in record
    for address in (
        f"/authority/register/people/{scene.person.pk}/",
        f"/authority/register/enterprises/{scene.enterprise.pk}/",
        f"/authority/register/registrations/?number={registration.number}",
    ):
        page = officer.get(address).content.decode()
        assert "建筑、市政" in page, address
        assert "市政、市政" not in page, address
    holder = signed_in(scene.user)
    assert holder.get("/person/certificates/").content.decode().count("市政公用工程") == 1
    assert former in holder.get("/person/registrations/").content.decode()


def test_what_runs_or_was_never_held_is_refused_as_before() -> None:
    scene = lapsed_beside()
    scene.draft()
    case = scene.again()
    Application.objects.filter(pk=case.pk).update(specialties=[BUILDING])
    scene.case = scene.again()
    assert scene.judge(Stage.REPORT)["new_specialties"].reason.startswith("建筑工程已注册，不能增项")
    scene.registration.specialties.filter(specialty=MUNICIPAL).delete()
    Application.objects.filter(pk=case.pk).update(specialties=[MUNICIPAL])
    scene.case = scene.again()
    assert "已用于注册" in scene.judge(Stage.REPORT)["new_specialties"].reason


def test_a_specialty_of_an_earlier_registration_comes_back_too() -> None:
    scene = lapsed_beside()
    scene.registration.specialties.filter(specialty=MUNICIPAL).delete()
    begin = clock.today() - timedelta(days=2000)
    former = Registration.objects.create(
        person=scene.person, registration_class="constructor", number=scene.registration.number, enterprise=scene.other,
        registered_on=begin, employed_on=begin, valid_until=begin + timedelta(days=1094), status="cancelled",
        ended_on=begin + timedelta(days=1094),
    )  # fmt: skip
    former.specialties.create(specialty=MUNICIPAL, begin=begin, end=begin + timedelta(days=1094))
    granted(scene)
    assert scene.registration.specialties.get(specialty=MUNICIPAL).begin == clock.today()


def test_an_open_renewal_is_not_granted_by_the_end_of_the_former_period() -> None:
    scene = lapsed_beside()
    granted(scene)
    period = scene.registration.specialties.filter(specialty=MUNICIPAL).latest("begin")
    with clock.travel(to=period.end - timedelta(days=60)):
        case = makers.draft(scene.person, scene.operator, procedure="renewal")
        Application.objects.filter(pk=case.pk).update(
            specialties=[MUNICIPAL], registration=scene.registration, state=State.ACCEPTED, received_at=clock.now(),
            reported_at=clock.now(), accepted_at=clock.now(), number="CS-2029-000001", form_version=1,
        )  # fmt: skip
        assert not robots.undecided_renewals().exists()
        changes.extend(
            registration_id=scene.registration.pk, specialties=(MUNICIPAL,), case_number="", actor=audit.SYSTEM
        )
        periods = scene.registration.specialties.filter(specialty=MUNICIPAL).order_by("begin")
        former, latest = periods.values_list("end", flat=True)
        assert former < clock.today()
        assert latest > period.end + timedelta(days=1000), "the period that stands runs on, and no other"
    with clock.travel(to=latest + timedelta(days=1)):
        assert robots.undecided_renewals().exists()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.tuples(
            st.integers(0, 1500), st.sampled_from(["add", "add", "extend"]), st.sampled_from([BUILDING, MUNICIPAL])
        ),
        max_size=8,
    )
)
def test_periods_of_a_specialty_follow_one_another(steps: list[tuple[int, str, str]]) -> None:
    """Whatever is added and extended whenever: what the condition allows the database takes, what overlaps neither does."""
    with transaction.atomic():
        scene = lapsed_beside()
        registration = scene.registration
        assert registration is not None
        days = 0
        for gap, what, specialty in steps:
            days += gap
            with clock.travel(days=days):
                given_now = {"registration_id": registration.pk, "specialties": (specialty,), "actor": audit.SYSTEM}
                if what == "extend":
                    changes.extend(**given_now, case_number="")
                    continue
                about = facts.assemble(procedure=get("addition"), person=scene.person, enterprise=scene.enterprise)
                guard = next(each for each in get("addition").guards if each.code == "new_specialties")
                allowed = guard.judge(replace(about, specialties=(specialty,))).answer == Answer.HOLDS
                try:
                    with transaction.atomic():
                        changes.add_specialties(**given_now, on=clock.today(), case_number="")
                except (IntegrityError, Refusal):
                    assert not allowed
                else:
                    assert allowed
        registration.refresh_from_db()
        for specialty in (BUILDING, MUNICIPAL):
            periods = list(registration.specialties.filter(specialty=specialty).order_by("begin"))
            assert all(one.end < other.begin for one, other in pairwise(periods))
            (standing,) = registration.specialties.standing().filter(specialty=specialty)
            assert standing == periods[-1]
        assert registration.valid_until == max(item.end for item in registration.specialties.all()) or not steps
        transaction.set_rollback(True)
