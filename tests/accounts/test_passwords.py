"""What a password must not be, and that the last ones do not come back."""

from __future__ import annotations

import itertools

import pytest
from django.test import Client

from erjian.accounts import passwords
from erjian.accounts.models import FormerPassword
from tests import makers

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "guessable",
    [
        "Woaini5201314",
        "Zhongguo2026!",
        "Hunan123456!",
        "Qwer1234!@#$",
        "1qaz2wsx3EDC",
        "Admin@123456",
        "Aa123456789!",
        "Gongsi@2026",
        "Password123!",
        "Abcd1234567!",
        "Erjian20261125",
    ],
)
def test_guessable_passwords_are_refused(guessable: str) -> None:
    with pytest.raises(passwords.PasswordRefused) as refused:
        passwords.check(guessable)
    assert refused.value.code == "common"


@pytest.mark.parametrize("good", ["Shizi-Tiaowu-77-Qiao", "kL9#vw2Qz!pT", "雨花石 Dongtian 38 桥", makers.PASSWORD])
def test_good_passwords_pass(good: str) -> None:
    passwords.check(good)


def test_the_owners_name_does_not_help() -> None:
    with pytest.raises(passwords.PasswordRefused):
        passwords.check("Lixiaolin-2026", names=("lixiaolin",))


def test_the_last_passwords_do_not_come_back(client: Client) -> None:
    user = makers.operator(makers.enterprise(), username="lc-li")
    client.force_login(user)
    chosen = [makers.PASSWORD, *(f"Shizi-Tiaowu-{number}-Qiao" for number in range(10, 17))]

    def change(old: str, new: str) -> int:
        fields = {"old_password": old, "new_password": new, "again": new}
        return client.post("/password/", fields).status_code

    for old, new in itertools.pairwise(chosen):
        assert change(old, new) == 302
    assert FormerPassword.objects.filter(user=user).count() == 5
    answers = [change(chosen[-1], former) for former in chosen[-6:-1]]
    assert answers == [422] * 5
    assert change(chosen[-1], chosen[0]) == 302, "older ones are forgotten"
