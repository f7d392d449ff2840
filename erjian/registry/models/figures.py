"""Counts of the whole register, as a job found them: counting a million registrations takes too long for a request."""

from __future__ import annotations

from django.db import models


class Figures(models.Model):
    """One count of everything by filing authority; only the latest is kept."""

    counted_at = models.DateTimeField("统计时间")
    specialties = models.JSONField(help_text="主管部门代码 → 专业 → 有效注册数")
    expiries = models.JSONField(help_text="主管部门代码 → 月份 → 当月到期的注册数")

    class Meta:
        verbose_name = "登记库统计"

    def __str__(self) -> str:
        return str(self.counted_at)
