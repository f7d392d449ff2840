"""Inbox entries, short messages, and the codes sent by short message."""

import uuid

from django.db import models
from django.db.models import Q

from erjian import protection
from erjian.messaging.recipients import RecipientKind
from erjian.protection import ProtectedText
from erjian.standards import phones


class InboxMessage(models.Model):
    """One entry in the inbox of a recipient. `key` is the business event it tells of."""

    recipient_kind = models.CharField(max_length=12, choices=RecipientKind)
    recipient_id = models.CharField(max_length=64)
    template = models.CharField(max_length=80)
    title = models.CharField("标题", max_length=200)
    body = models.TextField("内容")
    link = models.CharField("链接", max_length=300, blank=True)
    key = models.CharField(max_length=160)
    created_at = models.DateTimeField("时间")
    read_at = models.DateTimeField("已读时间", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["recipient_kind", "recipient_id", "key"], name="inbox_once_per_recipient_and_key"
            ),
        ]
        indexes = [
            models.Index(fields=["recipient_kind", "recipient_id", "-id"], name="inbox_of_recipient"),
            models.Index(
                fields=["recipient_kind", "recipient_id"],
                name="inbox_unread",
                condition=Q(read_at__isnull=True),
            ),
        ]
        verbose_name = verbose_name_plural = "站内消息"

    def __str__(self) -> str:
        return f"{self.recipient_kind}:{self.recipient_id} {self.title}"


class SmsState(models.TextChoices):
    QUEUED = "queued", "待发送"
    SENT = "sent", "已发送"
    FAILED = "failed", "发送失败"


class SmsMessage(models.Model):
    """One short message. `delivery_id` is the idempotency key that the provider sees."""

    PURGED = "（内容已清除）"

    key = models.CharField(max_length=200, unique=True)
    delivery_id = models.UUIDField(default=uuid.uuid4, editable=False)
    template = models.CharField("模板", max_length=80)
    phone = ProtectedText(kind="phone", mask=phones.mask, verbose_name="手机号")
    text_cipher = models.BinaryField()
    # Holds a secret (a code), so its text is forgotten as soon as a real provider has it.
    secret = models.BooleanField(default=False)
    state = models.CharField("状态", max_length=8, choices=SmsState, default=SmsState.QUEUED)
    attempts = models.IntegerField("发送次数", default=0)
    reference = models.CharField("通道回执", max_length=100, blank=True)
    error = models.CharField("失败原因", max_length=200, blank=True)
    created_at = models.DateTimeField("提交时间")
    sent_at = models.DateTimeField("发送时间", null=True)

    phone_mask: str
    phone_index: bytes

    class Meta:
        indexes = [
            models.Index(fields=["-created_at"], name="sms_newest"),
            models.Index(fields=["state", "id"], name="sms_unsent", condition=~Q(state="sent")),
        ]
        verbose_name = verbose_name_plural = "短信"

    def __str__(self) -> str:
        return f"{self.phone_mask} {self.template} {self.state}"

    @property
    def text(self) -> str:
        return protection.decrypt("sms_text", self.text_cipher)

    @text.setter
    def text(self, value: str) -> None:
        self.text_cipher = protection.encrypt("sms_text", value)


class SmsCode(models.Model):
    """One code sent to one phone for one purpose. Only keyed digests are kept, of the phone too."""

    purpose = models.CharField(max_length=40)
    phone_index = models.BinaryField(max_length=32)
    address = models.CharField(max_length=45, blank=True)
    code_digest = models.BinaryField(max_length=32)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.SmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["phone_index", "-created_at"], name="sms_code_phone"),
            models.Index(fields=["address", "-created_at"], name="sms_code_address"),
            models.Index(fields=["created_at"], name="sms_code_age"),
        ]
        verbose_name = verbose_name_plural = "短信验证码"

    def __str__(self) -> str:
        return f"{self.purpose} {self.created_at:%F %T}"


class Question(models.Model):
    """One 企业问题咨询. Enterprise and attachment are plain ids: messaging stands below the rooms that hold them."""

    enterprise_id = models.BigIntegerField()
    enterprise_name = models.CharField("企业名称", max_length=200)
    asked_by = models.CharField("提问人", max_length=120)
    title = models.CharField("标题", max_length=100)
    text = models.TextField("咨询内容", max_length=4000)
    attachment_id = models.UUIDField(null=True, blank=True)
    attachment_name = models.CharField("附件", max_length=200, blank=True)
    asked_at = models.DateTimeField("提问时间")
    answer = models.TextField("答复", max_length=4000, blank=True)
    answered_by = models.CharField("答复人", max_length=120, blank=True)
    answered_for = models.CharField("答复单位", max_length=120, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True)
    public_title = models.CharField("公开的问题", max_length=100, blank=True)
    published_at = models.DateTimeField("公开时间", null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["enterprise_id", "-id"], name="question_of_enterprise"),
            models.Index(fields=["-id"], name="question_unanswered", condition=Q(answered_at__isnull=True)),
            models.Index(
                fields=["-published_at", "-id"], name="question_published", condition=Q(published_at__isnull=False)
            ),
        ]
        verbose_name = verbose_name_plural = "企业咨询"

    def __str__(self) -> str:
        return self.title

    @property
    def is_answered(self) -> bool:
        return self.answered_at is not None
