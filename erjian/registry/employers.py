"""Employers with whom nobody can be registered any more (《注册建造师管理规定》第十六条第一至三项), and since when that is known.

An employer is one by its 经营状态 吊销营业执照 or 注销 (of which 第十六条 knows 破产 and, last, 其他情形), or when of the 资质
that the register holds at least one was withdrawn and none is left. One of which no 资质 is recorded is none.
The day is that of the record: an old day in a file shortens nobody's time.
"""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from erjian.policy import clock
from erjian.registry.models import Enterprise, EnterpriseStatus

_BY_STATUS = {
    EnterpriseStatus.REVOKED: "被吊销营业执照",
    EnterpriseStatus.CANCELLED: "已注销",
}
_BY_QUALIFICATIONS = "被吊销或者撤回资质证书"
_CEASED = f"""(e.status IN ({", ".join(f"'{status}'" for status in _BY_STATUS)}) OR (
    EXISTS (SELECT 1 FROM registry_enterprisequalification q WHERE q.enterprise_id = e.id AND q.withdrawn_on IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM registry_enterprisequalification q WHERE q.enterprise_id = e.id AND q.withdrawn_on IS NULL)
))"""  # noqa: S608


def happened(enterprise: Enterprise) -> str:
    """What befell an employer of which `ceased_on` is set, to follow its name: 被吊销营业执照."""
    return _BY_STATUS.get(EnterpriseStatus(enterprise.status), _BY_QUALIFICATIONS)


def reason(enterprise: Enterprise) -> str:
    """Why registrations with it lapse, in the words of 第十六条."""
    return f"聘用单位{happened(enterprise)}"


def recheck(cursor: CursorWrapper, among: str, parameters: tuple[Any, ...] = ()) -> None:
    """Set or clear `ceased_on` of the enterprises whose ids the query `among` gives, after their status or 资质 changed.

    They are locked first, so that of two changes at once the later sees the earlier. Within a transaction.
    """
    cursor.execute(
        f"SELECT count(*) FROM (SELECT 1 FROM registry_enterprise e WHERE e.id IN ({among}) "  # noqa: S608
        "ORDER BY e.id FOR NO KEY UPDATE) locked",
        parameters,
    )
    cursor.execute(
        f"UPDATE registry_enterprise e SET ceased_on = CASE WHEN e.ceased_on IS NULL THEN %s::date END "  # noqa: S608
        f"WHERE e.id IN ({among}) AND {_CEASED} <> (e.ceased_on IS NOT NULL)",
        (clock.today(), *parameters),
    )


def recheck_one(enterprise: Enterprise) -> None:
    """The same for one enterprise."""
    with connection.cursor() as cursor:
        recheck(cursor, "%s", (enterprise.pk,))
    enterprise.refresh_from_db(fields=["ceased_on"])
