"""Officers of the province and its cities: one for each function that policy places there, two where one is not enough.

A final reviewer never reviewed first, and people fall ill: first and final reviewers come in pairs.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.auth.hashers import make_password

from erjian import policy
from erjian.accounts.models import Function, Grant, User, UserKind
from erjian.demo import figures, names
from erjian.policy import authorities, clock
from erjian.policy.levels import Level

#: One password for every account of the demonstration; never used outside it.
PASSWORD = "Erjian-yanshi-2026"  # noqa: S105 - printed on purpose

_USERNAMES = {
    Function.ACCEPTANCE: "shouli",
    Function.FIRST_REVIEW: "chushen",
    Function.FINAL_REVIEW: "fushen",
    Function.DECISION: "jueding",
    Function.REGISTER: "dengji",
    Function.NOTICES: "tongzhi",
    Function.COUNTER: "chuangkou",
    Function.SYSTEM: "xitong",
    Function.SECURITY: "anquan",
    Function.AUDIT: "shenji",
}
_PAIRS = (Function.FIRST_REVIEW, Function.FINAL_REVIEW)
_PROVINCE_ONLY = (Function.FINAL_REVIEW, Function.DECISION, Function.NOTICES)


@dataclass(frozen=True, kw_only=True)
class Officers:
    """The officers by authority and function; the first of each list does the work of the cases."""

    by_place: dict[tuple[str, str], list[User]]

    def of(self, authority: str, function: Function, *, second: bool = False) -> User:
        """One officer; `second` names the stand-in where there is one."""
        found = self.by_place[authority, function]
        return found[-1] if second else found[0]


def functions_of(authority: policy.Authority) -> tuple[Function, ...]:
    """The functions that have work at an authority of this level (`policy.step_levels`)."""
    if authority.level == Level.PROVINCE:
        return tuple(Function)
    return tuple(function for function in Function if function not in _PROVINCE_ONLY)


def appoint(rng: random.Random, *, password_hash: str | None = None) -> Officers:
    """Create the officers and their grants."""
    encoded = password_hash or make_password(PASSWORD)
    users: list[tuple[User, Function]] = []
    for authority in authorities.every():
        for function in functions_of(authority):
            for position in range(2 if function in _PAIRS else 1):
                name = f"{authority.prefix.lower()}-{_USERNAMES[function]}{position + 1 if position else ''}"
                user = User(
                    username=name,
                    kind=UserKind.OFFICER,
                    name=names.official(rng),
                    authority_code=authority.code,
                    password=encoded,
                    password_changed_at=clock.now(),
                    phone=figures.mobile(90_000_000 + len(users)),
                    id_number=figures.id_number(date(1975, 1, 1) + timedelta(days=11 * len(users)), 931),
                )
                users.append((user, function))
    User.objects.bulk_create(user for user, _ in users)
    Grant.objects.bulk_create(Grant(user=user, function=function) for user, function in users)
    by_place: dict[tuple[str, str], list[User]] = {}
    for user, function in users:
        by_place.setdefault((user.authority_code, function), []).append(user)
    return Officers(by_place=by_place)
