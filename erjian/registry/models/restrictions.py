"""What forbids: bars (不予注册期限) of people and enterprises, and locks (在施锁定、人工锁定).

None of them is ever deleted: it ends on its day, or is lifted with a reason.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from erjian.registry.models.enterprises import Enterprise
from erjian.registry.models.people import Person


class BarBasis(models.TextChoices):
    """Why a registration is refused for a time (注册建造师管理规定第十五、三十三、三十四条; 质量管理条例第七十二条)."""

    FALSE_MATERIAL = "false_material", "隐瞒情况或提供虚假材料"
    FRAUD = "fraud", "以欺骗、贿赂等不正当手段取得"
    CRIME_PRACTICE = "crime_practice", "因执业活动受刑事处罚"
    CRIME_OTHER = "crime_other", "因其他原因受刑事处罚"
    REVOKED = "revoked", "被吊销注册证书"
    QUALITY = "quality", "因重大质量事故被吊销注册证书"
    ACCIDENT = "accident", "所负责项目发生重大质量和安全事故"
    LIFETIME = "lifetime", "终身不予注册"
    OTHER = "other", "法律、法规规定的其他情形"


class Bar(models.Model):
    """A period in which a person may not be registered; no end means for life."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="bars")
    basis = models.CharField("依据", max_length=20, choices=BarBasis.choices)
    reason = models.CharField("事由", max_length=500)
    document = models.CharField("文书号", max_length=100, blank=True)
    begins = models.DateField("起始日期")
    ends = models.DateField("截止日期", null=True, blank=True)
    lifted_on = models.DateField("解除日期", null=True, blank=True)
    lift_reason = models.CharField("解除理由", max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "不予注册记录"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__isnull=True) | Q(ends__gte=F("begins")),
                name="bar_period_in_order",
                violation_error_message="截止日期不能早于起始日期。",
            ),
            models.UniqueConstraint(
                fields=["person", "basis", "begins", "document"],
                name="bar_unique",
                violation_error_message="该不予注册记录已登记。",
            ),
        ]
        indexes = [
            models.Index(fields=["basis", "-id"], name="bar_by_basis"),
            models.Index(fields=["-id"], name="bar_not_lifted", condition=Q(lifted_on__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.get_basis_display()} {self.begins}"


class LockKind(models.TextChoices):
    PROJECT = "project", "在施锁定"
    MANUAL = "manual", "人工锁定"
    SUSPECTED = "suspected", "注册状态异常"


class Lock(models.Model):
    """A hold on a person's certificate. A locked certificate may only be cancelled; after `ends` it holds no more."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="locks")
    enterprise = models.ForeignKey(Enterprise, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField("锁定类型", max_length=12, choices=LockKind.choices)
    reason = models.CharField("锁定原因", max_length=500)
    document = models.CharField("项目编号或文书号", max_length=100, blank=True)
    begins = models.DateField("锁定日期")
    ends = models.DateField("锁定截止日期", null=True, blank=True)
    released_on = models.DateField("解锁日期", null=True, blank=True)
    release_reason = models.CharField("解锁原因", max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "锁定"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__isnull=True) | Q(ends__gte=F("begins")),
                name="lock_period_in_order",
                violation_error_message="截止日期不能早于锁定日期。",
            ),
            models.UniqueConstraint(
                fields=["person", "kind", "begins", "document"],
                name="lock_unique",
                violation_error_message="该锁定已登记。",
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "-id"], name="lock_by_kind"),
            models.Index(fields=["-id"], name="lock_not_released", condition=Q(released_on__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.begins}"


class EnterpriseBar(models.Model):
    """A period in which an enterprise may not file, such as after false materials (《注册建造师管理规定》第三十九条)."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="bars")
    reason = models.CharField("事由", max_length=500)
    document = models.CharField("文书号", max_length=100)
    begins = models.DateField("起始日期")
    ends = models.DateField("截止日期", null=True, blank=True)
    lifted_on = models.DateField("解除日期", null=True, blank=True)
    lift_reason = models.CharField("解除理由", max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "企业限制申报"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__isnull=True) | Q(ends__gte=F("begins")),
                name="enterprise_bar_period_in_order",
                violation_error_message="截止日期不能早于起始日期。",
            ),
            models.UniqueConstraint(
                fields=["enterprise", "begins", "document"],
                name="enterprise_bar_unique",
                violation_error_message="该限制申报已登记。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document} {self.begins}"
