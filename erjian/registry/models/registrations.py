"""Registrations: that a person may practise, for whom, in which specialties and until when.

A row is one period from an initial (初始) or renewed (重新) registration to its end; a person who registers
again gets a new row with the same registration number, so that the register's past is never overwritten.
Formal and temporary constructors (注册类型) are separate registrations.
"""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q

from erjian.registry.models.enterprises import Enterprise
from erjian.registry.models.people import Person
from erjian.registry.models.qualifications import Qualification
from erjian.standards.specialties import Specialty


class RegistrationClass(models.TextChoices):
    CONSTRUCTOR = "constructor", "二级注册建造师"
    TEMPORARY = "temporary", "二级注册临时建造师"


class RegistrationStatus(models.TextChoices):
    """Stored legal status; expiry (失效) is also computed when read, so a late job never makes a page lie."""

    VALID = "valid", "有效"
    LAPSED = "lapsed", "失效"
    CANCELLED = "cancelled", "注销"
    RESCINDED = "rescinded", "撤销"
    REVOKED = "revoked", "吊销"
    SUSPENDED = "suspended", "暂扣"


LIVE = (RegistrationStatus.VALID, RegistrationStatus.SUSPENDED)


class CertificateKind(models.TextChoices):
    ELECTRONIC = "electronic", "电子证书"
    PAPER = "paper", "纸质证书"


class Registration(models.Model):
    """One registration period of one person in one class."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="registrations")
    registration_class = models.CharField("注册类型", max_length=12, choices=RegistrationClass.choices)
    number = models.CharField("注册号", max_length=40)
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="registrations")
    status = models.CharField(
        "证书状态", max_length=10, choices=RegistrationStatus.choices, default=RegistrationStatus.VALID
    )
    certificate_kind = models.CharField(
        "证书类型", max_length=12, choices=CertificateKind.choices, default=CertificateKind.ELECTRONIC
    )
    certificate_number = models.CharField("证书编号", max_length=20, blank=True)
    registered_on = models.DateField("初始注册日期")
    employed_on = models.DateField("到现单位日期")
    valid_until = models.DateField("有效期至")
    dates_binding = models.BooleanField(
        "有效期具有约束力",
        default=True,
        help_text="导入的临时建造师有效期（如 2011 年）由政策延续，不因日期届满而失效。",
    )
    ended_on = models.DateField("终止日期", null=True, blank=True)
    end_reason = models.CharField("终止原因", max_length=200, blank=True)
    case_number = models.CharField("依据申报编号", max_length=40, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "注册"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "registration_class"],
                condition=Q(status__in=LIVE),
                name="one_live_registration_per_class",
                violation_error_message="该人员已有有效的同类注册，不能重复注册。",
            ),
            models.UniqueConstraint(
                fields=["number", "registration_class"],
                condition=Q(status__in=LIVE),
                name="live_registration_number_unique",
                violation_error_message="该注册号已被其他有效注册使用。",
            ),
            models.CheckConstraint(
                condition=Q(status__in=LIVE, ended_on__isnull=True) | ~Q(status__in=LIVE),
                name="live_registration_has_no_end",
                violation_error_message="有效注册不能有终止日期。",
            ),
        ]
        indexes = [
            models.Index(fields=["enterprise", "registration_class", "status", "-id"], name="registration_by_employer"),
            models.Index(fields=["enterprise", "-id"], name="registration_by_employer_all"),
            models.Index(fields=["person", "registration_class"], name="registration_by_person"),
            models.Index(fields=["number"], name="registration_number_prefix", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["valid_until"], name="registration_live_expiry", condition=Q(status__in=LIVE)),
        ]

    def __str__(self) -> str:
        return self.number

    def status_on(self, today: Any) -> RegistrationStatus:
        """Legal status on a day: a valid registration whose last specialty has run out has lapsed (153号令第十六条)."""
        if self.status == RegistrationStatus.VALID and self.dates_binding and self.valid_until < today:
            return RegistrationStatus.LAPSED
        return RegistrationStatus(self.status)


class DateRange(Func):
    """daterange(begin, end, bounds) for the exclusion constraint."""

    function = "daterange"
    output_field = DateRangeField()


class SpecialtyPeriods(models.QuerySet["RegistrationSpecialty"]):
    """Periods of specialties."""

    def standing(self) -> SpecialtyPeriods:
        """Of each specialty the last period that is not voided: one that 增项 has followed is history."""
        later = RegistrationSpecialty.objects.filter(
            registration=OuterRef("registration"), specialty=OuterRef("specialty"), begin__gt=OuterRef("begin"),
            voided=False,
        )  # fmt: skip
        return self.filter(~Exists(later), voided=False)


class RegistrationSpecialty(models.Model):
    """One period of a specialty (注册专业) of a registration, both days inclusive.

    Renewal moves the end of a period; a specialty that has lapsed beside others gets another period by 增项.
    """

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="specialties")
    specialty = models.CharField("注册专业", max_length=20, choices=Specialty.choices)
    qualification = models.ForeignKey(
        Qualification, null=True, blank=True, on_delete=models.PROTECT, related_name="registration_specialties"
    )
    begin = models.DateField("有效期起")
    end = models.DateField("有效期止")
    voided = models.BooleanField("已作废", default=False)

    objects = SpecialtyPeriods.as_manager()

    class Meta:
        verbose_name = "注册专业"
        constraints = [
            models.CheckConstraint(
                condition=Q(end__gte=F("begin")),
                name="specialty_period_in_order",
                violation_error_message="有效期止不能早于有效期起。",
            ),
            ExclusionConstraint(
                name="specialty_periods_do_not_overlap",
                expressions=[
                    (F("registration"), RangeOperators.EQUAL),
                    (F("specialty"), RangeOperators.EQUAL),
                    (
                        DateRange("begin", "end", RangeBoundary(inclusive_lower=True, inclusive_upper=True)),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(voided=False),
                violation_error_message="同一注册专业的有效期不能重叠。",
            ),
        ]
        indexes = [
            models.Index(fields=["end"], name="specialty_by_end", include=["registration"], condition=Q(voided=False)),
        ]

    def __str__(self) -> str:
        return f"{self.get_specialty_display()} {self.begin}—{self.end}"


def standing_specialties() -> ArraySubquery:
    """The codes of a registration's specialties that are not voided, to annotate a list with: no query beside its own."""
    found = RegistrationSpecialty.objects.filter(registration=OuterRef("pk"), voided=False)
    return ArraySubquery(found.order_by("specialty", "begin").values("specialty"))
