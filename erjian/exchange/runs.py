"""The write path of imports: upload, check, apply. Pages, jobs and the command line all come through here.

The data of an import is one transaction, so a worker that is killed in its middle leaves nothing behind and the run
can be repeated. Its progress must be seen while that transaction is still open; it is therefore written over a
connection of its own. An advisory lock lets one import write at a time.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import F

from erjian import audit, files
from erjian.accounts.models import User
from erjian.audit import Actor, ActorKind
from erjian.exchange import keeping, kinds, loading, presenting, sources
from erjian.exchange.columns import Kind
from erjian.exchange.loading import Outcome, Progress
from erjian.exchange.models import ImportRun, RunState
from erjian.exchange.refusals import ImportRefused, RunRefused
from erjian.policy import clock
from erjian.standards.errors import Refusal

audit.codes.register("exchange.upload", "上传导入文件")
audit.codes.register("exchange.apply", "导入登记数据")
audit.codes.register("exchange.discard", "删除导入文件")

_LOCK = 0x65726A_696D70
_WRITE_EVERY = 0.4
logger = logging.getLogger(__name__)


def upload(
    *, kind: str, filename: str, content: bytes, actor: Actor, user: User | None = None, check_later: bool = True
) -> ImportRun:
    """Keep an uploaded file and queue its check. Raises ImportRefused for what is no spreadsheet at all."""
    declared = kinds.get(kind)
    sources.glance(content, kind=declared)
    with transaction.atomic():
        run = ImportRun.objects.create(
            kind=declared.code,
            filename=_plain(filename),
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            source=keeping.store(content, created_by=actor.label),
            uploaded_by=user,
            actor=asdict(actor),
            created_at=clock.now(),
        )
        audit.record(
            "exchange.upload",
            actor=actor,
            subject=("import", run.pk),
            data={"kind": run.kind, "size": run.size, "sha256": run.sha256},
        )
        if check_later:
            from erjian.exchange import tasks

            tasks.check_import.configure(queueing_lock=f"check:{run.pk}:{run.version}").defer(run_id=str(run.pk))
    return run


def _plain(filename: str) -> str:
    """The last part of a name, without control characters."""
    name = filename.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(letter for letter in name if letter.isprintable())[-200:] or "未命名"


def check(*, run_id: UUID) -> ImportRun:
    """The dry run: what the file would do. Changes nothing but the run; repeating it is harmless."""
    run = ImportRun.objects.select_related("source").get(pk=run_id)
    if run.state not in {RunState.UPLOADED, RunState.CHECKING}:
        return run
    ImportRun.objects.filter(pk=run.pk).update(state=RunState.CHECKING, phase="打开")
    try:
        outcome = _load(run, apply_by=None)
    except Refusal as refusal:
        return _fail(run, refusal.message)
    with transaction.atomic():
        _say(run, outcome, state=RunState.CHECKED, checked_at=clock.now())
    return run


def request_apply(*, run_id: UUID, seen: int, actor: Actor) -> ImportRun:
    """Queue the import of a checked file. Raises RunRefused when it is not checked, or was changed since."""
    with transaction.atomic():
        run = ImportRun.objects.select_for_update().get(pk=run_id)
        if run.version != seen or run.state != RunState.CHECKED:
            raise RunRefused(f"这次导入的状态已是“{run.get_state_display()}”。请刷新页面查看。", code="stale")
        if not run.valid_rows:
            raise RunRefused("没有需要新增或更新的数据。", code="nothing")
        run.state, run.phase, run.version = RunState.QUEUED, "", run.version + 1
        run.progress_current = run.progress_total = 0
        run.actor = asdict(actor)
        run.save(update_fields=["state", "phase", "version", "progress_current", "progress_total", "actor"])
        from erjian.exchange import tasks

        tasks.apply_import.configure(queueing_lock=f"apply:{run.pk}:{run.version}").defer(run_id=str(run.pk))
    return run


def apply(*, run_id: UUID, progress: Progress | None = None) -> ImportRun:
    """Load the valid rows of a file, all or none of them; the others come back as a spreadsheet.

    Repeating it after a crash starts again from nothing; repeating it after success changes nothing.
    """
    run = ImportRun.objects.select_related("source").get(pk=run_id)
    if run.state not in {RunState.QUEUED, RunState.APPLYING}:
        return run
    ImportRun.objects.filter(pk=run.pk).update(state=RunState.APPLYING, phase="打开")
    actor = actor_of(run)
    try:
        with transaction.atomic():
            _one_at_a_time()
            outcome = _load(run, apply_by=actor, also=progress)
            _say(run, outcome, state=RunState.DONE, finished_at=clock.now())
            audit.record(
                "exchange.apply",
                actor=actor,
                subject=("import", run.pk),
                data={"kind": run.kind, "sha256": run.sha256, **run.counts},
            )
    except Refusal as refusal:
        return _fail(run, refusal.message)
    except IntegrityError:
        logger.exception("import %s", run.pk)
        return _fail(run, "导入期间登记库有变动，与本文件冲突，没有导入任何数据。请重新检查后再导入。")
    return run


def give_up(*, run_id: UUID) -> None:
    """The job will not be tried again: say so, so that the file can be checked anew."""
    run = ImportRun.objects.get(pk=run_id)
    if run.is_working:
        _fail(run, "处理时出现故障，没有导入任何数据。请重新检查；再次失败请联系技术支持。")


def apply_unchecked(*, run_id: UUID, progress: Progress | None = None) -> ImportRun:
    """Load a file without showing the check to anybody first: the command line's `--apply`."""
    ImportRun.objects.filter(pk=run_id, state=RunState.UPLOADED).update(state=RunState.QUEUED)
    return apply(run_id=run_id, progress=progress)


def check_again(*, run_id: UUID, seen: int, actor: Actor) -> ImportRun:
    """Start over with the same file: after a failure, or when the register has changed since the check."""
    with transaction.atomic():
        run = ImportRun.objects.select_for_update().get(pk=run_id)
        if run.version != seen or run.state not in {RunState.CHECKED, RunState.FAILED} or run.source_id is None:
            raise RunRefused(f"这次导入的状态已是“{run.get_state_display()}”。请刷新页面查看。", code="stale")
        run.state, run.failure, run.phase, run.version = RunState.UPLOADED, "", "", run.version + 1
        run.actor = asdict(actor)
        run.save(update_fields=["state", "failure", "phase", "version", "actor"])
        from erjian.exchange import tasks

        tasks.check_import.configure(queueing_lock=f"check:{run.pk}:{run.version}").defer(run_id=str(run.pk))
    return run


def actor_of(run: ImportRun) -> Actor:
    """Who asked for the run."""
    fields = {**run.actor, "kind": ActorKind(run.actor["kind"])} if run.actor else asdict(audit.SYSTEM)
    return Actor(**fields)


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _load(run: ImportRun, *, apply_by: Actor | None, also: Progress | None = None) -> Outcome:
    if run.source is None:
        raise ImportRefused("文件已超过保存期限。请重新上传。", code="gone")
    kind = kinds.get(run.kind)
    with _reporting(run) as report:

        def progress(phase: str, current: int, total: int) -> None:
            report(phase, current, total)
            if also is not None:
                also(phase, current, total)

        source = sources.open_source(keeping.read(run.source), kind=kind)
        return loading.load(source, kind=kind, apply_by=apply_by, progress=progress)


@contextlib.contextmanager
def _reporting(run: ImportRun) -> Iterator[Callable[[str, int, int], None]]:
    """Progress for the page, over a connection of its own: the work's transaction is not visible before its end."""
    own = connection.copy()
    last = [0.0, ""]

    def report(phase: str, current: int, total: int) -> None:
        now = time.monotonic()
        if phase == last[1] and now - float(last[0]) < _WRITE_EVERY:
            return
        last[:] = [now, phase]
        with own.cursor() as cursor:
            cursor.execute(
                "UPDATE exchange_importrun SET phase = %s, progress_current = %s, progress_total = %s WHERE id = %s",
                [phase, current, total, run.pk],
            )

    try:
        yield report
    finally:
        own.close()


def _say(run: ImportRun, outcome: Outcome, **fields: Any) -> None:
    """Keep what was found: counts, samples with masks only, the refused rows as an encrypted spreadsheet."""
    kind: Kind = kinds.get(run.kind)
    former = run.error_file
    run.error_file = None
    if outcome.error_file is not None:
        run.error_file = keeping.store(outcome.error_file, created_by=actor_of(run).label)
    run.counts = {"rows": outcome.rows, **asdict(outcome.counts)}
    run.notices = outcome.notices
    run.differences = [presenting.difference(each, kind) for each in outcome.differences]
    run.errors = [{"line": line, "message": message} for line, message in outcome.errors]
    run.phase, run.failure = "", ""
    run.progress_current = run.progress_total = outcome.rows
    for name, value in fields.items():
        setattr(run, name, value)
    run.version += 1
    run.save()
    if former is not None:
        files.discard(former)


def _fail(run: ImportRun, message: str) -> ImportRun:
    ImportRun.objects.filter(pk=run.pk).update(
        state=RunState.FAILED, failure=message[:500], phase="", version=F("version") + 1
    )
    run.refresh_from_db()
    return run
