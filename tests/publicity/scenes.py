"""Cases on their way to 公示 and 公告, made through the actions that people use."""

from __future__ import annotations

from dataclasses import dataclass, field

from erjian.accounts.models import Function, User
from erjian.applications import actions as cases
from erjian.applications.models import Application
from erjian.publicity import actions, running
from erjian.publicity.models import Batch
from tests import makers

CITY, PROVINCE = "430100", "430000"
NAMES = ("周启明", "文国栋", "彭建军", "刘思齐", "李晓琳", "陈国梁", "胡敏", "王立新", "赵明远", "孙嘉怡")


@dataclass
class Office:
    """The officers and the enterprise of a scene."""

    operator: User = field(default_factory=lambda: makers.operator(makers.enterprise()))
    acceptor: User = field(default_factory=lambda: makers.officer(CITY, Function.ACCEPTANCE))
    first: User = field(default_factory=lambda: makers.officer(CITY, Function.FIRST_REVIEW))
    final: User = field(default_factory=lambda: makers.officer(PROVINCE, Function.FINAL_REVIEW))
    decider: User = field(default_factory=lambda: makers.officer(PROVINCE, Function.DECISION, name="王厅"))

    def reviewed(self, *, passed: bool = True, name: str = "周启明") -> Application:
        """A case after 复审."""
        holder = makers.person(name)
        makers.qualification(holder)
        case = makers.draft(holder, self.operator)
        case = cases.report(application=case, by=self.operator, seen=None)
        case = cases.consent(application=case, by=makers.person_user(holder), seen=None, commitment="同意")
        case = cases.accept(application=case, by=self.acceptor, seen=None)
        case = cases.first_review(application=case, by=self.first, seen=None, passed=True, opinion="合格")
        opinion = "" if passed else "聘用合同已终止，不符合第六条"
        return cases.final_review(application=case, by=self.final, seen=None, passed=passed, opinion=opinion)

    def several(self, count: int) -> list[Application]:
        """Cases after 复审, each of another person."""
        return [self.reviewed(name=NAMES[number % len(NAMES)]) for number in range(count)]

    def published(self, *applications: Application) -> Batch:
        """A 公示 that runs."""
        batch = actions.create_batch(
            kind="publicity", applications=[case.pk for case in applications], title="湖南省第1批公示", by=self.decider
        )
        actions.publish(batch=batch, by=self.decider, seen=batch.version)
        return running.run(batch.pk)
