"""Enterprise accounts that the platform assigns (manual 3.2.1): the authority opens, resets and disables administrators.

A city's system administrator does so for the enterprises that file there, the province's for all. Nobody at the
authority learns a password: a link goes to the mobile written down for the account. The enterprise's other operators
are its administrators' business (`operators`).
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet

from erjian import audit, protection
from erjian.accounts import confirming, devices, duties, invitations, limits, passwords, scopes, second_factor
from erjian.accounts.limits import Limit
from erjian.accounts.models import EnterpriseRight, Function, User, UserKind
from erjian.audit import codes
from erjian.registry.models import Enterprise
from erjian.standards.errors import Refusal

for _code, _label in {
    "assigned.created": "分配企业管理员账号",
    "assigned.reset": "重置企业管理员账号",
    "assigned.disabled": "停用企业管理员账号",
    "assigned.enabled": "启用企业管理员账号",
}.items():
    codes.register(_code, _label)

_TO_ONE_PHONE = Limit("assigned-phone", 5, timedelta(days=1))


class AssignedRefused(Refusal):
    """`code`: twice, reason, state."""

    status = 422


def visible_to(by: User) -> QuerySet[User]:
    """The administrators' accounts of those enterprises."""
    return User.objects.filter(
        kind=UserKind.ENTERPRISE, right=EnterpriseRight.MANAGE, enterprise__in=scopes.enterprises(by)
    ).select_related("enterprise")


def create(*, by: User, enterprise_id: int, name: str, phone: str) -> User:
    """An administrator's account; the link goes to the mobile.

    Raises AssignedRefused, InvitationRefused, NotTheirs, TooMany, Enterprise.DoesNotExist.
    """
    _may(by)
    number = invitations.mobile(phone)
    limits.take(_TO_ONE_PHONE, number)
    with transaction.atomic():
        enterprise = scopes.enterprises(by).select_for_update(no_key=True).get(pk=enterprise_id)
        known = User.objects.filter(
            enterprise=enterprise, is_active=True, phone_index=protection.index("phone", number)
        ).first()
        if known is not None:
            raise AssignedRefused(
                f"这个手机号码已是本企业{known.name}的账号 {known.username}。忘记口令的请重置该账号。",
                code="twice",
                field="phone",
            )
        made = invitations.open_account(enterprise=enterprise, name=name, phone=number, right=EnterpriseRight.MANAGE)
        data = {"username": made.username, "enterprise": enterprise.pk}
        audit.record("assigned.created", actor=by.actor, subject=("user", made.pk), data=data)
        _send(made, by, f"{enterprise.name}的管理员账号已开通。")
    return made


def reset(*, by: User, user_id: int, reason: str, phone: str = "") -> User:
    """Take password, second factor and sessions away and send a link, to another mobile where one is given.

    Raises as `create`, and User.DoesNotExist.
    """
    _may(by)
    if not reason.strip():
        raise AssignedRefused("请填写重置的事由，如“管理员更换手机，已核对授权书”。", code="reason", field="reason")
    number = invitations.mobile(phone) if phone.strip() else ""
    limits.take(_TO_ONE_PHONE, number or visible_to(by).get(pk=user_id).phone)
    with transaction.atomic():
        user = _locked(by, user_id)
        if not user.is_active:
            raise AssignedRefused("账号已停用。请先启用，再重置。", code="state")
        if number:
            user.phone = number
        elif not user.phone:
            raise AssignedRefused("账号没有登记手机号码。请填写新手机号码。", code="phone", field="phone")
        user.save(update_fields=list(User.phone.columns))
        passwords.take_away(user)
        if second_factor.enrolled(user):
            second_factor.reset(user=user, by=by.actor)
        devices.end_all(user=user, by=by.actor)
        data = {"reason": reason.strip()[:200], "phone": user.phone_mask}
        audit.record("assigned.reset", actor=by.actor, subject=("user", user.pk), data=data)
        _send(user, by, f"{user.organisation}的管理员账号已重置。")
    return user


def set_active(*, by: User, user_id: int, active: bool) -> User:
    """Disable an account, which ends its sessions and its link at once, or enable it again."""
    _may(by)
    with transaction.atomic():
        user = _locked(by, user_id)
        user.is_active = active
        user.save(update_fields=["is_active"])
        if not active:
            invitations.void(user)
            devices.end_all(user=user, by=by.actor)
        event = "assigned.enabled" if active else "assigned.disabled"
        audit.record(event, actor=by.actor, subject=("user", user.pk))
    return user


def _may(by: User) -> None:
    duties.require(by, Function.SYSTEM)
    confirming.require()


def _locked(by: User, user_id: int) -> User:
    """The account, its enterprise locked first as `operators` does."""
    found = visible_to(by).get(pk=user_id)
    Enterprise.objects.select_for_update(no_key=True).get(pk=found.enterprise_id)
    return visible_to(by).select_for_update(of=("self",)).get(pk=user_id)


def _send(user: User, by: User, says: str) -> None:
    invitations.send(user=user, by=by.actor, says=says)
