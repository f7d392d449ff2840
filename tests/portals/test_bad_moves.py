"""What people and scripts send that they should not: told in a sentence, and nothing has changed afterwards."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from erjian.accounts.models import Function, User
from erjian.applications.models import Application, TimelineEntry
from erjian.applications.states import State
from erjian.audit.models import Event
from erjian.certificates.models import CertificateVersion
from erjian.policy import clock
from erjian.procedures import About, Filer, Picker, all_procedures, get
from erjian.registry.models import Registration, RegistrationSpecialty
from tests import makers
from tests.procedures.scenes import CITY, Scene

BY_ENTERPRISE = [
    item.code for item in all_procedures() if item.filer == Filer.ENTERPRISE and item.about == About.PERSON
]
BY_PERSON = [item.code for item in all_procedures() if item.filer == Filer.PERSON]
HOLDERS = [
    code
    for code in BY_ENTERPRISE
    if get(code).picker == Picker.OWN_HOLDERS and "registration_in_force" in {each.code for each in get(code).guards}
]
CONSENTED = ("initial", "addition", "renewal", "replacement", "id_number", "cancellation", "temporary_renewal")
alone = pytest.mark.django_db
together = pytest.mark.django_db(transaction=True)


def signed_in(user: User) -> Client:
    found = Client()
    found.force_login(user)
    return found


def said(answer: Any) -> str:
    """The answer's words, without markup."""
    return html.unescape(re.sub(r"<[^>]+>", "", answer.content.decode()))


def state_of_things() -> tuple[Any, ...]:
    """Everything that must be the same after something was refused."""
    return (
        list(Application.objects.order_by("pk").values_list("pk", "state", "version", "form_version")),
        list(Registration.objects.order_by("pk").values_list("pk", "status", "enterprise_id", "valid_until")),
        TimelineEntry.objects.count(),
        CertificateVersion.objects.count(),
        Event.objects.filter(subject_kind="application").count(),
    )


def refused(call: Callable[[], Any], status: int, *words: str) -> None:
    before = state_of_things()
    answer = call()
    assert answer.status_code == status, said(answer)[:2000]
    for each in words:
        assert each in said(answer)
    assert state_of_things() == before


@alone
@pytest.mark.parametrize(
    "code", ["nonsense", "cancellation_by_person", "personal_change", "initial'--", "%00", "INITIAL"]
)
def test_kinds_that_an_enterprise_cannot_file(code: str) -> None:
    browser = Scene("initial").client()
    for address in (f"/enterprise/{code}/", f"/enterprise/{code}/new/", f"/enterprise/{code}/export.xlsx"):
        refused(lambda address=address: browser.get(address), 404)
    refused(lambda: browser.post(f"/enterprise/{code}/start/", {"token": "x"}), 404)


@alone
@pytest.mark.parametrize("code", ["nonsense", "initial", "cancellation"])
def test_kinds_that_a_person_cannot_file(code: str) -> None:
    scene = Scene("cancellation_by_person")
    refused(lambda: scene.client().post(f"/person/filing/{code}/start/"), 404)


@alone
@pytest.mark.parametrize("code", HOLDERS)
def test_a_choice_opens_only_what_it_was_made_for(code: str) -> None:
    scene = Scene(code)
    browser = scene.client()
    page = browser.get(f"/enterprise/{code}/new/").content.decode()
    token = re.findall(r'name="token" value="([^"]+)"', page)[0]
    other = next(each for each in HOLDERS if each != code)
    expired = "选择已过期。请重新查询并选择人员。"
    refused(lambda: browser.post(f"/enterprise/{other}/start/", {"token": token}), 422, expired)
    refused(lambda: browser.post(f"/enterprise/{code}/start/", {"token": token[:-2]}), 422, expired)
    refused(lambda: browser.post(f"/enterprise/{code}/start/", {"token": str(scene.person.pk)}), 422, expired)
    refused(lambda: browser.post(f"/enterprise/{code}/start/"), 422, expired)
    stranger = signed_in(makers.operator(makers.enterprise("湘潭另一家建设有限公司")))
    refused(lambda: stranger.post(f"/enterprise/{code}/start/", {"token": token}), 422, expired)
    assert scene.person.name not in said(stranger.get(f"/enterprise/{code}/new/"))


@alone
@pytest.mark.parametrize("code", HOLDERS)
def test_a_person_who_went_to_another_enterprise_meanwhile(code: str) -> None:
    scene = Scene(code)
    choose = scene.choose(scene.client())
    Registration.objects.filter(person=scene.person).update(enterprise=scene.other)
    refused(choose, 422, "注册不在本企业。")


@alone
@pytest.mark.parametrize("code", HOLDERS)
def test_a_certificate_that_lapsed_meanwhile(code: str) -> None:
    scene = Scene(code)
    browser = scene.client()
    choose = scene.choose(browser)
    yesterday = clock.today() - timedelta(days=1)
    RegistrationSpecialty.objects.update(end=yesterday)
    Registration.objects.filter(person=scene.person).update(status="lapsed", valid_until=yesterday, ended_on=yesterday)
    refused(choose, 422, "注册")


@alone
@pytest.mark.parametrize("code", HOLDERS)
def test_a_certificate_that_lapsed_while_the_form_was_open(code: str) -> None:
    scene = Scene(code)
    browser = scene.client()
    scene.draft()
    yesterday = clock.today() - timedelta(days=1)
    RegistrationSpecialty.objects.update(end=yesterday)
    Registration.objects.filter(person=scene.person).update(status="lapsed", valid_until=yesterday, ended_on=yesterday)
    before = state_of_things()[:4]
    answer = scene.hand_in(browser)
    assert answer.status_code == 422
    assert "注册" in said(answer)
    after = state_of_things()[:4]
    assert [row[1] for row in after[0]] == [row[1] for row in before[0]] == [State.DRAFT]
    assert after[1:] == before[1:]


@alone
@pytest.mark.parametrize("code", CONSENTED)
def test_consent_given_twice_and_to_an_old_version(code: str) -> None:
    scene = Scene(code)
    scene.draft()
    case = scene.report()
    assert case.state == State.WAIT_PERSON
    address, person = f"/person/cases/{case.uuid}/consent/", signed_in(scene.user)
    refused(lambda: person.post(address, {"seen": case.version - 1, "agree": "on"}), 409, "页面打开后这条申报有了变化")
    given = {"seen": case.version, "agree": "on"}
    assert person.post(address, given).status_code == 302
    assert scene.again().state != State.WAIT_PERSON
    refused(lambda: person.post(address, given), 409)
    refused(lambda: person.post(f"/person/cases/{case.uuid}/decline/", {"seen": case.version, "opinion": "不"}), 409)
    assert scene.again().timeline.filter(transition="consent").count() == 1
    foreign = signed_in(makers.person_user(makers.person("刘思齐")))
    refused(lambda: foreign.post(address, given), 404)


@alone
@pytest.mark.parametrize("code", [*BY_ENTERPRISE, *BY_PERSON])
def test_handing_in_twice(code: str) -> None:
    scene = Scene(code)
    scene.draft()
    browser, version = scene.client(), scene.again().version
    assert scene.hand_in(browser).status_code == 302
    case, side = scene.again(), "person" if scene.procedure.filer == Filer.PERSON else "enterprise"
    before = state_of_things()
    again = browser.post(f"/{side}/cases/{case.uuid}/edit/", {"version": version, "do": "report"})
    assert again.status_code in (302, 409, 422), again.status_code
    assert state_of_things() == before
    assert scene.again().timeline.filter(transition="report").count() == 1
    assert scene.again().form_version == 1


@alone
@pytest.mark.parametrize("code", ["initial", "renewal", "replacement", "id_number", "temporary_renewal"])
def test_a_page_that_somebody_else_has_overtaken(code: str) -> None:
    scene = Scene(code)
    scene.draft()
    case = scene.report()
    signed_in(scene.user).post(f"/person/cases/{case.uuid}/consent/", {"seen": case.version, "agree": "on"})
    shown = scene.again()
    assert shown.state == State.REPORTED
    first = makers.officer(shown.acting_authority, Function.ACCEPTANCE, name="胡敏")
    second = makers.officer(shown.acting_authority, Function.ACCEPTANCE, name="谭学军")
    act = {"decision": "accept", "opinion": "材料齐全，已核对原件。", "seen": shown.version, "asked": "1"}
    desk = f"/authority/desk/{shown.uuid}/decide/"
    assert signed_in(first).post(desk, act).status_code == 302
    refused(lambda: signed_in(second).post(desk, act), 409, "胡敏已将其改为“已受理”", "材料齐全，已核对原件。")
    late = {"seen": shown.version}
    withdraw = f"/enterprise/cases/{shown.uuid}/withdraw/"
    refused(lambda: scene.client().post(withdraw, late), 409, "胡敏已将其改为“已受理”", "已受理")


def at_once(*calls: Callable[[], Any]) -> list[int]:
    """Status of requests that start at the same moment."""
    start = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> int:
        try:
            start.wait(timeout=30)
            return call().status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


@together
@pytest.mark.parametrize("code", ["initial", "cancellation"])
def test_the_person_consents_while_the_enterprise_withdraws(code: str) -> None:
    scene = Scene(code)
    scene.draft()
    case = scene.report()
    person, browser = signed_in(scene.user), scene.client()
    seen = {"seen": case.version}
    statuses = at_once(
        lambda: person.post(f"/person/cases/{case.uuid}/consent/", {**seen, "agree": "on"}),
        lambda: browser.post(f"/enterprise/cases/{case.uuid}/withdraw/", seen),
    )
    assert sorted(statuses) == [302, 409]
    after = scene.again()
    names = set(after.timeline.values_list("transition", flat=True)) & {"consent", "withdraw"}
    assert names == ({"consent"} if statuses[0] == 302 else {"withdraw"})
    assert (after.state == State.WITHDRAWN) is (statuses[1] == 302)
    if code == "cancellation":
        assert (Registration.objects.get().status == "cancelled") is (statuses[0] == 302)


@together
def test_the_enterprise_agrees_while_the_person_takes_the_cancellation_back() -> None:
    scene = Scene("cancellation_by_person")
    scene.draft()
    case = scene.report()
    person, browser = scene.client(), signed_in(scene.operator)
    seen = {"seen": case.version}
    statuses = at_once(
        lambda: person.post(f"/person/cases/{case.uuid}/withdraw/", seen),
        lambda: browser.post(f"/enterprise/cases/{case.uuid}/answer/agree_enterprise/", seen),
    )
    assert sorted(statuses) == [302, 409]
    assert (scene.again().state == State.WITHDRAWN) is (statuses[0] == 302)
    assert (Registration.objects.get().status == "cancelled") is (statuses[1] == 302)


@together
def test_a_consent_sent_twice_at_once_counts_once() -> None:
    scene = Scene("cancellation")
    scene.draft()
    case = scene.report()
    windows = [signed_in(scene.user), signed_in(scene.user)]
    given = {"seen": case.version, "agree": "on"}
    statuses = at_once(*(lambda each=each: each.post(f"/person/cases/{case.uuid}/consent/", given) for each in windows))
    assert sorted(statuses) == [302, 409]
    assert scene.again().timeline.filter(transition="consent").count() == 1
    assert Registration.objects.get().status == "cancelled"


@together
def test_a_form_sent_twice_at_once_is_handed_in_once() -> None:
    scene = Scene("initial")
    scene.draft()
    windows = [scene.client(), scene.client()]
    statuses = at_once(*(lambda each=each: scene.hand_in(each) for each in windows))
    assert statuses.count(302) >= 1
    assert set(statuses) <= {302, 409, 422}
    after = scene.again()
    assert (after.state, after.form_version) == (State.WAIT_PERSON, 1)
    assert after.timeline.filter(transition="report").count() == 1
    assert Application.objects.exclude(number="").count() == 1
    assert after.authority_code == CITY
