"""On which ground a filing is refused, and what the law ties to one of them.

Whoever applies for registration with false material is not accepted or not registered, and may not apply again for a
year (《注册建造师管理规定》第三十三条; 行政许可法第七十八条). The bar is entered by the decision itself, in its transaction, and
concerns the person applied for and nobody else. Nothing undoes a decision here: whom a review proves right, an officer
frees by hand, with the reason.
"""

from __future__ import annotations

from datetime import date, timedelta

from django.db import models
from django.db.models import Q, QuerySet

from erjian import procedures
from erjian.accounts import confirming
from erjian.accounts.models import User
from erjian.applications import telling
from erjian.applications.models import Application, Letter, TimelineEntry
from erjian.applications.states import State
from erjian.applications.workflow import Who
from erjian.audit import Actor
from erjian.policy import clock
from erjian.registry import restrictions
from erjian.registry.models import BarBasis
from erjian.standards.validity import add_years


class Ground(models.TextChoices):
    """Why; incomplete material is no ground, that is corrected."""

    NOT_REQUIRED = "not_required", "申请事项依法不需要取得行政许可"
    NOT_COMPETENT = "not_competent", "申请事项依法不属于本机关职权范围"
    CONDITIONS = "conditions", "申请人不符合法定条件"
    FALSE_MATERIAL = "false_material", "隐瞒有关情况或者提供虚假材料"


YEARS = 1
"""How long nobody applies again after false material (第三十三条)."""
SHOWN = 5
"""Earlier refusals listed at most."""
REFUSING = ("final_fail", "uphold_objection")
"""What leads to the 不准予 list; the latest of them says why."""
_DECIDED = (State.NOT_ACCEPTED, State.REJECTED)


def standing(application: Application) -> TimelineEntry | None:
    """The review or finding that a case on the 不准予 list rests on."""
    found = TimelineEntry.objects.filter(application=application, transition__in=REFUSING)
    return found.order_by("-pk").first()


def refused_lately(application: Application) -> list[TimelineEntry]:
    """How the same filing of the same subject was refused within a year, latest first: whoever decides now sees why."""
    same = Q(application__person=application.person_id)
    if application.person_id is None:
        same = Q(application__enterprise=application.enterprise_id, application__about=application.about)
    found = TimelineEntry.objects.filter(
        same,
        application__procedure_code=application.procedure_code,
        to_state__in=_DECIDED,
        at__gte=clock.now() - timedelta(days=365),
    ).exclude(application=application)
    return list(found.select_related("application__enterprise").order_by("-at", "-pk")[:SHOWN])


def barring(applications: QuerySet[Application]) -> int:
    """How many of these, once refused as they stand, bar their person."""
    last = TimelineEntry.objects.filter(application__in=applications, transition__in=REFUSING)
    last = last.order_by("application_id", "-pk").distinct("application_id")
    rows = last.values_list("data__ground", "application__procedure_code")
    return sum(ground == Ground.FALSE_MATERIAL and procedures.get(code).registers for ground, code in rows)


def barred_until(application: Application, entry: TimelineEntry) -> date | None:
    """The last day on which the person may not apply again; None when nothing of the kind follows."""
    if application.state not in _DECIDED or entry.data.get("ground") != Ground.FALSE_MATERIAL:
        return None
    if not application.procedure.registers:
        return None
    return add_years(clock.today(), YEARS) - timedelta(days=1)


def follow(application: Application, entry: TimelineEntry, letter: Letter, *, by: User | None, actor: Actor) -> None:
    """Enter the bar under the letter's number and tell the person and who filed. Raises IdentityUnconfirmed, RegisterRefused."""
    until = barred_until(application, entry)
    if until is None or application.person is None:
        return
    if by is not None:
        confirming.require()
    restrictions.add_bar(
        person=application.person,
        basis=BarBasis.FALSE_MATERIAL,
        reason=f"{application.procedure.kind_label}（{application.number}）{Ground.FALSE_MATERIAL.label}",
        document=letter.number,
        begins=clock.today(),
        ends=until,
        actor=actor,
    )
    for who in (Who.PERSON, Who.FILER):
        key = f"barred:{letter.pk}:{who}"
        telling.send(application, "application.barred", who=who, key=key, until=until, letter=letter.get_kind_display())
