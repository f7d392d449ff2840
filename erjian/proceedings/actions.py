"""What can be done with a proceeding that is there (`opening` begins one): pages call these and nothing else.

Each is one transaction: lock, compare the version the page showed, check state and hand, change, timeline, audit,
papers, messages. `seen` is the version the page showed; another one is answered 409.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db import transaction

from erjian.accounts import confirming, delegating
from erjian.accounts.models import Function, User, UserKind
from erjian.applications.errors import NotYours
from erjian.applications.telling import may_file
from erjian.audit import codes
from erjian.policy import authorities, clock
from erjian.proceedings import deciding, opening, papers, telling, terms, timeline
from erjian.proceedings.errors import ProceedingRefused, ProceedingStale
from erjian.proceedings.measures import rule
from erjian.proceedings.models import Event, PaperKind, Proceeding
from erjian.proceedings.states import OPEN, TRANSITIONS, State, Transition, Who

for _row in TRANSITIONS.values():
    codes.register(_row.audit_code, _row.done)

DUTIES = frozenset({"accept", "notify", "record_hearing", "decide"})
"""What the office owes; 不予处理 and the like are possible, but nobody waits for them."""


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
        to = str(row.to or locked.state)
        event = timeline.record(
            locked, name, actor=by.actor, to=to,
            text=timeline.words(text, row.reason) if row.reason else "",
            taken=timeline.take(uploads, by.actor) if row.files else (),
            data={"from": locked.state, "to": to, "version": locked.version + 1},
        )  # fmt: skip
        if change := _CHANGES.get(name):
            change(locked, event, by)
        locked.state = to
        locked.version += 1
        locked.save()
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
    opening.check_status(rule(locked.measure), locked.registration)
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
