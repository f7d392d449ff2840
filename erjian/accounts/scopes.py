"""Which part of the register an officer sees: the province all of it, a city what belongs to its own enterprises.

Outside a scope a row does not exist (404). People and enterprises have no scope here: their portals start from
themselves.
"""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import Exists, OuterRef, Q, QuerySet

from erjian.accounts.models import User, UserKind
from erjian.policy import authorities
from erjian.registry.models import Enterprise, Person, Qualification, Registration


def _city_of(authority: authorities.Authority) -> str | None:
    return None if authority.level == authorities.PROVINCE_LEVEL else authority.code


def city_of(user: User) -> str | None:
    """The city an officer is confined to; None for the province. Raises PermissionError for anybody else."""
    if not user.is_authenticated or user.kind != UserKind.OFFICER or user.authority is None:
        raise PermissionError("only officers have a scope in the register")
    return _city_of(user.authority)


_Rows = TypeVar("_Rows", bound=QuerySet[Any])


def _of_city(city: str | None, rows: _Rows, path: str) -> _Rows:
    return rows if city is None else rows.filter(**{path: city})


def within(user: User, rows: _Rows, path: str) -> _Rows:
    """The rows whose authority, found by `path`, is the officer's; all of them for the province."""
    return _of_city(city_of(user), rows, path)


def of_authority(authority: authorities.Authority, rows: _Rows, path: str) -> _Rows:
    """The same for anybody of an authority."""
    return _of_city(_city_of(authority), rows, path)


def enterprises(user: User) -> QuerySet[Enterprise]:
    """Enterprises that file with the officer's authority."""
    return enterprises_of(city_of(user))


def registrations(user: User) -> QuerySet[Registration]:
    """Registrations held for those enterprises."""
    return registrations_of(city_of(user))


def qualifications(user: User) -> QuerySet[Qualification]:
    """Qualifications of people registered with those enterprises, or recorded there when they were imported."""
    return qualifications_of(city_of(user))


def people(user: User) -> QuerySet[Person]:
    """People with such a registration or qualification."""
    return people_of(city_of(user))


def enterprises_of(city: str | None) -> QuerySet[Enterprise]:
    """The same for any officer of a city; None is the province."""
    return _of_city(city, Enterprise.objects.all(), "filing_authority")


def registrations_of(city: str | None) -> QuerySet[Registration]:
    """The same for any officer of a city; None is the province."""
    return _of_city(city, Registration.objects.all(), "enterprise__filing_authority")


def qualifications_of(city: str | None) -> QuerySet[Qualification]:
    """The same for any officer of a city; None is the province."""
    if city is None:
        return Qualification.objects.all()
    registered = Registration.objects.filter(person=OuterRef("person"), enterprise__filing_authority=city)
    recorded = Enterprise.objects.filter(credit_code=OuterRef("enterprise_code"), filing_authority=city)
    return Qualification.objects.filter(Q(Exists(registered)) | Q(Exists(recorded)))


def people_of(city: str | None) -> QuerySet[Person]:
    """The same for any officer of a city; None is the province."""
    if city is None:
        return Person.objects.all()
    registered = Registration.objects.filter(person=OuterRef("pk"), enterprise__filing_authority=city)
    codes = Enterprise.objects.filter(filing_authority=city).values("credit_code")
    recorded = Qualification.objects.filter(person=OuterRef("pk"), enterprise_code__in=codes)
    return Person.objects.filter(Q(Exists(registered)) | Q(Exists(recorded)))


def of_people(user: User, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Rows about a person (`person`) whom the officer sees."""
    return rows if city_of(user) is None else rows.filter(person__in=people(user))
