"""States of a proceeding and the one table of what may happen to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import models


class State(models.TextChoices):
    FILED = "filed", "待受理"
    PROPOSED = "proposed", "拟办"
    NOTIFIED = "notified", "已告知"
    HEARING = "hearing", "听证中"
    DECIDED = "decided", "已决定"
    CLOSED = "closed", "不予处理"
    REFUSED = "refused", "不予受理"
    WITHDRAWN = "withdrawn", "已撤回"


OPEN = frozenset({State.FILED, State.PROPOSED, State.NOTIFIED, State.HEARING})
TONE: Mapping[str, str] = {
    State.FILED: "office",
    State.PROPOSED: "office",
    State.NOTIFIED: "mine",
    State.HEARING: "mine",
    State.DECIDED: "done",
    State.REFUSED: "bad",
}


class Who(models.TextChoices):
    KEEPER = "keeper", "登记数据管理"
    DECIDER = "decider", "决定与公告"
    PARTY = "party", "当事人"
    FILER = "filer", "申请人"


@dataclass(frozen=True, kw_only=True)
class Transition:
    """One row. `label` is the button, `done` the heading in the timeline."""

    name: str
    label: str
    done: str
    froms: frozenset[State]
    who: Who
    to: State | None = None
    """None where the state stays."""
    reason: str = ""
    """Label of the words that are required; empty where none are."""
    confirm: str = ""
    tone: str = "primary"
    files: bool = False

    @property
    def audit_code(self) -> str:
        return f"proceeding.{self.name}"


_ROWS = (
    Transition(
        name="accept",
        label="受理",
        done="受理强制注销申请",
        froms=frozenset({State.FILED}),
        to=State.PROPOSED,
        who=Who.KEEPER,
        confirm="受理后向另一方发出告知书，听取陈述申辩，再作决定。",
    ),
    Transition(
        name="refuse",
        label="不予受理",
        done="不予受理",
        froms=frozenset({State.FILED}),
        to=State.REFUSED,
        who=Who.KEEPER,
        reason="不予受理的理由",
        confirm="不予受理后这项申请即结束，理由将告知申请人。",
        tone="stop",
    ),
    Transition(
        name="notify",
        label="发出告知书",
        done="告知拟作出的决定",
        froms=frozenset({State.PROPOSED}),
        to=State.NOTIFIED,
        who=Who.KEEPER,
        confirm="告知书送达本人和聘用企业，陈述申辩和申请听证的期限开始计算。发出后不能修改。",
    ),
    Transition(
        name="state_case",
        label="陈述申辩",
        done="提出陈述申辩",
        froms=frozenset({State.NOTIFIED, State.HEARING}),
        who=Who.PARTY,
        reason="陈述申辩的内容",
        files=True,
    ),
    Transition(
        name="ask_hearing",
        label="申请听证",
        done="申请听证",
        froms=frozenset({State.NOTIFIED}),
        to=State.HEARING,
        who=Who.PARTY,
        reason="申请听证的理由",
        confirm="申请后由主管部门组织听证，听证前不作决定。",
    ),
    Transition(
        name="record_hearing",
        label="记录听证",
        done="听证结束",
        froms=frozenset({State.HEARING}),
        to=State.NOTIFIED,
        who=Who.KEEPER,
        reason="听证笔录要点",
        files=True,
        confirm="记录后听证结束，陈述申辩期满即可作出决定。要点和附件当事人看得到。",
    ),
    Transition(
        name="decide",
        label="作出决定",
        done="作出决定",
        froms=frozenset({State.PROPOSED, State.NOTIFIED}),
        to=State.DECIDED,
        who=Who.DECIDER,
        reason="决定的理由",
        tone="stop",
    ),
    Transition(
        name="close",
        label="不予处理",
        done="决定不予处理",
        froms=frozenset({State.PROPOSED, State.NOTIFIED}),
        to=State.CLOSED,
        who=Who.DECIDER,
        reason="不予处理的理由",
        confirm="不予处理后登记不变，这项办理即结束，结果告知当事人。",
    ),
    Transition(
        name="withdraw",
        label="撤回申请",
        done="撤回申请",
        froms=frozenset({State.FILED, State.PROPOSED, State.NOTIFIED}),
        to=State.WITHDRAWN,
        who=Who.FILER,
        confirm="撤回后这项申请即结束，需要时可以重新申请。",
        tone="stop",
    ),
)
TRANSITIONS: Mapping[str, Transition] = {row.name: row for row in _ROWS}
