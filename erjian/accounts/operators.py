"""An enterprise's operators: invited, empowered and removed by its administrators.

An invited person sets the password by the link in the SMS and never shares one. Whatever changes who administers an
enterprise locks the enterprise's row first and looks at the administrators then, so that two at once cannot remove
each other, nor both step down: an enterprise never loses its last administrator. One who is only
invited does not count. Whoever loses a right loses the open sessions with it.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from erjian import audit, protection
from erjian.accounts import confirming, devices, invitations, limits
from erjian.accounts.duties import NotTheirs
from erjian.accounts.limits import Limit
from erjian.accounts.models import EnterpriseRight, User, UserKind
from erjian.audit import codes
from erjian.registry.models import Enterprise
from erjian.standards.errors import Refusal

for _code, _label in {
    "operator.invited": "邀请操作员",
    "operator.invited_again": "重新发送操作员邀请",
    "operator.right": "调整操作员权限",
    "operator.removed": "移除操作员",
}.items():
    codes.register(_code, _label)

MOST = 100
_INVITATIONS = Limit("operator-invite", 30, timedelta(days=1))
_TO_ONE_PHONE = Limit("operator-invite-phone", 5, timedelta(days=1))
_UNUSABLE = "!"
_RANK = list(EnterpriseRight)


class OperatorRefused(Refusal):
    """`code`: right, last, twice, many, gone, started."""

    status = 422


def of(enterprise: Enterprise) -> QuerySet[User]:
    """Everybody who operates or operated for an enterprise."""
    return User.objects.filter(kind=UserKind.ENTERPRISE, enterprise=enterprise)


def administrators(enterprise: Enterprise) -> QuerySet[User]:
    """Operators who can administer the enterprise today: active, with the right, and not only invited."""
    started = ~Q(password__startswith=_UNUSABLE) | Q(last_login__isnull=False)
    return of(enterprise).filter(started, is_active=True, right=EnterpriseRight.MANAGE)


def has_started(operator: User) -> bool:
    """Whether the invited person has set a password, or come in by another way."""
    return not operator.password.startswith(_UNUSABLE) or operator.last_login is not None


def invite(*, by: User, name: str, phone: str, right: str) -> User:
    """Open an account and send its link. Raises OperatorRefused, InvitationRefused, NotTheirs, TooMany."""
    confirming.require()
    wanted, number = _right(right), invitations.mobile(phone)
    _limit(by, number)
    with transaction.atomic():
        enterprise = _locked_enterprise(by)
        active = of(enterprise).filter(is_active=True)
        known = active.filter(phone_index=protection.index("phone", number)).first()
        if known is not None:
            raise OperatorRefused(f"这个手机号码已是操作员{known.name}的。请核对。", code="twice", field="phone")
        if active.count() >= MOST:
            raise OperatorRefused(f"最多 {MOST} 名操作员。请先移除不再使用的。", code="many")
        made = invitations.open_account(enterprise=enterprise, name=name, phone=number, right=wanted)
        data = {"username": made.username, "right": wanted.value, "enterprise": enterprise.pk}
        audit.record("operator.invited", actor=by.actor, subject=("user", made.pk), data=data)
        _send(made, by)
    return made


def invite_again(*, by: User, operator_id: int) -> User:
    """Another link to somebody who has not started yet. Raises as `invite`, and User.DoesNotExist."""
    confirming.require()
    assert by.enterprise is not None
    _limit(by, of(by.enterprise).get(pk=operator_id).phone)
    with transaction.atomic():
        operator = _locked(by, operator_id)
        if has_started(operator):
            raise OperatorRefused("对方已设置过口令。忘记口令的，请本人在登录页用“忘记口令”重新设置。", code="started")
        audit.record("operator.invited_again", actor=by.actor, subject=("user", operator.pk))
        _send(operator, by)
    return operator


def change_right(*, by: User, operator_id: int, right: str) -> User:
    """Give another right; a smaller one ends the open sessions. Raises OperatorRefused, NotTheirs, User.DoesNotExist."""
    confirming.require()
    wanted = _right(right)
    with transaction.atomic():
        operator = _locked(by, operator_id)
        before = EnterpriseRight(operator.right)
        if wanted == before:
            return operator
        if before == EnterpriseRight.MANAGE:
            _keep_one(operator)
        operator.right = wanted
        operator.save(update_fields=["right"])
        data = {"from": before.value, "to": wanted.value}
        audit.record("operator.right", actor=by.actor, subject=("user", operator.pk), data=data)
        if _RANK.index(wanted) < _RANK.index(before):
            devices.end_all(user=operator, by=by.actor)
    return operator


def remove(*, by: User, operator_id: int) -> User:
    """End an operator's account, with sessions and link. Raises OperatorRefused, NotTheirs, User.DoesNotExist."""
    confirming.require()
    with transaction.atomic():
        operator = _locked(by, operator_id)
        if operator.right == EnterpriseRight.MANAGE:
            _keep_one(operator)
        operator.is_active = False
        operator.save(update_fields=["is_active"])
        invitations.void(operator)
        devices.end_all(user=operator, by=by.actor)
        audit.record("operator.removed", actor=by.actor, subject=("user", operator.pk))
    return operator


def _limit(by: User, phone: str) -> None:
    limits.take(_INVITATIONS, str(by.enterprise_id))
    limits.take(_TO_ONE_PHONE, phone)


def _send(operator: User, by: User) -> None:
    assert by.enterprise is not None
    invitations.send(user=operator, by=by.actor, says=f"{by.enterprise.name}请您担任操作员。")


def _right(right: str) -> EnterpriseRight:
    try:
        return EnterpriseRight(right)
    except ValueError as error:
        raise OperatorRefused("请选择操作权限。", code="right", field="right") from error


def _locked_enterprise(by: User) -> Enterprise:
    """The administrator's enterprise, locked; whether they still administer it is read after that."""
    enterprise = Enterprise.objects.select_for_update(no_key=True).get(pk=by.enterprise_id)
    if not of(enterprise).filter(pk=by.pk, is_active=True, right=EnterpriseRight.MANAGE).exists():
        raise NotTheirs("您已不是本企业的管理员。请联系本企业管理员。", code="right_missing")
    return enterprise


def _locked(by: User, operator_id: int) -> User:
    """An operator of the administrator's enterprise, locked."""
    operator = of(_locked_enterprise(by)).select_for_update().get(pk=operator_id)
    if not operator.is_active:
        raise OperatorRefused("这名操作员已被移除。需要时请重新邀请。", code="gone")
    return operator


def _keep_one(operator: User) -> None:
    """Raise unless somebody else administers the enterprise."""
    assert operator.enterprise is not None
    if not administrators(operator.enterprise).exclude(pk=operator.pk).exists():
        raise OperatorRefused(
            "企业至少要有一名管理员。请先邀请另一名管理员，等对方设置口令后再办理。", code="last", field="right"
        )
