"""Enterprises that employ constructors, and the qualifications (资质) they hold."""

from __future__ import annotations

from django.db import models

from erjian.protection import ProtectedText
from erjian.standards import phones
from erjian.standards.dictionaries import Currency, EnterpriseNature, EnterpriseType, RegistrationKind


class EnterpriseStatus(models.TextChoices):
    NORMAL = "normal", "正常"
    ABNORMAL = "abnormal", "经营异常"
    REVOKED = "revoked", "吊销营业执照"
    CANCELLED = "cancelled", "注销"


class EnterpriseOrigin(models.TextChoices):
    """Where the enterprise belongs, which decides with whom it files (domain decision G.1)."""

    PROVINCIAL = "inside", "省内企业"
    DIRECT = "direct", "省直企业"
    OUTSIDE = "outside", "省外企业"


class Enterprise(models.Model):
    """An employer. Its credit code is the key; `filing_authority` follows from where it is registered."""

    name = models.CharField("企业名称", max_length=200, db_collation="C")
    credit_code = models.CharField("统一社会信用代码", max_length=18)
    credit_code_override = models.CharField("信用代码校验豁免理由", max_length=200, blank=True)
    former_name = models.CharField("曾用名", max_length=200, blank=True)
    established_on = models.DateField("成立日期", null=True, blank=True)
    origin = models.CharField(
        "企业类型", max_length=10, choices=EnterpriseOrigin.choices, default=EnterpriseOrigin.PROVINCIAL
    )
    kind = models.CharField("企业资质类型", max_length=20, choices=EnterpriseType.choices, blank=True)
    province = models.CharField("注册所在省", max_length=6, blank=True)
    city = models.CharField("注册所在地市", max_length=6, blank=True)
    county = models.CharField("注册所在区县", max_length=6, blank=True)
    address = models.CharField("企业营业地址", max_length=300, blank=True)
    registration_kind = models.CharField("企业登记注册类型", max_length=3, choices=RegistrationKind.choices, blank=True)
    capital = models.DecimalField("注册资本金(万元)", max_digits=18, decimal_places=6, null=True, blank=True)
    currency = models.CharField("注册资本币种", max_length=3, choices=Currency.choices, blank=True)
    legal_representative = models.CharField("法定代表人", max_length=100, blank=True)
    nature = models.CharField("企业性质", max_length=20, choices=EnterpriseNature.choices, blank=True)
    office_phone = models.CharField("办公电话", max_length=30, blank=True)
    fax = models.CharField("传真号码", max_length=30, blank=True)
    contact_name = models.CharField("联系人姓名", max_length=100, blank=True)
    contact_phone = ProtectedText(kind="phone", mask=phones.mask, blank=True)
    contact_phone_mask: str
    website = models.CharField("企业网址", max_length=200, blank=True)
    email = models.EmailField("电子邮箱", blank=True)
    business_scope = models.TextField("营业执照经营范围", max_length=4000, blank=True)
    licence = models.ForeignKey(
        "files.Blob", verbose_name="营业执照", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    status = models.CharField(
        "经营状态", max_length=10, choices=EnterpriseStatus.choices, default=EnterpriseStatus.NORMAL
    )
    # The day on which the register learnt that nobody can be registered here any more; kept by `registry.employers`.
    ceased_on = models.DateField("不能聘用的记录日期", null=True, blank=True, editable=False)
    filing_authority = models.CharField("申报主管部门", max_length=6)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "企业"
        constraints = [
            models.UniqueConstraint(
                fields=["credit_code"],
                name="enterprise_credit_code_unique",
                violation_error_message="该统一社会信用代码已有企业。请核对，或联系主管单位。",
            ),
            models.CheckConstraint(
                condition=models.Q(capital__isnull=True) | models.Q(capital__gte=0),
                name="enterprise_capital_not_negative",
                violation_error_message="注册资本金不能小于 0。请核对营业执照。",
            ),
        ]
        indexes = [
            models.Index(fields=["name"], name="enterprise_by_name"),
            models.Index(fields=["filing_authority"], name="enterprise_by_authority"),
            models.Index(fields=["id"], name="enterprise_ceased", condition=models.Q(ceased_on__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.name


class EnterpriseQualification(models.Model):
    """One qualification certificate (企业资质证书) with its series and level."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="qualifications")
    number = models.CharField("企业资质证书编号", max_length=60)
    scope = models.CharField("企业资质范围", max_length=200)
    level = models.CharField("企业资质等级", max_length=30)
    issued_on = models.DateField("发证日期", null=True, blank=True)
    expires_on = models.DateField("有效期至", null=True, blank=True)
    withdrawn_on = models.DateField("撤回日期", null=True, blank=True)

    class Meta:
        verbose_name = "企业资质"
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "number", "scope"],
                name="enterprise_qualification_unique",
                violation_error_message="该资质已登记。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope}{self.level}"
