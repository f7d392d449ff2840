"""What a proceeding refuses, by the status that answers."""

from __future__ import annotations

from erjian.standards.errors import Refusal


class ProceedingRefused(Refusal):
    """The proceeding does not allow what was asked (status 422)."""

    status = 422


class ProceedingStale(Refusal):
    """The proceeding changed since the page was shown (status 409)."""

    status = 409
