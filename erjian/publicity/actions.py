"""Batches, in words: make one, change it while nobody has seen it, publish it, retry what failed, close it.

Publishing only marks the batch and queues a job; the job works through the cases one by one (`running`). Two
officers who publish at once meet at the batch's row lock: the second finds it running.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from erjian import audit, policy
from erjian.accounts import confirming
from erjian.accounts.models import Function, User
from erjian.applications.models import Application
from erjian.applications.states import State
from erjian.audit import codes
from erjian.policy import clock
from erjian.publicity import queries, shown
from erjian.publicity.errors import PublicityRefused, check_officer, check_seen
from erjian.publicity.models import Batch, BatchItem, BatchKind, BatchState, ItemState
from erjian.registry import numbers

for _code, _label in {
    "publicity.create": "新建批次",
    "publicity.add": "批次加入申报",
    "publicity.remove": "批次移出申报",
    "publicity.rename": "修改批次标题",
    "publicity.discard": "删除批次",
    "publicity.start": "发布批次",
    "publicity.retry": "重新办理失败事项",
    "publicity.finish": "批次发布完成",
    "publicity.fail": "批次事项办理失败",
    "publicity.close": "公示结束",
}.items():
    codes.register(_code, _label)

MOST_CASES = 2000


def create_batch(*, kind: str, applications: Iterable[int], title: str, by: User) -> Batch:
    """A draft batch of candidates. Raises PublicityRefused when one of them waits for something else by now."""
    check_officer(by, Function.DECISION)
    kind = BatchKind(kind)
    with transaction.atomic():
        serial = numbers.take(f"batch:{kind}", year=clock.today().year)
        batch = Batch.objects.create(
            kind=kind,
            number=policy.current().numbers.document_number(kind.value, clock.today().year, serial),
            title=_title(title),
            created_by=by.name,
            created_at=clock.now(),
        )
        added = _add(batch, applications)
        audit.record(
            "publicity.create",
            actor=by.actor,
            subject=("batch", batch.pk),
            data={"kind": kind.value, "number": batch.number, "applications": added},
        )
    return batch


def add(*, batch: Batch, applications: Iterable[int], by: User, seen: int | None = None) -> Batch:
    """Add candidates to a draft."""
    check_officer(by, Function.DECISION)
    with transaction.atomic():
        locked = _draft(batch, seen)
        added = _add(locked, applications)
        _count_up(locked)
        audit.record("publicity.add", actor=by.actor, subject=("batch", locked.pk), data={"applications": added})
    return locked


def remove(*, batch: Batch, items: Iterable[int], by: User, seen: int | None = None) -> Batch:
    """Take rows out of a draft; their cases wait for another batch."""
    check_officer(by, Function.DECISION)
    with transaction.atomic():
        locked = _draft(batch, seen)
        going = locked.items.filter(pk__in=list(items))
        gone = list(going.values_list("application_id", flat=True))
        if not gone:
            raise PublicityRefused("请先勾选要移出的申报。", code="nothing_picked")
        going.delete()
        _count_up(locked)
        audit.record("publicity.remove", actor=by.actor, subject=("batch", locked.pk), data={"applications": gone})
    return locked


def rename(*, batch: Batch, title: str, by: User, seen: int | None = None) -> Batch:
    """Give a draft another title."""
    check_officer(by, Function.DECISION)
    with transaction.atomic():
        locked = _draft(batch, seen)
        locked.title = _title(title)
        locked.version += 1
        locked.save(update_fields=["title", "version"])
        audit.record("publicity.rename", actor=by.actor, subject=("batch", locked.pk), data={"title": locked.title})
    return locked


def discard(*, batch: Batch, by: User, seen: int | None = None) -> None:
    """Delete a draft; its number is not used again."""
    check_officer(by, Function.DECISION)
    with transaction.atomic():
        locked = _draft(batch, seen)
        audit.record("publicity.discard", actor=by.actor, subject=("batch", locked.pk), data={"number": locked.number})
        locked.delete()


def publish(*, batch: Batch, by: User, seen: int | None = None) -> Batch:
    """Start a draft: its cases are worked through by a job, and its page appears once when all are done or failed."""
    check_officer(by, Function.DECISION)
    confirming.require()
    with transaction.atomic():
        locked = _draft(batch, seen)
        if not locked.items.exists():
            raise PublicityRefused("批次中没有申报。请先加入申报，或删除批次。", code="empty")
        locked.state = BatchState.RUNNING
        locked.started_by = by
        locked.version += 1
        locked.save(update_fields=["state", "started_by", "version"])
        audit.record(
            "publicity.start", actor=by.actor, subject=("batch", locked.pk), data={"items": locked.items.count()}
        )
        queue(locked)
    return locked


def retry(*, batch: Batch, by: User, items: Iterable[int] | None = None) -> Batch:
    """Work through the failed rows again, all of them unless told which."""
    check_officer(by, Function.DECISION)
    with transaction.atomic():
        locked = Batch.objects.select_for_update().get(pk=batch.pk)
        failed = locked.items.filter(state=ItemState.FAILED)
        if items is not None:
            failed = failed.filter(pk__in=list(items))
        again = failed.update(state=ItemState.WAITING, failure="")
        if not again:
            raise PublicityRefused("没有需要重新办理的申报。请刷新页面。", code="nothing_failed")
        locked.started_by = by
        locked.version += 1
        locked.save(update_fields=["started_by", "version"])
        audit.record("publicity.retry", actor=by.actor, subject=("batch", locked.pk), data={"items": again})
        queue(locked)
    return locked


def release(*, batch: Batch, item: int, by: User) -> Batch:
    """Take a failed row out of a batch, so that its case can go into another one."""
    check_officer(by, Function.DECISION)
    with transaction.atomic():
        locked = Batch.objects.select_for_update().get(pk=batch.pk)
        row = locked.items.filter(pk=item, state=ItemState.FAILED).first()
        if row is None:
            raise PublicityRefused("这一行已不在失败名单中。请刷新页面。", code="nothing_failed")
        audit.record(
            "publicity.remove",
            actor=by.actor,
            subject=("batch", locked.pk),
            data={"applications": [row.application_id]},
        )
        row.delete()
        _count_up(locked)
    return locked


def queue(batch: Batch) -> None:
    """Queue the job that works through a batch, once."""
    from erjian.publicity.tasks import run_batch

    with transaction.atomic():
        run_batch.configure(lock=f"batch:{batch.pk}").defer(batch_id=batch.pk)


def _draft(batch: Batch, seen: int | None) -> Batch:
    """The batch, locked and still a draft."""
    locked = Batch.objects.select_for_update().filter(pk=batch.pk).first()
    if locked is None:
        raise PublicityRefused("批次已被删除。请返回批次列表。", code="gone")
    if locked.state != BatchState.DRAFT:
        raise PublicityRefused(f"批次已是“{locked.get_state_display()}”，不能再修改或重复发布。", code="wrong_state")
    check_seen(locked, seen)
    return locked


def _add(batch: Batch, applications: Iterable[int]) -> list[int]:
    wanted = sorted(set(applications))
    if not wanted:
        raise PublicityRefused("请先勾选申报。", code="nothing_picked")
    # The cases' rows are locked in order: two officers who pick the same case at once cannot both get it.
    list(Application.objects.select_for_update().filter(pk__in=wanted).order_by("pk").values_list("pk", flat=True))
    found = list(
        queries.candidates(batch.kind).filter(pk__in=wanted).select_related("person", "enterprise").order_by("pk")
    )
    if len(found) != len(wanted):
        raise PublicityRefused(
            f"所选申报中有 {len(wanted) - len(found)} 条已不能列入（已在其他批次、已撤回或已退回）。请刷新后重新勾选。",
            code="not_candidates",
        )
    if batch.items.count() + len(found) > MOST_CASES:
        raise PublicityRefused(f"一个批次最多 {MOST_CASES} 条申报。请分批办理。", code="too_many_cases")
    BatchItem.objects.bulk_create(_item(batch, application) for application in found)
    return wanted


def _item(batch: Batch, application: Application) -> BatchItem:
    granted = application.state != State.REVIEW_NG
    return BatchItem(
        batch=batch,
        application=application,
        granted=granted,
        shown=shown.facts_of(application),
        reason="" if granted else shown.reason_of(application)[:1000],
    )


def _count_up(batch: Batch) -> None:
    batch.version += 1
    batch.save(update_fields=["version"])


def _title(title: str) -> str:
    title = " ".join(title.replace("\0", "").split())
    if not title:
        raise PublicityRefused("请填写标题。", code="title_missing", field="title")
    if len(title) > 200:
        raise PublicityRefused("标题最多 200 个字。请缩短。", code="title_long", field="title")
    return title
