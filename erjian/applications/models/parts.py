"""What belongs to a case: data versions, materials, timeline, clocks, letters."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from erjian.applications.models.application import Application
from erjian.applications.states import State


class FormVersion(models.Model):
    """The form as it was filed: immutable, encrypted JSON with its schema version, so that an old case prints as filed."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="form_versions")
    number = models.PositiveSmallIntegerField()
    schema = models.PositiveSmallIntegerField(default=1)
    data = models.BinaryField()
    digest = models.CharField(max_length=64)
    author = models.CharField(max_length=120)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "number"], name="form_version_unique")]

    def __str__(self) -> str:
        return f"{self.application_id} 第 {self.number} 版"


class MaterialFile(models.Model):
    """One attached file. A removed file keeps its row, so that every data version can show its own materials."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="materials")
    code = models.CharField(max_length=40)
    blob = models.ForeignKey("files.Blob", on_delete=models.PROTECT, related_name="+")
    filename = models.CharField(max_length=200)
    origin = models.CharField("来源", max_length=100)
    position = models.PositiveSmallIntegerField(default=0)
    added_in = models.PositiveSmallIntegerField(default=1)
    removed_in = models.PositiveSmallIntegerField(null=True, blank=True)
    uploaded_by = models.CharField(max_length=120)
    uploaded_at = models.DateTimeField()

    class Meta:
        verbose_name = "附件材料"
        indexes = [models.Index(fields=["application", "code", "position"], name="material_by_case")]

    def __str__(self) -> str:
        return self.filename


class TimelineEntry(models.Model):
    """One transition that happened: who, when, from where to where, and the opinion given."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="timeline")
    transition = models.CharField(max_length=30)
    from_state = models.CharField(max_length=15, choices=State.choices, blank=True)
    to_state = models.CharField(max_length=15, choices=State.choices)
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=12)
    actor_user_id = models.BigIntegerField(null=True)
    actor_label = models.CharField(max_length=120)
    organisation = models.CharField(max_length=200, blank=True)
    opinion = models.TextField(max_length=2000, blank=True)
    data = models.JSONField(default=dict)
    form_version = models.PositiveSmallIntegerField(default=0)
    version = models.PositiveIntegerField(default=0, help_text="办理后的申报版本号，用来说明页面打开后发生了什么")

    class Meta:
        verbose_name = "办理过程"
        indexes = [models.Index(fields=["application", "-at"], name="timeline_by_case")]

    def __str__(self) -> str:
        return f"{self.application_id} {self.transition}"


class ClockKind(models.TextChoices):
    """Which time limit runs. Unit and length come from policy."""

    CONFIRMATION = "confirmation", "确认"
    ACCEPTANCE = "acceptance", "受理"
    CORRECTION = "correction", "补正"
    DECISION = "decision", "办理"


class Clock(models.Model):
    """One running or ended time limit of a case (行政许可法第四十二、四十五、八十二条).

    `started_on` does not count; the limit is reached at the end of `due_on`. A pause moves `due_on` when it ends.
    """

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="clocks")
    kind = models.CharField(max_length=15, choices=ClockKind.choices)
    started_on = models.DateField()
    days = models.PositiveSmallIntegerField()
    working = models.BooleanField(default=True)
    extended_days = models.PositiveSmallIntegerField(default=0)
    extension_reason = models.CharField(max_length=500, blank=True)
    extended_by = models.CharField(max_length=120, blank=True)
    paused_on = models.DateField(null=True, blank=True)
    paused_days = models.PositiveSmallIntegerField(default=0)
    due_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = "时限"
        constraints = [
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(ended_on__isnull=True, paused_on__isnull=True),
                name="one_running_clock",
                violation_error_message="一个申报同时只能有一个时限在计。",
            ),
            models.CheckConstraint(
                condition=Q(due_on__gte=F("started_on")),
                name="clock_due_after_start",
                violation_error_message="期限不能早于起始日期。",
            ),
        ]
        indexes = [
            models.Index(fields=["application", "kind"], name="clock_by_case"),
            models.Index(
                fields=["due_on"],
                name="clock_running",
                condition=Q(working=True, ended_on__isnull=True, paused_on__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.due_on}"


class LetterKind(models.TextChoices):
    """Official letters; values are the kinds of the `notices` paper."""

    ACCEPT = "accept", "受理通知书"
    CORRECT = "correct", "补正通知书"
    NOT_ACCEPT = "decline", "不予受理通知书"
    GRANT = "grant", "准予许可决定书"
    REFUSE = "refuse", "不予许可决定书"


class Letter(models.Model):
    """One letter of the authority. Numbered in the transition's transaction; its file is rendered by a job."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="letters")
    kind = models.CharField("文书", max_length=10, choices=LetterKind.choices)
    number = models.CharField("文号", max_length=60, unique=True)
    authority_code = models.CharField(max_length=6)
    issued_on = models.DateField("日期")
    data = models.BinaryField(help_text="加密的 JSON")
    file = models.ForeignKey("files.Blob", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    read_at = models.DateTimeField("送达阅读时间", null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = "文书"
        indexes = [models.Index(fields=["application", "-created_at"], name="letter_by_case")]

    def __str__(self) -> str:
        return self.number


class RobotRun(models.Model):
    """One run of the nightly work: what was done by robot, what was refused, so that operators can see it."""

    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    dry_run = models.BooleanField(default=False)
    requested_by = models.CharField("发起", max_length=120, blank=True)
    current = models.CharField("正在办理", max_length=20, blank=True)
    done = models.JSONField(default=dict)
    refused = models.JSONField(default=list)

    class Meta:
        verbose_name = "定时任务运行"
        indexes = [models.Index(fields=["-started_at"], name="robot_run_by_time")]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"


class CannedOpinion(models.Model):
    """A phrase an officer keeps for opinions (常用意见)."""

    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="canned_opinions")
    step = models.CharField(max_length=20)
    text = models.CharField(max_length=300)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = "常用意见"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "step", "text"],
                name="canned_opinion_unique",
                violation_error_message="已有相同的常用意见。",
            )
        ]

    def __str__(self) -> str:
        return self.text
