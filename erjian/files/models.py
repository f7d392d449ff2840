"""One stored file. Rows and objects are written once."""

import uuid

from django.db import models
from django.db.models import Q


class Origin(models.TextChoices):
    UPLOAD = "upload", "上传"
    GENERATED = "generated", "系统生成"


class Scan(models.TextChoices):
    NONE = "none", "未查毒"
    CLEAN = "clean", "已查毒"


class Blob(models.Model):
    """`key` names the object in the storage; `sha256` and `size` are of the object as stored."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.CharField(max_length=40, unique=True, editable=False)
    media_type = models.CharField(max_length=100)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    width = models.IntegerField(null=True)
    height = models.IntegerField(null=True)
    pages = models.IntegerField(null=True)
    thumbnail_key = models.CharField(max_length=40, blank=True, editable=False)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=200, blank=True)
    origin = models.CharField(max_length=10, choices=Origin)
    scan = models.CharField("查毒", max_length=10, choices=Scan, default=Scan.NONE)
    # Set when nothing needs the file any more; a job deletes row and objects a day later.
    discarded_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["discarded_at"],
                name="blob_discarded",
                condition=Q(discarded_at__isnull=False),
            ),
            # The sweep asks which of the objects it found are thumbnails of a row.
            models.Index(fields=["thumbnail_key"], name="blob_thumbnail", condition=~Q(thumbnail_key="")),
        ]
        verbose_name = verbose_name_plural = "文件"

    def __str__(self) -> str:
        return f"{self.media_type} {self.size} {self.id}"

    @property
    def has_thumbnail(self) -> bool:
        return bool(self.thumbnail_key)

    @property
    def is_image(self) -> bool:
        return self.media_type.startswith("image/")
