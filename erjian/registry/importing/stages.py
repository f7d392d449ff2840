"""The stage: a temporary table of checked rows, and what can be asked of it."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from erjian.audit import Actor
from erjian.registry.importing import people
from erjian.registry.importing.merging import Load
from erjian.registry.importing.statements import STAGE


@dataclass(frozen=True)
class Counts:
    """How many rows would be, or were, what."""

    new: int = 0
    update: int = 0
    same: int = 0
    error: int = 0


@dataclass(frozen=True)
class Difference:
    """A row that changes the register: what it says now and what it would say."""

    line: int
    label: str
    new: bool
    before: dict[str, Any]
    after: dict[str, Any]


#: What every statement asks of every row stands first in it, where it is reached without passing the other columns.
_ASKED = (("line", "integer"), ("outcome", "text NOT NULL DEFAULT 'new'"))

#: Columns that the judging fills; the copied ones come before them.
_JUDGED = (
    ("person", "bigint"),
    ("target", "bigint"),
    ("problems", "text"),
    ("before", "jsonb"),
    ("after", "jsonb"),
    ("phone_set", "boolean"),
    ("phone_before", "text"),
)


class Stage:
    """Rows on their way into the register, in the caller's transaction."""

    def __init__(self, load: Load) -> None:
        self.load = load

    def create(self) -> None:
        """Make the temporary table, for this transaction only."""
        listed = ", ".join(f"{name} {kind}" for name, kind in (*_ASKED, *self.load.columns, *_JUDGED))
        with connection.cursor() as cursor:
            # Sorting and hashing a large file on disk would cost more than its memory; compiling queries more than running them.
            cursor.execute("SET LOCAL work_mem = '64MB'")
            cursor.execute("SET LOCAL jit = off")
            cursor.execute(f"DROP TABLE IF EXISTS {STAGE}")
            cursor.execute(f"CREATE TEMPORARY TABLE {STAGE} ({listed}) ON COMMIT DROP")

    def drop(self) -> None:
        """Remove the temporary table; the end of the transaction would do it too."""
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS {STAGE}")

    @contextlib.contextmanager
    def copy(self) -> Iterator[Any]:
        """A psycopg COPY; `write_row` takes the line number and the values in the order of `load.columns`."""
        names = ", ".join(["line", *(name for name, _ in self.load.columns)])
        statement = f"COPY {STAGE} ({names}) FROM STDIN (FORMAT BINARY)"
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            copy.set_types(["integer", *(kind for _, kind in self.load.columns)])
            yield copy

    def refuse(self, lines: list[int], message: str) -> None:
        """Mark rows as errors for a reason that the caller knows."""
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {STAGE} SET outcome = 'error', problems = concat_ws('；', problems, %s) "  # noqa: S608
                "WHERE line = ANY(%s)",
                [message, lines],
            )

    def judge(self, *, lock: bool) -> None:
        """Compare the rows with the register. With `lock` the rows that they concern stay as they are until the end."""
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {STAGE} ({', '.join(self.load.keys)})")
            self.load.judge(cursor, lock=lock)

    def counts(self) -> Counts:
        """How many rows are new, updates, the same, errors."""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT outcome, count(*) FROM {STAGE} GROUP BY outcome")  # noqa: S608
            return Counts(**dict(cursor.fetchall()))

    def kept_phones(self) -> int:
        """How many rows name another mobile number than a verified person's, which is kept."""
        if not self.load.has_people:
            return 0
        with connection.cursor() as cursor:
            return people.kept_phones(cursor)

    def problems(self) -> Iterator[tuple[int, str]]:
        """Line and message of every row that contradicts the register or another row."""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT line, problems FROM {STAGE} WHERE outcome = 'error' ORDER BY line")  # noqa: S608
            yield from cursor.fetchall()

    def differences(self, *, limit: int) -> list[Difference]:
        """The first rows that change something: changes of what is known before additions."""
        label = "s.name || ' ' || s.id_mask" if self.load.has_people else "s.label"
        facts = ", ".join(f"'{name}', s.{name}" for name, kind in self.load.columns if _is_shown(name, kind))
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT line, {label}, outcome = 'new', coalesce(before, '{{}}'::jsonb)::text, "  # noqa: S608
                f"coalesce(after, jsonb_strip_nulls(jsonb_build_object({facts})))::text "
                f"FROM (SELECT * FROM {STAGE} WHERE line IN (SELECT line FROM {STAGE} WHERE outcome IN ('new', 'update') "
                "ORDER BY outcome DESC, line LIMIT %s)) s ORDER BY outcome DESC, line",
                [limit],
            )
            found = cursor.fetchall()
        return [
            Difference(line, name, new, json.loads(before), json.loads(after))
            for line, name, new, before, after in found
        ]

    def write(self, *, actor: Actor) -> None:
        """Merge what is new or changed into the register, with its history."""
        with connection.cursor() as cursor:
            # A new file is nearly all new rows; without looking the planner takes them for a few and seeks each one.
            cursor.execute(f"ANALYZE {STAGE} (outcome)")
            self.load.write(cursor, actor=actor.label)


def _is_shown(name: str, kind: str) -> bool:
    return kind != "bytea" and name not in {"label", "document_kind", "sex", "birth_date", "name", "id_mask"}


@contextlib.contextmanager
def stage(load: Load) -> Iterator[Stage]:
    """A stage in a transaction of its own, or in the one that is open."""
    with transaction.atomic():
        made = Stage(load)
        made.create()
        yield made
        made.drop()
