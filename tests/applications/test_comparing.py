"""Declared against register, as tables of examples."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from erjian import policy
from erjian.applications import comparing
from erjian.applications.comparing import Agreement
from erjian.procedures import Procedure, all_procedures, get
from erjian.procedures.facts import (
    EnterpriseFacts,
    Facts,
    PersonFacts,
    QualificationFacts,
    RegistrationFacts,
    RestrictionFacts,
    SpecialtyFacts,
)

TODAY = date(2026, 11, 23)
INITIAL = get("initial")
QUALIFICATION = QualificationFacts(
    id=1,
    specialty="building",
    management_number="43020240616002291",
    obtained_on=date(2024, 6, 16),
    pass_year=2024,
    review_result="passed",
    used=False,
)
LIVE = RegistrationFacts(
    id=1,
    number="湘243000000001",
    status="valid",
    enterprise_id=9,
    enterprise_name="株洲某公司",
    registered_on=TODAY,
    employed_on=TODAY,
    valid_until=date(2028, 1, 1),
)


def facts(**changes: Any) -> Facts:
    known = Facts(
        today=TODAY,
        policy=policy.current(),
        person=PersonFacts(
            name="彭志远",
            birth_date=date(1990, 3, 17),
            assurance="face",
            verified_on=TODAY,
            has_portrait=True,
            has_signature=True,
        ),
        enterprise=EnterpriseFacts(
            id=1,
            name="湖南麓川建设工程有限公司",
            status="normal",
            missing=(),
            updated_on=TODAY,
            qualifications=("建筑工程二级",),
            filing_authority="430100",
        ),
        qualifications=(QUALIFICATION,),
        specialties=("building",),
    )
    return replace(known, **changes)


def rows(values: dict[str, Any], known: dict[str, str], about: Facts | None = None) -> dict[str, comparing.Row]:
    found = comparing.compare(INITIAL, values=values, known=known, facts=about or facts())
    return {row.target: row for row in found}


@pytest.mark.parametrize(
    ("declared", "known", "verdict"),
    [
        ("湖南大学", "湖南大学", Agreement.SAME),
        ("湖南大学（南校区）", "湖南大学(南校区)", Agreement.SAME),
        ("湖南 大学", "湖南大学", Agreement.SAME),
        ("湖南大学", "中南大学", Agreement.DIFFERS),
        ("", "中南大学", Agreement.DIFFERS),
        ("湖南大学", "", Agreement.UNKNOWN),
    ],
)
def test_a_field(declared: str, known: str, verdict: Agreement) -> None:
    assert rows({"school": declared}, {"school": known})["school"].verdict == verdict


def test_what_the_register_does_not_hold_points_to_the_proof() -> None:
    row = rows({"school": "湖南大学"}, {})["school"]
    assert (row.known, row.note, row.material) == ("登记库无记录", "核对学历证书", "education")


@pytest.mark.parametrize(
    ("held", "verdict", "note"),
    [
        (QUALIFICATION, Agreement.SAME, ""),
        (replace(QUALIFICATION, used=True), Agreement.DIFFERS, "不得注册"),
        (replace(QUALIFICATION, review_result="pending"), Agreement.DIFFERS, "不得注册"),
        (replace(QUALIFICATION, specialty="municipal"), Agreement.DIFFERS, "不得注册"),
    ],
)
def test_a_specialty(held: QualificationFacts, verdict: Agreement, note: str) -> None:
    row = rows({}, {}, facts(qualifications=(held,)))["specialty:building"]
    assert (row.verdict, row.note) == (verdict, note)


def test_another_registration_and_a_hidden_bar_differ() -> None:
    bar = RestrictionFacts(label="提供虚假材料", reason="", ends=None)
    found = rows({"punishments": "无"}, {}, facts(live=LIVE, bars=(bar,)))
    assert found["registration"].differs
    assert "株洲某公司" in found["registration"].known
    assert found["punishments"].differs
    assert rows({"punishments": "曾被警告"}, {})["punishments"].verdict == Agreement.UNKNOWN
    assert rows({"punishments": "无"}, {})["punishments"].verdict == Agreement.SAME


def test_sections_with_differences_come_first_and_differences_first_in_each() -> None:
    found = comparing.compare(
        INITIAL,
        values={"school": "甲", "major": "乙", "enterprise_kind": "construction"},
        known={"school": "甲", "major": "丙", "enterprise_kind": "construction"},
        facts=facts(qualifications=()),
    )
    order = list(dict.fromkeys(row.section for row in found))
    assert order == ["人员信息", "注册专业", "聘用企业情况"]
    assert found[0].target == "major"
    assert comparing.counted(found)[Agreement.DIFFERS] == 2


def test_two_versions_side_by_side() -> None:
    found = comparing.between(
        INITIAL, {"degree": "2", "specialties": ["building"]}, {"degree": "0", "specialties": ["building"]}
    )
    changed = [row for row in found if row.changed]
    assert [(row.label, row.after) for row in changed] == [("学位", "无")]
    assert next(row for row in found if row.label == "注册专业").after == "建筑工程"


@pytest.mark.parametrize("procedure", all_procedures(), ids=lambda procedure: procedure.code)
def test_every_procedure_can_be_compared(procedure: Procedure) -> None:
    empty = facts(qualifications=(), specialties=())
    for about in (empty, replace(empty, live=LIVE), replace(facts(), live=LIVE)):
        found = comparing.compare(procedure, values={}, known={}, facts=about)
        targets = [row.target for row in found]
        assert len(targets) == len(set(targets))
        assert all(row.label and row.known for row in found)
    assert comparing.between(procedure, {}, {}) is not None


def _row_of(code: str, label: str, **changes: Any) -> comparing.Row:
    values = changes.pop("values", {})
    rows = comparing.compare(get(code), values=values, known=changes.pop("known", {}), facts=facts(**changes))
    return next(row for row in rows if row.label == label)


def test_a_renewed_specialty_is_compared_with_the_registration_not_with_a_qualification_long_used() -> None:
    held = SpecialtyFacts(specialty="building", begin=TODAY, end=date(2028, 1, 1))
    used = replace(QUALIFICATION, used=True)
    live = replace(LIVE, specialties=(held,))
    row = _row_of("renewal", "建筑工程", values={"specialties": ["building"]}, qualifications=(used,), live=live)
    assert (row.verdict, row.known, row.against) == (Agreement.SAME, "有效期至 2028-01-01", "现有注册")
    row = _row_of("renewal", "市政公用工程", values={"specialties": ["municipal"]}, qualifications=(used,), live=live)
    assert (row.verdict, row.known) == (Agreement.DIFFERS, "不在现有注册中")


def test_who_registers_again_uses_a_qualification_that_was_used_before() -> None:
    used = replace(QUALIFICATION, used=True)
    row = _row_of("reregistration", "建筑工程", values={"specialties": ["building"]}, qualifications=(used,))
    assert (row.verdict, row.known) == (Agreement.SAME, "合格，2024-06-16，曾用于注册")
    row = _row_of("initial", "建筑工程", values={"specialties": ["building"]}, qualifications=(used,))
    assert (row.verdict, row.known) == (Agreement.DIFFERS, "资格已用于注册")


def test_a_number_to_be_corrected_stands_beside_the_old_one_and_is_no_fault() -> None:
    values = {"new_id_number": "430199199003270451", "new_name": "彭志远", "correction_note": "录错"}
    known = {"id_number": "430199199003170397", "name": "彭志远"}
    row = _row_of("id_number", "身份证号", values=values, known=known)
    assert (row.verdict, row.known) == (Agreement.UNKNOWN, "原为 430199199003170397")
    assert (row.note, row.material) == ("核对身份证正照", "new_id_front")
    assert _row_of("id_number", "身份证姓名", values=values, known=known).verdict == Agreement.SAME
    for label, note in (("情况说明", "核对身份证号变更证明"), ("申报类型", "请核对")):
        row = _row_of("id_number", label, values=values, known=known)
        assert (row.known, row.note) == ("—", note)


def test_a_new_name_is_what_is_asked_for_and_no_fault() -> None:
    known = {"new_name": "欧阳海棠", "name": "欧阳海棠"}
    row = _row_of("personal_change", "姓名", values={"new_name": "欧阳海澜"}, known=known)
    assert (row.verdict, row.known) == (Agreement.UNKNOWN, "原为 欧阳海棠")
    assert (row.note, row.material) == ("核对姓名变更证明", "name_proof")
    row = _row_of("personal_change", "姓名", values={"new_name": "欧阳海棠"}, known=known)
    assert row.verdict == Agreement.SAME


def test_a_number_that_nothing_is_compared_with_is_masked() -> None:
    row = _row_of("enterprise_rename", "经办人手机号", values={"handler_phone": "13800002716"}, known={})
    assert (row.declared, row.known, row.verdict) == ("138****2716", "—", Agreement.UNKNOWN)
    row = rows({"phone": "13800002716"}, {"phone": "13800002717"})["phone"]
    assert (row.declared, row.known) == ("13800002716", "13800002717")
