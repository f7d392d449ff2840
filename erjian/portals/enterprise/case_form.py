"""The tabs of the enterprise's form page; the form itself is the same for everybody (`portals.shared.filing`)."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse

from erjian.applications import materials
from erjian.applications.models import Application
from erjian.portals.shared import filing
from erjian.ui import parts


def tabs(case: Application, rows: Iterable[materials.MaterialRow], current: str) -> tuple[parts.View, ...]:
    """初始注册申报 | 附件材料 6 / 7."""
    progress = filing.material_progress(rows)
    return (
        parts.View(case.procedure.form_title, reverse("enterprise:edit", args=(case.uuid,)), current=current == "form"),
        parts.View(
            "附件材料",
            reverse("enterprise:materials", args=(case.uuid,)),
            str(progress) if progress.asked else None,
            current=current == "materials",
        ),
    )
