"""Reminders of a renewal under a moved clock: who is told, when, of which specialty, and who is not."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from erjian.applications import actions, robots
from erjian.messaging.models import InboxMessage
from erjian.policy import clock
from erjian.registry.models import Registration
from erjian.standards.validity import add_years
from tests import makers
from tests.procedures.scenes import BUILDING, MUNICIPAL, Scene

pytestmark = pytest.mark.django_db


def registered(days_left: int, *, kind: str = "constructor", birth: date = date(1990, 3, 17)) -> Registration:
    today = clock.today()
    return Registration.objects.create(
        person=makers.person(birth=birth, verified=False), registration_class=kind, enterprise=makers.enterprise(),
        number=f"湘243{makers.id_number()[6:]}", registered_on=today, employed_on=today,
        valid_until=today + timedelta(days=days_left),
    )  # fmt: skip


def told() -> list[tuple[str, str]]:
    rows = InboxMessage.objects.filter(key__startswith="renewal:").order_by("id")
    return [(row.recipient_kind, row.title) for row in rows]


OPENS, MISSED = "注册即将到期", "已过延续申请期"
BOTH = ("person", "enterprise")


def test_holder_and_employer_are_told_once_at_each_milestone() -> None:
    registered(90)
    for days in range(91):
        with clock.travel(days=days):
            robots.run()
    assert told() == [(who, title) for title in (OPENS, OPENS, MISSED) for who in BOTH]


@pytest.mark.parametrize("days", [1, 7, 8, 29])
def test_nights_on_which_nothing_ran_are_made_up_for(days: int) -> None:
    registered(90)
    with clock.travel(days=days):
        robots.run()
        robots.run()
    assert told() == [(who, OPENS) for who in BOTH]


def test_a_reminder_leads_to_where_the_renewal_is_begun() -> None:
    row = registered(60)
    robots.run()
    holder, operator = makers.person_user(row.person), makers.operator(row.enterprise)
    for user, words in ((holder, "我的注册"), (operator, "延续申报")):
        browser = Client()
        browser.force_login(user)
        entry = InboxMessage.objects.get(key__startswith="renewal:", recipient_kind=user.kind)
        opened = browser.post(f"/messages/{entry.pk}/", follow=True)
        assert opened.status_code == 200
        assert row.number in opened.content.decode()
        assert words in opened.content.decode()


def test_after_two_milestones_passed_unseen_only_the_later_is_told() -> None:
    registered(90)
    with clock.travel(days=75):
        robots.run()
    assert told() == [(who, MISSED) for who in BOTH]


def test_a_new_employer_is_told_and_the_holder_not_again() -> None:
    row = registered(90)
    robots.run()
    Registration.objects.filter(pk=row.pk).update(enterprise=makers.enterprise())
    robots.run()
    assert told() == [(who, OPENS) for who in (*BOTH, "enterprise")]


@pytest.mark.parametrize("status", ["cancelled", "rescinded", "revoked", "lapsed"])
def test_nobody_is_told_of_a_registration_that_is_not_in_force(status: str) -> None:
    row = registered(60)
    Registration.objects.filter(pk=row.pk).update(status=status, ended_on=clock.today())
    assert robots.run().done == {}
    assert told() == []


def said(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def test_a_specialty_that_ends_before_the_others_is_told_of_by_itself() -> None:
    """增项 runs three years of its own: the registration's last day says nothing of the specialty that ends first."""
    row = registered(700)
    begin, today = clock.today() - timedelta(days=900), clock.today()
    for specialty, days in ((BUILDING, 90), (MUNICIPAL, 700)):
        row.specialties.create(specialty=specialty, begin=begin, end=today + timedelta(days=days))
    row.specialties.create(specialty="highway", begin=begin, end=today + timedelta(days=40), voided=True)
    for days in range(95):
        with clock.travel(days=days):
            robots.run()
    assert told() == [(who, title) for title in (OPENS, OPENS, MISSED) for who in BOTH]
    first, *_, last = [row.body for row in InboxMessage.objects.filter(key__startswith="renewal:").order_by("id")]
    end = today + timedelta(days=90)
    assert f"，建筑工程）有效期至 {said(end)}，请于 {said(today + timedelta(days=60))}前申请延续。" in first
    assert "到期后建筑工程失效，其他专业不变。" in last


def test_a_renewal_that_can_be_filed_is_told_of_before_one_that_is_too_late() -> None:
    row = registered(58)
    begin, today = clock.today() - timedelta(days=900), clock.today()
    for specialty, days in ((BUILDING, 29), (MUNICIPAL, 58)):
        row.specialties.create(specialty=specialty, begin=begin, end=today + timedelta(days=days))
    robots.run()
    assert told() == [(who, OPENS) for who in BOTH]
    assert f"有效期至 {said(today + timedelta(days=58))}" in InboxMessage.objects.order_by("id")[0].body


def test_nobody_is_asked_for_a_renewal_that_the_rules_do_not_have() -> None:
    registered(60, kind="temporary")
    registered(60, birth=add_years(clock.today() + timedelta(days=90), -65))
    young = registered(60, birth=add_years(clock.today() + timedelta(days=91), -65))
    robots.run()
    assert {message.recipient_id for message in InboxMessage.objects.filter(recipient_kind="person")} == {
        str(young.person_id)
    }


def test_who_has_filed_is_not_reminded_until_the_case_comes_to_nothing() -> None:
    scene = Scene("renewal")
    scene.draft()
    assert robots.run(dry_run=True).done == {"remind": 1}, "a draft is not filed yet"
    case = scene.report()
    assert robots.run(dry_run=True).done == {"remind": 1}, "nor what the person has not agreed to"
    actions.consent(application=case, by=scene.user, seen=None, commitment="同意")
    assert robots.run().done == {}
    actions.withdraw(application=scene.again(), by=scene.operator, seen=None)
    assert robots.run().done == {"remind": 1}


def test_a_night_costs_the_same_for_many_who_were_told_before() -> None:
    registered(60)
    robots.run()
    with CaptureQueriesContext(connection) as few:
        robots.run()
    for _ in range(4):
        registered(60)
    robots.run()
    with CaptureQueriesContext(connection) as many:
        assert robots.run().done == {}
    assert len(many) == len(few)
