"""The list of one 申报 type (A.4.2): its filter, saved views, columns and row operations, all from the declaration."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, time, timedelta
from functools import cache
from typing import Any

from django import forms
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from erjian.applications import form_data
from erjian.applications.models import Application, FormVersion
from erjian.applications.states import EDITABLE, VIEWS, WITHDRAWABLE, State
from erjian.compiled import Compiled, compiled
from erjian.policy import authorities, clock
from erjian.portals.enterprise.scope import cases_of, own_cases
from erjian.portals.enterprise.searching import PersonFilter, person_condition
from erjian.portals.shared import case as case_parts
from erjian.procedures import About, Filer, Procedure, Step, get
from erjian.registry.models import RegistrationClass
from erjian.standards import id_numbers
from erjian.standards.specialties import SECOND_CLASS, Specialty
from erjian.ui import parts
from erjian.ui.dates import NOTHING, day
from erjian.ui.paging import unpaged
from erjian.ui.tables import Column, Op, strong

MINE = frozenset({State.DRAFT, State.WAIT_PERSON, State.WAIT_ENTERPRISE, State.CORRECTION})
"""待我处理: to finish, to remind, to answer."""
SAVED_VIEWS = (("mine", "待我处理", MINE), *VIEWS)
_OF_THE_AUTHORITY = frozenset({"correction", "review", "published"})
"""Views that stay empty where no authority takes part (注销)."""
_STATES: dict[str, frozenset[State]] = {code: states for code, _, states in SAVED_VIEWS}
_DECIDED_BY_LETTER = frozenset({State.REJECTED, State.NOT_ACCEPTED})
_LISTED = (
    "uuid", "number", "procedure_code", "about", "registration_class", "authority_code", "specialties", "state", "due_on",
    "reported_at", "announced_at", "accepted_at", "acting_function", "first_verdict", "final_verdict", "version",
    "form_version", "registration_id", "certificate_version_id", "person__name", "person__id_number_mask",
    "enterprise__name", "enterprise__credit_code", "former_enterprise__name",
)  # fmt: skip


class CaseFilter(PersonFilter):
    """姓名, 注册专业, 申报主管部门, 上报时间."""

    specialty = forms.ChoiceField(label="注册专业", required=False)
    authority = forms.ChoiceField(label="申报主管部门", required=False)
    begin = forms.DateField(label="上报时间 起", required=False)
    end = forms.DateField(label="上报时间 止", required=False)

    def __init__(self, *args: Any, procedure: Procedure, filing_authority: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if procedure.has_specialties:
            self._choose("specialty", "全部专业", [(code, Specialty(code).label) for code in SECOND_CLASS])
        else:
            del self.fields["specialty"]
        if procedure.about == About.ENTERPRISE:
            del self.fields["name"]
        if Step.ACCEPTANCE not in procedure.route:
            del self.fields["authority"]
            return
        codes = dict.fromkeys((filing_authority, authorities.province().code))
        self._choose("authority", "全部", [(code, authorities.get(code).short) for code in codes])

    def _choose(self, name: str, everything: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", everything), *choices]


def between(name: str, begin: Any, end: Any) -> Q:
    """Rows whose moment lies within two days, both included, in the office's time zone."""
    condition = Q()
    if begin:
        condition &= Q(**{f"{name}__gte": datetime.combine(begin, time(), clock.ZONE)})
    if end:
        condition &= Q(**{f"{name}__lt": datetime.combine(end + timedelta(days=1), time(), clock.ZONE)})
    return condition


def light(cases: QuerySet[Application], *further: str) -> QuerySet[Application]:
    """Only the columns that lists show, and further ones: no form data, no ciphers."""
    joined = dict.fromkeys(path.rpartition("__")[0] for path in (*_LISTED, *further))
    return cases.select_related(*(path for path in joined if path)).only(*_LISTED, *further)


def own(cases: QuerySet[Application], procedure: Procedure | None = None) -> QuerySet[Application]:
    """The same for a list in which every case is the reader's own: its enterprise is known already."""
    joined, listed = ["person"], [name for name in _LISTED if not name.startswith(("enterprise_", "former_"))]
    if procedure is not None and Step.FORMER_ENTERPRISE in procedure.route:
        joined, listed = [*joined, "former_enterprise"], [*listed, "former_enterprise__name"]
    return cases.select_related(*joined).only(*listed, "enterprise_id")


@cache
def unfiltered(code: str, state: str) -> Compiled:
    """The rows of a list or of one of its saved views before anything is asked for, newest first, by `enterprise_id`."""
    procedure = get(code)

    @compiled
    def rows(enterprise_id: int) -> QuerySet[Application]:
        return own(in_view(cases_of(enterprise_id).filter(procedure_code=code), state), procedure).order_by("-id")

    return rows


def known_view(code: str) -> str:
    """The code of a saved view; empty for none or an unknown one."""
    return code if code in _STATES else ""


def matching(request: HttpRequest, procedure: Procedure, form: CaseFilter) -> QuerySet[Application]:
    """The enterprise's cases of one type that fit the filter."""
    asked = form.cleaned_data
    found = own_cases(request).filter(procedure_code=procedure.code)
    found = found.filter(person_condition(request, form))
    found = found.filter(between("reported_at", asked.get("begin"), asked.get("end")))
    if asked.get("specialty"):
        found = found.filter(specialties__contains=[asked["specialty"]])
    if asked.get("authority"):
        found = found.filter(authority_code=asked["authority"])
    return found


def in_view(cases: QuerySet[Application], code: str) -> QuerySet[Application]:
    """The cases of a saved view; all of them for no view or an unknown one."""
    return cases.filter(state__in=_STATES[code]) if code in _STATES else cases


def views(
    cases: QuerySet[Application] | None,
    request: HttpRequest,
    *,
    everything: frozenset[State] = frozenset(State),
    counts: dict[str, int] | None = None,
    procedure: Procedure | None = None,
) -> tuple[parts.View, ...]:
    """The saved views with their counts, by one query unless they are known; the current one's is that of the list."""
    if counts is None:
        assert cases is not None
        counts = dict(cases.order_by().values_list("state").annotate(Count("pk")))
    chosen = request.GET.get("state", "")
    kept = unpaged(request.GET, "state").urlencode()

    def view(code: str, label: str, count: int) -> parts.View:
        address = "&".join(part for part in (kept, f"state={code}" if code else "") if part)
        return parts.View(
            label, f"?{address}", count, current=code == chosen if code in _STATES else chosen not in _STATES
        )

    return (
        view("", "全部", sum(counts.get(state, 0) for state in everything)),
        *(
            view(code, label, sum(counts.get(state, 0) for state in states))
            for code, label, states in SAVED_VIEWS
            if procedure is None or Step.ACCEPTANCE in procedure.route or code not in _OF_THE_AUTHORITY
        ),
    )


NUMBER = Column("申报编号", "number", css="ej-num m-wide", data_label="申报编号")


def columns(procedure: Procedure) -> tuple[Column, ...]:
    """The manual's columns, plus 剩余时限."""
    return tuple(_columns(procedure))


def exported(procedure: Procedure) -> tuple[Column, ...]:
    """The columns of the list's spreadsheet: its own after the case number."""
    return (NUMBER, *(column for column in _columns(procedure) if column is not NUMBER))


def _columns(procedure: Procedure) -> Iterator[Column]:
    if procedure.listed:
        yield from _as_typed(procedure)
        yield from _columns_of_progress()
    else:
        yield from _columns_of_subject(procedure)


def _as_typed(procedure: Procedure) -> Iterator[Column]:
    """Columns of the form's own fields, for a type whose list says what was typed (`Procedure.listed`)."""
    fields = {field.name: field for field in procedure.fields}
    for position, name in enumerate(procedure.listed):
        label = fields[name].label
        if position:
            yield Column(label, lambda row, name=name: row.typed[name], css="ej-num m-wide", data_label=label)
        else:
            yield Column(
                label,
                lambda row, name=name: strong(row.typed[name]),
                css="ej-num m-top",
                plain=lambda row, name=name: row.typed[name],
            )


def with_typed(rows: Iterable[Application], procedure: Procedure) -> None:
    """Give each row what its form says in the listed fields, numbers masked: two queries, whatever the rows."""
    if not procedure.listed:
        return
    found = {row.pk: row for row in rows}
    latest = FormVersion.objects.filter(application__in=found).order_by("number").values_list("application_id", "data")
    typed = {pk: form_data.unseal(data) for pk, data in latest}
    drafts = Application.objects.filter(pk__in=found, state__in=sorted(EDITABLE)).values_list("pk", "draft")
    typed |= {pk: typed.get(pk, {}) | form_data.unseal(data) for pk, data in drafts}
    for pk, row in found.items():
        known = {"name": row.person.name, "id_number": row.person.id_number_mask} | typed.get(pk, {})
        row.typed = {name: _shown_typed(procedure, name, known) for name in procedure.listed}


def _shown_typed(procedure: Procedure, name: str, values: dict[str, Any]) -> str:
    field = next(item for item in procedure.fields if item.name == name)
    value = str(values.get(name) or "")
    is_number = "id_number" in (field.corrects, field.known_from.rpartition(".")[2])
    return id_numbers.mask(value) if is_number and "*" not in value else value


def _columns_of_subject(procedure: Procedure) -> Iterator[Column]:
    moves = Step.FORMER_ENTERPRISE in procedure.route
    if Step.ACCEPTANCE in procedure.route:
        yield Column("申报主管部门", authority_cell(), css="m-hide")
    if procedure.about == About.ENTERPRISE:
        yield from _columns_of_enterprise()
        return
    yield Column("姓名", lambda row: strong(row.subject.name), css="ej-num m-top", plain="subject.name")
    yield Column("身份证号", "subject.number", css="ej-num m-wide", data_label="身份证号")
    cut = "wrap" if moves else "cut"
    yield Column("转入企业名称" if moves else "企业名称", "enterprise.name", css=f"{cut} m-hide w-low", title=True)
    if moves:
        yield Column("转出企业名称", "former_enterprise.name", css="wrap m-wide", data_label="转出企业")
    yield Column("注册类型", class_cell, css="m-hide w-low2 ej-num")
    if procedure.has_specialties:
        yield Column(
            procedure.specialty_label,
            specialty_cell,
            css="ej-num",
            data_label=procedure.specialty_label,
        )
    yield from _columns_of_progress(reported="ej-num m-end" if procedure.has_specialties else "ej-num m-wide")


def _columns_of_enterprise() -> Iterator[Column]:
    yield NUMBER
    yield Column("企业名称", lambda row: strong(row.subject.name), css="m-top", plain="subject.name")
    yield Column("统一社会信用代码", "subject.number", css="ej-num m-wide", data_label="信用代码")
    yield from _columns_of_progress()


def _columns_of_progress(*, reported: str = "ej-num m-wide") -> Iterator[Column]:
    yield Column("上报时间", lambda row: day(row.reported_at), css=reported, data_label="上报时间")
    yield Column("状态", case_parts.state_chip, css="m-top m-end", plain="get_state_display")
    yield Column("剩余时限", case_parts.time_left(), css="ej-due m-wide", plain=None)


_class_label = cache(lambda code: RegistrationClass(code).label)


def specialty_cell(row: Application) -> str:
    """建筑、市政."""
    return case_parts.short_specialties(tuple(row.specialties))


def class_cell(row: Application) -> str:
    """二级注册建造师; nothing where the case is about the enterprise."""
    return _class_label(row.registration_class) if row.registration_class else NOTHING


def authority_cell() -> Callable[[Application], str]:
    """申报主管部门."""
    names = case_parts.names_of_authorities()
    return lambda row: names(row.authority_code)


def operations(row: Application, base: str, *, files: bool) -> Iterator[Op]:
    """What can be done with a row in its state; what is not possible is not there.

    `base` is where cases live, `files` whether the reader may file.
    """
    address = f"{base}{row.uuid}/"
    state = State(row.state)
    yield Op("查阅", address)
    if files and state == State.WAIT_ENTERPRISE:
        yield Op("同意", f"{address}answer/agree_enterprise/")
        yield Op("不同意", f"{address}answer/refuse_enterprise/", stop=True)
    files = files and row.procedure.filer == Filer.ENTERPRISE
    if files and state in EDITABLE:
        yield Op("修改" if state == State.DRAFT else "补正", f"{address}edit/")
    if files and state == State.DRAFT:
        yield Op(
            "删除",
            f"{address}delete/",
            stop=True,
            post=True,
            confirm=f"删除{row.subject.name}的这条申报？",
            verb="删除这条申报",
        )
    if files and state == State.WAIT_PERSON:
        yield Op("提醒", f"{address}remind/", post=True)
    if state not in (State.DRAFT, State.WAIT_PERSON):
        yield Op("打印", f"{address}print.pdf", new_tab=True)
    if state in (State.ISSUED, State.DONE) and row.certificate_version_id and row.registration_id:
        yield Op("证书", reverse("enterprise:certificate", args=(row.registration_id,)))
    if state in _DECIDED_BY_LETTER:
        yield Op("决定书", f"{address}decision.pdf", new_tab=True)
    if files and state in WITHDRAWABLE and state != State.CORRECTION:
        yield Op("撤回", f"{address}withdraw/")
