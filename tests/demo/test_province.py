"""The demonstration province: everything is there, everything holds together."""

from __future__ import annotations

import io
from collections import Counter
from datetime import timedelta

import pytest
from rich.console import Console

from erjian import audit, demo, policy
from erjian.accounts import signing_up
from erjian.accounts.models import EnterpriseRight, Function, Grant, SignUp, User, UserKind
from erjian.applications.models import Application, Clock, Letter, TimelineEntry
from erjian.applications.states import State
from erjian.applications.workflow import TRANSITIONS
from erjian.certificates.models import CertificateVersion, VersionState
from erjian.config.cli.accounts import table
from erjian.demo import employers, offices
from erjian.demo.paths import PATHS
from erjian.policy import authorities, clock
from erjian.procedures import all_procedures
from erjian.proceedings.models import Proceeding
from erjian.publicity.models import Batch, BatchState, Notice, Objection
from erjian.registry.models import (
    Bar,
    EducationHours,
    Enterprise,
    Lock,
    Person,
    Qualification,
    Registration,
    RegistrationClass,
    RegistrationStatus,
    ReviewResult,
)
from erjian.registry.models.enterprises import EnterpriseOrigin
from erjian.standards import id_numbers, regions

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("province")]


def test_every_authority_has_an_officer_for_each_of_its_functions() -> None:
    for authority in authorities.every():
        granted = Grant.objects.filter(user__authority_code=authority.code).values_list("function", flat=True)
        counts = Counter(granted)
        assert set(counts) == set(offices.functions_of(authority))
        assert counts[Function.FIRST_REVIEW] == 2
    assert Grant.objects.filter(function=Function.FINAL_REVIEW).count() == 2


def test_enterprises_of_every_origin_and_condition() -> None:
    assert Enterprise.objects.count() >= 60
    assert set(Enterprise.objects.values_list("origin", flat=True)) == set(EnterpriseOrigin.values)
    assert set(Enterprise.objects.filter(origin="inside").values_list("city", flat=True)) == set(regions.CITIES)
    assert Enterprise.objects.filter(qualifications=None).exists()
    assert Enterprise.objects.filter(capital=None).exists()
    today = clock.today()
    assert Enterprise.objects.filter(qualifications__expires_on__range=(today, today + timedelta(days=45))).exists()
    for enterprise in Enterprise.objects.all():
        assert enterprise.operators.filter(right=EnterpriseRight.MANAGE).count() == 1


def test_enterprises_ask_for_their_first_account() -> None:
    """Who waits can be approved: nobody has the credit code yet, and the licence is a picture."""
    states = Counter(SignUp.objects.values_list("state", flat=True))
    assert states == {"waiting": 2, "refused": 1}
    for request in SignUp.objects.all():
        assert signing_up.register_of(request) is None
        assert request.licence.media_type == "image/jpeg"


def test_people_have_numbers_that_belong_to_nobody() -> None:
    numbers = [person.id_number for person in Person.objects.all()]
    assert len(numbers) == 700
    assert all(id_numbers.is_valid(number) and number[:6] not in regions.COUNTIES for number in numbers)


def test_qualifications_of_every_result_used_and_unused() -> None:
    assert set(Qualification.objects.values_list("review_result", flat=True)) == set(ReviewResult.values)
    assert Qualification.objects.filter(used_at=None, review_result="passed").exists()
    assert Qualification.objects.exclude(used_at=None).exists()


def test_registrations_in_every_state() -> None:
    today, rules = clock.today(), policy.current()
    rows = list(Registration.objects.all())
    assert {row.status for row in rows} == set(RegistrationStatus.values)
    assert {row.registration_class for row in rows} == set(RegistrationClass.values)
    formal = [row for row in rows if row.registration_class == "constructor" and row.status == "valid"]
    left = [(row.valid_until - today).days for row in formal]
    assert any(rules.renewal_closes_days <= days <= rules.renewal_opens_days for days in left)
    assert any(days < 0 for days in left)
    old = next(row for row in rows if row.registration_class == "temporary" and row.status == "valid")
    assert old.valid_until.year == 2011
    assert old.status_on(today) == RegistrationStatus.VALID
    assert Bar.objects.exists()
    assert Lock.objects.exists()


def test_cases_in_every_state_and_of_every_procedure() -> None:
    assert set(Application.objects.values_list("state", flat=True)) == set(State.values)
    codes = set(Application.objects.values_list("procedure_code", flat=True))
    assert codes == {procedure.code for procedure in all_procedures()}


def test_every_way_of_telling_a_story_is_told() -> None:
    steps = {step for path in PATHS.values() for step in path}
    told = set(TimelineEntry.objects.values_list("transition", flat=True))
    assert {"report", "request_correction", "resubmit", "step_back", "extend", "deem_accepted", "object"} <= told
    assert {step for step in steps if step in TRANSITIONS} <= told


def test_the_main_enterprise_fills_a_page_and_its_city_has_a_queue() -> None:
    main = Enterprise.objects.get(name=employers.MAIN)
    assert main.applications.count() > 30
    assert main.registrations.count() > 30
    for function in (Function.ACCEPTANCE, Function.FIRST_REVIEW):
        assert Application.objects.filter(acting_authority="430100", acting_function=function).count() >= 8
    for function in (Function.FINAL_REVIEW, Function.DECISION):
        assert Application.objects.filter(acting_authority="430000", acting_function=function).count() >= 8


def test_limits_are_green_amber_and_red() -> None:
    from erjian.applications.clocks import time_left

    tones = {
        "late" if left.left <= 0 else "soon" if left.soon else ""
        for case in Application.objects.exclude(due_on=None)
        if (left := time_left(case.state, case.due_on, procedure_code=case.procedure_code)) is not None
    }
    assert tones == {"", "soon", "late"}


def test_nothing_happened_in_the_future_and_everything_in_order() -> None:
    now = clock.now()
    assert not TimelineEntry.objects.filter(at__gt=now).exists()
    for case in Application.objects.prefetch_related("timeline"):
        times = [entry.at for entry in sorted(case.timeline.all(), key=lambda entry: entry.pk)]
        assert times == sorted(times)
    ended = Clock.objects.exclude(ended_on=None)
    assert all(each.ended_on >= each.started_on for each in ended)
    assert not Application.objects.filter(
        state__in=("reported", "wait_person", "correction"), due_on__lt=clock.today()
    ).exists()


def test_letters_certificates_batches_objections_and_notices() -> None:
    assert Letter.objects.exclude(file=None).count() >= 10
    assert {VersionState.CURRENT, VersionState.SUPERSEDED, VersionState.PENDING} <= set(
        CertificateVersion.objects.values_list("state", flat=True)
    )
    for case in Application.objects.filter(state=State.ISSUED):
        assert CertificateVersion.objects.get(pk=case.certificate_version_id).file_id
    assert Batch.objects.filter(kind="publicity", ends__gte=clock.today()).exclude(state=BatchState.DRAFT).exists()
    assert Batch.objects.filter(kind="announcement", state=BatchState.PUBLISHED).count() >= 3
    assert set(Objection.objects.values_list("state", flat=True)) == {"received", "dismissed"}
    assert Notice.objects.exclude(published_at=None).filter(withdrawn_at=None).count() >= 6


def test_what_officers_and_offices_say_fits() -> None:
    foreign = [item.kind_label for item in all_procedures()]
    for said in TimelineEntry.objects.exclude(opinion="").select_related("application"):
        own = said.application.procedure.kind_label
        named = {label for label in foreign if label.removesuffix("申报") in said.opinion}
        assert named <= {own} or not said.transition.endswith("_pass"), (own, said.opinion)
    assert {notice.author for notice in Notice.objects.all()} == {authorities.province().name}


def test_accounts_can_sign_in() -> None:
    listed = demo.accounts()
    assert {account.role for account in listed} == {"企业", "个人", "主管单位"}
    assert {function.label for function in Function} <= {account.functions for account in listed}
    for account in listed:
        if account.role == "个人":
            person = next(
                each for each in Person.objects.filter(name=account.organisation) if each.id_number == account.username
            )
            assert hasattr(person, "user") == bool(account.password)
            continue
        user = User.objects.get(username=account.username)
        assert user.check_password(account.password)
        assert user.organisation == account.organisation
    assert User.objects.get(username="cs-shouli").check_password(offices.PASSWORD)
    assert len(demo.accounts(everyone=True)) > len(listed)


def test_the_table_of_accounts_fits_eighty_columns_without_breaking_what_is_copied() -> None:
    shown = io.StringIO()
    Console(file=shown, width=80).print(table())
    lines = shown.getvalue().splitlines()
    assert offices.PASSWORD in lines[0]
    assert shown.getvalue().count(offices.PASSWORD) == 1
    for account in demo.accounts():
        assert any(account.username in line and account.role in line for line in lines), account.username


def test_one_person_has_something_to_confirm_and_one_holds_a_certificate() -> None:
    waiting, holder, newcomer = (account.username for account in demo.accounts() if account.role == "个人")
    people = {person.id_number: person for person in Person.objects.filter(name__in=("周启明", "彭志远", "陈雨桐"))}
    assert people[waiting].applications.filter(state=State.WAIT_PERSON).exists()
    registration = people[holder].registrations.get(status="valid")
    assert registration.certificates.filter(state=VersionState.CURRENT).exists()
    assert not User.objects.filter(kind=UserKind.PERSON, person=people[newcomer]).exists()


def test_the_audit_is_sealed_and_holds() -> None:
    report = audit.verify()
    assert report.ok
    assert report.events > 1000
    assert report.unsealed == 0


def test_a_second_load_is_refused_and_changes_nothing() -> None:
    before = Person.objects.count(), Application.objects.count()
    assert not demo.is_empty()
    with pytest.raises(demo.AlreadyLoaded):
        demo.load()
    assert (Person.objects.count(), Application.objects.count()) == before


def test_the_clock_is_back_in_the_present() -> None:
    assert clock.offset() == timedelta(0)


def test_no_list_of_what_the_authority_does_itself_is_empty(province: None) -> None:
    states = set(Proceeding.objects.values_list("state", flat=True))
    assert {"proposed", "notified", "decided"} <= states
    due = Proceeding.objects.filter(state="notified")
    assert due.filter(due_on__lt=clock.today()).exists()
    assert due.filter(due_on__gte=clock.today()).exists()
    suspended = Proceeding.objects.get(measure="suspend", state="decided")
    assert suspended.registration.status == "suspended"
    assert Bar.objects.exists()
    assert set(Lock.objects.values_list("kind", flat=True)) == {"project", "manual"}
    assert EducationHours.objects.count() >= 12
