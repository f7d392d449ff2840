"""The separate consent to face data, and 窗口核验 as the way of equal rank that can be chosen at every step."""

from __future__ import annotations

import secrets

from django.db import transaction

from erjian import audit
from erjian.audit import codes
from erjian.identity import faces, frames, notice
from erjian.identity.cards import actor_of
from erjian.identity.errors import IdentityRefused, out_of_step
from erjian.identity.models import ONGOING, State, Step, Verification
from erjian.policy import clock

codes.register("identity.consented", "单独同意处理人脸信息")
codes.register("identity.counter_chosen", "改用窗口核验")


def consent(*, verification: Verification, agreed: bool) -> Verification:
    """Record the consent with a digest of the notice it was given to. Raises IdentityRefused without the tick."""
    if not agreed:
        raise IdentityRefused("请先阅读告知书并勾选同意；不同意的，请选择窗口核验。", code="not_agreed", field="agree")
    with transaction.atomic():
        own = _locked(verification)
        if own.step in (Step.CARD, Step.FACE):
            return own
        if own.step not in (Step.CONSENT, Step.COUNTER) or own.counter_reason == "failures":
            raise out_of_step()
        own.step = Step.CARD
        own.consented_at = clock.now()
        own.notice_digest = notice.digest(provider=faces.provider().name)
        own.slip = own.counter_reason = ""
        own.version += 1
        own.save()
        audit.record(
            "identity.consented",
            actor=actor_of(own),
            subject=("person", own.person_id),
            data={"notice": own.notice_digest[:16]},
        )
    return own


def choose_counter(*, verification: Verification) -> Verification:
    """Go to the counter instead; whatever was filmed is deleted (《个人信息保护法》第十五条)."""
    with transaction.atomic():
        own = _locked(verification)
        if own.step == Step.COUNTER:
            return own
        if own.step not in ONGOING:
            raise out_of_step()
        return to_counter(own, reason="chosen")


def to_counter(own: Verification, *, reason: str) -> Verification:
    """Lead a locked verification to the counter with a slip."""
    drop_attempts(own)
    own.step = Step.COUNTER
    own.counter_reason = reason
    own.slip = f"HY{secrets.randbelow(10**8):08d}"
    own.version += 1
    own.save()
    audit.record(
        "identity.counter_chosen", actor=actor_of(own), subject=("person", own.person_id), data={"why": reason}
    )
    return own


def drop_attempts(own: Verification) -> None:
    """Let attempts without a verdict lapse, and forget what was filmed."""
    for attempt in own.attempts.select_for_update().filter(state__in=[State.OPEN, State.GIVEN, State.OFFICER]):
        attempt.state, attempt.reason = State.LAPSED, "given_up"
        frames.forget(attempt)
        attempt.save()


def _locked(verification: Verification) -> Verification:
    return Verification.objects.select_for_update(of=("self",)).get(pk=verification.pk)
