"""Writing, reading and letting go of blobs."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import IO

from django.core.files.base import File
from django.db.models import ProtectedError, Q, RestrictedError

from erjian.files import objects
from erjian.files.models import Blob, Origin, Scan
from erjian.policy import clock

GRACE = timedelta(hours=24)


def create(
    content: bytes,
    *,
    media_type: str,
    origin: Origin,
    thumbnail: bytes = b"",
    width: int | None = None,
    height: int | None = None,
    pages: int | None = None,
    created_by: str = "",
    scan: Scan = Scan.NONE,
) -> Blob:
    """Store the object, then its row: what a row names exists."""
    key = objects.write(content)
    return Blob.objects.create(
        key=key,
        thumbnail_key=objects.write(thumbnail) if thumbnail else "",
        media_type=media_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        width=width,
        height=height,
        pages=pages,
        created_at=clock.now(),
        created_by=created_by[:200],
        origin=origin,
        scan=scan,
    )


def put(content: bytes, *, media_type: str, pages: int | None = None, created_by: str = "") -> Blob:
    """Store a file that the platform itself made; it is not judged."""
    return create(content, media_type=media_type, origin=Origin.GENERATED, pages=pages, created_by=created_by)


def open(blob: Blob) -> File[bytes] | IO[bytes]:  # noqa: A001 - read as files.open
    """The object, for reading; close it. Raises FileNotFoundError."""
    return objects.open_read(blob.key)


def read(blob: Blob) -> bytes:
    with open(blob) as stream:
        return stream.read()


def discard(blob: Blob) -> None:
    """Nothing needs this file any more: row and objects are deleted a day later."""
    Blob.objects.filter(pk=blob.pk, discarded_at=None).update(discarded_at=clock.now())


def delete_discarded(*, limit: int = 1000) -> int:
    """Delete blobs discarded a day ago; those that something still refers to are kept. Returns how many."""
    due = Blob.objects.filter(discarded_at__lt=clock.now() - GRACE).order_by("discarded_at")[:limit]
    deleted = 0
    for blob in due:
        try:
            blob.delete()
        except (ProtectedError, RestrictedError):
            Blob.objects.filter(pk=blob.pk).update(discarded_at=None)
            continue
        # After the row: if this is cut off, the sweep finishes it.
        for key in filter(None, (blob.key, blob.thumbnail_key)):
            objects.remove(key)
        deleted += 1
    return deleted


def sweep_orphans() -> int:
    """Remove objects older than a day that no row names; returns how many."""
    removed = 0
    for keys in objects.folders():
        rows = Blob.objects.filter(Q(key__in=keys) | Q(thumbnail_key__in=keys)).values_list("key", "thumbnail_key")
        known = {key for row in rows for key in row}
        for key in keys:
            if key not in known and objects.written_at(key) < clock.now() - GRACE:
                objects.remove(key)
                removed += 1
    return removed
