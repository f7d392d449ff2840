"""不予注册、锁定、继续教育学时 one by one: what an officer adds and lifts.

Each action is one transaction: lock, change, the register's history, the audit. Who may do it is the caller's
business; what came out twice or makes no sense is refused here or by a named constraint.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from erjian import audit
from erjian.audit import Actor
from erjian.policy import clock
from erjian.registry.changes import RegisterRefused, remember
from erjian.registry.models import (
    Bar,
    BarBasis,
    ChangeKind,
    EducationHours,
    Enterprise,
    EnterpriseBar,
    Lock,
    LockKind,
    Person,
)

for _code, _label in {
    "register.bar": "登记不予注册",
    "register.unbar": "解除不予注册",
    "register.lock": "锁定",
    "register.unlock": "解除锁定",
    "register.education": "登记继续教育学时",
    "register.education_withdraw": "撤回继续教育学时",
    "register.enterprise_bar": "限制企业申报",
    "register.enterprise_unbar": "解除企业限制申报",
}.items():
    audit.codes.register(_code, _label)


_TWICE = "同样的记录已经登记。请返回查看。"


def _made(row: models.Model) -> None:
    """Save a new row of an owner who is locked; what a constraint forbids is refused in the constraint's words."""
    try:
        row.full_clean()
        if _known(row):
            raise RegisterRefused(_TWICE, code="twice")
        with transaction.atomic():
            row.save(force_insert=True)
    except ValidationError as error:
        field, words = next(iter(error.message_dict.items()))
        raise RegisterRefused(words[0], code="invalid", field=None if field == "__all__" else field) from error
    except IntegrityError as error:
        raise RegisterRefused(_TWICE, code="twice") from error


def _known(row: models.Model) -> bool:
    """Whether a row that says the very same is there: a form that was sent twice."""
    given = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    same = {name: value for name, value in given.items() if name not in ("id", "created_at")}
    return bool(type(row).objects.filter(**same).exists())  # type: ignore[attr-defined]


def _reason(text: str, *, field: str = "reason") -> str:
    text = " ".join(text.split())
    if not text:
        raise RegisterRefused("请填写理由。", code="reason_missing", field=field)
    return text


def _begin(day: date) -> None:
    if day > clock.today():
        raise RegisterRefused("起始日期不能晚于今天。", code="begins_later", field="begins")


def add_bar(
    *,
    person: Person,
    basis: str,
    reason: str,
    document: str,
    begins: date,
    ends: date | None,
    actor: Actor,
) -> Bar:
    """Bar a person from registration until a day, or for life (no end, basis 终身不予注册 only)."""
    if (ends is None) != (basis == BarBasis.LIFETIME):
        message = "终身不予注册没有截止日期。请清空。" if ends else "请填写截止日期；终身不予注册请选择相应依据。"
        raise RegisterRefused(message, code="ends", field="ends")
    _begin(begins)
    with transaction.atomic():
        locked = Person.objects.select_for_update().get(pk=person.pk)
        bar = Bar(
            person=locked, basis=basis, reason=_reason(reason), document=document.strip(), begins=begins, ends=ends
        )
        _made(bar)
        data = {"basis": basis, "begins": str(begins), "ends": str(ends or ""), "document": bar.document}
        remember(ChangeKind.BARRED, actor=actor, person_id=locked.pk, before={}, after=data)
        audit.record("register.bar", actor=actor, subject=("person", locked.pk), data={"bar": bar.pk, **data})
    return bar


def add_lock(
    *,
    person: Person,
    kind: str,
    reason: str,
    document: str,
    begins: date,
    ends: date | None,
    actor: Actor,
) -> Lock:
    """锁定: until it is released or its day has come the person's certificate can only be cancelled."""
    _begin(begins)
    if kind == LockKind.PROJECT and not document.strip():
        raise RegisterRefused("在施锁定请填写项目编号。", code="document_missing", field="document")
    with transaction.atomic():
        locked = Person.objects.select_for_update().get(pk=person.pk)
        live = locked.registrations.filter(status__in=("valid", "suspended")).order_by("registration_class").first()
        lock = Lock(
            person=locked,
            enterprise_id=live.enterprise_id if live else None,
            kind=kind,
            reason=_reason(reason),
            document=document.strip(),
            begins=begins,
            ends=ends,
        )
        _made(lock)
        data = {"lock_kind": kind, "begins": str(begins), "ends": str(ends or ""), "document": lock.document}
        remember(ChangeKind.LOCKED, actor=actor, person_id=locked.pk, before={}, after=data)
        audit.record("register.lock", actor=actor, subject=("person", locked.pk), data={"lock": lock.pk, **data})
    return lock


def add_hours(
    *,
    person: Person,
    completed_on: date,
    compulsory: int,
    elective: int,
    course: str,
    provider: str,
    certificate_number: str,
    actor: Actor,
) -> EducationHours:
    """继续教育学时 of one certificate."""
    if completed_on > clock.today():
        raise RegisterRefused("完成日期不能晚于今天。", code="completed_later", field="completed_on")
    with transaction.atomic():
        locked = Person.objects.select_for_update().get(pk=person.pk)
        hours = EducationHours(
            person=locked,
            completed_on=completed_on,
            compulsory=compulsory,
            elective=elective,
            course=course.strip(),
            provider=provider.strip(),
            certificate_number=certificate_number.strip(),
        )
        _made(hours)
        data = {
            "completed_on": str(completed_on),
            "compulsory": compulsory,
            "elective": elective,
            "certificate_number": hours.certificate_number,
        }
        remember(ChangeKind.EDUCATION, actor=actor, person_id=locked.pk, before={}, after=data)
        audit.record("register.education", actor=actor, subject=("person", locked.pk), data={"hours": hours.pk, **data})
    return hours


def bar_enterprise(
    *, enterprise: Enterprise, reason: str, document: str, begins: date, ends: date | None, actor: Actor
) -> EnterpriseBar:
    """限制申报 of an enterprise until a day or until it is lifted."""
    _begin(begins)
    with transaction.atomic():
        locked = Enterprise.objects.select_for_update().get(pk=enterprise.pk)
        bar = EnterpriseBar(
            enterprise=locked, reason=_reason(reason), document=document.strip(), begins=begins, ends=ends
        )
        _made(bar)
        data = {"begins": str(begins), "ends": str(ends or ""), "document": bar.document}
        remember(ChangeKind.BARRED, actor=actor, enterprise_id=locked.pk, before={}, after=data)
        audit.record(
            "register.enterprise_bar", actor=actor, subject=("enterprise", locked.pk), data={"bar": bar.pk, **data}
        )
    return bar


def _end(
    row: Any, *, day: str, words: str, reason: str, actor: Actor, code: str, change: ChangeKind, undone: str
) -> Any:
    """End one row with its reason, once. Raises RegisterRefused (409) when somebody was quicker."""
    text = _reason(reason)
    with transaction.atomic():
        locked = type(row).objects.select_for_update().get(pk=row.pk)
        if getattr(locked, day) is not None:
            refusal = RegisterRefused(f"该记录已于 {getattr(locked, day)} {undone}。请刷新页面。", code="ended_already")
            refusal.status = 409  # type: ignore[attr-defined]
            raise refusal
        setattr(locked, day, clock.today())
        setattr(locked, words, text)
        locked.save(update_fields=[day, words])
        name = locked._meta.model_name
        owner = {"enterprise_id": locked.enterprise_id} if name == "enterprisebar" else {"person_id": locked.person_id}
        after = {"table": name, "id": locked.pk, "reason": text}
        remember(change, actor=actor, before={}, after=after, **owner)
        kind, subject = next(iter(owner.items()))
        audit.record(code, actor=actor, subject=(kind.removesuffix("_id"), subject), data=after)
    return locked


def lift_bar(*, bar: Bar, reason: str, actor: Actor) -> Bar:
    """解除 a bar before its end."""
    lifted: Bar = _end(
        bar, day="lifted_on", words="lift_reason", reason=reason, actor=actor, code="register.unbar",
        change=ChangeKind.UNBARRED, undone="解除",
    )  # fmt: skip
    return lifted


def release_lock(*, lock: Lock, reason: str, actor: Actor) -> Lock:
    """解除锁定."""
    released: Lock = _end(
        lock, day="released_on", words="release_reason", reason=reason, actor=actor, code="register.unlock",
        change=ChangeKind.UNLOCKED, undone="解除",
    )  # fmt: skip
    return released


def withdraw_hours(*, hours: EducationHours, reason: str, actor: Actor) -> EducationHours:
    """撤回 hours that were entered by mistake or whose certificate turned out to be false."""
    withdrawn: EducationHours = _end(
        hours, day="withdrawn_on", words="withdraw_reason", reason=reason, actor=actor,
        code="register.education_withdraw", change=ChangeKind.EDUCATION, undone="撤回",
    )  # fmt: skip
    return withdrawn


def lift_enterprise_bar(*, bar: EnterpriseBar, reason: str, actor: Actor) -> EnterpriseBar:
    """解除 an enterprise's 限制申报."""
    lifted: EnterpriseBar = _end(
        bar, day="lifted_on", words="lift_reason", reason=reason, actor=actor, code="register.enterprise_unbar",
        change=ChangeKind.UNBARRED, undone="解除",
    )  # fmt: skip
    return lifted
