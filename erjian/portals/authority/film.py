"""The material viewer: which file is large, which page of it, and the strip of all files beneath."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.urls import reverse

from erjian import files
from erjian.applications.materials import MaterialRow
from erjian.applications.models import Application, MaterialFile
from erjian.ui.dates import moment

_SHORT = {
    "portrait": "寸照",
    "id_front": "证件正",
    "id_back": "证件反",
    "qualification": "资格证",
    "education": "学历",
    "contract": "合同",
    "continuing_education": "教育",
    "new_enterprise_commitment": "承诺书",
    "signature": "签名",
    "release": "解聘证明",
    "loss_statement": "遗失声明",
    "cancellation_ground": "注销证明",
    "new_id_front": "新证件正",
    "new_id_back": "新证件反",
    "id_proof": "变更证明",
    "new_portrait": "新寸照",
    "new_signature": "新签名",
    "name_proof": "更名证明",
    "new_licence": "新执照",
    "rename_approval": "核准文件",
    "other": "其他",
}
"""What fits under a picture in the strip."""


@dataclass(frozen=True, kw_only=True)
class Frame:
    """One file in the strip; a required material that is not there has no address."""

    label: str
    title: str
    url: str = ""
    partial: str = ""
    thumbnail: str = ""
    current: bool = False


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """What the viewer shows. `image` is empty when the case has no file at all."""

    title: str = "附件材料"
    code: str = ""
    image: str = ""
    original: str = ""
    page: int = 1
    pages: int = 1
    desk: str = ""
    partial: str = ""
    former: str = ""
    next: str = ""
    """Queries for the pages before and after: below `desk` the whole page, below `partial` the viewer alone."""
    about: str = ""
    origin: str = ""
    frames: tuple[Frame, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Replaced:
    """One picture that the case changes: what the register holds (no address when nothing) beside what was filed."""

    label: str
    present: str
    new: str
    partial: str
    """The filed one in the viewer: the page, and the viewer alone."""
    desk: str


def replaced(case: Application, listing: Iterable[MaterialRow]) -> tuple[Replaced, ...]:
    """Present and filed picture of each material that replaces one of the person's."""
    base = reverse("authority:case", args=[case.uuid])
    desk, partial = reverse("authority:desk_case", args=[case.uuid]), reverse("authority:desk_viewer", args=[case.uuid])

    def present(name: str) -> str:
        held = getattr(case.person, f"{name}_id") is not None
        return reverse("authority:desk_held", args=[case.uuid, name]) if held else ""

    return tuple(
        Replaced(
            label=row.material.label.removeprefix("新"),
            present=present(row.material.replaces),
            new=f"{base}materials/{item.pk}/",
            partial=f"{partial}?material={item.pk}",
            desk=f"{desk}?material={item.pk}",
        )
        for row in listing
        if row.material.replaces
        for item in row.files
    )


def _said(item: MaterialFile) -> str:
    size = item.blob.size
    weight = f"{max(1, round(size / 1024))} KB" if size < 1024 * 1024 else f"{size / 1024 / 1024:.1f} MB"
    return f"{item.uploaded_by} 上传于 {moment(item.uploaded_at)}\u2002{weight}\u2002{item.blob.get_scan_display()}"


def show(
    case: Application, listing: Iterable[MaterialRow], params: Mapping[str, str], *, wanted: str = "", query: str = ""
) -> Viewer:
    """The viewer for a request: the file of `?material=`, else the material that matters most (`wanted`), else the first."""
    rows = list(listing)
    shown = [(row, item) for row in rows for item in row.files]
    base = reverse("authority:case", args=[case.uuid])
    desk, partial = reverse("authority:desk_case", args=[case.uuid]), reverse("authority:desk_viewer", args=[case.uuid])
    asked = params.get("material", "")
    current = next((pair for pair in shown if str(pair[1].pk) == asked), None)
    current = (
        current
        or next((pair for pair in shown if pair[0].material.code == wanted), None)
        or (shown[0] if shown else None)
    )
    tail = f"&{query}" if query else ""

    def frame(row: MaterialRow, item: MaterialFile, number: int) -> Frame:
        code = row.material.code
        label = _SHORT.get(code, row.material.label[:4]) + (f" {number}" if len(row.files) > 1 else "")
        return Frame(
            label=label,
            title=row.material.label,
            url=f"{desk}?material={item.pk}{tail}",
            partial=f"{partial}?material={item.pk}{tail}",
            thumbnail=f"{base}materials/{item.pk}/?thumbnail=1",
            current=current is not None and item.pk == current[1].pk,
        )

    frames = [frame(row, item, number) for row in rows for number, item in enumerate(row.files, 1)]
    frames += [
        Frame(label=_SHORT.get(row.material.code, row.material.label[:4]), title=row.material.label)
        for row in rows
        if row.missing
    ]
    if current is None:
        return Viewer(frames=tuple(frames))
    row, item = current
    pages = item.blob.pages or 1
    page = min(max(int(params["page"]), 1), pages) if params.get("page", "").isdecimal() else 1
    file = f"{base}materials/{item.pk}/"
    turn = f"?material={item.pk}&page={{}}{tail}"
    return Viewer(
        title=row.material.label,
        code=row.material.code,
        image=f"{file}?page={page}" if item.blob.media_type == files.PDF else file,
        original=file,
        page=page,
        pages=pages,
        desk=desk,
        partial=partial,
        former=turn.format(page - 1) if page > 1 else "",
        next=turn.format(page + 1) if page < pages else "",
        about=_said(item),
        origin=item.origin,
        frames=tuple(frames),
    )
