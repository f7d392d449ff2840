"""The register's own memory, and the counters that numbers come from.

History rows keep plain ids and the case number as text, never a foreign key upward, so that the register
does not know the cases that changed it and the table can be partitioned by time later.
"""

from __future__ import annotations

from django.db import models


class ChangeKind(models.TextChoices):
    IMPORTED = "imported", "导入"
    REGISTERED = "registered", "初始注册"
    REREGISTERED = "reregistered", "重新注册"
    ADDED = "added", "增项"
    EXTENDED = "extended", "延续"
    MOVED = "moved", "变更"
    REISSUED = "reissued", "遗失补办"
    CANCELLED = "cancelled", "注销"
    LAPSED = "lapsed", "失效"
    SUSPENDED = "suspended", "暂扣"
    RESTORED = "restored", "恢复"
    CORRECTED = "corrected", "信息更正"
    RENAMED = "renamed", "企业名称变更"
    VERIFIED = "verified", "实名认证"
    BARRED = "barred", "登记不予注册"
    UNBARRED = "unbarred", "解除不予注册"
    LOCKED = "locked", "锁定"
    UNLOCKED = "unlocked", "解除锁定"
    EDUCATION = "education", "继续教育学时"


class Change(models.Model):
    """One change of one person's or enterprise's register data, with what was before and after."""

    at = models.DateTimeField()
    kind = models.CharField(max_length=15, choices=ChangeKind.choices)
    person_id = models.BigIntegerField(null=True)
    registration_id = models.BigIntegerField(null=True)
    enterprise_id = models.BigIntegerField(null=True)
    case_number = models.CharField(max_length=40, blank=True)
    actor = models.CharField(max_length=120)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    class Meta:
        verbose_name = "登记变动"
        indexes = [
            models.Index(fields=["person_id", "-at"], name="change_by_person"),
            models.Index(fields=["enterprise_id", "-at"], name="change_by_enterprise"),
            models.Index(fields=["registration_id", "-at"], name="change_by_registration"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d}"


class NumberSequence(models.Model):
    """Last number given out, one row per kind and year. Numbers are never reused; gaps are allowed."""

    kind = models.CharField(max_length=30)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "year"], name="number_sequence_unique")]

    def __str__(self) -> str:
        return f"{self.kind} {self.year}: {self.last}"
