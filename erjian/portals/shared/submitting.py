"""保存, 上报 and 提交补正 of a form: what became of a post, for the page to show or to leave.

Several windows may be open and buttons are pressed twice: the later one is told, and nothing typed is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django import forms
from django.core.exceptions import ValidationError

from erjian import documents
from erjian.accounts.models import User
from erjian.applications import actions, correcting
from erjian.applications.errors import FieldsRefused, GuardsRefused, Stale
from erjian.applications.models import Application
from erjian.applications.routing import question
from erjian.applications.states import EDITABLE, State
from erjian.applications.workflow import TRANSITIONS, Transition
from erjian.policy import clock
from erjian.portals.shared import filing
from erjian.procedures import Filer
from erjian.procedures.guards import Verdict
from erjian.standards.errors import Refusal
from erjian.ui.dates import time_of_day
from erjian.ui.forms import ErjianForm

_HANDED_IN = {State.DRAFT: "report", State.CORRECTION: "resubmit"}
_WAITS = {
    State.WAIT_PERSON: "，等待本人确认",
    State.WAIT_ENTERPRISE: "，等待聘用企业确认",
    State.REPORTED: "，等待主管部门受理",
}
_HANDING_IN = ("report", "resubmit", "resubmit_for_consent")


def _printable(text: str) -> None:
    if said := documents.unprintable(text):
        raise ValidationError(said, code="unprintable")


class ExplanationForm(ErjianForm, forms.Form):
    """Why what was asked for stays as it is; an officer reads it, and it is printed."""

    explanation = forms.CharField(
        label="补正说明", max_length=500, validators=[_printable], widget=forms.Textarea(attrs={"rows": 4})
    )


@dataclass(frozen=True, kw_only=True)
class Result:
    """What became of the post. Neither `left` nor `asks`: the form is shown again with what it says."""

    case: Application
    handed_in: bool = False
    asks: bool = False
    """Everything is in order, and the question before handing in is still to be answered."""
    words: str = ""
    errors: filing.Errors = field(default_factory=dict)
    verdicts: tuple[Verdict, ...] = ()
    title: str = ""
    stale: Stale | None = None
    status: int = 200

    @property
    def left(self) -> bool:
        """Whether the post is done and the browser goes on to another address."""
        return bool(self.words)


def hand_in_of(case: Application) -> Transition:
    """上报 for a draft, 提交补正 for a correction."""
    return TRANSITIONS[_HANDED_IN[State(case.state)]]


def submit(
    case: Application, given: filing.Posted, *, by: User, handing_in: bool, again: Callable[[], Application]
) -> Result:
    """Save what is well-formed; when it is to be handed in, judge it, and ask before it goes where there is a question.

    `again` reads the case anew within the user's scope. Raises Refusal when the case moved on by somebody else's hand,
    or is not this user's to fill in.
    """
    before = State(case.state)
    try:
        case, errors = filing.keep(case, given, by=by)
    except Stale as stale:
        current = again()
        if current.state in EDITABLE:
            return Result(case=current, stale=stale, status=409)
        return _late(current, by=by, own=before in EDITABLE or handing_in, refusal=stale)
    except Refusal as refusal:
        return _late(again(), by=by, own=before in EDITABLE or handing_in, refusal=refusal)
    if not handing_in:
        return _kept(case, errors)
    if wanting := _judged(case, errors):
        return wanting
    if question(hand_in_of(case), case.procedure) or correcting.untouched(case):
        return Result(case=case, asks=True)
    return hand_in(case, by=by, seen=case.version, again=again)


def judge(case: Application) -> Result:
    """Whether a case that can be edited could be handed in as it stands: what is wanting, or the question."""
    return _judged(case, {}) or Result(case=case, asks=True)


def hand_in(
    case: Application, *, by: User, seen: int | None, again: Callable[[], Application], explanation: str = ""
) -> Result:
    """上报 or 提交补正, judged once more; `asks` again where an explanation is wanting.

    Raises Refusal as `submit`, and Stale when somebody saved meanwhile.
    """
    before = State(case.state)
    explanation = explanation.strip() if before == State.CORRECTION else ""
    if explanation and not ExplanationForm({"explanation": explanation}).is_valid():
        return Result(case=again(), asks=True, status=422)
    try:
        if before == State.DRAFT:
            case = actions.report(application=case, by=by, seen=seen)
        else:
            case = actions.resubmit(application=case, by=by, seen=seen, explanation=explanation)
    except (FieldsRefused, GuardsRefused):
        return _judged(case, {}) or judge(again())
    except correcting.Untouched:
        return Result(case=again(), asks=True, status=422)
    except Refusal as refusal:
        return _late(again(), by=by, own=True, refusal=refusal)
    said = "补正已提交" if before == State.CORRECTION else f"已上报，申报编号 {case.number}"
    return Result(case=case, handed_in=True, words=f"{said}{_WAITS.get(State(case.state), '')}。")


def confirmation(case: Application, *, form_url: str, given: Mapping[str, str] | None = None) -> dict[str, object]:
    """The page that asks before handing in (`ui/confirm.html`): what is promised, and what follows.

    What was to be corrected and is as it was is named, with a field for the reason; `given` is a post to show again.
    """
    left = correcting.untouched(case)
    unchanged = correcting.Untouched(left).message if left else ""
    row, procedure = hand_in_of(case), case.procedure
    whose = "" if procedure.filer == Filer.PERSON else f"{case.subject.name}的"
    promise = procedure.commitments.get(procedure.filer, "").format(
        enterprise=case.enterprise.name, person=case.subject.name
    )
    return {
        "title": f"{row.label}{procedure.kind_label}",
        "question": f"{row.label}{whose}{procedure.kind_label}？",
        "consequences": [said for said in (unchanged, promise, question(row, procedure)) if said],
        "form": ExplanationForm(given) if left or (given or {}).get("explanation") else None,
        "verb": row.label,
        "keep": "再检查",
        "keep_url": form_url,
        "tone": "primary",
        "hidden": (("version", case.version),),
    }


def _kept(case: Application, errors: filing.Errors) -> Result:
    if errors:
        return Result(case=case, errors=errors, title=f"已保存，另有 {len(errors)} 处需要处理", status=422)
    return Result(case=case, words=f"已保存 {time_of_day(clock.now())}")


def _judged(case: Application, errors: filing.Errors) -> Result | None:
    """What is to be put right before handing in, everything at once; None when nothing is."""
    case.refresh_from_db()
    missing, verdicts = actions.problems(case)
    everything = {**missing, **errors}
    listed = filing.summary(case, everything, verdicts)
    if not listed:
        return None
    title = f"{hand_in_of(case).label}前还有 {len(listed)} 处需要处理"
    return Result(case=case, errors=everything, verdicts=tuple(verdicts), title=title, status=422)


def _late(case: Application, *, by: User, own: bool, refusal: Refusal) -> Result:
    """The case moved on since the page was shown: by this user's own second click, or by somebody else."""
    if case.state in EDITABLE:
        raise refusal
    last = case.timeline.filter(transition__in=_HANDING_IN).order_by("-id").first()
    if own and last is not None and last.actor_user_id == by.pk:
        return Result(case=case, handed_in=True, words=f"这条申报已提交，申报编号 {case.number}。")
    raise refusal if isinstance(refusal, Stale) else Stale(case, case.timeline.order_by("-id")[:10]) from refusal


def autosaved(case: Application, given: filing.Posted, *, by: User) -> dict[str, object]:
    """Save in the background: what is well-formed is kept, what is not is named. The answer for the page's script."""
    case, errors = filing.keep(case, given, by=by)
    at = time_of_day(clock.now())
    if errors:
        labels = {item.name: item.label for item in case.procedure.fields}
        named = "、".join(labels.get(name, "注册专业") for name in errors)
        at = f"{at}，{named}还不符合要求，未保存"
    return {"saved_at": at, "version": case.version, "fields": errors}
