"""附件材料: the other tab of the form. Uploads are judged by their content; a refusal is said at its material."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from erjian import files
from erjian.accounts.models import EnterpriseRight
from erjian.applications import materials
from erjian.applications.errors import CaseRefused
from erjian.applications.models import Application, MaterialFile
from erjian.applications.states import EDITABLE
from erjian.files.refusals import size_text
from erjian.portals.enterprise import case_form
from erjian.portals.enterprise.access import for_enterprise, operator
from erjian.portals.enterprise.navigation import shell
from erjian.portals.enterprise.scope import own_or_404
from erjian.portals.shared import case as case_parts
from erjian.portals.shared.refusals import wants_json
from erjian.procedures import Filer
from erjian.standards.errors import Refusal

OF_PERSON = "signature"
"""The handwritten signature: the person's own, never the enterprise's to give."""
_NAMES = {files.JPEG: "JPG", files.PNG: "PNG", files.PDF: "PDF"}


@dataclass(frozen=True, kw_only=True)
class Place:
    """One material with its files and the room for more."""

    row: materials.MaterialRow
    limits: files.Limits
    hint: str
    accept: str
    full: bool
    by_person: bool = False
    """Whether only the person gives it, when they confirm."""
    wanted: str = ""
    refused: str = ""


def _places(
    rows: tuple[materials.MaterialRow, ...], wanted: dict[str, str], refused: tuple[str, str]
) -> tuple[Place, ...]:
    return tuple(_place(row, wanted.get(f"material:{row.material.code}", ""), refused) for row in rows)


def _place(row: materials.MaterialRow, wanted: str, refused: tuple[str, str]) -> Place:
    limits = materials.limits_of(row.material)
    kinds = "、".join(_NAMES[kind] for kind in limits.types)
    return Place(
        row=row,
        limits=limits,
        hint=f"{kinds}，每个不超过 {size_text(limits.max_bytes)}。",
        accept=",".join(limits.types),
        by_person=row.material.held_on_person == OF_PERSON,
        full=row.material.max_files > 1 and len(row.files) >= row.material.max_files,
        wanted=wanted,
        refused=refused[1] if refused[0] == row.material.code else "",
    )


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
    _, rows, conditions = case_form.known(case)
    wanted = {target: detail for target, _, detail in case_form.corrections(case)}
    context = {
        "shell": shell(request, case.procedure_code),
        "case": case,
        "procedure": case.procedure,
        "tabs": case_form.tabs(case, rows, "materials"),
        "places": _places(rows, wanted, refused),
        "conditions": conditions,
        "tone": case_parts.tone(case.state),
        "list_url": reverse("enterprise:procedure", args=(case.procedure_code,)),
    }
    return render(request, "enterprise/case/materials.html", context, status=status)


@for_enterprise(EnterpriseRight.FILE)
@require_POST
def attach(request: HttpRequest, uuid: UUID, code: str) -> HttpResponse:
    """Attach the files posted for one material."""
    case, user = own_or_404(request, uuid), operator(request)
    material = next((each for each in case.procedure.materials if each.code == code), None)
    if material is None:
        raise Http404
    uploads = request.FILES.getlist("file")
    item = None
    try:
        if material.held_on_person == OF_PERSON:
            raise CaseRefused("手写签名由本人在确认时提供。", code="of_person")
        if not uploads:
            raise CaseRefused("没有收到文件。请选择文件后再上传。", code="no_file")
        for upload in uploads:
            item = materials.attach(application=case, code=code, upload=upload, by=user)
    except Refusal as refusal:
        if wants_json(request):
            raise
        case.refresh_from_db()
        if case.state not in EDITABLE:
            raise
        return _page(request, case, (code, refusal.message), status=getattr(refusal, "status", 422))
    assert item is not None
    address = reverse("enterprise:material", args=(case.uuid, item.pk))
    if wants_json(request):
        return JsonResponse({"message": "已上传", "url": address, "thumbnail": f"{address}?thumbnail=1"})
    messages.success(request, "已上传。")
    return redirect(f"{reverse('enterprise:materials', args=(case.uuid,))}#material-{code}")


@for_enterprise(EnterpriseRight.FILE)
@require_POST
def detach(request: HttpRequest, uuid: UUID, pk: int) -> HttpResponse:
    """Take one file out of the working copy."""
    case = own_or_404(request, uuid)
    item = get_object_or_404(MaterialFile, pk=pk, application=case)
    materials.detach(application=case, material_id=item.pk, by=operator(request))
    messages.success(request, "已删除。")
    return redirect(f"{reverse('enterprise:materials', args=(case.uuid,))}#material-{item.code}")
