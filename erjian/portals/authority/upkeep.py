"""What waits for those who keep accounts and machines in order: on 待办事项 in place of the cases of other functions.

Each matter is counted in one query, however many rows there are. The queue of jobs, the robots and the messages are
the province's, which runs the machines; accounts are each authority's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Min, Q
from django.db.models.functions import Now
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker

from erjian.accounts import officers, scopes, signing_up
from erjian.accounts.models import Delegation, Function, Invitation, SignUpState, User
from erjian.applications.models import RobotRun
from erjian.messaging import outbox
from erjian.messaging.models import SmsMessage, SmsState
from erjian.policy import authorities, clock
from erjian.ui.dates import moment
from erjian.ui.tables import Column, Op, Table, strong
from erjian.ui.templatetags.ej import chip

_WORKER_SILENCE = timedelta(minutes=1)
_ROBOTS_LATE = timedelta(hours=2)
_LATELY = timedelta(days=7)
_SOON = timedelta(days=2)


@dataclass(frozen=True, kw_only=True)
class Matter:
    """One thing to look after: how many, what to do, and where.

    `state` says in a word what is wrong, `none` that nothing is; `broken` stands out.
    """

    label: str
    count: int = 0
    what: str
    url: str = ""
    broken: bool = False
    state: str = ""
    none: str = "没有"

    @property
    def chip(self) -> str:
        """The number, or the state in a word."""
        if not self.count and not self.state:
            return chip("done", self.none)
        return chip("bad" if self.broken else "mine", self.state or f"{self.count} 项")


def matters(user: User) -> Table | None:
    """The list for an officer; None for whoever keeps neither accounts nor machines."""
    if not user.functions & {Function.SYSTEM, Function.SECURITY}:
        return None
    province = user.authority_code == authorities.province().code
    return Table(
        columns=(
            Column("事项", lambda row: strong(row.label), css="m-top"),
            Column("说明", "what", css="m-wide wrap"),
            Column("待处理", lambda row: row.chip, css="m-top m-end"),
        ),
        rows=(
            *_accounts(user),
            *(_machines() if province and Function.SYSTEM in user.functions else ()),
        ),
        ops=lambda row: (Op("查看", row.url),) if row.url else (),
        name="label",
        caption="账号和系统",
    )


def _accounts(user: User) -> Iterator[Matter]:
    today, now = clock.today(), clock.now()
    counts = officers.visible_to(user).aggregate(
        idle=Count("pk", filter=Q(is_active=True, grants__isnull=True)),
        unopened=Count(
            "pk",
            distinct=True,
            filter=Q(is_active=True, password__startswith="!", last_login__isnull=True),  # noqa: S106 - as Django marks none
        ),
    )
    url = reverse("authority:officers")
    yield Matter(
        label="没有职能的工作人员账号", count=counts["idle"], what="由安全管理员授权；不再使用的请停用。", url=url
    )
    if Function.SYSTEM not in user.functions:
        return
    yield Matter(
        label="还没有设置口令的工作人员账号", count=counts["unopened"], what="请提醒本人激活，或核对手机号码。", url=url
    )
    late = Invitation.objects.filter(used_at__isnull=True, expires_at__lte=now, user__is_active=True)
    yield Matter(
        label="设置口令的链接已过期的企业账号",
        count=scopes.within(user, late, "user__enterprise__filing_authority").count(),
        what="在“企业账号”中重置，重新发送链接；操作员的由企业管理员重新发送。",
        url=reverse("authority:assigned"),
    )
    ending = Delegation.objects.filter(revoked_at__isnull=True, ends__range=(today, today + _SOON))
    yield Matter(
        label="两天内到期的委托",
        count=scopes.within(user, ending, "giver__authority_code").count(),
        what="到期后职能自动收回；仍不在岗的，请委托人续办。",
    )
    if signing_up.is_open():
        waiting = signing_up.visible_to(user).filter(state=SignUpState.WAITING)
        found = waiting.aggregate(count=Count("pk"), oldest=Min("submitted_at"))
        since = f"最早 {moment(found['oldest'])} 提交，" if found["oldest"] else ""
        yield Matter(label="待审核的企业用户注册", count=found["count"], what=f"{since}由受理人员审核。")


def _machines() -> Iterator[Matter]:
    """Whether the worker, its jobs, the robots and the messages run."""
    now = clock.now()
    # By the database's clock, as the worker writes it.
    beats = ProcrastinateWorker.objects.filter(last_heartbeat__gt=Now() - _WORKER_SILENCE).exists()
    yield Matter(
        label="后台任务程序",
        what="制作证书和文书，发送短信。没有应答的，请运维人员查看。",
        state="" if beats else "没有应答",
        broken=not beats,
        none="正常",
    )
    yield Matter(
        label="失败的后台任务",
        count=ProcrastinateJob.objects.filter(status="failed").count(),
        what="没有做成的证书、文书、短信等。请运维人员查看日志后重做。",
        broken=True,
    )
    run = RobotRun.objects.filter(dry_run=False).order_by("-started_at", "-pk").first()
    late = run is not None and now - run.started_at > _ROBOTS_LATE
    refused = len(run.refused) if run else 0
    yield Matter(
        label="定时任务",
        count=refused,
        what=f"最近一次 {moment(run.started_at)}，{refused} 项没有办理。" if run else "每小时运行一次。",
        url=reverse("authority:robots"),
        state="没有按时运行" if late else "" if run else "还没有运行",
        broken=late,
    )
    yield Matter(
        label="发送失败的短信",
        count=SmsMessage.objects.filter(state=SmsState.FAILED, created_at__gt=now - _LATELY).count(),
        what="最近七天。多数是号码已停用，请联系本人更换。",
        url=reverse("authority:outbox") if outbox.is_open() else "",
    )
