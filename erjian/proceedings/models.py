"""A proceeding with its timeline, the files handed in, and its papers."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from erjian.accounts import scopes
from erjian.accounts.models import Function, User, UserKind
from erjian.applications.models import Application
from erjian.proceedings.measures import Measure
from erjian.proceedings.states import OPEN, State
from erjian.publicity.models import Notice
from erjian.registry.models import Enterprise, Person, Registration


class Origin(models.TextChoices):
    OFFICER = "officer", "依职权"
    PERSON = "person", "本人申请"
    ENTERPRISE = "enterprise", "企业申请"


class ProceedingQuerySet(models.QuerySet["Proceeding"]):
    """The only way to proceedings: through a scope. What is outside it answers 404."""

    def visible_to(self, user: User) -> ProceedingQuerySet:
        """What a user may see: a party what it filed or was told of, a city what concerns its enterprises."""
        if not user.is_authenticated:
            return self.none()
        told = Q(notified_at__isnull=False) | Q(state=State.DECIDED)
        match user.kind:
            case UserKind.PERSON:
                return self.filter(Q(origin=Origin.PERSON) | told, Q(person_id=user.person_id))
            case UserKind.ENTERPRISE:
                return self.filter(Q(origin=Origin.ENTERPRISE) | told, Q(enterprise_id=user.enterprise_id))
            case _:
                if not user.functions & {Function.REGISTER, Function.DECISION}:
                    return self.none()
                return scopes.within(user, self.all(), "enterprise__filing_authority")


class Proceeding(models.Model):
    """One measure proposed or asked for against one registration."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField("编号", max_length=40, unique=True)
    measure = models.CharField("事项", max_length=10, choices=Measure.choices)
    ground = models.CharField("情形", max_length=30)
    facts = models.TextField("事实和证据", max_length=2000)
    until = models.DateField("暂扣至", null=True, blank=True)
    origin = models.CharField("来源", max_length=12, choices=Origin.choices)
    registration = models.ForeignKey(Registration, on_delete=models.PROTECT, related_name="proceedings")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="proceedings")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="proceedings")
    application = models.ForeignKey(
        Application, verbose_name="原注销申报", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField("状态", max_length=10, choices=State.choices)
    notified_at = models.DateTimeField("告知时间", null=True, blank=True)
    due_on = models.DateField("陈述申辩期限", null=True, blank=True)
    statement_days = models.PositiveSmallIntegerField("陈述申辩工作日", null=True, blank=True)
    hearing_asked_on = models.DateField("申请听证日期", null=True, blank=True)
    hearing_due_on = models.DateField("听证期限", null=True, blank=True)
    hearing_days = models.PositiveSmallIntegerField("听证工作日", null=True, blank=True)
    heard_on = models.DateField("听证日期", null=True, blank=True)
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    handled_by = ArrayField(models.BigIntegerField(), default=list)
    """Officers who proposed, accepted, told or heard: none of them decides."""
    notice = models.ForeignKey(
        Notice, verbose_name="公告", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    objects = ProceedingQuerySet.as_manager()

    class Meta:
        verbose_name = "依职权办理"
        constraints = [
            models.UniqueConstraint(
                fields=["registration"],
                condition=Q(state__in=sorted(OPEN)),
                name="one_open_proceeding",
                violation_error_message="这项注册已有正在办理的事项。请先办结。",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="proceeding_by_state"),
            models.Index(fields=["person", "-id"], name="proceeding_by_person"),
            models.Index(fields=["enterprise", "-id"], name="proceeding_by_enterprise"),
        ]

    def __str__(self) -> str:
        return self.number


class Event(models.Model):
    """One thing that happened: who, when, what was said."""

    proceeding = models.ForeignKey(Proceeding, on_delete=models.CASCADE, related_name="events")
    name = models.CharField(max_length=20)
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=12)
    actor_user_id = models.BigIntegerField(null=True)
    actor_label = models.CharField(max_length=120)
    organisation = models.CharField(max_length=200, blank=True)
    text = models.TextField(max_length=2000, blank=True)
    to_state = models.CharField(max_length=10, choices=State.choices)

    class Meta:
        verbose_name = "办理过程"
        indexes = [models.Index(fields=["proceeding", "id"], name="proceeding_event_order")]

    def __str__(self) -> str:
        return f"{self.proceeding_id} {self.name}"


class Attachment(models.Model):
    """A file that came with an event: proof, a statement, the minutes of a hearing."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="attachments")
    blob = models.ForeignKey("files.Blob", on_delete=models.PROTECT, related_name="+")
    filename = models.CharField(max_length=200)

    class Meta:
        verbose_name = "证明材料"

    def __str__(self) -> str:
        return self.filename


class PaperKind(models.TextChoices):
    NOTICE = "notice", "告知书"
    DECISION = "decision", "决定书"


class Paper(models.Model):
    """One official paper. Numbered in the transition's transaction; its file is rendered by a job."""

    proceeding = models.ForeignKey(Proceeding, on_delete=models.CASCADE, related_name="papers")
    kind = models.CharField("文书", max_length=10, choices=PaperKind.choices)
    number = models.CharField("文号", max_length=60, unique=True)
    issued_on = models.DateField("日期")
    data = models.BinaryField(help_text="加密的 JSON")
    file = models.ForeignKey("files.Blob", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = "文书"
        constraints = [models.UniqueConstraint(fields=["proceeding", "kind"], name="paper_once_per_proceeding")]

    def __str__(self) -> str:
        return self.number
