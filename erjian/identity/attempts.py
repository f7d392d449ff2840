"""Before the camera: gestures drawn by the server, frames handed in once, judged by a job.

An attempt is opened with a nonce that serves once and within policy's seconds. The frames are taken under the lock of
the verification, so of two submissions one counts; the verdict is settled under the same lock, so of two runs of the
job one counts too. Only refusals count as failures: a fault of the service, a closed page and a late upload do not.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from erjian import audit, files, messaging, policy
from erjian.accounts import limits
from erjian.accounts.limits import Limit
from erjian.audit import SYSTEM, codes
from erjian.identity import completing, consenting, faces, frames
from erjian.identity.cards import actor_of
from erjian.identity.errors import IdentityRefused, out_of_step
from erjian.identity.models import Attempt, State, Step, Verification
from erjian.identity.reasons import GESTURES
from erjian.messaging import templates
from erjian.policy import authorities, clock
from erjian.registry.models import Assurance, Registration

codes.register("identity.opened", "开始人脸识别")
codes.register("identity.refused", "人脸识别未通过")
codes.register("identity.to_officer", "人脸识别转人工核对")
codes.register("identity.failed", "人脸识别服务故障")
templates.register(
    "identity.officer_waits",
    title="实名认证待人工核对",
    body="{name}的实名认证需要人工核对照片。请在画面保存期内办理。",
)

_DRAWS = Limit("verify-draw", 20, timedelta(hours=1))
LOOK_EVERY = timedelta(milliseconds=250)
MOST_LOOKS = 1200
STUCK = timedelta(minutes=15)
"""After so long without a verdict an attempt counts as a fault of the service."""


@dataclass(frozen=True)
class Drawn:
    """What the page needs to begin; the nonce is known to nobody else."""

    attempt: Attempt
    nonce: str


def failures(person_id: int) -> int:
    """How often the person was refused within policy's hours, in whatever verification."""
    since = clock.now() - timedelta(hours=policy.current().identity.failure_hours)
    return Attempt.objects.filter(person_id=person_id, state=State.REFUSED, decided_at__gt=since).count()


def draw(*, verification: Verification) -> Drawn:
    """Open an attempt with new gestures and a nonce; one that was left open lapses.

    Raises IdentityRefused while the last one is being judged, and when the failures are used up; TooMany.
    """
    limits.take(_DRAWS, str(verification.pk))
    rules, provider = policy.current().identity, faces.provider()
    with transaction.atomic():
        own = _locked(verification)
        if own.step != Step.FACE:
            raise out_of_step()
        if failures(own.person_id) >= rules.failures:
            consenting.to_counter(own, reason="failures")
            refused: IdentityRefused | None = IdentityRefused(
                "人脸识别多次没有通过。请改到窗口核验。", code="failures", status=409
            )
        else:
            refused = None
            drawn = _open(own, provider)
    if refused is not None:
        raise refused
    return drawn


def _open(own: Verification, provider: faces.FaceProvider | faces.Redirecting) -> Drawn:
    from erjian.identity.tasks import lead_away

    now, rules = clock.now(), policy.current().identity
    if own.attempts.filter(state=State.GIVEN).exists():
        raise IdentityRefused("上一次的画面正在核对。请稍候。", code="judging", status=409)
    own.attempts.filter(state=State.OPEN).update(state=State.LAPSED, reason="given_up")
    nonce = secrets.token_urlsafe(24)
    away = faces.is_redirecting(provider)
    attempt = Attempt.objects.create(
        verification=own,
        person_id=own.person_id,
        provider=provider.name,
        assurance=provider.assurance,
        nonce_digest=_digest(nonce),
        challenges=[] if away else gestures(rules.gestures),
        opened_at=now,
        expires_at=now + (timedelta(minutes=15) if away else timedelta(seconds=rules.gesture_seconds)),
    )
    audit.record(
        "identity.opened",
        actor=actor_of(own),
        subject=("person", own.person_id),
        data={"attempt": str(attempt.uuid), "provider": provider.name, "gestures": attempt.challenges},
    )
    if away:
        lead_away.defer(attempt_id=attempt.pk)
    return Drawn(attempt=attempt, nonce=nonce)


def gestures(count: int) -> list[str]:
    """Gestures in an order nobody can foresee; tests name theirs in the settings."""
    fixed: Sequence[str] = getattr(settings, "ERJIAN_GESTURES", ())
    return list(fixed) or secrets.SystemRandom().sample(sorted(GESTURES), count)


def may_look(*, verification: Verification) -> None:
    """Count one live hint; the service is asked a few times a second at most. Raises IdentityRefused (429)."""
    now = clock.now()
    rested = Q(looked_at__isnull=True) | Q(looked_at__lt=now - LOOK_EVERY)
    counted = Verification.objects.filter(rested, pk=verification.pk, step=Step.FACE, looks__lt=MOST_LOOKS)
    if not counted.update(looked_at=now, looks=F("looks") + 1):
        raise IdentityRefused("画面检查得太频繁。请稍候。", code="too_often", status=429)


def submit(*, verification: Verification, nonce: str, pictures: Sequence[bytes], times: Sequence[int]) -> Attempt:
    """Take the frames of an attempt; the verdict follows by a job.

    Raises IdentityRefused: nonce (unknown, somebody else's, used, given up), expired, or what is wrong with the frames.
    """
    from erjian.identity.tasks import decide

    late = False
    with transaction.atomic():
        own = _locked(verification)
        attempt = own.attempts.select_for_update().filter(nonce_digest=_digest(nonce)).first()
        if attempt is None or attempt.state != State.OPEN or own.step != Step.FACE:
            raise IdentityRefused("这次人脸识别已经结束。请重新开始。", code="nonce", status=409)
        late = attempt.is_over(clock.now())
        if late:
            attempt.state, attempt.reason = State.LAPSED, "expired"
            attempt.save(update_fields=["state", "reason"])
        else:
            _take(own, attempt, frames.judged(pictures, times))
            if attempt.state == State.GIVEN:
                decide.defer(attempt_id=attempt.pk)
    if late:
        raise IdentityRefused("超过了规定的时间。请重新开始，看到提示就做动作。", code="expired", status=409)
    return attempt


def _take(own: Verification, attempt: Attempt, taken: Sequence[faces.Frame]) -> None:
    digests = frames.digests(taken)
    attempt.given_at = clock.now()
    attempt.frame_count = len(taken)
    attempt.frame_digests = sorted(set(digests))
    attempt.digest = hashlib.sha256("".join(digests).encode()).hexdigest()
    if Attempt.objects.filter(frame_digests__overlap=attempt.frame_digests).exclude(pk=attempt.pk).exists():
        # Not kept under its digests again: the first submission is the one that counts.
        attempt.frame_digests = []
        _refuse(own, attempt, reason="replayed")
        return
    attempt.state = State.GIVEN
    frames.keep(attempt, taken)
    attempt.save()


def returned(*, verification: Verification) -> Attempt | None:
    """The person is back from a provider's own page: ask for the result."""
    from erjian.identity.tasks import decide

    with transaction.atomic():
        own = _locked(verification)
        attempt = own.attempts.select_for_update().filter(state=State.OPEN).exclude(reference="").first()
        if attempt is not None and own.step == Step.FACE:
            attempt.state, attempt.given_at = State.GIVEN, clock.now()
            attempt.save(update_fields=["state", "given_at"])
            decide.defer(attempt_id=attempt.pk)
    return attempt


def judge(*, attempt_id: int, last_attempt: bool) -> None:
    """Ask the provider and settle; a settled attempt is left alone.

    Raises FacesUnavailable while another attempt of the job is worth it; after the last one the service has failed.
    """
    attempt = Attempt.objects.filter(pk=attempt_id, state=State.GIVEN).select_related("verification__front").first()
    if attempt is None:
        return
    try:
        decision = _asked(attempt)
    except faces.BadPicture:
        decision = faces.Decision(verdict="refuse", reason="no_frontal")
    except frames.FramesGone:
        decision = None
    except faces.FacesUnavailable:
        if not last_attempt:
            raise
        decision = None
    settle(attempt_id=attempt_id, decision=decision)


def _asked(attempt: Attempt) -> faces.Decision:
    rules, provider = policy.current().identity, faces.provider()
    if provider.name != attempt.provider:
        raise frames.FramesGone
    if isinstance(provider, faces.EmbeddedFaces):
        front = attempt.verification.front
        if front is None:
            raise frames.FramesGone
        return provider.decide(
            challenges=attempt.challenges,
            frames=frames.opened(attempt),
            portrait=files.read(front),
            accept=rules.accept,
            refuse=rules.refuse,
        )
    own = attempt.verification
    found = provider.outcome(  # type: ignore[union-attr]
        attempt.reference, name=own.name, id_number=own.id_number, attempt=str(attempt.uuid)
    )
    if found is None:
        raise faces.FacesUnavailable("not finished")
    return found


def settle(*, attempt_id: int, decision: faces.Decision | None) -> None:
    """Write the verdict down and what follows from it; None means that the service failed."""
    with transaction.atomic():
        verification_id = Attempt.objects.values_list("verification_id", flat=True).get(pk=attempt_id)
        own = Verification.objects.select_for_update(of=("self",)).get(pk=verification_id)
        attempt = Attempt.objects.select_for_update(of=("self",)).select_related("frames").get(pk=attempt_id)
        if attempt.state != State.GIVEN or own.step != Step.FACE:
            return
        if decision is None:
            fail(attempt)
            return
        attempt.verdict, attempt.reason = decision.verdict, decision.reason
        attempt.score, attempt.best_frame = decision.distance, decision.best_frame
        attempt.reference = decision.reference or attempt.reference
        if decision.verdict == "refuse":
            _refuse(own, attempt, reason=decision.reason or "unlike")
        elif decision.verdict == "officer" or (own.doubts and attempt.assurance != Assurance.AUTHORITATIVE):
            _to_officer(own, attempt)
        else:
            completing.accept(own, attempt, actor=SYSTEM)


def _refuse(own: Verification, attempt: Attempt, *, reason: str) -> None:
    refuse(own, attempt, reason=reason, actor=SYSTEM)


def refuse(own: Verification, attempt: Attempt, *, reason: str, actor: audit.Actor) -> None:
    """Refuse a locked attempt; after policy's failures the counter is left."""
    attempt.state, attempt.reason, attempt.decided_at = State.REFUSED, reason, clock.now()
    frames.forget(attempt)
    attempt.save()
    audit.record(
        "identity.refused",
        actor=actor,
        subject=("person", own.person_id),
        data={"attempt": str(attempt.uuid), "reason": reason, "score": attempt.score},
    )
    if failures(own.person_id) >= policy.current().identity.failures:
        consenting.to_counter(own, reason="failures")
    elif own.step != Step.FACE:
        own.step = Step.FACE
        own.version += 1
        own.save(update_fields=["step", "version"])


def _to_officer(own: Verification, attempt: Attempt) -> None:
    attempt.state = State.OFFICER
    attempt.save()
    own.step = Step.OFFICER
    if attempt.verdict == "officer" and "likeness" not in own.doubts:
        own.doubts = [*own.doubts, "likeness"]
    own.version += 1
    own.save(update_fields=["step", "doubts", "version"])
    data = {"attempt": str(attempt.uuid), "doubts": own.doubts, "score": attempt.score}
    audit.record("identity.to_officer", actor=SYSTEM, subject=("person", own.person_id), data=data)
    messaging.send(
        "identity.officer_waits",
        to=messaging.Recipient.authority(authority_of(own.person_id), "counter"),
        context={"name": own.name},
        key=f"identity.officer:{attempt.pk}",
        link="/authority/identity/",
    )


def authority_of(person_id: int) -> str:
    """Whose officers compare: those where the person is registered, the province's for everybody else."""
    held = Registration.objects.filter(person_id=person_id).select_related("enterprise").order_by("-id").first()
    return held.enterprise.filing_authority if held else authorities.province().code


def fail(attempt: Attempt) -> None:
    """The service failed; nothing is held against the person."""
    attempt.state, attempt.decided_at = State.FAILED, clock.now()
    frames.forget(attempt)
    attempt.save()
    audit.record(
        "identity.failed", actor=SYSTEM, subject=("person", attempt.person_id), data={"attempt": str(attempt.uuid)}
    )


def _digest(nonce: str) -> bytes:
    return hashlib.sha256(nonce.encode()).digest()


def _locked(verification: Verification) -> Verification:
    return Verification.objects.select_for_update(of=("self",)).get(pk=verification.pk)
