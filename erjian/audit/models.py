"""The two tables of the audit, events and the seals over them, and a count that a job keeps of the events.

Neither has foreign keys, so both can be partitioned and nothing they tell about can be blocked by
them. Triggers (see the migrations) refuse every change except the sealer's one stamping.
"""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from erjian.audit import codes, subjects
from erjian.audit.actors import ActorKind


class Event(models.Model):
    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField("时间")
    code = models.CharField("操作", max_length=80)
    actor_kind = models.CharField(max_length=12, choices=ActorKind)
    actor_user_id = models.BigIntegerField(null=True)
    actor_label = models.CharField("操作人", max_length=200)
    organisation = models.CharField("单位", max_length=200, blank=True)
    address = models.CharField("网络地址", max_length=45, blank=True)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=64, blank=True)
    data = models.JSONField(default=dict)

    # Written once, by the sealer. `position` counts from 1 within the seal, in the order of ids.
    seal_number = models.BigIntegerField(null=True, editable=False)
    position = models.IntegerField(null=True, editable=False)
    digest = models.BinaryField(null=True, editable=False)

    class Meta:
        indexes = [
            # Serves both the sealer (NULLs, in the order of ids) and the verification of one seal.
            models.Index(fields=["seal_number", "id"], name="audit_event_seal"),
            models.Index(fields=["subject_kind", "subject_id", "id"], name="audit_event_subject"),
            models.Index(
                fields=["actor_user_id", "id"],
                name="audit_event_actor",
                condition=Q(actor_user_id__isnull=False),
            ),
            models.Index(fields=["at"], name="audit_event_at"),
            models.Index(fields=["code", "id"], name="audit_event_code"),
            models.Index(fields=["organisation", "id"], name="audit_event_organisation"),
            GinIndex(
                fields=["data"],
                name="audit_event_reads",
                opclasses=["jsonb_path_ops"],
                condition=Q(code=codes.PERSONAL_DATA_READ),
            ),
        ]
        verbose_name = verbose_name_plural = "审计记录"

    def __str__(self) -> str:
        return f"{self.at:%F %T} {self.code} {self.subject_kind}:{self.subject_id}"

    @property
    def label(self) -> str:
        return codes.label(self.code)

    @property
    def subject_label(self) -> str:
        """What it was done to: the word of its kind and its number, which is missing where nobody was found."""
        return f"{subjects.label(self.subject_kind)} {self.subject_id}".strip()


class Seal(models.Model):
    """`digest` covers `number`, `count`, `at`, the digests of the events and `previous`."""

    number = models.BigIntegerField(primary_key=True)
    count = models.IntegerField()
    first_event = models.BigIntegerField()
    last_event = models.BigIntegerField()
    previous = models.BinaryField()
    digest = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "审计封条"

    def __str__(self) -> str:
        return f"#{self.number} {bytes(self.digest).hex()}"


class Readers(models.Model):
    """Who was shown most personal data lately, as a job counted it (`reading.count`); only the latest is kept."""

    counted_at = models.DateTimeField("统计时间")
    most = models.JSONField(help_text="单位（空：全部）→ 查阅个人信息最多的人员")

    class Meta:
        verbose_name = verbose_name_plural = "查阅统计"

    def __str__(self) -> str:
        return str(self.counted_at)
