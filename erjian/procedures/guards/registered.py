"""Conditions of what rests on an existing registration: in force, in its window, held here or elsewhere."""

from __future__ import annotations

from erjian.procedures.facts import Facts
from erjian.procedures.guards.filing import check_specialties
from erjian.procedures.guards.judging import (
    FROM_REPORT,
    LICENSING,
    PLATFORM,
    REGULATION,
    Answer,
    Guard,
    Stage,
    no,
    yes,
)
from erjian.registry.models import RegistrationStatus
from erjian.standards.dictionaries import EnterpriseType
from erjian.standards.specialties import SECOND_CLASS, Specialty
from erjian.standards.validity import add_months


def _held_here(facts: Facts) -> tuple[Answer, str]:
    live = facts.live
    if live is None:
        return no("没有有效的注册。已注销的请办理重新申报。")
    if live.enterprise_id != facts.enterprise.id:
        return no("注册不在本企业。")
    return yes(f"{live.number}，有效期至 {live.valid_until}")


def _in_force(facts: Facts) -> tuple[Answer, str]:
    live = facts.live
    if live is None:
        return no("没有有效的注册。")
    if live.status == RegistrationStatus.LAPSED:
        return no(f"注册{facts.how_lapsed}，请办理重新申报。")
    if live.status == RegistrationStatus.SUSPENDED:
        return no("注册已暂扣，解除前不能办理。")
    return yes(f"有效期至 {live.valid_until}")


def _days_left(facts: Facts) -> tuple[Answer, str]:
    if facts.live is None:
        return no("没有有效的注册。")
    if not facts.live.dates_binding:
        return yes(f"有效期至 {facts.live.valid_until}，由政策延续")
    left, least = (facts.live.valid_until - facts.today).days, facts.policy.min_days_left
    if left <= least:
        renewable = facts.today in facts.policy.renewal_window(facts.live.valid_until)
        other = "延续或" if renewable else ""
        return no(f"距有效期届满仅 {max(left, 0)} 日，不足 {least} 日，只能办理{other}注销。")
    return yes(f"距有效期届满 {left} 日")


def _renewal_window(facts: Facts) -> tuple[Answer, str]:
    if facts.live is None:
        return no("没有有效的注册。")
    windows = {item.specialty: facts.policy.renewal_window(item.end) for item in facts.live.specialties}
    chosen = [code for code in facts.specialties if code in windows] or list(windows)
    in_window = [code for code in chosen if facts.today in windows[code]]
    if not in_window or (facts.specialties and len(in_window) < len(chosen)):
        code = next((each for each in chosen if each not in in_window), "")
        if not code:
            return no("注册没有可延续的专业。")
        first, last = windows[code].first, windows[code].last
        end = next(item.end for item in facts.live.specialties if item.specialty == code)
        back = (
            "到期后可办理增项申报恢复。"
            if facts.live.valid_until > end
            else "到期失效后，或者先办理注销，再办理重新申报。"
        )
        late = f"申请期已过：{back}" if facts.today > last else ""
        return no(f"{Specialty(code).label}有效期至 {end}，应在 {first} 至 {last} 之间申请延续。{late}")
    return yes(f"期满前 {facts.policy.renewal_opens_days} 日至 {facts.policy.renewal_closes_days} 日之内")


def _registered_specialties(facts: Facts) -> tuple[Answer, str]:
    if not facts.specialties:
        return Answer.ASKS, "请至少勾选一个延续专业；未勾选的专业到期失效。"
    held = {item.specialty for item in facts.live.specialties} if facts.live else set()
    wrong = [code for code in facts.specialties if code not in held]
    if wrong:
        return no(f"{Specialty(wrong[0]).label}不在现有注册中。请取消该专业。")
    return yes("、".join(Specialty(code).label for code in facts.specialties))


def _new_specialties(facts: Facts) -> tuple[Answer, str]:
    again = [code for code in facts.specialties if code in facts.running_specialties]
    if again:
        return no(f"{Specialty(again[0]).label}已注册，不能增项。请取消该专业。")
    return check_specialties(facts, again=facts.ended_specialties)


def _addable_qualification(facts: Facts) -> tuple[Answer, str]:
    own = [
        item
        for item in facts.qualifications
        if item.specialty in SECOND_CLASS and (not item.used or item.specialty in facts.ended_specialties)
    ]
    unused = [item for item in own if item.specialty not in facts.running_specialties]
    passed = [item for item in unused if item.review_result == "passed"]
    if passed:
        return yes(f"{Specialty(passed[0].specialty).label}　管理号 {passed[0].management_number}")
    if any(item.review_result == "pending" for item in unused):
        return no("所增专业的资格证书尚在职改部门复审中，复审合格后才能申报。")
    again = f"{Specialty(own[0].specialty).label}已注册，不能增项。" if own and not unused else ""
    return no(f"{again}须取得其他专业的资格证书，经复审合格且未用于注册。")


def _not_under_proceeding(facts: Facts) -> tuple[Answer, str]:
    # Nothing is said of which measure: before 告知 nobody but the authority knows.
    if facts.under_proceeding:
        return no(
            f"主管部门正在核查注册 {facts.under_proceeding}，办结前不能注销，也不能重新注册。请联系省级主管部门。"
        )
    if facts.suspended_until:
        return no(f"原注册暂扣至 {facts.suspended_until}，注销不改变暂扣，期满前不能重新注册。")
    return yes("没有正在核查的注册")


def _reviewed_specialties(facts: Facts) -> tuple[Answer, str]:
    """重新注册 may use any reviewed qualification, used before or not (decision G.8)."""
    if not facts.specialties:
        return Answer.ASKS, "请至少勾选一个专业。"
    for code in facts.specialties:
        held = facts.qualification_for(code)
        if code not in SECOND_CLASS or held is None or held.review_result != "passed":
            return no(f"{Specialty(code).label}没有合格的资格证书。请取消该专业。")
    return yes("、".join(Specialty(code).label for code in facts.specialties))


def _once_registered(facts: Facts) -> tuple[Answer, str]:
    live = facts.live
    if live is not None and live.status == RegistrationStatus.LAPSED:
        return yes(f"{live.number} {facts.how_lapsed}，决定时先予注销")
    if live is not None:
        return no(f"注册 {live.number} 仍有效，不需要重新申报。")
    if facts.past:
        last = facts.past[0]
        return yes(f"{last.number} {RegistrationStatus(last.status).label}")
    return no("登记库中没有曾经的注册。首次注册请办理初始申报。")


def _held_elsewhere(facts: Facts) -> tuple[Answer, str]:
    live = facts.live
    if live is None:
        return no("没有有效的注册，不能变更。请办理初始申报或重新申报。")
    if live.enterprise_id == facts.enterprise.id:
        return no("已在本企业注册，不需要变更。")
    return yes(f"现注册单位：{live.enterprise_name}")


def _transfer_interval(facts: Facts) -> tuple[Answer, str]:
    if facts.live is None:
        return no("没有有效的注册。")
    if facts.live.employer_ceased:
        return yes("现单位已不能聘用，随时可以变更")
    months = facts.policy.transfer_months
    free = add_months(facts.live.employed_on, months)
    if free > facts.today:
        return no(f"{facts.live.employed_on} 到现单位注册，{months} 个月内不能变更，{free} 起可以申请。")
    return yes(f"到现单位注册已满 {months} 个月")


def _local_builder(facts: Facts) -> tuple[Answer, str]:
    if not facts.enterprise.local:
        return no("二级临时建造师只能注册在本省企业。")
    if facts.enterprise.kind != EnterpriseType.CONSTRUCTION:
        return no("二级临时建造师只能注册在施工企业。")
    return yes("本省施工企业")


def _temporary_class(facts: Facts) -> tuple[Answer, str]:
    if not facts.policy.temporary_class:
        return no("二级临时建造师业务已停止办理。")
    return yes("二级临时建造师业务办理中")


def _release_proof(facts: Facts) -> tuple[Answer, str]:
    if facts.former_answer in ("refused", "silent") and "release" not in facts.materials:
        said = "不同意转出" if facts.former_answer == "refused" else "逾期未答复"
        return Answer.ASKS, f"原单位{said}，请上传解除劳动合同证明。"
    return yes("由原单位确认" if not facts.former_answer else "已确认或已附证明")


def _correct_number(facts: Facts) -> tuple[Answer, str]:
    new = str(facts.form.get("new_id_number") or "")
    if not new:
        return Answer.ASKS, "请填写正确的身份证号。"
    if new == facts.form.get("id_number") and facts.form.get("new_name") == facts.form.get("name"):
        return no("新旧身份证号和姓名都相同，没有需要变更的内容。")
    if facts.number_taken:
        return no("新身份证号已属于登记库中的另一人。请核对，或联系省级主管部门。")
    return yes("号码有效，未被他人使用")


def _something_changes(facts: Facts) -> tuple[Answer, str]:
    new_name = str(facts.form.get("new_name") or "")
    changed = [
        label
        for label, changes in (
            ("姓名", bool(new_name) and new_name != facts.individual.name),
            ("寸照", "new_portrait" in facts.materials),
            ("手写签名", "new_signature" in facts.materials),
        )
        if changes
    ]
    if not changed:
        return Answer.ASKS, "请填写新姓名，或在“附件材料”中上传新寸照、新手写签名。"
    return yes(f"修改{'、'.join(changed)}")


something_changes = Guard(
    code="something_changes",
    holds="有需要修改的内容",
    fails="没有需要修改的内容",
    source=PLATFORM,
    check=_something_changes,
    stages=FROM_REPORT,
)
registration_held_here = Guard(
    code="registration_held_here", holds="注册在本企业", fails="注册不在本企业", source=PLATFORM, check=_held_here
)
registration_in_force = Guard(
    code="registration_in_force",
    holds="注册有效",
    fails="注册已失效",
    source=f"{REGULATION}第十六条",
    check=_in_force,
)
enough_days_left = Guard(
    code="enough_days_left",
    holds="剩余有效期足够",
    fails="剩余有效期不足",
    source=PLATFORM,
    check=_days_left,
    stages=frozenset({Stage.PICK, Stage.REPORT}),
)
inside_renewal_window = Guard(
    code="inside_renewal_window",
    holds="在延续申请期内",
    fails="不在延续申请期内",
    source=f"{REGULATION}第十二条、{LICENSING}第五十条",
    check=_renewal_window,
    stages=frozenset({Stage.PICK, Stage.REPORT}),
)
registered_specialties = Guard(
    code="registered_specialties",
    holds="延续专业已注册",
    fails="延续专业待选择或不符",
    source=f"{REGULATION}第十二条",
    check=_registered_specialties,
    stages=frozenset({Stage.REPORT, Stage.DECISION}),
)
new_specialties = Guard(
    code="new_specialties",
    holds="增项专业与资格相符",
    fails="增项专业待选择或不符",
    source=f"{REGULATION}第十四条",
    check=_new_specialties,
    stages=frozenset({Stage.REPORT, Stage.DECISION}),
)
addable_qualification = Guard(
    code="addable_qualification",
    holds="有可以增项的资格证书",
    fails="没有可以增项的资格证书",
    source=f"{REGULATION}第十四条",
    check=_addable_qualification,
    stages=frozenset({Stage.PICK}),
)
not_under_proceeding = Guard(
    code="not_under_proceeding",
    holds="注册不在核查中",
    fails="注册正在核查",
    source=f"{REGULATION}第十五条、第十七条",
    check=_not_under_proceeding,
)
reviewed_specialties = Guard(
    code="reviewed_specialties",
    holds="注册专业与资格相符",
    fails="注册专业待选择或不符",
    source=f"{REGULATION}第十八条",
    check=_reviewed_specialties,
    stages=frozenset({Stage.REPORT, Stage.DECISION}),
)
once_registered = Guard(
    code="once_registered",
    holds="原注册已注销或失效",
    fails="不符合重新注册情形",
    source=f"{REGULATION}第十八条",
    check=_once_registered,
)
held_elsewhere = Guard(
    code="held_elsewhere",
    holds="在其他单位注册",
    fails="没有可变更的注册",
    source=f"{REGULATION}第十三条",
    check=_held_elsewhere,
)
transfer_interval = Guard(
    code="transfer_interval",
    holds="距上次注册或变更已满期",
    fails="距上次注册或变更未满期",
    source=PLATFORM,
    check=_transfer_interval,
    stages=frozenset({Stage.PICK, Stage.REPORT}),
)
local_builder = Guard(
    code="local_builder", holds="本省施工企业", fails="企业不符合要求", source=PLATFORM, check=_local_builder
)
temporary_class_open = Guard(
    code="temporary_class_open", holds="临时建造师业务开放", fails="业务已停办", source=PLATFORM, check=_temporary_class
)
release_proven = Guard(
    code="release_proven",
    holds="与原单位解除聘用关系",
    fails="待证明与原单位解除聘用关系",
    source=f"{REGULATION}第十三条",
    check=_release_proof,
    stages=FROM_REPORT,
)
correct_number = Guard(
    code="correct_number",
    holds="新身份证号可用",
    fails="新身份证号待填写或不可用",
    source="GB 11643-1999",
    check=_correct_number,
    stages=frozenset({Stage.REPORT, Stage.DECISION}),
)
