"""Whether `registry_presence` equals the tables that it counts, and what puts it right.

Triggers keep it (`registry` 0014, `applications` 0011), so it differs only after somebody wrote past them: a restore with
triggers off, a row changed by hand. Here it is counted as a whole.

Whoever writes a counted row changes the count in the same transaction. So what is wrong by is the same before and after
them, and adding it to whatever the count is by then loses nothing, while they go on writing.
"""

from __future__ import annotations

import sys
from typing import IO

from django.db import connection, transaction

from erjian import audit

audit.codes.register("register.presence_repaired", "更正人员归属")
_LISTED = 10
_COUNTED = """
SELECT authority_code, person_id, sum(held) AS held, sum(cases) AS cases FROM (
    SELECT e.filing_authority, r.person_id, 1, 0
    FROM registry_registration r JOIN registry_enterprise e ON e.id = r.enterprise_id
    UNION ALL SELECT e.filing_authority, q.person_id, 1, 0
    FROM registry_qualification q JOIN registry_enterprise e ON e.credit_code = q.enterprise_code
    UNION ALL SELECT known.code, a.person_id, 0, 1
    FROM applications_application a,
        LATERAL (SELECT a.authority_code UNION SELECT left(a.authority_code, 2) || '0000') AS known (code)
    WHERE a.reported_at IS NOT NULL AND a.person_id IS NOT NULL
) AS tie (authority_code, person_id, held, cases) GROUP BY 1, 2
"""
_WRONG = f"""
SELECT authority_code, person_id, p.name, coalesce(kept.name, p.name) <> p.name AS renamed,
    coalesce(counted.held, 0) - coalesce(kept.held, 0) AS held,
    coalesce(counted.cases, 0) - coalesce(kept.cases, 0) AS cases
FROM ({_COUNTED}) AS counted FULL JOIN registry_presence AS kept USING (authority_code, person_id)
    JOIN registry_person p ON p.id = person_id
WHERE (coalesce(counted.held, 0), coalesce(counted.cases, 0), p.name)
    IS DISTINCT FROM (coalesce(kept.held, 0), coalesce(kept.cases, 0), coalesce(kept.name, p.name))
"""  # noqa: S608 - no value is put in
_FIRST = f"""
SELECT count(*) OVER (), authority_code, person_id, renamed, held, cases FROM ({_WRONG}) AS wrong
ORDER BY 2, 3 LIMIT {_LISTED}
"""  # noqa: S608 - no value is put in
# Whose name is written must not be renamed meanwhile: the trigger of a new name would not see a row that is being made.
_HOLD = f"""
SELECT FROM registry_person WHERE id IN (SELECT person_id FROM ({_WRONG}) AS wrong) ORDER BY id FOR NO KEY UPDATE
"""  # noqa: S608 - no value is put in
_REPAIR = f"""
INSERT INTO registry_presence AS kept (authority_code, person_id, name, held, cases)
SELECT authority_code, person_id, name, held, cases FROM ({_WRONG}) AS wrong ORDER BY 1, 2
ON CONFLICT (authority_code, person_id) DO UPDATE
SET name = EXCLUDED.name, held = kept.held + EXCLUDED.held, cases = kept.cases + EXCLUDED.cases
"""  # noqa: S608 - no value is put in


def check(*, repair: bool = False, out: IO[str] | None = None) -> int:
    """`erjian presence`: says what differs and, asked to, puts it right; the exit code is 1 when it still differs."""
    out = out or sys.stdout
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_FIRST)
        wrong = cursor.fetchall()
        if not wrong:
            print("人员归属与登记库、申报一致。", file=out)
            return 0
        number = wrong[0][0]
        print(f"人员归属有 {number} 行与登记库、申报不一致，应调整：", file=out)
        for _, *row in wrong:
            print(_said(*row), file=out)
        if number > len(wrong):
            print("……", file=out)
        if not repair:
            print("执行 erjian presence --repair 更正。", file=out)
            return 1
        cursor.execute(_HOLD)
        cursor.execute(_REPAIR)
        audit.record("register.presence_repaired", actor=audit.SYSTEM, subject=("presence", ""), data={"rows": number})
    print("已更正。", file=out)
    return 0


def _said(authority: str, person: int, renamed: bool, held: int, cases: int) -> str:
    """One difference: by how much the count is to change. Whose it is is said by the register's number, not by a name."""
    by = [f"{label} {number:+d}" for label, number in (("注册与资格证书数", held), ("已上报的申报数", cases)) if number]
    return f"{authority} 人员 {person}：{'，'.join([*by, '姓名'] if renamed else by)}"
