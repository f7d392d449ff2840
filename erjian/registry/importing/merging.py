"""One staged row ↔ one row of the register: how it is found, compared and merged.

An empty cell says nothing: it keeps what the register knows and takes the default for a new row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.db import models
from django.db.backends.utils import CursorWrapper

from erjian.policy import clock
from erjian.registry.importing import people
from erjian.registry.importing.statements import STAGE, insert, mark, mark_repeated
from erjian.registry.models import Change, ChangeKind


@dataclass(frozen=True)
class Fact:
    """A column that stage and target share. `default` is SQL for a new row whose cell is empty.

    `nothing` is SQL of a value that says that there is none, which an empty cell does not: it takes back what is known.
    """

    column: str
    type: str = "text"
    default: str = "''"
    nothing: str = ""

    def merged(self, known: str) -> str:
        """SQL of what will stand: what the row says, or else what is `known`."""
        value = f"coalesce(s.{self.column}, {known})"
        return f"nullif({value}, {self.nothing})" if self.nothing else value


@dataclass(frozen=True)
class Mark:
    """A rule over all rows at once: `message` and `where` are SQL, `s` is the staged row."""

    message: str
    where: str
    source: str = ""


class Load(Protocol):
    """What a stage needs to know about a kind of rows."""

    has_people: bool

    @property
    def keys(self) -> tuple[str, ...]:
        """Columns by which rows find each other and their targets."""

    @property
    def vocabularies(self) -> tuple[type[models.Model], ...]:
        """The models whose choices put codes into words."""

    @property
    def columns(self) -> tuple[tuple[str, str], ...]:
        """Columns of the stage in the order of copying, with their SQL types."""

    def judge(self, cursor: CursorWrapper, *, lock: bool) -> None:
        """Set outcome, problems, target, before and after of every staged row."""

    def write(self, cursor: CursorWrapper, *, actor: str) -> None:
        """Merge the rows that are new or updates into the register."""


@dataclass(frozen=True)
class Merge:
    """The ordinary load. `match` is SQL that finds the target `t` of a staged row `s`."""

    model: type[models.Model]
    keys: tuple[str, ...]
    match: str
    facts: tuple[Fact, ...]
    has_people: bool = False
    protected: tuple[str, ...] = ()
    further: tuple[tuple[str, str], ...] = ()
    resolve: Callable[[CursorWrapper], None] | None = None
    settle: Callable[[CursorWrapper], None] | None = None
    """What follows from the rows once they are written."""
    marks: tuple[Mark, ...] = ()
    marks_on_target: tuple[Mark, ...] = ()
    inserted: dict[str, str] = field(default_factory=dict)
    touched: str = ""
    owner: str = "person_id"

    @property
    def vocabularies(self) -> tuple[type[models.Model], ...]:
        return (self.model,)

    @property
    def columns(self) -> tuple[tuple[str, str], ...]:
        own = tuple((fact.column, fact.type) for fact in self.facts)
        hidden = tuple(
            (f"{name}_{part}", "text" if part == "mask" else "bytea")
            for name in self.protected
            for part in ("cipher", "index", "mask")
        )
        return (people.PERSON_COLUMNS if self.has_people else ()) + self.further + own + hidden

    def judge(self, cursor: CursorWrapper, *, lock: bool) -> None:
        """Mark contradictions, then find and compare the targets."""
        if self.has_people:
            people.resolve(cursor)
        if self.resolve:
            self.resolve(cursor)
        mark_repeated(cursor, keys=self.keys)
        for rule in self.marks:
            mark(cursor, message=rule.message, where=rule.where, source=rule.source)
        if lock:
            cursor.execute(
                f"SELECT count(*) FROM (SELECT t.id FROM {self._table} t JOIN {STAGE} s ON {self.match} "  # noqa: S608
                "ORDER BY t.id FOR NO KEY UPDATE OF t) locked"
            )
        self._compare(cursor)
        for rule in self.marks_on_target:
            mark(
                cursor,
                message=rule.message,
                where=f"t.id = s.target AND s.outcome <> 'error' AND {rule.where}",
                source=f"{self._table} t",
            )

    @property
    def _table(self) -> str:
        return f'"{self.model._meta.db_table}"'

    def _compare(self, cursor: CursorWrapper) -> None:
        merged = [fact.merged(f"t.{fact.column}") for fact in self.facts]
        old = [f"t.{fact.column}" for fact in self.facts]
        differs = f"(ROW({', '.join(merged)}) IS DISTINCT FROM ROW({', '.join(old)})"
        for name in self.protected:
            differs += f" OR (s.{name}_index IS NOT NULL AND s.{name}_index IS DISTINCT FROM t.{name}_index)"
        if self.has_people:
            differs += " OR coalesce(s.phone_set, false)"
        differs += ")"
        cursor.execute(
            f"UPDATE {STAGE} s SET target = t.id, "  # noqa: S608
            f"outcome = CASE WHEN {differs} THEN 'update' ELSE 'same' END, "
            f"before = CASE WHEN {differs} THEN {self._record('t', dict(zip(self._names, old, strict=True)))} END, "
            f"after = CASE WHEN {differs} THEN {self._record('s', dict(zip(self._names, merged, strict=True)))} END "
            f"FROM {self._table} t WHERE s.outcome <> 'error' AND {self.match}"
        )
        for fact in self.facts:
            if fact.nothing:  # there is nothing to take back of what is new
                cursor.execute(
                    f"UPDATE {STAGE} SET {fact.column} = NULL "  # noqa: S608
                    f"WHERE outcome = 'new' AND {fact.column} = {fact.nothing}"
                )

    @property
    def _names(self) -> list[str]:
        return [fact.column for fact in self.facts]

    def _record(self, alias: str, values: dict[str, str]) -> str:
        """The facts as JSON for history and differences; of protected values only the mask."""
        pairs = [f"'{name}', {value}" for name, value in values.items()]
        for name in self.protected:
            mask = f"t.{name}_mask" if alias == "t" else f"coalesce(nullif(s.{name}_mask, ''), t.{name}_mask)"
            pairs.append(f"'{name}', {mask}")
        record = f"jsonb_build_object({', '.join(pairs)})"
        if self.has_people:
            phone = "s.phone_before" if alias == "t" else "s.phone_mask"
            record += f" || CASE WHEN s.phone_set THEN jsonb_build_object('phone', {phone}) ELSE '{{}}'::jsonb END"
        return record

    def write(self, cursor: CursorWrapper, *, actor: str) -> None:
        """People first, then new rows, then changed ones, then the history of both and what follows from them."""
        if self.has_people:
            people.write(cursor)
        source = f"{STAGE} s"
        values = {fact.column: fact.merged(fact.default) for fact in self.facts}
        for name in self.protected:
            values |= {
                f"{name}_cipher": f"coalesce(s.{name}_cipher, ''::bytea)",
                f"{name}_index": f"s.{name}_index",
                f"{name}_mask": f"coalesce(s.{name}_mask, '')",
            }
        if self.has_people:
            source += " JOIN registry_person p ON p.id_number_index = s.id_index"
            values["person_id"] = "p.id"
        insert(
            cursor,
            self.model,
            values=values | self.inserted,
            source=f"{source} WHERE s.outcome = 'new'",
        )
        self._update(cursor)
        self._remember(cursor, source, values, actor)
        if self.settle:
            self.settle(cursor)

    def _update(self, cursor: CursorWrapper) -> None:
        changes = [f"{fact.column} = {fact.merged(f't.{fact.column}')}" for fact in self.facts]
        changes += [
            f"{name}_{part} = CASE WHEN s.{name}_index IS NULL THEN t.{name}_{part} ELSE s.{name}_{part} END"
            for name in self.protected
            for part in ("cipher", "index", "mask")
        ]
        if self.touched:
            changes.append(self.touched)
        cursor.execute(
            f"UPDATE {self._table} t SET {', '.join(changes)} FROM {STAGE} s "  # noqa: S608
            "WHERE t.id = s.target AND s.outcome = 'update'"
        )

    def _remember(self, cursor: CursorWrapper, source: str, values: dict[str, str], actor: str) -> None:
        new = ", ".join(f"{values[name]} AS {name}" for name in self._names)
        owner = {
            "person_id": ("p.id", "NULL"),
            "enterprise_id": ("NULL", "s.enterprise" if self.further_has("enterprise") else "t.id"),
        }
        person, enterprise = owner[self.owner]
        join = f" JOIN {self._table} t ON {self.match}" if enterprise == "t.id" else ""
        parameters: dict[str, Any] = {"at": clock.now(), "kind": ChangeKind.IMPORTED, "actor": actor[:120]}
        cursor.execute(
            f'INSERT INTO "{Change._meta.db_table}" '  # noqa: S608
            "(at, kind, person_id, registration_id, enterprise_id, case_number, actor, before, after) "
            f"SELECT %(at)s, %(kind)s, {person}, NULL::bigint, {enterprise}, '', %(actor)s, "
            f"coalesce(s.before, '{{}}'::jsonb), "
            f"jsonb_build_object('table', '{self.model._meta.model_name}') "
            # A record knows the types of its columns; an object built from arguments looks each up for every row.
            f"|| coalesce(s.after, (SELECT to_jsonb(new) FROM (SELECT {new}) new)) "
            f"FROM {source}{join} WHERE s.outcome IN ('new', 'update')",
            parameters,
        )

    def further_has(self, column: str) -> bool:
        """Whether the stage carries this column beside the facts."""
        return any(name == column for name, _ in self.further)
