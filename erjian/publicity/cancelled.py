"""公告 of 注销 by two consents: no officer decides them, so each day's are made public together (decision G.11).

One notice a day, not one a person: whoever looks something up finds the day, and the other news stay in sight.
"""

from __future__ import annotations

from datetime import date, timedelta

from django.db import connection, transaction
from django.db.models import QuerySet

from erjian import audit
from erjian.applications.models import Application
from erjian.applications.states import State
from erjian.policy import authorities, clock
from erjian.procedures import Step, all_procedures
from erjian.publicity.models import Notice, NoticeKind

LOOK_BACK = 7
"""Days whose notice is made up for when no worker ran."""
_LOCK = 4_301_002
_CONSENTS = frozenset({Step.PERSON, Step.ENTERPRISE, Step.FORMER_ENTERPRISE})


def consented() -> tuple[str, ...]:
    """Codes of procedures that take effect by consents alone and void the certificate."""
    return tuple(item.code for item in all_procedures() if item.voids and set(item.route) <= _CONSENTS)


def cancelled_on(day: date) -> QuerySet[Application]:
    """Cases of those procedures that took effect on a day."""
    return (
        Application.objects.filter(
            procedure_code__in=consented(),
            state=State.DONE,
            ended_at__gte=clock.start_of(day),
            ended_at__lt=clock.end_of(day),
        )
        .select_related("person", "enterprise", "registration")
        .order_by("id")
    )


def title(day: date) -> str:
    """One notice has it, and no other."""
    return f"关于 {day.year} 年 {day.month} 月 {day.day} 日注销二级建造师注册的公告"


def proclaim() -> list[Notice]:
    """Publish what is missing of the days that are over. Repeated or at once in two workers, each day is said once."""
    today, made = clock.today(), []
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        for back in range(LOOK_BACK, 0, -1):
            day = today - timedelta(days=back)
            if Notice.objects.filter(title=title(day)).exists():
                continue
            cases = list(cancelled_on(day))
            if cases:
                made.append(_publish(day, cases))
    return made


def _publish(day: date, cases: list[Application]) -> Notice:
    now = clock.now()
    notice = Notice.objects.create(
        kind=NoticeKind.NOTICE,
        title=title(day),
        body=_body(cases),
        author=authorities.province().name,
        created_at=now,
        published_at=now,
    )
    audit.record("notice.publish", actor=audit.SYSTEM, subject=("notice", notice.pk), data={"cases": len(cases)})
    return notice


def _body(cases: list[Application]) -> str:
    lines = [
        f"根据《注册建造师管理规定》第十七条的规定，经个人和聘用企业双方同意，下列 {len(cases)} 人的注册已办理注销手续，注册证书自注销之日起作废。"
    ]
    for number, case in enumerate(cases, 1):
        held = case.registration
        assert held is not None
        parts = (
            f"{number}. {case.person.name}",
            held.get_registration_class_display(),
            f"注册编号 {held.number}",
            f"证书编号 {held.certificate_number}" if held.certificate_number else "",
            f"聘用企业 {case.enterprise.name}",
        )
        lines.append("，".join(part for part in parts if part))
    return "\n".join(lines)
