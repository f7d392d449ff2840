"""The sealer: stamps committed events and writes the seals over them.

Ids are handed out before transactions commit, so an event may appear after others with higher ids
were sealed. The sealer takes what is committed and unsealed at its moment; such a late event simply
goes into a later seal. An advisory lock keeps sealers apart, and numbering continues from the last
committed seal, so numbers have no gaps.
"""

from django.db import connection, transaction

from erjian.audit.canonical import EVENT_DIGEST, GENESIS, seal_digest
from erjian.policy import clock

# Any constant of our own will do; this one spells "audit".
_LOCK = 0x6175646974
EVENTS_PER_SEAL = 10_000

_SEAL = f"""
WITH last AS (
    SELECT number, digest FROM audit_seal ORDER BY number DESC LIMIT 1
), next AS MATERIALIZED (
    SELECT coalesce((SELECT number FROM last), 0) + 1 AS number,
           coalesce((SELECT digest FROM last), %(genesis)s::bytea) AS previous,
           %(at)s::timestamptz AS at
), chosen AS MATERIALIZED (
    SELECT id, row_number() OVER (ORDER BY id) AS position
    FROM (
        -- All NULL, so the order is that of ids; said this way, only the index on both columns can give it.
        SELECT id FROM audit_event WHERE seal_number IS NULL ORDER BY seal_number, id LIMIT %(limit)s
    ) unsealed
), stamped AS (
    UPDATE audit_event e
    SET seal_number = next.number, position = chosen.position, digest = {EVENT_DIGEST}
    FROM chosen, next WHERE e.id = chosen.id
    RETURNING e.id, e.position, e.digest
), summed AS (
    SELECT count(*) AS count, min(id) AS first, max(id) AS last,
           string_agg(digest, ''::bytea ORDER BY position) AS digests
    FROM stamped HAVING count(*) > 0
)
INSERT INTO audit_seal (number, count, first_event, last_event, previous, digest, at)
SELECT next.number, summed.count, summed.first, summed.last, next.previous,
       {
    seal_digest(
        previous="next.previous",
        number="next.number",
        count="summed.count",
        at="next.at",
        digests="summed.digests",
    )
}, next.at
FROM summed, next
RETURNING count
"""  # noqa: S608 - built from constants


def seal(*, events_per_seal: int = EVENTS_PER_SEAL) -> int:
    """Seal everything that is committed and unsealed; returns how many events.

    Returns 0 at once when another sealer is at work. One transaction per seal, so what is sealed
    stays sealed when the process is killed.
    """
    total = 0
    while True:
        count = _seal_once(events_per_seal)
        total += count
        if count < events_per_seal:
            return total


def _seal_once(limit: int) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(_SEAL, {"genesis": GENESIS, "at": clock.now(), "limit": limit})
        row = cursor.fetchone()
        return row[0] if row else 0
