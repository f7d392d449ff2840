"""What can be done with a proceeding, in words: pages call these and nothing else.

Each is one transaction: lock, compare the version the page showed, check state and hand, change, timeline, audit,
papers, messages. `seen` is the version the page showed; another one is answered 409.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from erjian import audit, documents, files
from erjian.accounts import confirming, delegating, scopes
from erjian.accounts.models import Function, User, UserKind
from erjian.applications.errors import NotYours
from erjian.applications.models import Application
from erjian.applications.states import State as CaseState
from erjian.applications.telling import may_file
from erjian.audit import codes
from erjian.policy import authorities, clock
from erjian.proceedings import deciding, papers, telling, terms
from erjian.proceedings.measures import Measure, Rule, rule
from erjian.proceedings.models import Attachment, Event, Origin, PaperKind, Proceeding
from erjian.proceedings.states import OPEN, TRANSITIONS, State, Transition, Who
from erjian.registry import numbers
from erjian.registry.models import Registration
from erjian.standards.errors import Refusal
from erjian.standards.validity import add_months

for _row in TRANSITIONS.values():
    codes.register(_row.audit_code, _row.done)
codes.register("proceeding.open", "提出依职权办理")
codes.register("proceeding.file", "申请强制注销")

MOST_FILES = 5
DUTIES = frozenset({"accept", "notify", "record_hearing", "decide"})
"""What the office owes; 不予处理 and the like are possible, but nobody waits for them."""
_UNANSWERED = frozenset({CaseState.DECLINED, CaseState.TERMINATED})


class ProceedingRefused(Refusal):
    """The proceeding does not allow what was asked (status 422)."""

    status = 422


class ProceedingStale(Refusal):
    """The proceeding changed since the page was shown (status 409)."""

    status = 409


def _words(text: str, label: str, *, field: str = "text") -> str:
    text = text.replace("\r\n", "\n").replace("\0", "").strip()
    if not text:
        raise ProceedingRefused(f"请填写{label}。", code="words_missing", field=field)
    if len(text) > 2000:
        raise ProceedingRefused(f"{label}最多 2000 个字。请缩短。", code="words_long", field=field)
    if said := documents.unprintable(text):
        raise ProceedingRefused(said, code="unprintable", field=field)
    return text


def is_party(proceeding: Proceeding, user: User) -> bool:
    """Whether the user speaks for the person or the employer concerned."""
    if user.kind == UserKind.PERSON:
        return user.person_id == proceeding.person_id
    return may_file(user) and user.enterprise_id == proceeding.enterprise_id


def may(row: Transition, proceeding: Proceeding, user: User) -> bool:
    """Whether it is this user's hand that a transition needs."""
    at_province = user.kind == UserKind.OFFICER and user.authority_code == authorities.province().code
    match row.who:
        case Who.KEEPER:
            return at_province and user.may(Function.REGISTER)
        case Who.DECIDER:
            return at_province and user.may(Function.DECISION) and user.pk not in proceeding.handled_by
        case Who.PARTY:
            return is_party(proceeding, user)
        case _:
            return _filed(proceeding, user)


def _filed(proceeding: Proceeding, user: User) -> bool:
    return str(user.kind) == proceeding.origin and is_party(proceeding, user)


def decidable(proceeding: Proceeding) -> bool:
    """Whether the parties have been heard, or need not be."""
    if not rule(proceeding.measure).heard:
        return proceeding.state == State.PROPOSED
    return proceeding.state == State.NOTIFIED and terms.over(proceeding)


def available(proceeding: Proceeding, user: User) -> tuple[Transition, ...]:
    """The transitions this user can perform now: the buttons of the page."""
    return tuple(
        row
        for row in TRANSITIONS.values()
        if proceeding.state in row.froms and may(row, proceeding, user) and _ready(row, proceeding)
    )


def _ready(row: Transition, proceeding: Proceeding) -> bool:
    match row.name:
        case "decide":
            return decidable(proceeding)
        case "notify":
            return rule(proceeding.measure).heard
        case "ask_hearing":
            return proceeding.heard_on is None and proceeding.due_on is not None and not terms.over(proceeding)
        case _:
            return True


def awaiting(user: User) -> tuple[Proceeding, ...]:
    """Open proceedings in which something is this officer's to do now, the oldest first: their to-do list."""
    found = (
        Proceeding.objects.visible_to(user)
        .filter(state__in=sorted(OPEN))
        .select_related("person", "enterprise", "registration")
        .order_by("due_on", "id")[:500]
    )
    return tuple(row for row in found if any(each.name in DUTIES for each in available(row, user)))


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

    The province proposes against every registration, a city against those of its own enterprises.
    """
    if by.kind != UserKind.OFFICER or not by.may(Function.REGISTER):
        raise NotYours("您没有“登记数据管理”的职能。请联系系统管理员。", code="not_yours")
    if not scopes.registrations(by).filter(pk=registration.pk).exists():
        raise NotYours("这项注册不属于您所在主管部门管辖。", code="not_yours")
    return _begin(
        registration_id=registration.pk, measure=measure, ground=ground, facts=facts, until=until, by=by,
        origin=Origin.OFFICER, state=State.PROPOSED, event="open", uploads=uploads,
    )  # fmt: skip


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
    facts = _words(facts, "事实和证据", field="facts")
    _check_term(found, until)
    taken = _take(uploads, by)
    try:
        with transaction.atomic():
            registration = (
                Registration.objects.select_for_update(of=("self",))
                .select_related("person", "enterprise")
                .get(pk=registration_id)
            )
            _check_status(found, registration)
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
            _record(proceeding, event, by, text=facts, to=state, taken=taken)
            audit.record(
                f"proceeding.{event}",
                actor=by.actor,
                subject=("proceeding", proceeding.pk),
                data={"measure": str(found.measure), "ground": ground, "registration": registration.pk},
            )
            telling.begun(proceeding)
    except IntegrityError as error:
        if getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") != "one_open_proceeding":
            raise
        raise ProceedingRefused("这项注册已有正在办理的事项。请先办结。", code="one_open_proceeding") from error
    return proceeding


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


def _check_status(found: Rule, registration: Registration) -> None:
    status = registration.status_on(clock.today())
    if status.value not in found.froms:
        raise ProceedingRefused(f"注册现在是“{status.label}”，不能{found.label}。", code="wrong_status")


def _take(uploads: Iterable[Any], by: User) -> list[tuple[Any, str]]:
    kept = [each for each in uploads if each]
    if len(kept) > MOST_FILES:
        raise ProceedingRefused(f"一次最多上传 {MOST_FILES} 个文件。", code="too_many", field="files")
    limits = files.Limits.of("document")
    return [(files.accept(each, limits=limits, actor=by.actor, field="files"), each.name[-200:]) for each in kept]


def _record(proceeding: Proceeding, name: str, by: User, *, text: str, to: str, taken: list[tuple[Any, str]]) -> Event:
    event = Event.objects.create(
        proceeding=proceeding,
        name=name,
        at=clock.now(),
        actor_kind=str(by.kind),
        actor_user_id=by.pk,
        actor_label=by.name,
        organisation=by.organisation,
        text=text,
        to_state=to,
    )
    Attachment.objects.bulk_create(Attachment(event=event, blob=blob, filename=name) for blob, name in taken)
    return event


def perform(
    *, proceeding: Proceeding, name: str, by: User, seen: int | None, text: str = "", uploads: Iterable[Any] = ()
) -> Proceeding:
    """Perform a transition of the table. Raises ProceedingStale, NotYours, ProceedingRefused; nothing happened then."""
    row = TRANSITIONS[name]
    with transaction.atomic():
        locked = (
            Proceeding.objects.select_for_update(of=("self",))
            .select_related("registration", "person", "enterprise")
            .get(pk=proceeding.pk)
        )
        if seen is not None and seen != locked.version:
            raise ProceedingStale(
                f"页面打开后有了变化，现在是“{locked.get_state_display()}”。请查看最新内容后再办理。", code="stale"
            )
        check(locked, row, by=by)
        words = _words(text, row.reason) if row.reason else ""
        before = locked.state
        event = _record(
            locked, name, by, text=words, to=str(row.to or locked.state), taken=_take(uploads, by) if row.files else []
        )
        if change := _CHANGES.get(name):
            change(locked, event, by)
        locked.state = str(row.to or locked.state)
        locked.version += 1
        locked.save()
        audit.record(
            row.audit_code,
            actor=by.actor,
            subject=("proceeding", locked.pk),
            data={"from": str(before), "to": locked.state, "version": locked.version},
        )
        telling.tell(locked, row, event)
    return locked


def check(proceeding: Proceeding, row: Transition, *, by: User) -> None:
    """Say why a transition cannot be performed now. Raises NotYours or ProceedingRefused; returns when it can."""
    if proceeding.state not in row.froms:
        raise ProceedingRefused(
            f"现在是“{proceeding.get_state_display()}”，不能{row.label}。请刷新页面。", code="wrong_state"
        )
    if not may(row, proceeding, by):
        if row.who == Who.DECIDER and by.pk in proceeding.handled_by:
            raise NotYours("您提出或经办过这件事，不能再作决定。请由其他人员办理。", code="same_officer")
        raise NotYours(f"您没有“{row.label}”的权限。", code="not_yours")
    if row.who == Who.DECIDER and any(delegating.stands_in(one, by.pk) for one in proceeding.handled_by):
        raise NotYours("与您互为委托的人员经办过这件事，您不能再作决定。请由其他人员办理。", code="same_officer")
    if not _ready(row, proceeding):
        raise ProceedingRefused(_not_ready(row, proceeding), code="not_ready")


def _not_ready(row: Transition, proceeding: Proceeding) -> str:
    if row.name == "decide":
        if proceeding.due_on is None:
            return "还没有告知当事人，不能作出决定。"
        return f"陈述申辩期限到 {proceeding.due_on} 为止，期满后才能作出决定。"
    if row.name == "ask_hearing":
        return "申请听证的期限已过，或者已经举行过听证。仍可以提出陈述申辩。"
    return f"现在不能{row.label}。"


def _handled(locked: Proceeding, event: Event, by: User) -> None:
    locked.handled_by = sorted({*locked.handled_by, by.pk})


def _notify(locked: Proceeding, event: Event, by: User) -> None:
    _handled(locked, event, by)
    locked.notified_at = event.at
    terms.begin_statements(locked)
    papers.issue(locked, PaperKind.NOTICE, paragraphs=papers.notice(locked), actor=by.actor)


def _hearing(locked: Proceeding, event: Event, by: User) -> None:
    terms.begin_hearing(locked)


def _heard(locked: Proceeding, event: Event, by: User) -> None:
    _handled(locked, event, by)
    locked.heard_on = clock.today()


def _decide(locked: Proceeding, event: Event, by: User) -> None:
    _check_status(rule(locked.measure), locked.registration)
    _check_term_still(locked)
    confirming.require()
    locked.decided_at = event.at
    deciding.apply(locked, reason=event.text, by=by)


def _check_term_still(locked: Proceeding) -> None:
    if locked.until is not None and locked.until <= clock.today():
        raise ProceedingRefused("拟暂扣的期限已过，不能再作出暂扣决定。请不予处理后重新提出。", code="term_over")


_CHANGES: Mapping[str, Callable[[Proceeding, Event, User], None]] = {
    "accept": _handled,
    "refuse": _handled,
    "notify": _notify,
    "ask_hearing": _hearing,
    "record_hearing": _heard,
    "decide": _decide,
}


def open_of(registration: Registration) -> Proceeding | None:
    """The proceeding that is going on about a registration."""
    return Proceeding.objects.filter(registration=registration, state__in=sorted(OPEN)).first()
