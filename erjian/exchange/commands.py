"""`erjian import KIND FILE`: the same engine for whoever has a shell, with a table of what would change.

Exit codes: 0 everything is well, 1 the file was refused or the import failed, 2 some rows were refused (the others
are loaded when --apply was given).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from erjian.audit import SYSTEM
from erjian.exchange import keeping, kinds, loading, presenting, runs, sources
from erjian.exchange.columns import Kind
from erjian.exchange.loading import Outcome
from erjian.exchange.models import RunState
from erjian.standards.errors import Refusal

OK, REFUSED, SOME_REFUSED = 0, 1, 2
_SHOWN = 20


def import_file(
    kind: str,
    file: Path,
    *,
    apply: bool = False,
    errors: Path | None = None,
    progress: Callable[..., None] | None = None,
    console: Console | None = None,
) -> int:
    """Check a file and, with `apply`, take it over; refused rows go to `errors`. Returns the exit code."""
    out = console or Console()
    if kind not in kinds.BY_CODE:
        known = ", ".join(f"{each.code} ({each.label})" for each in kinds.KINDS)
        out.print(escape(f"There is no kind {kind}. Kinds: {known}"))
        return REFUSED
    declared = kinds.get(kind)
    try:
        content = file.read_bytes()
    except OSError as error:
        out.print(escape(f"{file}: {error.strerror}"))
        return REFUSED
    try:
        if not apply:
            source = sources.open_source(content, kind=declared)
            outcome = loading.load(source, kind=declared, progress=progress or (lambda *_: None))
            _show(out, declared, outcome)
            _keep_errors(out, outcome.error_file, errors)
            return SOME_REFUSED if outcome.counts.error else OK
        return _apply(out, declared, file, content=content, errors=errors, progress=progress)
    except Refusal as refusal:
        out.print(escape(refusal.message))
        return REFUSED


def _apply(
    out: Console, kind: Kind, file: Path, *, content: bytes, errors: Path | None, progress: Callable[..., None] | None
) -> int:
    run = runs.upload(kind=kind.code, filename=file.name, content=content, actor=SYSTEM, check_later=False)
    run = runs.apply_unchecked(run_id=run.pk, progress=progress)
    if run.state == RunState.FAILED:
        out.print(escape(run.failure))
        return REFUSED
    _table(out, kind, run.counts, run.notices, applied=True)
    _keep_errors(out, keeping.read(run.error_file) if run.error_file else None, errors)
    return SOME_REFUSED if run.counts["error"] else OK


def _show(out: Console, kind: Kind, outcome: Outcome) -> None:
    counts = {
        "rows": outcome.rows,
        "new": outcome.counts.new,
        "update": outcome.counts.update,
        "same": outcome.counts.same,
        "error": outcome.counts.error,
    }
    _table(out, kind, counts, outcome.notices, applied=False)
    for each in outcome.differences[:_SHOWN]:
        if not each.new:
            said = presenting.difference(each, kind)
            changes = "；".join(
                f"{c['field']} {c['old'] or '（空）'} → {c['new'] or '（空）'}" for c in said["changes"]
            )
            out.print(escape(f"第 {each.line} 行 {each.label}：{changes}"))
    for line, message in outcome.errors[:_SHOWN]:
        out.print(escape(f"第 {line} 行：{message}"))
    if len(outcome.errors) > _SHOWN:
        out.print("…")


def _table(out: Console, kind: Kind, counts: dict[str, int], notices: list[str], *, applied: bool) -> None:
    table = Table(title=f"{kind.label} · {'已导入' if applied else '检查结果，没有改动任何数据'}")
    for label in ("总行数", "新增", "更新", "不变", "错误"):
        table.add_column(label, justify="right")
    table.add_row(*(f"{counts[name]:,}" for name in ("rows", "new", "update", "same", "error")))
    out.print(table)
    for notice in notices:
        out.print(escape(notice))


def _keep_errors(out: Console, content: bytes | None, target: Path | None) -> None:
    if content is None or target is None:
        return
    target.touch(mode=0o600)
    target.write_bytes(content)
    out.print(escape(f"错误行已写入 {target}，改正后可再次导入。"))
