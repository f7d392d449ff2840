"""How a proceeding begins: an officer proposes it, an upheld objection leads to it, or one side asks for 强制注销.

A registration has one that is going on, and another is refused until it has ended.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from erjian.accounts import scopes
from erjian.accounts.models import Function, User, UserKind
from erjian.applications.errors import NotYours
from erjian.applications.models import Application
from erjian.applications.states import State as CaseState
from erjian.applications.telling import may_file
from erjian.audit import codes
from erjian.policy import clock
from erjian.proceedings import telling, timeline
from erjian.proceedings.errors import ProceedingRefused
from erjian.proceedings.measures import Measure, Rule, rule
from erjian.proceedings.models import Origin, Proceeding, ProceedingQuerySet
from erjian.proceedings.states import OPEN, State
from erjian.registry import numbers
from erjian.registry.models import Registration
from erjian.standards.validity import add_months

codes.register("proceeding.open", "提出依职权办理")
codes.register("proceeding.file", "申请强制注销")

_UNANSWERED = frozenset({CaseState.DECLINED, CaseState.TERMINATED})


def open_ex_officio(
    *,
    registration: Registration,
    measure: str,
    ground: str,
    facts: str,
    by: User,
    until: date | None = None,
    uploads: Iterable[Any] = (),
) -> Proceeding:
    """依职权提出: an officer who keeps the register proposes a measure; nothing is told to anybody yet.

    The province proposes against every registration, a city against those of its own enterprises. Who says the very
    same once more, by a second click, gets what the first one opened.
    """
    if by.kind != UserKind.OFFICER or not by.may(Function.REGISTER):
        raise NotYours("您没有“登记数据管理”的职能。请联系系统管理员。", code="not_yours")
    if not scopes.registrations(by).filter(pk=registration.pk).exists():
        raise NotYours("这项注册不属于您所在主管部门管辖。", code="not_yours")
    try:
        return _begin(
            registration_id=registration.pk, measure=measure, ground=ground, facts=facts, until=until, by=by,
            origin=Origin.OFFICER, state=State.PROPOSED, event="open", uploads=uploads,
        )  # fmt: skip
    except ProceedingRefused as refusal:
        first = _going_on(registration).filter(
            measure=measure, ground=ground, facts=_written(facts), until=until,
            events__name="open", events__actor_user_id=by.pk,
        )  # fmt: skip
        if refusal.code == "one_open_proceeding" and (same := first.first()):
            return same
        raise


def open_on_objection(application: Application, *, by: User, answer: str) -> None:
    """撤销 is proposed where an objection was upheld after the case counted as granted (行政许可法第五十、六十九条).

    Nothing where the registration has ended meanwhile or is being decided on already.
    """
    registration = application.registration
    found = rule(Measure.RESCIND)
    if registration is None or registration.status_on(clock.today()).value not in found.froms or open_of(registration):
        return
    _begin(
        registration_id=registration.pk, measure=Measure.RESCIND, ground="unqualified", until=None, by=by,
        facts=f"申报 {application.number} 期满未作决定，视为准予延续；公示期间的异议经核查成立：{answer}"[:2000],
        origin=Origin.OFFICER, state=State.PROPOSED, event="open", uploads=(),
    )  # fmt: skip


def file_one_sided(
    *, application: Application, ground: str, facts: str, by: User, uploads: Iterable[Any] = ()
) -> Proceeding:
    """强制注销: the side that asked for 注销 and was refused or not answered turns to the authority (decision G.11)."""
    if not may_turn_to_authority(application, by):
        raise ProceedingRefused(
            "只有对方不同意或者逾期未确认的注销申报，才能由申报的一方申请强制注销。", code="not_one_sided"
        )
    assert application.registration_id is not None
    found = rule(Measure.CANCEL)
    if ground not in found.codes or not found.ground(ground).by_one_side:
        raise ProceedingRefused("请选择注销的情形。", code="ground", field="ground")
    kept = list(uploads)
    if not kept:
        raise ProceedingRefused("请上传证明材料，如解除劳动合同证明。", code="proof_missing", field="files")
    return _begin(
        registration_id=application.registration_id, measure=Measure.CANCEL, ground=ground, facts=facts, until=None,
        by=by, origin=Origin(str(by.kind)), state=State.FILED, event="file", uploads=kept, application=application,
    )  # fmt: skip


def may_turn_to_authority(application: Application, user: User) -> bool:
    """Whether 强制注销 is open to this user after this case."""
    if not application.procedure.one_sided or application.state not in _UNANSWERED:
        return False
    registration = application.registration
    if registration is None or registration.status not in rule(Measure.CANCEL).froms:
        return False
    if user.kind == UserKind.PERSON:
        return application.procedure.filer == "person" and user.person_id == application.person_id
    return (
        application.procedure.filer == "enterprise"
        and may_file(user)
        and user.enterprise_id == application.enterprise_id == registration.enterprise_id
    )


def _begin(
    *,
    registration_id: int,
    measure: str,
    ground: str,
    facts: str,
    until: date | None,
    by: User,
    origin: Origin,
    state: State,
    event: str,
    uploads: Iterable[Any],
    application: Application | None = None,
) -> Proceeding:
    found = _checked_rule(measure)
    if ground not in found.codes:
        raise ProceedingRefused("请选择情形。", code="ground", field="ground")
    facts = _written(facts)
    _check_term(found, until)
    taken = timeline.take(uploads, by.actor)
    try:
        with transaction.atomic():
            registration = (
                Registration.objects.select_for_update(of=("self",))
                .select_related("person", "enterprise")
                .get(pk=registration_id)
            )
            check_status(found, registration)
            year = clock.today().year
            proceeding = Proceeding.objects.create(
                number=f"YZ-{year}-{numbers.take('proceeding', year=year):05d}",
                measure=found.measure,
                ground=ground,
                facts=facts,
                until=until,
                origin=origin,
                registration=registration,
                person=registration.person,
                enterprise=registration.enterprise,
                application=application,
                state=state,
                handled_by=[by.pk] if origin == Origin.OFFICER else [],
                created_at=clock.now(),
            )
            timeline.record(
                proceeding, event, actor=by.actor, text=facts, taken=taken,
                data={"measure": str(found.measure), "ground": ground, "registration": registration.pk},
            )  # fmt: skip
            telling.begun(proceeding)
    except IntegrityError as error:
        if getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") != "one_open_proceeding":
            raise
        raise ProceedingRefused("这项注册已有正在办理的事项。请先办结。", code="one_open_proceeding") from error
    return proceeding


def _written(facts: str) -> str:
    return timeline.words(facts, "事实和证据", field="facts")


def _checked_rule(measure: str) -> Rule:
    if measure not in Measure.values:
        raise ProceedingRefused("请选择办理事项。", code="measure", field="measure")
    return rule(measure)


def _check_term(found: Rule, until: date | None) -> None:
    if not found.longest_months:
        if until is not None:
            raise ProceedingRefused(f"{found.label}没有期限。请清空“暂扣至”。", code="term", field="until")
        return
    if until is None or until <= clock.today():
        raise ProceedingRefused("请填写暂扣至哪一天，须晚于今天。", code="term", field="until")
    if until > add_months(clock.today(), found.longest_months):
        raise ProceedingRefused(f"暂扣最长 {found.longest_months} 个月。请改小。", code="term", field="until")


def check_status(found: Rule, registration: Registration) -> None:
    """Raises ProceedingRefused where the registration's status today does not allow the measure."""
    status = registration.status_on(clock.today())
    if status.value not in found.froms:
        raise ProceedingRefused(f"注册现在是“{status.label}”，不能{found.label}。", code="wrong_status")


def open_of(registration: Registration) -> Proceeding | None:
    """The proceeding that is going on about a registration."""
    return _going_on(registration).first()


def _going_on(registration: Registration) -> ProceedingQuerySet:
    return Proceeding.objects.filter(registration=registration, state__in=sorted(OPEN))
