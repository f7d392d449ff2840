"""Writing a great many rows by COPY, with bounded memory.

A table names the columns that vary; every other column gets the text of its field's default once. Lines are put
together as COPY's text format wants them: the demonstration's own words hold no tab, line break or backslash.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import connection, models, transaction
from django.db.utils import DatabaseError

from erjian import protection

NULL = r"\N"


def bytea(value: bytes) -> str:
    r"""Binary as COPY's text format writes it: `\\x` and hexadecimal."""
    return "\\\\x" + value.hex()


def protected(kind: str, text: str, mask: Callable[[str], str]) -> tuple[str, str, str]:
    """The three columns of a protected text (`erjian.protection`)."""
    return bytea(protection.encrypt(kind, text)), bytea(protection.index(kind, text)), mask(text)


class Table:
    """Rows of one model, waiting to be copied."""

    def __init__(self, model: type[models.Model], *varying: str, now: datetime) -> None:
        fields = {field.column: field for field in model._meta.concrete_fields}
        unknown = [name for name in varying if name not in fields]
        if unknown:
            raise ValueError(f"{model._meta.label} has no column {', '.join(unknown)}")
        rest = [column for column in fields if column not in varying]
        self._tail = "".join("\t" + _constant(fields[column], now) for column in rest) + "\n"
        self._name = model._meta.db_table
        columns = ", ".join(f'"{column}"' for column in [*varying, *rest])
        self._sql = f'COPY "{self._name}" ({columns}) FROM STDIN'
        self._lines: list[str] = []
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT COALESCE(MAX(id), 0) FROM "{self._name}"')  # noqa: S608 - a table of ours
            self._last: int = cursor.fetchone()[0]

    def id(self) -> int:
        """The next primary key."""
        self._last += 1
        return self._last

    def add(self, *values: str) -> None:
        """One row: the texts of the varying columns in order."""
        self._lines.append("\t".join(values) + self._tail)

    def flush(self) -> None:
        """Send what is waiting, and let the table's counter follow."""
        with connection.cursor() as cursor:
            with cursor.copy(self._sql) as copy:
                copy.write("".join(self._lines))
            cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [self._name, self._last])
        self._lines.clear()


def _constant(field: models.Field[Any, Any], now: datetime) -> str:
    if getattr(field, "auto_now_add", False) or getattr(field, "auto_now", False):
        return now.isoformat()
    value = field.get_default()
    if value is None:
        return NULL
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, bytes):
        return bytea(value)
    if isinstance(value, list):
        return "{}"
    if isinstance(value, dict):
        return "{}"
    return str(value)


def without_row_checks() -> None:
    """Spare the checks of references for this transaction, where the database's user may: the rows are consistent by making."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
        try:
            with transaction.atomic():
                cursor.execute("SET LOCAL session_replication_role = replica")
        except DatabaseError:
            pass


def check_references_so_far() -> None:
    """Check what waits for the end of the transaction now: a million waiting checks would fill the server's memory."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
