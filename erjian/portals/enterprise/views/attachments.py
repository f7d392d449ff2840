"""附件材料: the other tab of the form. Uploads are judged by their content; a refusal is said at its material."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from erjian.accounts.models import EnterpriseRight
from erjian.applications import correcting, materials
from erjian.applications.models import Application, MaterialFile
from erjian.applications.states import EDITABLE
from erjian.portals.enterprise import case_form
from erjian.portals.enterprise.access import for_enterprise, operator
from erjian.portals.enterprise.leading import leading
from erjian.portals.enterprise.navigation import shell
from erjian.portals.enterprise.scope import own_or_404
from erjian.portals.shared import attaching, filing
from erjian.portals.shared import case as case_parts
from erjian.portals.shared.refusals import wants_json
from erjian.procedures import Filer
from erjian.standards.errors import Refusal


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


@for_enterprise(EnterpriseRight.FILE)
@require_POST
def attach(request: HttpRequest, uuid: UUID, code: str) -> HttpResponse:
    """Attach the files posted for one material."""
    case = own_or_404(request, uuid)
    try:
        item = attaching.take(case, code, request.FILES.getlist("file"), by=operator(request))
    except Refusal as refusal:
        if wants_json(request):
            raise
        case.refresh_from_db()
        if case.state not in EDITABLE:
            raise
        return _page(request, case, (code, refusal.message), status=getattr(refusal, "status", 422))
    address = reverse("enterprise:material", args=(case.uuid, item.pk))
    if wants_json(request):
        return JsonResponse({"message": "已上传", "url": address, "thumbnail": f"{address}?thumbnail=1"})
    messages.success(request, f"已上传“{item.filename}”。")
    return redirect(f"{reverse('enterprise:materials', args=(case.uuid,))}#material-{code}")


@for_enterprise(EnterpriseRight.FILE)
@require_POST
def detach(request: HttpRequest, uuid: UUID, pk: int) -> HttpResponse:
    """Take one file out of the working copy."""
    case = own_or_404(request, uuid)
    item = get_object_or_404(MaterialFile, pk=pk, application=case)
    materials.detach(application=case, material_id=item.pk, by=operator(request))
    messages.success(request, f"已删除“{item.filename}”。")
    return redirect(f"{reverse('enterprise:materials', args=(case.uuid,))}#material-{item.code}")
