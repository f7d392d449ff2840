"""What the authority did of its own accord: proceedings at every stage, bars, locks and hours of continuing education.

They concern people whose registration no story is about, so that neither gets in the other's way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta

from erjian.accounts.models import Function
from erjian.demo import moments
from erjian.demo.offices import Officers
from erjian.demo.stories import Event, Teller
from erjian.policy import authorities, clock
from erjian.proceedings import actions, opening
from erjian.proceedings.measures import Measure
from erjian.proceedings.models import Proceeding
from erjian.registry import restrictions
from erjian.registry.models import (
    BarBasis,
    Enterprise,
    LockKind,
    Registration,
    RegistrationClass,
    RegistrationStatus,
)

_COURSES = (
    ("工程建设标准强制性条文解读", 30, 10),
    ("建设工程施工管理新规范", 30, 20),
    ("装配式建筑施工技术", 0, 30),
    ("建筑施工安全生产与绿色施工", 20, 20),
)
_PROVIDER = "湖南省建设人力资源协会"
_HOURS = 12
"""People with hours; every third has two certificates."""


class Dealings:
    """The events, in the teller's time line."""

    def __init__(self, teller: Teller, officers: Officers, *, spared: Iterable[int], main: Enterprise) -> None:
        """`spared` are people whom stories are about; one of the people of `main` is told of a proceeding."""
        self._teller = teller
        province = authorities.province().code
        self._keeper = officers.of(province, Function.REGISTER)
        self._decider = officers.of(province, Function.DECISION)
        found = (
            Registration.objects.filter(
                registration_class=RegistrationClass.CONSTRUCTOR,
                status=RegistrationStatus.VALID,
                valid_until__gt=clock.today() + timedelta(days=200),
            )
            .exclude(person_id__in=set(spared))
            .select_related("person")
            .order_by("-id")
        )
        self._people = list(found.exclude(enterprise=main)[: _HOURS + 8])
        self._people[1] = found.filter(enterprise=main)[0]

    def events(self) -> list[Event]:
        """Everything, in no order."""
        found = [*self._hours(), *self._restrictions()]
        for place, held in enumerate(self._people[:4]):
            found += self._proceeding(held, place)
        return found

    def _at(self, days: int, do: Callable[[], None]) -> Event:
        return self._teller.event(moments.at(moments.days_ago(days), 9, 5 + days % 50), do)

    def _proceeding(self, held: Registration, place: int) -> list[Event]:
        """拟办; 陈述申辩中; 待决定; 已决定暂扣: one registration each, by its place."""
        begun = (1, 3, 12, 24)[place]
        measure, ground, facts = (
            (Measure.REVOKE, "quality", "其任项目负责人的工程发生质量事故，责任认定意见书已送达。"),
            (Measure.RESCIND, "fraud", "核查发现申报时所附聘用劳动合同与社会保险缴纳单位不一致。"),
            (Measure.CANCEL, "licence_revoked", "聘用企业已被吊销营业执照，本人未在其他单位注册。"),
            (Measure.SUSPEND, "quality", "因过错造成质量事故，责令停止执业，整改期间暂扣注册证书。"),
        )[place]
        kept: list[Proceeding] = []

        def begin() -> None:
            until = clock.today() + timedelta(days=120) if measure == Measure.SUSPEND else None
            kept.append(
                opening.open_ex_officio(
                    registration=held, measure=measure, ground=ground, facts=facts, until=until, by=self._keeper
                )
            )

        def notify() -> None:
            kept.append(actions.perform(proceeding=kept[-1], name="notify", by=self._keeper, seen=None))

        def decide() -> None:
            actions.perform(
                proceeding=kept[-1], name="decide", by=self._decider, seen=None, text="事实清楚，当事人未提出异议。"
            )

        found = [self._at(begun, begin)]
        if place > 0:
            found.append(self._at(begun - 1, notify))
        if place == 3:
            found.append(self._at(begun - 12, decide))
        return found

    def _restrictions(self) -> list[Event]:
        barred, project, manual = self._people[4:7]

        def bar() -> None:
            restrictions.add_bar(
                person=barred.person, basis=BarBasis.FALSE_MATERIAL, reason="隐瞒有关情况申请注册", document="湘建许不字〔2026〕第 7 号",
                begins=clock.today(), ends=clock.today() + timedelta(days=364), actor=self._keeper.actor,
            )  # fmt: skip

        def lock() -> None:
            restrictions.add_lock(
                person=project.person, kind=LockKind.PROJECT, reason="在建项目负责人", document="4301002026031801",
                begins=clock.today(), ends=None, actor=self._keeper.actor,
            )  # fmt: skip
            restrictions.add_lock(
                person=manual.person, kind=LockKind.MANUAL, reason="投诉核查期间暂停办理", document="",
                begins=clock.today(), ends=clock.today() + timedelta(days=60), actor=self._keeper.actor,
            )  # fmt: skip

        return [self._at(8, bar), self._at(6, lock)]

    def _hours(self) -> list[Event]:
        def attend() -> None:
            for place, held in enumerate(self._people[8:]):
                for number in range(2 if place % 3 == 0 else 1):
                    course, compulsory, elective = _COURSES[(place + number) % len(_COURSES)]
                    restrictions.add_hours(
                        person=held.person,
                        completed_on=clock.today() - timedelta(days=40 + 9 * place + 120 * number),
                        compulsory=compulsory,
                        elective=elective,
                        course=course,
                        provider=_PROVIDER,
                        certificate_number=f"湘继教{clock.today().year}{place:04d}{number}",
                        actor=self._keeper.actor,
                    )

        return [self._at(5, attend)]
