"""Which part of the register an officer sees: the province all of it, a city what belongs to its own enterprises.

Outside a scope a row does not exist (404). People and enterprises have no scope here: their portals start from
themselves.
"""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import F, QuerySet

from erjian.accounts.models import User, UserKind
from erjian.policy import authorities
from erjian.registry.models import Enterprise, Person, Qualification, Registration


def confined_to(authority: authorities.Authority) -> str | None:
    """The city that an authority's officers are confined to; None for the province."""
    return None if authority.level == authorities.PROVINCE_LEVEL else authority.code


def city_of(user: User) -> str | None:
    """The city an officer is confined to; None for the province. Raises PermissionError for anybody else."""
    if not user.is_authenticated or user.kind != UserKind.OFFICER or user.authority is None:
        raise PermissionError("only officers have a scope in the register")
    return confined_to(user.authority)


_Rows = TypeVar("_Rows", bound=QuerySet[Any])


def _of_city(city: str | None, rows: _Rows, path: str) -> _Rows:
    return rows if city is None else rows.filter(**{path: city})


def within(user: User, rows: _Rows, path: str) -> _Rows:
    """The rows whose authority, found by `path`, is the officer's; all of them for the province."""
    return _of_city(city_of(user), rows, path)


def of_authority(authority: authorities.Authority, rows: _Rows, path: str) -> _Rows:
    """The same for anybody of an authority."""
    return _of_city(confined_to(authority), rows, path)


def enterprises(user: User) -> QuerySet[Enterprise]:
    """Enterprises that file with the officer's authority."""
    return enterprises_of(city_of(user))


def registrations(user: User) -> QuerySet[Registration]:
    """Registrations held for those enterprises."""
    return registrations_of(city_of(user))


def qualifications(user: User) -> QuerySet[Qualification]:
    """Qualifications of those people."""
    return qualifications_of(city_of(user))


def people(user: User) -> QuerySet[Person]:
    """People registered with those enterprises, or with a qualification recorded there when it was imported."""
    return people_of(city_of(user))


def enterprises_of(city: str | None) -> QuerySet[Enterprise]:
    """The same for any officer of a city; None is the province."""
    return _of_city(city, Enterprise.objects.all(), "filing_authority")


def registrations_of(city: str | None) -> QuerySet[Registration]:
    """The same for any officer of a city; None is the province."""
    return _of_city(city, Registration.objects.all(), "enterprise__filing_authority")


def qualifications_of(city: str | None) -> QuerySet[Qualification]:
    """The same for any officer of a city; None is the province."""
    return present(Qualification.objects.all(), city, "person__")


def people_of(city: str | None) -> QuerySet[Person]:
    """The same for any officer of a city; None is the province."""
    return present(Person.objects.all(), city)


def present(rows: _Rows, city: str | None, person: str = "", *, by: str = "held") -> _Rows:
    """The rows about people whom a city's register holds, or (`cases`) whose cases it knows; all for None.

    The province knows everybody's cases, and is an authority like a city there.

    `person` leads from a row to its person: empty, or `person__`.
    """
    if city is None:
        return rows
    return rows.filter(**{f"{person}presences__authority_code": city, f"{person}presences__{by}__gt": 0})


def known_as(city: str | None, person: str = "") -> F:
    """The name of such rows' people in whose order an index gives them: of the city's people, or of everybody."""
    return F(f"{person}name" if city is None else f"{person}presences__name")


def of_people(user: User, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Rows about a person (`person`) whom the officer sees."""
    return rows if city_of(user) is None else rows.filter(person__in=people(user))
