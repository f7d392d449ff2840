"""Every guard of the first procedure, seen to hold and seen to bite."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from erjian import policy
from erjian.procedures import get, guards
from erjian.procedures.facts import (
    EnterpriseFacts,
    Facts,
    PersonFacts,
    QualificationFacts,
    RegistrationFacts,
    RestrictionFacts,
)
from erjian.procedures.guards import Answer, Stage
from erjian.standards.specialties import Specialty

TODAY = date(2026, 11, 23)


def _qualification(**changes: object) -> QualificationFacts:
    base = QualificationFacts(
        id=1, specialty=Specialty.BUILDING, management_number="430220240001", obtained_on=date(2025, 6, 1),
        pass_year=2025, review_result="passed", used=False,
    )  # fmt: skip
    return replace(base, **changes)  # type: ignore[arg-type]


def _registration(**changes: object) -> RegistrationFacts:
    base = RegistrationFacts(
        id=7, number="湘2432019202012345", status="valid", enterprise_id=2, enterprise_name="别的企业",
        registered_on=date(2024, 1, 1), employed_on=date(2024, 1, 1), valid_until=date(2027, 1, 1),
    )  # fmt: skip
    return replace(base, **changes)  # type: ignore[arg-type]


FACTS = Facts(
    today=TODAY,
    policy=policy.current(),
    person=PersonFacts(
        name="周启明", birth_date=date(1990, 3, 17), assurance="face", verified_on=date(2026, 11, 3), has_portrait=True,
        has_signature=True,
    ),
    enterprise=EnterpriseFacts(
        id=1, name="湖南麓川建设工程有限公司", status="normal", missing=(), updated_on=date(2026, 10, 8),
        qualifications=("建筑工程施工总承包二级",), filing_authority="430100",
    ),
    qualifications=(_qualification(),),
    specialties=(Specialty.BUILDING,),
)  # fmt: skip


def _person(**changes: object) -> Facts:
    return replace(FACTS, person=replace(FACTS.person, **changes))  # type: ignore[arg-type]


def _enterprise(**changes: object) -> Facts:
    return replace(FACTS, enterprise=replace(FACTS.enterprise, **changes))  # type: ignore[arg-type]


_SOON_65 = TODAY.replace(year=TODAY.year - 65) + timedelta(days=60)
_BAR = RestrictionFacts(label="被吊销注册证书", reason="×", ends=date(2027, 5, 1))

BITES = [
    (guards.verified_person, _person(verified_on=None), Answer.NO, "实名认证"),
    (guards.within_age, _person(birth_date=date(1961, 11, 23)), Answer.NO, "满 65 周岁"),
    (guards.within_age, _person(birth_date=_SOON_65), Answer.NO, "不足 90 日"),
    (guards.not_barred, replace(FACTS, bars=(_BAR,)), Answer.NO, "2027-05-01"),
    (guards.not_barred, replace(FACTS, bars=(replace(_BAR, ends=None),)), Answer.NO, "终身"),
    (guards.not_locked, replace(FACTS, locks=(replace(_BAR, label="在施锁定"),)), Answer.NO, "在施锁定"),
    (guards.one_open_case, replace(FACTS, open_case="甲公司提出的初始申报"), Answer.NO, "甲公司"),
    (guards.no_live_registration, replace(FACTS, live=_registration()), Answer.NO, "其他单位"),
    (guards.no_live_registration, replace(FACTS, live=_registration(enterprise_id=1)), Answer.NO, "增项"),
    (guards.no_live_registration, replace(FACTS, live=_registration(status="lapsed")), Answer.NO, "重新申报"),
    (guards.no_live_registration, replace(FACTS, past=(_registration(status="cancelled"),)), Answer.NO, "重新申报"),
    (guards.unused_qualification, replace(FACTS, qualifications=()), Answer.NO, "资格证书库中没有"),
    (
        guards.unused_qualification,
        replace(FACTS, qualifications=(_qualification(review_result="pending"),)),
        Answer.NO,
        "复审中",
    ),
    (guards.unused_qualification, replace(FACTS, qualifications=(_qualification(used=True),)), Answer.NO, "已用于注册"),
    (
        guards.unused_qualification,
        replace(FACTS, qualifications=(_qualification(review_result="failed"),)),
        Answer.NO,
        "复审不合格",
    ),
    (
        guards.unused_qualification,
        replace(FACTS, qualifications=(_qualification(specialty=Specialty.RAILWAY),)),
        Answer.NO,
        "不属于二级",
    ),
    (guards.specialties_usable, replace(FACTS, specialties=()), Answer.ASKS, "勾选"),
    (guards.specialties_usable, replace(FACTS, specialties=(Specialty.MUNICIPAL,)), Answer.NO, "没有市政"),
    (guards.specialties_usable, replace(FACTS, specialties=(Specialty.RAILWAY,)), Answer.NO, "不是二级"),
    (
        guards.continuing_education,
        replace(FACTS, qualifications=(_qualification(obtained_on=date(2023, 6, 18)),)),
        Answer.ASKS,
        "继续教育证明",
    ),
    (guards.portrait_present, _person(has_portrait=False), Answer.ASKS, "正面照"),
    (guards.signature_present, _person(has_signature=False), Answer.ADVICE, "签名"),
    (guards.enterprise_qualified, _enterprise(qualifications=()), Answer.ASKS, "承诺书"),
    (guards.enterprise_active, _enterprise(status="revoked"), Answer.NO, "吊销"),
    (guards.number_valid, _person(number_fault="身份证号校验码不符。"), Answer.NO, "身份证号变更"),
    (guards.number_valid, _person(id_valid_until=TODAY - timedelta(days=1)), Answer.NO, "到期"),
    (
        guards.enterprise_not_barred,
        _enterprise(bars=(replace(_BAR, reason="提供虚假材料"),)),
        Answer.NO,
        "提供虚假材料",
    ),
    (guards.enterprise_seated, _enterprise(filing_authority="990000"), Answer.NO, "没有对应的主管部门"),
    (guards.profile_complete, _enterprise(missing=("成立日期", "办公电话")), Answer.NO, "成立日期、办公电话"),
]


@pytest.mark.parametrize(("guard", "facts", "answer", "words"), BITES, ids=lambda value: getattr(value, "code", None))
def test_guard_bites(guard: guards.Guard, facts: Facts, answer: Answer, words: str) -> None:
    verdict = guard.judge(facts)
    assert verdict.answer == answer
    assert words in verdict.reason
    assert verdict.source


def test_every_guard_of_the_procedure_holds_for_a_sound_filing_and_is_seen_to_bite() -> None:
    verdicts = guards.judge(get("initial").guards, FACTS)
    assert {verdict.answer for verdict in verdicts} == {Answer.HOLDS}
    assert {guard.code for guard in get("initial").guards} == {guard.code for guard, *_ in BITES}


def test_proof_turns_an_ask_into_a_yes() -> None:
    old = replace(FACTS, qualifications=(_qualification(obtained_on=date(2020, 6, 18)),))
    assert guards.continuing_education.judge(old).stops
    assert not guards.continuing_education.judge(replace(old, materials=frozenset({"continuing_education"}))).stops
    new = _enterprise(qualifications=())
    assert not guards.enterprise_qualified.judge(replace(new, materials=frozenset({"new_enterprise_commitment"}))).stops


def test_failing_verdicts_come_first_and_stages_leave_out_what_is_not_theirs() -> None:
    facts = replace(FACTS, specialties=(), bars=(_BAR,))
    answers = [verdict.answer for verdict in guards.judge(get("initial").guards, facts)]
    assert answers[:2] == [Answer.NO, Answer.ASKS]
    picked = {verdict.code for verdict in guards.judge(get("initial").guards, facts, stage=Stage.PICK)}
    assert "specialties_usable" not in picked
    assert "verified_person" in picked
