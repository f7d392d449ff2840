"""A registration ends with its employer: who is told and when, what lapses, and what puts it right again."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings

from erjian import audit, certificates
from erjian.applications import employers, robots
from erjian.applications.models import Application
from erjian.applications.states import State
from erjian.audit.models import Event
from erjian.messaging.models import InboxMessage, SmsMessage
from erjian.policy import clock, loading
from erjian.registry import changes
from erjian.registry.models import Change, Enterprise, PendingLapse, Registration
from tests import makers
from tests.applications.employing import (
    DAYS,
    DEREGISTERED,
    NORMAL,
    REVOKED,
    learn,
    nights,
    qualified,
    registered,
    titles,
)
from tests.applications.test_plans_of_robots import plan
from tests.procedures.scenes import Scene

pytestmark = pytest.mark.django_db
LONG_AGO = date(2019, 4, 17)


def another_policy(tmp_path: Path, days: int) -> override_settings:
    path = tmp_path / f"policy-{days}.toml"
    text = loading.HUNAN.read_text(encoding="utf-8")
    assert f"employer_lapse_days = {DAYS}" in text
    path.write_text(text.replace(f"employer_lapse_days = {DAYS}", f"employer_lapse_days = {days}"), encoding="utf-8")
    return override_settings(ERJIAN_POLICY_FILE=str(path))


@pytest.mark.parametrize(
    ("status", "withdrawn", "words"),
    [
        (REVOKED, None, "聘用单位被吊销营业执照"),
        (DEREGISTERED, None, "聘用单位已注销"),
        (NORMAL, LONG_AGO, "聘用单位被吊销或者撤回资质证书"),
    ],
)
def test_people_are_told_once_and_the_registration_lapses_after_the_days(
    status: str, withdrawn: date | None, words: str
) -> None:
    firm = makers.enterprise()
    row = registered(firm)
    learn(firm, status)
    qualified(firm, withdrawn)
    today = clock.today()
    assert nights(0, 0, 1, 15, DAYS) == {"employer_notice": 1}
    row.refresh_from_db()
    assert (row.status, titles(row)) == ("valid", ["注册将因聘用单位失效"])
    last, after = today + timedelta(days=DAYS), today + timedelta(days=DAYS + 1)
    said = InboxMessage.objects.get(recipient_kind="person")
    assert f"将于 {after.year}年{after.month}月{after.day}日失效" in said.body
    assert words.removeprefix("聘用单位") in said.body
    assert SmsMessage.objects.filter(key__startswith="person:").count() == 1
    assert nights(DAYS + 1, DAYS + 1, DAYS + 9) == {"employer_lapse": 1}
    row.refresh_from_db()
    assert (row.status, row.ended_on, row.end_reason) == ("lapsed", last, words)
    assert titles(row) == ["注册将因聘用单位失效", "注册已失效"]
    assert Change.objects.filter(registration_id=row.pk, kind="lapsed").count() == 1
    assert Event.objects.filter(code="registration.lapse", subject_id=str(row.pk)).count() == 1
    assert not PendingLapse.objects.exists()


def test_the_employer_is_told_once_for_all_its_people() -> None:
    firm = makers.enterprise()
    for _ in range(3):
        registered(firm)
    learn(firm, REVOKED)
    assert nights(0, 1) == {"employer_notice": 3}
    assert InboxMessage.objects.filter(recipient_kind="enterprise", recipient_id=str(firm.pk)).count() == 1


def test_a_wrong_file_and_its_correction_end_nothing() -> None:
    firms = [makers.enterprise(f"湖南第{n}建设有限公司") for n in range(3)]
    rows = [registered(firm) for firm in firms]
    for firm in firms:
        learn(firm, REVOKED)
    assert nights(0) == {"employer_notice": 3}
    with clock.travel(days=DAYS):
        for firm in firms:
            learn(firm, NORMAL)
    assert nights(DAYS + 1, DAYS + 40) == {"employer_over": 3}
    for row in rows:
        row.refresh_from_db()
        assert (row.status, titles(row)) == ("valid", ["注册将因聘用单位失效", "注册不再失效"])
    assert not PendingLapse.objects.exists()


def test_a_record_put_right_in_the_same_hour_tells_nobody() -> None:
    firm = makers.enterprise()
    row = registered(firm)
    learn(firm, REVOKED)
    learn(firm, NORMAL)
    assert nights(0, DAYS + 1) == {}
    assert titles(row) == []


def test_a_record_that_is_withdrawn_and_made_again_begins_anew() -> None:
    firm = makers.enterprise()
    row = registered(firm)
    learn(firm, REVOKED)
    nights(0)
    with clock.travel(days=20):
        learn(firm, NORMAL)
        learn(firm, REVOKED)
    assert nights(20, DAYS + 1, 20 + DAYS) == {"employer_notice": 1}
    assert nights(21 + DAYS) == {"employer_lapse": 1}
    assert titles(row) == ["注册将因聘用单位失效", "注册将因聘用单位失效", "注册已失效"]


def test_nights_on_which_nothing_ran_shorten_nobodys_time() -> None:
    firm = makers.enterprise()
    registered(firm)
    learn(firm, REVOKED)
    assert nights(50, 50 + DAYS) == {"employer_notice": 1}
    assert nights(51 + DAYS) == {"employer_lapse": 1}


def test_who_comes_later_has_the_days_too() -> None:
    firm = makers.enterprise()
    registered(firm)
    learn(firm, REVOKED)
    nights(0)
    late = registered(firm)
    assert nights(25, DAYS + 1) == {"employer_notice": 1, "employer_lapse": 1}
    late.refresh_from_db()
    assert late.status == "valid"


def test_policy_turns_it_off_and_on_again(tmp_path: Path) -> None:
    firm = makers.enterprise()
    row = registered(firm)
    learn(firm, REVOKED)
    with another_policy(tmp_path, 0):
        assert nights(0, DAYS + 1, 200) == {}
        assert employers.at_stake(Enterprise.objects.get(pk=firm.pk)) == {}
    assert nights(200, 200 + DAYS) == {"employer_notice": 1}
    with another_policy(tmp_path, 0):
        assert nights(201 + DAYS) == {"employer_over": 1}
    row.refresh_from_db()
    assert (row.status, titles(row)[-1]) == ("valid", "注册不再失效")


def test_what_was_promised_in_writing_does_not_become_shorter(tmp_path: Path) -> None:
    firm = makers.enterprise()
    registered(firm)
    learn(firm, REVOKED)
    nights(0)
    with another_policy(tmp_path, 10):
        assert nights(11, DAYS) == {}
        assert nights(DAYS + 1) == {"employer_lapse": 1}


@pytest.mark.parametrize("ended", ["lapsed", "cancelled", "rescinded", "revoked", "expired"])
def test_what_has_ended_is_left(ended: str) -> None:
    firm = makers.enterprise()
    row = registered(firm)
    learn(firm, REVOKED)
    nights(0)
    today = clock.today()
    if ended == "expired":
        Registration.objects.update(valid_until=today + timedelta(days=9))
    else:
        Registration.objects.update(status=ended, ended_on=today, end_reason="别的原因")
    nights(DAYS + 1, DAYS + 2)
    row.refresh_from_db()
    assert (row.status, row.end_reason) == (
        ("lapsed", "注册有效期满且未延续注册") if ended == "expired" else (ended, "别的原因")
    )
    assert titles(row) == ["注册将因聘用单位失效"]
    assert not PendingLapse.objects.exists()


def test_a_suspended_registration_is_told_of_when_it_is_in_force_again() -> None:
    firm = makers.enterprise()
    row = registered(firm, status="suspended")
    learn(firm, REVOKED)
    assert nights(0, DAYS + 1) == {}
    with clock.travel(days=90):
        changes.restore(registration_id=row.pk, case_number="", actor=audit.SYSTEM)
    assert nights(90, 90 + DAYS) == {"employer_notice": 1}
    assert nights(91 + DAYS) == {"employer_lapse": 1}


def test_the_certificate_no_longer_holds_and_the_public_is_told_why() -> None:
    scene = Scene("renewal")
    assert scene.registration is not None
    Registration.objects.update(valid_until=clock.today() + timedelta(days=500))
    scene.registration.specialties.update(end=clock.today() + timedelta(days=500))
    version = certificates.issuing.issue(
        certificates.actions.create_version(
            registration_id=scene.registration.pk, new_number=False, reason="初始注册", case_number="CS-2023-000417",
            actor=audit.SYSTEM,
        ).pk
    )  # fmt: skip
    learn(scene.enterprise, REVOKED)
    nights(0)
    assert "证书有效" in Client().get(f"/verify/{version.token}/").content.decode()
    nights(DAYS + 1)
    for days in (DAYS + 1, 600):  # 600: after the day until which it was granted, too
        with clock.travel(days=days):
            page = Client().get(f"/verify/{version.token}/").content.decode()
        assert "注册已失效，证书无效" in page
        assert "聘用单位被吊销营业执照" in page
        assert "没有延续" not in page


# --- a change of employer meanwhile ---


def transfer() -> Scene:
    """A person whose employer cannot employ any more and for whom a new one files 变更."""
    scene = Scene("transfer")
    learn(scene.other, REVOKED)
    assert nights(0) == {"employer_notice": 1}
    return scene


WAITS = [
    State.WAIT_FORMER, State.REPORTED, State.CORRECTION, State.ACCEPTED, State.FIRST_OK, State.FIRST_NG,
    State.REVIEW_OK, State.REVIEW_NG, State.PUBLICITY, State.OBJECTION, State.PUBLICITY_DONE,
]  # fmt: skip
LAPSES = [State.DRAFT, State.WAIT_PERSON, State.REJECTED, State.WITHDRAWN, State.TERMINATED, State.NOT_ACCEPTED]


@pytest.mark.parametrize("state", [*WAITS, *LAPSES])
def test_a_change_that_is_being_decided_is_waited_for(state: State) -> None:
    scene = transfer()
    case = scene.draft()
    if state != State.DRAFT:
        scene.report()
    Application.objects.filter(pk=case.pk).update(state=state, due_on=clock.today() + timedelta(days=90))
    assert nights(DAYS + 1) == ({} if state in WAITS else {"employer_lapse": 1})
    if state in WAITS:
        Application.objects.filter(pk=case.pk).update(state=State.REJECTED)
        assert nights(DAYS + 2) == {"employer_lapse": 1}


def test_who_has_moved_is_left_in_peace() -> None:
    scene = transfer()
    assert scene.registration is not None
    changes.move(
        registration_id=scene.registration.pk, enterprise_id=scene.enterprise.pk, on=clock.today(),
        case_number="CS-2026-000417", actor=audit.SYSTEM,
    )  # fmt: skip
    assert nights(1, DAYS + 1) == {"employer_over": 1}
    assert titles(scene.registration) == ["注册将因聘用单位失效"]
    assert Registration.objects.get().status == "valid"


def test_who_came_lately_can_leave_an_employer_that_cannot_employ() -> None:
    """The platform's twelve months between two changes would leave them no way out."""
    scene = Scene("transfer")
    Registration.objects.update(employed_on=clock.today() - timedelta(days=20))
    browser = scene.client()
    named = {"name": scene.person.name, "id_number": scene.person.id_number}
    assert "12 个月内不能变更" in browser.post("/enterprise/transfer/new/", named).content.decode()
    learn(scene.other, REVOKED)
    page = browser.post("/enterprise/transfer/new/", named).content.decode()
    assert "12 个月内不能变更" not in page
    assert 'name="token"' in page


def test_who_lapsed_so_can_be_registered_again_and_history_keeps_why() -> None:
    scene = Scene("transfer")
    learn(scene.other, REVOKED)
    nights(0, DAYS + 1)
    row = Registration.objects.get()
    with clock.travel(days=DAYS + 2):
        changes.register(
            person_id=row.person_id, enterprise_id=scene.enterprise.pk, registration_class="constructor",
            specialties=("building",), on=clock.today(), case_number="CS-2026-000418", form={}, actor=audit.SYSTEM,
            again=True,
        )  # fmt: skip
    row.refresh_from_db()
    assert (row.status, row.end_reason) == ("cancelled", "聘用单位被吊销营业执照")


# --- runs ---


def test_a_dry_run_says_what_the_run_does() -> None:
    firm, other = makers.enterprise(), makers.enterprise("湖南第二建设有限公司")
    old = clock.today() - timedelta(days=66 * 365)
    for of in (firm, other):
        registered(of)
        registered(of, valid_until=clock.today() + timedelta(days=20))
        registered(of, person=makers.person(birth=old, verified=False))
    learn(firm, REVOKED)
    dry = robots.run(dry_run=True)
    assert not PendingLapse.objects.exists()
    real = robots.run()
    assert dry.done == real.done
    learn(other, REVOKED)
    with clock.travel(days=DAYS + 1):
        dry, real = robots.run(dry_run=True), robots.run()
        assert dry.done == real.done
        assert real.done["employer_lapse"] == 1
        assert real.done["employer_notice"] == 1


def test_what_was_put_right_while_the_run_goes_on_does_not_lapse() -> None:
    firm = makers.enterprise()
    row = registered(firm)
    learn(firm, REVOKED)
    nights(0)
    with clock.travel(days=DAYS + 1):
        (read,) = employers.due()
        learn(firm, NORMAL)
        with pytest.raises(changes.RegisterRefused, match="刚有变动"):
            employers.lapse(row=read)
    row.refresh_from_db()
    assert row.status == "valid"


def test_a_night_costs_the_same_for_many_who_were_told_before() -> None:
    firm = makers.enterprise()
    registered(firm)
    learn(firm, REVOKED)
    nights(0)
    with CaptureQueriesContext(connection) as few:
        nights(1)
    for _ in range(4):
        registered(firm)
    nights(1)
    with CaptureQueriesContext(connection) as many:
        nights(1)
    assert len(many) == len(few)


def test_whom_to_tell_is_found_by_the_few_employers() -> None:
    registered(makers.enterprise())
    learn(Enterprise.objects.get(), REVOKED)
    found, _ = plan(lambda: list(employers.to_tell()), "registry_registration")
    assert "using enterprise_ceased on registry_enterprise" in found
    assert "Seq Scan" not in found
