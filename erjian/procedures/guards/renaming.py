"""Conditions of 企业名称变更: the new name, the day it changed, and whom it concerns."""

from __future__ import annotations

from datetime import date

from erjian.procedures.facts import Facts
from erjian.procedures.guards.judging import FROM_REPORT, PLATFORM, REGULATION, Answer, Guard, Stage, no, yes
from erjian.standards.text import compact

_FROM_REPORT_ON = frozenset({Stage.REPORT, Stage.DECISION})


def _new_name(facts: Facts) -> tuple[Answer, str]:
    new = str(facts.form.get("new_enterprise_name") or "")
    if not compact(new):
        return Answer.ASKS, "请填写新企业名称。"
    if compact(new) == compact(facts.enterprise.name):
        return no("变更后的名称与现名称相同，没有需要变更的内容。请核对新营业执照。")
    if facts.name_taken:
        return no("该名称已属于登记库中的另一家企业。请核对新营业执照，或联系省级主管部门。")
    return yes(f"{facts.enterprise.name} 变更为 {new}")


def _changed_on(facts: Facts) -> tuple[Answer, str]:
    text = str(facts.form.get("changed_on") or "")
    if not text:
        return Answer.ASKS, "请填写核准变更日期。"
    if date.fromisoformat(text) > facts.today:
        return no(f"核准变更日期 {text} 还没有到。请在登记机关核准变更后申报。")
    return yes(text)


def _holders(facts: Facts) -> tuple[Answer, str]:
    if not facts.holders:
        return Answer.ADVICE, "本企业现没有有效注册的人员，核准后只变更企业名称，不换发证书。"
    return yes(f"本企业现有有效注册 {facts.holders} 个，核准后证书全部换发，注册编号、证书编号不变。")


new_name_usable = Guard(
    code="new_name_usable",
    holds="新企业名称可用",
    fails="新企业名称待填写或不可用",
    source=f"{REGULATION}第十三条",
    check=_new_name,
    stages=_FROM_REPORT_ON,
)
changed_already = Guard(
    code="changed_already",
    holds="登记机关已核准变更",
    fails="核准变更日期待填写或有误",
    source=PLATFORM,
    check=_changed_on,
    stages=_FROM_REPORT_ON,
)
holders_reissued = Guard(
    code="holders_reissued",
    holds="需要换发的证书",
    fails="需要换发的证书",
    source=PLATFORM,
    check=_holders,
    stages=FROM_REPORT,
)
