"""A case as pages show it: its rooms' values turned into the design system's (`erjian.ui.parts`).

`base` is the case's address in the portal, e.g. `/enterprise/cases/<uuid>/`; every portal serves
`materials/<id>/`, `letters/<id>/` and `print.pdf` below it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from erjian.applications import clocks
from erjian.applications.materials import MaterialRow
from erjian.applications.models import Application, Clock, ClockKind, Letter, TimelineEntry
from erjian.applications.states import CONFIRMING, ENDED, TONE, State
from erjian.applications.workflow import TRANSITIONS
from erjian.policy import authorities, clock, digest, working_days
from erjian.policy import current as policy
from erjian.procedures import About, Step
from erjian.procedures.fields import Section
from erjian.procedures.guards import Answer, Verdict
from erjian.standards.specialties import Specialty
from erjian.ui import dates, parts
from erjian.ui.templatetags.ej import chip

_STEP_OF = {
    State.WAIT_PERSON: Step.PERSON,
    State.WAIT_FORMER: Step.FORMER_ENTERPRISE,
    State.WAIT_ENTERPRISE: Step.ENTERPRISE,
    State.REPORTED: Step.ACCEPTANCE,
    State.CORRECTION: Step.ACCEPTANCE,
    State.FIRST_OK: Step.FINAL_REVIEW,
    State.FIRST_NG: Step.FINAL_REVIEW,
    State.REVIEW_OK: Step.PUBLICITY,
    State.PUBLICITY: Step.PUBLICITY,
    State.OBJECTION: Step.PUBLICITY,
    State.REVIEW_NG: Step.ANNOUNCEMENT,
    State.PUBLICITY_DONE: Step.ANNOUNCEMENT,
    State.ANNOUNCED: Step.ISSUE,
}
"""The step a state waits for, where that does not depend on the route (已受理 does)."""
_FINISHED_BY = {
    Step.PERSON: ("consent",),
    Step.FORMER_ENTERPRISE: ("agree_former",),
    Step.ENTERPRISE: ("agree_enterprise",),
    Step.ACCEPTANCE: ("accept", "deem_accepted"),
    Step.FIRST_REVIEW: ("first_pass", "first_fail"),
    Step.FINAL_REVIEW: ("final_pass", "final_fail"),
    Step.PUBLICITY: ("close_publicity",),
    Step.ANNOUNCEMENT: ("announce_grant", "announce_refuse"),
    Step.ISSUE: ("issue",),
}


def tone(state: str) -> str:
    """Chip tone of a state."""
    return TONE.get(state, "")


@cache
def _state_chip(state: str) -> SafeString:
    return chip(tone(state), State(state).label)


def state_chip(application: Application) -> SafeString:
    """The status in its colour."""
    return _state_chip(application.state)


def _waiting_step(application: Application) -> Step | None:
    state = State(application.state)
    route = application.procedure.route
    if state == State.ACCEPTED:
        return Step.FIRST_REVIEW if application.acting_function == "first_review" else Step.FINAL_REVIEW
    step = _STEP_OF.get(state)
    if step is None or step in route:
        return step
    return next((item for item in route if item in (Step.ANNOUNCEMENT, Step.ISSUE)), None)


def steps(application: Application, entries: Iterable[TimelineEntry]) -> tuple[parts.Step, ...]:
    """The route across the page: what is done and when, what runs now, what is to come."""
    when: dict[str, TimelineEntry] = {}
    for entry in sorted(entries, key=lambda item: item.pk):
        when[entry.transition] = entry
    waiting = _waiting_step(application)
    started = parts.Step(
        "保存" if application.state == State.DRAFT else "上报",
        _when(when.get("report")),
        "now" if application.state == State.DRAFT else "done",
    )
    shown = [started]
    route = [
        step
        for step in application.procedure.route
        if step != Step.PERSON or policy().asks_person(application.procedure_code)
    ]
    passed = application.state != State.DRAFT
    for step in route:
        if step == waiting:
            passed = False
            shown.append(parts.Step(step.label, _now_note(application), "now"))
            continue
        entry = next((when[name] for name in _FINISHED_BY[step] if name in when), None)
        done = entry is not None and (passed or application.state in ENDED)
        shown.append(parts.Step(step.label, _when(entry) if done else _coming(step), "done" if done else ""))
    return tuple(shown)


def _when(entry: TimelineEntry | None) -> str:
    return dates.month_day(entry.at) if entry else ""


def _now_note(application: Application) -> str:
    return (
        "待补正"
        if application.state == State.CORRECTION
        else "核查中"
        if application.state == State.OBJECTION
        else "进行中"
    )


def _coming(step: Step) -> str:
    if step == Step.PUBLICITY:
        return f"{policy().publicity_days} 日"
    return "省厅" if step == Step.FINAL_REVIEW else ""


def moments(
    application: Application, entries: Iterable[TimelineEntry], letters: Iterable[Letter] = (), *, officers: bool = True
) -> tuple[parts.Moment, ...]:
    """The history, latest first. With `officers` off, the names of officers are left out (people see the authority)."""
    shown = []
    numbers = {(letter.issued_on, letter.kind): letter.number for letter in letters}
    for position, entry in enumerate(sorted(entries, key=lambda item: item.pk, reverse=True)):
        transition = TRANSITIONS.get(entry.transition)
        title = transition.done if transition else {"extend": "延长办理期限"}.get(entry.transition, entry.transition)
        who = " ".join(
            filter(
                None, (entry.organisation, "" if entry.actor_kind == "officer" and not officers else entry.actor_label)
            )
        )
        letter = (
            numbers.get((clock.day_of(entry.at), transition.letter), "") if transition and transition.letter else ""
        )
        version = (
            f"数据第 {entry.form_version} 版"
            if entry.transition in ("report", "resubmit", "resubmit_for_consent")
            else ""
        )
        shown.append(
            parts.Moment(
                title=title,
                when=dates.moment(entry.at),
                who=who,
                note="　".join(
                    filter(
                        None,
                        (
                            f"{transition.letter.label} {letter}"
                            if letter and transition and transition.letter
                            else "",
                            version,
                        ),
                    )
                ),
                quote=entry.opinion or entry.data.get("commitment", ""),
                now=position == 0 and application.state not in ENDED,
            )
        )
    return tuple(shown)


def rows(section: Section, values: Mapping[str, Any], *, masked: bool = True) -> tuple[parts.Row, ...]:
    """A section's fields as label and value; identity number and phones masked unless the task needs them."""
    from erjian.applications.printing import shown

    fields = {item.label: item for item in section.fields}
    result = []
    for row in shown(section.fields, dict(values)):
        value = row["v"]
        if masked and value != "—":
            value = fields[row["l"]].masked(value)
        result.append(parts.Row(label=row["l"], value=value, wide=bool(row.get("wide"))))
    return tuple(result)


def specialty_names(codes: Iterable[str], *, short: bool = False) -> str:
    """建筑、市政 (or in full) for a list of codes."""
    return "、".join(Specialty(code).short if short else str(Specialty(code).label) for code in codes)


@cache
def short_specialties(codes: tuple[str, ...]) -> str:
    """建筑、市政 for the rows of a list: there are few combinations."""
    return specialty_names(codes, short=True)


def materials(listing: Iterable[MaterialRow], base: str) -> tuple[parts.Material, ...]:
    """The material grid: every file with its origin, and what is required and missing."""
    shown = []
    for row in listing:
        for number, item in enumerate(row.files, 1):
            label = row.material.label if len(row.files) == 1 else f"{row.material.label} {number}"
            pages = f"{item.blob.pages} 页　" if item.blob.pages and item.blob.pages > 1 else ""
            url = f"{base}materials/{item.pk}/"
            shown.append(
                parts.Material(label=label, url=url, thumbnail=f"{url}?thumbnail=1", note=f"{pages}{item.origin}")
            )
        if row.missing:
            shown.append(parts.Material(label=row.material.label, note="未上传", problem="必须提供"))
    return tuple(shown)


_STATE_OF_ANSWER = {Answer.NO: "no", Answer.ASKS: "ask", Answer.ADVICE: "ok", Answer.HOLDS: "ok"}


def conditions(verdicts: Iterable[Verdict]) -> tuple[parts.Condition, ...]:
    """Guards' verdicts as the checklist, failing first."""
    return tuple(
        parts.Condition(state=_STATE_OF_ANSWER[item.answer], title=item.label, reason=item.reason, source=item.source)
        for item in verdicts
    )


def left(case: Application) -> SafeString:
    """剩余时限 of one case: what runs, how much is left, in its colour, and whether it is 暂定."""
    return time_left()(case)


def time_left() -> Callable[[Application], SafeString]:
    """`left` for the rows of one list: all of them on the same day and under the same rules."""
    today, rules = clock.today(), digest()
    return lambda case: _left(case.state, case.due_on, case.procedure_code, today, rules)


@lru_cache(maxsize=4096)
def _left(state: str, due_on: date | None, procedure_code: str, today: date, rules: str) -> SafeString:
    """Rows share their days, and counting working days is the dear part; `rules` only tells policies apart."""
    time = clocks.time_left(state, due_on, procedure_code=procedure_code, today=today)
    if time is None:
        return mark_safe(dates.NOTHING)  # noqa: S308 - a constant
    return told(time, before="" if time.kind == ClockKind.DECISION.label else time.kind)


def told(time: clocks.TimeLeft, *, before: str = "") -> SafeString:
    """剩 4 工作日 暂定: a limit's time left in words."""
    words = dates.days_left(time.left, unit="工作日" if time.working else "日", before=before, soon=time.soon)
    return words + dates.provisional(time.due_on.year) if time.provisional else words


def due_day(due_on: date | None) -> SafeString | str:
    """The last day of a limit in working days, with the mark 暂定 where its year's calendar is not published."""
    if due_on is None or not working_days.is_provisional(due_on.year):
        return dates.day(due_on)
    return format_html("{}{}", dates.day(due_on), dates.provisional(due_on.year))


def running_clock(application: Application, found: Iterable[Clock]) -> dict[str, Any] | None:
    """What `{% clock %}` draws: total and used days of the limit that runs or ran last."""
    candidates = sorted(found, key=lambda item: item.pk)
    if not candidates or application.state in CONFIRMING | {State.DRAFT}:
        return None
    item = next((each for each in reversed(candidates) if each.ended_on is None), candidates[-1])
    total = item.days + item.extended_days
    until = item.ended_on or item.paused_on or clock.today()
    spent = (
        working_days.between(item.started_on, until) if item.working else (until - item.started_on) // timedelta(days=1)
    )
    note = "受理次日起算，节假日和补正时间不计入。" if item.working else "按自然日计算。"
    if item.working and item.ended_on is None and working_days.is_provisional(item.due_on.year):
        note += f"{item.due_on.year} 年{dates.PROVISIONAL}"
    if item.paused_on:
        note = f"{item.paused_on} 起暂停计时。" + note
    return {
        "title": f"{item.get_kind_display()}时限",
        "unit": "个工作日" if item.working else "日",
        "total": total,
        "used": max(0, spent - item.paused_days),
        "start": item.started_on,
        "end": item.due_on,
        "note": note,
        "running": item.paused_on is None,
        "ended": item.ended_on is not None,
    }


def status_columns(application: Application) -> tuple[str, str, str]:
    """受理状态, 初审状态, 复审状态 as the manual's query page shows them (3.2.4.3)."""
    acceptance = "受理通过" if application.accepted_at else _ACCEPTANCE.get(application.state, "—")
    reviewing = application.acting_function if application.is_open and application.accepted_at is not None else ""
    first = _VERDICTS.get(application.first_verdict) or ("待审核" if reviewing == "first_review" else "—")
    final = _VERDICTS.get(application.final_verdict) or ("待审核" if reviewing == "final_review" else "—")
    return acceptance, first, final


_VERDICTS = {"pass": "审核通过", "fail": "审核不通过"}
_ACCEPTANCE: dict[str, str] = {
    State.NOT_ACCEPTED: "不予受理",
    State.CORRECTION: "待补正",
    State.REPORTED: "待受理",
}


def person_number(application: Application) -> str:
    """The masked identity number in lists of cases of every type; nothing where a case is about the enterprise."""
    return application.subject.number if application.about == About.PERSON else dates.NOTHING


def authority_name(code: str) -> str:
    """Short name of an authority, e.g. 长沙市."""
    return authorities.get(code).short


def names_of_authorities() -> Callable[[str], str]:
    """`authority_name` for the rows of one list, of which most are filed with the same few."""
    return cache(authority_name)
