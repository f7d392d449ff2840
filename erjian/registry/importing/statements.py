"""Pieces of the set-based statements, made from the models so that a new column needs no second list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.db.backends.utils import CursorWrapper
from django.db.models import NOT_PROVIDED

from erjian.policy import clock

STAGE = "import_stage"


def mark(cursor: CursorWrapper, *, message: str, where: str, source: str = "") -> int:
    """Add `message` (an SQL expression) to the problems of the staged rows that `where` finds; they become errors."""
    cursor.execute(
        f"UPDATE {STAGE} s SET outcome = 'error', problems = concat_ws('；', s.problems, {message}) "  # noqa: S608
        f"{'FROM ' + source if source else ''} WHERE {where}"
    )
    return int(cursor.rowcount)


def mark_repeated(cursor: CursorWrapper, *, keys: tuple[str, ...]) -> int:
    """Mark all but the first of the rows that say something about the same thing."""
    listed = ", ".join(keys)
    return mark(
        cursor,
        message="format('与第 %s 行重复', d.earliest)",
        source=(
            f"(SELECT {listed}, min(line) AS earliest FROM {STAGE} WHERE outcome <> 'error' "  # noqa: S608
            f"GROUP BY {listed} HAVING count(*) > 1) d"
        ),
        where=" AND ".join(f"d.{key} = s.{key}" for key in keys) + " AND s.line > d.earliest AND s.outcome <> 'error'",
    )


def insert(
    cursor: CursorWrapper, model: type[models.Model], *, values: Mapping[str, str], source: str, distinct: str = ""
) -> int:
    """INSERT … SELECT: `values` maps columns to SQL expressions over `source`; the others get the model's defaults."""
    columns: list[str] = []
    expressions: list[str] = []
    parameters: list[Any] = []
    for field in model._meta.concrete_fields:
        if field.primary_key:
            continue
        column = str(field.column)
        columns.append(f'"{column}"')
        if column in values:
            expressions.append(values[column])
            continue
        expressions.append("%s")
        parameters.append(_default(field))
    cursor.execute(
        f'INSERT INTO "{model._meta.db_table}" ({", ".join(columns)}) '  # noqa: S608
        f"SELECT {distinct} {', '.join(expressions)} FROM {source}",
        parameters,
    )
    return int(cursor.rowcount)


def _default(field: models.Field[Any, Any]) -> Any:
    if isinstance(field, models.DateTimeField) and (field.auto_now or field.auto_now_add):
        return clock.now()
    if field.default is NOT_PROVIDED:
        return None if field.null else ""
    return field.get_db_prep_value(field.get_default(), _connection(), prepared=False)


def _connection() -> Any:
    from django.db import connection

    return connection
