"""The second factor: a one-time password from an app (RFC 6238), a passkey, or a recovery code.

Policy says for whom it is required. In the demonstration nobody is made to enrol, so that it can be tried in a
minute; whoever enrolled is asked there too. Secrets rest encrypted, recovery codes as keyed digests; a code that
was used is refused the second time, even within its half minute.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

import pyotp
from django.conf import settings
from django.db import transaction

from erjian import audit, policy, protection
from erjian.accounts import limits
from erjian.accounts.limits import Limit
from erjian.accounts.models import Authenticator, Passkey, RecoveryCode, User
from erjian.audit import Actor, codes
from erjian.policy import clock
from erjian.standards.errors import Refusal

codes.register("account.second_added", "添加第二因素")
codes.register("account.second_removed", "移除第二因素")
codes.register("account.second_reset", "重置第二因素")
codes.register("account.second_failed", "第二因素验证失败")
codes.register("account.recovery_made", "生成恢复码")
codes.register("account.recovery_used", "使用恢复码")

STEP = 30
_TRIES = Limit("second-factor", 5, timedelta(minutes=15))
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


class SecondFactorRefused(Refusal):
    """`code`: code (wrong or used), last (the only factor of somebody who needs one)."""

    status = 422


@dataclass(frozen=True)
class State:
    """What a user has enrolled."""

    authenticator: Authenticator | None
    passkeys: tuple[Passkey, ...]
    recovery_left: int

    @property
    def enrolled(self) -> bool:
        """Whether there is a second factor to ask for."""
        return self.authenticator is not None or bool(self.passkeys)


def state(user: User) -> State:
    """The user's second factors."""
    return State(
        authenticator=Authenticator.objects.filter(user=user).first(),
        passkeys=tuple(Passkey.objects.filter(user=user).order_by("added_at", "pk")),
        recovery_left=RecoveryCode.objects.filter(user=user, used_at__isnull=True).count(),
    )


def enrolled(user: User) -> bool:
    """Whether the user has a second factor."""
    return Authenticator.objects.filter(user=user).exists() or Passkey.objects.filter(user=user).exists()


def required(user: User) -> bool:
    """Whether policy makes this user enrol."""
    return user.kind in policy.current().second_factor.required_for


def demanded(user: User) -> bool:
    """Whether this installation makes this user enrol: what policy requires, but for the demonstration."""
    return required(user) and not settings.ERJIAN_DEMO


def waived(user: User) -> bool:
    """Whether the demonstration lets a user in without what policy requires; pages say so."""
    return required(user) and bool(settings.ERJIAN_DEMO)


def new_secret() -> str:
    """A secret for an authenticator that is being added."""
    return pyotp.random_base32()


def address_of(secret: str, user: User) -> str:
    """The otpauth address that an app scans."""
    return pyotp.TOTP(secret).provisioning_uri(name=user.username, issuer_name=policy.current().province.platform_title)


def add_authenticator(*, user: User, secret: str, code: str) -> list[str]:
    """Enrol the app that made `code` of `secret`; a former app is replaced. Returns recovery codes, if new ones were made.

    Raises SecondFactorRefused for a wrong code, TooMany.
    """
    limits.take(_TRIES, str(user.pk))
    step = _step_of(secret, code)
    if step is None:
        raise _wrong("动态口令不对。请核对手机时间，输入应用当前显示的 6 位数字。")
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=user.pk)
        Authenticator.objects.update_or_create(
            user=locked,
            defaults={"secret": protection.encrypt("totp", secret), "last_step": step, "added_at": clock.now()},
        )
        audit.record("account.second_added", actor=user.actor, subject=("user", user.pk), data={"way": "totp"})
        return first_recovery_codes(locked)


def remove_authenticator(*, user: User) -> None:
    """Remove the app. Raises SecondFactorRefused when nothing would be left of what is demanded."""
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=user.pk)
        check_not_last(locked, removing=1)
        if Authenticator.objects.filter(user=locked).delete()[0]:
            audit.record("account.second_removed", actor=user.actor, subject=("user", user.pk), data={"way": "totp"})
        forget_codes_without_factor(locked)


def check_not_last(user: User, *, removing: int) -> None:
    """Raise SecondFactorRefused when removing so many factors leaves none to a user of whom one is demanded."""
    now = state(user)
    left = len(now.passkeys) + (now.authenticator is not None) - removing
    if left < 1 and demanded(user):
        raise SecondFactorRefused("这是您唯一的第二因素。请先添加另一种，再移除它。", code="last")


def forget_codes_without_factor(user: User) -> None:
    """Recovery codes stand in for a factor; without one they go."""
    if not enrolled(user):
        RecoveryCode.objects.filter(user=user).delete()


def first_recovery_codes(user: User) -> list[str]:
    """Recovery codes for a user who has none; an empty list for one who has."""
    if RecoveryCode.objects.filter(user=user, used_at__isnull=True).exists():
        return []
    return make_recovery_codes(user=user)


def make_recovery_codes(*, user: User) -> list[str]:
    """New recovery codes; the former ones end. They are returned once and kept as digests only."""
    made = [_recovery_code() for _ in range(policy.current().second_factor.recovery_codes)]
    with transaction.atomic():
        RecoveryCode.objects.filter(user=user).delete()
        RecoveryCode.objects.bulk_create(RecoveryCode(user=user, digest=_digest(user, code)) for code in made)
        audit.record("account.recovery_made", actor=user.actor, subject=("user", user.pk), data={"count": len(made)})
    return made


def check(*, user: User, code: str) -> str:
    """Check a one-time password or a recovery code; returns the way, totp or recovery, and uses it up.

    Raises SecondFactorRefused, TooMany. Only who knows the password gets here, so the limit locks nobody else out.
    """
    tried = limits.take(_TRIES, str(user.pk))
    text = "".join(code.split()).upper().replace("-", "")
    way = ""
    if text.isdecimal() and len(text) == 6:
        way = "totp" if _use_totp(user, text) else ""
    elif _use_recovery(user, text):
        way = "recovery"
    if not way:
        with transaction.atomic():
            audit.record("account.second_failed", actor=user.actor, subject=("user", user.pk))
        raise _wrong("验证码不对，或已用过。请输入应用当前显示的 6 位数字，或一个未用过的恢复码。")
    tried.delete()
    return way


def reset(*, user: User, by: Actor) -> None:
    """Remove every factor of a user who lost them; the next sign-in asks to enrol again."""
    Authenticator.objects.filter(user=user).delete()
    Passkey.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()
    audit.record("account.second_reset", actor=by, subject=("user", user.pk))


def _use_totp(user: User, code: str) -> bool:
    kept = Authenticator.objects.filter(user=user).first()
    if kept is None:
        return False
    step = _step_of(protection.decrypt("totp", kept.secret), code)
    if step is None:
        return False
    # One statement decides, so of two at once only one passes.
    return Authenticator.objects.filter(pk=kept.pk, last_step__lt=step).update(last_step=step) == 1


def _step_of(secret: str, code: str) -> int | None:
    """The half minute whose code this is: now, the one before, or the next; newest last so that none is skipped."""
    text = "".join(code.split())
    now = int(clock.now().timestamp()) // STEP
    totp = pyotp.TOTP(secret)
    for step in (now - 1, now, now + 1):
        if secrets.compare_digest(totp.generate_otp(step).encode(), text.encode()):
            return step
    return None


def _use_recovery(user: User, text: str) -> bool:
    found = RecoveryCode.objects.filter(user=user, digest=_digest(user, text), used_at__isnull=True)
    with transaction.atomic():
        if found.update(used_at=clock.now()) != 1:
            return False
        left = RecoveryCode.objects.filter(user=user, used_at__isnull=True).count()
        audit.record("account.recovery_used", actor=user.actor, subject=("user", user.pk), data={"left": left})
    return True


def _recovery_code() -> str:
    text = "".join(secrets.choice(_ALPHABET) for _ in range(12))
    return f"{text[:4]}-{text[4:8]}-{text[8:]}"


def _digest(user: User, code: str) -> bytes:
    return protection.index("recovery_code", f"{user.pk}\0{code.upper().replace('-', '')}")


def _wrong(message: str) -> SecondFactorRefused:
    return SecondFactorRefused(message, code="code", field="code")
