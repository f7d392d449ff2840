"""How a policy file refuses a value: shared by the groups of its shape."""

from __future__ import annotations

#: In place of a level or an address: the province leaves this step out.
LEFT_OUT = "none"


class PolicyError(Exception):
    """A policy file cannot be used; the text names the value, for the operator."""


def require(condition: bool, problem: str) -> None:
    """Raise ``PolicyError`` unless ``condition`` holds."""
    if not condition:
        raise PolicyError(problem)
