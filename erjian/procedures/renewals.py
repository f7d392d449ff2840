"""When a registration's renewal can be filed: the one rule that the conditions, the pages and the reminders ask.

The window is policy's; a class whose renewal has no such condition (临时延期) can be filed for on any day, and near the age
limit nothing but 注销 can.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import Enum
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from erjian import policy
from erjian.policy import Window
from erjian.procedures import guards
from erjian.procedures.declaration import Procedure, SpecialtySource, all_procedures
from erjian.registry.models import Registration, RegistrationClass, RegistrationSpecialty
from erjian.registry.models.registrations import LIVE


class Chance(Enum):
    """Whether a renewal can be filed on a day."""

    EARLY = "early"
    OPEN = "open"
    OVER = "over"
    TOO_OLD = "too_old"


def procedure_for(registration_class: str) -> Procedure:
    """The procedure by which registrations of a class run on: the one whose specialties are those registered."""
    return next(
        each
        for each in all_procedures()
        if each.specialties == SpecialtySource.REGISTRATION and each.registration_class == registration_class
    )


def window(registration_class: str, end: date) -> Window | None:
    """When the renewal of what ends on a day can be filed; None where on any day."""
    if guards.inside_renewal_window not in procedure_for(registration_class).guards:
        return None
    return policy.current().renewal_window(end)


def chance(registration_class: str, *, end: date, birth_date: date, today: date) -> Chance:
    """Whether the renewal of what ends on a day can be filed today, as far as dates say."""
    if birth_date < policy.current().youngest_refused(registration_class, today):
        return Chance.TOO_OLD
    days = window(registration_class, end)
    if days is None or today in days:
        return Chance.OPEN
    return Chance.EARLY if today < days.first else Chance.OVER


def ending(today: Any, soon: Any) -> Exists:
    """Whether a registration has a specialty that ends within two days, both included: each has an end of its own."""
    return Exists(_ending(today, soon).filter(registration=OuterRef("pk")))


def registrations_ending(today: date, soon: date) -> QuerySet[Any]:
    """The ids of all registrations in force of which that holds, or whose own last day lies between: each read from its index."""
    last = Registration.objects.filter(status__in=LIVE, valid_until__gte=today, valid_until__lte=soon)
    return _ending(today, soon).values("registration").union(last.values("pk"))


def runs_out(today: date) -> Coalesce:
    """The end that a registration's renewal is about: of its specialties that end soon the first that can still be
    renewed, else the first; without any, its last day. To annotate with.
    """
    rules = policy.current()
    mine = _ending(today, rules.renewable_until(today)).filter(registration=OuterRef("pk")).order_by("end")
    in_time = mine.filter(end__gte=today + timedelta(days=rules.renewal_closes_days))
    return Coalesce(Subquery(in_time.values("end")[:1]), Subquery(mine.values("end")[:1]), "valid_until")


def _ending(today: Any, soon: Any) -> QuerySet[RegistrationSpecialty]:
    return RegistrationSpecialty.objects.filter(voided=False, end__gte=today, end__lte=soon)


def reminded() -> tuple[RegistrationClass, ...]:
    """The classes whose holders are reminded: those whose renewal has a window."""
    return tuple(each for each in RegistrationClass if window(each, date.max) is not None)
