"""The desk's queue: what waits for an officer in one function, what is due first on top."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.db.models import Count, F, Q, QuerySet
from django.urls import reverse
from django.utils.safestring import SafeString

from erjian.accounts.models import Function, User
from erjian.applications import clocks
from erjian.applications.models import Application
from erjian.portals.authority.access import REVIEWING
from erjian.portals.shared import case as case_parts
from erjian.procedures import About, all_procedures
from erjian.ui import parts

SHOWN = 50
"""Cases listed at once; the rest follows by key."""
EXACT = 1000

TITLES = {Function.ACCEPTANCE: "待受理", Function.FIRST_REVIEW: "待初审", Function.FINAL_REVIEW: "待复审"}


@dataclass(frozen=True)
class Queue:
    """One page of the queue with its filter. `after` is the key of the next page, empty on the last; `start` of this, empty on the first."""

    function: Function
    kind: str
    cases: tuple[Application, ...]
    total: str
    after: str
    start: str
    counts: Mapping[str, int]

    @property
    def title(self) -> str:
        """待受理, 待初审, 待复审."""
        return TITLES[self.function]

    @property
    def query(self) -> str:
        """The filter as a query string, to keep while going from case to case."""
        pairs = {"function": self.function.value, "kind": self.kind, "after": self.start}
        return urlencode({name: value for name, value in pairs.items() if value})

    def address(self, case: Application) -> str:
        """The desk with one case of this queue on it."""
        return f"{reverse('authority:desk_case', args=[case.uuid])}?{self.query}"

    def waiting(self, current: Application | None = None) -> tuple[parts.Waiting, ...]:
        """The lines to draw."""
        return tuple(
            parts.Waiting(
                name=case.subject.name,
                kind=case.procedure.kind_label,
                organisation="" if case.about == About.ENTERPRISE else case.enterprise.name,
                url=self.address(case),
                left=left(case),
                current=current is not None and case.pk == current.pk,
            )
            for case in self.cases
        )

    def place(self, current: Application) -> int:
        """Which of the waiting cases it is, from 1; 0 where that is not known, beyond the first page."""
        places = {case.pk: number for number, case in enumerate(self.cases, 1)}
        return 0 if self.start else places.get(current.pk, 0)

    def views(self) -> tuple[parts.View, ...]:
        """The officer's other functions at the desk, where there are several."""
        if len(self.counts) < 2:
            return ()
        return tuple(
            parts.View(
                TITLES[Function(code)], f"{reverse('authority:desk')}?function={code}", count, code == self.function
            )
            for code, count in self.counts.items()
        )

    def kinds(self) -> tuple[tuple[str, str], ...]:
        """The types to choose from."""
        return (("", "全部类型，先到期在前"), *((item.code, item.kind_label) for item in all_procedures()))


def left(case: Application) -> SafeString | str:
    """剩 4 工作日, 今日到期, 逾期 1 工作日."""
    time = clocks.time_left(case.state, case.due_on, procedure_code=case.procedure_code)
    return case_parts.told(time) if time else ""


def _ordered(cases: QuerySet[Application]) -> QuerySet[Application]:
    return cases.order_by(F("due_on").asc(nulls_last=True), "id")


def _beyond(cases: QuerySet[Application], due_on: date | None, pk: int) -> QuerySet[Application]:
    if due_on is None:
        return cases.filter(due_on__isnull=True, pk__gt=pk)
    return cases.filter(Q(due_on__gt=due_on) | Q(due_on=due_on, pk__gt=pk) | Q(due_on__isnull=True))


def _key(case: Application) -> str:
    return f"{case.due_on or ''}_{case.pk}"


def _read_key(text: str) -> tuple[date | None, int] | None:
    due_on, _, pk = text.partition("_")
    try:
        return (date.fromisoformat(due_on) if due_on else None), int(pk)
    except ValueError:
        return None


def _waiting(user: User, function: Function, kind: str) -> QuerySet[Application]:
    cases = Application.objects.waiting_for(user).filter(acting_function=function)
    return cases.filter(procedure_code=kind) if kind else cases


def chosen(user: User, params: Mapping[str, str], case: Application | None = None) -> tuple[Function, str]:
    """Function and type that a request asks for; a case on the desk says its function itself."""
    held = [function for function in REVIEWING if function in user.functions]
    wanted = case.acting_function if case is not None else params.get("function", "")
    function = next((item for item in held if item == wanted), held[0])
    kinds = {item.code for item in all_procedures()}
    kind = params.get("kind", "")
    return function, kind if kind in kinds else ""


def read(user: User, params: Mapping[str, str], case: Application | None = None) -> Queue:
    """The queue for a request. Three queries, however long it is.

    Where no function is asked for, it is the first in which something waits.
    """
    function, kind = chosen(user, params, case)
    held = [item for item in REVIEWING if item in user.functions]
    by_function = dict(
        Application.objects.waiting_for(user)
        .filter(acting_function__in=held)
        .order_by()
        .values_list("acting_function")
        .annotate(Count("pk"))
    )
    if case is None and params.get("function", "") not in held:
        function = next((item for item in held if by_function.get(item)), function)
    cases = _waiting(user, function, kind)
    counted = cases.order_by()[: EXACT + 1].count() if kind else by_function.get(function, 0)
    page = cases
    key = _read_key(params.get("after", ""))
    if key:
        page = _beyond(cases, *key)
    rows = list(_ordered(page).select_related("person", "enterprise")[: SHOWN + 1])
    return Queue(
        function=function,
        kind=kind,
        cases=tuple(rows[:SHOWN]),
        total=f"{EXACT}+" if counted > EXACT else str(counted),
        start=params.get("after", "") if key else "",
        after=_key(rows[SHOWN - 1]) if len(rows) > SHOWN else "",
        counts={item.value: by_function.get(item, 0) for item in held},
    )


def following(user: User, params: Mapping[str, str], done: Application) -> str:
    """The address to go on to after a decision: the next case of the queue, else its first, else the empty desk.

    `done` is the case as it was before the decision.
    """
    function, kind = chosen(user, params, done)
    cases = _ordered(_waiting(user, function, kind).exclude(pk=done.pk))
    found = _ordered(_beyond(cases, done.due_on, done.pk)).first() or cases.first()
    query = urlencode({name: value for name, value in {"function": function.value, "kind": kind}.items() if value})
    if found is None:
        return f"{reverse('authority:desk')}?{query}"
    return f"{reverse('authority:desk_case', args=[found.uuid])}?{query}"
