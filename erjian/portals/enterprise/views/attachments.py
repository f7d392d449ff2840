"""附件材料: the other tab of the form. Uploads are judged by their content; a refusal is said at its material."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from erjian.accounts.models import EnterpriseRight
from erjian.applications import correcting
from erjian.applications.models import Application
from erjian.applications.states import EDITABLE
from erjian.portals.enterprise import case_form
from erjian.portals.enterprise.access import for_enterprise, operator
from erjian.portals.enterprise.leading import leading
from erjian.portals.enterprise.navigation import shell
from erjian.portals.enterprise.scope import own_or_404
from erjian.portals.shared import attaching, filing
from erjian.portals.shared import case as case_parts
from erjian.procedures import Filer


@for_enterprise(EnterpriseRight.FILE)
@require_safe
def attachments(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The material list of a case that can be edited."""
    case = _editable(request, uuid)
    return case if isinstance(case, HttpResponse) else _page(request, case)


def _editable(request: HttpRequest, uuid: UUID) -> Application | HttpResponse:
    case = own_or_404(request, uuid)
    if case.state not in EDITABLE or case.procedure.filer != Filer.ENTERPRISE:
        return redirect("enterprise:case", uuid)
    return case


def _page(
    request: HttpRequest, case: Application, refused: tuple[str, str] = ("", ""), status: int = 200
) -> HttpResponse:
    _, rows, conditions = filing.known(case)
    wanted = {target: detail for target, _, detail in correcting.requested(case)}
    context = {
        "shell": shell(request, case.procedure_code),
        "case": case,
        "procedure": case.procedure,
        "tabs": case_form.tabs(case, rows, "materials"),
        "base": reverse("enterprise:case", args=(case.uuid,)),
        "places": attaching.places(rows, wanted, refused),
        "conditions": leading(conditions, case.procedure),
        "tone": case_parts.tone(case.state),
        "list_url": reverse("enterprise:procedure", args=(case.procedure_code,)),
    }
    return render(request, "enterprise/case/materials.html", context, status=status)


def _seat(request: HttpRequest) -> attaching.Seat:
    return attaching.Seat(user=operator(request), namespace="enterprise", listed="materials", page=_page)


@for_enterprise(EnterpriseRight.FILE)
@require_POST
def attach(request: HttpRequest, uuid: UUID, code: str) -> HttpResponse:
    """Attach the files posted for one material."""
    return attaching.attach(request, own_or_404(request, uuid), code, _seat(request))


@for_enterprise(EnterpriseRight.FILE)
@require_POST
def detach(request: HttpRequest, uuid: UUID, pk: int) -> HttpResponse:
    """Take one file out of the working copy."""
    return attaching.detach(request, own_or_404(request, uuid), pk, _seat(request))
