"""Files of a case, served to whoever may see the case."""

from __future__ import annotations

import io
import zipfile
from typing import Any
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from erjian import audit, files
from erjian.accounts.models import UserKind
from erjian.applications import letters, materials, printing
from erjian.applications.models import Application, Letter, MaterialFile
from erjian.policy import clock


def case_or_404(request: HttpRequest, uuid: UUID) -> Application:
    """A case inside the user's scope; anything else is 404."""
    user: Any = request.user
    return get_object_or_404(
        Application.objects.visible_to(user).select_related(
            "person", "enterprise", "former_enterprise", "registration"
        ),
        uuid=uuid,
    )


def material(request: HttpRequest, uuid: UUID, pk: int) -> HttpResponse:
    """One material: the file, its thumbnail (?thumbnail=1), or a page of a PDF as picture (?page=1).

    Anything but the thumbnail is noted, unless it is the person's own.
    """
    case = case_or_404(request, uuid)
    item = get_object_or_404(MaterialFile.objects.select_related("blob"), pk=pk, application=case)
    thumbnail = bool(request.GET.get("thumbnail"))
    page = request.GET.get("page", "")
    if not thumbnail or page:
        labels = {each.code: each.label for each in case.procedure.materials}
        note_picture(request, case, labels.get(item.code, item.code))
    if page.isdecimal() and item.blob.media_type == files.PDF:
        try:
            return files.page_response(item.blob, int(page[:9]), 1600)
        except files.PageMissing:
            raise Http404("没有这一页。") from None
    return files.response(item.blob, filename=item.filename, thumbnail=thumbnail)


def letter(request: HttpRequest, uuid: UUID, pk: int) -> HttpResponse:
    """One official letter as PDF; the first reading by a party is its service (送达)."""
    case = case_or_404(request, uuid)
    item = get_object_or_404(Letter.objects.select_related("file"), pk=pk, application=case)
    if item.file is None:
        raise Http404("文书正在生成，请稍后刷新。")
    letters.mark_read(item, by=request.user)  # type: ignore[arg-type]
    return files.response(item.file, filename=f"{item.get_kind_display()} {item.number}.pdf")


def form_pdf(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The 申报表 as PDF, a draft under its watermark. It prints full numbers: the reading is noted."""
    case = case_or_404(request, uuid)
    _note_reading(request, case, "打印申报表")
    response = HttpResponse(printing.pdf(case), content_type="application/pdf")
    name = f"{case.procedure.label}表-{case.subject.name}-{case.number or '草稿'}.pdf"
    response.headers["Content-Disposition"] = _inline(name)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def all_materials(request: HttpRequest, uuid: UUID) -> FileResponse:
    """Every material of the case as one zip, named as the material list names them; the reading is noted."""
    from erjian.applications import facts

    case = case_or_404(request, uuid)
    _note_reading(request, case, "下载全部材料")
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for row in materials.listing(case, facts.of_application(case)):
            for number, item in enumerate(row.files, 1):
                suffix = {files.PDF: "pdf", files.PNG: "png"}.get(item.blob.media_type, "jpg")
                archive.writestr(f"{row.material.label}-{number}.{suffix}", files.read(item.blob))
    stream.seek(0)
    return FileResponse(
        stream, as_attachment=True, filename=f"{case.subject.name}-{case.number or '草稿'}-{clock.today()}.zip"
    )


def note_picture(request: HttpRequest, case: Application, label: str) -> None:
    """Note that somebody else's picture or paper was shown at full size, each time: it may be opened on its own."""
    if request.user.kind != UserKind.PERSON:  # type: ignore[union-attr]
        _note_reading(request, case, f"查看{label}")


def _note_reading(request: HttpRequest, case: Application, what: str) -> None:
    """《个人信息保护法》第五十四条: who was handed somebody's full data, and for which case."""
    user: Any = request.user
    purpose = f"{'本人' if user.kind == UserKind.PERSON else ''}{what} {case.number}".strip()
    audit.record_read(actor=user.actor, purpose=purpose, kind=case.subject.kind, ids=[case.subject.id])


def _inline(name: str) -> str:
    from django.utils.http import content_disposition_header

    return content_disposition_header(False, name) or "inline"
