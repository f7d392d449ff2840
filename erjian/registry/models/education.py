"""继续教育学时: hours a person has completed (《注册建造师管理规定》第二十三条; 建市〔2010〕192号).

A row belongs to the registration period in which it was completed; which that is follows from the registration, so
it is never stored and cannot disagree with it.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from erjian.registry.models.people import Person


class EducationHours(models.Model):
    """One certificate of continuing education. A row entered by mistake is withdrawn with its reason, never deleted."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="education_hours")
    completed_on = models.DateField("完成日期")
    compulsory = models.PositiveSmallIntegerField("必修学时", default=0)
    elective = models.PositiveSmallIntegerField("选修学时", default=0)
    course = models.CharField("课程名称", max_length=200)
    provider = models.CharField("培训机构", max_length=200)
    certificate_number = models.CharField("证明编号", max_length=100)
    withdrawn_on = models.DateField("撤回日期", null=True, blank=True)
    withdraw_reason = models.CharField("撤回理由", max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "继续教育学时"
        constraints = [
            models.CheckConstraint(
                condition=Q(compulsory__gt=0) | Q(elective__gt=0),
                name="education_has_hours",
                violation_error_message="必修学时和选修学时不能都是 0。",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_on__isnull=True) | Q(withdrawn_on__gte=F("completed_on")),
                name="education_withdrawn_after_completion",
                violation_error_message="撤回日期不能早于完成日期。",
            ),
            models.UniqueConstraint(
                fields=["person", "certificate_number"],
                name="education_certificate_unique",
                violation_error_message="该人员的这份继续教育证明已登记。",
            ),
        ]
        indexes = [models.Index(fields=["completed_on"], name="education_by_day")]

    def __str__(self) -> str:
        return f"{self.course} {self.completed_on}"
