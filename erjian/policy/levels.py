"""At which level of the administration something sits."""

from __future__ import annotations

from django.db.models import TextChoices


class Level(TextChoices):
    """A city authority (市州) or the provincial one (省厅)."""

    CITY = "city", "市州"
    PROVINCE = "province", "省"
