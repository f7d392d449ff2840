"""What a province has to decide: the shape of a policy file, and what a value may be.

One frozen dataclass per group. ``loading`` builds them strictly (nothing missing, nothing unknown,
every value of its type); the checks that concern several values stand here beside the values.
"""

from __future__ import annotations

import ipaddress
import string
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from erjian.policy.access import Entrances, Identity, Passwords, RateLimit, SecondFactor, Sessions
from erjian.policy.checking import LEFT_OUT, PolicyError, require
from erjian.policy.levels import Level
from erjian.standards import credit_codes, regions
from erjian.standards.validity import born_before

#: Steps of a case that an officer takes; the value of a step is the level at which it sits.
OFFICIAL_STEPS = ("acceptance", "first_review", "final_review", "publicity", "announcement", "decision")


@dataclass(frozen=True)
class Province:
    """Who runs the platform, and what its pages and papers say about it."""

    name: str
    short: str
    code: str
    department: str
    issuer_code: str
    platform_title: str
    person_title: str
    operator: str
    address: str
    postcode: str
    duty_phone: str
    support_phone: str
    icp: str
    review_body: str
    court: str

    def __post_init__(self) -> None:
        require(len(self.short) == 1, "province.short is one character")
        require(self.code in regions.PROVINCES, f"province.code {self.code} is no province")
        credit_codes.parse(self.issuer_code)


@dataclass(frozen=True)
class Authority:
    """One office that handles cases: of a city (市州) or of the province (省厅)."""

    code: str
    name: str
    short: str
    prefix: str
    level: Level

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class MaterialLimit:
    """What an attachment of one sort may be. Bytes per file; 0 where there is no limit."""

    types: tuple[str, ...]
    image_bytes: int
    pdf_bytes: int
    min_width: int
    min_height: int
    max_pixels: int
    max_pages: int

    def __post_init__(self) -> None:
        require(bool(self.types), "a material limit names at least one media type")
        require(self.max_bytes > 0, "a material limit allows some bytes")

    @property
    def max_bytes(self) -> int:
        """The size that no file of any allowed type may exceed."""
        return max(self.bytes_for(kind) for kind in self.types)

    def bytes_for(self, media_type: str) -> int:
        """The size that a file of ``media_type`` may have."""
        return self.pdf_bytes if media_type == "application/pdf" else self.image_bytes


@dataclass(frozen=True)
class Certificate:
    """The electronic certificate: 使用有效期 and what identifies the licence."""

    name: str
    type_code: str
    usage_max_days: int
    usage_daily_limit: int


@dataclass(frozen=True)
class ContinuingEducation:
    """继续教育: hours of one registration period and how they are proved."""

    compulsory_hours: int
    elective_hours: int
    extra_compulsory_hours: int
    extra_elective_hours: int
    proof: str

    def __post_init__(self) -> None:
        proofs = ("hours", "certificate", "commitment")
        require(self.proof in proofs, f"continuing_education.proof is one of {', '.join(proofs)}")

    def hours(self, specialties: int) -> tuple[int, int]:
        """Compulsory and elective hours that holding this many specialties asks for."""
        extra = max(specialties - 1, 0)
        return (
            self.compulsory_hours + extra * self.extra_compulsory_hours,
            self.elective_hours + extra * self.extra_elective_hours,
        )


@dataclass(frozen=True)
class Proceedings:
    """依职权办理: 工作日 in which the parties may state their case, and in which a hearing is held."""

    statement_days: int
    hearing_days: int

    def __post_init__(self) -> None:
        require(self.statement_days >= 5, "proceedings.statement_days: five days at least (行政许可法 第四十七条)")
        require(0 < self.hearing_days <= 20, "proceedings.hearing_days: at most 20 (行政许可法 第四十七条)")


@dataclass(frozen=True)
class Numbers:
    """How case numbers and official papers are numbered."""

    case: str
    document: str
    document_words: Mapping[str, str]

    def __post_init__(self) -> None:
        _only(self.case, {"prefix", "year", "serial"}, "numbers.case")
        _only(self.document, {"word", "year", "serial"}, "numbers.document")

    def case_number(self, prefix: str, year: int, serial: int) -> str:
        """The number of a case, such as CS-2026-110427."""
        return self.case.format(prefix=prefix, year=year, serial=serial)

    def document_number(self, kind: str, year: int, serial: int) -> str:
        """The number of an official paper, such as 湘建注受〔2026〕04127 号. ``kind`` is a document word."""
        return self.document.format(word=self.document_words[kind], year=year, serial=serial)


@dataclass(frozen=True)
class Retention:
    """How long what is no longer needed is kept, in days (hours where the name says so)."""

    face_hours: int
    superseded_files: int
    draft_files: int
    orphan_hours: int
    sms_bodies: int
    logs: int

    def __post_init__(self) -> None:
        require(0 < self.face_hours <= 720, "retention.face_hours is between 1 and 720")
        require(self.logs >= 180, "retention.logs: six months at least (网络安全法 第二十三条)")


@dataclass(frozen=True)
class Calendar:
    """Days that this province knows better than the holiday package does."""

    holidays: tuple[date, ...]
    workdays: tuple[date, ...]
    published_years: tuple[int, ...]

    def __post_init__(self) -> None:
        both = set(self.holidays) & set(self.workdays)
        require(not both, f"calendar: both holiday and working day: {sorted(map(str, both))}")


@dataclass(frozen=True)
class Window:
    """Days on which something can be filed, both included."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True)
class Policy:
    """Everything that a province decides. Days are calendar days unless the name's note says 工作日."""

    province: Province
    authorities: tuple[Authority, ...]

    validity_years: int
    age_limit: int
    temporary_age_limit: int
    age_stop_days: int
    renewal_opens_days: int
    renewal_closes_days: int
    min_days_left: int
    qualification_fresh_years: int
    transfer_months: int
    employer_lapse_days: int
    temporary_class: bool
    temporary_until: date
    person_consent: Mapping[str, bool]

    acceptance_days: int
    decision_days: Mapping[str, int]
    extension_days: int
    issue_days: int
    correction_days: int
    consent_days: int
    draft_days: int
    publicity_days: int
    warn_ratio: float
    deemed_acceptance: bool
    review_days: int
    lawsuit_months: int

    step_levels: Mapping[str, Mapping[str, str]]
    certificate: Certificate
    continuing_education: ContinuingEducation
    proceedings: Proceedings
    material_limits: Mapping[str, MaterialLimit]
    picker: RateLimit
    sessions: Sessions
    passwords: Passwords
    identity: Identity
    second_factor: SecondFactor
    entrances: Entrances
    networks: Mapping[str, tuple[str, ...]]
    page_size: int
    dialog_page_size: int
    numbers: Numbers
    retention: Retention
    calendar: Calendar

    def __post_init__(self) -> None:
        require(1 <= self.validity_years <= 10, "validity_years is between 1 and 10")
        require(self.temporary_age_limit <= self.age_limit, "temporary_age_limit exceeds age_limit")
        require(
            self.renewal_closes_days < self.renewal_opens_days,
            "the renewal window opens before it closes (more days before the end)",
        )
        require(
            self.employer_lapse_days == 0 or 10 <= self.employer_lapse_days <= 365,
            "employer_lapse_days is 0 (nothing lapses) or between 10 and 365",
        )
        require(0 < self.warn_ratio < 1, "warn_ratio lies between 0 and 1")
        for name in _POSITIVE:
            require(getattr(self, name) > 0, f"{name} is positive")
        require("default" in self.decision_days, "decision_days has a default")
        require("default" in self.person_consent, "person_consent has a default")
        self._check_authorities()
        self._check_steps()

    def decision_days_for(self, procedure: str) -> int:
        """工作日 in which a case of ``procedure`` is decided."""
        return self.decision_days.get(procedure, self.decision_days["default"])

    def asks_person(self, procedure: str) -> bool:
        """Whether a case that an enterprise files waits for the person's consent (decision by policy)."""
        return self.person_consent.get(procedure, self.person_consent["default"])

    def assurance_for(self, procedure: str) -> str:
        """The level of real-name verification that ``procedure`` needs at least."""
        return self.identity.levels.get(procedure, self.identity.levels["default"])

    def level_of(self, procedure: str, step: str) -> Level | None:
        """The level at which ``step`` of ``procedure`` sits; ``None`` where this province leaves it out.

        What sits at the city is done by the authority a case was filed at, which for enterprises of
        the province itself and from outside it is the provincial one. A step that no officer takes
        (a consent, the issue) raises ``KeyError``.
        """
        levels = self.step_levels.get(procedure, {})
        level = levels.get(step) or self.step_levels["default"][step]
        return None if level == LEFT_OUT else Level(level)

    def age_limit_for(self, registration_class: str) -> int:
        """The age limit of 二级注册建造师, or of the class ``temporary``."""
        return self.temporary_age_limit if registration_class == "temporary" else self.age_limit

    def renewal_window(self, end: date) -> Window:
        """The days on which the renewal of what ends on a day can be filed (《注册建造师管理规定》第十二条)."""
        return Window(end - timedelta(days=self.renewal_opens_days), end - timedelta(days=self.renewal_closes_days))

    def renewable_until(self, today: date) -> date:
        """The last end whose renewal can be filed on a day."""
        return today + timedelta(days=self.renewal_opens_days)

    def youngest_refused(self, registration_class: str, today: date) -> date:
        """Who is born before this day is so near the age limit of a class that only 注销 can be filed."""
        return born_before(today + timedelta(days=self.age_stop_days + 1), age=self.age_limit_for(registration_class))

    @cached_property
    def authorities_by_code(self) -> Mapping[str, Authority]:
        """The authorities under their region code."""
        return {authority.code: authority for authority in self.authorities}

    def _check_authorities(self) -> None:
        codes = [authority.code for authority in self.authorities]
        prefixes = [authority.prefix for authority in self.authorities]
        require(len(set(codes)) == len(codes), "two authorities share a code")
        require(len(set(prefixes)) == len(prefixes), "two authorities share a case prefix")
        top = [a.code for a in self.authorities if a.level == Level.PROVINCE]
        require(top == [self.province.code], "exactly one provincial authority, under the province's code")
        self._check_networks(set(codes))
        unknown = [code for code in codes if not regions.name(code)]
        require(not unknown, f"authorities of unknown regions: {unknown}")
        # The first two digits of a code are its province's (GB/T 2260); cases are counted for the province by them.
        outside = [code for code in codes if code[:2] != self.province.code[:2]]
        require(not outside, f"authorities outside the province: {outside}")

    def _check_networks(self, codes: set[str]) -> None:
        for code, networks in self.networks.items():
            require(code in codes, f"networks.{code}: no such authority")
            for network in networks:
                try:
                    ipaddress.ip_network(network)
                except ValueError as error:
                    raise PolicyError(f"networks.{code}: {error}") from error

    def _check_steps(self) -> None:
        require(
            set(self.step_levels.get("default", ())) == set(OFFICIAL_STEPS),
            f"step_levels.default names each of {', '.join(OFFICIAL_STEPS)}",
        )
        allowed = {*Level.values, LEFT_OUT}
        for procedure, levels in self.step_levels.items():
            for step, level in levels.items():
                where = f"step_levels.{procedure}.{step}"
                require(step in OFFICIAL_STEPS, f"{where}: no such step")
                require(level in allowed, f"{where} is one of {', '.join(sorted(allowed))}")


_POSITIVE = (
    "age_stop_days",
    "acceptance_days",
    "extension_days",
    "issue_days",
    "correction_days",
    "consent_days",
    "draft_days",
    "page_size",
    "dialog_page_size",
    "transfer_months",
    "qualification_fresh_years",
)


def _only(pattern: str, names: set[str], where: str) -> None:
    used = {name for _, name, _, _ in string.Formatter().parse(pattern) if name is not None}
    require(used == names, f"{where} uses exactly {', '.join(sorted(names))}")
