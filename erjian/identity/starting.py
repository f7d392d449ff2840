"""完善建造师个人信息, the code by SMS, and what is known only after it.

Before the code is right nothing is looked up in the register: a stranger's name and a holder's take the same
statements and get the same answers.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from erjian import audit, messaging, policy, protection
from erjian.accounts import limits
from erjian.accounts.limits import Limit
from erjian.audit import codes
from erjian.identity.errors import IdentityRefused, out_of_step
from erjian.identity.models import ONGOING, RESUMABLE, Step, Verification
from erjian.policy import clock
from erjian.registry.models import Assurance, Person, Qualification, Registration
from erjian.registry.verification import reaches
from erjian.standards import id_numbers, phones
from erjian.standards.errors import Refusal
from erjian.standards.text import name_key

codes.register("identity.started", "开始实名认证")
codes.register("identity.stranger", "实名认证：未查到资格证书")

PURPOSE = "verify"
UNPROVEN = timedelta(hours=1)
"""How long typed data wait for their code."""
_OF_NUMBER = Limit("verify-number", 10, timedelta(hours=1))
_FROM_ADDRESS = Limit("verify-from", 60, timedelta(hours=1))
_GUESSES = Limit("verify-guess", 30, timedelta(hours=1))


def begin(*, name: str, id_number: str, phone: str, address: str) -> Verification:
    """Take name, number and mobile, and send the code to that mobile.

    Raises Refusal for what is no number or no mobile, TooMany and CodeRefused for too often.
    """
    try:
        number = id_numbers.parse(id_number, today=clock.today()).number18
    except Refusal as refusal:
        refusal.field = "id_number"
        raise
    try:
        phone = phones.parse_mobile(phone)
    except Refusal as refusal:
        refusal.field = "phone"
        raise
    limits.take(_FROM_ADDRESS, address)
    limits.take(_OF_NUMBER, number)
    now = clock.now()
    with transaction.atomic():
        messaging.codes.request(phone, purpose=PURPOSE, address=address)
        return Verification.objects.create(
            name=" ".join(name.split()), id_number=number, phone=phone, created_at=now, expires_at=now + UNPROVEN
        )


def resend(*, verification: Verification, address: str) -> None:
    """Send another code. Raises CodeRefused (too soon, too many)."""
    if verification.step != Step.CODE:
        raise out_of_step()
    messaging.codes.request(verification.phone, purpose=PURPOSE, address=address)


def prove(*, verification: Verification, code: str, address: str) -> Verification:
    """Check the code, then find the holder; goes on with a way that was left earlier, which may be another row.

    Raises IdentityRefused(code="code") for a wrong code, CodeRefused when its tries are used up.
    """
    limits.take(_GUESSES, address)
    if verification.step != Step.CODE:
        raise out_of_step()
    # Outside the transaction below, so that a wrong try counts.
    if not messaging.codes.check(verification.phone, code, purpose=PURPOSE):
        raise IdentityRefused("验证码不对或已过期。请核对短信，或重新获取验证码。", code="code", field="code")
    with transaction.atomic():
        own = _locked(verification)
        if own.step != Step.CODE:
            raise out_of_step()
        former = (
            Verification.objects.select_for_update(of=("self",))
            .filter(
                id_number_index=own.id_number_index,
                phone_index=own.phone_index,
                name=own.name,
                step__in=RESUMABLE,
                ended_at__isnull=True,
                expires_at__gt=clock.now(),
            )
            .order_by("-id")
            .first()
        )
        if former is not None:
            own.delete()
            return former
        return _found(own)


def _found(own: Verification) -> Verification:
    """The way goes on for a holder of a qualification; for nobody else."""
    person = Person.objects.filter(id_number_index=protection.index("id_number", own.id_number)).first()
    now = clock.now()
    if person is None or name_key(person.name) != name_key(own.name) or not _holds(person):
        own.step, own.ended_at = Step.STRANGER, now
        own.save(update_fields=["step", "ended_at"])
        audit.record("identity.stranger", actor=audit.PUBLIC, subject=("verification", own.pk))
        return own
    rules = policy.current().identity
    own.person, own.name = person, person.name
    own.step = Step.CONSENT
    own.expires_at = now + timedelta(days=rules.resume_days)
    if person.phone != own.phone and rules.unregistered_mobile == "officer":
        own.doubts = ["mobile"]
    own.save()
    audit.record("identity.started", actor=audit.PUBLIC, subject=("person", person.pk), data={"mobile": own.phone_mask})
    return own


def begin_again(*, person: Person) -> Verification:
    """A signed-in person verifies anew; an open way of theirs goes on."""
    with transaction.atomic():
        Person.objects.select_for_update().get(pk=person.pk)
        now = clock.now()
        former = open_way(person)
        if former is not None:
            return former
        made = Verification.objects.create(
            person=person,
            again=True,
            step=Step.CONSENT,
            name=person.name,
            id_number=person.id_number,
            phone=person.phone,
            created_at=now,
            expires_at=now + timedelta(days=policy.current().identity.resume_days),
        )
        audit.record("identity.started", actor=audit.PUBLIC, subject=("person", person.pk), data={"again": True})
        return made


def open_way(person: Person) -> Verification | None:
    """The person's way that waits to be taken up again."""
    waiting = Verification.objects.filter(person=person, step__in=ONGOING, expires_at__gt=clock.now())
    return waiting.order_by("-id").first()


def is_done(verification: Verification) -> bool:
    """Whether the person has been verified by their face or better before, and does not verify anew on purpose."""
    person = verification.person
    return person is not None and not verification.again and reaches(person.assurance, Assurance.FACE)


def _holds(person: Person) -> bool:
    """Whether somebody holds a qualification, or (as temporary constructors do) a registration."""
    return Qualification.objects.filter(person=person).exists() or Registration.objects.filter(person=person).exists()


def _locked(verification: Verification) -> Verification:
    return Verification.objects.select_for_update(of=("self",)).get(pk=verification.pk)
