"""What ends by itself: a 暂扣 when its period is over, with the other robots each night (`applications.robots`)."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from erjian import audit
from erjian.applications import robots
from erjian.audit import codes
from erjian.policy import clock
from erjian.proceedings import telling, terms, timeline
from erjian.proceedings.measures import Measure
from erjian.proceedings.models import Proceeding
from erjian.proceedings.states import State
from erjian.registry import changes
from erjian.registry.models import RegistrationStatus

codes.register("proceeding.term_over", "暂扣期满，自动解除")


def over() -> QuerySet[Proceeding]:
    """Suspensions whose last day is past while the registration is still suspended, the latest of each registration."""
    later = Proceeding.objects.filter(
        registration=OuterRef("registration"), measure=Measure.SUSPEND, state=State.DECIDED, pk__gt=OuterRef("pk")
    )
    return Proceeding.objects.filter(
        ~Exists(later),
        measure=Measure.SUSPEND,
        state=State.DECIDED,
        until__lt=clock.today(),
        registration__status=RegistrationStatus.SUSPENDED,
    ).select_related("person", "enterprise", "registration")


def end(*, row: Proceeding) -> None:
    """Lift it: the register, the proceeding's timeline, the audit and both parties, in one transaction."""
    with transaction.atomic():
        changes.restore(registration_id=row.registration_id, case_number=row.number, actor=audit.SYSTEM)
        event = timeline.record(
            row, "term_over", actor=audit.SYSTEM, text=f"暂扣至 {row.until}，期限已满，暂扣自动解除。",
            data={"registration": row.registration_id, "until": str(row.until)},
        )  # fmt: skip
        telling.term_over(row, event)


robots.register(
    robots.Robot(
        name="recount_proceedings",
        label="节假日安排公布，重新计算陈述申辩和听证期限",
        rows=lambda: Proceeding.objects.filter(pk__in=terms.miscounted()),
        act=lambda row: terms.recount(row=row),  # type: ignore[arg-type]
    )
)
robots.register(
    robots.Robot(
        name="suspension_over",
        label="暂扣期满解除",
        rows=over,
        act=lambda row: end(row=row),  # type: ignore[arg-type]
    )
)
