"""Two hands at once do the thing once; a worker killed between signing and saving leaves one certificate."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client

from erjian import audit, certificates, files
from erjian.accounts.models import Function
from erjian.applications import actions, tasks
from erjian.applications.errors import GuardsRefused
from erjian.applications.models import Application, FormVersion
from erjian.applications.states import State
from erjian.audit.models import Event
from erjian.certificates.models import CertificateVersion
from erjian.proceedings import opening
from erjian.registry.models import Change, Enterprise, Registration
from erjian.standards.errors import Refusal
from tests import makers
from tests.applications import renaming as rename
from tests.applications.test_engine import Cast
from tests.procedures.scenes import Scene

pytestmark = pytest.mark.django_db(transaction=True)


def together(*calls: Callable[[], Any]) -> list[Any]:
    """Run the calls in threads that start at the same moment; results, or the refusal each met."""
    results: list[Any] = [None] * len(calls)
    gate = threading.Barrier(len(calls))

    def run(position: int, call: Callable[[], Any]) -> None:
        gate.wait()
        try:
            results[position] = call()
        except Refusal as refusal:
            results[position] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def refused(results: list[Any]) -> list[Refusal]:
    return [item for item in results if isinstance(item, Refusal)]


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
def announced(cast: Cast) -> Application:
    case = actions.close_publicity(
        application=actions.publish(application=cast.review_ok(), by=cast.decider, batch="GS")
    )
    return actions.announce(application=case, by=cast.decider, granted=True, batch="GG")


def test_two_officers_deciding_at_once(cast: Cast) -> None:
    case = cast.consented()
    other = makers.officer("430100", Function.ACCEPTANCE, name="贺静")
    results = together(
        lambda: actions.accept(application=case, by=cast.acceptor, seen=case.version),
        lambda: actions.refuse_acceptance(
            application=case, by=other, seen=case.version, opinion="不属于本机关职权", ground="not_competent"
        ),
    )
    (loser,) = refused(results)
    assert loser.code == "stale"
    assert case.timeline.filter(transition__in=("accept", "refuse_acceptance")).count() == 1
    assert case.letters.count() == 1


def test_a_double_clicked_report_files_once(cast: Cast) -> None:
    case = makers.draft(cast.person, cast.operator)
    results = together(*[lambda: actions.report(application=case, by=cast.operator, seen=case.version)] * 3)
    assert len(refused(results)) == 2
    assert FormVersion.objects.filter(application=case).count() == 1
    assert Event.objects.filter(code="application.report").count() == 1


def test_two_consents_of_one_person_leave_one_open_case(cast: Cast) -> None:
    other = makers.operator(makers.enterprise("株洲另一建设有限公司", city="430200"))
    cases = [cast.reported(), actions.report(application=makers.draft(cast.person, other), by=other, seen=None)]
    results = together(
        *[
            lambda case=case: actions.consent(application=case, by=cast.user, seen=None, commitment="同意")
            for case in cases
        ]
    )
    assert len(refused(results)) == 1
    assert Application.objects.filter(state=State.REPORTED).count() == 1


def test_two_announcements_register_once(cast: Cast) -> None:
    case = actions.close_publicity(
        application=actions.publish(application=cast.review_ok(), by=cast.decider, batch="GS")
    )
    results = together(*[lambda: actions.announce(application=case, by=cast.decider, granted=True, batch="GG")] * 2)
    assert len(refused(results)) == 1
    assert Registration.objects.count() == CertificateVersion.objects.count() == 1


def test_two_issue_jobs_make_one_certificate(announced: Application) -> None:
    results = together(*[lambda: tasks.issue_certificate(application_id=announced.pk)] * 2)
    version = CertificateVersion.objects.get()
    assert version.state == "current"
    assert Event.objects.filter(code="certificate.issue").count() == 1
    announced.refresh_from_db()
    assert announced.state == State.ISSUED
    assert len(refused(results)) <= 1


_WORKER = """
import django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = {name!r}
django.setup()
from erjian.applications import tasks
tasks.issue_certificate(application_id={case})
"""


def _waiting_for_the_row() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[0])


def test_a_worker_killed_between_signing_and_saving_loses_nothing(announced: Application) -> None:
    """The row is held here, so the worker has signed and waits to save when it is killed."""
    name = connection.settings_dict["NAME"]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    with transaction.atomic():
        CertificateVersion.objects.select_for_update().get()
        code = _WORKER.format(name=name, case=announced.pk)
        worker = subprocess.Popen([sys.executable, "-c", code], env=environment, cwd=settings.BASE_DIR)
        deadline = time.monotonic() + 60
        while not _waiting_for_the_row():
            assert worker.poll() is None, "the worker ended before it could save"
            assert time.monotonic() < deadline
            time.sleep(0.05)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    assert CertificateVersion.objects.get().file is None
    tasks.issue_certificate(application_id=announced.pk)
    version = CertificateVersion.objects.get()
    assert version.file is not None
    assert files.read(version.file).startswith(b"%PDF")
    assert certificates.verifying.judge(version).holds
    assert Event.objects.filter(code="certificate.issue").count() == 1
    audit.seal()
    assert audit.verify().ok


def test_two_decisions_on_a_new_name_have_one_effect(cast: Cast) -> None:
    """Both press at once, having read the same page: one certificate for each holder, one row of history."""
    holders = [rename.holder(cast.enterprise, name) for name in ("周启明", "彭志远")]
    case = rename.Office().ready(rename.reported(cast.operator))
    finals = [makers.officer("430000", Function.FINAL_REVIEW, name=name) for name in ("贺建明", "向前")]
    results = together(
        *[lambda by=by: actions.final_review(application=case, by=by, seen=case.version, passed=True) for by in finals]
    )
    (loser,) = refused(results)
    assert loser.code == "stale"
    assert Change.objects.filter(kind="renamed").count() == 1
    made = CertificateVersion.objects.filter(case_number=case.number)
    assert sorted(made.values_list("registration", "version")) == [(each.pk, 2) for each in holders]
    # the jobs of both certificates end at the same moment, and one of them closes the case
    jobs = [lambda pk=item.pk: tasks.issue_certificate(application_id=case.pk, version_id=pk) for item in made]
    together(*jobs)
    case.refresh_from_db()
    assert case.state == State.ISSUED


def test_two_enterprises_that_take_one_name_at_once_do_not_both_get_it(cast: Cast) -> None:
    """Different rows, different officers, brackets of the other width: the second waits and then sees the first."""
    office, second = rename.Office(), makers.enterprise("湖南河西建设有限公司")
    cases = [
        office.ready(rename.reported(by, new_enterprise_name=name))
        for by, name in ((cast.operator, "麓川（集团）有限公司"), (makers.operator(second), "麓川(集团)有限公司"))
    ]
    finals = [makers.officer("430000", Function.FINAL_REVIEW, name=name) for name in ("向前", "罗湘")]
    results = together(
        *[
            lambda case=case, by=by: actions.final_review(application=case, by=by, seen=case.version, passed=True)
            for case, by in zip(cases, finals, strict=True)
        ]
    )
    (loser,) = refused(results)
    assert "另一家企业" in loser.message
    assert Enterprise.objects.filter(name__startswith="麓川").count() == 1
    assert Change.objects.filter(kind="renamed").count() == 1


def test_who_arrives_while_the_name_changes_gets_the_new_one(cast: Cast) -> None:
    """A first registration and the new name are decided at once: whichever is first, the certificate in force has it."""
    arriving = actions.close_publicity(
        application=actions.publish(application=cast.review_ok(), by=cast.decider, batch="GS")
    )
    office = rename.Office()
    case = office.ready(rename.reported(cast.operator))
    results = together(
        lambda: actions.announce(application=arriving, by=cast.decider, granted=True, batch="GG"),
        lambda: actions.final_review(application=case, by=office.final, seen=case.version, passed=True),
    )
    assert not refused(results)
    standing = CertificateVersion.objects.get(state__in=("pending", "current"))
    assert standing.facts["employer"] == rename.NEW


@pytest.mark.parametrize("answer", ["agree_former", "refuse_former"])
def test_an_employer_that_answers_while_the_other_withdraws(answer: str) -> None:
    """原单位 answers and 新单位 takes the case back in the same second: one of both happens, the other is told."""
    scene = Scene("transfer")
    former = makers.operator(scene.other)
    scene.draft()
    case = actions.consent(application=scene.report(), by=scene.user, seen=None, commitment="同意")
    assert case.state == State.WAIT_FORMER
    browsers = Client(), Client()
    for browser, user in zip(browsers, (former, scene.operator), strict=True):
        browser.force_login(user)
    page, seen = f"/enterprise/cases/{case.uuid}/", {"seen": case.version, "opinion": "尚未办理交接"}
    statuses = together(
        lambda: browsers[0].post(f"{page}answer/{answer}/", seen).status_code,
        lambda: browsers[1].post(f"{page}withdraw/", seen).status_code,
    )
    assert sorted(statuses) == [302, 409]
    done = case.timeline.filter(transition__in=(answer, "withdraw")).values_list("transition", flat=True)
    assert list(done) == [answer if statuses[0] == 302 else "withdraw"]
    assert scene.again().version == case.version + 1


def test_a_person_who_consents_while_the_enterprise_withdraws() -> None:
    scene = Scene("transfer")
    scene.draft()
    case = scene.report()
    person, operator = Client(), Client()
    person.force_login(scene.user)
    operator.force_login(scene.operator)
    statuses = together(
        lambda: person.post(f"/person/cases/{case.uuid}/consent/", {"seen": case.version, "agree": "on"}).status_code,
        lambda: operator.post(f"/enterprise/cases/{case.uuid}/withdraw/", {"seen": case.version}).status_code,
    )
    assert sorted(statuses) == [302, 409]
    assert scene.again().state == (State.WAIT_FORMER if statuses[0] == 302 else State.WITHDRAWN)


def test_a_registration_is_not_restarted_under_a_proceeding_that_begins_at_once(cast: Cast) -> None:
    """吊销 is proposed while 重新申报 is decided: the decision waits for the row of what has lapsed, then sees it."""
    scene = Scene("reregistration")
    assert scene.registration is not None
    Registration.objects.filter(pk=scene.registration.pk).update(status="lapsed")
    scene.draft()
    scene.report()
    decide = scene.at_decision()
    keeper = makers.officer("430000", Function.REGISTER, name="罗婷")
    proposed = threading.Event()

    def propose() -> Any:
        with transaction.atomic():
            made = opening.open_ex_officio(
                registration=scene.registration, measure="revoke", ground="quality", facts="查明属实。", by=keeper
            )
            proposed.set()
            deadline = time.monotonic() + 30
            while not _waiting_for_the_row() and time.monotonic() < deadline:
                time.sleep(0.05)
        return made

    def decide_then() -> Any:
        proposed.wait()
        return decide()

    made, answer = together(propose, decide_then)
    assert isinstance(answer, GuardsRefused), answer
    assert "主管部门正在核查注册" in answer.message
    assert made.state == "proposed"
    assert Registration.objects.filter(person=scene.person).count() == 1
