"""The ID number by which 可信数字身份 recognises an officer: written down by the system administrator, kept like any other."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test import Client

from erjian.accounts.models import ADMINISTRATORS, Function, User
from erjian.audit.models import Event
from tests import makers

pytestmark = pytest.mark.django_db
CITY, PROVINCE = "430100", "430000"


@pytest.fixture
def system() -> Client:
    client = Client()
    client.force_login(makers.officer(PROVINCE, Function.SYSTEM))
    return client


@pytest.fixture
def officer() -> User:
    return makers.officer(CITY, Function.ACCEPTANCE)


def write(client: Client, officer: User, number: str):
    return client.post(f"/authority/administration/officers/{officer.pk}/identity/", {"id_number": number})


def test_it_is_written_down_sealed_and_taken_away(system: Client, officer: User) -> None:
    number = makers.id_number(date(1982, 4, 5))
    assert write(system, officer, number).status_code == 302
    officer.refresh_from_db()
    assert officer.id_number == number
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(u)::text FROM accounts_user u WHERE id = %s", [officer.pk])
        assert number not in cursor.fetchone()[0]
    (event,) = Event.objects.filter(code="officer.changed")
    assert event.data == {"id_number": officer.id_number_mask}
    page = system.get(f"/authority/administration/officers/{officer.pk}/").content.decode()
    assert officer.id_number_mask in page
    assert number not in page
    assert write(system, officer, "").status_code == 302
    officer.refresh_from_db()
    assert officer.id_number == ""


def test_a_wrong_number_is_said_beside_the_field(system: Client, officer: User) -> None:
    answer = write(system, officer, "430102198204051234")
    assert answer.status_code == 422
    assert 'value="430102198204051234"' in answer.content.decode()
    officer.refresh_from_db()
    assert officer.id_number == ""


def test_one_number_is_one_officer(system: Client, officer: User) -> None:
    number = makers.id_number(date(1982, 4, 5))
    write(system, officer, number)
    answer = write(system, makers.officer(CITY, Function.COUNTER), number)
    assert answer.status_code == 422
    assert "已登记在另一个主管单位账号上" in answer.content.decode()


@pytest.mark.parametrize("function", ADMINISTRATORS)
def test_an_administrators_account_is_not_taken_over_by_a_number(system: Client, function: Function) -> None:
    other = makers.officer(PROVINCE, function)
    assert write(system, other, makers.id_number(date(1982, 4, 5))).status_code == 422
    other.refresh_from_db()
    assert other.id_number == ""


def test_others_cannot(officer: User) -> None:
    client = Client()
    client.force_login(makers.officer(PROVINCE, Function.SECURITY))
    assert write(client, officer, makers.id_number(date(1982, 4, 5))).status_code == 403
