"""统计 of the register: how many are registered in each specialty, and how many registrations run out in which month.

Counted by a job (`tasks.count_figures`) for all authorities at once and kept; pages only read the latest count.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.db.models import Count, Q
from django.db.models.functions import TruncMonth
from procrastinate import exceptions
from procrastinate.contrib.django import app as queue

from erjian import audit
from erjian.audit import Actor
from erjian.policy import clock
from erjian.registry.models import Figures, Registration, RegistrationSpecialty, RegistrationStatus

HORIZON_YEARS = 2
"""How far ahead expiries are counted: further than any page shows, so that a count still serves when a month ends."""
audit.codes.register("register.recount", "重新统计")


def count() -> Figures:
    """Count the register as it is today and keep the result in place of the last."""
    today = clock.today()
    holding = RegistrationSpecialty.objects.filter(
        Q(end__gte=today) | Q(registration__dates_binding=False),
        voided=False,
        registration__status=RegistrationStatus.VALID,
    )
    held = holding.order_by().values_list("registration__enterprise__filing_authority", "specialty")
    ending = Registration.objects.filter(
        status=RegistrationStatus.VALID,
        dates_binding=True,
        valid_until__gte=today,
        valid_until__lt=date(today.year + HORIZON_YEARS, today.month, 1),
    )
    months = ending.order_by().annotate(month=TruncMonth("valid_until"))
    by_month = months.values_list("enterprise__filing_authority", "month").annotate(number=Count("pk"))
    with transaction.atomic():
        made = Figures.objects.create(
            counted_at=clock.now(),
            specialties=_nested(held.annotate(number=Count("registration", distinct=True))),
            expiries=_nested((code, f"{month:%Y-%m}", number) for code, month, number in by_month),
        )
        Figures.objects.filter(pk__lt=made.pk).delete()
    return made


def _nested(rows: Iterable[tuple[str, str, int]]) -> dict[str, dict[str, int]]:
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for authority, name, number in rows:
        found[authority][name] = number
    return found


def latest() -> Figures | None:
    """The last count; None before the first."""
    return Figures.objects.order_by("-pk").first()


def total(counts: dict[str, dict[str, int]], authority: str | None) -> Counter[str]:
    """The counts of one authority by name, or of all where none is named."""
    chosen = counts.values() if authority is None else [counts.get(authority, {})]
    found: Counter[str] = Counter()
    for each in chosen:
        found.update(each)
    return found


def request_count(*, by: Actor) -> bool:
    """Queue a count now; False where one is waiting already."""
    with transaction.atomic():
        audit.record("register.recount", actor=by, subject=("figures", ""))
        try:
            with transaction.atomic():
                queue.configure_task("erjian.registry.tasks.count_figures", queueing_lock="registry.figures").defer()
        except exceptions.AlreadyEnqueued:
            return False
    return True
