"""The form of a case as its page shows it: fields from the declaration, what is wrong at each, and the conditions.

A draft is never lost to a mistake: whatever is well-formed is saved (`keep`), what is not stays on the page with its
error. 上报 collects what is still missing from fields, materials and conditions into one summary with links. Who
files, an enterprise or a person, makes no difference here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict

from erjian.accounts.models import User
from erjian.applications import actions, correcting, drafting, facts, form_data, materials
from erjian.applications.models import Application
from erjian.portals.shared import case as case_parts
from erjian.procedures import Step
from erjian.procedures.fields import Control, DeclaredForm, FormField, Section, build_form
from erjian.procedures.guards import Verdict
from erjian.ui import parts

Errors = dict[str, list[str]]

MATERIAL_OF_GUARD = {
    "portrait_present": "portrait",
    "continuing_education": "continuing_education",
    "renewal_education": "continuing_education",
    "release_proven": "release",
    "enterprise_qualified": "new_enterprise_commitment",
    "signature_present": "signature",
}
"""Conditions that are met by attaching a material."""
FIELD_OF_GUARD = {
    "specialties_usable": "specialties",
    "new_specialties": "specialties",
    "reviewed_specialties": "specialties",
    "registered_specialties": "specialties",
    "correct_number": "new_id_number",
    "new_name_usable": "new_enterprise_name",
    "changed_already": "changed_on",
}
"""Conditions that are met by filling in a field."""


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
    offered = facts.offered_specialties(case)
    if set(chosen) - offered:
        errors["specialties"] = ["所选专业不在可选范围内。请重新勾选。"]
        chosen = tuple(code for code in chosen if code in offered)
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
    """Where the enterprise may file."""
    return drafting.seats(case.procedure, case.enterprise)


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


def shows_authority(case: Application) -> bool:
    """Whether 申报主管部门 is asked: not where no authority takes part (注销)."""
    return Step.ACCEPTANCE in case.procedure.route


def bind(case: Application, *, given: Posted | None = None, errors: Errors | None = None) -> DeclaredForm:
    """The form with the values typed (or saved) and exactly the given errors; required fields keep their star."""
    if given is None:
        form = build_form(case.procedure.sections, initial=form_data.compose(case), strict=True)
    else:
        form = build_form(case.procedure.sections, data=given.values, strict=True)
        show_errors(form, errors or {})
    form.use_required_attribute = False
    return form


def show_errors(form: forms.Form, errors: Errors) -> None:
    """Replace the form's own findings by these; names that are no fields are left to the summary."""
    form._errors = forms.utils.ErrorDict()  # noqa: SLF001 - the form has no public way to be told its errors
    form.cleaned_data = {}
    for name, sentences in errors.items():
        for sentence in sentences:
            if name in form.fields:
                form.add_error(name, sentence)


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
    wanted = {target: f"补正要求：{detail}" for target, _, detail in correcting.requested(case)}
    return tuple(
        Group(section=section, lines=tuple(_lines(section.fields, form, values, wanted)))
        for section in case.procedure.sections
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
            bound=bound,
            beside=form[companion.name] if companion else None,
            wide=item.wide or item.control == Control.TEXTAREA,
        )


def summary(
    case: Application, errors: Errors, verdicts: Iterable[Verdict], *, on: str = "form", profile_url: str = ""
) -> list[tuple[str, str]]:
    """Every problem as a sentence with the address where it is put right.

    `profile_url` is where whoever files completes 企业基本信息; empty when that is not theirs to do.
    """
    found = [(sentence, address_of(name, on=on)) for name, sentences in errors.items() for sentence in sentences]
    declared = {material.code for material in case.procedure.materials}
    for verdict in verdicts:
        if not verdict.stops:
            continue
        material = MATERIAL_OF_GUARD.get(verdict.code, "")
        if material in declared:
            address = address_of(f"material:{material}", on=on)
        elif verdict.code in FIELD_OF_GUARD:
            address = address_of(FIELD_OF_GUARD[verdict.code], on=on)
        elif verdict.code == "profile_complete" and profile_url:
            address = profile_url
        else:
            address = "#guards" if on == "form" else "../edit/#guards"
        if not any(address == earlier for _, earlier in found) or address.endswith("#guards"):
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


def known(case: Application) -> tuple[Any, tuple[materials.MaterialRow, ...], tuple[parts.Condition, ...]]:
    """Facts, material list and conditions of a case as it stands, read once."""
    found = facts.of_application(case, form=form_data.compose(case))
    rows = materials.listing(case, found)
    return found, rows, case_parts.conditions(facts.verdicts(case, facts=found))
