"""Spreadsheets at rest: encrypted like every other place where ID numbers are kept, and only for a time."""

from __future__ import annotations

import base64
from datetime import timedelta

from django.db.models import Q

from erjian import files, protection
from erjian.exchange.models import ImportRun
from erjian.files import Blob
from erjian.policy import clock

KEPT = timedelta(days=30)
_KIND = "import_file"
_MEDIA_TYPE = "application/octet-stream"


def store(content: bytes, *, created_by: str) -> Blob:
    """Keep a spreadsheet encrypted."""
    sealed = protection.encrypt(_KIND, base64.b64encode(content).decode())
    return files.put(sealed, media_type=_MEDIA_TYPE, created_by=created_by)


def read(blob: Blob) -> bytes:
    """The spreadsheet again."""
    return base64.b64decode(protection.decrypt(_KIND, files.read(blob)))


def forget_old() -> int:
    """Discard the files of runs that were uploaded more than 30 days ago; the runs themselves stay."""
    old = ImportRun.objects.filter(created_at__lt=clock.now() - KEPT).filter(
        Q(source__isnull=False) | Q(error_file__isnull=False)
    )
    count = 0
    for run in old.select_related("source", "error_file").order_by("pk"):
        for blob in (run.source, run.error_file):
            if blob is not None:
                files.discard(blob)
        ImportRun.objects.filter(pk=run.pk).update(source=None, error_file=None)
        count += 1
    return count
