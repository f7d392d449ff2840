"""Why a step of the verification is refused."""

from __future__ import annotations

from erjian.standards.errors import Refusal


class IdentityRefused(Refusal):
    """`status` 422 for what can be put right on the page, 409 for what is no longer so, 429 for too often."""

    def __init__(self, message: str, *, code: str = "invalid", field: str | None = None, status: int = 422) -> None:
        super().__init__(message, code=code, field=field)
        self.status = status


def out_of_step() -> IdentityRefused:
    """The page shows a step that has been left meanwhile."""
    return IdentityRefused("这一步已经办过，或已在其他窗口继续。请刷新页面后继续。", code="step", status=409)
