"""Model of 用户注册: an enterprise that asks for its first account."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from erjian.protection import ProtectedText
from erjian.registry.models.enterprises import EnterpriseOrigin
from erjian.standards import phones


class SignUpState(models.TextChoices):
    WAITING = "waiting", "待审核"
    APPROVED = "approved", "已通过"
    REFUSED = "refused", "未通过"


class SignUp(models.Model):
    """One request. `key` is the form's own, so that a form sent twice is one request."""

    key = models.UUIDField(unique=True)
    credit_code = models.CharField("统一社会信用代码", max_length=18)
    name = models.CharField("企业名称", max_length=200)
    origin = models.CharField("企业类型", max_length=10, choices=EnterpriseOrigin.choices)
    city = models.CharField("注册所在地市", max_length=6, blank=True)
    county = models.CharField("注册所在区县", max_length=6, blank=True)
    authority_code = models.CharField("申报主管部门", max_length=6)
    contact_name = models.CharField("联系人姓名", max_length=100)
    contact_phone = ProtectedText(kind="phone", mask=phones.mask)
    contact_phone_mask: str
    licence = models.ForeignKey(
        "files.Blob", verbose_name="营业执照", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    vouched = models.CharField("凭证", max_length=20, blank=True)
    """What proved the enterprise in place of a scanned licence, in words: 电子营业执照."""
    state = models.CharField("状态", max_length=10, choices=SignUpState.choices, default=SignUpState.WAITING)
    reason = models.CharField("理由", max_length=500, blank=True)
    submitted_at = models.DateTimeField("提交时间")
    decided_at = models.DateTimeField("审核时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="sign_up"
    )

    class Meta:
        verbose_name = "用户注册"
        constraints = [
            models.UniqueConstraint(
                fields=["credit_code"],
                condition=Q(state=SignUpState.WAITING),
                name="one_waiting_sign_up_of_an_enterprise",
                violation_error_message="该企业的用户注册正在审核。",
            ),
            models.CheckConstraint(
                condition=Q(state=SignUpState.WAITING, decided_at__isnull=True, account__isnull=True)
                | Q(state=SignUpState.APPROVED, decided_at__isnull=False, account__isnull=False)
                | (Q(state=SignUpState.REFUSED, decided_at__isnull=False, account__isnull=True) & ~Q(reason="")),
                name="sign_up_decided_as_its_state_says",
                violation_error_message="用户注册的状态和审核结果不一致。",
            ),
            models.CheckConstraint(
                condition=Q(licence__isnull=False) | ~Q(vouched=""),
                name="sign_up_has_a_licence_or_is_vouched_for",
                violation_error_message="请上传营业执照。",
            ),
        ]
        indexes = [
            models.Index(fields=["authority_code", "state", "submitted_at"], name="sign_up_queue"),
            models.Index(fields=["state", "submitted_at"], name="sign_up_queue_of_province"),
        ]

    def __str__(self) -> str:
        return self.name
