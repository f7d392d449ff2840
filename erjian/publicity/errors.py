"""What publicity refuses."""

from __future__ import annotations

from erjian.accounts.models import Function, User
from erjian.applications.errors import NotYours
from erjian.policy import authorities
from erjian.standards.errors import Refusal


class PublicityRefused(Refusal):
    """A batch, an objection or a notice does not allow what was asked (status 422)."""

    status = 422


class Outdated(Refusal):
    """The batch or notice changed since the page was shown (status 409)."""

    status = 409


def check_officer(by: User, function: Function) -> None:
    """Raise NotYours unless the officer holds the function at the province."""
    if not by.may(function) or by.authority_code != authorities.province().code:
        raise NotYours(f"您没有“{function.label}”的职能。请联系系统管理员。", code="not_yours")


def check_seen(row: object, seen: int | None) -> None:
    """Raise Outdated when the page showed another version of a batch or notice."""
    if seen is not None and seen != row.version:  # type: ignore[attr-defined]
        raise Outdated("页面打开后内容有了变化。请核对最新内容后再办理。", code="stale")
