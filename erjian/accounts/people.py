"""A person's account: opened when the person has been verified, never by an import (decision G.17)."""

from __future__ import annotations

from erjian import audit, protection
from erjian.accounts import passwords
from erjian.accounts.models import User, UserKind
from erjian.audit import Actor, codes
from erjian.registry.models import Person

codes.register("account.opened", "开通账户")
codes.register("account.one_time_password", "发送一次性口令")


def open_account(*, person_id: int, actor: Actor) -> tuple[User, str]:
    """The person's account and, where nobody has set a password yet, a one-time password for it (else "").

    Runs in the caller's transaction. A disabled account stays disabled and gets no password.
    """
    person = Person.objects.select_for_update().get(pk=person_id)
    user = User.objects.select_for_update().filter(person=person).first()
    if user is None:
        user = User.objects.create_user(
            protection.index("id_number", person.id_number).hex(),
            kind=UserKind.PERSON,
            name=person.name,
            person=person,
        )
        audit.record("account.opened", actor=actor, subject=("user", user.pk))
    if has_own_password(user) or not user.is_active:
        return user, ""
    return user, _one_time(user, actor)


def has_own_password(user: User) -> bool:
    """Whether the user has set a password, and not only been sent one for one time."""
    return user.has_usable_password() and user.one_time_until is None


def renew_one_time_password(*, user: User, actor: Actor) -> str:
    """Another one-time password for somebody who has never set their own."""
    return _one_time(user, actor)


def _one_time(user: User, actor: Actor) -> str:
    password = passwords.issue_one_time(user)
    audit.record("account.one_time_password", actor=actor, subject=("user", user.pk))
    return password
