"""What an audit administrator sees first: who read most, whether the chain of seals holds, and the latest events.

The seals are the province's and are checked for every audit administrator; events are shown as in 审计记录. Reads are
counted over the last days, so each figure is one query however long the trail is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, F, IntegerField, Max, Sum
from django.db.models.expressions import Func
from django.urls import reverse

from erjian import audit
from erjian.accounts.models import User
from erjian.audit.models import Event
from erjian.policy import clock
from erjian.portals.authority.administration import trail
from erjian.ui import parts
from erjian.ui.dates import moment
from erjian.ui.tables import Column, Op, Table, strong

_LATELY = 7
_LATEST = 10
_MOST = 10
_SEALED_WITHIN = timedelta(minutes=1)
"""The sealer comes every few seconds; what waits longer says that it stands still."""


@dataclass(frozen=True)
class _Reader:
    """Whoever was shown personal data, how often, of how many people (one counts each time), and when last."""

    username: str
    name: str
    organisation: str
    times: int
    people: int
    last: datetime


@dataclass(frozen=True)
class Chain:
    """Whether the seals hold, in a word's tone and a sentence."""

    tone: str
    words: str


def overview(user: User) -> dict[str, Any]:
    """What the page shows."""
    mine = trail.visible_to(user)
    today = clock.start_of(clock.today())
    counted = dict(
        mine.filter(at__gte=today).order_by().values_list("code").annotate(times=Count("pk")),
    )
    address = reverse("authority:audit_trail")

    def of(*codes: str) -> int:
        return sum(counted.get(code, 0) for code in codes)

    def link(code: str = "") -> str:
        asked = {"code": code, "begins": clock.today().isoformat()}
        return f"{address}?{urlencode({name: value for name, value in asked.items() if value})}"

    locked, failed = of("account.locked"), of("account.sign_in_failed", "account.second_failed")
    return {
        "tiles": (
            parts.Tile("今日审计记录", sum(counted.values()), "条", link()),
            parts.Tile(
                "今日查阅个人信息", of(audit.codes.PERSONAL_DATA_READ), "次", link(audit.codes.PERSONAL_DATA_READ)
            ),
            parts.Tile("今日登录失败", failed, "次", link("account.sign_in_failed"), "mine" if failed else ""),
            parts.Tile("今日登录锁定", locked, "次", link("account.locked"), "bad" if locked else ""),
        ),
        "chain": _chain(),
        "readers": _readers(mine),
        "since": f"近 {_LATELY} 日",
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


def _readers(mine: Any) -> Table:
    since = clock.start_of(clock.today() - timedelta(days=_LATELY - 1))
    people = Func(F("data__ids"), function="jsonb_array_length", output_field=IntegerField())
    rows = list(
        mine.filter(code=audit.codes.PERSONAL_DATA_READ, at__gte=since, actor_user_id__isnull=False)
        .order_by()
        .values("actor_user_id", "actor_label", "organisation")
        .annotate(times=Count("pk"), people=Sum(people), last=Max("at"))
        .order_by("-people", "-times", "actor_user_id")[:_MOST]
    )
    names = dict(User.objects.filter(pk__in=[row["actor_user_id"] for row in rows]).values_list("pk", "username"))
    readers = [
        _Reader(
            names.get(row["actor_user_id"], ""), row["actor_label"], row["organisation"], row["times"], row["people"],
            row["last"],
        )
        for row in rows
    ]  # fmt: skip

    def act(row: _Reader) -> tuple[Op, ...]:
        asked = {
            "code": audit.codes.PERSONAL_DATA_READ,
            "username": row.username,
            "begins": clock.day_of(since).isoformat(),
        }
        return (Op("查阅记录", f"{reverse('authority:audit_trail')}?{urlencode(asked)}"),) if row.username else ()

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
        empty=f"近 {_LATELY} 日没有人查阅个人信息。",
        caption="查阅个人信息最多的人员",
    )
