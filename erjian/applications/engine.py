"""The engine: how a transition happens, the same way for pages, batches and robots.

Lock the row, compare the version that the page showed, check the state and whose hand it needs, run the
change, move the clock, write the timeline and the audit, queue messages and jobs; all in one transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from erjian import audit, documents
from erjian.accounts import confirming, delegating
from erjian.accounts.models import User, UserKind
from erjian.applications import clocks, effects, facts, grounds, letters, telling
from erjian.applications.errors import CaseRefused, GuardsRefused, NotYours, Stale, from_constraint
from erjian.applications.models import Application, LetterKind, TimelineEntry
from erjian.applications.routing import acting_authority, arrival, takes_effect, target
from erjian.applications.states import EDITABLE, ENDED, State
from erjian.applications.workflow import TRANSITIONS, Transition, Who
from erjian.policy import authorities, clock
from erjian.procedures import Filer, Procedure, Step
from erjian.procedures.guards import Stage

Change = Callable[[Application, TimelineEntry], None]


def lock(application_id: int) -> Application:
    """The case with its row locked until the transaction ends."""
    return (
        Application.objects.select_for_update(of=("self",))
        .select_related("person", "enterprise", "former_enterprise", "registration")
        .get(pk=application_id)
    )


def lock_for_editing(application_id: int, *, by: User) -> Application:
    """Lock a case whose form may be edited by this user. Raises NotYours or CaseRefused."""
    application = lock(application_id)
    if not is_filer(
        application.procedure, by, person_id=application.person_id, enterprise_id=application.enterprise_id
    ):
        raise NotYours("您没有填报权限。请联系本企业管理员。", code="not_yours")
    if application.state not in EDITABLE:
        raise CaseRefused(f"申报已是“{application.get_state_display()}”，不能再修改。", code="not_editable")
    return application


def is_filer(procedure: Procedure, user: User, *, person_id: int | None, enterprise_id: int) -> bool:
    """Whether the user may fill in and file: the person themself, or an operator who may file for the enterprise."""
    if procedure.filer == Filer.PERSON:
        return user.kind == UserKind.PERSON and user.person_id is not None and user.person_id == person_id
    return telling.may_file(user) and user.enterprise_id == enterprise_id


def may(transition: Transition, application: Application, user: User | None) -> bool:
    """Whether it is this user's hand that the transition needs."""
    if user is None:
        return transition.who == Who.SYSTEM
    match transition.who:
        case Who.FILER:
            return is_filer(
                application.procedure, user, person_id=application.person_id, enterprise_id=application.enterprise_id
            )
        case Who.ENTERPRISE:
            return telling.may_file(user) and user.enterprise_id == application.enterprise_id
        case Who.FORMER:
            return telling.may_file(user) and user.enterprise_id == application.former_enterprise_id
        case Who.PERSON:
            return (
                user.kind == UserKind.PERSON and user.person_id is not None and user.person_id == application.person_id
            )
        case Who.OFFICER if transition.anywhere:
            function = transition.function
            return function is not None and user.may(function) and user.authority_code == authorities.province().code
        case Who.OFFICER:
            return (
                transition.function is not None
                and user.may(transition.function)
                and user.authority_code == application.acting_authority
                and transition.function == application.acting_function
            )
        case _:
            return False


def is_pair(first_reviewer_id: int | None, user: User) -> bool:
    """Whether the user is the first reviewer, or one of the two stands in for the other (行政许可法第三十四条)."""
    return first_reviewer_id is not None and (
        first_reviewer_id == user.pk or delegating.stands_in(first_reviewer_id, user.pk)
    )


def already_reviewed(first_reviewer_id: int | None, user: User) -> str:
    """Why the user cannot do the final review, in words; empty when they can."""
    if not is_pair(first_reviewer_id, user):
        return ""
    who = "您" if first_reviewer_id == user.pk else "与您互为委托的人员"
    return f"{who}已初审过这条申报，不能再复审。请由其他人员办理（《行政许可法》第三十四条）。"


def available(application: Application, user: User) -> tuple[Transition, ...]:
    """The transitions this user can perform now, in the table's order: the buttons of the page."""
    return tuple(
        row
        for row in TRANSITIONS.values()
        if application.state in row.froms
        and may(row, application, user)
        and not (row.function == "final_review" and is_pair(application.first_reviewer_id, user))
    )


def check_version(application: Application, seen: int | None) -> None:
    """Raise Stale when the page showed another version of the case."""
    if seen is not None and seen != application.version:
        raise Stale(application, tuple(application.timeline.filter(version__gt=seen).order_by("-id")[:10]))


def perform(
    application_id: int,
    name: str,
    *,
    by: User | None,
    seen: int | None = None,
    opinion: str = "",
    data: dict[str, Any] | None = None,
    change: Change | None = None,
) -> Application:
    """Perform a transition of the table on a case.

    `by` is None for robots; `seen` is the version the page showed. `change` runs inside the transaction before the
    state is written. Raises Stale, NotYours, CaseRefused and whatever `change` raises; nothing happened then.
    """
    transition = TRANSITIONS[name]
    actor = by.acting_as(transition.function) if by is not None else audit.SYSTEM
    opinion = opinion.strip()
    if by is not None and (said := documents.unprintable(opinion)):
        raise CaseRefused(said, code="unprintable", field="opinion")
    try:
        with transaction.atomic():
            application = lock(application_id)
            check_version(application, seen)
            if application.state not in transition.froms:
                raise CaseRefused(
                    f"申报现在是“{application.get_state_display()}”，不能{transition.label}。请刷新页面。",
                    code="wrong_state",
                )
            if not may(transition, application, by):
                raise NotYours(f"您没有“{transition.label}”的权限。", code="not_yours")
            if transition.reason and not opinion:
                raise CaseRefused(transition.reason_missing, code="reason_missing", field="opinion")
            entry = TimelineEntry(
                application=application,
                transition=name,
                from_state=application.state,
                at=clock.now(),
                actor_kind=actor.kind,
                actor_user_id=actor.user_id,
                actor_label=actor.label,
                organisation=actor.organisation,
                opinion=opinion,
                data=data or {},
            )
            if change is not None:
                change(application, entry)
            effective = takes_effect(transition, application.procedure)
            if by is not None and (effective or transition.confirm_identity):
                confirming.require()
            if effective:
                effects.hold(application)
                if by is not None:
                    _check_decision(application)
                effects.apply(application, entry, actor=actor)
            _arrive(application, transition, entry)
            telling.tell(application, transition, entry)
            letter = _letter(transition, application, effective=effective)
            if letter is not None:
                issued = letters.issue(application, letter, entry=entry, actor=actor)
                grounds.follow(application, entry, issued, by=by, actor=actor)
            audit.record(
                transition.audit_code,
                actor=actor,
                subject=("application", application.pk),
                data={"from": entry.from_state, "to": entry.to_state, "version": application.version},
            )
    except IntegrityError as error:
        raise from_constraint(error) from error
    return application


def _check_decision(application: Application) -> None:
    """Judge the conditions once more before the register changes; what the law grants by lapse of time is not judged."""
    verdicts = facts.verdicts(application, stage=Stage.DECISION)
    if any(verdict.stops for verdict in verdicts):
        raise GuardsRefused(verdicts)


def _letter(transition: Transition, application: Application, *, effective: bool) -> LetterKind | None:
    """The letter of a transition; where a route has no 公告, its last approval or refusal is the decision."""
    if transition.letter is None and transition.who == Who.OFFICER:
        if effective:
            return LetterKind.GRANT
        if application.state == State.REJECTED:
            return LetterKind.REFUSE
    return transition.letter


def _arrive(application: Application, transition: Transition, entry: TimelineEntry) -> None:
    state = target(transition, application.procedure)
    if state == State.WAIT_FORMER and application.former_answer:
        state = arrival(application.procedure, Step.FORMER_ENTERPRISE)
    clocks.move(application, state)
    application.state = state
    application.acting_authority, application.acting_function = acting_authority(
        application.procedure, state, application.authority_code
    )
    application.version += 1
    if state in ENDED:
        application.ended_at = entry.at
    application.save()
    entry.to_state = state
    entry.form_version = application.form_version
    entry.version = application.version
    entry.save()


def bump(application: Application) -> None:
    """Count a change of the working copy, so that another window of the same draft is told."""
    Application.objects.filter(pk=application.pk).update(version=F("version") + 1)
    application.version += 1
