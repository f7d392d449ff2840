"""Numbers from locked counters: one row per kind and year, never reused, gaps allowed (data.md)."""

from __future__ import annotations

from django.db import connection

from erjian.standards.errors import Refusal

SERIAL_LIMIT = 99_999


class NumbersExhausted(Refusal):
    """A counter has reached its format's limit; an operator has to decide how to go on."""


def take(kind: str, *, year: int = 0, limit: int = SERIAL_LIMIT) -> int:
    """The next number of a kind in a year. Takes a row lock until the transaction ends, so call it late.

    Raises NumbersExhausted when the format has no digits left.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO registry_numbersequence (kind, year, last) VALUES (%s, %s, 1) "
            "ON CONFLICT ON CONSTRAINT number_sequence_unique DO UPDATE SET last = registry_numbersequence.last + 1 "
            "RETURNING last",
            [kind, year],
        )
        (number,) = cursor.fetchone()
    if number > limit:
        raise NumbersExhausted(
            f"{year} 年的编号已用完（上限 {limit}）。请联系系统管理员调整编号规则。", code="numbers_exhausted"
        )
    return int(number)


def reserve(kind: str, *, year: int, upto: int) -> None:
    """Raise a counter to at least `upto`, after numbers of that format were imported."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO registry_numbersequence (kind, year, last) VALUES (%s, %s, %s) "
            "ON CONFLICT ON CONSTRAINT number_sequence_unique DO UPDATE "
            "SET last = GREATEST(registry_numbersequence.last, EXCLUDED.last)",
            [kind, year, upto],
        )
