"""Which cases are the enterprise's own, and which it only answers as the former employer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest

from erjian.applications.models import Application
from erjian.applications.states import State
from erjian.portals.enterprise.access import employer
from erjian.portals.shared import serving
from erjian.procedures import Filer, Step, all_procedures


def filed_by_person() -> tuple[str, ...]:
    """Codes of procedures that a person files for themself."""
    return tuple(item.code for item in all_procedures() if item.filer == Filer.PERSON)


def with_step(step: Step, **attributes: Any) -> tuple[str, ...]:
    """Codes of procedures whose route has a step, and whose declaration has these attributes."""
    return tuple(
        item.code
        for item in all_procedures()
        if step in item.route and all(getattr(item, name) == value for name, value in attributes.items())
    )


def own_cases(request: HttpRequest) -> QuerySet[Application]:
    """Cases for this enterprise's people: what it filed, and what its people filed and handed in."""
    return cases_of(employer(request).pk)


def cases_of(enterprise_id: int) -> QuerySet[Application]:
    """The same of any enterprise."""
    unfinished = Q(state=State.DRAFT, procedure_code__in=filed_by_person())
    return Application.objects.filter(~unfinished, enterprise_id=enterprise_id)


def departures(request: HttpRequest) -> QuerySet[Application]:
    """Transfers away from this enterprise, from the moment they reach it."""
    return departures_of(employer(request).pk)


def departures_of(enterprise_id: int) -> QuerySet[Application]:
    """The same of any enterprise."""
    return Application.objects.filter(former_enterprise_id=enterprise_id).exclude(
        state__in=(State.DRAFT, State.WAIT_PERSON)
    )


def own_or_404(request: HttpRequest, uuid: UUID) -> Application:
    """A case of this enterprise. A former employer answers a transfer but does not see its papers."""
    found = serving.case_or_404(request, uuid)
    if found.enterprise_id != employer(request).pk:
        raise Http404
    return found
