"""The table of 注册专业 (增项专业, 延续专业): what the person has, and whether each can be filed for.

Whether a specialty can be ticked is asked of the procedure's own condition about specialties, so that the table never
says otherwise than 上报 will.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from erjian.applications.models import Application
from erjian.procedures import SpecialtySource
from erjian.procedures.facts import Facts
from erjian.procedures.guards import Answer
from erjian.registry.models import ReviewResult
from erjian.standards.specialties import SECOND_CLASS, Specialty
from erjian.ui.dates import day

JUDGES = frozenset({"specialties_usable", "new_specialties", "reviewed_specialties", "registered_specialties"})
"""Codes of the conditions that are about chosen specialties."""
_HEADINGS = {
    SpecialtySource.QUALIFICATIONS: ("资格证书管理号", "合格年度", "签发日期"),
    SpecialtySource.REGISTRATION: ("注册号", "有效期起", "有效期止"),
}
_LEADS = {
    SpecialtySource.QUALIFICATIONS: "只列出本人的资格证书",
    SpecialtySource.REGISTRATION: "只列出本人现有的注册专业",
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One specialty that the person has, with three facts about it."""

    code: str
    name: str
    facts: tuple[str, str, str]
    chosen: bool
    usable: bool
    tone: str
    says: str


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The whole table."""

    headings: tuple[str, str, str]
    lead: str
    rows: tuple[Row, ...]


def choice(case: Application, facts: Facts, chosen: Iterable[str]) -> Choice | None:
    """The table of a case; None where the procedure chooses no specialties."""
    source = case.procedure.specialties
    if source == SpecialtySource.NONE:
        return None
    ticked = set(chosen)
    if source == SpecialtySource.REGISTRATION:
        rows = _registered(case, facts, ticked)
    else:
        rows = _qualified(case, facts, ticked)
    ordered = sorted(rows, key=lambda row: not row.usable)
    return Choice(headings=_HEADINGS[source], lead=_LEADS[source], rows=tuple(ordered))


def _holds(case: Application, facts: Facts, code: str) -> bool:
    """Whether the procedure's condition about specialties would hold with this one alone."""
    alone = replace(facts, specialties=(code,))
    judges = [guard for guard in case.procedure.guards if guard.code in JUDGES]
    return all(guard.judge(alone).answer == Answer.HOLDS for guard in judges)


def _qualified(case: Application, facts: Facts, ticked: set[str]) -> list[Row]:
    rows = []
    for item in case.person.qualifications.order_by("obtained_on", "id"):
        best = facts.qualification_for(item.specialty)
        mine = best is not None and best.id == item.pk
        holds = mine and _holds(case, facts, item.specialty)
        rows.append(
            Row(
                code=item.specialty,
                name=Specialty(item.specialty).label,
                facts=(item.management_number, str(item.pass_year), day(item.obtained_on)),
                chosen=mine and item.specialty in ticked,
                usable=holds or (mine and item.specialty in ticked),
                tone="done" if holds else "bad" if item.review_result == ReviewResult.FAILED else "",
                says="可申报" if holds else _why(item, mine=mine),
            )
        )
    return rows


def _why(item: Any, *, mine: bool) -> str:
    if item.specialty not in SECOND_CLASS:
        return "不属于二级建造师"
    if item.review_result == ReviewResult.PENDING:
        return "职改部门复审中"
    if item.review_result == ReviewResult.FAILED:
        return "复审不合格"
    if item.used_at is not None:
        return "已用于注册"
    return "不能申报" if mine else "同专业另有证书"


def _registered(case: Application, facts: Facts, ticked: set[str]) -> list[Row]:
    registration = case.registration
    if registration is None:
        return []
    rows = []
    for item in registration.specialties.standing().order_by("specialty"):
        holds = _holds(case, facts, item.specialty)
        rows.append(
            Row(
                code=item.specialty,
                name=Specialty(item.specialty).label,
                facts=(registration.number, day(item.begin), day(item.end)),
                chosen=item.specialty in ticked,
                usable=holds or item.specialty in ticked,
                tone="done" if holds else "",
                says="可申报" if holds else "不能申报",
            )
        )
    return rows
