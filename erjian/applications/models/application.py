"""The case itself: whatever is listed, filtered, guarded or constrained is a column here."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from erjian.accounts import scopes
from erjian.accounts.models import Function, User, UserKind
from erjian.applications.states import BLOCKING, ENDED, State
from erjian.policy import authorities
from erjian.procedures import About, Filer, Procedure, all_procedures
from erjian.procedures import get as get_procedure
from erjian.registry.models import Enterprise, Person, Registration, RegistrationClass


def _filed_by_persons() -> list[str]:
    return [item.code for item in all_procedures() if item.filer == Filer.PERSON]


@dataclass(frozen=True, kw_only=True)
class Subject:
    """Whom or what a case is about, as lists, headings, letters and messages name it."""

    kind: About
    id: int
    name: str
    number: str
    """The masked identity number of a person, the credit code of an enterprise."""


class ApplicationQuerySet(models.QuerySet["Application"]):
    """The only way to cases: through a scope. What is outside it answers 404."""

    def visible_to(self, user: User) -> ApplicationQuerySet:
        """Cases a user may see.

        A person: cases in their name once reported. An enterprise: cases it filed, and transfers out of it once
        they have reached it. A city's officer: reported cases filed with that city. A province's officer: all
        reported cases.
        """
        if not user.is_authenticated:
            return self.none()
        match user.kind:
            case UserKind.PERSON:
                own = Q(procedure_code__in=_filed_by_persons())
                return self.filter(person=user.person).filter(own | ~Q(state=State.DRAFT))
            case UserKind.ENTERPRISE:
                foreign = Q(state=State.DRAFT, procedure_code__in=_filed_by_persons())
                return self.exclude(foreign).filter(
                    Q(enterprise_id=user.enterprise_id)
                    | (Q(former_enterprise_id=user.enterprise_id) & ~Q(state__in=(State.DRAFT, State.WAIT_PERSON)))
                )
            case _:
                return self.none() if user.authority is None else self.reported_to(user.authority)

    def reported_to(self, authority: authorities.Authority) -> ApplicationQuerySet:
        """The reported cases of a city; every reported case for the province."""
        return scopes.of_authority(authority, self.filter(reported_at__isnull=False), "authority_code")

    def waiting_for(self, user: User) -> ApplicationQuerySet:
        """Cases an officer can act on now: the right authority and a function they hold."""
        return self.waiting_at(user.authority_code, user.functions)

    def waiting_at(self, authority_code: str, functions: Collection[str]) -> ApplicationQuerySet:
        """Cases that wait for anybody with one of these functions at this authority; those in 公示 wait for the public."""
        at = self.filter(acting_authority=authority_code, acting_function__in=functions)
        return at.exclude(state=State.PUBLICITY)


class Application(models.Model):
    """One 申报 of one enterprise, about one person or about the enterprise itself (`about`)."""

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    number = models.CharField("申报编号", max_length=40, blank=True)
    procedure_code = models.CharField("申报类型", max_length=40)
    about = models.CharField("申报对象", max_length=10, choices=About.choices, default=About.PERSON)
    registration_class = models.CharField("注册类型", max_length=12, choices=RegistrationClass.choices, blank=True)
    person = models.ForeignKey(
        Person, verbose_name="人员", null=True, blank=True, on_delete=models.PROTECT, related_name="applications"
    )
    enterprise = models.ForeignKey(
        Enterprise, verbose_name="企业", on_delete=models.PROTECT, related_name="applications"
    )
    former_enterprise = models.ForeignKey(
        Enterprise, verbose_name="原单位", null=True, blank=True, on_delete=models.PROTECT, related_name="departures"
    )
    registration = models.ForeignKey(
        Registration, verbose_name="注册", null=True, blank=True, on_delete=models.PROTECT, related_name="applications"
    )
    authority_code = models.CharField("申报主管部门", max_length=6)
    specialties = ArrayField(models.CharField(max_length=20), verbose_name="注册专业", default=list, blank=True)
    state = models.CharField("状态", max_length=15, choices=State.choices, default=State.DRAFT)
    acting_authority = models.CharField("待办单位", max_length=6, blank=True)
    acting_function = models.CharField("待办职能", max_length=15, blank=True, choices=Function.choices)
    due_on = models.DateField("办理期限", null=True, blank=True)
    draft = models.BinaryField("未上报的填写内容", default=b"", help_text="加密的 JSON")
    draft_saved_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    form_version = models.PositiveSmallIntegerField("数据版本", default=0)
    consented_version = models.PositiveSmallIntegerField("本人确认的数据版本", default=0)
    policy_digest = models.CharField(max_length=64, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    reported_at = models.DateTimeField("上报时间", null=True, blank=True)
    received_at = models.DateTimeField("收到时间", null=True, blank=True)
    consented_at = models.DateTimeField("本人确认时间", null=True, blank=True)
    reminded_at = models.DateTimeField("最近提醒时间", null=True, blank=True)
    former_answer = models.CharField("原单位答复", max_length=8, blank=True)
    accepted_at = models.DateTimeField("受理时间", null=True, blank=True)
    deemed_accepted = models.BooleanField("视为受理", default=False)
    deemed_granted = models.BooleanField("视为准予延续", default=False)
    acceptance_officer_id = models.BigIntegerField(null=True, blank=True)
    first_verdict = models.CharField("初审", max_length=4, blank=True)
    first_reviewer_id = models.BigIntegerField(null=True, blank=True)
    final_verdict = models.CharField("复审", max_length=4, blank=True)
    final_reviewer_id = models.BigIntegerField(null=True, blank=True)
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    announced_at = models.DateTimeField("报出时间", null=True, blank=True)
    ended_at = models.DateTimeField("办结时间", null=True, blank=True)
    certificate_version_id = models.BigIntegerField(null=True, blank=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = "申报"
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(state__in=sorted(BLOCKING)),
                name="one_open_case_per_person",
                violation_error_message="该人员有其他在办申报，办结或撤回后才能继续。",
            ),
            models.CheckConstraint(
                condition=Q(about=About.PERSON, person__isnull=False, registration_class__gt="")
                | Q(about=About.ENTERPRISE, person__isnull=True, registration_class=""),
                name="person_unless_about_enterprise",
                violation_error_message="关于企业的申报不能有人员，其他申报必须有人员。",
            ),
            models.UniqueConstraint(
                fields=["procedure_code", "enterprise"],
                condition=Q(about=About.ENTERPRISE, state__in=sorted(BLOCKING)),
                name="one_open_case_per_enterprise_kind",
                violation_error_message="本企业有同类申报正在办理，办结或撤回后才能继续。",
            ),
            models.UniqueConstraint(
                fields=["procedure_code", "enterprise"],
                condition=Q(about=About.ENTERPRISE, state=State.DRAFT),
                name="one_draft_per_enterprise_kind",
                violation_error_message="本企业已有一条保存未上报的同类申报，请直接修改。",
            ),
            models.UniqueConstraint(
                fields=["number"],
                condition=~Q(number=""),
                name="case_number_unique",
                violation_error_message="申报编号重复。",
            ),
            models.UniqueConstraint(
                fields=["procedure_code", "person", "enterprise"],
                condition=Q(state=State.DRAFT),
                name="one_draft_per_person",
                violation_error_message="该人员已有一条保存未上报的同类申报，请直接修改。",
            ),
            models.CheckConstraint(
                condition=Q(final_reviewer_id__isnull=True)
                | Q(first_reviewer_id__isnull=True)
                | ~Q(final_reviewer_id=F("first_reviewer_id")),
                name="final_reviewer_is_another_officer",
                violation_error_message="初审人员不能复审同一申报。",
            ),
            models.CheckConstraint(
                condition=Q(state=State.DRAFT) | Q(reported_at__isnull=False) | Q(state__in=sorted(ENDED)),
                name="only_drafts_are_unreported",
                violation_error_message="未上报的申报只能是草稿。",
            ),
        ]
        indexes = [
            models.Index(fields=["enterprise", "procedure_code", "-id"], name="case_by_enterprise_kind"),
            models.Index(fields=["enterprise", "procedure_code", "state"], name="case_by_enterprise_state"),
            models.Index(fields=["enterprise", "-id"], name="case_by_enterprise"),
            models.Index(fields=["former_enterprise", "-id"], name="case_by_former_enterprise"),
            models.Index(fields=["person", "-id"], name="case_by_person"),
            # What an officer finds by a name's beginning is counted in this index alone.
            models.Index(fields=["person"], name="case_reported_by_person", condition=Q(reported_at__isnull=False)),
            # A constant, unlike `about`: a prepared query is planned without its values.
            models.Index(fields=["enterprise"], name="case_about_enterprise", condition=Q(person__isnull=True)),
            models.Index(fields=["acting_authority", "acting_function", "due_on", "id"], name="case_queue"),
            models.Index(fields=["authority_code", "-id"], name="case_by_authority"),
            models.Index(fields=["state", "due_on"], name="case_by_state_due"),
        ]

    def __str__(self) -> str:
        return self.number or str(self.uuid)

    @property
    def procedure(self) -> Procedure:
        """The declaration of this case's kind."""
        return get_procedure(self.procedure_code)

    @property
    def subject(self) -> Subject:
        """Whom or what the case is about."""
        if self.about == About.ENTERPRISE:
            enterprise = self.enterprise
            return Subject(kind=About.ENTERPRISE, id=enterprise.pk, name=enterprise.name, number=enterprise.credit_code)
        assert self.person is not None
        mask: str = self.person.id_number_mask
        return Subject(kind=About.PERSON, id=self.person.pk, name=self.person.name, number=mask)

    @property
    def is_open(self) -> bool:
        """Whether anything may still happen to the case."""
        return self.state not in ENDED
