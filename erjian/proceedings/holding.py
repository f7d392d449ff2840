"""What an open proceeding keeps from being filed meanwhile: 注销 and 重新申报 while 撤销 or 吊销 is not decided."""

from __future__ import annotations

from collections.abc import Iterable

from erjian.applications import facts
from erjian.proceedings import actions
from erjian.proceedings.measures import RULES
from erjian.proceedings.models import Proceeding
from erjian.proceedings.states import OPEN
from erjian.publicity import objections


def held_back(registrations: Iterable[int]) -> frozenset[int]:
    """Of these registrations (ids) those on which a measure that may bring a bar is being decided."""
    measures = [measure for measure, rule in RULES.items() if rule.bars]
    found = Proceeding.objects.filter(
        registration__in=list(registrations), measure__in=measures, state__in=sorted(OPEN)
    )
    return frozenset(found.values_list("registration_id", flat=True))


facts.hold_back(held_back)
objections.after_grant(actions.open_on_objection)
