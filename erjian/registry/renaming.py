"""An enterprise's lawful name: the register's side of 企业名称变更 (decision G.13).

The credit code stays the key, so registrations, accounts and cases are untouched; what prints the name is re-issued
by the caller for the registrations returned here.
"""

from __future__ import annotations

from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from erjian import audit
from erjian.audit import Actor, codes
from erjian.policy import clock
from erjian.registry.changes import RegisterRefused, remember
from erjian.registry.models import ChangeKind, Enterprise, Registration
from erjian.registry.models.registrations import LIVE
from erjian.standards.text import compact

codes.register("enterprise.rename", "企业名称变更")

_BRACKETS = str.maketrans("（）", "()"), str.maketrans("()", "（）")


def namesakes(name: str) -> QuerySet[Enterprise]:
    """Enterprises of this name, with brackets of either width."""
    name = name.strip()
    return Enterprise.objects.filter(name__in={name, *(name.translate(table) for table in _BRACKETS)})


def holders_of(enterprise_id: int) -> QuerySet[Registration]:
    """Registrations here whose certificates stand: in force or 暂扣, and not run out."""
    runs = Q(dates_binding=False) | Q(valid_until__gte=clock.today())
    return Registration.objects.filter(runs, enterprise_id=enterprise_id, status__in=LIVE)


def _one_at_a_time(name: str) -> None:
    """Hold the name until the transaction ends: two enterprises that take it at once would not see each other."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"erjian.enterprise_name:{compact(name).translate(_BRACKETS[0])}"],
        )


def rename(
    *, enterprise_id: int, name: str, licence_id: UUID | None, case_number: str, actor: Actor
) -> tuple[int, ...]:
    """Give the enterprise its new name and the 营业执照 that shows it; the ids of its holders' registrations.

    Runs inside the caller's transaction. Raises RegisterRefused when the name is the present one or another's.
    """
    enterprise = Enterprise.objects.select_for_update().get(pk=enterprise_id)
    name = name.strip()
    _one_at_a_time(name)
    if compact(name) == compact(enterprise.name):
        raise RegisterRefused(f"企业名称已是“{enterprise.name}”，没有需要变更的内容。", code="same_name")
    if namesakes(name).exclude(pk=enterprise.pk).exists():
        raise RegisterRefused("该名称已属于登记库中的另一家企业。请联系省级主管部门核实。", code="name_taken")
    before = {"name": enterprise.name, "former_name": enterprise.former_name}
    enterprise.former_name, enterprise.name = enterprise.name, name
    enterprise.licence_id = licence_id or enterprise.licence_id
    enterprise.version += 1
    enterprise.save(update_fields=["name", "former_name", "licence", "version", "updated_at"])
    remember(
        ChangeKind.RENAMED,
        actor=actor,
        enterprise_id=enterprise.pk,
        before=before,
        after={"name": enterprise.name, "former_name": enterprise.former_name},
        case_number=case_number,
    )
    audit.record(
        "enterprise.rename",
        actor=actor,
        subject=("enterprise", enterprise.pk),
        data={"before": before["name"], "after": name, "case": case_number},
    )
    return tuple(holders_of(enterprise.pk).order_by("pk").values_list("pk", flat=True))
