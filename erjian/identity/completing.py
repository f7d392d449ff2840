"""What follows from an accepted verification: an account, the SMS with the way in, and the form that completes it.

A face that was accepted opens the account; 保存 of the form 个人实名认证 completes the verification without an officer
(decision G.16). At the counter the officer's word completes it. Somebody who was verified before and verifies anew
is done at once.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from erjian import audit, files, messaging, policy
from erjian.accounts import limits, people
from erjian.accounts.limits import Limit
from erjian.accounts.models import User
from erjian.audit import Actor, codes
from erjian.identity import frames
from erjian.identity.errors import IdentityRefused, out_of_step
from erjian.identity.models import Attempt, CounterCheck, State, Step, Verification
from erjian.messaging import templates
from erjian.messaging.sending import send_sms
from erjian.policy import clock
from erjian.registry.models import Assurance, Person
from erjian.registry.verification import reaches, set_verified, verify_person

codes.register("identity.accepted", "人脸识别通过")
codes.register("identity.completed", "个人实名认证完成")
templates.register(
    "identity.accepted",
    title="实名认证成功",
    body="{name}的认证成功。请补充个人实名认证信息并保存。",
)
templates.register(
    "identity.renewed",
    title="实名认证信息已更新",
    body="{name}的重新认证成功，实名认证信息已更新。非本人操作的，请立即修改口令并联系主管部门。",
    sms="{name}的重新认证成功，实名认证信息已更新。非本人操作的，请立即修改口令并联系主管部门。",
)
_FIRST_SMS, _OWN_SMS = templates.sentences(
    "identity.password",
    "【二级建造师注册】认证成功。请在 {hours} 小时内用身份证号码和一次性口令 {password} 登录 {address}，"
    "登录后修改口令并补充个人实名认证信息。请勿告诉他人。",
    "【二级建造师注册】认证成功。请用身份证号码和您的口令登录 {address}，补充个人实名认证信息。请勿告诉他人。",
)
_RESENDS = Limit("verify-password", 3, timedelta(hours=1))
SIGN_IN = "/person/sign-in/"
FORM = "/person/identity/"


def accept(own: Verification, attempt: Attempt, *, actor: Actor) -> None:
    """Accept a locked attempt: the pictures go, the account opens, the SMS leaves."""
    attempt.state, attempt.decided_at = State.ACCEPTED, clock.now()
    frames.forget(attempt)
    attempt.save()
    person = Person.objects.get(pk=own.person_id)
    audit.record(
        "identity.accepted",
        actor=actor,
        subject=("person", person.pk),
        data={
            "attempt": str(attempt.uuid),
            "provider": attempt.provider,
            "assurance": attempt.assurance,
            "score": attempt.score,
            "gestures": attempt.challenges,
            "digest": attempt.digest,
        },
    )
    level = Assurance(attempt.assurance)
    if own.again and reaches(person.assurance, level):
        _renew(own, level, provider=attempt.provider, actor=actor)
    else:
        finish(own, actor=actor)


def _renew(own: Verification, level: Assurance, *, provider: str, actor: Actor) -> None:
    """Take over the new card of somebody who was verified before, which completes a locked verification."""
    assert own.person_id is not None
    set_verified(person_id=own.person_id, values=of_card(own) | _phone(own), actor=actor)
    verify_person(person_id=own.person_id, assurance=level, actor=actor, provider=provider)
    own.step, own.ended_at = Step.ACCEPTED, clock.now()
    own.read = own.card = {}
    own.version += 1
    own.save()
    _end_earlier(own)
    messaging.send(
        "identity.renewed",
        to=messaging.Recipient.person(own.person_id, own.name, own.phone),
        context={"name": own.name},
        key=f"identity.renewed:{own.pk}",
        link=FORM,
    )


def finish(own: Verification, *, actor: Actor) -> None:
    """Open the account of a locked verification that was accepted, and tell the person how to sign in."""
    own.step = Step.ACCEPTED
    own.version += 1
    own.save()
    welcome(person_id=own.person_id, phone=own.phone, key=f"identity.accepted:{own.pk}", actor=actor)


def welcome(*, person_id: int, phone: str, key: str, actor: Actor) -> User:
    """The account, an inbox entry, and the SMS with the one-time password (or without, who has their own)."""
    user, password = people.open_account(person_id=person_id, actor=actor)
    recipient = messaging.Recipient.person(person_id, user.name)
    messaging.send("identity.accepted", to=recipient, context={"name": user.name}, key=key, link=FORM)
    _tell(user, phone, password)
    return user


def _tell(user: User, phone: str, password: str) -> None:
    hours = policy.current().identity.password_hours
    address = f"{settings.ERJIAN_ORIGIN}{SIGN_IN}"
    text = (_FIRST_SMS if password else _OWN_SMS).format(hours=hours, password=password, address=address)
    key = f"identity.password:{user.pk}:{secrets.token_hex(8)}"
    send_sms(phone, text, template="identity.password", key=key, secret=True)


def send_again(*, verification: Verification) -> None:
    """Send the SMS once more to somebody who has not signed in yet. Raises TooMany, IdentityRefused."""
    limits.take(_RESENDS, str(verification.person_id))
    with transaction.atomic():
        own = Verification.objects.select_for_update(of=("self",)).get(pk=verification.pk)
        if own.step != Step.ACCEPTED or own.ended_at is not None:
            raise out_of_step()
        user = User.objects.select_for_update(of=("self",)).filter(person_id=own.person_id, is_active=True).first()
        if user is None:
            raise IdentityRefused("这个账号已停用。请联系主管单位。", code="gone", status=409)
        password = "" if people.has_own_password(user) else people.renew_one_time_password(user=user, actor=user.actor)
        _tell(user, own.phone, password)


def of_card(own: Verification) -> dict[str, Any]:
    """What the verification's card says of the person, for the register."""
    card = own.card
    found: dict[str, Any] = {}
    if own.front is not None and own.back is not None:
        found |= {"id_front": own.front, "id_back": own.back}
    if card.get("ethnicity"):
        found["ethnicity"] = card["ethnicity"]
    until = card.get("valid_until")
    if card:
        found["id_valid_until"] = date.fromisoformat(until) if until else None
    return found


def _phone(own: Verification) -> dict[str, Any]:
    return {"phone": own.phone} if own.phone else {}


def accepted_of(person_id: int) -> Verification | None:
    """The accepted verification that still waits for its form."""
    return (
        Verification.objects.filter(person_id=person_id, step=Step.ACCEPTED, ended_at__isnull=True)
        .select_related("front", "back")
        .order_by("-id")
        .first()
    )


def save(*, person_id: int, values: Mapping[str, Any], actor: Actor) -> Person:
    """保存 of the form: the facts go into the register and the verification is complete.

    `values` are facts of `registry.verification.set_verified`. Raises IdentityRefused when nothing waits for the form
    and the person was not verified before either.
    """
    with transaction.atomic():
        person = Person.objects.select_for_update(of=("self",)).get(pk=person_id)
        own = (
            Verification.objects.select_for_update(of=("self",))
            .filter(person_id=person_id, step=Step.ACCEPTED, ended_at__isnull=True)
            .order_by("-id")
            .first()
        )
        if own is None and not person.is_verified:
            raise IdentityRefused("还没有通过人脸识别或窗口核验。请先完成认证。", code="not_accepted", status=409)
        facts = dict(values)
        if own is not None:
            facts = of_card(own) | _phone(own) | facts
        person = set_verified(person_id=person_id, values=facts, actor=actor)
        if own is not None:
            person = _complete(own, actor)
    return person


def _complete(own: Verification, actor: Actor) -> Person:
    attempt = own.attempts.filter(state=State.ACCEPTED).order_by("-id").first()
    at_counter = CounterCheck.objects.filter(verification=own, passed=True).exists()
    level, provider = Assurance.COUNTER, "counter"
    if not at_counter:
        assert attempt is not None
        level, provider = Assurance(attempt.assurance), attempt.provider
    assert own.person_id is not None
    person = verify_person(person_id=own.person_id, assurance=level, actor=actor, provider=provider)
    own.ended_at = clock.now()
    own.read = own.card = {}
    own.version += 1
    own.save()
    _end_earlier(own)
    audit.record(
        "identity.completed",
        actor=actor,
        subject=("person", person.pk),
        data={"assurance": str(level), "provider": provider},
    )
    return person


def _end_earlier(own: Verification) -> None:
    """End what else waits for this person's form, from another mobile say: it would bring back what is older."""
    person = Person.objects.get(pk=own.person_id)
    held = {person.id_front_id, person.id_back_id}
    waiting = Verification.objects.select_for_update(of=("self",)).filter(
        person_id=own.person_id, step=Step.ACCEPTED, ended_at__isnull=True
    )
    for other in waiting.select_related("front", "back").order_by("pk"):
        for blob in (other.front, other.back):
            if blob is not None and blob.pk not in held:
                files.discard(blob)
        other.front = other.back = None
        other.read = other.card = other.typed = {}
        other.ended_at = own.ended_at
        other.version += 1
        other.save()
