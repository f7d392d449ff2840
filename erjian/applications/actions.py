"""What can be done with a case, in words: every page, batch, robot and command calls these and nothing else.

All arguments are keyword-only. `seen` is the case version that the caller's page showed; a mismatch raises
`Stale` (409). Every function either does all of its work in one transaction or nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.db import transaction

from erjian import audit, policy
from erjian.accounts.models import Function, User
from erjian.applications import clocks, correcting, drafting, engine, facts, form_data, grounds, materials, telling
from erjian.applications.drafting import delete_draft, problems, save, start
from erjian.applications.engine import perform
from erjian.applications.errors import CaseRefused, GuardsRefused, NotYours
from erjian.applications.grounds import Ground
from erjian.applications.models import Application, TimelineEntry
from erjian.applications.states import State
from erjian.applications.workflow import TRANSITIONS, Who
from erjian.policy import authorities, clock
from erjian.procedures import Filer, Step
from erjian.procedures.guards import Stage
from erjian.registry import numbers

__all__ = [
    "accept",
    "announce",
    "answer_enterprise",
    "answer_former",
    "close_publicity",
    "consent",
    "decline",
    "deem_accepted",
    "deem_granted",
    "delete_draft",
    "extend",
    "final_review",
    "first_review",
    "former_silent",
    "hold",
    "mark_issued",
    "problems",
    "publish",
    "refuse_acceptance",
    "remind",
    "report",
    "request_correction",
    "resubmit",
    "save",
    "settle_objection",
    "start",
    "step_back",
    "terminate",
    "time_out",
    "withdraw",
]


def report(*, application: Application, by: User, seen: int | None) -> Application:
    """上报: freeze the form as version 1, number the case, ask the person (or go on along the route)."""

    def change(case: Application, entry: TimelineEntry) -> None:
        drafting.check_complete(case)
        form_data.freeze(case, author=by.name)
        case.reported_at = entry.at
        case.policy_digest = policy.digest()
        prefix = authorities.get(case.authority_code).prefix
        year = clock.today().year
        serial = numbers.take("case", year=year, limit=999_999)
        case.number = policy.current().numbers.case_number(prefix, year, serial)
        if case.procedure.route[0] == Step.ACCEPTANCE:
            case.received_at = entry.at
        if case.procedure.filer == Filer.PERSON:
            case.consented_at = entry.at
            case.consented_version = case.form_version

    return perform(application.pk, "report", by=by, seen=seen, change=change)


def remind(*, application: Application, by: User) -> Application:
    """提醒: send the person another message, at most once a day."""
    with transaction.atomic():
        locked = engine.lock(application.pk)
        if locked.state != State.WAIT_PERSON or not engine.may(TRANSITIONS["withdraw"], locked, by):
            raise CaseRefused("只有等待本人确认的申报可以提醒。", code="wrong_state")
        now = clock.now()
        if locked.reminded_at and now - locked.reminded_at < timedelta(hours=24):
            raise CaseRefused("24 小时内已提醒过。请稍后再试，或直接联系本人。", code="reminded_already")
        locked.reminded_at = now
        locked.save(update_fields=["reminded_at"])
        telling.send(locked, "application.reminded", who=Who.PERSON, key=f"reminded:{locked.pk}:{now:%Y%m%d%H%M}")
        audit.record("application.remind", actor=by.actor, subject=("application", locked.pk))
    return locked


def consent(*, application: Application, by: User, seen: int | None, commitment: str) -> Application:
    """The person agrees to the case as frozen; from here on it is their one open case (decision G.3, G.4)."""

    def change(case: Application, entry: TimelineEntry) -> None:
        case.consented_at = entry.at
        case.consented_version = case.form_version
        case.received_at = case.received_at or entry.at
        entry.data = {"commitment": commitment, "digest": case.form_versions.get(number=case.form_version).digest}
        materials.settle_with_person(case, by=by)
        verdicts = facts.verdicts(case, stage=Stage.REPORT)
        if any(verdict.stops for verdict in verdicts):
            raise GuardsRefused(verdicts)

    return perform(application.pk, "consent", by=by, seen=seen, change=change)


def answer_former(
    *, application: Application, by: User, seen: int | None, agreed: bool, opinion: str = ""
) -> Application:
    """原单位确认: agree to let the person go, or not; then the person goes on with proof of the ended contract."""

    def change(case: Application, entry: TimelineEntry) -> None:
        case.former_answer = "agreed" if agreed else "refused"

    name = "agree_former" if agreed else "refuse_former"
    return perform(application.pk, name, by=by, seen=seen, opinion=opinion, change=change)


def former_silent(*, application: Application) -> Application:
    """The former employer did not answer in time (decision G.9)."""

    def change(case: Application, entry: TimelineEntry) -> None:
        case.former_answer = "silent"

    return perform(application.pk, "former_silent", by=None, change=change)


def answer_enterprise(
    *, application: Application, by: User, seen: int | None, agreed: bool, opinion: str = ""
) -> Application:
    """企业确认 of what a person filed; on 注销 the agreement takes effect at once (manual 3.2.3.7)."""
    name = "agree_enterprise" if agreed else "refuse_enterprise"
    return perform(application.pk, name, by=by, seen=seen, opinion=opinion)


def decline(*, application: Application, by: User, seen: int | None, opinion: str) -> Application:
    """The person does not agree; the case ends."""
    return perform(application.pk, "decline", by=by, seen=seen, opinion=opinion)


def withdraw(*, application: Application, by: User, seen: int | None, opinion: str = "") -> Application:
    """The enterprise takes the case back; possible until 公告 (decision G.5)."""
    return perform(application.pk, "withdraw", by=by, seen=seen, opinion=opinion)


def accept(*, application: Application, by: User, seen: int | None, opinion: str = "") -> Application:
    """受理: the written receipt is issued and the working-day clock starts (行政许可法第三十二条)."""

    def change(case: Application, entry: TimelineEntry) -> None:
        case.accepted_at = entry.at
        case.acceptance_officer_id = by.pk

    return perform(application.pk, "accept", by=by, seen=seen, opinion=opinion, change=change)


def deem_accepted(*, application: Application) -> Application:
    """Nobody acted in time: the case counts as accepted from the day it was received (行政许可法第三十二条第四项)."""

    def change(case: Application, entry: TimelineEntry) -> None:
        case.accepted_at = clock.start_of(clocks.received_on(case))
        case.deemed_accepted = True

    return perform(application.pk, "deem_accepted", by=None, change=change)


def request_correction(
    *, application: Application, by: User, seen: int | None, items: Sequence[Mapping[str, str]]
) -> Application:
    """一次性告知补正: every defect at once, each {target, what, detail} with target a field, a material or empty.

    A further request is about what was told before or changed since: else correcting.ToldTooLate.
    """
    rows = [
        {
            "target": str(item.get("target", "")),
            "what": str(item.get("what", "")).strip(),
            "detail": str(item.get("detail", "")).strip(),
        }
        for item in items
        if str(item.get("detail", "")).strip()
    ]
    if not rows:
        raise CaseRefused("请至少写明一项需要补正的内容。", code="no_items", field="items")
    opinion = "\n".join(f"{number}. {row['what']}：{row['detail']}" for number, row in enumerate(rows, 1))

    def change(case: Application, entry: TimelineEntry) -> None:
        if late := correcting.told_too_late(case, rows):
            raise correcting.ToldTooLate(late)

    return perform(
        application.pk, "request_correction", by=by, seen=seen, opinion=opinion, data={"items": rows}, change=change
    )


def resubmit(*, application: Application, by: User, seen: int | None, explanation: str = "") -> Application:
    """Hand in the correction as the next data version.

    What was asked for and is as it was needs an explanation, which the officer reads: without one correcting.Untouched.
    The person is asked again only when data they confirmed has changed, not for materials alone (decision G.3).
    """
    asks = policy.current().asks_person(application.procedure_code) and Step.PERSON in application.procedure.route
    with transaction.atomic():
        locked = engine.lock(application.pk)
        corrected = locked.state == State.CORRECTION  # any other state is refused below, in words
        changed = asks and corrected and form_data.differences(locked) != []
        name = "resubmit_for_consent" if changed else "resubmit"
        return perform(
            application.pk, name, by=by, seen=seen, opinion=explanation, change=_freeze_correction(by, explanation)
        )


def _freeze_correction(by: User, explanation: str) -> engine.Change:
    def change(case: Application, entry: TimelineEntry) -> None:
        drafting.check_complete(case)
        if (left := correcting.untouched(case)) and not explanation.strip():
            raise correcting.Untouched(left)
        changed = form_data.differences(case)
        entry.data = {"changed": changed, "digest": form_data.freeze(case, author=by.name).digest}

    return change


def refuse_acceptance(
    *, application: Application, by: User, seen: int | None, opinion: str, ground: str
) -> Application:
    """不予受理, with the ground (`grounds.Ground`) and the reason in words."""
    return perform(application.pk, "refuse_acceptance", by=by, seen=seen, opinion=opinion, data={"ground": ground})


def first_review(
    *, application: Application, by: User, seen: int | None, passed: bool, opinion: str = ""
) -> Application:
    """初审 with an opinion, mandatory when it does not pass."""

    def change(case: Application, entry: TimelineEntry) -> None:
        case.first_verdict = "pass" if passed else "fail"
        case.first_reviewer_id = by.pk

    return perform(
        application.pk, "first_pass" if passed else "first_fail", by=by, seen=seen, opinion=opinion, change=change
    )


def final_review(
    *, application: Application, by: User, seen: int | None, passed: bool, opinion: str = "", ground: str = ""
) -> Application:
    """复审, never by the officer of the first review (行政许可法第三十四条). On a route without 公告 this decides.

    `ground` says why it does not pass, which the decision then rests on; without one it is the conditions.
    """
    name = "final_pass" if passed else "final_fail"

    def change(case: Application, entry: TimelineEntry) -> None:
        if said := engine.already_reviewed(case.first_reviewer_id, by):
            raise NotYours(said, code="same_officer")
        case.final_verdict = "pass" if passed else "fail"
        case.final_reviewer_id = by.pk

    data = {} if passed else {"ground": ground or Ground.CONDITIONS}
    return perform(application.pk, name, by=by, seen=seen, opinion=opinion, data=data, change=change)


def step_back(*, application: Application, by: User, seen: int | None, opinion: str) -> Application:
    """审核流程后退: one stage back with a reason; the verdict given there is taken back too."""

    def change(case: Application, entry: TimelineEntry) -> None:
        if case.state in (State.FIRST_OK, State.FIRST_NG):
            case.first_verdict, case.first_reviewer_id = "", None
        else:
            case.final_verdict, case.final_reviewer_id = "", None

    back = "step_back" if application.state in (State.FIRST_OK, State.FIRST_NG) else "reopen_review"
    return perform(application.pk, back, by=by, seen=seen, opinion=opinion, change=change)


def publish(*, application: Application, by: User, batch: str) -> Application:
    """公示: called by publicity for each case of a batch."""
    return perform(application.pk, "publish", by=by, data={"batch": batch})


def hold(*, application: Application, objection: str) -> Application:
    """An objection holds this case while the rest of its batch goes on (decision G.18)."""
    return perform(application.pk, "object", by=None, data={"objection": objection})


def settle_objection(
    *, application: Application, by: User, upheld: bool, opinion: str, ground: str = ""
) -> Application:
    """The finding on an objection: dismissed, the case goes on; upheld, it goes to the 不准予 list on its ground."""

    def change(case: Application, entry: TimelineEntry) -> None:
        if upheld:
            case.final_verdict = "fail"

    name = "uphold_objection" if upheld else "dismiss_objection"
    data = {"ground": ground or Ground.CONDITIONS} if upheld else {}
    return perform(application.pk, name, by=by, opinion=opinion, data=data, change=change)


def close_publicity(*, application: Application) -> Application:
    """The days of 公示 are over without an objection left."""
    return perform(application.pk, "close_publicity", by=None)


def announce(*, application: Application, by: User, granted: bool, batch: str, opinion: str = "") -> Application:
    """公告 of one case: 准予 runs the procedure's effect on the register, 不准予 ends it with a reasoned decision.

    Guards of the decision run again; a failing one raises GuardsRefused and the batch lists the case as failed. A refusal
    rests on the ground that the review or the finding gave.
    """

    def change(case: Application, entry: TimelineEntry) -> None:
        case.decided_at = entry.at
        case.announced_at = entry.at
        if not granted and (rests_on := grounds.standing(case)):
            entry.data = {**entry.data, "ground": rests_on.data.get("ground", Ground.CONDITIONS)}

    return perform(
        application.pk,
        "announce_grant" if granted else "announce_refuse",
        by=by,
        opinion=opinion,
        data={"batch": batch},
        change=change,
    )


def deem_granted(*, application: Application) -> Application:
    """A renewal filed in time on which nobody decided before the end counts as granted (行政许可法第五十条)."""

    def change(case: Application, entry: TimelineEntry) -> None:
        if not case.procedure.granted_when_undecided:
            raise CaseRefused("这类申报不适用视为准予。", code="not_deemed")
        case.deemed_granted = True
        case.decided_at = case.announced_at = entry.at

    return perform(application.pk, "deem_granted", by=None, change=change)


def mark_issued(*, application: Application) -> Application:
    """The certificate's file is stored; repeating it is harmless."""
    current = Application.objects.get(pk=application.pk)
    return current if current.state == State.ISSUED else perform(application.pk, "issue", by=None)


def time_out(*, application: Application) -> Application:
    """A confirmation or correction was not given in time."""
    return perform(application.pk, "time_out", by=None)


def terminate(*, application: Application, by: User, seen: int | None, opinion: str) -> Application:
    """The decision-maker ends a case without deciding on it (death, duplicate)."""
    return perform(application.pk, "terminate", by=by, seen=seen, opinion=opinion)


def extend(*, application: Application, by: User, seen: int | None, opinion: str) -> Application:
    """Extend the decision's limit by the policy's days with the reason told to the applicant (行政许可法第四十二条)."""
    opinion = opinion.strip()
    if not opinion:
        raise CaseRefused("请填写延长期限的理由。", code="reason_missing", field="opinion")
    with transaction.atomic():
        locked = engine.lock(application.pk)
        engine.check_version(locked, seen)
        if not by.may(Function.DECISION) or by.authority_code != authorities.province().code:
            raise NotYours("延长办理期限由决定人员办理。", code="not_yours")
        running = locked.clocks.filter(kind="decision", ended_on__isnull=True).first()
        if running is None or running.extended_days:
            raise CaseRefused("办理期限只能在办理中延长一次。", code="not_extendable")
        days = policy.current().extension_days
        clocks.extend(locked, days=days, reason=opinion, by=by.name)
        locked.version += 1
        locked.save(update_fields=["due_on", "version"])
        entry = TimelineEntry.objects.create(
            application=locked,
            transition="extend",
            from_state=locked.state,
            to_state=locked.state,
            at=clock.now(),
            actor_kind=by.actor.kind,
            actor_user_id=by.pk,
            actor_label=by.name,
            organisation=by.organisation,
            opinion=opinion,
            data={"days": days},
            form_version=locked.form_version,
            version=locked.version,
        )
        for who in (Who.FILER, Who.PERSON):
            telling.send(
                locked, "application.extended", who=who, key=f"extended:{locked.pk}:{entry.pk}:{who}", opinion=opinion
            )
        audit.record("application.extend", actor=by.actor, subject=("application", locked.pk), data={"days": days})
    return locked
