"""The made-up identities that the demonstration's identity provider offers to anybody at the screen."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from erjian import protection
from erjian.accounts.models import EnterpriseRight, User, UserKind
from erjian.demo import employers, figures, population
from erjian.policy import authorities
from erjian.registry.models import Person
from erjian.standards import id_numbers

_CITY = "430100"
_ENTERPRISES = 4
STRANGER = ("田小禾", figures.id_number(date(1994, 5, 9), 937))
"""Somebody of whom the register knows nothing."""
NEW_ENTERPRISE = ("湖南新程建设工程有限公司", figures.credit_code(9_000_001))
"""An enterprise that has no account yet."""


def identities() -> list[dict[str, Any]]:
    """Enterprises, people and officers of the demonstration, and one of each that the platform does not know."""
    return [*_enterprises(), *_people(), *_officers()]


def _one(kind: str, number: str, name: str, hint: str) -> dict[str, Any]:
    claim = "credit_code" if kind == "enterprise" else "id_number"
    return {
        # Says nothing of who it is, as a real provider's.
        "sub": protection.index("demo-subject", f"{kind} {number}").hex()[:24],
        "kind": kind,
        "label": name,
        "hint": hint,
        "claims": {"name": name, claim: number},
    }


def _enterprises() -> Iterable[dict[str, Any]]:
    main = employers.MAIN_USERNAMES[EnterpriseRight.MANAGE][0]
    managers = User.objects.filter(kind=UserKind.ENTERPRISE, right=EnterpriseRight.MANAGE).select_related("enterprise")
    found = [*managers.filter(username=main), *managers.exclude(username=main).order_by("pk")[: _ENTERPRISES - 1]]
    for user in found:
        assert user.enterprise is not None
        yield _one("enterprise", user.enterprise.credit_code, user.enterprise.name, user.enterprise.credit_code)
    name, code = NEW_ENTERPRISE
    yield _one("enterprise", code, name, f"{code}，还没有账号")


def _people() -> Iterable[dict[str, Any]]:
    for name, number in (population.WAITING, population.HOLDER, population.NEWCOMER):
        found = Person.objects.filter(id_number_index=protection.index("id_number", number), user__isnull=False)
        hint = "" if found.exists() else "，还没有账户"
        yield _one("person", number, name.text, f"{id_numbers.mask(number)}{hint}")
    stranger, number = STRANGER
    yield _one("person", number, stranger, f"{id_numbers.mask(number)}，登记库里没有")


def _officers() -> Iterable[dict[str, Any]]:
    users = User.objects.filter(kind=UserKind.OFFICER, authority_code__in=(_CITY, authorities.province().code))
    for user in users.exclude(id_number_mask="").order_by("authority_code", "pk"):
        yield _one("officer", user.id_number, user.name, f"{user.organisation}　{user.username}")
