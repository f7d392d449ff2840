"""What a province decides: time limits, levels, age and renewal windows, limits, numbers, words.

Everything comes from one file, ``hunan.toml``, where each value stands with its source or with
平台规则 (a rule of this platform). Another province writes another file and names it in the setting
``ERJIAN_POLICY_FILE``. The clock and the working-day calendar live here too, because they
say when a time limit is reached.

    rules = policy.current()            # as it holds today; frozen, shared
    rules.acceptance_days               # 5
    rules.level_of("initial", "acceptance")
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from django.conf import settings

from erjian.policy import clock, loading
from erjian.policy.checking import LEFT_OUT, PolicyError
from erjian.policy.levels import Level
from erjian.policy.schema import OFFICIAL_STEPS, Authority, MaterialLimit, Policy, Window

__all__ = [
    "LEFT_OUT",
    "OFFICIAL_STEPS",
    "Authority",
    "Level",
    "MaterialLimit",
    "Policy",
    "PolicyError",
    "Window",
    "clock",
    "current",
    "digest",
]


def current(on: date | None = None) -> Policy:
    """The policy that holds on a day, today unless told otherwise. Raises ``PolicyError``."""
    return loading.load(_file(), on or clock.today())


def digest(on: date | None = None) -> str:
    """SHA-256 (hex) of the content of ``current(on)``: which rules a case was filed under."""
    return loading.digest(_file(), on or clock.today())


def _file() -> Path:
    named = getattr(settings, "ERJIAN_POLICY_FILE", None)
    return Path(named) if named else loading.HUNAN
