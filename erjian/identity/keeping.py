"""Hourly: what has run out. Keys of pictures first, because forgetting them is a promise."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q, QuerySet

from erjian import files, messaging, policy
from erjian.identity import attempts, frames
from erjian.identity.models import ONGOING, Attempt, State, Step, Verification
from erjian.messaging import templates
from erjian.policy import clock
from erjian.registry.models import Person

templates.register(
    "identity.unanswered",
    title="实名认证未完成",
    body="{name}的实名认证没有在规定时间内完成人工核对，拍摄的画面已删除。请重新认证，或到窗口核验。",
    sms="{name}的实名认证没有在规定时间内完成人工核对，拍摄的画面已删除。请重新认证，或到窗口核验。",
)
_CHUNK = 500
logger = logging.getLogger(__name__)


def forget_frames() -> int:
    """Pictures older than policy's hours, and attempts in which the service got stuck; returns how many."""
    now = clock.now()
    old = now - timedelta(hours=policy.current().retention.face_hours)
    stuck = Q(state=State.GIVEN, given_at__lt=now - attempts.STUCK)
    due = Attempt.objects.filter(Q(key_cipher__isnull=False, given_at__lt=old) | stuck)
    return _each(due, _over)


def _over(attempt_id: int) -> None:
    verification_id = Attempt.objects.values_list("verification_id", flat=True).get(pk=attempt_id)
    own = Verification.objects.select_for_update(of=("self",)).get(pk=verification_id)
    attempt = Attempt.objects.select_for_update(of=("self",)).select_related("frames").get(pk=attempt_id)
    if attempt.state == State.GIVEN:
        attempts.fail(attempt)
        return
    if attempt.state == State.OFFICER:
        attempt.state, attempt.reason = State.LAPSED, "unanswered"
        if own.step == Step.OFFICER:
            own.step = Step.FACE
            own.save(update_fields=["step"])
        messaging.send(
            "identity.unanswered",
            to=messaging.Recipient.person(attempt.person_id, own.name, own.phone),
            context={"name": own.name},
            key=f"identity.unanswered:{attempt.pk}",
            link="/m/verify/",
        )
    frames.forget(attempt)
    attempt.save()


def end_verifications() -> int:
    """Ways that nobody took up again: what was typed and photographed goes."""
    now = clock.now()
    Attempt.objects.filter(state=State.OPEN, expires_at__lt=now).update(state=State.LAPSED, reason="expired")
    due = Verification.objects.filter(ended_at__isnull=True, expires_at__lt=now)
    ended = _each(due.filter(step__in=ONGOING), _end)
    typed = Q(step=Step.CODE, expires_at__lt=now)
    strangers = Q(step=Step.STRANGER, ended_at__lt=now - timedelta(days=1))
    return ended + Verification.objects.filter(typed | strangers).delete()[0]


def _end(verification_id: int) -> None:
    own = Verification.objects.select_for_update(of=("self",)).get(pk=verification_id)
    if own.step not in ONGOING:
        return
    for attempt in own.attempts.select_for_update().filter(state__in=[State.OPEN, State.GIVEN, State.OFFICER]):
        attempt.state, attempt.reason = State.LAPSED, "expired"
        frames.forget(attempt)
        attempt.save()
    held = Person.objects.values_list("id_front_id", "id_back_id").get(pk=own.person_id)
    for blob in (own.front, own.back):
        if blob is not None and blob.pk not in held:
            files.discard(blob)
    own.front = own.back = None
    own.read = own.card = {}
    own.step, own.ended_at = Step.ENDED, clock.now()
    own.save()


def _each(due: QuerySet[Attempt] | QuerySet[Verification], act: Callable[[int], None]) -> int:
    """Act on each row in a transaction of its own, so that one that fails holds nothing up."""
    done = 0
    for key in list(due.order_by("pk").values_list("pk", flat=True)[:_CHUNK]):
        try:
            with transaction.atomic():
                act(key)
            done += 1
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            logger.exception("%s %s", due.model.__name__, key)
    return done
