"""What a guard is, and how verdicts are given and ordered."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import models

from erjian.procedures.facts import Facts

REGULATION = "《注册建造师管理规定》"
MANUAL = "操作手册"
PLATFORM = "平台规则"
LICENSING = "《中华人民共和国行政许可法》"


class Answer(models.TextChoices):
    HOLDS = "holds", "符合"
    ASKS = "asks", "待补充"
    ADVICE = "advice", "提示"
    NO = "no", "不符合"


class Stage(models.TextChoices):
    PICK = "pick", "选择人员"
    REPORT = "report", "上报"
    DECISION = "decision", "决定"


EVERYWHERE = frozenset(Stage)
FROM_REPORT = frozenset({Stage.REPORT})


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What one guard says of one filing."""

    code: str
    label: str
    source: str
    answer: Answer
    reason: str

    @property
    def stops(self) -> bool:
        """Whether 上报 must be refused."""
        return self.answer in (Answer.NO, Answer.ASKS)


Check = Callable[[Facts], tuple[Answer, str]]


@dataclass(frozen=True, kw_only=True)
class Guard:
    """One condition. `holds` and `fails` are the headings shown for each outcome."""

    code: str
    holds: str
    fails: str
    source: str
    check: Check
    stages: frozenset[Stage] = EVERYWHERE

    def judge(self, facts: Facts) -> Verdict:
        """Run the condition."""
        answer, reason = self.check(facts)
        label = self.holds if answer in (Answer.HOLDS, Answer.ADVICE) else self.fails
        return Verdict(code=self.code, label=label, source=self.source, answer=answer, reason=reason)


_ORDER = {Answer.NO: 0, Answer.ASKS: 1, Answer.ADVICE: 2, Answer.HOLDS: 3}


def judge(guards: Iterable[Guard], facts: Facts, *, stage: Stage | None = None) -> tuple[Verdict, ...]:
    """Verdicts of all guards of a stage (all when none is named), failing first, else in declared order."""
    verdicts = [guard.judge(facts) for guard in guards if stage is None or stage in guard.stages]
    return tuple(sorted(verdicts, key=lambda verdict: _ORDER[verdict.answer]))


def yes(reason: str) -> tuple[Answer, str]:
    return Answer.HOLDS, reason


def no(reason: str) -> tuple[Answer, str]:
    return Answer.NO, reason
