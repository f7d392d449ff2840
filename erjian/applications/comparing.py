"""Declared against register: what a case says beside what the register knows, with a verdict on every line.

`compare` is a pure function over values; `of_application` reads what it needs. A line is the *same*, *differs*, or
is *unknown* because the register holds nothing to compare it with: then the material named beside it has to tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import models

from erjian.applications.form_data import Known
from erjian.applications.models import Application
from erjian.procedures import Procedure, SpecialtySource
from erjian.procedures.facts import Facts
from erjian.procedures.fields import Control, FormField, Section
from erjian.standards.specialties import Specialty

NOTHING_KNOWN = "登记库无记录"
STATED = "—"
"""Beside what only the applicant can state, such as a reason."""


class Agreement(models.TextChoices):
    SAME = "same", "一致"
    DIFFERS = "differs", "不一致"
    UNKNOWN = "unknown", "需核对材料"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line. `target` is what a correction names: a field, or `specialty:<code>`; `material` shows the proof."""

    section: str
    against: str
    target: str
    label: str
    declared: str
    known: str
    verdict: Agreement
    note: str = ""
    material: str = ""

    @property
    def differs(self) -> bool:
        """Whether the declared value contradicts the register."""
        return self.verdict == Agreement.DIFFERS

    @property
    def defect(self) -> str:
        """What is to be corrected, as a correction request would first put it."""
        if self.target.startswith("specialty:"):
            return f"{self.known}，请取消该专业或补充资格证明。" if self.differs else "请核对后更正。"
        if self.differs:
            return f"填写为“{self.declared or '空'}”，与登记的“{self.known}”不一致，请更正。"
        return "请核对后更正。"


_PROOF = {
    "name": "id_front",
    "sex": "id_front",
    "id_number": "id_front",
    "birth_date": "id_front",
    "ethnicity": "id_front",
    "school": "education",
    "major": "education",
    "graduated_on": "education",
    "education": "education",
    "degree": "education",
    "employment": "contract",
    "new_name": "new_id_front",
    "new_id_number": "new_id_front",
    "correction_note": "id_proof",
    "loss_reason": "loss_statement",
    "cancel_reason": "cancellation_ground",
    "new_enterprise_name": "new_licence",
    "changed_on": "rename_approval",
}
_OTHERWISE = {"new_name": "name_proof"}
"""The proof where the procedure does not ask for the one above."""
_EMPLOYMENT = ("employment_begin", "employment_end", "employment_open")
_NONE = frozenset({"", "无", "没有", "无。", "暂无", "无处罚", "无不良记录"})


def compare(
    procedure: Procedure, *, values: Mapping[str, Any], known: Mapping[str, str], facts: Facts
) -> tuple[Row, ...]:
    """Every line of a filing, section by section: those with differences first, and differences first in each.

    `known` holds the register's value by field name, as JSON keeps it; `facts` the qualifications, registrations
    and bars of the person.
    """
    labels = {material.code: material.label for material in procedure.materials}
    sections: list[list[Row]] = []
    for section in procedure.sections:
        rows = [row for field in section.fields if (row := _row(section, field, values, known, facts))]
        if section.code == "employer":
            rows.append(_elsewhere(section, procedure, facts))
        sections.append(rows)
        if section.code == "person" and procedure.has_specialties:
            sections.append(_specialties(procedure, values, facts))
    sections = [[_with_note(row, labels) for row in rows] for rows in sections]
    ordered = sorted(sections, key=lambda rows: not any(row.differs for row in rows))
    return tuple(row for rows in ordered for row in sorted(rows, key=lambda row: not row.differs))


def _row(
    section: Section, field: FormField, values: Mapping[str, Any], known: Mapping[str, str], facts: Facts
) -> Row | None:
    if field.name in _EMPLOYMENT:
        return _employment(section, values) if field.name == _EMPLOYMENT[0] else None
    if field.name == "punishments":
        return _punishments(section, field, values, facts)
    if field.control == Control.CHECK:
        return None
    source = field.corrects or field.name
    declared, there = field.display(values.get(field.name)), field.display(known.get(source, ""))
    if not declared and not there and (field.read_only or not field.required):
        return None
    if not (field.known_from or field.corrects):
        # Nothing is compared with it, so of a number its mask is enough; the 申报表, whose reading is noted, has it in full.
        return _line(section, field.name, field.label, field.masked(declared), STATED, Agreement.UNKNOWN)
    if field.corrects and _plain(declared) != _plain(there):
        return _line(section, field.name, field.label, declared, f"原为 {there}", Agreement.UNKNOWN)
    if not there:
        verdict = Agreement.UNKNOWN
    else:
        verdict = Agreement.SAME if _plain(declared) == _plain(there) else Agreement.DIFFERS
    return _line(section, field.name, field.label, declared, there or NOTHING_KNOWN, verdict)


def _line(  # noqa: PLR0917 - the columns of one line, in their order
    section: Section, target: str, label: str, declared: str, known: str, verdict: Agreement, note: str = ""
) -> Row:
    return Row(
        section=section.title,
        against=section.compared_with,
        target=target,
        label=label,
        declared=declared,
        known=known,
        verdict=verdict,
        note=note,
        material=_PROOF.get(target, ""),
    )


def _plain(text: str) -> str:
    """Text without what people do not mean by it: blanks, and full-width brackets and digits."""
    table = str.maketrans("（）０１２３４５６７８９－", "()0123456789-")
    return "".join(text.split()).translate(table).upper()


def _employment(section: Section, values: Mapping[str, Any]) -> Row:
    begin = str(values.get("employment_begin") or "—")
    end = "长期" if values.get("employment_open") else str(values.get("employment_end") or "—")
    return _line(section, "employment", "聘用时间", f"{begin} 至 {end}", "劳动合同", Agreement.UNKNOWN)


def _punishments(section: Section, field: FormField, values: Mapping[str, Any], facts: Facts) -> Row:
    declared = str(values.get(field.name) or "")
    clean = declared.strip() in _NONE
    if facts.bars:
        found = "；".join(f"{bar.label}（至 {bar.ends or '终身'}）" for bar in facts.bars)
        verdict = Agreement.DIFFERS if clean else Agreement.UNKNOWN
        return _line(
            section, field.name, field.label, declared, found, verdict, note="不予注册期内" if clean else "请核实"
        )
    verdict = Agreement.SAME if clean else Agreement.UNKNOWN
    return _line(
        section, field.name, field.label, declared or "无", "无不予注册记录", verdict, note="" if clean else "请核实"
    )


def _specialties(procedure: Procedure, values: Mapping[str, Any], facts: Facts) -> list[Row]:
    chosen = values.get("specialties") or facts.specialties
    held = procedure.specialties == SpecialtySource.REGISTRATION
    section = Section(
        code="specialties",
        title=procedure.specialty_label,
        fields=(),
        compared_with="现有注册" if held else "资格库",
    )
    if held:
        return [_registered(section, code, facts) for code in chosen]
    again = any(guard.code == "reviewed_specialties" for guard in procedure.guards)
    return [_specialty(section, code, facts, again=again) for code in chosen]


def _registered(section: Section, code: str, facts: Facts) -> Row:
    """A specialty of the present registration that is to run on."""
    target, label = f"specialty:{code}", str(Specialty(code).label)
    ends = [item.end for item in facts.live.specialties if item.specialty == code] if facts.live else []
    if not ends:
        return _line(section, target, label, "申报", "不在现有注册中", Agreement.DIFFERS, "不得延续")
    return _line(section, target, label, "申报", f"有效期至 {max(ends)}", Agreement.SAME)


def _specialty(section: Section, code: str, facts: Facts, *, again: bool = False) -> Row:
    """A specialty by its qualification; who registers again uses one that was used before."""
    held = facts.qualification_for(code)
    target, label = f"specialty:{code}", str(Specialty(code).label)
    if held is None:
        return replace(
            _line(section, target, label, "申报", "无资格证书", Agreement.DIFFERS, "不得注册"), material="qualification"
        )
    declared = f"管理号 {held.management_number}"
    if held.review_result != "passed":
        row = _line(section, target, label, declared, "资格复审未合格", Agreement.DIFFERS, "不得注册")
    elif held.used and not again:
        row = _line(section, target, label, declared, "资格已用于注册", Agreement.DIFFERS, "不得注册")
    else:
        row = _line(
            section,
            target,
            label,
            declared,
            f"合格，{held.obtained_on}，{'曾用于注册' if held.used else '未使用'}",
            Agreement.SAME,
        )
    return replace(row, material="qualification")


def _elsewhere(section: Section, procedure: Procedure, facts: Facts) -> Row:
    label = "其他单位注册"
    section = replace(section, compared_with="企业库、登记库")
    live = facts.live
    if live is None:
        return _line(section, "registration", label, "无", "登记库无有效注册", Agreement.SAME)
    found = f"{live.enterprise_name}　{live.number}"
    if any(guard.code == "no_live_registration" for guard in procedure.guards):
        return _line(section, "registration", label, "无", found, Agreement.DIFFERS, "已有注册")
    return _line(section, "registration", "现有注册", live.number, found, Agreement.SAME)


def _with_note(row: Row, labels: Mapping[str, str]) -> Row:
    if row.material not in labels and (other := _OTHERWISE.get(row.target, "")) in labels:
        row = replace(row, material=other)
    proof = labels.get(row.material, "")
    if row.note or row.verdict == Agreement.SAME:
        return row
    if row.verdict == Agreement.UNKNOWN:
        return replace(row, note=f"核对{proof}" if proof else "请核对")
    return replace(row, note=f"复核{proof}" if proof else "不一致")


def of_application(application: Application, *, values: Mapping[str, Any], facts: Facts) -> tuple[Row, ...]:
    """The comparison of a case's values with the register as it stands now."""
    known = Known(application.person, application.enterprise)
    register = {field.name: known.value(field) for field in application.procedure.fields if field.known_from}
    return compare(application.procedure, values=values, known=register, facts=facts)


def counted(rows: Iterable[Row]) -> dict[Agreement, int]:
    """How many lines carry each verdict."""
    found = dict.fromkeys(Agreement, 0)
    for row in rows:
        found[row.verdict] += 1
    return found


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One field in two data versions of the same case."""

    section: str
    name: str
    label: str
    before: str
    after: str

    @property
    def changed(self) -> bool:
        return self.before != self.after


def between(procedure: Procedure, before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Every field of two frozen versions side by side."""
    rows = [
        Difference(
            section=section.title,
            name=field.name,
            label=field.label,
            before=field.display(before.get(field.name)),
            after=field.display(after.get(field.name)),
        )
        for section in procedure.sections
        for field in section.fields
    ]
    if procedure.has_specialties:
        rows.append(
            Difference(
                section=procedure.specialty_label,
                name="specialties",
                label=procedure.specialty_label,
                before=_names(before.get("specialties")),
                after=_names(after.get("specialties")),
            )
        )
    return tuple(rows)


def _names(codes: Sequence[str] | None) -> str:
    return "、".join(str(Specialty(code).label) for code in codes or ())
