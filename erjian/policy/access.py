"""The shape of a policy file, continued: who gets in, how, how often and for how long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from erjian.policy.checking import LEFT_OUT, require


@dataclass(frozen=True)
class RateLimit:
    """How often one account may do something."""

    per_minute: int
    per_day: int


@dataclass(frozen=True)
class Sessions:
    """How long a signed-in session lives, in minutes; officers' rules are stricter."""

    idle_minutes: int
    officer_idle_minutes: int
    absolute_minutes: int
    confirm_minutes: int

    def __post_init__(self) -> None:
        longest = max(self.idle_minutes, self.officer_idle_minutes)
        require(0 < longest <= self.absolute_minutes, "sessions: idle time is within the absolute one")
        require(0 < self.confirm_minutes <= 60, "sessions.confirm_minutes is between 1 and 60")


@dataclass(frozen=True)
class Passwords:
    """Rules for passwords and for what follows wrong ones."""

    min_length: int
    min_classes: int
    max_age_days: int
    history: int
    lockout_attempts: int
    lockout_minutes: int
    captcha_attempts: int
    min_strength: int

    def __post_init__(self) -> None:
        require(self.min_length >= 8, "passwords.min_length is at least 8")
        require(1 <= self.min_classes <= 4, "passwords.min_classes is between 1 and 4")
        require(0 <= self.history <= 24, "passwords.history is between 0 and 24")
        require(0 <= self.min_strength <= 4, "passwords.min_strength is between 0 and 4")
        require(
            0 < self.captcha_attempts < self.lockout_attempts,
            "passwords.captcha_attempts is at least 1 and below lockout_attempts",
        )


@dataclass(frozen=True)
class SecondFactor:
    """Who must show a second factor at every sign-in, by kind of user, and how many recovery codes there are."""

    required_for: tuple[str, ...]
    recovery_codes: int

    def __post_init__(self) -> None:
        known = {"person", "enterprise", "officer"}
        require(set(self.required_for) <= known, f"second_factor.required_for: of {', '.join(sorted(known))}")
        require(5 <= self.recovery_codes <= 20, "second_factor.recovery_codes is between 5 and 20")


@dataclass(frozen=True)
class Entrances:
    """Which ways in are ``on``, ``announced`` or ``off``, and where the neighbouring registers are."""

    certificate: str
    digital_identity: str
    e_licence: str
    registration: str
    architects_url: str
    structural_engineers_url: str

    def __post_init__(self) -> None:
        for way in ("certificate", "digital_identity", "e_licence", "registration"):
            require(getattr(self, way) in ("on", "announced", "off"), f"entrances.{way} is on, announced or off")
        for name in ("architects_url", "structural_engineers_url"):
            address = getattr(self, name)
            leads = address.startswith(("https://", "http://"))
            require(leads or address == LEFT_OUT, f"entrances.{name} is a web address or {LEFT_OUT}")

    def leads_to(self, name: str) -> str:
        """The address of a neighbouring register; empty where there is none."""
        address: str = getattr(self, f"{name}_url")
        return "" if address == LEFT_OUT else address


#: How surely a person's identity may be established, weakest first (`registry.Assurance`).
ASSURANCES = ("none", "sms", "face", "counter", "authoritative")


@dataclass(frozen=True)
class Identity:
    """Real-name verification: when a face is accepted, what is asked for, and which level a procedure needs."""

    accept: float
    refuse: float
    gestures: int
    gesture_seconds: int
    failures: int
    failure_hours: int
    resume_days: int
    password_hours: int
    unregistered_mobile: str
    levels: Mapping[str, str]

    def __post_init__(self) -> None:
        require(0 < self.accept <= self.refuse < 1, "identity: 0 < accept ≤ refuse < 1")
        require(2 <= self.gestures <= 4, "identity.gestures is between 2 and 4")
        require(20 <= self.gesture_seconds <= 300, "identity.gesture_seconds is between 20 and 300")
        require(self.failures > 0, "identity.failures is positive")
        require(self.unregistered_mobile in ("officer", "accept"), "identity.unregistered_mobile is officer or accept")
        require("default" in self.levels, "identity.levels has a default")
        unknown = sorted(set(self.levels.values()) - set(ASSURANCES))
        require(not unknown, f"identity.levels: {unknown} are none of {', '.join(ASSURANCES)}")
