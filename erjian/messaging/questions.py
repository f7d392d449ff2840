"""企业问题咨询: an enterprise asks, the authority answers, and a good answer is published for everybody (常见问题).

Who asked is kept as plain ids and words, because messaging stands below the rooms that know enterprises and files.
What the public reads is the wording the authority gave the question and its answer, never the enterprise's own text:
that may hold names and numbers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from erjian import audit
from erjian.audit import Actor, codes
from erjian.messaging import templates
from erjian.messaging.models import Question
from erjian.messaging.recipients import Recipient
from erjian.messaging.sending import send
from erjian.policy import authorities, clock
from erjian.standards.errors import Refusal

FUNCTION = "notices"
"""The officers' function that answers."""
MOST_OPEN = 20
"""Questions of one enterprise that may wait for an answer at the same time."""

_ID_NUMBER = re.compile(r"(?<![0-9])[0-9]{17}[0-9Xx](?![0-9])")
"""Full identity numbers rest encrypted everywhere else; they have no place in a text that officers pass on."""

for _code, _label in {
    "question.ask": "提出咨询",
    "question.retract": "撤回咨询",
    "question.answer": "答复咨询",
    "question.publish": "公开咨询答复",
    "question.withdraw": "撤下公开的咨询答复",
}.items():
    codes.register(_code, _label)
templates.register("question.asked", title="新的企业咨询", body="{enterprise}咨询：{title}。请答复。")
templates.register("question.answered", title="咨询已答复", body="您咨询的“{title}”已由{authority}答复。")


class QuestionRefused(Refusal):
    """The question does not allow what was asked (status 422)."""

    status = 422


class QuestionStale(Refusal):
    """Somebody answered or changed it after the page was shown (status 409)."""

    status = 409


@dataclass(frozen=True, kw_only=True)
class Asker:
    """Which enterprise asks."""

    enterprise_id: int
    name: str


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A stored file that goes with a question, by its id and the name it was uploaded under."""

    blob_id: UUID
    name: str


def of_enterprise(enterprise_id: int) -> QuerySet[Question]:
    """An enterprise's own questions, newest first."""
    return Question.objects.filter(enterprise_id=enterprise_id).order_by("-id")


def published(words: str = "") -> QuerySet[Question]:
    """What the public may read, newest first; every word asked for stands in the question or the answer."""
    found = Question.objects.filter(published_at__isnull=False)
    for word in words.split()[:5]:
        found = found.filter(Q(public_title__icontains=word) | Q(answer__icontains=word))
    return found.order_by("-published_at", "-id")


def _words(text: str, *, field: str, what: str) -> str:
    text = text.strip()
    if not text:
        raise QuestionRefused(f"请填写{what}。", code="required", field=field)
    if _ID_NUMBER.search(text):
        raise QuestionRefused(f"{what}中有完整的身份证号。请改为只写姓名或申报编号。", code="id_number", field=field)
    return text


def ask(*, asker: Asker, title: str, text: str, by: Actor, attachment: Attachment | None = None) -> Question:
    """Ask; the authority's officers are told. Raises QuestionRefused."""
    title, text = _words(title, field="title", what="标题"), _words(text, field="text", what="咨询内容")
    with transaction.atomic():
        _one_at_a_time(asker.enterprise_id)
        waiting = of_enterprise(asker.enterprise_id).filter(answered_at__isnull=True)
        if waiting.filter(title=title, text=text).exists():  # the form was sent twice
            raise QuestionRefused("同样的咨询已提交，正在等待答复。请在列表中查看。", code="twice")
        if waiting.count() >= MOST_OPEN:
            raise QuestionRefused(f"本企业已有 {MOST_OPEN} 条咨询等待答复。请等待答复后再提问。", code="too_many")
        question = Question.objects.create(
            enterprise_id=asker.enterprise_id,
            enterprise_name=asker.name,
            asked_by=by.label,
            title=title,
            text=text,
            attachment_id=attachment.blob_id if attachment else None,
            attachment_name=attachment.name[:200] if attachment else "",
            asked_at=clock.now(),
        )
        audit.record("question.ask", actor=by, subject=("question", question.pk))
        send(
            "question.asked",
            to=Recipient.authority(authorities.province().code, FUNCTION),
            context={"enterprise": asker.name, "title": title},
            key=f"question:{question.pk}:asked",
            link=f"/authority/questions/{question.pk}/",
        )
    return question


def _one_at_a_time(enterprise_id: int) -> None:
    """Questions of one enterprise are asked one after the other, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"question:{enterprise_id}"])


def _locked(question: Question, seen: int | None) -> Question:
    found = Question.objects.select_for_update().filter(pk=question.pk).first()
    if found is None:
        raise QuestionRefused("这条咨询已撤回。", code="retracted")
    if seen is not None and found.version != seen:
        raise QuestionStale("页面打开后这条咨询有了变化。请刷新，核对最新内容后再办理。", code="stale")
    return found


def retract(*, question: Question, by: Actor) -> None:
    """Take back a question that nobody has answered yet."""
    with transaction.atomic():
        locked = _locked(question, None)
        if locked.is_answered:
            raise QuestionRefused("这条咨询已答复，不能撤回。", code="answered")
        audit.record("question.retract", actor=by, subject=("question", locked.pk))
        locked.delete()


def answer(*, question: Question, text: str, by: Actor, seen: int | None) -> Question:
    """Answer, or put an answer right; a published one changes at once. The enterprise is told each time."""
    text = _words(text, field="answer", what="答复内容")
    with transaction.atomic():
        locked = _locked(question, seen)
        locked.answer = text
        locked.answered_by, locked.answered_for = by.label, by.organisation
        locked.answered_at = clock.now()
        locked.version += 1
        locked.save()
        audit.record("question.answer", actor=by, subject=("question", locked.pk), data={"version": locked.version})
        send(
            "question.answered",
            to=Recipient.enterprise(locked.enterprise_id, locked.enterprise_name),
            context={"title": locked.title, "authority": by.organisation or "主管部门"},
            key=f"question:{locked.pk}:answered:{locked.version}",
            link=f"/enterprise/questions/{locked.pk}/",
        )
    return locked


def publish(*, question: Question, title: str, by: Actor, seen: int | None) -> Question:
    """Publish the answer under a wording of the question that names nobody."""
    title = _words(title, field="public_title", what="公开的问题")
    with transaction.atomic():
        locked = _locked(question, seen)
        if not locked.is_answered:
            raise QuestionRefused("还没有答复，不能公开。请先答复。", code="not_answered")
        locked.public_title = title
        locked.published_at = locked.published_at or clock.now()
        locked.version += 1
        locked.save(update_fields=["public_title", "published_at", "version"])
        audit.record("question.publish", actor=by, subject=("question", locked.pk))
    return locked


def withdraw(*, question: Question, by: Actor, seen: int | None) -> Question:
    """Take a published answer off the public page; the enterprise keeps it."""
    with transaction.atomic():
        locked = _locked(question, seen)
        if locked.published_at is None:
            raise QuestionRefused("这条答复没有公开。请刷新页面。", code="not_published")
        locked.published_at = None
        locked.version += 1
        locked.save(update_fields=["published_at", "version"])
        audit.record("question.withdraw", actor=by, subject=("question", locked.pk))
    return locked
