"""Seals: gap-free, safe beside running transactions, and every manipulation is found."""

import io
import itertools
import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from erjian import audit
from erjian.audit import proof
from erjian.audit.models import Event, Seal

CODE = audit.codes.register("testing.sealed", "封存测试")


def write(count: int = 1, **data: object) -> list[int]:
    return [audit.record(CODE, actor=audit.SYSTEM, subject=("thing", n), data=data).pk for n in range(count)]


def tamper(*statements: str) -> None:
    """What somebody with power over the database would do."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        try:
            for statement in statements:
                cursor.execute(statement)
        finally:
            cursor.execute("SET session_replication_role = DEFAULT")


@pytest.mark.django_db
class TestSealing:
    def test_everything_committed_is_sealed_in_order(self) -> None:
        ids = write(25, 名称="中文", n=1.50, deep={"b": 1, "aa": [None, True]})
        assert audit.seal(events_per_seal=10) == 25
        assert [(s.number, s.count) for s in Seal.objects.order_by("number")] == [(1, 10), (2, 10), (3, 5)]
        stamped = Event.objects.order_by("seal_number", "position").values_list("id", "seal_number", "position")
        assert list(stamped) == [(pk, 1 + n // 10, 1 + n % 10) for n, pk in enumerate(ids)]
        report = audit.verify()
        assert (report.ok, report.seals, report.events, report.unsealed) == (True, 3, 25, 0)

    def test_the_latest_are_recomputed_as_far_as_their_events_allow(self) -> None:
        ids = write(25)
        audit.seal(events_per_seal=10)
        latest = [audit.verify_latest(most_events=most) for most in (1, 14, 15, 24, 25)]
        assert [(report.seals, report.events) for report in latest] == [(1, 5), (1, 5), (2, 15), (2, 15), (3, 25)]
        assert all(report.ok for report in latest)
        tamper(f"UPDATE audit_event SET actor_label = '别人' WHERE id = {ids[12]}")
        assert audit.verify_latest(most_events=14).ok
        assert not audit.verify_latest(most_events=15).ok

    def test_before_the_first_seal_there_is_nothing_to_recompute(self) -> None:
        assert (audit.verify_latest().ok, audit.verify_latest().seals) == (True, 0)

    def test_sealing_nothing_writes_no_seal(self) -> None:
        assert audit.seal() == 0
        assert not Seal.objects.exists()
        assert audit.verify().ok

    def test_unsealed_events_are_counted(self) -> None:
        write(2)
        audit.seal()
        write(3)
        assert (audit.verify().events, audit.verify().unsealed) == (2, 3)

    @pytest.mark.parametrize("seal_first", [True, False])
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE audit_event SET actor_label = '别人'",
            "UPDATE audit_event SET data = '{}'",
            "UPDATE audit_event SET seal_number = NULL, position = NULL, digest = NULL",
            "UPDATE audit_event SET seal_number = 9, position = 1, digest = 'x', code = 'other.code'",
            "UPDATE audit_event SET seal_number = 9",
            "DELETE FROM audit_event",
        ],
    )
    def test_events_cannot_be_changed_or_deleted(self, statement: str, seal_first: bool) -> None:
        write(1, n=1)
        if seal_first:
            audit.seal()
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            connection.cursor().execute(statement)

    @pytest.mark.parametrize("statement", ["UPDATE audit_seal SET count = 2", "DELETE FROM audit_seal"])
    def test_seals_cannot_be_changed_or_deleted(self, statement: str) -> None:
        write()
        audit.seal()
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            connection.cursor().execute(statement)


def _forge_whole_chain() -> None:
    tamper(
        "DELETE FROM audit_seal",
        "UPDATE audit_event SET seal_number = NULL, position = NULL, digest = NULL, actor_label = '别人'",
    )
    audit.seal(events_per_seal=4)


MANIPULATIONS = {
    "an event changed": "UPDATE audit_event SET actor_label = '别人' WHERE id = {event}",
    "data changed": "UPDATE audit_event SET data = '{{\"n\": 2}}' WHERE id = {event}",
    "time changed": "UPDATE audit_event SET at = at + interval '1 microsecond' WHERE id = {event}",
    "digest changed": "UPDATE audit_event SET digest = sha256('x') WHERE id = {event}",
    "order changed": "UPDATE audit_event SET position = 5 - position WHERE seal_number = 2",
    "an event deleted": "DELETE FROM audit_event WHERE id = {event}",
    "a seal changed": "UPDATE audit_seal SET at = at + interval '1 s' WHERE number = 2",
    "a seal's link changed": "UPDATE audit_seal SET previous = sha256('x') WHERE number = 2",
    "a seal removed": "DELETE FROM audit_seal WHERE number = 2",
    "the last seal removed": "DELETE FROM audit_seal WHERE number = 3",
    "an event slipped in": (
        "INSERT INTO audit_event (at, code, actor_kind, actor_label, organisation, address, subject_kind,"
        " subject_id, data, seal_number, position, digest) SELECT at, code, actor_kind, actor_label, organisation,"
        " address, subject_kind, subject_id, data, 2, 5, digest FROM audit_event WHERE id = {event}"
    ),
    "an event with a seal that never was": "UPDATE audit_event SET seal_number = 0 WHERE id = {event}",
}


@pytest.mark.django_db
class TestManipulation:
    @pytest.mark.parametrize("what", MANIPULATIONS)
    def test_is_found(self, what: str) -> None:
        ids = write(12, n=1)
        audit.seal(events_per_seal=4)
        assert audit.verify().ok
        tamper(MANIPULATIONS[what].format(event=ids[5]))
        report = audit.verify()
        assert not report.ok
        assert report.problem
        assert report.broken_seal in {0, 2, 3}

    def test_the_changed_event_is_named(self) -> None:
        ids = write(12)
        audit.seal(events_per_seal=4)
        tamper(f"UPDATE audit_event SET address = '1.2.3.4' WHERE id = {ids[6]}")
        report = audit.verify()
        assert (report.broken_seal, report.broken_event) == (2, ids[6])
        assert str(ids[6]) in report.problem

    def test_a_chain_written_anew_is_found_by_a_seal_noted_elsewhere(self) -> None:
        write(12)
        audit.seal(events_per_seal=4)
        noted = {3: audit.verify().last_digest}
        assert audit.verify(anchors=noted).ok
        _forge_whole_chain()
        assert audit.verify().ok
        assert audit.verify(anchors=noted).broken_seal == 3

    def test_a_noted_seal_that_is_gone_is_found(self) -> None:
        write(4)
        audit.seal()
        assert audit.verify(anchors={2: "00" * 32}).broken_seal == 2


@pytest.mark.django_db
class TestProof:
    def exported(self) -> list[str]:
        stream = io.StringIO()
        assert audit.export(stream) == 3
        return stream.getvalue().splitlines()

    @pytest.fixture(autouse=True)
    def _sealed(self) -> None:
        write(12, 名称="长沙“某”公司", n=1.50)
        audit.seal(events_per_seal=4)

    def test_an_outsider_can_check_it_without_the_platform(self) -> None:
        report = audit.verify()
        assert proof.check(self.exported(), {3: report.last_digest}) == (3, 12)

    def test_every_line_matters(self) -> None:
        lines = self.exported()
        for position in range(len(lines)):
            without = lines[:position] + lines[position + 1 :]
            with pytest.raises(proof.Broken):
                proof.check(without, {3: audit.verify().last_digest})

    def test_a_changed_word_is_found(self) -> None:
        lines = self.exported()
        entry = json.loads(lines[2])
        lines[2] = json.dumps({"event": entry["event"].replace("某", "另")})
        with pytest.raises(proof.Broken, match="seal 1"):
            proof.check(lines)

    def test_a_part_can_be_handed_out(self) -> None:
        stream = io.StringIO()
        assert audit.export(stream, first=2, last=3) == 2
        assert proof.check(stream.getvalue().splitlines()) == (2, 8)

    def test_the_command_reports_and_exports(self, tmp_path: Path) -> None:
        out = io.StringIO()
        assert audit.verify_command(export_to=tmp_path / "proof.jsonl", out=out) == 0
        last = audit.verify().last_digest
        assert f"3:{last}" in out.getvalue()
        assert proof.main([str(tmp_path / "proof.jsonl"), f"3:{last}"]) == 0
        assert proof.main([str(tmp_path / "proof.jsonl"), f"3:{'0' * 64}"]) == 1
        tamper("UPDATE audit_seal SET count = 5 WHERE number = 1")
        out = io.StringIO()
        assert audit.verify_command(out=out) == 1
        assert "破坏" in out.getvalue()


def in_thread(work: Callable[[], object]) -> threading.Thread:
    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.django_db(transaction=True)
class TestBesideRunningTransactions:
    def test_a_late_commit_goes_into_a_later_seal(self) -> None:
        written, commit = threading.Event(), threading.Event()

        def slow() -> None:
            with transaction.atomic():
                write(1, who="slow")
                written.set()
                assert commit.wait(20)

        thread = in_thread(slow)
        assert written.wait(20)
        write(3, who="fast")
        assert audit.seal() == 3
        commit.set()
        thread.join()
        assert audit.seal() == 1
        late = Event.objects.get(data__who="slow")
        assert late.seal_number == 2
        assert late.pk < Event.objects.filter(data__who="fast").order_by("id")[0].pk
        assert audit.verify().ok

    def test_many_sealers_and_writers_leave_no_gap(self) -> None:
        def writer() -> None:
            for _ in range(40):
                with transaction.atomic():
                    write(3)

        def sealer() -> None:
            for _ in range(30):
                audit.seal(events_per_seal=7)

        for thread in [in_thread(work) for work in (writer, sealer, writer, sealer, writer)]:
            thread.join()
        audit.seal(events_per_seal=7)
        numbers = list(Seal.objects.order_by("number").values_list("number", flat=True))
        assert numbers == list(range(1, len(numbers) + 1))
        report = audit.verify()
        assert (report.ok, report.events, report.unsealed) == (True, 360, 0)

    def test_truncate_is_refused(self) -> None:
        write()
        with connection.cursor() as cursor, pytest.raises(DatabaseError, match="never changed"):
            cursor.execute("TRUNCATE audit_event")


def test_the_sealer_is_scheduled_every_few_seconds() -> None:
    from procrastinate.contrib.django import app

    schedule = app.periodic_registry.periodic_tasks["audit.seal", ""].croniter
    ticks = [schedule.get_next(ret_type=float, start_time=0)]
    ticks.extend(schedule.get_next(ret_type=float) for _ in range(30))
    assert max(later - earlier for earlier, later in itertools.pairwise(ticks)) <= 5
