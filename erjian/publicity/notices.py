"""Notices that the authority writes: plain paragraphs, one attachment, published and withdrawn, never deleted once public."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from erjian import audit, files
from erjian.accounts.models import Function, User
from erjian.audit import codes
from erjian.policy import clock
from erjian.publicity.errors import PublicityRefused, check_officer, check_seen
from erjian.publicity.models import Notice, NoticeKind

for _code, _label in {
    "notice.create": "新建通知公告",
    "notice.edit": "修改通知公告",
    "notice.publish": "发布通知公告",
    "notice.withdraw": "撤下通知公告",
    "notice.discard": "删除通知公告草稿",
}.items():
    codes.register(_code, _label)


def create(
    *, kind: str, title: str, body: str, pinned: bool, by: User, attachment: Any = None, author: str = ""
) -> Notice:
    """A draft that only officers see. Raises PublicityRefused, FileRefused."""
    check_officer(by, Function.NOTICES)
    title, body = _words(title, body)
    blob, name = _accept(attachment, by)
    with transaction.atomic():
        notice = Notice.objects.create(
            kind=NoticeKind(kind),
            title=title,
            body=body,
            pinned=pinned,
            attachment=blob,
            attachment_name=name,
            author=author.strip() or by.organisation,
            created_at=clock.now(),
        )
        audit.record("notice.create", actor=by.actor, subject=("notice", notice.pk))
    return notice


def proclaim(*, title: str, body: str, by: User) -> Notice:
    """A notice that follows from a decision (公告作废): public at once, in the decision's transaction.

    Whoever may decide may have this said; it needs no 通知公告 function of its own.
    """
    check_officer(by, Function.DECISION)
    title, body = _words(title, body)
    with transaction.atomic():
        now = clock.now()
        notice = Notice.objects.create(
            kind=NoticeKind.NOTICE, title=title, body=body, author=by.organisation, created_at=now, published_at=now
        )
        audit.record("notice.publish", actor=by.actor, subject=("notice", notice.pk))
    return notice


def edit(
    *,
    notice: Notice,
    kind: str,
    title: str,
    body: str,
    pinned: bool,
    by: User,
    seen: int | None,
    attachment: Any = None,
    drop_attachment: bool = False,
    author: str = "",
) -> Notice:
    """Change a notice; what is public changes at once. Raises Outdated when somebody else changed it meanwhile."""
    check_officer(by, Function.NOTICES)
    title, body = _words(title, body)
    with transaction.atomic():
        locked = _locked(notice, seen)
        blob, name = _accept(attachment, by)
        if blob is not None or drop_attachment:
            locked.attachment, locked.attachment_name = blob, name
        locked.kind, locked.title, locked.body, locked.pinned = NoticeKind(kind), title, body, pinned
        locked.author = author.strip() or by.organisation
        locked.version += 1
        locked.save()
        audit.record("notice.edit", actor=by.actor, subject=("notice", locked.pk), data={"public": is_public(locked)})
    return locked


def publish(*, notice: Notice, by: User, seen: int | None) -> Notice:
    """Make a notice public, or public again."""
    check_officer(by, Function.NOTICES)
    with transaction.atomic():
        locked = _locked(notice, seen)
        if is_public(locked):
            raise PublicityRefused("这条通知公告已发布。请刷新页面。", code="published")
        locked.published_at = clock.now()
        locked.withdrawn_at = None
        locked.version += 1
        locked.save(update_fields=["published_at", "withdrawn_at", "version"])
        audit.record("notice.publish", actor=by.actor, subject=("notice", locked.pk))
    return locked


def withdraw(*, notice: Notice, by: User, seen: int | None) -> Notice:
    """Take a public notice off the site; it stays on record."""
    check_officer(by, Function.NOTICES)
    with transaction.atomic():
        locked = _locked(notice, seen)
        if not is_public(locked):
            raise PublicityRefused("这条通知公告没有发布。请刷新页面。", code="not_published")
        locked.withdrawn_at = clock.now()
        locked.version += 1
        locked.save(update_fields=["withdrawn_at", "version"])
        audit.record("notice.withdraw", actor=by.actor, subject=("notice", locked.pk))
    return locked


def discard(*, notice: Notice, by: User, seen: int | None) -> None:
    """Delete a draft that was never public."""
    check_officer(by, Function.NOTICES)
    with transaction.atomic():
        locked = _locked(notice, seen)
        if locked.published_at is not None:
            raise PublicityRefused("发布过的通知公告只能撤下，不能删除。", code="was_public")
        audit.record("notice.discard", actor=by.actor, subject=("notice", locked.pk))
        locked.delete()


def is_public(notice: Notice) -> bool:
    """Whether the public can read it now."""
    return notice.published_at is not None and notice.withdrawn_at is None


def _locked(notice: Notice, seen: int | None) -> Notice:
    locked = Notice.objects.select_for_update().filter(pk=notice.pk).first()
    if locked is None:
        raise PublicityRefused("这条通知公告已删除。请返回列表。", code="gone")
    check_seen(locked, seen)
    return locked


def _words(title: str, body: str) -> tuple[str, str]:
    title, body = " ".join(title.split()), body.replace("\r\n", "\n").strip()
    if not title:
        raise PublicityRefused("请填写标题。", code="title_missing", field="title")
    if not body:
        raise PublicityRefused("请填写正文。", code="body_missing", field="body")
    return title, body


def _accept(attachment: Any, by: User) -> tuple[Any, str]:
    if not attachment:
        return None, ""
    limits = files.Limits.of("document")
    return files.accept(attachment, limits=limits, actor=by.actor, field="attachment"), attachment.name[-200:]
