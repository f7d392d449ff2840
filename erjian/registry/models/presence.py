"""To which authorities' registers a person belongs: what a city's officers find people by."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from erjian.registry.models.people import Person


class Presence(models.Model):
    """How much ties a person to the enterprises of one authority.

    Kept by triggers of the tables that it counts (`registry` 0014, `applications` 0011) and never written otherwise;
    `applications.presence` counts it as a whole. A city's people could be found without it only by looking through
    everybody's registrations.
    """

    authority_code = models.CharField("申报主管部门", max_length=6)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="presences")
    # The person's, here once more: an index of one table gives a city's people in the order of names.
    name = models.CharField("姓名", max_length=100, db_collation="C")
    held = models.IntegerField("注册与资格证书数", default=0, db_default=0)
    cases = models.IntegerField("已上报的申报数", default=0, db_default=0)

    class Meta:
        verbose_name = "人员归属"
        constraints = [
            models.UniqueConstraint(
                fields=["authority_code", "person"],
                name="presence_unique",
                violation_error_message="该人员的归属已登记。",
            ),
        ]
        indexes = [
            models.Index(fields=["authority_code", "-person"], name="presence_newest", condition=Q(held__gt=0)),
            models.Index(
                fields=["authority_code", "name", "-person"], name="presence_by_name", condition=Q(held__gt=0)
            ),
            models.Index(
                fields=["authority_code", "name", "person"], name="presence_of_cases", condition=Q(cases__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.authority_code} {self.name}"
