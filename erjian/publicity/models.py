"""Batches, their rows, objections and notices."""

from __future__ import annotations

from django.db import models

from erjian.accounts.models import User
from erjian.applications.models import Application
from erjian.protection import ProtectedText
from erjian.standards import id_numbers, phones


class BatchKind(models.TextChoices):
    PUBLICITY = "publicity", "公示"
    ANNOUNCEMENT = "announcement", "公告"


class BatchState(models.TextChoices):
    DRAFT = "draft", "待发布"
    RUNNING = "running", "办理中"
    PUBLISHED = "published", "已发布"
    CLOSED = "closed", "已结束"


class Batch(models.Model):
    """One 公示 or 公告 with its cases."""

    kind = models.CharField("类别", max_length=12, choices=BatchKind.choices)
    number = models.CharField("批次号", max_length=40, unique=True)
    title = models.CharField("标题", max_length=200)
    state = models.CharField("状态", max_length=10, choices=BatchState.choices, default=BatchState.DRAFT)
    begins = models.DateField("起始日期", null=True, blank=True)
    ends = models.DateField("截止日期", null=True, blank=True)
    published_at = models.DateTimeField("发布时间", null=True, blank=True)
    created_by = models.CharField("经办人", max_length=120)
    created_at = models.DateTimeField()
    started_by = models.ForeignKey(
        User, verbose_name="发布人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = "批次"
        indexes = [models.Index(fields=["kind", "state", "-published_at"], name="batch_by_kind")]

    def __str__(self) -> str:
        return self.title


class ItemState(models.TextChoices):
    WAITING = "waiting", "待办理"
    DONE = "done", "已办理"
    HELD = "held", "异议核查中"
    FAILED = "failed", "办理失败"


class BatchItem(models.Model):
    """One case in a batch. Shown facts are copied, masked, so that the public page never reads the case."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="items")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="batch_items")
    granted = models.BooleanField("准予", default=True)
    state = models.CharField(max_length=10, choices=ItemState.choices, default=ItemState.WAITING)
    shown = models.JSONField("公开内容")
    reason = models.CharField("不予理由", max_length=1000, blank=True)
    failure = models.CharField("失败原因", max_length=500, blank=True)

    class Meta:
        verbose_name = "批次事项"
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "application"],
                name="case_once_per_batch",
                violation_error_message="该申报已在本批次中。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.application_id}"


class ObjectionState(models.TextChoices):
    RECEIVED = "received", "待核查"
    UPHELD = "upheld", "异议成立"
    DISMISSED = "dismissed", "异议不成立"


class Objection(models.Model):
    """A real-name objection to one row of a publicity batch (decision G.18)."""

    item = models.ForeignKey(BatchItem, on_delete=models.PROTECT, related_name="objections")
    name = models.CharField("姓名", max_length=100)
    id_number = ProtectedText(kind="id_number", mask=id_numbers.mask)
    phone = ProtectedText(kind="phone", mask=phones.mask)
    text = models.TextField("异议内容", max_length=2000)
    evidence = models.ForeignKey("files.Blob", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    code = models.CharField("查询码", max_length=20, unique=True)
    state = models.CharField("状态", max_length=10, choices=ObjectionState.choices, default=ObjectionState.RECEIVED)
    created_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True, blank=True)
    handled_by = models.CharField("核查人", max_length=120, blank=True)
    answer = models.TextField("核查结论", max_length=2000, blank=True)

    class Meta:
        verbose_name = "异议"
        indexes = [models.Index(fields=["state", "created_at"], name="objection_by_state")]

    def __str__(self) -> str:
        return self.code


class NoticeKind(models.TextChoices):
    NOTICE = "notice", "通知公告"
    POLICY = "policy", "政策法规"
    GUIDE = "guide", "操作指引"


class Notice(models.Model):
    """A page the authority writes for the public: plain paragraphs, no markup to attack."""

    kind = models.CharField("类别", max_length=10, choices=NoticeKind.choices, default=NoticeKind.NOTICE)
    title = models.CharField("标题", max_length=200)
    body = models.TextField("正文", max_length=50_000)
    attachment = models.ForeignKey("files.Blob", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    attachment_name = models.CharField(max_length=200, blank=True)
    pinned = models.BooleanField("置顶", default=False)
    published_at = models.DateTimeField("发布时间", null=True, blank=True)
    withdrawn_at = models.DateTimeField("撤下时间", null=True, blank=True)
    author = models.CharField("发布人", max_length=120)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = "通知公告"
        indexes = [models.Index(fields=["-pinned", "-published_at"], name="notice_by_time")]

    def __str__(self) -> str:
        return self.title
