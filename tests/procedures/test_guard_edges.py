"""Where each condition turns: the last day or state in which it holds, the first in which it does not, and what is said.

The conditions that rest on a registration are judged here from plain facts; `test_guard_table` sees each of them
stop a real filing.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from erjian.procedures import guards
from erjian.procedures.facts import Facts, RegistrationFacts, SpecialtyFacts
from erjian.procedures.guards import Answer
from erjian.standards.specialties import Specialty
from erjian.standards.validity import add_years
from tests.procedures.test_guards import _BAR, FACTS, TODAY, _enterprise, _person, _qualification, _registration

BUILDING, MUNICIPAL, RAILWAY = Specialty.BUILDING, Specialty.MUNICIPAL, Specialty.RAILWAY
HERE, ELSEWHERE = 1, 2
_65 = add_years(TODAY, -65)


def _in(days: int) -> date:
    return TODAY + timedelta(days=days)


def _held(*ends: tuple[str, int], at: int = HERE, **changes: object) -> RegistrationFacts:
    """A registration whose specialties end in so many days."""
    periods = tuple(SpecialtyFacts(specialty=code, begin=_in(-900), end=_in(days)) for code, days in ends)
    last = {"valid_until": max(each.end for each in periods)} if periods else {}
    return _registration(**{"enterprise_id": at, "specialties": periods, **last, **changes})


def _live(*ends: tuple[str, int], chosen: tuple[str, ...] = (), at: int = HERE, **changes: object) -> Facts:
    return replace(FACTS, live=_held(*ends, at=at, **changes), specialties=chosen)


def _moved(employed_on: date) -> Facts:
    return replace(FACTS, live=_held(at=ELSEWHERE, employed_on=employed_on))


def _filled(facts: Facts = FACTS, **form: str) -> Facts:
    return replace(facts, form={"name": "周启明", "id_number": "430199199003170017", **form})


def _with(*materials: str, **changes: object) -> Facts:
    return replace(FACTS, materials=frozenset(materials), **changes)  # type: ignore[arg-type]


def _qualified(*held: str) -> Facts:
    return _enterprise(qualifications=held)


_BOTH = ((BUILDING, 60), (MUNICIPAL, 700))
_USED = (_qualification(used=True), _qualification(id=2, specialty=MUNICIPAL, management_number="430220250002"))
_HOLDS, _NO, _ASKS, _ADVICE = Answer.HOLDS, Answer.NO, Answer.ASKS, Answer.ADVICE

EDGES = [
    # 第十五条第十项; from 90 days before the birthday on only 注销 is left
    (guards.within_age, _person(birth_date=_65 + timedelta(days=91)), _HOLDS, "64 周岁"),
    (guards.within_age, _person(birth_date=_65 + timedelta(days=90)), _NO, "距今不足 90 日，只能办理注销"),
    (guards.within_age, _person(birth_date=_65 + timedelta(days=1)), _NO, "将于 2026-11-24 满 65 周岁"),
    (guards.within_age, _person(birth_date=_65), _NO, "已于 2026-11-23 满 65 周岁，不予注册"),
    (guards.within_age, _person(birth_date=date(1990, 11, 23)), _HOLDS, "36 周岁"),
    (guards.within_age, _person(birth_date=date(1990, 11, 24)), _HOLDS, "35 周岁"),
    (
        guards.within_age,
        replace(_person(birth_date=add_years(TODAY, -60)), registration_class="temporary"),
        _NO,
        "满 60 周岁，不予注册",
    ),
    # an identity document is good on its last day
    (guards.number_valid, _person(id_valid_until=TODAY), _HOLDS, "有效期至 2026-11-23"),
    (guards.number_valid, _person(id_valid_until=None), _HOLDS, "校验"),
    (guards.verified_person, replace(FACTS, assurance_needed="counter"), _NO, "本项申报需要"),
    (guards.not_locked, replace(FACTS, locks=(replace(_BAR, ends=None),)), _NO, "，解除前只能办理注销"),
    (guards.not_locked, replace(FACTS, locks=(_BAR,)), _NO, "至 2027-05-01只能办理注销"),
    (guards.enterprise_not_barred, _enterprise(bars=(_BAR,)), _NO, "至 2027-05-01不能申报"),
    (guards.enterprise_not_barred, _enterprise(bars=(replace(_BAR, ends=None),)), _NO, "解除前不能申报"),
    (guards.profile_complete, _enterprise(missing=tuple("甲乙丙丁")), _NO, "还缺 4 项：甲、乙、丙、丁。"),
    (guards.profile_complete, _enterprise(missing=tuple("甲乙丙丁戊")), _NO, "还缺 5 项：甲、乙、丙、丁等。"),
    (guards.enterprise_qualified, _qualified("甲", "乙", "丙"), _HOLDS, "甲、乙等"),
    (
        guards.no_live_registration,
        replace(FACTS, live=_held(at=ELSEWHERE), past=(_registration(status="cancelled"),)),
        _NO,
        "不得同时受聘于两个单位",
    ),
    (guards.specialties_usable, replace(FACTS, qualifications=_USED), _NO, "已用于注册"),
    (
        guards.specialties_usable,
        replace(FACTS, qualifications=(_qualification(review_result="pending"),)),
        _NO,
        "未通过复审",
    ),
    # what was uploaded serves where the register has none
    (
        guards.signature_present,
        replace(_person(has_signature=False), materials=frozenset({"signature"})),
        _HOLDS,
        "已有",
    ),
    (guards.portrait_present, replace(_person(has_portrait=False), materials=frozenset({"portrait"})), _HOLDS, "已有"),
    # 第十一条: within three years of the qualification's day
    (
        guards.continuing_education,
        replace(FACTS, qualifications=(_qualification(obtained_on=date(2023, 11, 23)),)),
        _HOLDS,
        "未满 3 年",
    ),
    (
        guards.continuing_education,
        replace(FACTS, qualifications=(_qualification(obtained_on=date(2023, 11, 22)),)),
        _ASKS,
        "2023-11-22 取得，已满 3 年",
    ),
    # what is held here, and in force
    (guards.registration_held_here, _live(*_BOTH), _HOLDS, "湘2432019202012345"),
    (guards.registration_held_here, _live(*_BOTH, at=ELSEWHERE), _NO, "不在本企业"),
    (guards.registration_held_here, FACTS, _NO, "重新申报"),
    (guards.registration_in_force, _live(*_BOTH), _HOLDS, "有效期至"),
    (guards.registration_in_force, _live((BUILDING, -1), status="lapsed"), _NO, "到期，请办理重新申报"),
    (guards.registration_in_force, _live(*_BOTH, status="lapsed"), _NO, "注册已失效，请办理重新申报"),
    (guards.registration_in_force, _live(*_BOTH, status="suspended"), _NO, "暂扣"),
    (guards.registration_in_force, FACTS, _NO, "没有有效的注册"),
    # more than 30 days are left; on the 30th a renewal can still be filed, later only 注销
    (guards.enough_days_left, _live((BUILDING, 31)), _HOLDS, "31 日"),
    (guards.enough_days_left, _live((BUILDING, 30)), _NO, "仅 30 日，不足 30 日，只能办理延续或注销"),
    (guards.enough_days_left, _live((BUILDING, 29)), _NO, "仅 29 日，不足 30 日，只能办理注销"),
    (guards.enough_days_left, _live((BUILDING, -3)), _NO, "仅 0 日"),
    (guards.enough_days_left, _live((BUILDING, -5000), dates_binding=False), _HOLDS, "由政策延续"),
    (guards.enough_days_left, FACTS, _NO, "没有有效的注册"),
    # 第十二条、行政许可法第五十条: 90 to 30 days before the end of each specialty
    (guards.inside_renewal_window, _live((BUILDING, 91)), _NO, "应在 2026-11-24 至 2027-01-23 之间申请延续。"),
    (guards.inside_renewal_window, _live((BUILDING, 90)), _HOLDS, "期满前 90 日至 30 日之内"),
    (guards.inside_renewal_window, _live((BUILDING, 30)), _HOLDS, "期满前"),
    (
        guards.inside_renewal_window,
        _live((BUILDING, 29)),
        _NO,
        "申请期已过：到期失效后，或者先办理注销，再办理重新申报",
    ),
    (guards.inside_renewal_window, _live((BUILDING, 29), (MUNICIPAL, 700)), _NO, "申请期已过：到期后可办理增项"),
    (guards.inside_renewal_window, _live(*_BOTH), _HOLDS, "期满前"),
    (guards.inside_renewal_window, _live(*_BOTH, chosen=(BUILDING,)), _HOLDS, "期满前"),
    (guards.inside_renewal_window, _live(*_BOTH, chosen=(MUNICIPAL,)), _NO, "市政公用工程有效期至 2028-10-23"),
    (guards.inside_renewal_window, _live((BUILDING, 60), chosen=(BUILDING, MUNICIPAL)), _HOLDS, "期满前"),
    (guards.inside_renewal_window, _live(*_BOTH, chosen=(BUILDING, MUNICIPAL)), _NO, "市政公用工程有效期至"),
    (guards.inside_renewal_window, _live(), _NO, "没有可延续的专业"),
    (guards.inside_renewal_window, FACTS, _NO, "没有有效的注册"),
    (guards.registered_specialties, _live(*_BOTH), _ASKS, "至少勾选一个延续专业"),
    (guards.registered_specialties, _live(*_BOTH, chosen=(BUILDING, MUNICIPAL)), _HOLDS, "建筑工程、市政公用工程"),
    (guards.registered_specialties, _live((BUILDING, 60), chosen=(BUILDING, MUNICIPAL)), _NO, "市政公用工程不在"),
    (guards.registered_specialties, FACTS, _NO, "建筑工程不在"),
    # 第十四条: what runs to this day is registered still; what ended comes back by the qualification it had
    (guards.new_specialties, _live((BUILDING, 0), chosen=(BUILDING,)), _NO, "建筑工程已注册"),
    (
        guards.new_specialties,
        replace(_live((MUNICIPAL, 60), (BUILDING, -1), chosen=(BUILDING,)), qualifications=_USED),
        _HOLDS,
        "建筑工程",
    ),
    (guards.addable_qualification, replace(_live((BUILDING, 60)), qualifications=_USED), _HOLDS, "市政公用工程"),
    (guards.addable_qualification, replace(_live((BUILDING, 60)), qualifications=_USED[:1]), _NO, "须取得其他专业"),
    (guards.addable_qualification, _live((BUILDING, 60)), _NO, "建筑工程已注册，不能增项。须取得其他专业"),
    (
        guards.addable_qualification,
        replace(_live((MUNICIPAL, 60), (BUILDING, -1)), qualifications=_USED[:1]),
        _HOLDS,
        "建筑工程　管理号 430220240001",
    ),
    (
        guards.addable_qualification,
        replace(_live((BUILDING, 60)), qualifications=(replace(_USED[1], review_result="pending"),)),
        _NO,
        "复审中",
    ),
    (
        guards.addable_qualification,
        replace(_live((BUILDING, 60)), qualifications=(replace(_USED[1], review_result="failed"),)),
        _NO,
        "须取得其他专业",
    ),
    (
        guards.addable_qualification,
        replace(_live((BUILDING, 60)), qualifications=(replace(_USED[1], specialty=RAILWAY),)),
        _NO,
        "须取得其他专业",
    ),
    (
        guards.addable_qualification,
        replace(_live((BUILDING, 60)), qualifications=(replace(_USED[1], used=True),)),
        _NO,
        "须取得其他专业",
    ),
    (guards.not_under_proceeding, FACTS, _HOLDS, "没有正在核查"),
    (guards.not_under_proceeding, replace(FACTS, under_proceeding="湘2"), _NO, "正在核查注册 湘2"),
    (guards.not_under_proceeding, replace(FACTS, suspended_until=_in(9)), _NO, "原注册暂扣至 2026-12-02"),
    (guards.reviewed_specialties, replace(FACTS, specialties=()), _ASKS, "至少勾选一个专业"),
    (guards.reviewed_specialties, replace(FACTS, qualifications=_USED), _HOLDS, "建筑工程"),
    (guards.reviewed_specialties, replace(FACTS, specialties=(MUNICIPAL,)), _NO, "市政公用工程没有合格"),
    (
        guards.reviewed_specialties,
        replace(FACTS, specialties=(RAILWAY,), qualifications=(_qualification(specialty=RAILWAY),)),
        _NO,
        "没有合格的资格证书",
    ),
    (
        guards.reviewed_specialties,
        replace(FACTS, qualifications=(_qualification(review_result="pending"),)),
        _NO,
        "没有合格的资格证书",
    ),
    # 第十八条
    (guards.once_registered, _live((BUILDING, -1), status="lapsed"), _HOLDS, "决定时先予注销"),
    (guards.once_registered, _live((BUILDING, 1)), _NO, "仍有效"),
    (guards.once_registered, replace(FACTS, past=(_registration(status="cancelled"),)), _HOLDS, "注销"),
    (guards.once_registered, FACTS, _NO, "初始申报"),
    # 第十三条; twelve months with the present employer
    (guards.held_elsewhere, _live(*_BOTH, at=ELSEWHERE), _HOLDS, "现注册单位：别的企业"),
    (guards.held_elsewhere, _live(*_BOTH), _NO, "已在本企业注册"),
    (guards.held_elsewhere, FACTS, _NO, "没有有效的注册"),
    (guards.transfer_interval, _moved(date(2025, 11, 23)), _HOLDS, "已满 12 个月"),
    (guards.transfer_interval, _moved(date(2025, 11, 24)), _NO, "12 个月内不能变更，2026-11-24 起可以申请"),
    (guards.transfer_interval, FACTS, _NO, "没有有效的注册"),
    (guards.local_builder, _enterprise(kind="construction"), _HOLDS, "本省施工企业"),
    (guards.local_builder, _enterprise(kind="construction", local=False), _NO, "本省企业"),
    (guards.local_builder, _enterprise(kind="supervision"), _NO, "施工企业"),
    (guards.temporary_class_open, FACTS, _HOLDS, "办理中"),
    (
        guards.temporary_class_open,
        replace(FACTS, policy=replace(FACTS.policy, temporary_class=False)),
        _NO,
        "已停止办理",
    ),
    (guards.release_proven, FACTS, _HOLDS, "由原单位确认"),
    (guards.release_proven, replace(FACTS, former_answer="agreed"), _HOLDS, "已确认"),
    (guards.release_proven, replace(FACTS, former_answer="refused"), _ASKS, "原单位不同意转出，请上传"),
    (guards.release_proven, replace(FACTS, former_answer="silent"), _ASKS, "原单位逾期未答复，请上传"),
    (guards.release_proven, _with("release", former_answer="refused"), _HOLDS, "已附证明"),
    # 身份证号变更 and 个人信息修改: something changes, and belongs to nobody else
    (guards.correct_number, _filled(), _ASKS, "请填写"),
    (guards.correct_number, _filled(new_id_number="430199199003170017", new_name="周启明"), _NO, "都相同"),
    (guards.correct_number, _filled(new_id_number="430199199003170017", new_name="周启鸣"), _HOLDS, "号码有效"),
    (guards.correct_number, _filled(new_id_number="430199199003170033", new_name="周启明"), _HOLDS, "号码有效"),
    (guards.correct_number, replace(_filled(new_id_number="430199199003170033"), number_taken=True), _NO, "另一人"),
    (guards.something_changes, _filled(new_name="周启明"), _ASKS, "请填写新姓名"),
    (guards.something_changes, _filled(), _ASKS, "请填写新姓名"),
    (guards.something_changes, _filled(new_name="周启鸣"), _HOLDS, "修改姓名"),
    (guards.something_changes, _with("new_portrait", "new_signature"), _HOLDS, "修改寸照、手写签名"),
    # 企业名称变更
    (guards.new_name_usable, FACTS, _ASKS, "请填写新企业名称"),
    (guards.new_name_usable, _filled(new_enterprise_name="湖南麓川建设工程 有限公司"), _NO, "与现名称相同"),
    (guards.new_name_usable, _filled(new_enterprise_name="湖南麓江建设有限公司"), _HOLDS, "变更为"),
    (guards.new_name_usable, replace(_filled(new_enterprise_name="甲公司"), name_taken=True), _NO, "另一家企业"),
    (guards.changed_already, FACTS, _ASKS, "请填写核准变更日期"),
    (guards.changed_already, _filled(changed_on="2026-11-23"), _HOLDS, "2026-11-23"),
    (guards.changed_already, _filled(changed_on="2026-11-24"), _NO, "还没有到"),
    (guards.holders_reissued, FACTS, _ADVICE, "不换发证书"),
    (guards.holders_reissued, replace(FACTS, holders=1), _HOLDS, "有效注册 1 个"),
]


@pytest.mark.parametrize(("guard", "facts", "answer", "words"), EDGES, ids=lambda value: getattr(value, "code", None))
def test_where_a_condition_turns(guard: guards.Guard, facts: Facts, answer: Answer, words: str) -> None:
    verdict = guard.judge(facts)
    assert (verdict.answer, words in verdict.reason) == (answer, True), verdict.reason
