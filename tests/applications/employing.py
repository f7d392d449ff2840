"""Employers as the register learns of them from files, people registered with them, and the nights that follow."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from erjian.applications import robots
from erjian.messaging.models import InboxMessage
from erjian.policy import clock
from erjian.registry.models import Enterprise, Registration
from tests import makers
from tests.exchange.files import load, xlsx

DAYS = 30
REVOKED, DEREGISTERED, NORMAL, ABNORMAL = "吊销营业执照", "注销", "正常", "经营异常"


def registered(of: Enterprise, **changed: Any) -> Registration:
    today = clock.today()
    values = {
        "person": changed.get("person") or makers.person(verified=False), "registration_class": "constructor", "enterprise": of,
        "number": f"湘243{makers.id_number()[6:]}", "registered_on": today, "employed_on": today,
        "valid_until": today + timedelta(days=900),
    }  # fmt: skip
    return Registration.objects.create(**{**values, **changed})


def learn(of: Enterprise, status: str) -> None:
    """The register learns a status by the import, as it does from a file."""
    row = {"企业名称": of.name, "统一社会信用代码": of.credit_code, "经营状态": status}
    outcome = load("enterprises", xlsx([row]))
    assert outcome.counts.error == 0


def qualified(of: Enterprise, *withdrawn: date | None) -> None:
    """The 资质 of an enterprise, by the import: one for each day of withdrawal or None."""
    rows = [
        {
            "企业名称": of.name, "统一社会信用代码": of.credit_code, "企业资质证书编号": "D243000000",
            "企业资质范围": f"{'建筑工程' if n == 0 else f'第{n}类'}施工总承包", "企业资质等级": "二级", "撤回日期": day or "未撤回",
        }
        for n, day in enumerate(withdrawn)
    ]  # fmt: skip
    outcome = load("enterprise-qualifications", xlsx(rows))
    assert outcome.counts.error == 0


def nights(*days: int) -> dict[str, int]:
    """What the robots of employers do on each of these days from now."""
    done: dict[str, int] = {}
    for each in days:
        with clock.travel(days=each):
            run = robots.run()
        assert run.refused == []
        for name, count in run.done.items():
            done[name] = done.get(name, 0) + count
    return {name: count for name, count in done.items() if name.startswith("employer")}


def titles(row: Registration) -> list[str]:
    found = InboxMessage.objects.filter(recipient_kind="person", recipient_id=str(row.person_id)).order_by("id")
    return [message.title for message in found if message.key.startswith("employer_ceased:")]
