"""What can go wrong with a case, each with a sentence for people and a code for machines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.apps import apps
from django.db import IntegrityError

from erjian.standards.errors import Refusal

if TYPE_CHECKING:
    from erjian.applications.models import Application, TimelineEntry
    from erjian.procedures.guards import Verdict


class CaseRefused(Refusal):
    """The case does not allow what was asked (status 422)."""

    status = 422


class NotYours(Refusal):
    """The user lacks the function or the side that the transition needs (status 403)."""

    status = 403


class Stale(Refusal):
    """The case changed since the page was shown (status 409); carries what happened since and by whom."""

    status = 409

    def __init__(self, application: Application, since: Sequence[TimelineEntry]) -> None:
        self.application = application
        self.since = tuple(since)
        if self.since:
            last = self.since[0]
            what = f"{last.organisation or ''}{last.actor_label}已将其改为“{application.get_state_display()}”"
        else:
            what = "它已在其他窗口保存"
        super().__init__(f"页面打开后这条申报有了变化：{what}。请查看最新内容后再办理。", code="stale")


class GuardsRefused(CaseRefused):
    """Conditions do not hold; carries the verdicts, failing first."""

    def __init__(self, verdicts: Sequence[Verdict]) -> None:
        self.verdicts = tuple(verdicts)
        stopping = [verdict for verdict in self.verdicts if verdict.stops]
        text = "；".join(f"{verdict.label}：{verdict.reason}" for verdict in stopping)
        super().__init__(f"有 {len(stopping)} 项条件不符合。{text}", code="guards")


class FieldsRefused(CaseRefused):
    """The form is incomplete or wrong; carries messages by field name."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        self.errors = errors
        super().__init__(f"有 {len(errors)} 处填写需要处理。", code="fields")


def from_constraint(error: IntegrityError) -> CaseRefused:
    """The Chinese message of the named database constraint that refused; re-raises what is not one of ours."""
    diagnosis = getattr(error.__cause__, "diag", None)
    name = getattr(diagnosis, "constraint_name", "") or ""
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            if constraint.name == name:
                return CaseRefused(str(constraint.get_violation_error_message()), code=name)
    raise error
