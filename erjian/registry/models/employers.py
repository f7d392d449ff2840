"""Registrations that will lapse because of their employer (待失效), each with the day that the person was told."""

from __future__ import annotations

from django.db import models
from django.db.models import F

from erjian import policy
from erjian.registry.models.enterprises import Enterprise
from erjian.registry.models.registrations import Registration, RegistrationStatus


class PendingLapses(models.QuerySet["PendingLapse"]):
    """Pending lapses."""

    def standing(self) -> PendingLapses:
        """Those whose cause stands: the same employer, still unable to employ as it was recorded, and the policy on."""
        if not policy.current().employer_lapse_days:
            return self.none()
        return self.filter(
            registration__status=RegistrationStatus.VALID,
            registration__enterprise=F("enterprise"),
            enterprise__ceased_on=F("ceased_on"),
        )


class PendingLapse(models.Model):
    """One registration whose holder was told. The day does not move when the policy does: it was promised in writing."""

    registration = models.OneToOneField(Registration, on_delete=models.CASCADE, related_name="pending_lapse")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="+")
    ceased_on = models.DateField("记录日期")
    lapses_on = models.DateField("失效日期", db_index=True)

    objects = PendingLapses.as_manager()

    class Meta:
        verbose_name = "待失效注册"

    def __str__(self) -> str:
        return self.registration.number
