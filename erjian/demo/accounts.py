"""Who can sign in to the demonstration. Read from the database, so only what is really there is listed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from erjian import protection
from erjian.accounts.models import Function, User, UserKind
from erjian.demo import employers, population
from erjian.demo.offices import PASSWORD
from erjian.policy import authorities
from erjian.registry.models import Person


@dataclass(frozen=True, kw_only=True)
class Account:
    """One way in. An empty password means that the person has no account before their real-name verification."""

    role: str
    organisation: str
    username: str
    password: str
    functions: str
    """Functions of an officer, the right of an operator, or what there is to see for a person; in words."""
    second_factor: str = "不需要"
    """Whether a second factor is asked; the demonstration asks only who has added one."""


_PEOPLE = (
    (population.WAITING, "有一条申报等待本人确认"),
    (population.HOLDER, "持有电子证书"),
    (population.NEWCOMER, "还没有账户，首次进入先实名认证"),
)
_CITY = "430100"
_ON_THE_ROUTE = (Function.ACCEPTANCE, Function.FIRST_REVIEW, Function.FINAL_REVIEW, Function.DECISION)


def accounts(*, everyone: bool = False) -> list[Account]:
    """The accounts worth trying: the main enterprise's, three people's, the officers of 长沙 and the province.

    With `everyone` also the officers of all cities and the operators of all enterprises.
    """
    return [*_operators(everyone), *_people(), *_officers(everyone)]


def _operators(everyone: bool) -> Iterable[Account]:
    users = User.objects.filter(kind=UserKind.ENTERPRISE).select_related("enterprise").order_by("enterprise_id", "id")
    if not everyone:
        users = users.filter(username__in=[name for name, _ in employers.MAIN_USERNAMES.values()])
    for user in users:
        yield Account(
            role="企业",
            organisation=user.organisation,
            username=user.username,
            password=PASSWORD,
            functions=user.get_right_display(),
        )


def _people() -> Iterable[Account]:
    for (name, number), hint in _PEOPLE:
        person = (
            Person.objects.filter(id_number_index=protection.index("id_number", number)).select_related("user").first()
        )
        if person is None:
            continue
        user: User | None = getattr(person, "user", None)
        active = user is not None and user.has_usable_password()
        yield Account(
            role="个人",
            organisation=name.text,
            username=number,
            password=PASSWORD if active else "",
            functions=hint if active else f"{hint}，手机 {person.phone}",
        )


def _officers(everyone: bool) -> Iterable[Account]:
    province = authorities.province().code
    users = User.objects.filter(kind=UserKind.OFFICER).prefetch_related("grants")
    if not everyone:
        users = users.filter(authority_code__in=(_CITY, province))
    found = []
    for user in users:
        functions = [Function(grant.function) for grant in user.grants.all()]
        on_route = any(function in _ON_THE_ROUTE for function in functions)
        # First those through whose hands a case goes, the capital's before the province's.
        found.append(((not on_route, user.authority_code == province, user.authority_code, user.pk), user, functions))
    for _, user, functions in sorted(found, key=lambda row: row[0]):
        yield Account(
            role="主管单位",
            organisation=user.organisation,
            username=user.username,
            password=PASSWORD,
            functions="、".join(function.label for function in functions),
        )
