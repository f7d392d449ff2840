"""The exact bytes that digests cover, stated once for sealing, verifying and exporting.

Format 1. An event's text is a JSON array of its columns in a fixed order, as PostgreSQL prints jsonb
(`data` has its keys sorted by length, then bytes); its digest is SHA-256 of the text in UTF-8. A
seal's digest is SHA-256 of: the previous seal's digest (32 zero bytes for the first), the number,
the count and the time in microseconds since 1970 as big-endian 64-bit integers, and the events'
digests in the order of their positions.
"""

GENESIS = bytes(32)

# SQL over an event aliased `e`.
EVENT_TEXT = """jsonb_build_array(
    e.id, to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), e.code,
    e.actor_kind, e.actor_user_id, e.actor_label, e.organisation, e.address,
    e.subject_kind, e.subject_id, e.data)::text"""

EVENT_DIGEST = f"sha256(convert_to({EVENT_TEXT}, 'UTF8'))"


def seal_digest(*, previous: str, number: str, count: str, at: str, digests: str) -> str:
    """SQL for a seal's digest from SQL for its parts; `digests` is their concatenation."""
    return (
        f"sha256({previous} || int8send({number}) || int8send({count})"
        f" || int8send((extract(epoch FROM {at}) * 1000000)::bigint) || {digests})"
    )
