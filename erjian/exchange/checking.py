"""Row by row: every cell is parsed, every rule between cells is asked, and all that is wrong is said at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from erjian.exchange.columns import Column, Kind, header_key
from erjian.exchange.refusals import ImportRefused
from erjian.exchange.sources import Source
from erjian.protection import BulkSealer
from erjian.standards.errors import Refusal

_REMEMBERED = 20_000
"""How many different values of a column are remembered with what they parse to."""


@dataclass(frozen=True)
class Good:
    """A well-formed row: its line, the values for the stage, and what it shares with the rows it is loaded with."""

    line: int
    values: tuple[Any, ...]
    company: Any = None


@dataclass(frozen=True)
class Bad:
    """A refused row: its line and everything that is wrong with it."""

    line: int
    message: str
    company: Any = None


@dataclass(frozen=True)
class Plan:
    """Which cell of a line belongs to which column."""

    placed: tuple[tuple[int, Column], ...]
    absent: tuple[Column, ...]
    unknown: tuple[str, ...]


def plan(source: Source, kind: Kind) -> Plan:
    """Match headers and columns. Raises ImportRefused naming a column that is missing or there twice."""
    placed: dict[str, tuple[int, Column]] = {}
    unknown: list[str] = []
    for position, header in enumerate(source.headers):
        column = kind.by_header.get(header_key(header))
        if column is None:
            if header:
                unknown.append(header)
        elif column.name in placed:
            raise ImportRefused(f"“{column.header}”列出现了两次。请删去多余的一列。", code="column")
        else:
            placed[column.name] = (position, column)
    missing = [column.header for column in kind.columns if column.required and column.name not in placed]
    if missing:
        raise ImportRefused(
            f"表格缺少{'、'.join(f'“{header}”' for header in missing)}列，没有导入任何数据。请使用模板，不要删改列名。",
            code="column",
        )
    absent = tuple(column for column in kind.columns if column.name not in placed)
    return Plan(tuple(placed.values()), absent, tuple(unknown))


class Checker:
    """Checks the rows of one source. What repeats in a column is parsed once."""

    def __init__(self, kind: Kind, made: Plan) -> None:
        self._kind = kind
        self._sealer = BulkSealer()
        self._blank: dict[str, Any] = {column.name: None for column in kind.columns}
        self._cells = [(position, column, {} if column.repeats else None) for position, column in made.placed]
        self._width = max((position for position, _ in made.placed), default=-1) + 1
        self._columns = {position + 1: column.header for position, column in made.placed}

    def check(self, source: Source) -> Iterator[Good | Bad]:
        """Every row that is not empty, as good or bad."""
        formulas = self._formulas(source)
        together = self._kind.together
        for line, cells in source.rows():
            if len(cells) < self._width:
                cells = [*cells, *[""] * (self._width - len(cells))]  # noqa: PLW2901 - a short line of a CSV
            problems = [f"{header}：含有公式，请粘贴为数值" for header in formulas.get(line, ())]
            row = self._parse(cells, problems)
            if row is None:
                continue
            problems += [f"{header}：{text}" for header, text in self._kind.check(row)]
            company = row[together] if together else None
            if problems:
                yield Bad(line, "；".join(problems), company)
            else:
                yield Good(line, self._kind.convert(row, self._sealer), company)

    def _formulas(self, source: Source) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        for line, position in sorted(source.formulas):
            if position in self._columns and line > source.header_line:
                found.setdefault(line, []).append(self._columns[position])
        return found

    def _parse(self, cells: list[Any], problems: list[str]) -> dict[str, Any] | None:
        """The values of a line, or None for an empty one; what is wrong is added to `problems`."""
        row = self._blank.copy()
        filled = False
        missing: list[str] = []
        for position, column, known in self._cells:
            raw = cells[position]
            value = None
            try:
                if known is not None:
                    key = raw if type(raw) is str else (type(raw), raw)
                    value = known.get(key, known)
                    if value is known:
                        value = column.parse(raw)
                        if len(known) < _REMEMBERED:
                            known[key] = value
                else:
                    value = column.parse(raw)
            except Refusal as refusal:
                filled = True
                problems.append(_sentence(refusal.message, column.header))
                continue
            if value is not None:
                filled = True
                row[column.name] = value
            elif column.required:
                missing.append(column.header)
        if not filled and not problems:
            return None
        problems.extend(f"{header}：没有填写" for header in missing)
        return row


def _sentence(message: str, header: str) -> str:
    """The message under its column, without its full stop."""
    said = message.removesuffix("。")
    return said if said.startswith(header) else f"{header}：{said}"
