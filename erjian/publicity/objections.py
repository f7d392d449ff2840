"""Objections: made with real name and a confirmed mobile, they hold one row while the others go on (decision G.18)."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import transaction

from erjian import audit, documents, files, messaging
from erjian.accounts import limits
from erjian.accounts.limits import Limit
from erjian.accounts.models import Function, User
from erjian.applications import actions as cases
from erjian.applications.states import State
from erjian.audit import Actor, ActorKind, codes
from erjian.messaging import templates
from erjian.policy import authorities, clock
from erjian.publicity import queries, running
from erjian.publicity.errors import PublicityRefused, check_officer
from erjian.publicity.models import Batch, BatchItem, BatchKind, BatchState, ItemState, Objection, ObjectionState
from erjian.standards import id_numbers, phones

codes.register("publicity.object", "提出异议")
codes.register("publicity.settle", "异议核查办结")
templates.register(
    "publicity.objection", title="收到公示异议", body="{title}中{person}收到异议（查询码 {code}），已暂停办理，请核查。"
)
(_SETTLED,) = templates.sentences(
    "publicity.settled",
    "【二级建造师注册】您对{name}公示提出的异议（查询码 {code}）已核查办结：{state}。"
    "结论可在平台“异议办理结果查询”中查看。",
)

PURPOSE = "objection"
PER_ADDRESS = Limit("objection-from", 10, timedelta(days=1))
PER_PHONE = Limit("objection-phone", 5, timedelta(days=1))
LOOKUPS = Limit("objection-code", 20, timedelta(minutes=10))
GUESSES = Limit("objection-guess", 10, timedelta(hours=1))
_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def is_open(batch: Batch) -> bool:
    """Whether rows of this 公示 can still be objected to."""
    return batch.kind == BatchKind.PUBLICITY and batch.state == BatchState.PUBLISHED and not running.over(batch)


def request_code(*, phone: str, address: str) -> None:
    """Send a code to the mobile of somebody who wants to object. Raises Refusal."""
    messaging.codes.request(phone, purpose=PURPOSE, address=address)


def receive(
    *, item_id: int, name: str, id_number: str, phone: str, code: str, text: str, evidence: Any = None, address: str
) -> Objection:
    """Take an objection and hold the row's case. Raises PublicityRefused, FileRefused, TooMany and other Refusals."""
    number = id_numbers.parse(id_number, today=clock.today()).number18
    phone = phones.parse_mobile(phone)
    limits.take(GUESSES, address, phone)
    _confirm(phone, code, keep=True)
    actor = Actor(kind=ActorKind.PUBLIC, user_id=None, label="异议人", address=address)
    with transaction.atomic():
        # A refused file uses up neither the code nor a place among the objections of the day.
        blob = files.accept(evidence, limits=_limits(), actor=actor, field="evidence") if evidence else None
        limits.take(PER_ADDRESS, address)
        limits.take(PER_PHONE, phone)
        _confirm(phone, code)
        item = BatchItem.objects.select_for_update(of=("self",)).select_related("batch", "application").get(pk=item_id)
        if not is_open(item.batch) or item.state not in (ItemState.DONE, ItemState.HELD) or not item.granted:
            raise PublicityRefused("公示已结束或该人员已办结，不再接受异议。", code="closed")
        if item.application.state in queries.GONE:
            raise PublicityRefused(
                f"这条申报{queries.GONE[item.application.state]}，不再办理，不需要提出异议。", code="gone"
            )
        objection = Objection(
            item=item,
            name=name.strip(),
            text=text.strip(),
            evidence=blob,
            code=_code(),
            created_at=clock.now(),
        )
        objection.id_number, objection.phone = number, phone
        objection.save()
        if item.application.state == State.PUBLICITY:
            cases.hold(application=item.application, objection=objection.code)
        if item.state != ItemState.HELD:
            item.state = ItemState.HELD
            item.save(update_fields=["state"])
        audit.record(
            "publicity.object",
            actor=actor,
            subject=("batch", item.batch_id),
            data={"objection": objection.pk, "application": item.application_id},
        )
        messaging.send(
            "publicity.objection",
            to=messaging.Recipient.authority(authorities.province().code, Function.DECISION.value),
            context={"title": item.batch.title, "person": item.shown["name"], "code": objection.code},
            key=f"objection:{objection.pk}",
            link=f"/authority/objections/{objection.pk}/",
        )
    return objection


def _confirm(phone: str, code: str, *, keep: bool = False) -> None:
    if not messaging.codes.check(phone, code, purpose=PURPOSE, keep=keep):
        raise PublicityRefused("验证码不对或已过期。请核对短信，或重新获取验证码。", code="code", field="code")


def settle(*, objection: Objection, by: User, upheld: bool, answer: str, ground: str = "") -> Objection:
    """The finding, upheld on a ground (`applications.grounds`). Upheld: the case goes to the 不准予 list; what counts as granted by then, to 撤销. Dismissed: it goes on once no other objection is open."""
    check_officer(by, Function.DECISION)
    answer = answer.strip()
    if not answer:
        raise PublicityRefused("请填写核查结论。", code="answer_missing", field="answer")
    if said := documents.unprintable(answer):
        raise PublicityRefused(said, code="unprintable", field="answer")
    with transaction.atomic():
        item = (
            BatchItem.objects.select_for_update(of=("self",))
            .select_related("batch", "application")
            .get(pk=objection.item_id)
        )
        locked = Objection.objects.select_for_update().get(pk=objection.pk)
        if locked.state != ObjectionState.RECEIVED:
            raise PublicityRefused(f"异议已办结（{locked.get_state_display()}）。请刷新页面。", code="settled")
        locked.state = ObjectionState.UPHELD if upheld else ObjectionState.DISMISSED
        locked.answer = answer
        locked.handled_at = clock.now()
        locked.handled_by = by.name
        locked.save(update_fields=["state", "answer", "handled_at", "handled_by"])
        _go_on(item, by=by, upheld=upheld, answer=answer, ground=ground)
        audit.record(
            "publicity.settle",
            actor=by.actor,
            subject=("batch", item.batch_id),
            data={"objection": locked.pk, "application": item.application_id, "upheld": upheld},
        )
        messaging.send_sms(
            locked.phone,
            _SETTLED.format(name=item.shown["name"], code=locked.code, state=locked.get_state_display()),
            template="publicity.settled",
            key=f"objection-settled:{locked.pk}",
        )
    return locked


_AFTER_GRANT: list[Callable[..., None]] = []


def after_grant(act: Callable[..., None]) -> None:
    """Ask a room above to act on an upheld objection to what counts as granted: act(application, by=, answer=)."""
    _AFTER_GRANT[:] = [act]


def _go_on(item: BatchItem, *, by: User, upheld: bool, answer: str, ground: str) -> None:
    held = item.application.state == State.OBJECTION
    others = item.objections.filter(state=ObjectionState.RECEIVED).exists()
    if upheld:
        item.granted = False
    if not others:
        item.state = ItemState.DONE
    item.save(update_fields=["granted", "state"])
    if upheld and item.application.deemed_granted:
        for act in _AFTER_GRANT:
            act(item.application, by=by, answer=answer)
    if not held or (others and not upheld):
        return
    case = cases.settle_objection(application=item.application, by=by, upheld=upheld, opinion=answer, ground=ground)
    if not upheld and (item.batch.state == BatchState.CLOSED or running.over(item.batch)):
        cases.close_publicity(application=case)


def by_code(code: str) -> Objection | None:
    """The objection of a code; the code is all that its maker needs."""
    return Objection.objects.select_related("item__batch").filter(code=code.strip().upper()).first()


def _code() -> str:
    """Twelve letters and digits that are not mistaken for one another: 59 bits."""
    return "YY" + "".join(secrets.choice(_LETTERS) for _ in range(12))


def _limits() -> files.Limits:
    return files.Limits.of("document")
