"""What happens at night and by itself: a 暂扣 that is over is lifted, the day's 注销 by two consents are made public."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from erjian.applications import actions as cases
from erjian.applications import robots
from erjian.applications.models import RobotRun
from erjian.audit.models import Event
from erjian.messaging.models import InboxMessage
from erjian.policy import clock
from erjian.procedures import all_procedures
from erjian.publicity import cancelled, notices
from erjian.publicity.models import Notice
from erjian.registry.models import Change, Registration, RegistrationStatus
from tests.procedures.scenes import Scene as Filing
from tests.proceedings.scenes import Scene, after

pytestmark = pytest.mark.django_db
NAME = "suspension_over"


def signed_in(user: object) -> Client:
    found = Client()
    found.force_login(user)
    return found


@pytest.fixture
def scene(db: None) -> Scene:
    return Scene()


def ground() -> str:
    from erjian.proceedings.measures import RULES, Measure

    return next(iter(RULES[Measure.SUSPEND].codes))


def begin(scene: Scene, days: int = 30) -> object:
    told = scene.notified("suspend", ground(), until=clock.today() + timedelta(days=days))
    with after(told):
        return scene.do(told, "decide", scene.decider, "逾期未改正。")


def test_a_suspension_ends_the_day_after_its_last(scene: Scene) -> None:
    proceeding = begin(scene)
    assert scene.now().status == RegistrationStatus.SUSPENDED
    with clock.travel(days=30):
        assert robots.run().done.get(NAME) is None
        assert scene.now().status == RegistrationStatus.SUSPENDED
    with clock.travel(days=31):
        dry = robots.run(dry_run=True)
        assert dry.done[NAME] == 1
        assert scene.now().status == RegistrationStatus.SUSPENDED
        run = robots.run()
        assert RobotRun.objects.get(pk=run.pk).done[NAME] == 1
        assert scene.now().status == RegistrationStatus.VALID
        assert robots.run().done.get(NAME) is None
    recorded = Event.objects.get(code="proceeding.term_over")
    assert (recorded.actor_kind, recorded.subject_id) == ("system", str(proceeding.pk))
    assert Change.objects.filter(registration_id=scene.registration.pk, kind="restored").count() == 1
    told = InboxMessage.objects.filter(key__startswith=f"proceeding:{proceeding.pk}:", title="暂扣期满")
    assert {message.recipient_kind for message in told} == {"person", "enterprise"}
    for user, side in ((scene.keeper, "authority"), (scene.user, "person"), (scene.operator, "enterprise")):
        page = signed_in(user).get(f"/{side}/proceedings/{proceeding.uuid}/")
        assert "暂扣期满，自动解除" in page.content.decode()


def test_a_newer_suspension_is_not_ended_by_an_older_ones_day(scene: Scene) -> None:
    begin(scene, days=20)
    with clock.travel(days=21):
        robots.run()
        begin(scene, days=60)
        assert scene.now().status == RegistrationStatus.SUSPENDED
    with clock.travel(days=40):
        assert robots.run().done.get(NAME) is None
        assert scene.now().status == RegistrationStatus.SUSPENDED


def test_a_lifted_suspension_is_left_alone(scene: Scene) -> None:
    begin(scene)
    Registration.objects.update(status=RegistrationStatus.CANCELLED, ended_on=clock.today())
    with clock.travel(days=40):
        assert robots.run().done.get(NAME) is None
    assert scene.now().status == RegistrationStatus.CANCELLED


# --- what is made public ---


def test_cancellations_by_two_consents_are_proclaimed_once_the_day_after() -> None:
    filing = Filing("cancellation")
    filing.draft()
    filing.report()
    filing.at_decision()()
    day = clock.today()
    assert cancelled.proclaim() == []
    with clock.travel(days=1):
        (notice,) = cancelled.proclaim()
        assert cancelled.proclaim() == []
        for words in (filing.person.name, filing.enterprise.name, "湘2432019202012345", "90000001", "双方同意", "1 人"):
            assert words in notice.body
        assert filing.person.id_number not in notice.body
        assert notice.title == cancelled.title(day)
        assert (notice.author, notices.is_public(notice)) == ("湖南省住房和城乡建设厅", True)
        listed = Client().get("/notices/").content.decode()
        assert notice.title in listed
    assert Event.objects.filter(code="notice.publish", actor_kind="system").count() == 1


def test_missed_nights_are_made_up_for_and_other_ends_are_not_public() -> None:
    filing = Filing("cancellation_by_person")
    filing.draft()
    filing.report()
    filing.at_decision()()
    with clock.travel(days=5):
        assert len(cancelled.proclaim()) == 1
    with clock.travel(days=20):
        assert cancelled.proclaim() == []
    assert Notice.objects.count() == 1


def test_a_worker_that_stood_still_for_a_month_loses_no_day() -> None:
    filing = Filing("cancellation")
    filing.draft()
    filing.report()
    filing.at_decision()()
    day = clock.today()
    with clock.travel(days=31):
        (notice,) = cancelled.proclaim()
        assert notice.title == cancelled.title(day)
        assert cancelled.proclaim() == []


def test_a_renewal_that_counts_as_granted_is_made_public_too() -> None:
    filing = Filing("renewal")
    filing.draft()
    case = cases.consent(application=filing.report(), by=filing.user, seen=None, commitment="同意")
    assert case.registration is not None
    end = case.registration.valid_until
    with clock.travel(to=end + timedelta(days=1)):
        robots.run()
        assert cancelled.proclaim() == []
    with clock.travel(to=end + timedelta(days=12)):
        (notice,) = cancelled.proclaim()
        assert "视为准予二级建造师延续注册" in notice.title
        for words in ("视为准予延续", filing.person.name, "湘2432019202012345", "1 人"):
            assert words in notice.body
        assert filing.person.id_number not in notice.body
        assert notice.title in Client().get("/notices/").content.decode()
        assert cancelled.proclaim() == []


def test_which_procedures_are_proclaimed() -> None:
    assert set(cancelled.consented()) == {
        "cancellation", "cancellation_by_person", "temporary_cancellation", "temporary_cancellation_by_person",
    }  # fmt: skip
    assert {item.code for item in all_procedures() if item.one_sided} == set(cancelled.consented())


# --- the officers' home ---


def test_the_home_page_lists_what_waits_for_each_officer(scene: Scene) -> None:
    proposed = scene.proposed()
    assert proposed.number in signed_in(scene.keeper).get("/authority/").content.decode()
    decider = signed_in(scene.decider).get("/authority/").content.decode()
    assert "待办的处置事项" in decider
    assert proposed.number not in decider
    told = scene.do(proposed, "notify", scene.keeper)
    assert told.number not in signed_in(scene.decider).get("/authority/").content.decode()
    with after(told):
        assert told.number in signed_in(scene.decider).get("/authority/").content.decode()
        scene.do(told, "decide", scene.decider, "事实清楚。")
        assert told.number not in signed_in(scene.decider).get("/authority/").content.decode()
