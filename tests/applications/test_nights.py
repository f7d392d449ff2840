"""The nightly jobs under a moved clock: renewals that nobody decided, what the office leaves undone, what a dry run says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pypdfium2
import pytest
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from erjian import certificates, files
from erjian.accounts.models import Function
from erjian.applications import actions, letters, robots, tasks
from erjian.applications.errors import CaseRefused, GuardsRefused
from erjian.applications.models import Application
from erjian.applications.routing import acting_authority
from erjian.applications.states import State
from erjian.audit import SYSTEM
from erjian.audit.models import Event
from erjian.messaging.models import InboxMessage
from erjian.policy import clock, working_days
from erjian.procedures import get
from erjian.registry import changes
from erjian.registry.models import Change, Registration, RegistrationSpecialty
from erjian.standards.validity import add_years
from tests import makers
from tests.applications.test_reminding import registered
from tests.procedures.scenes import BUILDING, MUNICIPAL, PROVINCE, Scene

pytestmark = pytest.mark.django_db

# --- a renewal that nobody decided ---

WAITING = [
    State.REPORTED, State.ACCEPTED, State.FIRST_OK, State.FIRST_NG, State.REVIEW_OK, State.REVIEW_NG, State.PUBLICITY,
    State.OBJECTION, State.PUBLICITY_DONE,
]  # fmt: skip


def put(case: Application, state: State) -> None:
    authority, function = acting_authority(get(case.procedure_code), state, case.authority_code)
    Application.objects.filter(pk=case.pk).update(
        state=state, acting_authority=authority, acting_function=function, due_on=None
    )


def filed(scene: Scene) -> Application:
    """A renewal of both specialties, agreed to by the person, with a certificate in force."""
    assert scene.registration is not None
    certificates.issuing.issue(
        certificates.actions.create_version(
            registration_id=scene.registration.pk, new_number=False, reason="初始注册", case_number="CS-2023-000417",
            actor=SYSTEM,
        ).pk
    )  # fmt: skip
    scene.draft()
    case = scene.report()
    return actions.consent(application=case, by=scene.user, seen=None, commitment="同意")


@pytest.mark.parametrize("state", WAITING)
def test_a_renewal_that_is_undecided_at_the_end_counts_as_granted(state: State) -> None:
    scene = Scene("renewal")
    case = filed(scene)
    put(case, state)
    registration = case.registration
    assert registration is not None
    end = registration.valid_until
    with clock.travel(to=end):
        assert robots.run().done == {}, "the last day is still one to decide on"
    with clock.travel(to=end + timedelta(days=1)):
        assert robots.run(dry_run=True).done == {"deem_granted": 1}
        assert robots.run().done == {"deem_granted": 1}
        assert robots.run().done == {}
        case, now = scene.again(), Registration.objects.get(pk=registration.pk)
        assert (case.state, case.deemed_granted) == (State.ANNOUNCED, True)
        assert (now.status, now.valid_until) == ("valid", add_years(end, 3))
        assert now.number == registration.number


def test_what_counts_as_granted_is_in_register_certificate_verification_and_lists() -> None:
    scene = Scene("renewal")
    case = filed(scene)
    put(case, State.PUBLICITY)
    assert case.registration is not None
    end = case.registration.valid_until
    with clock.travel(to=end + timedelta(days=1)):
        robots.run()
        tasks.issue_certificate(application_id=case.pk)
        assert scene.again().state == State.ISSUED
        version = certificates.models.CertificateVersion.objects.get(state="current")
        for address in (
            f"/verify/{version.token}/",
            f"/verify/?name={scene.person.name}&number={case.registration.number}",
        ):
            page = Client().get(address).content.decode()
            assert "证书有效" in page
            assert str(add_years(end, 3)) in page
        assert Change.objects.filter(kind="extended", case_number=case.number).count() == 1
        assert case.letters.filter(kind="grant").count() == 1
        officer = Client()
        officer.force_login(makers.officer(PROVINCE, Function.DECISION))
        assert "逾期未作决定，视为准予延续" in officer.get(f"/authority/cases/{case.uuid}/").content.decode()
        assert "逾期未作决定，视为准予延续" in scene.client().get(f"/enterprise/cases/{case.uuid}/").content.decode()
        listed = scene.client().get("/enterprise/certificates/").content.decode()
        assert str(add_years(end, 3)) in listed


@pytest.mark.parametrize("granted", [True, False])
def test_a_decision_that_comes_too_late_is_refused(granted: bool) -> None:
    scene = Scene("renewal")
    case = filed(scene)
    put(case, State.PUBLICITY_DONE if granted else State.REVIEW_NG)
    decider = makers.officer(PROVINCE, Function.DECISION)
    assert case.registration is not None
    end = case.registration.valid_until
    with clock.travel(to=end + timedelta(days=1)):
        robots.run()
        with pytest.raises(CaseRefused, match="已公告"):
            actions.announce(application=scene.again(), by=decider, granted=granted, batch="GG", opinion="不符合条件")
        with pytest.raises(CaseRefused, match="已公告"):
            actions.withdraw(application=scene.again(), by=scene.operator, seen=None)
    assert Registration.objects.get(pk=case.registration.pk).valid_until == add_years(end, 3)


@pytest.mark.parametrize("how", ["withdrawn", "refused"])
def test_what_came_to_nothing_in_time_ends_on_its_day(how: str) -> None:
    scene = Scene("renewal")
    case = filed(scene)
    assert case.registration is not None
    end = case.registration.valid_until
    if how == "withdrawn":
        actions.withdraw(application=case, by=scene.operator, seen=None)
    else:
        put(case, State.REVIEW_NG)
        decider = makers.officer(PROVINCE, Function.DECISION)
        actions.announce(application=scene.again(), by=decider, granted=False, batch="GG", opinion="学时不足")
    with clock.travel(to=end + timedelta(days=1)):
        assert robots.run().done == {"lapse": 1}
    now = Registration.objects.get(pk=case.registration.pk)
    assert (now.status, now.ended_on, now.valid_until) == ("lapsed", end, end)


def test_each_specialty_has_its_own_end() -> None:
    """A specialty that runs out before the registration does is granted on its day, not on the registration's."""
    scene = Scene("renewal")
    later = clock.today() + timedelta(days=800)
    RegistrationSpecialty.objects.filter(specialty=MUNICIPAL).update(end=later)
    Registration.objects.update(valid_until=later)
    case = scene.draft()
    end = RegistrationSpecialty.objects.get(specialty=BUILDING).end
    Application.objects.filter(pk=case.pk).update(specialties=[BUILDING])
    case = actions.consent(application=scene.report(), by=scene.user, seen=None, commitment="同意")
    put(case, State.FIRST_OK)
    with clock.travel(to=end + timedelta(days=1)):
        assert robots.run().done == {"deem_granted": 1}
    ends = dict(RegistrationSpecialty.objects.values_list("specialty", "end"))
    assert ends == {BUILDING: add_years(end, 3), MUNICIPAL: later}


def test_nothing_is_granted_where_the_applicants_answer_was_outstanding() -> None:
    scene = Scene("renewal")
    case = filed(scene)
    assert case.registration is not None
    put(case, State.CORRECTION)
    end = case.registration.valid_until
    with clock.travel(to=end + timedelta(days=1)):
        assert robots.run().done == {"lapse": 1}
        put(case, State.REPORTED)
        assert robots.run().done == {}
        put(case, State.PUBLICITY_DONE)
        decider = makers.officer(PROVINCE, Function.DECISION)
        with pytest.raises(GuardsRefused, match="没有有效的注册"):
            actions.announce(application=scene.again(), by=decider, granted=True, batch="GG")
    now = Registration.objects.get(pk=case.registration.pk)
    assert (now.status, now.valid_until) == ("lapsed", end)


# --- what the office leaves undone ---


@pytest.mark.parametrize(("code", "days"), [("renewal", 20), ("replacement", 5)])
def test_what_nobody_answered_counts_as_accepted_from_the_day_it_was_received(code: str, days: int) -> None:
    scene = Scene(code)
    scene.draft()
    received = clock.today()
    case = actions.consent(application=scene.report(), by=scene.user, seen=None, commitment="同意")
    assert case.due_on == working_days.add(received, 5)
    with clock.travel(to=case.due_on):
        assert robots.run().done.get("deem_accepted") is None, "the last day is still one to answer on"
    with clock.travel(to=case.due_on + timedelta(days=1)):
        robots.run()
        case = scene.again()
        assert (case.state, case.deemed_accepted) == (State.ACCEPTED, True)
        assert case.accepted_at is not None
        assert clock.day_of(case.accepted_at) == received
        assert case.due_on == working_days.add(received, days)


def test_a_corrected_filing_counts_from_the_day_it_came_back() -> None:
    scene = Scene("replacement")
    scene.draft()
    case = actions.consent(application=scene.report(), by=scene.user, seen=None, commitment="同意")
    acceptor = makers.officer(case.acting_authority, Function.ACCEPTANCE)
    actions.request_correction(
        application=case, by=acceptor, seen=None, items=[{"target": "", "what": "声明", "detail": "字迹不清"}]
    )
    with clock.travel(days=9):
        returned = clock.today()
        actions.resubmit(application=scene.again(), by=scene.operator, seen=None, explanation="声明字迹清晰")
    with clock.travel(days=29):
        robots.run()
        accepted = scene.again().accepted_at
        assert accepted is not None
        assert clock.day_of(accepted) == returned


def words_of(case: Application, kind: str) -> str:
    letter = letters.render(case.letters.get(kind=kind))
    assert letter.file is not None
    pages = pypdfium2.PdfDocument(files.read(letter.file))
    return "".join("".join(page.get_textpage().get_text_bounded() for page in pages).split())


def test_letters_say_the_provinces_limits_and_what_came_by_lapse_of_time() -> None:
    scene = Scene("replacement")
    scene.draft()
    actions.consent(application=scene.report(), by=scene.user, seen=None, commitment="同意")
    with clock.travel(days=20):
        robots.run()
    said = words_of(scene.again(), "accept")
    assert "本机关未在收到申请材料之日起5个工作日内告知" in said
    assert "自受理之日起5个工作日内" in said
    assert "申请材料齐全" not in said
    Registration.objects.update(number="湘2432019202012346", certificate_number="90000002")
    accepted = Scene("renewal")
    case = filed(accepted)
    case = actions.accept(application=case, by=makers.officer(case.acting_authority, Function.ACCEPTANCE), seen=None)
    said = words_of(case, "accept")
    assert "申请材料齐全" in said
    assert "自受理之日起20个工作日内" in said
    assert case.registration is not None
    with clock.travel(to=case.registration.valid_until + timedelta(days=1)):
        robots.run()
    said = words_of(accepted.again(), "grant")
    assert "未在注册有效期届满前作出是否准予延续的决定" in said
    assert "第五十条" in said
    assert "符合法定条件" not in said


# --- dry runs ---


def state_of_things() -> tuple[Any, ...]:
    return (
        list(Registration.objects.order_by("pk").values()),
        list(Application.objects.order_by("pk").values_list("pk", "state", "version")),
        Change.objects.count(),
        InboxMessage.objects.count(),
        Event.objects.count(),
        ProcrastinateJob.objects.count(),
    )


def test_a_dry_run_says_what_the_run_does_and_changes_nothing() -> None:
    today = clock.today()
    registered(-1, birth=add_years(today, -70))
    registered(300, birth=add_years(today, -70))
    registered(60, birth=add_years(today, -70))
    registered(60)
    silent = Scene("replacement")
    silent.draft()
    actions.consent(application=silent.report(), by=silent.user, seen=None, commitment="同意")
    Registration.objects.filter(person=silent.person).update(number="湘2432019202012346", certificate_number="9")
    undecided = Scene("renewal")
    put(filed(undecided), State.FIRST_OK)
    RegistrationSpecialty.objects.filter(registration__person=undecided.person).update(end=today - timedelta(days=1))
    Registration.objects.filter(person=undecided.person).update(valid_until=today - timedelta(days=1))
    with clock.travel(days=20):
        before = state_of_things()
        dry = robots.run(dry_run=True)
        assert state_of_things() == before
        real = robots.run()
    assert dry.done == real.done == {"deem_accepted": 1, "deem_granted": 1, "lapse": 1, "over_age": 2, "remind": 1}
    assert dry.refused == real.refused == []


def test_a_dry_run_says_what_would_be_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    busy, other = registered(-1), registered(-1)
    lapse = changes.lapse

    def refuses(*, registration_id: int, **rest: Any) -> Registration:
        if registration_id == busy.pk:
            raise changes.RegisterRefused("注册正在办理别的事项。", code="busy")
        return lapse(registration_id=registration_id, **rest)

    monkeypatch.setattr(changes, "lapse", refuses)
    dry = robots.run(dry_run=True)
    assert Registration.objects.get(pk=other.pk).status == "valid"
    real = robots.run()
    assert dry.done == real.done == {"lapse": 1}
    assert dry.refused == real.refused == [f"注册到期失效 {busy.number}: 注册正在办理别的事项。"]
