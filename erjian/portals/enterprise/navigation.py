"""The frame of the enterprise's pages: tabs and side menu in the manual's order and words (A.4).

Entries of the 申报 groups come from the declarations; what is not declared or built has no entry.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from erjian.accounts.models import EnterpriseRight
from erjian.applications.models import Application
from erjian.applications.states import State
from erjian.compiled import compiled
from erjian.messaging import RecipientKind, inbox
from erjian.portals.enterprise.access import employer, holds, operator
from erjian.procedures import Filer, all_procedures
from erjian.registry.models import RegistrationClass
from erjian.ui.navigation import Entry, Group, Shell

TO_DO = frozenset({State.CORRECTION, State.WAIT_ENTERPRISE})
"""States in which nothing goes on until the enterprise acts; counted beside the menu's entries."""

_PROFILE = (
    ("profile", "企业基本信息", "enterprise:profile"),
    ("qualifications", "资质信息", "enterprise:qualifications"),
    ("questions", "企业问题咨询", "enterprise:questions"),
)
_OPERATORS = ("operators", "操作员管理", "enterprise:operators")
_QUERIES = (
    ("certificates", "建造师电子证书", "enterprise:certificates"),
    ("history", "建造师历史数据", "enterprise:history"),
    ("cases", "建造师企业申报查询", "enterprise:cases"),
    ("qualified", "二级建造师资格证信息查询", "enterprise:qualified"),
    ("proceedings", "依职权办理和强制注销", "enterprise:proceedings"),
)
_CANCELLATIONS = ("cancellations", "二级建造师个人注销企业确认", "enterprise:cancellations")
_DEPARTURES = ("departures", "二级建造师变更确认", "enterprise:departures")
_TEMPORARY_DEPARTURES = ("temporary-departures", "二级临时建造师变更确认", "enterprise:temporary-departures")
_TEMPORARY_TRANSFERS = ("temporary-transfers", "二级临时建造师变更查询", "enterprise:temporary-transfers")


@cache
def _address(name: str, *args: str) -> str:
    """An address of the menu: they never change while a process runs, and each look-up costs."""
    return reverse(name, args=args)


def shell(request: HttpRequest, current: str) -> Shell:
    """The frame; `current` is `home`, an entry's code or a procedure's code."""
    user, enterprise = operator(request), employer(request)
    profile_entries = (*_PROFILE, _OPERATORS) if holds(user, EnterpriseRight.MANAGE) else _PROFILE
    profile = current in {code for code, _, _ in profile_entries}
    home = current == "home"
    return Shell(
        edition="企业版",
        home_url=_address("enterprise:home"),
        organisation=enterprise.name,
        who=user.titled,
        who_icon="building",
        tabs=(
            Entry("首页", _address("enterprise:home"), current=home),
            Entry("基本信息", _address("enterprise:profile"), current=profile),
            Entry("人员管理", _address("enterprise:people"), current=bool(current) and not (home or profile)),
        ),
        groups=_fixed("基本信息", profile_entries, current) if profile else _people(request, current),
        menu_label="基本信息" if profile else "人员管理 二级建造师",
        messages_url="/messages/",
        messages_count=inbox.unread_count(RecipientKind.ENTERPRISE, enterprise.pk),
        account_url="/account/",
        password_url="/password/",  # noqa: S106 - an address
        sign_out_url="/sign-out/",
    )


def _entries(entries: Any, current: str, counts: dict[str, int] | None = None) -> tuple[Entry, ...]:
    return tuple(
        Entry(name, _address(url), current=code == current, count=(counts or {}).get(code, 0))
        for code, name, url in entries
    )


def _fixed(label: str, entries: Any, current: str) -> tuple[Group, ...]:
    return (Group(label, _entries(entries, current)),)


@compiled
def _case_counts(enterprise_id: int) -> QuerySet[Application]:
    leaving = Q(former_enterprise_id=enterprise_id, state=State.WAIT_FORMER)
    return (
        Application.objects.filter(Q(enterprise_id=enterprise_id) | leaving)
        .order_by()
        .values_list("procedure_code", "state", "registration_class", "enterprise_id")
        .annotate(Count("pk"))
    )


def case_counts(request: HttpRequest) -> dict[tuple[str, str], int]:
    """How many cases the enterprise has by procedure and state, transfers away from it under `departures`.

    One query a request: the menu and the saved views of an unfiltered list both read it.
    """
    known: dict[tuple[str, str], int] | None = getattr(request, "case_counts", None)
    if known is not None:
        return known
    enterprise_id = employer(request).pk
    known = {}
    for code, state, kind, owner, number in _case_counts(enterprise_id=enterprise_id):
        entry = code
        if owner != enterprise_id:
            entry = "departures" if kind == RegistrationClass.CONSTRUCTOR else "temporary-departures"
        known[entry, state] = known.get((entry, state), 0) + number
    request.case_counts = known  # type: ignore[attr-defined]
    return known


def _waiting(request: HttpRequest) -> dict[str, int]:
    """What waits for the enterprise, by the menu's entries."""
    waiting: dict[str, int] = {}
    for (code, state), number in case_counts(request).items():
        entry = "cancellations" if state == State.WAIT_ENTERPRISE else code
        if state in TO_DO or code.endswith("departures"):
            waiting[entry] = waiting.get(entry, 0) + number
    return waiting


def _people(request: HttpRequest, current: str) -> tuple[Group, ...]:
    waiting = _waiting(request)

    def filing(kind: RegistrationClass | None) -> tuple[Entry, ...]:
        return tuple(
            Entry(
                procedure.label,
                _address("enterprise:procedure", procedure.code),
                current=procedure.code == current,
                count=waiting.get(procedure.code, 0),
            )
            for procedure in all_procedures()
            if procedure.registration_class == kind and procedure.filer == Filer.ENTERPRISE
        )

    temporary = filing(RegistrationClass.TEMPORARY)
    confirming = _entries((_TEMPORARY_DEPARTURES, _TEMPORARY_TRANSFERS), current, waiting)
    groups = (
        Group("申报", filing(RegistrationClass.CONSTRUCTOR)),
        Group("企业事项", filing(None)),
        Group("证书与查询", _entries((*_QUERIES, _CANCELLATIONS, _DEPARTURES), current, waiting)),
        # The manual's order: 变更申报, 变更确认, 变更查询, 延期申报, 注销申报.
        Group("二级临时建造师", (*temporary[:1], *confirming, *temporary[1:]) if temporary else ()),
    )
    return tuple(group for group in groups if group.entries)
