"""继续教育: proved by hours in the register, by a certificate or by a commitment, as the province decides.

《注册建造师管理规定》第十一、十二、二十三条; 建市〔2010〕192号 for the hours.
"""

from __future__ import annotations

from datetime import date, timedelta

from erjian.procedures.facts import Facts
from erjian.procedures.guards.judging import FROM_REPORT, REGULATION, Answer, Guard, no, yes
from erjian.standards.validity import add_years

PROVED_BY_HOURS = "hours"


def by_hours(facts: Facts) -> bool:
    """Whether this province checks hours in the register instead of asking for a paper."""
    return facts.policy.continuing_education.proof == PROVED_BY_HOURS


def hours_within(facts: Facts, begin: date, end: date) -> tuple[int, int]:
    """Compulsory and elective hours completed in a period, both days inclusive."""
    counted = [item for item in facts.education if begin <= item.completed_on <= end]
    return sum(item.compulsory for item in counted), sum(item.elective for item in counted)


def _enough(facts: Facts, begin: date, end: date) -> tuple[Answer, str]:
    wanted = facts.policy.continuing_education.hours(max(len(facts.specialties), 1))
    held = hours_within(facts, begin, end)
    period = f"{begin} 至 {end}"
    said = f"已登记必修 {held[0]}、选修 {held[1]} 学时"
    if held[0] >= wanted[0] and held[1] >= wanted[1]:
        return yes(f"{period} {said}")
    short = "、".join(
        f"{word} {need - have} 学时"
        for word, need, have in (("必修", wanted[0], held[0]), ("选修", wanted[1], held[1]))
        if have < need
    )
    return no(f"{period} {said}，还差{short}。学时由培训机构报送，有遗漏的请联系培训机构。")


def _late_registration(facts: Facts) -> tuple[Answer, str]:
    years = facts.policy.qualification_fresh_years
    chosen = [facts.qualification_for(code) for code in facts.specialties]
    old = [q for q in chosen if q and add_years(q.obtained_on, years) < facts.today]
    if not old:
        return yes(f"资格证书取得未满 {years} 年，或尚未选择专业")
    if by_hours(facts):
        return _enough(facts, add_years(facts.today, -facts.policy.validity_years), facts.today)
    if "continuing_education" in facts.materials:
        return yes("已上传继续教育证明")
    oldest = min(q.obtained_on for q in old)
    return Answer.ASKS, f"资格证书 {oldest} 取得，已满 {years} 年，请在附件材料中上传继续教育证明。"


def _renewal(facts: Facts) -> tuple[Answer, str]:
    compulsory, elective = facts.policy.continuing_education.hours(max(len(facts.specialties), 1))
    if by_hours(facts):
        ends = (
            [item.end for item in facts.live.specialties if item.specialty in facts.specialties] if facts.live else []
        )
        end = min(ends, default=facts.live.valid_until if facts.live else facts.today)
        begin = add_years(end, -facts.policy.validity_years) + timedelta(days=1)
        return _enough(facts, begin, min(end, facts.today))
    if "continuing_education" in facts.materials:
        return yes(f"已上传证明（必修 {compulsory}、选修 {elective} 学时）")
    return Answer.ASKS, f"请上传继续教育证明：必修 {compulsory} 学时、选修 {elective} 学时。"


continuing_education = Guard(
    code="continuing_education",
    holds="继续教育符合要求",
    fails="继续教育待提供",
    source=f"{REGULATION}第十一条",
    check=_late_registration,
    stages=FROM_REPORT,
)
renewal_education = Guard(
    code="renewal_education",
    holds="继续教育符合要求",
    fails="继续教育待提供",
    source=f"{REGULATION}第十二、二十三条",
    check=_renewal,
    stages=FROM_REPORT,
)
