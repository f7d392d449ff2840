"""A colleague stands in: with the functions lent, for the days said, under both names, and never twice on one case."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from erjian.accounts import delegating
from erjian.accounts.models import Delegation, Function, User
from erjian.applications import engine
from erjian.audit.models import Event
from erjian.policy import clock
from tests import makers

pytestmark = pytest.mark.django_db
CITY = "430100"


@pytest.fixture
def giver() -> User:
    return makers.officer(CITY, Function.FIRST_REVIEW, name="贺静")


@pytest.fixture
def taker() -> User:
    return makers.officer(CITY, Function.ACCEPTANCE, name="胡敏")


def lend(giver: User, taker: User, *, begins: int = 0, ends: int = 3) -> Delegation:
    today = clock.today()
    return delegating.give(
        giver=giver,
        taker_id=taker.pk,
        begins=today + timedelta(days=begins),
        ends=today + timedelta(days=ends),
        reason="休假",
    )


def held(user: User) -> frozenset[Function]:
    return User.objects.get(pk=user.pk).functions


def test_lent_for_the_days_said(giver: User, taker: User) -> None:
    lend(giver, taker, begins=1, ends=3)
    seen = []
    for day in range(5):
        with clock.travel(days=day):
            seen.append(Function.FIRST_REVIEW in held(taker))
    assert seen == [False, True, True, True, False]


def test_both_names_stand_under_what_is_done(giver: User, taker: User) -> None:
    lend(giver, taker)
    user = User.objects.get(pk=taker.pk)
    assert user.acting_as(Function.FIRST_REVIEW).label == "胡敏（代贺静）"
    assert user.acting_as(Function.ACCEPTANCE).label == "胡敏"


def test_taken_back_at_once(giver: User, taker: User) -> None:
    row = lend(giver, taker)
    delegating.revoke(giver=giver, pk=row.pk)
    assert held(taker) == {Function.ACCEPTANCE}
    assert Event.objects.get(code="account.delegation_revoked").actor_user_id == giver.pk


def test_a_disabled_officer_lends_nothing(giver: User, taker: User) -> None:
    lend(giver, taker)
    User.objects.filter(pk=giver.pk).update(is_active=False)
    assert held(taker) == {Function.ACCEPTANCE}


def test_lent_functions_are_not_lent_on(giver: User, taker: User) -> None:
    third = makers.officer(CITY, Function.COUNTER)
    lend(giver, taker)
    lend(taker, third)
    assert held(third) == {Function.COUNTER, Function.ACCEPTANCE}


def test_the_pair_counts_as_one_for_the_second_review(giver: User, taker: User) -> None:
    assert not engine.is_pair(giver.pk, taker)
    row = lend(giver, taker)
    assert engine.is_pair(giver.pk, taker)
    assert engine.is_pair(taker.pk, giver)
    delegating.revoke(giver=giver, pk=row.pk)
    assert engine.is_pair(giver.pk, taker), "what was reviewed under it stays reviewed"
    with clock.travel(days=360):
        assert engine.is_pair(giver.pk, taker)
    with clock.travel(days=380):
        assert not engine.is_pair(giver.pk, taker), "after a year they are two again"


@pytest.mark.parametrize("function", [Function.SYSTEM, Function.SECURITY, Function.AUDIT])
def test_administrators_neither_lend_nor_stand_in(giver: User, taker: User, function: Function) -> None:
    administrator = makers.officer(CITY, function)
    for one, other in ((administrator, taker), (giver, administrator)):
        with pytest.raises(delegating.DelegationRefused):
            lend(one, other)


def test_nobody_of_another_authority_stands_in(giver: User) -> None:
    with pytest.raises(delegating.DelegationRefused):
        lend(giver, makers.officer("430200", Function.ACCEPTANCE))


def test_over_http(giver: User, taker: User) -> None:
    client = Client()
    client.force_login(giver)
    address = "/authority/administration/delegation/"
    today = clock.today()
    fields = {"taker": taker.pk, "begins": str(today), "ends": str(today), "reason": "出差"}
    assert client.post(address, {**fields, "ends": "2020-01-01"}).status_code == 422
    assert client.post(address, fields).status_code == 302
    assert client.post(address, fields).status_code == 422, "one at a time"
    assert "生效中" in client.get(address).content.decode()
    theirs = Client()
    theirs.force_login(taker)
    assert "贺静委托您" in theirs.get(address).content.decode()
    row = Delegation.objects.get()
    assert theirs.post(f"{address}{row.pk}/revoke/").status_code == 404
    assert client.post(f"{address}{row.pk}/revoke/").status_code == 302
