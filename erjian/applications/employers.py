"""失效 because of the employer (《注册建造师管理规定》第十六条第一至三项): people are told first, then the registration lapses.

What the register learnt of an employer may be wrong, so nothing ends before policy's days after the person was told, and
whatever the record says then counts. Each step is one registration in one transaction; the robots run them.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet

from erjian import audit, messaging, policy
from erjian.applications.models import Application
from erjian.applications.states import BLOCKING
from erjian.messaging import templates
from erjian.policy import clock
from erjian.procedures import Step, all_procedures
from erjian.registry import changes, employers
from erjian.registry.changes import RegisterRefused
from erjian.registry.models import Enterprise, PendingLapse, Registration, RegistrationStatus

audit.codes.register("registration.lapse_pending", "告知注册将失效")
audit.codes.register("registration.lapse_averted", "注册不再失效")

_PENDING = (
    "{enterprise}{happened}，{person}的注册（{number}）将于 {day}失效。请在此之前由新单位提出变更申报。"
    "记录有误的，请单位联系主管部门更正。"
)
_OF_ENTERPRISE = "登记库记载本单位{happened}，本单位人员的注册将从 {day}起失效。记录有误的，请尽快联系主管部门更正。"
_AVERTED = "此前告知{person}的注册（{number}）将因聘用单位{enterprise}失效，现在不再失效，注册继续有效。"
_LAPSED = "{person}的注册（{number}）因{reason}，已于 {day}失效。由新单位聘用的，可办理重新申报。"
for _name, _title, _body in (
    ("lapse_pending", "注册将因聘用单位失效", _PENDING),
    ("lapse_pending_here", "本单位人员的注册将失效", _OF_ENTERPRISE),
    ("lapse_averted", "注册不再失效", _AVERTED),
    ("lapsed_by_employer", "注册已失效", _LAPSED),
):
    templates.register(f"registration.{_name}", title=_title, body=_body, sms=_body)

_STALE = "聘用单位或者注册的记录刚有变动。"


def _run_out(path: str = "") -> Q:
    return Q(**{f"{path}dates_binding": True, f"{path}valid_until__lt": clock.today()})


def to_tell() -> QuerySet[Registration]:
    """Registrations in force with an employer that cannot employ, whose holders were not told of what is recorded now.

    What is 暂扣 is told of when it is in force again: meanwhile it cannot be moved.
    """
    told = PendingLapse.objects.filter(
        registration=OuterRef("pk"), enterprise=OuterRef("enterprise"), ceased_on=OuterRef("enterprise__ceased_on")
    )
    if not policy.current().employer_lapse_days:
        return Registration.objects.none()
    found = Registration.objects.filter(
        ~Exists(told), ~_run_out(), enterprise__ceased_on__isnull=False, status=RegistrationStatus.VALID
    )
    # Read by the few employers; in the order of a robot's chunks everybody would be looked through to find nobody.
    return Registration.objects.filter(pk__in=list(found.values_list("pk", flat=True))).select_related(
        "person", "enterprise"
    )


def tell(*, row: Registration) -> None:
    """Promise the day, and tell the person and, once, the employer."""
    enterprise = row.enterprise
    assert enterprise.ceased_on is not None  # as `to_tell` gives it
    lapses_on = clock.today() + timedelta(days=policy.current().employer_lapse_days + 1)
    with transaction.atomic():
        pending, _ = PendingLapse.objects.update_or_create(
            registration=row,
            defaults={"enterprise": enterprise, "ceased_on": enterprise.ceased_on, "lapses_on": lapses_on},
        )
        audit.record(
            "registration.lapse_pending", actor=audit.SYSTEM, subject=("registration", row.pk),
            data={"enterprise": enterprise.pk, "lapses_on": str(lapses_on)},
        )  # fmt: skip
        _send("lapse_pending", row, key=_key(pending), day=lapses_on)
        messaging.send(
            "registration.lapse_pending_here",
            to=messaging.Recipient.enterprise(enterprise.pk, enterprise.name, enterprise.contact_phone),
            context={"happened": employers.happened(enterprise), "day": lapses_on},
            key=f"employer_ceased:{enterprise.ceased_on}",
            link="/enterprise/",
        )


def over() -> QuerySet[PendingLapse]:
    """Pending lapses whose cause is gone: the record was put right, the person moved, the registration ended otherwise."""
    rows = PendingLapse.objects.select_related("registration__person", "registration__enterprise", "enterprise")
    if not policy.current().employer_lapse_days:
        return rows
    return rows.exclude(
        registration__status=RegistrationStatus.VALID, registration__enterprise__ceased_on__isnull=False
    )


def drop(*, row: PendingLapse) -> None:
    """Forget it; who is still registered there in force is told."""
    registration = row.registration
    with transaction.atomic():
        audit.record("registration.lapse_averted", actor=audit.SYSTEM, subject=("registration", registration.pk))
        if registration.enterprise_id == row.enterprise_id and registration.status == RegistrationStatus.VALID:
            _send("lapse_averted", registration, key=f"{_key(row)}:averted")
        row.delete()


def _transfers() -> QuerySet[Application]:
    """Changes of employer to which the person has agreed and on which nobody has decided yet."""
    codes = [item.code for item in all_procedures() if Step.FORMER_ENTERPRISE in item.route]
    return Application.objects.filter(
        registration=OuterRef("registration"), procedure_code__in=codes, state__in=sorted(BLOCKING)
    )


def due() -> QuerySet[PendingLapse]:
    """Registrations whose day has come, unless a change of employer is being decided. What has run out lapses for that."""
    return (
        PendingLapse.objects.standing()
        .filter(~Exists(_transfers()), ~_run_out("registration__"), lapses_on__lte=clock.today())
        .select_related("registration__person", "registration__enterprise")
    )


def lapse(*, row: PendingLapse) -> None:
    """失效 on the day, with whatever the register says at this moment. Raises RegisterRefused when it changed just now."""
    with transaction.atomic():
        fresh = due().select_for_update(of=("self", "registration", "registration__enterprise"), no_key=True)
        if (now := fresh.filter(pk=row.pk).first()) is None:
            raise RegisterRefused(_STALE, code="changed")
        registration = now.registration
        reason = employers.reason(registration.enterprise)
        last = clock.today() - timedelta(days=1)  # as with the others the last day in force
        changes.lapse(registration_id=registration.pk, on=last, actor=audit.SYSTEM, reason=reason)
        audit.record("registration.lapse", actor=audit.SYSTEM, subject=("registration", registration.pk))
        _send("lapsed_by_employer", registration, key=f"{_key(now)}:lapsed", day=clock.today(), reason=reason)
        now.delete()


def _key(pending: PendingLapse) -> str:
    return f"employer_ceased:{pending.registration_id}:{pending.enterprise_id}:{pending.ceased_on}"


def _send(name: str, registration: Registration, *, key: str, **more: Any) -> None:
    person, enterprise = registration.person, registration.enterprise
    context = {
        "person": person.name,
        "number": registration.number,
        "enterprise": enterprise.name,
        "happened": employers.happened(enterprise),
    }
    messaging.send(
        f"registration.{name}",
        to=messaging.Recipient.person(person.pk, person.name, person.phone),
        context=context | more,
        key=key,
        link="/person/registrations/",
    )


def at_stake(enterprise: Enterprise) -> dict[str, Any]:
    """How many registrations an employer that cannot employ has in force, and from which day they lapse; empty when none.

    Before anybody was told, `day` is None.
    """
    if enterprise.ceased_on is None or not policy.current().employer_lapse_days:
        return {}
    told = Min("pending_lapse__lapses_on", filter=Q(pending_lapse__ceased_on=F("enterprise__ceased_on")))
    found = Registration.objects.filter(~_run_out(), enterprise=enterprise, status=RegistrationStatus.VALID).aggregate(
        count=Count("pk"), day=told
    )
    if not found["count"]:
        return {}
    said = {"happened": employers.happened(enterprise), "since": enterprise.ceased_on}
    return found | said | {"days": policy.current().employer_lapse_days}
