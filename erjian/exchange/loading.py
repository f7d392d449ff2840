"""A source on its way into the register: check the rows, let the register compare, say the result, perhaps write.

A dry run and the real run are the same function; the real one takes locks on what it compares with and ends by
writing, in the same transaction. Memory does not grow with the number of good rows, only with that of bad ones.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from erjian.audit import Actor
from erjian.exchange import spreadsheets
from erjian.exchange.checking import Checker, Good, plan
from erjian.exchange.columns import Kind
from erjian.exchange.sources import Source
from erjian.registry import importing
from erjian.registry.importing import Counts, Difference

DIFFERENCES = 200
ERRORS_SHOWN = 100
ERROR_HEADER = "错误原因"
_EVERY = 1000

Progress = Callable[[str, int, int], None]
"""Phase, rows done, rows in all."""


@dataclass
class Outcome:
    """What an import would do, or did. `error_file` is the workbook of the refused rows."""

    counts: Counts
    rows: int
    notices: list[str] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    errors: list[tuple[int, str]] = field(default_factory=list)
    error_file: bytes | None = None


def _quiet(phase: str, current: int, total: int) -> None:
    """Nobody watches."""


def load(
    source: Source, *, kind: Kind, apply_by: Actor | None = None, progress: Progress = _quiet, shown: bool = True
) -> Outcome:
    """Check a source against the rules and the register; with `apply_by` also write what is valid.

    Runs in one transaction, or in the caller's. `shown` asks for sample differences and the error file.
    Raises ImportRefused when the file cannot be imported as a whole.
    """
    made = plan(source, kind)
    problems: dict[int, str] = {}
    with importing.stage(kind.load) as stage:
        rows = _fill(stage, Checker(kind, made), source, problems, progress)
        progress("比对", rows, rows)
        stage.judge(lock=apply_by is not None)
        counts = stage.counts()
        problems |= stage.problems()
        kept = stage.kept_phones()
        differences = stage.differences(limit=DIFFERENCES) if shown else []
        if apply_by is not None and counts.new + counts.update:
            progress("写入", rows, rows)
            stage.write(actor=apply_by)
    notices = [*source.notices]
    unknown = [header for header in made.unknown if header_is_kept(header)]
    if unknown:
        notices.append(f"这些列不属于{kind.label}，未导入：{'、'.join(unknown[:20])}。")
    if kept:
        notices.append(f"有 {kept} 行的手机号码与登记库不同，因本人已实名认证，保留登记库中的号码。")
    return Outcome(
        counts=Counts(counts.new, counts.update, counts.same, len(problems)),
        rows=rows,
        notices=notices,
        differences=differences,
        errors=sorted(problems.items())[:ERRORS_SHOWN],
        error_file=_error_file(source, kind, problems) if shown and problems else None,
    )


def _fill(
    stage: importing.Stage, checker: Checker, source: Source, problems: dict[int, str], progress: Progress
) -> int:
    """Copy the good rows to the stage, collect the bad ones; returns how many rows there were."""
    rows = 0
    total = source.total
    companies: dict[Any, list[int]] = {}
    spoilt: dict[Any, int] = {}
    progress("读取", 0, total)
    with stage.copy() as copy:
        for result in checker.check(source):
            rows += 1
            if isinstance(result, Good):
                copy.write_row((result.line, *result.values))
                if result.company is not None:
                    companies.setdefault(result.company, []).append(result.line)
            else:
                problems[result.line] = result.message
                if result.company is not None:
                    spoilt.setdefault(result.company, result.line)
            if rows % _EVERY == 0:
                progress("读取", rows, total)
    for company, line in spoilt.items():
        if lines := companies.get(company):
            stage.refuse(lines, f"同一{company}的第 {line} 行有错误")
    progress("读取", rows, rows)
    return rows


def _error_file(source: Source, kind: Kind, problems: dict[int, str]) -> bytes:
    """The refused rows with their own columns and the reason."""
    target = io.BytesIO()
    width = len(source.headers)
    headers = [header if header_is_kept(header) else "" for header in source.headers]
    own = [position for position, header in enumerate(headers) if header]
    wide = {column.header: column.width for column in kind.columns}
    writer = spreadsheets.Writer(
        target,
        sheet=kind.label,
        headers=[ERROR_HEADER, *(headers[position] for position in own)],
        widths=[48, *(wide.get(headers[position], 16) for position in own)],
    )
    for line, cells in spreadsheets.as_written(source.rows()):
        if line in problems:
            padded = [*cells, *[""] * (width - len(cells))]
            writer.write([problems[line], *(padded[position] for position in own)])
    writer.close()
    return target.getvalue()


def header_is_kept(header: str) -> bool:
    """Whether a column of the file goes back; the reasons of a former round do not."""
    return bool(header) and header != ERROR_HEADER
