"""Whether somebody may do what they ask for, where accounts are kept."""

from __future__ import annotations

from erjian.accounts.models import Function, User
from erjian.standards.errors import Refusal


class NotTheirs(Refusal):
    """Whoever acts lacks the function or the right, or the account is not theirs to keep."""

    status = 403


def require(by: User, function: Function) -> None:
    """Raise NotTheirs unless the officer holds the function."""
    if not by.may(function):
        raise NotTheirs(f"这里需要“{function.label}”职能。", code="function_missing")
