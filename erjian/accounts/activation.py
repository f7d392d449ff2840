"""The way back in, and the first way in for accounts that the authority creates: a code by SMS (decision G.17).

A person's account is opened by real-name verification (`erjian.identity`); who has one and forgot the password gives
name and ID number and receives a code on the registered mobile. Enterprise operators and officers, whose accounts
the authority creates, start and recover the same way with user name and mobile.

Whether a name, a number or a mobile is known must not be learned here: every request takes the same steps and
gets the same answer, and the code itself is sent by a job.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta

from django.db import models, transaction
from django.db.models import Q

from erjian import audit, messaging, protection
from erjian.accounts import devices, limits, passwords
from erjian.accounts.limits import Limit, TooMany
from erjian.accounts.models import User, UserKind
from erjian.audit import codes
from erjian.policy import clock
from erjian.registry.models import Person
from erjian.standards import id_numbers, phones
from erjian.standards.errors import Refusal
from erjian.standards.text import name_key

codes.register("account.activated", "激活账户")
codes.register("account.password_reset", "重新设置口令")

_EVERY_MINUTE = Limit("code-again", 1, timedelta(seconds=60))
_PER_HOUR = Limit("code-hour", 5, timedelta(hours=1))
_FROM_ADDRESS = Limit("code-from", 60, timedelta(hours=1))
_GUESSES = Limit("code-guess", 10, timedelta(hours=1))


_log = logging.getLogger(__name__)


class Purpose(models.TextChoices):
    ACTIVATE = "activate", "激活账户"
    RESET = "reset", "重新设置口令"


class ActivationRefused(Refusal):
    """`code`: code (wrong or used up), gone."""

    status = 422


@dataclass(frozen=True)
class Claim:
    """Whose account somebody says it is: a person's, or one by its user name; both None when nobody fits."""

    person_id: int | None = None
    user_id: int | None = None

    @property
    def known(self) -> bool:
        """Whether there is a phone to send a code to."""
        return self.person_id is not None or self.user_id is not None


def claim_person(*, name: str, id_number: str) -> Claim:
    """The person of exactly this name and number who has an account. Raises Refusal for what is no ID number."""
    number = id_numbers.parse(id_number, today=clock.today()).number18
    index = protection.index("id_number", number)
    person = Person.objects.filter(id_number_index=index, user__isnull=False).first()
    fits = person is not None and name_key(person.name) == name_key(name)
    return Claim(person_id=person.pk) if person and fits and person.phone_index else Claim()


def claim_account(*, username: str, phone: str) -> Claim:
    """The enterprise's or officer's account of this user name and mobile. Raises Refusal for no mobile number."""
    index = protection.index("phone", phones.parse_mobile(phone))
    user = (
        User.objects.filter(username=username.strip(), phone_index=index, is_active=True)
        .exclude(kind=UserKind.PERSON)
        .first()
    )
    return Claim(user_id=user.pk) if user else Claim()


def request_code(*, claim: Claim, purpose: str, subject: str, address: str) -> None:
    """Have a code sent, if the claim is known. `subject` is what was typed and only limits how often.

    Raises TooMany, for known and unknown claims alike.
    """
    from erjian.accounts.tasks import send_code

    if not claim.known:
        _log.warning("code by SMS: asked for nobody")
    limits.take(_FROM_ADDRESS, address)
    limits.take(_PER_HOUR, purpose, subject)
    limits.take(_EVERY_MINUTE, purpose, subject)
    send_code.defer(
        person_id=claim.person_id or 0, user_id=claim.user_id or 0, purpose=Purpose(purpose).value, address=address
    )


def phone_of(claim: Claim) -> str:
    """The registered mobile; empty when there is none."""
    if claim.person_id is not None:
        person = Person.objects.filter(pk=claim.person_id).first()
        return person.phone if person else ""
    user = User.objects.filter(pk=claim.user_id).first() if claim.user_id is not None else None
    return user.phone if user else ""


def finish(*, claim: Claim, purpose: str, code: str, password: str, address: str) -> User:
    """Check the code and set the password.

    Raises PasswordRefused and leaves the code valid, ActivationRefused for a wrong code, TooMany. What the last
    passwords were is only told to who holds the code.
    """
    passwords.check(password, names=_names(claim))
    _check_code(claim, purpose=purpose, code=code, address=address)
    with transaction.atomic():
        user = _account(claim)
        passwords.check_not_used(user, password)
        if not messaging.codes.check(phone_of(claim), code, purpose=Purpose(purpose).value):
            raise _wrong_code()
        passwords.store(user, password)
        devices.end_all(user=user, by=user.actor)
        event = "account.activated" if purpose == Purpose.ACTIVATE else "account.password_reset"
        audit.record(event, actor=user.actor, subject=("user", user.pk), data={"way": "sms"})
    return user


def _check_code(claim: Claim, *, purpose: str, code: str, address: str) -> None:
    """Raise unless the code is right; it stays valid until the password is judged, too."""
    guess = limits.take(_GUESSES, address, purpose, f"{claim.person_id}:{claim.user_id}")
    phone = phone_of(claim)
    try:
        right = bool(phone) and messaging.codes.check(phone, code, purpose=Purpose(purpose).value, keep=True)
    except TooMany:
        raise
    except Refusal:
        # "Tries used up" is only ever said of a known phone.
        right = False
    if not right:
        raise _wrong_code()
    guess.delete()


def _wrong_code() -> ActivationRefused:
    return ActivationRefused("验证码不对或已过期。请核对短信，或重新获取验证码。", code="code", field="code")


def _names(claim: Claim) -> tuple[str, ...]:
    if claim.person_id is not None:
        return tuple(Person.objects.filter(pk=claim.person_id).values_list("name", flat=True))
    return tuple(each for row in User.objects.filter(pk=claim.user_id).values_list("username", "name") for each in row)


def _account(claim: Claim) -> User:
    """The account of a claim, locked."""
    owner = Q(pk=claim.user_id) if claim.user_id is not None else Q(person_id=claim.person_id)
    user = User.objects.select_for_update().filter(owner, is_active=True).first()
    if user is None:
        raise ActivationRefused("这个账号已停用。请联系主管单位。", code="gone")
    return user
