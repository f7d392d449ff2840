"""What a proceeding keeps from being filed: 注销 and 重新申报 while 撤销, 吊销 or 暂扣 is not decided, and 重新申报 as long as
a 暂扣 runs whose registration was given up meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Exists, OuterRef

from erjian.applications import facts
from erjian.policy import clock
from erjian.proceedings import opening
from erjian.proceedings.measures import RULES, Measure
from erjian.proceedings.models import Proceeding
from erjian.proceedings.states import OPEN, State
from erjian.publicity import objections
from erjian.registry.models.registrations import LIVE


def held_back(registrations: Iterable[int]) -> dict[int, date | None]:
    """Of these registrations (ids) those whose end would escape a measure: None until it is decided, else its last day."""
    ids = list(registrations)
    deciding = [measure for measure, rule in RULES.items() if rule.holds_back]
    found: dict[int, date | None] = {row.registration_id: row.until for row in _outlived(ids)}
    waiting = Proceeding.objects.filter(registration__in=ids, measure__in=deciding, state__in=sorted(OPEN))
    return found | dict.fromkeys(waiting.values_list("registration_id", flat=True))


def _outlived(ids: list[int]) -> Iterable[Proceeding]:
    """Suspensions that still run, of registrations that have ended."""
    lifted = Proceeding.objects.filter(
        registration=OuterRef("registration"), measure=Measure.RESTORE, state=State.DECIDED, pk__gt=OuterRef("pk")
    )
    return Proceeding.objects.filter(
        ~Exists(lifted), registration__in=ids, measure=Measure.SUSPEND, state=State.DECIDED, until__gte=clock.today()
    ).exclude(registration__status__in=LIVE)


facts.hold_back(held_back)
objections.after_grant(opening.open_on_objection)
