"""附件材料 of a case that is being filled in: one place for each material, with its files and the room for more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from erjian import files
from erjian.accounts.models import User
from erjian.applications import materials
from erjian.applications.errors import CaseRefused
from erjian.applications.models import Application, MaterialFile
from erjian.applications.states import EDITABLE
from erjian.files.refusals import sizes_text
from erjian.portals.shared.refusals import wants_json
from erjian.standards.errors import Refusal

OF_PERSON = "signature"
"""The handwritten signature: given by the person when they confirm, never attached as a file."""
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


@dataclass(frozen=True, kw_only=True)
class Seat:
    """Who attaches, and the portal around it: its page of the materials, and `listed`, the name of its address."""

    user: User
    namespace: str
    listed: str
    page: Callable[..., HttpResponse]
    """Called with `refused`, (code, words) of the material that was refused, and the `status`."""

    def url(self, case: Application, code: str) -> str:
        """Where a material stands on the page."""
        return f"{reverse(f'{self.namespace}:{self.listed}', args=(case.uuid,))}#material-{code}"


def places(
    rows: tuple[materials.MaterialRow, ...], wanted: dict[str, str], refused: tuple[str, str] = ("", "")
) -> tuple[Place, ...]:
    """The material list with what was wanted, and the refusal at its material (code, words)."""
    return tuple(_place(row, wanted.get(f"material:{row.material.code}", ""), refused) for row in rows)


def _place(row: materials.MaterialRow, wanted: str, refused: tuple[str, str]) -> Place:
    limits = materials.limits_of(row.material)
    kinds = "、".join(_NAMES[kind] for kind in limits.types)
    return Place(
        row=row,
        limits=limits,
        hint=f"{kinds}，{sizes_text(limits)}。",
        accept=",".join(limits.types),
        by_person=row.material.held_on_person == OF_PERSON,
        full=row.material.max_files > 1 and len(row.files) >= row.material.max_files,
        wanted=wanted,
        refused=refused[1] if refused[0] == row.material.code else "",
    )


def attach(request: HttpRequest, case: Application, code: str, seat: Seat) -> HttpResponse:
    """Attach the files posted for one material. A refusal is said there, where the case can still be edited."""
    try:
        item = _take(case, code, request.FILES.getlist("file"), by=seat.user)
    except Refusal as refusal:
        if wants_json(request):
            raise
        case.refresh_from_db()
        if case.state not in EDITABLE:
            raise
        return seat.page(request, case, refused=(code, refusal.message), status=getattr(refusal, "status", 422))
    if wants_json(request):
        address = reverse(f"{seat.namespace}:material", args=(case.uuid, item.pk))
        return JsonResponse({"message": "已上传", "url": address, "thumbnail": f"{address}?thumbnail=1"})
    messages.success(request, f"已上传“{item.filename}”。")
    return redirect(seat.url(case, code))


def detach(request: HttpRequest, case: Application, pk: int, seat: Seat) -> HttpResponse:
    """Take one file out of the working copy."""
    item = get_object_or_404(MaterialFile, pk=pk, application=case)
    materials.detach(application=case, material_id=item.pk, by=seat.user)
    messages.success(request, f"已删除“{item.filename}”。")
    return redirect(seat.url(case, item.code))


def _take(case: Application, code: str, uploads: Sequence[UploadedFile], *, by: User) -> MaterialFile:
    """Attach what was uploaded for one material; returns the last. Raises Http404, CaseRefused, FileRefused."""
    material = next((each for each in case.procedure.materials if each.code == code), None)
    if material is None:
        raise Http404
    if material.held_on_person == OF_PERSON:
        raise CaseRefused("手写签名由本人在确认时提供。", code="of_person")
    if not uploads:
        raise CaseRefused("没有收到文件。请选择文件后再上传。", code="no_file")
    return [materials.attach(application=case, code=code, upload=upload, by=by) for upload in uploads][-1]
