"""附件材料 of a case that is being filled in: one place for each material, with its files and the room for more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404

from erjian import files
from erjian.accounts.models import User
from erjian.applications import materials
from erjian.applications.errors import CaseRefused
from erjian.applications.models import Application, MaterialFile
from erjian.files.refusals import sizes_text

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


def take(case: Application, code: str, uploads: Sequence[UploadedFile], *, by: User) -> MaterialFile:
    """Attach what was uploaded for one material; returns the last. Raises Http404, CaseRefused, FileRefused."""
    material = next((each for each in case.procedure.materials if each.code == code), None)
    if material is None:
        raise Http404
    if material.held_on_person == OF_PERSON:
        raise CaseRefused("手写签名由本人在确认时提供。", code="of_person")
    if not uploads:
        raise CaseRefused("没有收到文件。请选择文件后再上传。", code="no_file")
    return [materials.attach(application=case, code=code, upload=upload, by=by) for upload in uploads][-1]
