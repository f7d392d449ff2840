"""How often something may be tried: counted in the database, so that every node counts together.

A try is a row under a key that says what was tried; the key holds a keyed digest, never the name, number or
address itself. A try is written down before it is judged, so that many at once cannot exceed the limit.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from erjian import protection
from erjian.accounts.models import SignInFailure
from erjian.policy import clock
from erjian.standards.errors import Refusal

KEPT = timedelta(days=2)
"""Rows older than this limit nothing any more and are purged."""
_log = logging.getLogger(__name__)


class TooMany(Refusal):
    """The limit is reached (status 429); `wait` says in how many seconds it is worth trying again."""

    status = 429

    def __init__(self, message: str, *, wait: int, code: str = "too_many") -> None:
        super().__init__(message, code=code)
        self.wait = wait


@dataclass(frozen=True)
class Limit:
    """At most `most` tries of one kind within `window`."""

    name: str
    most: int
    window: timedelta


def key(name: str, *parts: str) -> str:
    """The key under which tries of a kind by these parts (an address, a user name) are counted."""
    return f"{name}:{protection.index('attempt', chr(0).join(parts)).hex()}"


def take(limit: Limit, *parts: str, now: datetime | None = None) -> SignInFailure:
    """Count one try. Raises TooMany when there were `most` of them within the window already."""
    now = now or clock.now()
    own = SignInFailure.objects.create(key=key(limit.name, *parts), at=now)
    earlier = SignInFailure.objects.filter(key=own.key, at__gt=now - limit.window, pk__lt=own.pk).order_by("at")
    times = list(earlier.values_list("at", flat=True)[: limit.most + 1])
    if len(times) >= limit.most:
        own.delete()
        _log.warning("limit %s reached", limit.name)
        wait = max(1, ceil((times[0] + limit.window - now).total_seconds()))
        raise TooMany(f"操作太频繁。请 {_said(wait)}后再试。", wait=wait)
    return own


def spent(limit: Limit, *parts: str) -> bool:
    """Whether the limit is reached, without counting a try."""
    since = clock.now() - limit.window
    return SignInFailure.objects.filter(key=key(limit.name, *parts), at__gt=since).count() >= limit.most


def purge() -> int:
    """Forget old tries; returns how many."""
    return SignInFailure.objects.filter(at__lt=clock.now() - KEPT).delete()[0]


def _said(seconds: int) -> str:
    return f"{seconds} 秒" if seconds < 60 else f"{ceil(seconds / 60)} 分钟"
