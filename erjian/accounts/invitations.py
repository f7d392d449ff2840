"""Accounts whose holder sets the password: by a one-time link, sent by SMS to the mobile written down for the account.

Whoever opens an account or resets it never learns a password. A link lives `LIFETIME`, serves once, and is void as
soon as another is sent. Opening it changes nothing, so that a preview of the message does no harm.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from erjian import audit, protection
from erjian.accounts import devices, passwords, sign_in
from erjian.accounts.models import EnterpriseRight, Invitation, User, UserKind
from erjian.audit import codes
from erjian.messaging import send_sms, templates
from erjian.policy import clock
from erjian.registry.models import Enterprise
from erjian.standards import phones
from erjian.standards.errors import Refusal

codes.register("account.invited", "发送设置口令的链接")
codes.register("account.activated", "激活账户")
(_SMS,) = templates.sentences(
    "account.link", "【二级建造师注册】{says}用户名 {username}，请在 {hours} 小时内打开 {address} 设置口令。请勿转发。"
)

sign_in.WAYS["link"] = "短信中的一次性链接"
LIFETIME = timedelta(hours=72)
_MOST_TRIES = 20


class InvitationRefused(Refusal):
    """`code`: name, phone, gone."""

    status = 422


def open_account(*, enterprise: Enterprise, name: str, phone: str, right: EnterpriseRight) -> User:
    """A new operator's account under a name made here, without password; the link is on its way. Within a transaction.

    Names are made, not chosen, so that nobody learns by trying which exist. Raises InvitationRefused.
    """
    name = name.strip()
    if not name:
        raise InvitationRefused("请填写姓名。", code="name", field="name")
    values = {
        "kind": UserKind.ENTERPRISE,
        "name": name,
        "phone": mobile(phone),
        "enterprise": enterprise,
        "right": right,
    }
    for _ in range(_MOST_TRIES):
        try:
            with transaction.atomic():
                user = User.objects.create_user(f"qy{secrets.randbelow(10**6):06d}", **values)
        except IntegrityError:
            continue
        return user
    raise RuntimeError("no user name is free")


def mobile(phone: str) -> str:
    """A mobile number in its one spelling. Raises InvitationRefused."""
    try:
        return phones.parse_mobile(phone)
    except Refusal as refusal:
        raise InvitationRefused(refusal.message, code="phone", field="phone") from refusal


def send(*, user: User, by: audit.Actor, says: str) -> None:
    """Send a link to the account's mobile; an earlier one is void from now on. `says` tells why, and ends in 。

    Within the transaction of what it tells of.
    """
    now, token = clock.now(), secrets.token_urlsafe(18)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        Invitation.objects.filter(user=user, used_at__isnull=True).delete()
        made = Invitation.objects.create(user=user, digest=_digest(token), sent_at=now, expires_at=now + LIFETIME)
        hours = LIFETIME // timedelta(hours=1)
        text = _SMS.format(says=says, username=user.username, hours=hours, address=address(token))
        send_sms(user.phone, text, template="account.link", key=f"invitation:{made.pk}", secret=True)
        audit.record("account.invited", actor=by, subject=("user", user.pk), data={"phone": user.phone_mask})


def address(token: str) -> str:
    """The link's address."""
    return f"{settings.ERJIAN_ORIGIN}/sign-in/link/{token}/"


def find(token: str) -> Invitation | None:
    """The link of a token while it serves."""
    return (
        Invitation.objects.select_related("user", "user__enterprise")
        .filter(digest=_digest(token), used_at__isnull=True, expires_at__gt=clock.now(), user__is_active=True)
        .first()
    )


def accept(*, token: str, password: str) -> User:
    """Set the password and use the link up. Raises PasswordRefused, which leaves the link, and InvitationRefused."""
    found = find(token)
    if found is None:
        raise _gone()
    passwords.check(password, names=(found.user.username, found.user.name))
    with transaction.atomic():
        # The account before the link, as `send` does.
        user = User.objects.select_for_update().get(pk=found.user_id)
        link = Invitation.objects.select_for_update().filter(pk=found.pk, used_at__isnull=True).first()
        if link is None or not user.is_active:
            raise _gone()
        passwords.check_not_used(user, password)
        link.used_at = clock.now()
        link.save(update_fields=["used_at"])
        passwords.store(user, password)
        devices.end_all(user=user, by=user.actor)
        audit.record("account.activated", actor=user.actor, subject=("user", user.pk), data={"way": "link"})
    return user


def void(user: User) -> None:
    """End an open link."""
    Invitation.objects.filter(user=user, used_at__isnull=True).delete()


def _gone() -> InvitationRefused:
    return InvitationRefused("链接已失效。请用最近一条短信中的链接，或请发送人重新发送。", code="gone")


def _digest(token: str) -> bytes:
    return protection.index("invitation", token)
