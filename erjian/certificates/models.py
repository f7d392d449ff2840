"""Certificate versions."""

from __future__ import annotations

import secrets

from django.db import models
from django.db.models import F, Q

from erjian import files
from erjian.registry.models import Registration


class VersionState(models.TextChoices):
    PENDING = "pending", "制证中"
    CURRENT = "current", "有效"
    SUPERSEDED = "superseded", "已更新"
    VOID = "void", "已作废"


def verification_token() -> str:
    """An unguessable address for the QR code: 16 random bytes, 128 bits (data.md asks for at least 80)."""
    return secrets.token_urlsafe(16)


class CertificateVersion(models.Model):
    """One version of one registration's certificate, as it stood on the day it was issued.

    `facts` is the canonical printed data (name, employer, specialties with periods …) without any identity
    number, so that an old version verifies and prints as it was. A version is *pending* until its file is
    stored; legally it counts from the decision.
    """

    registration = models.ForeignKey(Registration, on_delete=models.PROTECT, related_name="certificates")
    version = models.PositiveSmallIntegerField("版本")
    number = models.CharField("证书编号", max_length=20)
    licence_id = models.CharField("证照标识", max_length=120)
    token = models.CharField(max_length=32, unique=True, default=verification_token)
    state = models.CharField("状态", max_length=10, choices=VersionState.choices, default=VersionState.PENDING)
    facts = models.JSONField()
    reason = models.CharField("换发原因", max_length=60)
    case_number = models.CharField("依据申报编号", max_length=40, blank=True)
    issued_on = models.DateField("签发日期")
    use_begin = models.DateField("使用有效期起")
    use_end = models.DateField("使用有效期止")
    file = models.ForeignKey("files.Blob", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    file_digest = models.CharField("文件摘要", max_length=64, blank=True)
    preview = models.ForeignKey("files.Blob", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    issued_at = models.DateTimeField("签章时间", null=True, blank=True)
    ended_at = models.DateTimeField("停用时间", null=True, blank=True)
    end_reason = models.CharField("停用原因", max_length=200, blank=True)

    class Meta:
        verbose_name = "电子证书"
        constraints = [
            models.UniqueConstraint(
                fields=["registration", "version"],
                name="certificate_version_unique",
                violation_error_message="该注册的这一证书版本已存在。",
            ),
            models.UniqueConstraint(
                fields=["registration"],
                condition=Q(state__in=["pending", "current"]),
                name="one_current_certificate",
                violation_error_message="一个注册只能有一份现行证书。",
            ),
            models.UniqueConstraint(
                fields=["registration", "case_number"],
                condition=~Q(case_number=""),
                name="one_certificate_per_case",
                violation_error_message="该申报已制发过证书。",
            ),
            models.CheckConstraint(
                condition=~Q(state="current") | Q(file__isnull=False),
                name="current_certificate_has_file",
                violation_error_message="现行证书必须有文件。",
            ),
        ]
        indexes = [
            models.Index(fields=["number"], name="certificate_by_number"),
            models.Index(fields=["case_number"], condition=~Q(case_number=""), name="certificate_by_case"),
            models.Index(fields=["file_digest"], name="certificate_by_digest"),
        ]

    def __str__(self) -> str:
        return f"{self.number} 第 {self.version} 版"

    @property
    def preview_name(self) -> str:
        """The picture's name when it is saved; pictures made before 2026-11-26 are PNG."""
        png = self.preview is not None and self.preview.media_type == files.PNG
        return f"{self.number}.{'png' if png else 'jpg'}"


class UsageWindow(models.Model):
    """A 使用有效期 that the holder made for a purpose, with a copy and a code of its own."""

    version = models.ForeignKey(CertificateVersion, on_delete=models.PROTECT, related_name="windows")
    number = models.PositiveSmallIntegerField("序号")
    begin = models.DateField("使用有效期起")
    end = models.DateField("使用有效期止")
    purpose = models.CharField("用途", max_length=60)
    token = models.CharField(max_length=32, unique=True, default=verification_token)
    file = models.ForeignKey("files.Blob", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    file_digest = models.CharField("文件摘要", max_length=64, blank=True)
    created_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField("撤销时间", null=True, blank=True)

    class Meta:
        verbose_name = "使用有效期"
        constraints = [
            models.UniqueConstraint(
                fields=["version", "number"],
                name="usage_window_unique",
                violation_error_message="该证书的这一使用有效期已存在。",
            ),
            models.CheckConstraint(
                condition=Q(end__gte=F("begin")),
                name="usage_window_in_order",
                violation_error_message="使用有效期的结束日期不能早于开始日期。",
            ),
        ]
        indexes = [models.Index(fields=["file_digest"], name="usage_window_by_digest")]

    def __str__(self) -> str:
        return f"{self.version} {self.begin}–{self.end}"
