"""Figures on the home page, counted at most every five minutes in each process: nothing depends on them."""

from __future__ import annotations

from datetime import date

from django.core.cache import cache

from erjian.applications.models import Application
from erjian.applications.states import State
from erjian.policy import clock
from erjian.registry.models import Registration, RegistrationStatus

_FRESH = 300
"""Seconds for which the figures are shown again."""


def of_today() -> tuple[tuple[str, int, str], ...]:
    """(label, value, unit) for each figure."""
    today = clock.today()
    valid, finished = cache.get_or_set(f"erjian.figures.{today}", lambda: _count(today), _FRESH)
    return ("有效注册二级建造师", valid, "人"), ("今年已办结", finished, "件")


def _count(today: date) -> tuple[int, int]:
    valid = Registration.objects.filter(status=RegistrationStatus.VALID, valid_until__gte=today)
    ended = (State.ISSUED, State.DONE, State.REJECTED)
    finished = Application.objects.filter(state__in=ended, ended_at__gte=clock.start_of(date(today.year, 1, 1)))
    return valid.count(), finished.count()
