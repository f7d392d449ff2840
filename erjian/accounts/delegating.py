"""委托: during an absence a colleague of the same authority acts with an officer's functions.

The days are fixed when it is made; it can be taken back at any time. What the colleague does with a lent function
bears both names. Administrators' functions are never lent. For the rule that nobody reviews twice, both count as
one person: for a delegation in force now, or ended so lately that the case may have been reviewed under it.
"""

from __future__ import annotations

from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from erjian import audit
from erjian.accounts.models import ADMINISTRATORS, Delegation, Grant, User, UserKind
from erjian.audit import codes
from erjian.policy import clock
from erjian.standards.errors import Refusal

codes.register("account.delegated", "委托他人办理")
codes.register("account.delegation_revoked", "收回委托")

LONGEST = timedelta(days=90)
_REMEMBERED = timedelta(days=365)


class DelegationRefused(Refusal):
    """`code`: taker, dates, nothing, twice."""

    status = 422


def candidates(giver: User) -> QuerySet[User]:
    """Colleagues who may stand in: officers of the same authority who are no administrators."""
    administrators = Grant.objects.filter(function__in=ADMINISTRATORS).values("user_id")
    return (
        User.objects.filter(kind=UserKind.OFFICER, authority_code=giver.authority_code, is_active=True)
        .exclude(pk=giver.pk)
        .exclude(pk__in=administrators)
        .order_by("name", "pk")
    )


def give(*, giver: User, taker_id: int, begins: date, ends: date, reason: str) -> Delegation:
    """Lend the officer's own functions from one day to another, both included. Raises DelegationRefused."""
    today = clock.today()
    if begins < today:
        raise DelegationRefused("委托不能从过去的日期开始。请改为今天或以后。", code="dates", field="begins")
    if ends < begins:
        raise DelegationRefused("结束日期不能早于开始日期。请更正。", code="dates", field="ends")
    if ends - begins > LONGEST:
        raise DelegationRefused(f"一次委托最长 {LONGEST.days} 天。请缩短。", code="dates", field="ends")
    if not reason.strip():
        raise DelegationRefused("请填写委托的事由。", code="reason", field="reason")
    try:
        with transaction.atomic():
            locked = User.objects.select_for_update().get(pk=giver.pk)
            taker = candidates(locked).filter(pk=taker_id).first()
            if taker is None:
                raise DelegationRefused("只能委托本单位的办理人员。请重新选择。", code="taker", field="taker")
            held = set(Grant.objects.filter(user=locked).values_list("function", flat=True))
            if not held or held & set(ADMINISTRATORS):
                raise DelegationRefused("您没有可以委托的职能。", code="nothing")
            same = Delegation.objects.filter(giver=locked, revoked_at__isnull=True, begins__lte=ends, ends__gte=begins)
            if same.exists():
                raise DelegationRefused("这段时间已有委托。请先收回原来的。", code="twice", field="begins")
            made = Delegation.objects.create(
                giver=locked, taker=taker, begins=begins, ends=ends, reason=reason.strip(), created_at=clock.now()
            )
            audit.record(
                "account.delegated",
                actor=giver.actor,
                subject=("user", giver.pk),
                data={"to": taker.pk, "name": taker.name, "begins": str(begins), "ends": str(ends)},
            )
    except IntegrityError as error:
        raise DelegationRefused("委托的日期或人员不对。请核对。", code="dates") from error
    return made


def revoke(*, giver: User, pk: int) -> Delegation:
    """Take a delegation back, at once. Raises Delegation.DoesNotExist for anybody else's."""
    with transaction.atomic():
        row = Delegation.objects.select_for_update().get(pk=pk, giver=giver)
        if row.revoked_at is None:
            row.revoked_at = clock.now()
            row.save(update_fields=["revoked_at"])
            data = {"to": row.taker_id}
            audit.record("account.delegation_revoked", actor=giver.actor, subject=("user", giver.pk), data=data)
    return row


def end_all_of(user: User) -> None:
    """End what the user lent and was lent; called when they leave or move. The caller audits."""
    Delegation.objects.filter(Q(giver=user) | Q(taker=user), revoked_at__isnull=True).update(revoked_at=clock.now())


def stands_in(one: int, other: int) -> bool:
    """Whether one of the two officers stands in for the other, or did within the last year."""
    since = clock.today() - _REMEMBERED
    pair = Q(giver_id=one, taker_id=other) | Q(giver_id=other, taker_id=one)
    return Delegation.objects.filter(pair, begins__lte=clock.today(), ends__gte=since).exists()
