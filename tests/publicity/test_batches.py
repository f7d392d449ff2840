"""From 复审 to 公示, over objections, to 公告: what a batch does to its cases, and what it must never do."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from erjian.accounts.models import User
from erjian.applications import actions as cases
from erjian.applications.errors import NotYours
from erjian.applications.models import Application, Letter
from erjian.applications.states import State
from erjian.audit.models import Event
from erjian.policy import clock
from erjian.publicity import actions, notices, queries, running
from erjian.publicity.errors import Outdated, PublicityRefused
from erjian.publicity.models import Batch, BatchItem, BatchState, ItemState, Notice
from erjian.registry.models import Registration
from tests import makers
from tests.publicity.scenes import Office


@pytest.fixture
def office(db: None) -> Office:
    return Office()


def state_of(case: Application) -> str:
    return Application.objects.get(pk=case.pk).state


def audited(batch: Batch) -> list[tuple[str, int | None]]:
    """What the audit holds of a batch, and of whom."""
    rows = Event.objects.filter(subject_kind="batch", subject_id=str(batch.pk)).order_by("id")
    return list(rows.values_list("code", "actor_user_id"))


def announce(office: Office, *applications: Application) -> Batch:
    batch = actions.create_batch(
        kind="announcement", applications=[case.pk for case in applications], title="公告", by=office.decider
    )
    actions.publish(batch=batch, by=office.decider, seen=batch.version)
    return running.run(batch.pk)


def test_publicity_runs_for_the_policy_days_and_then_ends(office: Office) -> None:
    case = office.reviewed()
    batch = office.published(case)
    assert batch.number.startswith("湘建注示〔")
    assert batch.state == BatchState.PUBLISHED
    assert batch.ends - batch.begins == timedelta(days=10)
    assert list(queries.public_batches()) == [batch]
    assert state_of(case) == State.PUBLICITY
    with clock.travel(days=10):
        assert running.close_due() == 0, "the last day belongs to the public"
        assert state_of(case) == State.PUBLICITY
    with clock.travel(days=11):
        assert running.close_due() == 1
        assert state_of(case) == State.PUBLICITY_DONE
        assert Batch.objects.get(pk=batch.pk).state == BatchState.CLOSED
        assert running.close_due() == 0
    assert audited(batch)[1:] == [
        ("publicity.start", office.decider.pk), ("publicity.finish", None), ("publicity.close", None),
    ]  # fmt: skip


def test_the_public_row_is_a_masked_copy(office: Office) -> None:
    case = office.reviewed()
    item = office.published(case).items.get()
    number = case.person.id_number
    assert item.shown["id_number"] == f"{number[:6]}********{number[14:]}"
    assert number not in str(item.shown)
    assert item.shown["specialties"] == "建筑"


def test_granted_refused_and_failing_cases_in_one_announcement(office: Office) -> None:
    granted, refused, failing = office.reviewed(), office.reviewed(passed=False), office.reviewed(name="文国栋")
    office.published(granted, failing)
    with clock.travel(days=11):
        running.close_due()
        failing.person.qualifications.update(used_at=clock.now())
        batch = announce(office, granted, refused, failing)
        items = {item.application_id: item for item in batch.items.all()}
        assert batch.state == BatchState.PUBLISHED
        assert items[granted.pk].state == ItemState.DONE
        assert items[granted.pk].shown["registration_number"].startswith("湘243")
        assert items[refused.pk].reason == "聘用合同已终止，不符合第六条"
        assert items[failing.pk].state == ItemState.FAILED
        assert items[failing.pk].failure
        assert (state_of(granted), state_of(refused), state_of(failing)) == (
            State.ANNOUNCED,
            State.REJECTED,
            State.PUBLICITY_DONE,
        )
        assert Letter.objects.filter(application=refused, kind="refuse").count() == 1
        assert list(queries.shown_items(batch)) == [items[granted.pk], items[refused.pk]]

        failing.person.qualifications.update(used_at=None)
        actions.retry(batch=batch, by=office.decider)
        batch = running.run(batch.pk)
        assert state_of(failing) == State.ANNOUNCED
        assert Registration.objects.count() == 2
        with pytest.raises(PublicityRefused):
            actions.retry(batch=batch, by=office.decider)


def test_running_again_changes_nothing(office: Office) -> None:
    case = office.reviewed()
    batch = office.published(case)
    events = Event.objects.filter(code="application.publish").count()
    again = running.run(batch.pk)
    assert again.published_at == batch.published_at
    assert Event.objects.filter(code="application.publish").count() == events == 1


def test_a_batch_of_which_everything_failed_stays_hidden(office: Office) -> None:
    case = office.reviewed()
    batch = actions.create_batch(kind="publicity", applications=[case.pk], title="公示", by=office.decider)
    cases.withdraw(application=case, by=office.operator, seen=None)
    actions.publish(batch=batch, by=office.decider)
    batch = running.run(batch.pk)
    assert batch.state == BatchState.RUNNING
    assert batch.published_at is None
    assert "不能公示" in batch.items.get().failure
    assert not queries.public_batches().exists()
    actions.release(batch=batch, item=batch.items.get().pk, by=office.decider)
    assert not batch.items.exists()


def test_a_case_waits_for_one_batch_only(office: Office) -> None:
    first, second = office.several(2)
    batch = actions.create_batch(kind="publicity", applications=[first.pk], title="甲", by=office.decider)
    assert list(queries.candidates("publicity")) == [second]
    with pytest.raises(PublicityRefused, match="有 1 条已不能列入"):
        actions.create_batch(kind="publicity", applications=[first.pk, second.pk], title="乙", by=office.decider)
    assert Batch.objects.count() == 1
    actions.remove(batch=batch, items=[batch.items.get().pk], by=office.decider, seen=batch.version)
    assert set(queries.candidates("publicity")) == {first, second}


def test_a_draft_says_when_it_changed_meanwhile(office: Office) -> None:
    first, second = office.several(2)
    batch = actions.create_batch(kind="publicity", applications=[first.pk], title="甲", by=office.decider)
    changes: list[Callable[[], object]] = [
        lambda: actions.add(batch=batch, applications=[second.pk], by=office.decider),
        lambda: actions.rename(batch=batch, title="乙", by=office.decider),
        lambda: actions.remove(batch=batch, items=[batch.items.get(application=second).pk], by=office.decider),
    ]
    for change in changes:
        seen = Batch.objects.get().version
        change()
        with pytest.raises(Outdated):
            actions.publish(batch=batch, by=office.decider, seen=seen)
    assert state_of(first) == State.REVIEW_OK
    assert Batch.objects.get().title == "乙"


def test_every_step_of_a_batch_is_in_the_audit(office: Office) -> None:
    first, second = office.several(2)
    by, other = office.decider, makers.officer("430000", "decision", name="李厅")
    batch = actions.create_batch(kind="publicity", applications=[first.pk], title="甲", by=by)
    actions.add(batch=batch, applications=[second.pk], by=other)
    actions.rename(batch=batch, title="乙", by=by)
    actions.remove(batch=batch, items=[batch.items.get(application=first).pk], by=by)
    cases.withdraw(application=second, by=office.operator, seen=None)
    actions.publish(batch=batch, by=by)
    running.run(batch.pk)
    actions.retry(batch=batch, by=other)
    running.run(batch.pk)
    actions.release(batch=batch, item=batch.items.get().pk, by=by)
    assert audited(batch) == [
        ("publicity.create", by.pk), ("publicity.add", other.pk), ("publicity.rename", by.pk),
        ("publicity.remove", by.pk), ("publicity.start", by.pk), ("publicity.fail", None),
        ("publicity.retry", other.pk), ("publicity.fail", None), ("publicity.remove", by.pk),
    ]  # fmt: skip
    draft = actions.create_batch(kind="publicity", applications=[first.pk], title="丙", by=by)
    actions.discard(batch=draft, by=other)
    assert audited(draft) == [("publicity.create", by.pk), ("publicity.discard", other.pk)]


def test_failed_rows_are_tried_again_or_taken_out_one_by_one(office: Office) -> None:
    good, first, second = office.several(3)
    other = makers.officer("430000", "decision", name="李厅")
    made = [case.pk for case in (good, first, second)]
    batch = actions.create_batch(kind="publicity", applications=made, title="甲", by=office.decider)
    for case in (first, second):
        cases.withdraw(application=case, by=office.operator, seen=None)
    actions.publish(batch=batch, by=office.decider)
    running.run(batch.pk)
    rows = dict(batch.items.values_list("application_id", "pk"))
    with pytest.raises(PublicityRefused, match="不在失败名单"):
        actions.release(batch=batch, item=rows[good.pk], by=office.decider)
    actions.retry(batch=batch, items=[rows[first.pk]], by=other)
    states = dict(batch.items.values_list("application_id", "state"))
    assert states == {good.pk: ItemState.DONE, first.pk: ItemState.WAITING, second.pk: ItemState.FAILED}
    assert Batch.objects.get().started_by == other, "what the second try decides is decided in their name"
    assert ProcrastinateJob.objects.filter(queue_name="batches").count() == 2


def test_only_the_province_decides(office: Office) -> None:
    first, second = office.several(2)
    batch = actions.create_batch(kind="publicity", applications=[first.pk], title="甲", by=office.decider)
    row = batch.items.get()
    acts: list[Callable[[User], object]] = [
        lambda by: actions.create_batch(kind="publicity", applications=[second.pk], title="乙", by=by),
        lambda by: actions.add(batch=batch, applications=[second.pk], by=by),
        lambda by: actions.remove(batch=batch, items=[row.pk], by=by),
        lambda by: actions.rename(batch=batch, title="乙", by=by),
        lambda by: actions.discard(batch=batch, by=by),
        lambda by: actions.publish(batch=batch, by=by),
        lambda by: actions.retry(batch=batch, by=by),
        lambda by: actions.release(batch=batch, item=row.pk, by=by),
        lambda by: notices.create(kind="notice", title="通知", body="正文", pinned=False, by=by),
        lambda by: notices.proclaim(title="公告", body="正文", by=by),
    ]
    for officer in (office.final, makers.officer("430100", "decision", "notices")):
        for act in acts:
            with pytest.raises(NotYours):
                act(officer)
    assert audited(batch) == [("publicity.create", office.decider.pk)]
    assert (Batch.objects.count(), Notice.objects.count()) == (1, 0)


def test_only_who_writes_notices_changes_them(office: Office) -> None:
    writer = makers.officer("430000", "notices")
    notice = notices.create(kind="notice", title="通知", body="正文", pinned=False, by=writer)
    acts: list[Callable[[User], object]] = [
        lambda by: notices.edit(
            notice=notice, kind="notice", title="改", body="改", pinned=True, by=by, seen=notice.version
        ),
        lambda by: notices.publish(notice=notice, by=by, seen=None),
        lambda by: notices.withdraw(notice=notice, by=by, seen=None),
        lambda by: notices.discard(notice=notice, by=by, seen=None),
    ]
    for officer in (office.decider, makers.officer("430100", "notices")):
        for act in acts:
            with pytest.raises(NotYours):
                act(officer)
    assert Notice.objects.get().version == notice.version


@pytest.mark.parametrize("title", ["", "   ", "长" * 201])
def test_a_title_is_needed(office: Office, title: str) -> None:
    case = office.reviewed()
    with pytest.raises(PublicityRefused):
        actions.create_batch(kind="publicity", applications=[case.pk], title=title, by=office.decider)


def test_a_case_that_breaks_holds_up_nobody(office: Office) -> None:
    """Not a refusal but a fault: here a case of a kind that no longer exists."""
    good, bad = office.several(2)
    batch = actions.create_batch(kind="publicity", applications=[good.pk, bad.pk], title="甲", by=office.decider)
    Application.objects.filter(pk=bad.pk).update(procedure_code="gone")
    actions.publish(batch=batch, by=office.decider)
    batch = running.run(batch.pk)
    assert state_of(good) == State.PUBLICITY
    failed = batch.items.get(application=bad)
    assert failed.state == ItemState.FAILED
    assert "出现故障" in failed.failure


@pytest.mark.django_db(transaction=True)
def test_two_officers_publish_the_same_batch_at_once() -> None:
    office = Office()
    first, second = office.several(2)
    batch = actions.create_batch(kind="publicity", applications=[first.pk, second.pk], title="甲", by=office.decider)
    other = makers.officer("430000", "decision", name="李厅")
    outcomes: list[str] = []
    start = threading.Barrier(2)

    def press(by) -> None:
        start.wait()
        try:
            actions.publish(batch=batch, by=by, seen=batch.version)
            outcomes.append("started")
        except PublicityRefused as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=(by,)) for by in (office.decider, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["started", "wrong_state"]

    def work() -> None:
        start.wait()
        try:
            running.run(batch.pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Event.objects.filter(code="application.publish").count() == 2
    assert Event.objects.filter(code="publicity.finish").count() == 1
    assert set(BatchItem.objects.values_list("state", flat=True)) == {ItemState.DONE}
