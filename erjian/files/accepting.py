"""The way of an upload: size, kind by content, virus scan, a full look, storage, row."""

from __future__ import annotations

import io
import logging
import re
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from erjian.audit import Actor
from erjian.files import images, pdfs, storing
from erjian.files.limits import JPEG, PDF, PNG, Limits
from erjian.files.models import Blob, Origin, Scan
from erjian.files.refusals import FileRefused
from erjian.files.scanners import Scanner, scanner

_log = logging.getLogger(__name__)
_SIGNATURES = ((b"\xff\xd8\xff", JPEG), (b"\x89PNG\r\n\x1a\n", PNG), (b"%PDF-", PDF))
_EXTENSIONS = {".jpg": JPEG, ".jpeg": JPEG, ".jpe": JPEG, ".jfif": JPEG, ".png": PNG, ".pdf": PDF}


@dataclass(frozen=True)
class _Judged:
    media_type: str
    content: bytes
    thumbnail: bytes
    width: int | None = None
    height: int | None = None
    pages: int | None = None


def accept(
    uploaded_file: UploadedFile[Any],
    *,
    limits: Limits,
    actor: Actor,
    field: str | None = None,
    scan_with: Scanner | None = None,
) -> Blob:
    """Judge, clean and store an upload. Raises FileRefused, which names `field`; then nothing is kept of it.

    The row belongs to the caller's transaction; if that is rolled back, the object is an orphan
    and swept a day later.
    """
    try:
        judged, scanned = _looked_at(uploaded_file, limits, scan_with or scanner())
    except FileRefused as refusal:
        refusal.field = field
        _log.warning("upload refused: %s", refusal.code)
        raise
    return _stored(judged, actor=actor, scanned=scanned)


def _looked_at(uploaded_file: UploadedFile[Any], limits: Limits, virus_scanner: Scanner) -> tuple[_Judged, Scan]:
    content = _received(uploaded_file, limits.max_bytes)
    media_type = _kind(content, uploaded_file.name or "", limits)
    if len(content) > limits.bytes_for(media_type):
        raise FileRefused.too_large(limits.bytes_for(media_type), media_type if limits.pdf_is_larger else "")
    scanned = virus_scanner.scan(io.BytesIO(content))
    judged = _judged_pdf(content, limits) if media_type == PDF else _judged_image(content, limits)
    return judged, scanned


def _received(uploaded_file: UploadedFile[Any], max_bytes: int) -> bytes:
    """The bytes, counted while they are read: the declared size is a claim."""
    if uploaded_file.size is not None and uploaded_file.size > max_bytes:
        raise FileRefused.too_large(max_bytes)
    content = io.BytesIO()
    for chunk in uploaded_file.chunks():
        if content.tell() + len(chunk) > max_bytes:
            raise FileRefused.too_large(max_bytes)
        content.write(chunk)
    if not content.tell():
        raise FileRefused.empty()
    return content.getvalue()


def _kind(content: bytes, name: str, limits: Limits) -> str:
    """The media type by content. The name is only asked whether it contradicts it.

    JPG and PNG are told apart by content alone: phones and messengers mix up their extensions, and
    both are written anew. A picture named .pdf, or a document named .exe, is refused.
    """
    media_type = next((kind for start, kind in _SIGNATURES if content.startswith(start)), None)
    if media_type not in limits.types:
        raise FileRefused.wrong_type(limits.types)
    extension = re.search(r"\.[^./\\]*$", name.strip().lower())
    if extension and extension[0] != ".":
        named = _EXTENSIONS.get(extension[0])
        if named is None or (named == PDF) != (media_type == PDF):
            raise FileRefused.misnamed(media_type)
    return media_type


def _judged_image(content: bytes, limits: Limits) -> _Judged:
    picture = images.clean(io.BytesIO(content), limits=limits)
    return _Judged(
        media_type=picture.media_type,
        content=picture.content,
        thumbnail=picture.thumbnail,
        width=picture.width,
        height=picture.height,
    )


def _judged_pdf(content: bytes, limits: Limits) -> _Judged:
    pages = pdfs.inspect(content, limits=limits)
    try:
        thumbnail = pdfs.draw(content, page=1, width=images.THUMBNAIL)
    except pdfs.PageMissing:
        raise FileRefused.broken_pdf() from None
    return _Judged(media_type=PDF, content=content, thumbnail=thumbnail, pages=pages)


def _stored(judged: _Judged, *, actor: Actor, scanned: Scan) -> Blob:
    return storing.create(
        judged.content,
        media_type=judged.media_type,
        thumbnail=judged.thumbnail,
        width=judged.width,
        height=judged.height,
        pages=judged.pages,
        origin=Origin.UPLOAD,
        created_by=actor.label,
        scan=scanned,
    )
