"""The frame of the enterprise's pages: tabs and side menu in the manual's order and words (A.4).

Entries of the 申报 groups come from the declarations; what is not declared or built has no entry.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse

from erjian.applications.models import Application
from erjian.applications.states import State
from erjian.messaging import RecipientKind, inbox
from erjian.portals.enterprise.access import operator
from erjian.procedures import all_procedures
from erjian.registry.models import RegistrationClass
from erjian.ui.navigation import Entry, Group, Shell

TO_DO = frozenset({State.CORRECTION, State.WAIT_ENTERPRISE})
"""States in which nothing goes on until the enterprise acts; counted beside the menu's entries."""

_PROFILE = (("profile", "企业基本信息", "enterprise:profile"), ("qualifications", "资质信息", "enterprise:qualifications"))
_QUERIES = (
    ("certificates", "建造师电子证书", "enterprise:certificates"),
    ("cases", "建造师企业申报查询", "enterprise:cases"),
    ("qualified", "二级建造师资格证信息查询", "enterprise:qualified"),
)


def shell(request: HttpRequest, current: str) -> Shell:
    """The frame; `current` is `home`, an entry's code or a procedure's code."""
    user = operator(request)
    profile = current in {code for code, _, _ in _PROFILE}
    home = current == "home"
    assert user.enterprise is not None
    return Shell(
        edition="企业版",
        home_url=reverse("enterprise:home"),
        who=f"{user.enterprise.name} · {user.name}",
        who_icon="building",
        tabs=(
            Entry("首页", reverse("enterprise:home"), current=home),
            Entry("基本信息", reverse("enterprise:profile"), current=profile),
            Entry("人员管理", reverse("enterprise:people"), current=not (home or profile)),
        ),
        groups=_fixed("基本信息", _PROFILE, current) if profile else _people(user.enterprise_id, current),
        menu_label="基本信息" if profile else "人员管理 二级建造师",
        messages_url="/messages/",
        messages_count=inbox.unread_count(RecipientKind.ENTERPRISE, user.enterprise_id),
        password_url="/password/",
        sign_out_url="/sign-out/",
    )


def _fixed(label: str, entries: Any, current: str) -> tuple[Group, ...]:
    return (Group(label, tuple(Entry(name, reverse(url), current=code == current) for code, name, url in entries)),)


def _people(enterprise_id: int | None, current: str) -> tuple[Group, ...]:
    waiting = dict(
        Application.objects.filter(enterprise_id=enterprise_id, state__in=TO_DO)
        .order_by()
        .values_list("procedure_code")
        .annotate(Count("pk"))
    )

    def filing(kind: RegistrationClass) -> tuple[Entry, ...]:
        return tuple(
            Entry(
                procedure.label,
                reverse("enterprise:procedure", args=(procedure.code,)),
                current=procedure.code == current,
                count=waiting.get(procedure.code, 0),
            )
            for procedure in all_procedures()
            if procedure.registration_class == kind
        )

    groups = (
        Group("申报", filing(RegistrationClass.CONSTRUCTOR)),
        *_fixed("证书与查询", _QUERIES, current),
        Group("二级临时建造师", filing(RegistrationClass.TEMPORARY)),
    )
    return tuple(group for group in groups if group.entries)
