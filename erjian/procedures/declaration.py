"""The shape of a procedure's declaration, and where declarations are found."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from django.db import models

from erjian import policy
from erjian.audit import Actor
from erjian.procedures.fields import FormField, Section
from erjian.procedures.guards import Guard
from erjian.procedures.materials import Material
from erjian.registry.models import RegistrationClass, RegistrationStatus
from erjian.registry.models.registrations import LIVE


class Step(models.TextChoices):
    """One stop on a procedure's route. At which level it sits, and whether a province keeps it, is policy."""

    PERSON = "person", "个人确认"
    FORMER_ENTERPRISE = "former_enterprise", "原单位确认"
    ENTERPRISE = "enterprise", "企业确认"
    ACCEPTANCE = "acceptance", "受理"
    FIRST_REVIEW = "first_review", "初审"
    FINAL_REVIEW = "final_review", "复审"
    PUBLICITY = "publicity", "公示"
    ANNOUNCEMENT = "announcement", "公告"
    ISSUE = "issue", "发证"


class About(models.TextChoices):
    """Whom or what a case is about. Guards, lists, letters and messages name that subject."""

    PERSON = "person", "人员"
    ENTERPRISE = "enterprise", "企业"


class CertificateNeed(models.TextChoices):
    """What an effect asks of the certificate."""

    NEW_NUMBER = "new_number", "新证书编号"
    NEW_VERSION = "new_version", "换发"
    VOID = "void", "作废"
    NONE = "none", "不涉及"


class Picker(models.TextChoices):
    """How the subject is chosen (decision G.14); about the enterprise itself there is nothing to choose."""

    ANYONE = "anyone", "选择人员信息"
    OWN_HOLDERS = "own_holders", "选择人员证书信息"
    OWN_ENTERPRISE = "own_enterprise", "核对申报条件"


class Filer(models.TextChoices):
    """Who fills in and files."""

    ENTERPRISE = "enterprise", "企业"
    PERSON = "person", "个人"


class SpecialtySource(models.TextChoices):
    """Among what the 注册专业 are chosen."""

    QUALIFICATIONS = "qualifications", "资格证书"
    REGISTRATION = "registration", "现有注册"
    NONE = "none", "不选择"


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What an effect is given: plain values, all of them already guarded and locked by the caller."""

    subject_person_id: int | None
    """None when the procedure is about the enterprise."""
    enterprise_id: int
    registration_id: int | None
    specialties: tuple[str, ...]
    decided_on: date
    case_number: str
    form: Mapping[str, Any]
    actor: Actor
    files: Mapping[str, UUID] = field(default_factory=dict)
    """The first file attached of each material: its code → id of the stored file."""

    @property
    def person_id(self) -> int:
        """The person decided on; only for procedures about a person."""
        assert self.subject_person_id is not None
        return self.subject_person_id


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What an effect did: the registrations it concerned and what the certificate of each needs."""

    registration_ids: tuple[int, ...]
    certificate: CertificateNeed
    reason: str


@dataclass(frozen=True, kw_only=True)
class Procedure:
    """One 申报 type. Everything that differs between types stands here and nowhere else."""

    code: str
    label: str
    """Full name as in the menu, e.g. 二级建造师初始申报."""
    kind_label: str
    """Short name of the 申报类型, e.g. 初始申报."""
    form_title: str
    """Heading of the form's first tab, e.g. 初始注册申报."""
    summary: str
    """One sentence under the list's heading: for whom this is. `{…}` names a figure of the policy."""
    registration_class: RegistrationClass | None
    """None when the procedure is about the enterprise: its holders may be of either class."""
    picker: Picker
    sections: tuple[Section, ...]
    materials: tuple[Material, ...]
    guards: tuple[Guard, ...]
    route: tuple[Step, ...]
    effect: Callable[[Decision], Outcome]
    specialty_label: str = "注册专业"
    specialties: SpecialtySource = SpecialtySource.QUALIFICATIONS
    filer: Filer = Filer.ENTERPRISE
    about: About = About.PERSON
    listed: tuple[str, ...] = ()
    """Names of form fields that the list shows instead of 申报主管部门, person, enterprise and class (身份证号变更)."""
    voids: bool = False
    """Whether its effect ends the registration, so that the certificate is void: that is made public."""
    one_sided: bool = False
    """Whether who filed may turn to the authority when the other side refuses or is silent (强制注销, G.11)."""
    registers: bool = False
    """Whether registration is what is applied for: false material then bars the person for a year (第三十三条)."""
    granted_when_undecided: bool = False
    """Whether a case filed in time and undecided when the registration ends counts as granted (行政许可法第五十条)."""
    conditions: tuple[str, ...] = ()
    """For the 办事指南; `{…}` names a figure of the policy."""
    basis: tuple[str, ...] = ()
    """Legal sources for the 办事指南."""
    order: int = 100
    commitments: Mapping[str, str] = field(default_factory=dict)
    """Who promises what when reporting or consenting: person, enterprise, former_enterprise → text."""

    @property
    def lead(self) -> str:
        """The summary with the province's figures."""
        return self.summary.format_map(vars(policy.current()))

    @property
    def terms(self) -> tuple[str, ...]:
        """The conditions with the province's figures."""
        return tuple(each.format_map(vars(policy.current())) for each in self.conditions)

    def __post_init__(self) -> None:
        about_person = self.about == About.PERSON
        assert about_person == (self.registration_class is not None), self.code
        assert about_person == (self.picker != Picker.OWN_ENTERPRISE), self.code
        assert about_person or not self.registers, self.code
        assert about_person or not ({Step.PERSON, Step.FORMER_ENTERPRISE, Step.ENTERPRISE} & set(self.route)), self.code

    @property
    def fields(self) -> tuple[FormField, ...]:
        """Every field of the form in order."""
        return tuple(item for section in self.sections for item in section.fields)

    @property
    def standing(self) -> tuple[RegistrationStatus, ...]:
        """In which status a registration can be what this is about: in force; what ends it takes a lapsed one too (第十七条)."""
        return (*LIVE, RegistrationStatus.LAPSED) if self.voids else LIVE

    @property
    def has_specialties(self) -> bool:
        """Whether the form lets specialties be chosen."""
        return self.specialties != SpecialtySource.NONE

    def after(self, step: Step | None) -> Step | None:
        """The step that follows one on this route; `None` before is the start, `None` after is the end."""
        if step is None:
            return self.route[0]
        position = self.route.index(step) + 1
        return self.route[position] if position < len(self.route) else None


@cache
def _declared() -> dict[str, Procedure]:
    from erjian.procedures import kinds

    found: list[Procedure] = []
    for info in pkgutil.iter_modules(kinds.__path__):
        module = importlib.import_module(f"{kinds.__name__}.{info.name}")
        found += [value for value in vars(module).values() if isinstance(value, Procedure)]
    return {procedure.code: procedure for procedure in sorted(found, key=lambda item: item.order)}


def all_procedures() -> tuple[Procedure, ...]:
    """Every declared procedure in the menu's order."""
    return tuple(_declared().values())


def get(code: str) -> Procedure:
    """The procedure of a code. Raises KeyError for an unknown one."""
    return _declared()[code]
