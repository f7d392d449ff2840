"""Qualification certificates (二级建造师资格证书): who passed the examination, in which specialty."""

from __future__ import annotations

from django.db import models

from erjian.registry.models.people import Person
from erjian.standards.specialties import Specialty


class ReviewResult(models.TextChoices):
    """Result of the personnel department's second check (职改部门复审); only 合格 may be registered."""

    PASSED = "passed", "合格"
    PENDING = "pending", "复审中"
    FAILED = "failed", "不合格"


class Qualification(models.Model):
    """One specialty of one person's qualification. `used_at` is set when a registration rests on it."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="qualifications")
    grade = models.CharField("专业等级", max_length=30, default="二级注册建造师")
    specialty = models.CharField("专业名称", max_length=20, choices=Specialty.choices)
    management_number = models.CharField("证书管理号", max_length=60)
    pass_year = models.PositiveSmallIntegerField("合格年度")
    obtained_on = models.DateField("获取日期")
    enterprise_name = models.CharField("企业名称", max_length=200, blank=True)
    enterprise_code = models.CharField("企业信用代码", max_length=18, blank=True)
    review_result = models.CharField(
        "复审结果", max_length=10, choices=ReviewResult.choices, default=ReviewResult.PENDING
    )
    kind = models.CharField("资格证类型", max_length=20, default="初始申报")
    used_at = models.DateTimeField("已用于注册", null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "资格证书"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "specialty", "management_number"],
                name="qualification_unique",
                violation_error_message="该人员的这本资格证书已登记。",
            ),
        ]
        indexes = [
            models.Index(fields=["enterprise_code", "specialty", "id"], name="qualification_by_employer"),
            models.Index(fields=["management_number"], name="qualification_by_number"),
        ]

    def __str__(self) -> str:
        return f"{self.get_specialty_display()} {self.management_number}"
