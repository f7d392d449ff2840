"""What an audit administrator sees first: who read most, whether the chain of seals holds, and the latest events.

The seals are the province's and are checked for every audit administrator; events are shown as in 审计记录. Who read most
in the last days is counted by a job (`audit.reading`); the tiles are today's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count
from django.urls import reverse

from erjian import audit
from erjian.accounts.models import User
from erjian.audit import reading
from erjian.audit.models import Event
from erjian.audit.reading import Counted, Reader
from erjian.policy import authorities, clock
from erjian.portals.authority.administration import trail
from erjian.ui import parts
from erjian.ui.dates import moment
from erjian.ui.tables import Column, Op, Table, strong

_LATEST = 10
_SEALED_WITHIN = timedelta(minutes=1)
"""The sealer comes every few seconds; what waits longer says that it stands still."""


@dataclass(frozen=True)
class Chain:
    """Whether the seals hold, in a word's tone and a sentence."""

    tone: str
    words: str


def overview(user: User) -> dict[str, Any]:
    """What the page shows."""
    mine = trail.visible_to(user)
    today = clock.start_of(clock.today())
    events = dict(
        mine.filter(at__gte=today).order_by().values_list("code").annotate(times=Count("pk")),
    )
    province = user.authority_code == authorities.province().code
    counted = reading.latest(reading.EVERYBODY if province else user.organisation)
    address = reverse("authority:audit_trail")

    def of(*codes: str) -> int:
        return sum(events.get(code, 0) for code in codes)

    def link(code: str = "") -> str:
        asked = {"code": code, "begins": clock.today().isoformat()}
        return f"{address}?{urlencode({name: value for name, value in asked.items() if value})}"

    locked, failed = of("account.locked"), of("account.sign_in_failed", "account.second_failed")
    return {
        "tiles": (
            parts.Tile("今日审计记录", sum(events.values()), "条", link()),
            parts.Tile(
                "今日查阅个人信息", of(audit.codes.PERSONAL_DATA_READ), "次", link(audit.codes.PERSONAL_DATA_READ)
            ),
            parts.Tile("今日登录失败", failed, "次", link("account.sign_in_failed"), "mine" if failed else ""),
            parts.Tile("今日登录锁定", locked, "次", link("account.locked"), "bad" if locked else ""),
        ),
        "chain": _chain(),
        "readers": _readers(counted),
        "since": f"近 {reading.DAYS} 日，统计时间 {moment(counted.at)}" if counted else "",
        "latest": trail.table(list(mine.order_by("-id")[:_LATEST]), empty="还没有审计记录。"),
        "trail": address,
    }


def _chain() -> Chain:
    report = audit.verify_latest()
    if not report.ok:
        return Chain("bad", f"审计链已被破坏：{report.problem}。请立即报告信息安全负责人，并保全数据库。")
    waiting = Event.objects.filter(seal_number__isnull=True).order_by("seal_number", "id").first()
    if waiting is not None and clock.now() - waiting.at > _SEALED_WITHIN:
        return Chain("bad", f"有记录自 {moment(waiting.at)} 起没有封存。请联系系统管理员检查后台任务。")
    if not report.seals:
        return Chain("", "还没有封条。")
    return Chain("done", f"最近 {report.seals} 个封条中的 {report.events} 条记录已逐条核对，与封存时一致。")


def _readers(counted: Counted | None) -> Table:
    """Who read most, with the way to what each of them read."""
    readers = counted.readers if counted else ()
    users = dict(User.objects.filter(pk__in=[row.user_id for row in readers]).values_list("pk", "username"))

    def act(row: Reader) -> tuple[Op, ...]:
        asked = {
            "code": audit.codes.PERSONAL_DATA_READ,
            "username": users.get(row.user_id, ""),
            "begins": counted.since.isoformat() if counted else "",
        }
        return (Op("查阅记录", f"{reverse('authority:audit_trail')}?{urlencode(asked)}"),) if asked["username"] else ()

    return Table(
        columns=(
            Column("操作人", lambda row: strong(row.name), css="m-top"),
            Column("单位", "organisation", css="m-wide"),
            Column("查阅次数", "times", css="ej-num", data_label="查阅次数"),
            Column("涉及人次", "people", css="ej-num m-end", data_label="涉及人次"),
            Column("最近一次", lambda row: moment(row.last), css="ej-num m-wide", data_label="最近一次"),
        ),
        rows=readers,
        ops=act,
        name="name",
        numbered=True,
        empty=f"近 {reading.DAYS} 日没有人查阅个人信息。" if counted else "还没有统计。每十分钟统计一次。",
        caption="查阅个人信息最多的人员",
    )
