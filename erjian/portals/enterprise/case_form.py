"""The form of a case as its page shows it: fields from the declaration, what is wrong at each, and the conditions.

A draft is never lost to a mistake: whatever is well-formed is saved (`keep`), what is not stays on the page with its
error. 上报 collects what is still missing from fields, materials and conditions into one summary with links.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.urls import reverse

from erjian.accounts.models import User
from erjian.applications import actions, facts, form_data, materials
from erjian.applications.models import Application
from erjian.applications.states import State
from erjian.policy import authorities
from erjian.portals.shared import case as case_parts
from erjian.procedures.fields import Control, DeclaredForm, FormField, Section, build_form
from erjian.procedures.guards import Verdict
from erjian.registry.models import ReviewResult
from erjian.standards.specialties import SECOND_CLASS, Specialty
from erjian.ui import parts

Errors = dict[str, list[str]]

MATERIAL_OF_GUARD = {
    "portrait_present": "portrait",
    "continuing_education": "continuing_education",
    "enterprise_qualified": "new_enterprise_commitment",
    "signature_present": "signature",
}
"""Conditions that are met by attaching a material."""


@dataclass(frozen=True, kw_only=True)
class Posted:
    """What a form carried: fields, chosen specialties, authority, and the version its page showed."""

    values: QueryDict
    specialties: tuple[str, ...]
    authority_code: str | None
    seen: int | None


def posted(data: QueryDict) -> Posted:
    """Read a post. A version that is no number counts as none shown, which is refused as stale."""
    text = data.get("version", "")
    return Posted(
        values=data,
        specialties=tuple(dict.fromkeys(data.getlist("specialties"))),
        authority_code=data.get("authority_code") or None,
        seen=int(text) if text.isdecimal() and len(text) < 10 else -1,
    )


def keep(case: Application, given: Posted, *, by: User) -> tuple[Application, Errors]:
    """Save everything that is well-formed; returns the case and the errors of what was not saved.

    A field that is not well-formed keeps its last saved value. Raises Stale, NotYours, CaseRefused.
    """
    form = build_form(case.procedure.sections, data=given.values, strict=False)
    errors: Errors = {name: [str(each) for each in found] for name, found in form.errors.items()}
    values: Any = given.values
    if errors:
        before = form_data.unseal(case.draft)
        values = {name: before.get(name, "") if name in errors else _raw(given.values, name) for name in form.fields}
    chosen, authority = given.specialties, given.authority_code
    held = {item.specialty for item in case.person.qualifications.all()}
    if set(chosen) - held:
        errors["specialties"] = ["所选专业不在本人的资格证书中。请重新勾选。"]
        chosen = tuple(code for code in chosen if code in held)
    if authority is not None and authority not in allowed_authorities(case):
        errors["authority_code"] = ["申报主管部门应为企业注册所在市州或省级主管部门。请重新选择。"]
        authority = None
    saved = actions.save(
        application=case, values=values, specialties=chosen, by=by, seen=given.seen, authority_code=authority
    )
    return saved, errors


def _raw(data: QueryDict, name: str) -> Any:
    return data.get(name, "")


def allowed_authorities(case: Application) -> tuple[str, ...]:
    """Where the enterprise may file: its own authority, or the province."""
    return tuple(dict.fromkeys((case.enterprise.filing_authority, authorities.province().code)))


@dataclass(frozen=True, kw_only=True)
class Line:
    """One place of the grid: a control to fill in, or a value that is only shown."""

    bound: Any = None
    beside: Any = None
    label: str = ""
    value: str = ""
    wide: bool = False
    hint: str = ""


@dataclass(frozen=True, kw_only=True)
class Group:
    """A section of the form with its lines."""

    section: Section
    lines: tuple[Line, ...]


@dataclass(frozen=True, kw_only=True)
class SpecialtyRow:
    """One qualification of the person in the 注册专业 table."""

    code: str
    name: str
    number: str
    year: int
    obtained: Any
    chosen: bool
    usable: bool
    tone: str
    says: str


def bind(case: Application, *, given: Posted | None = None, errors: Errors | None = None) -> DeclaredForm:
    """The form with the values typed (or saved) and exactly the given errors; required fields keep their star."""
    if given is None:
        return build_form(case.procedure.sections, initial=form_data.compose(case), strict=True)
    form = build_form(case.procedure.sections, data=given.values, strict=True)
    show_errors(form, errors or {})
    return form


def show_errors(form: forms.Form, errors: Errors) -> None:
    """Replace the form's own findings by these; names that are no fields are left to the summary."""
    form._errors = forms.utils.ErrorDict()  # noqa: SLF001 - the form has no public way to be told its errors
    form.cleaned_data = {}
    for name, sentences in errors.items():
        for sentence in sentences:
            if name in form.fields:
                form.add_error(name, sentence)


def corrections(case: Application) -> tuple[tuple[str, str, str], ...]:
    """(target, what, detail) of the last 一次性告知, while it is being answered."""
    if case.state != State.CORRECTION:
        return ()
    entry = case.timeline.filter(transition="request_correction").order_by("-id").first()
    items = entry.data.get("items", []) if entry else []
    return tuple((item.get("target", ""), item.get("what", ""), item.get("detail", "")) for item in items)


def address_of(target: str, *, on: str = "form") -> str:
    """Where a target is put right: a field of the form, or a material on the other tab."""
    if target.startswith("material:"):
        place = f"#material-{target.partition(':')[2]}"
        return place if on == "materials" else f"../materials/{place}"
    if not target:
        return "#main"
    place = "#specialties" if target == "specialties" else f"#id_{target}"
    return place if on == "form" else f"../edit/{place}"


def groups(case: Application, form: DeclaredForm, values: Mapping[str, Any]) -> tuple[Group, ...]:
    """The sections with their lines, in the declaration's order."""
    wanted = {target: f"补正要求：{detail}" for target, _, detail in corrections(case)}
    return tuple(
        Group(section=section, lines=tuple(_lines(section.fields, form, values, wanted))) for section in case.procedure.sections
    )


def _lines(
    fields: Sequence[FormField], form: DeclaredForm, values: Mapping[str, Any], wanted: Mapping[str, str]
) -> Iterable[Line]:
    beside = {item.beside: item for item in fields if item.beside}
    for item in fields:
        if item.beside:
            continue
        hint = wanted.get(item.name, "")
        if item.read_only:
            yield Line(label=item.label, value=item.display(values.get(item.name)), wide=item.wide, hint=hint)
            continue
        bound = form[item.name]
        if hint:
            bound.help_text = hint
        companion = beside.get(item.name)
        yield Line(
            bound=bound, beside=form[companion.name] if companion else None, wide=item.wide or item.control == Control.TEXTAREA
        )


def specialty_rows(case: Application, chosen: Iterable[str]) -> tuple[SpecialtyRow, ...]:
    """The person's qualifications and whether each can be filed for."""
    ticked = set(chosen)
    rows = []
    taken: set[str] = set()
    for item in case.person.qualifications.order_by("used_at", "obtained_on", "id"):
        usable, tone, says = _usable(item)
        if usable and item.specialty in taken:
            usable, tone, says = False, "", "同专业另有证书"
        elif usable:
            taken.add(item.specialty)
        mine = item.specialty in ticked and (usable or item.specialty not in taken)
        rows.append(
            SpecialtyRow(
                code=item.specialty,
                name=Specialty(item.specialty).label,
                number=item.management_number,
                year=item.pass_year,
                obtained=item.obtained_on,
                chosen=mine,
                usable=usable or mine,
                tone=tone,
                says=says,
            )
        )
    return tuple(sorted(rows, key=lambda row: (not row.usable, row.obtained)))


def _usable(item: Any) -> tuple[bool, str, str]:
    if item.specialty not in SECOND_CLASS:
        return False, "", "不属于二级建造师"
    if item.used_at is not None:
        return False, "", "已用于注册"
    if item.review_result == ReviewResult.PENDING:
        return False, "", "职改部门复审中"
    if item.review_result == ReviewResult.FAILED:
        return False, "bad", "复审不合格"
    return True, "done", "可申报"


def summary(case: Application, errors: Errors, verdicts: Iterable[Verdict], *, on: str = "form") -> list[tuple[str, str]]:
    """Every problem as a sentence with the address where it is put right."""
    found = [(sentence, address_of(name, on=on)) for name, sentences in errors.items() for sentence in sentences]
    declared = {material.code for material in case.procedure.materials}
    for verdict in verdicts:
        if not verdict.stops:
            continue
        material = MATERIAL_OF_GUARD.get(verdict.code, "")
        if material in declared:
            address = address_of(f"material:{material}", on=on)
        elif verdict.code == "specialties_usable":
            address = address_of("specialties", on=on)
        else:
            address = "#guards" if on == "form" else "../edit/#guards"
        found.append((f"{verdict.label}：{verdict.reason}", address))
    return found


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How many of the materials asked for are there."""

    held: int
    asked: int

    def __str__(self) -> str:
        return f"{self.held} / {self.asked}"


def material_progress(rows: Iterable[materials.MaterialRow]) -> Progress:
    """Required materials that have a file, of all required ones."""
    required = [row for row in rows if row.required]
    return Progress(held=sum(bool(row.files) for row in required), asked=len(required))


def tabs(case: Application, rows: Iterable[materials.MaterialRow], current: str) -> tuple[parts.View, ...]:
    """初始注册申报 | 附件材料 6 / 7."""
    return (
        parts.View(case.procedure.form_title, reverse("enterprise:edit", args=(case.uuid,)), current=current == "form"),
        parts.View(
            "附件材料",
            reverse("enterprise:materials", args=(case.uuid,)),
            str(material_progress(rows)),
            current=current == "materials",
        ),
    )


def known(case: Application) -> tuple[Any, tuple[materials.MaterialRow, ...], tuple[parts.Condition, ...]]:
    """Facts, material list and conditions of a case as it stands, read once."""
    found = facts.of_application(case, form=form_data.compose(case))
    rows = materials.listing(case, found)
    return found, rows, case_parts.conditions(facts.verdicts(case, facts=found))
