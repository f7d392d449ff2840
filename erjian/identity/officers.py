"""人工核对: an officer compares two pictures where the machine could not or may not decide alone."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet

from erjian import audit, messaging
from erjian.accounts import scopes
from erjian.accounts.models import User
from erjian.audit import codes
from erjian.identity import attempts, completing, frames
from erjian.identity.errors import IdentityRefused, out_of_step
from erjian.identity.models import Attempt, State, Step, Verification
from erjian.messaging import templates

codes.register("identity.officer_accepted", "人工核对通过")
templates.register(
    "identity.officer_refused",
    title="实名认证未通过",
    body="{name}的实名认证经人工核对没有通过。核对意见：{remark}",
    sms="{name}的实名认证经人工核对没有通过，拍摄的画面已删除。原因和下一步请到实名认证页面查看。",
)


def waiting(user: User) -> QuerySet[Attempt]:
    """The attempts that wait for officers of this one's part of the register, oldest first."""
    return Attempt.objects.filter(state=State.OFFICER, person__in=scopes.people(user)).order_by("id")


def picture(*, attempt: Attempt) -> bytes:
    """The best frame of an attempt, for an officer who compares. Raises FramesGone."""
    taken = frames.opened(attempt)
    best = attempt.best_frame if attempt.best_frame is not None and attempt.best_frame < len(taken) else len(taken) // 2
    return taken[best].jpeg


def decide(*, attempt: Attempt, accepted: bool, remark: str, by: User) -> Attempt:
    """Accept or refuse; a refusal says why. Raises IdentityRefused when somebody else was faster."""
    if not accepted and not remark.strip():
        raise IdentityRefused("不通过的，请写明原因，本人会看到。", code="remark", field="remark")
    with transaction.atomic():
        own = Verification.objects.select_for_update(of=("self",)).get(pk=attempt.verification_id)
        locked = Attempt.objects.select_for_update(of=("self",)).select_related("frames").get(pk=attempt.pk)
        if locked.state != State.OFFICER or own.step != Step.OFFICER:
            raise out_of_step()
        locked.decided_by = f"{by.organisation} {by.name}"[:120]
        locked.remark = remark.strip()
        if accepted:
            audit.record(
                "identity.officer_accepted",
                actor=by.actor,
                subject=("person", own.person_id),
                data={"attempt": str(locked.uuid), "doubts": own.doubts},
            )
            completing.accept(own, locked, actor=by.actor)
        else:
            attempts.refuse(own, locked, reason="officer", actor=by.actor)
            messaging.send(
                "identity.officer_refused",
                to=messaging.Recipient.person(locked.person_id, own.name, own.phone),
                context={"name": own.name, "remark": locked.remark},
                key=f"identity.officer_refused:{locked.pk}",
                link="/m/verify/",
            )
    return locked
