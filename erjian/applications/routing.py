"""Where a transition leads on a procedure's route, who acts there, and which time limit runs.

Everything follows from the declaration's route, the state and the province's policy; nothing is stored twice.
"""

from __future__ import annotations

from erjian import policy
from erjian.accounts.models import Function
from erjian.applications.models.parts import ClockKind
from erjian.applications.states import State
from erjian.applications.workflow import Transition
from erjian.policy import OFFICIAL_STEPS, authorities
from erjian.procedures import Procedure, Step

_WAITING: dict[Step, State] = {
    Step.PERSON: State.WAIT_PERSON,
    Step.FORMER_ENTERPRISE: State.WAIT_FORMER,
    Step.ENTERPRISE: State.WAIT_ENTERPRISE,
    Step.ACCEPTANCE: State.REPORTED,
    Step.FIRST_REVIEW: State.ACCEPTED,
    Step.PUBLICITY: State.REVIEW_OK,
    Step.ISSUE: State.ANNOUNCED,
}


def next_step(procedure: Procedure, completed: Step | None) -> Step | None:
    """The step after one, leaving out those the province's policy skips."""
    step = procedure.after(completed)
    while step is not None and _left_out(procedure, step):
        step = procedure.after(step)
    return step


def keeps(procedure: Procedure, step: Step) -> bool:
    """Whether a procedure has a step on its route and the province's policy does not skip it."""
    return step in procedure.route and not _left_out(procedure, step)


def _left_out(procedure: Procedure, step: Step) -> bool:
    rules = policy.current()
    match step:
        case Step.PERSON:
            return not rules.asks_person(procedure.code)
        case Step.PUBLICITY if not rules.publicity_days:
            return True
        case _:
            return step in OFFICIAL_STEPS and rules.level_of(procedure.code, step) is None


def arrival(procedure: Procedure, completed: Step | None) -> State:
    """The state a case is in once a step of its route is completed (`None`: once it is reported)."""
    step = next_step(procedure, completed)
    if step is None:
        return State.ISSUED if completed == Step.ISSUE else State.DONE
    if step == Step.FINAL_REVIEW:
        return State.ACCEPTED
    if step == Step.ANNOUNCEMENT:
        return State.PUBLICITY_DONE if completed == Step.PUBLICITY else State.REVIEW_OK
    return _WAITING[step]


def target(transition: Transition, procedure: Procedure) -> State:
    """Where a transition leads for a procedure. A refusal on a route without 公告 ends at once (decision G.2)."""
    if transition.name == "report":
        return arrival(procedure, None)
    if transition.name == "final_fail" and Step.ANNOUNCEMENT not in procedure.route:
        return State.REJECTED
    if transition.completes is not None:
        return arrival(procedure, transition.completes)
    assert transition.to is not None, transition.name
    return transition.to


def takes_effect(transition: Transition, procedure: Procedure) -> bool:
    """Whether the register changes with this transition: when nothing but 发证 remains on the route."""
    if transition.completes in (None, Step.ISSUE):
        return False
    return next_step(procedure, transition.completes) in (None, Step.ISSUE)


_CONFIRMS = {Step.PERSON: "本人", Step.FORMER_ENTERPRISE: "原单位", Step.ENTERPRISE: "聘用企业"}


def question(transition: Transition, procedure: Procedure) -> str:
    """What follows from a transition, in words, for the dialog that asks before it.

    上报 and 同意 lead elsewhere for each procedure: to somebody's consent, to the authority, or (注销) straight to the
    effect, which cannot be undone.
    """
    what = procedure.kind_label.removesuffix("申报")
    if transition.completes in _CONFIRMS and takes_effect(transition, procedure):
        return f"同意后{what}立即生效，不能撤销。"
    if transition.completes == Step.FINAL_REVIEW and takes_effect(transition, procedure):
        return f"{transition.label}即为准予决定：{what}立即生效，并出具决定书、制发电子证书。确定{transition.label}？"
    if transition.name == "final_fail" and target(transition, procedure) == State.REJECTED:
        return "复审不通过即为不准予决定，申报随即结束，并出具决定书。确定提交？"
    if transition.name != "report":
        return transition.confirm
    confirming, step = [], next_step(procedure, None)
    while step in _CONFIRMS:
        confirming.append(_CONFIRMS[step])
        step = next_step(procedure, step)
    if not confirming:
        return f"{transition.confirm}上报后送主管部门办理。"
    by = f"由{'、'.join(confirming)}{'先后' if len(confirming) > 1 else ''}确认"
    if step in (None, Step.ISSUE):
        return f"{transition.confirm}{by}后，{what}立即生效，不能撤销；此前可以撤回。"
    return f"{transition.confirm}{by}后送主管部门。"


def acting(procedure: Procedure, state: State) -> tuple[Function | None, Step | None]:
    """The officer's function that a state waits for, and the step whose level says at which authority."""
    match state:
        case State.REPORTED:
            return Function.ACCEPTANCE, Step.ACCEPTANCE
        case State.ACCEPTED if keeps(procedure, Step.FIRST_REVIEW):
            return Function.FIRST_REVIEW, Step.FIRST_REVIEW
        case State.ACCEPTED | State.FIRST_OK | State.FIRST_NG:
            return Function.FINAL_REVIEW, Step.FINAL_REVIEW
        case State.REVIEW_OK | State.REVIEW_NG | State.PUBLICITY | State.OBJECTION | State.PUBLICITY_DONE:
            return Function.DECISION, Step.ANNOUNCEMENT
        case _:
            return None, None


def acting_authority(procedure: Procedure, state: State, filing_authority: str) -> tuple[str, str]:
    """Authority code and function that a case in this state waits for; empty strings when no officer acts."""
    function, step = acting(procedure, state)
    if function is None or step is None:
        return "", ""
    level = policy.current().level_of(procedure.code, step)
    code = filing_authority if level == authorities.CITY_LEVEL else authorities.province().code
    return code, function.value


CLOCK: dict[State, ClockKind] = {
    State.WAIT_PERSON: ClockKind.CONFIRMATION,
    State.WAIT_ENTERPRISE: ClockKind.CONFIRMATION,
    State.WAIT_FORMER: ClockKind.CONFIRMATION,
    State.REPORTED: ClockKind.ACCEPTANCE,
    State.CORRECTION: ClockKind.CORRECTION,
    State.ACCEPTED: ClockKind.DECISION,
    State.FIRST_OK: ClockKind.DECISION,
    State.FIRST_NG: ClockKind.DECISION,
    State.REVIEW_OK: ClockKind.DECISION,
    State.REVIEW_NG: ClockKind.DECISION,
    State.PUBLICITY: ClockKind.DECISION,
    State.PUBLICITY_DONE: ClockKind.DECISION,
}
"""Which time limit runs in a state. 异议核查 pauses the decision's clock; 补正 ends that of acceptance, which starts anew."""
PAUSING = frozenset({State.OBJECTION})
