"""The one table of transitions.

The same rows draw the buttons, refuse forged posts, run batches and robots, and print the state diagram. A row
either names the state it leads to or *completes* a step of the procedure's route; where the case then arrives
follows from the route, so the rows hold for every procedure.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models

from erjian.accounts.models import Function
from erjian.applications.models.parts import LetterKind
from erjian.applications.states import OPEN, WITHDRAWABLE, State
from erjian.procedures import Step


class Who(models.TextChoices):
    """Whose hand a transition needs."""

    FILER = "filer", "申报企业"
    PERSON = "person", "本人"
    ENTERPRISE = "enterprise", "聘用企业"
    FORMER = "former", "原单位"
    OFFICER = "officer", "主管单位"
    SYSTEM = "system", "系统"


@dataclass(frozen=True, kw_only=True)
class Transition:
    """One row. `label` is the button, `done` the heading in the case's history."""

    name: str
    label: str
    done: str
    froms: frozenset[State]
    who: Who
    to: State | None = None
    completes: Step | None = None
    function: Function | None = None
    reason: bool = False
    """Whether words are required (a ground, an opinion)."""
    letter: LetterKind | None = None
    tells: tuple[tuple[Who, str], ...] = ()
    """Who is told, by which message template."""
    confirm: str = ""
    """Question asked before what cannot be undone."""
    anywhere: bool = False
    """Whether the province's officer may do it wherever the case is, not only while it waits for them."""
    confirm_identity: bool = False
    """Whether the user has to confirm lately who they are; what takes effect in the register always asks for it."""

    @property
    def reason_missing(self) -> str:
        """What is said to whoever gives no reason where one is required."""
        return f"请填写{self.label}的理由。"

    @property
    def audit_code(self) -> str:
        """Dotted code of the audit row."""
        return f"application.{self.name}"


def _row(name: str, label: str, froms: State | frozenset[State], who: Who, **rest: object) -> Transition:
    states = frozenset({froms}) if isinstance(froms, State) else froms
    return Transition(name=name, label=label, froms=states, who=who, **{"done": label, **rest})  # type: ignore[arg-type]


_FIRST = frozenset({State.FIRST_OK, State.FIRST_NG})
_REVIEWED = frozenset({State.REVIEW_OK, State.REVIEW_NG})
_ROWS = (
    _row(
        "report",
        "上报",
        State.DRAFT,
        Who.FILER,
        done="上报",
        confirm="上报后内容不能修改。",
    ),
    _row(
        "consent",
        "同意",
        State.WAIT_PERSON,
        Who.PERSON,
        done="本人确认",
        completes=Step.PERSON,
        tells=((Who.FILER, "application.consented"),),
    ),
    _row(
        "decline",
        "不同意",
        State.WAIT_PERSON,
        Who.PERSON,
        done="本人不同意",
        to=State.DECLINED,
        reason=True,
        tells=((Who.FILER, "application.declined"),),
        confirm="不同意后这条申报即结束，企业可修改后重新提出。",
    ),
    _row(
        "agree_former",
        "同意转出",
        State.WAIT_FORMER,
        Who.FORMER,
        done="原单位同意转出",
        completes=Step.FORMER_ENTERPRISE,
        tells=((Who.FILER, "application.former_agreed"), (Who.PERSON, "application.former_agreed")),
    ),
    _row(
        "refuse_former",
        "不同意转出",
        State.WAIT_FORMER,
        Who.FORMER,
        done="原单位不同意转出",
        to=State.CORRECTION,
        reason=True,
        tells=((Who.FILER, "application.former_refused"), (Who.PERSON, "application.former_refused")),
    ),
    _row(
        "agree_enterprise",
        "同意",
        State.WAIT_ENTERPRISE,
        Who.ENTERPRISE,
        done="企业同意",
        completes=Step.ENTERPRISE,
        tells=((Who.PERSON, "application.enterprise_agreed"),),
    ),
    _row(
        "refuse_enterprise",
        "不同意",
        State.WAIT_ENTERPRISE,
        Who.ENTERPRISE,
        done="企业不同意",
        to=State.DECLINED,
        reason=True,
        tells=((Who.PERSON, "application.enterprise_refused"),),
    ),
    _row(
        "accept",
        "受理",
        State.REPORTED,
        Who.OFFICER,
        done="受理通过",
        completes=Step.ACCEPTANCE,
        function=Function.ACCEPTANCE,
        letter=LetterKind.ACCEPT,
        tells=((Who.FILER, "application.accepted"), (Who.PERSON, "application.accepted")),
        confirm="受理后出具受理通知书，办理时限开始计算。确定受理？",
    ),
    _row(
        "request_correction",
        "一次性告知补正",
        State.REPORTED,
        Who.OFFICER,
        to=State.CORRECTION,
        reason=True,
        function=Function.ACCEPTANCE,
        letter=LetterKind.CORRECT,
        tells=((Who.FILER, "application.correction"),),
        confirm="请确认已列出全部需要补正的内容：以后只能就补正后新出现的问题再次要求补正。",
    ),
    _row(
        "refuse_acceptance",
        "不予受理",
        State.REPORTED,
        Who.OFFICER,
        to=State.NOT_ACCEPTED,
        reason=True,
        function=Function.ACCEPTANCE,
        letter=LetterKind.NOT_ACCEPT,
        tells=((Who.FILER, "application.not_accepted"), (Who.PERSON, "application.not_accepted")),
        confirm="不予受理后这条申报即结束，并出具不予受理通知书。确定不予受理？",
    ),
    _row("resubmit", "提交补正", State.CORRECTION, Who.FILER, done="补正后重新提交", to=State.REPORTED),
    _row(
        "deem_accepted",
        "视为受理",
        State.REPORTED,
        Who.SYSTEM,
        completes=Step.ACCEPTANCE,
        done="逾期未告知，视为受理",
        letter=LetterKind.ACCEPT,
        tells=((Who.FILER, "application.accepted"),),
    ),
    _row(
        "resubmit_for_consent",
        "提交补正",
        State.CORRECTION,
        Who.FILER,
        done="补正后重新提交，待本人再次确认",
        to=State.WAIT_PERSON,
    ),
    _row(
        "first_pass",
        "初审通过",
        State.ACCEPTED,
        Who.OFFICER,
        to=State.FIRST_OK,
        function=Function.FIRST_REVIEW,
        confirm="初审意见将报省级主管部门复审。确定初审通过？",
    ),
    _row(
        "first_fail",
        "初审不通过",
        State.ACCEPTED,
        Who.OFFICER,
        to=State.FIRST_NG,
        function=Function.FIRST_REVIEW,
        reason=True,
        confirm="初审不通过的意见将报省级主管部门复审。确定提交？",
    ),
    _row(
        "final_pass",
        "复审通过",
        _FIRST | {State.ACCEPTED},
        Who.OFFICER,
        completes=Step.FINAL_REVIEW,
        function=Function.FINAL_REVIEW,
        confirm="复审通过后进入公示。确定复审通过？",
    ),
    _row(
        "final_fail",
        "复审不通过",
        _FIRST | {State.ACCEPTED},
        Who.OFFICER,
        to=State.REVIEW_NG,
        function=Function.FINAL_REVIEW,
        reason=True,
        confirm="复审不通过的将列入不准予名单。确定提交？",
    ),
    _row(
        "step_back",
        "退回初审",
        _FIRST,
        Who.OFFICER,
        to=State.ACCEPTED,
        function=Function.FINAL_REVIEW,
        reason=True,
        confirm="退回后由初审人员重新审核。确定退回？",
    ),
    _row(
        "reopen_review",
        "退回复审",
        _REVIEWED,
        Who.OFFICER,
        to=State.FIRST_OK,
        function=Function.DECISION,
        reason=True,
        confirm="退回后由复审人员重新审核。确定退回？",
    ),
    _row(
        "publish",
        "公示",
        State.REVIEW_OK,
        Who.OFFICER,
        to=State.PUBLICITY,
        function=Function.DECISION,
        done="公示",
        tells=((Who.FILER, "application.published"), (Who.PERSON, "application.published")),
    ),
    _row("object", "异议", State.PUBLICITY, Who.SYSTEM, to=State.OBJECTION, done="收到异议，核查中"),
    _row(
        "dismiss_objection",
        "异议不成立",
        State.OBJECTION,
        Who.OFFICER,
        to=State.PUBLICITY,
        function=Function.DECISION,
        reason=True,
        done="异议不成立",
    ),
    _row(
        "uphold_objection",
        "异议成立",
        State.OBJECTION,
        Who.OFFICER,
        to=State.REVIEW_NG,
        function=Function.DECISION,
        reason=True,
        done="异议成立",
    ),
    _row("close_publicity", "公示结束", State.PUBLICITY, Who.SYSTEM, completes=Step.PUBLICITY, done="公示结束"),
    _row(
        "announce_grant",
        "公告准予",
        frozenset({State.PUBLICITY_DONE, State.REVIEW_OK}),
        Who.OFFICER,
        completes=Step.ANNOUNCEMENT,
        function=Function.DECISION,
        letter=LetterKind.GRANT,
        done="准予许可并公告",
        tells=((Who.FILER, "application.granted"), (Who.PERSON, "application.granted")),
        confirm_identity=True,
    ),
    _row(
        "deem_granted",
        "视为准予延续",
        frozenset(
            {
                State.REPORTED,
                State.ACCEPTED,
                State.FIRST_OK,
                State.FIRST_NG,
                State.REVIEW_OK,
                State.REVIEW_NG,
                State.PUBLICITY,
                State.OBJECTION,
                State.PUBLICITY_DONE,
            }
        ),
        Who.SYSTEM,
        completes=Step.ANNOUNCEMENT,
        letter=LetterKind.GRANT,
        done="逾期未作决定，视为准予延续",
        tells=((Who.FILER, "application.granted"), (Who.PERSON, "application.granted")),
    ),
    _row(
        "announce_refuse",
        "公告不准予",
        State.REVIEW_NG,
        Who.OFFICER,
        to=State.REJECTED,
        function=Function.DECISION,
        letter=LetterKind.REFUSE,
        reason=True,
        done="不予许可并公告",
        tells=((Who.FILER, "application.refused"), (Who.PERSON, "application.refused")),
        confirm_identity=True,
    ),
    _row(
        "issue",
        "发证",
        State.ANNOUNCED,
        Who.SYSTEM,
        completes=Step.ISSUE,
        done="电子证书已制发",
        tells=((Who.FILER, "application.issued"), (Who.PERSON, "application.issued")),
    ),
    _row(
        "withdraw",
        "撤回",
        WITHDRAWABLE,
        Who.FILER,
        to=State.WITHDRAWN,
        done="撤回",
        tells=((Who.PERSON, "application.withdrawn"),),
        confirm="撤回后这条申报即结束，需要时可重新申报。确定撤回？",
    ),
    _row(
        "former_silent",
        "原单位逾期未答复",
        State.WAIT_FORMER,
        Who.SYSTEM,
        to=State.CORRECTION,
        tells=((Who.FILER, "application.former_silent"), (Who.PERSON, "application.former_silent")),
    ),
    _row(
        "time_out",
        "逾期终止",
        frozenset({State.WAIT_PERSON, State.WAIT_ENTERPRISE, State.CORRECTION}),
        Who.SYSTEM,
        to=State.TERMINATED,
        done="逾期未办，终止",
        tells=((Who.FILER, "application.timed_out"), (Who.PERSON, "application.timed_out")),
    ),
    _row(
        "terminate",
        "终止办理",
        OPEN - {State.DRAFT, State.ANNOUNCED},
        Who.OFFICER,
        to=State.TERMINATED,
        reason=True,
        function=Function.DECISION,
        done="终止办理",
        tells=((Who.FILER, "application.terminated"),),
        confirm="终止后这条申报即结束。确定终止？",
        anywhere=True,
        confirm_identity=True,
    ),
)

TRANSITIONS: dict[str, Transition] = {row.name: row for row in _ROWS}
