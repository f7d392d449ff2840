"""One file on its way into the register."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from erjian.files.models import Blob


class RunState(models.TextChoices):
    UPLOADED = "uploaded", "等待检查"
    CHECKING = "checking", "检查中"
    CHECKED = "checked", "已检查，待导入"
    QUEUED = "queued", "等待导入"
    APPLYING = "applying", "导入中"
    DONE = "done", "已导入"
    FAILED = "failed", "未导入"


#: States in which a job is, or will be, at work.
WORKING = (RunState.UPLOADED, RunState.CHECKING, RunState.QUEUED, RunState.APPLYING)


class ImportRun(models.Model):
    """What was uploaded, by whom, what the check found, what the import did.

    Files are kept encrypted, because a spreadsheet of people is nothing but personal data, and only for a time; the
    samples in `differences` and `errors` carry masks, never full numbers.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("数据类型", max_length=30)
    filename = models.CharField("文件名", max_length=200)
    size = models.BigIntegerField("文件大小")
    sha256 = models.CharField(max_length=64)
    source = models.ForeignKey(Blob, null=True, on_delete=models.SET_NULL, related_name="+")
    error_file = models.ForeignKey(Blob, null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField("状态", max_length=10, choices=RunState.choices, default=RunState.UPLOADED)
    failure = models.CharField("未导入的原因", max_length=500, blank=True)
    counts = models.JSONField(default=dict)
    notices = models.JSONField(default=list)
    differences = models.JSONField(default=list)
    errors = models.JSONField(default=list)
    phase = models.CharField(max_length=20, blank=True)
    progress_current = models.IntegerField(default=0)
    progress_total = models.IntegerField(default=0)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="上传人"
    )
    actor = models.JSONField("操作人", default=dict)
    created_at = models.DateTimeField("上传时间")
    checked_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField("导入时间", null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = verbose_name_plural = "导入"
        indexes = [
            models.Index(fields=["-created_at"], name="import_run_newest"),
            models.Index(fields=["finished_at"], name="import_run_kept", condition=Q(source__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.filename}"

    @property
    def is_working(self) -> bool:
        """Whether a job is at work on it."""
        return self.state in WORKING

    @property
    def valid_rows(self) -> int:
        """Rows that would change the register."""
        return int(self.counts.get("new", 0)) + int(self.counts.get("update", 0))
