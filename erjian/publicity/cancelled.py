"""公告 of what no officer decides: 注销 by two consents (decision G.11), and renewals that count as granted.

《中华人民共和国行政许可法》第四十条 wants grants public, those by lapse of time (第五十条) no less. One notice a day and kind,
not one a person: whoever looks something up finds the day, and the other news stay in sight.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction
from django.db.models import Max, QuerySet

from erjian import audit
from erjian.applications.models import Application
from erjian.applications.states import State
from erjian.policy import authorities, clock
from erjian.procedures import Step, all_procedures
from erjian.publicity.models import Notice, NoticeKind

_LOCK = 4_301_002
_CONSENTS = frozenset({Step.PERSON, Step.ENTERPRISE, Step.FORMER_ENTERPRISE})


def consented() -> tuple[str, ...]:
    """Codes of procedures that take effect by consents alone and void the certificate."""
    return tuple(item.code for item in all_procedures() if item.voids and set(item.route) <= _CONSENTS)


@dataclass(frozen=True, kw_only=True)
class Daily:
    """One kind of daily notice: its title's words, the cases and the field with the moment of each, the first line."""

    what: str
    cases: Callable[[], QuerySet[Application]]
    moment: str
    intro: str


_KINDS = (
    Daily(
        what="注销二级建造师注册",
        cases=lambda: Application.objects.filter(procedure_code__in=consented(), state=State.DONE),
        moment="ended_at",
        intro="根据《注册建造师管理规定》第十七条的规定，经个人和聘用企业双方同意，下列 {count} 人的注册已办理注销手续，注册证书自注销之日起作废。",
    ),
    Daily(
        what="视为准予二级建造师延续注册",
        cases=lambda: Application.objects.filter(deemed_granted=True),
        moment="decided_at",
        intro="根据《中华人民共和国行政许可法》第五十条的规定，下列 {count} 人在法定期限内申请延续注册，有效期届满前未作出决定，视为准予延续。",
    ),
)


def title(day: date, what: str = _KINDS[0].what) -> str:
    """One notice has it, and no other."""
    return f"关于 {day.year} 年 {day.month} 月 {day.day} 日{what}的公告"


def proclaim() -> list[Notice]:
    """Publish what is missing of the days that are over, however long nothing ran.

    Repeated or at once in two workers, each day is said once.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        return [notice for kind in _KINDS for notice in _missing(kind)]


def _missing(kind: Daily) -> list[Notice]:
    """The notices of one kind that are due, the oldest day first: before its last one everything has been said."""
    cases = kind.cases().filter(**{f"{kind.moment}__lt": clock.start_of(clock.today())})
    said = Notice.objects.filter(title__startswith="关于 ", title__endswith=f" 日{kind.what}的公告")
    last = said.aggregate(at=Max("created_at"))["at"]
    if last is not None:
        cases = cases.filter(**{f"{kind.moment}__gte": clock.start_of(clock.day_of(last))})
    days: defaultdict[date, list[Application]] = defaultdict(list)
    for case in cases.select_related("person", "enterprise", "registration").order_by("id"):
        days[clock.day_of(getattr(case, kind.moment))].append(case)
    done = set(said.filter(title__in=[title(day, kind.what) for day in days]).values_list("title", flat=True))
    return [_publish(kind, day, days[day]) for day in sorted(days) if title(day, kind.what) not in done]


def _publish(kind: Daily, day: date, cases: list[Application]) -> Notice:
    now = clock.now()
    notice = Notice.objects.create(
        kind=NoticeKind.NOTICE,
        title=title(day, kind.what),
        body=_body(kind, cases),
        author=authorities.province().name,
        created_at=now,
        published_at=now,
    )
    audit.record("notice.publish", actor=audit.SYSTEM, subject=("notice", notice.pk), data={"cases": len(cases)})
    return notice


def _body(kind: Daily, cases: list[Application]) -> str:
    lines = [kind.intro.format(count=len(cases))]
    for number, case in enumerate(cases, 1):
        held, person = case.registration, case.person
        assert held is not None
        assert person is not None
        parts = (
            f"{number}. {person.name}",
            held.get_registration_class_display(),
            f"注册编号 {held.number}",
            f"证书编号 {held.certificate_number}" if held.certificate_number else "",
            f"聘用企业 {case.enterprise.name}",
        )
        lines.append("，".join(part for part in parts if part))
    return "\n".join(lines)
