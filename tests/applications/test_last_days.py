"""The last day of each limit is still one to act on; what follows by itself follows on the next."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from erjian.applications import actions, grounds, robots
from erjian.applications.models import Application
from erjian.applications.states import State
from erjian.audit.models import Event
from erjian.policy import clock
from erjian.registry.models import Change
from tests.applications.office import Office
from tests.applications.test_engine import Cast
from tests.applications.test_nights import registered

pytestmark = pytest.mark.django_db


def unanswered() -> Application:
    return Cast().reported()


def uncorrected() -> Application:
    cast = Cast()
    items = [{"target": "material:contract", "what": "聘用劳动合同", "detail": "缺少签字页"}]
    return actions.request_correction(application=cast.consented(), by=cast.acceptor, seen=None, items=items)


def unreleased() -> Application:
    office = Office()
    office.registered()
    return actions.consent(
        application=office.filed("transfer", office.other_operator), by=office.user, seen=None, commitment="同意"
    )


def unconfirmed() -> Application:
    office = Office()
    office.registered()
    return office.filed("cancellation_by_person", office.user)


@pytest.mark.parametrize(
    ("made", "days", "robot", "state"),
    [
        (unanswered, 15, "time_out", State.TERMINATED),
        (uncorrected, 30, "time_out", State.TERMINATED),
        (unconfirmed, 15, "time_out", State.TERMINATED),
        (unreleased, 15, "former_silent", State.CORRECTION),
    ],
)
def test_an_answer_can_be_given_on_the_last_day(
    made: Callable[[], Application], days: int, robot: str, state: State
) -> None:
    case = made()
    before = case.state
    with clock.travel(days=days):
        assert robots.run().done.get(robot) is None
        case.refresh_from_db()
        assert case.state == before
    with clock.travel(days=days + 1):
        assert robots.run().done[robot] == 1
        case.refresh_from_db()
        assert case.state == state


def test_each_case_is_counted_by_its_own_clock() -> None:
    first, day = Cast().consented(), clock.today()
    with clock.travel(days=3):
        other, second = Cast(), clock.today()
        theirs = other.consented()
        actions.request_correction(
            application=theirs, by=other.acceptor, seen=None, items=[{"what": "合同", "detail": "缺页"}]
        )
        assert [case.clocks.get(ended_on=None).kind for case in (first, theirs)] == ["acceptance", "correction"]
    with clock.travel(days=20):
        robots.run()
        first.refresh_from_db()
        theirs.refresh_from_db()
        assert first.accepted_at is not None
        assert (first.state, clock.day_of(first.accepted_at)) == (State.ACCEPTED, day)
        assert (theirs.state, theirs.due_on) == (State.CORRECTION, second + timedelta(days=30))


def test_a_registration_is_in_force_on_its_last_day() -> None:
    row = registered(0)
    assert "lapse" not in robots.run().done
    last = row.valid_until
    with clock.travel(days=1):
        assert robots.run().done["lapse"] == 1
    row.refresh_from_db()
    assert (row.status, row.ended_on) == ("lapsed", last)
    assert Change.objects.get(kind="lapsed").registration_id == row.pk
    assert Event.objects.get(code="registration.lapse").subject_id == str(row.pk)


def test_what_binds_nobody_does_not_run_out() -> None:
    registered(-1, kind="temporary").__class__.objects.update(dates_binding=False)
    assert "lapse" not in robots.run().done


def test_a_draft_that_was_worked_on_lately_stays() -> None:
    cast = Cast()
    old, worked = Cast().reported(), cast.reported()
    Application.objects.all().update(state=State.DRAFT, form_version=0, created_at=clock.now() - timedelta(days=200))
    Application.objects.filter(pk=old.pk).update(draft_saved_at=clock.now() - timedelta(days=90, minutes=1))
    Application.objects.filter(pk=worked.pk).update(draft_saved_at=clock.now() - timedelta(days=90, minutes=-1))
    assert list(robots.stale_drafts()) == [old]


def test_refusals_of_a_year_are_shown_to_whoever_decides_next() -> None:
    cast = Cast()
    refused = actions.refuse_acceptance(
        application=cast.consented(), by=cast.acceptor, seen=None, opinion="不属于受理范围", ground="not_competent"
    )
    stranger = Cast().consented()
    with clock.travel(days=365, seconds=-60):
        again = cast.consented()
        assert [entry.application for entry in grounds.refused_lately(again)] == [refused]
        assert grounds.refused_lately(stranger) == []
        assert grounds.refused_lately(refused) == [], "not its own"
    with clock.travel(days=365, seconds=60):
        assert grounds.refused_lately(again) == []
