"""Conditions of every filing: the person, the qualification, the enterprise."""

from __future__ import annotations

from erjian.procedures.facts import Facts
from erjian.procedures.guards.judging import (
    FROM_REPORT,
    MANUAL,
    PLATFORM,
    REGULATION,
    Answer,
    Guard,
    Stage,
    no,
    yes,
)
from erjian.registry.models import Assurance, EnterpriseStatus, RegistrationStatus
from erjian.registry.verification import reaches
from erjian.standards.specialties import SECOND_CLASS, Specialty
from erjian.standards.validity import age_on, birthday_at


def _verified(facts: Facts) -> tuple[Answer, str]:
    person = facts.individual
    if person.verified_on is None:
        return no(f"{person.name}尚未通过实名认证。请本人登录个人版完成实名认证。")
    if not reaches(person.assurance, facts.assurance_needed):
        had, needed = Assurance(person.assurance).label, Assurance(facts.assurance_needed).label
        return no(f"{person.name}的认证方式是“{had}”，本项申报需要“{needed}”。请本人登录个人版重新认证，或到窗口核验。")
    return yes(f"{person.verified_on} {Assurance(person.assurance).label}通过")


def _age(facts: Facts) -> tuple[Answer, str]:
    limit, days = facts.policy.age_limit_for(facts.registration_class), facts.policy.age_stop_days
    reaches = birthday_at(facts.individual.birth_date, limit)
    left = (reaches - facts.today).days
    if left <= 0:
        return no(f"已于 {reaches} 满 {limit} 周岁，不予注册。")
    if facts.individual.birth_date < facts.policy.youngest_refused(facts.registration_class, facts.today):
        return no(f"将于 {reaches} 满 {limit} 周岁，距今不足 {days} 日，只能办理注销。")
    return yes(f"{age_on(facts.individual.birth_date, facts.today)} 周岁")


def _not_barred(facts: Facts) -> tuple[Answer, str]:
    if facts.bars:
        bar = facts.bars[0]
        until = f"至 {bar.ends}" if bar.ends else "终身"
        return no(f"{bar.label}，{until}不予注册。对此有异议的，请联系省级主管部门。")
    return yes("无处罚、撤销、吊销记录")


def _not_locked(facts: Facts) -> tuple[Answer, str]:
    if facts.locks:
        lock = facts.locks[0]
        until = f"至 {lock.ends}" if lock.ends else "，解除前"
        return no(f"{lock.label}（{lock.reason}）{until}只能办理注销。请先联系主管部门解除锁定。")
    return yes("无锁定记录")


def _one_open_case(facts: Facts) -> tuple[Answer, str]:
    if facts.open_case:
        return no(f"正在办理{facts.open_case}，办结或撤回后才能申请。")
    return yes("没有在办申报")


def _no_live_registration(facts: Facts) -> tuple[Answer, str]:
    live = facts.live
    if live is None and facts.past:
        return no(f"曾经注册（{facts.past[0].number}），已注销或失效。请办理重新申报。")
    if live is None:
        return yes("登记库无注册记录")
    if live.status == RegistrationStatus.LAPSED:
        return no(f"注册（{live.number}）{facts.how_lapsed}。请办理重新申报。")
    if live.enterprise_id == facts.enterprise.id:
        return no(f"已在本企业注册（{live.number}）。增加专业请办理增项申报。")
    return no("已在其他单位注册，不得同时受聘于两个单位。请办理变更申报。")


def _qualification(facts: Facts) -> tuple[Answer, str]:
    if not facts.qualifications:
        return no("资格证书库中没有此人。请核对姓名和身份证号，或联系省级主管部门。")
    own = [item for item in facts.qualifications if item.specialty in SECOND_CLASS]
    if not own:
        return no("资格证书的专业不属于二级建造师，不能申报。")
    passed = [item for item in own if item.review_result == "passed"]
    usable = [item for item in passed if not item.used]
    if usable:
        return yes(f"{Specialty(usable[0].specialty).label}　管理号 {usable[0].management_number}")
    if any(item.review_result == "pending" for item in own):
        return no("资格证书尚在职改部门复审中，复审合格后才能申报。")
    if passed:
        return no("资格证书均已用于注册。曾注销的请办理重新申报。")
    return no("资格证书复审不合格，不能申报。")


def _specialties(facts: Facts) -> tuple[Answer, str]:
    return check_specialties(facts)


def check_specialties(facts: Facts, *, again: frozenset[str] = frozenset()) -> tuple[Answer, str]:
    """Every chosen specialty has a reviewed qualification of the second class, unused but for those in `again`."""
    if not facts.specialties:
        return Answer.ASKS, "请至少勾选一个专业。"
    for code in facts.specialties:
        held = facts.qualification_for(code)
        label = Specialty(code).label
        if code not in SECOND_CLASS:
            return no(f"{label}不是二级建造师的专业。")
        if held is None:
            return no(f"没有{label}的资格证书。请取消该专业。")
        if held.review_result != "passed":
            return no(f"{label}的资格证书未通过复审。请取消该专业。")
        if held.used and code not in again:
            return no(f"{label}的资格证书已用于注册。请取消该专业。")
    return yes("、".join(Specialty(code).label for code in facts.specialties))


def _profile_complete(facts: Facts) -> tuple[Answer, str]:
    missing = facts.enterprise.missing
    if missing:
        shown = "、".join(missing[:4]) + ("等" if len(missing) > 4 else "")
        return no(f"企业基本信息还缺 {len(missing)} 项：{shown}。请先完善。")
    return yes(f"{facts.enterprise.updated_on} 更新")


def _enterprise_active(facts: Facts) -> tuple[Answer, str]:
    if facts.enterprise.status != EnterpriseStatus.NORMAL:
        label = EnterpriseStatus(facts.enterprise.status).label
        return no(f"企业经营状态为“{label}”，不能申报。请先到登记机关办理。")
    return yes("经营状态正常")


def _enterprise_not_barred(facts: Facts) -> tuple[Answer, str]:
    if facts.enterprise.bars:
        bar = facts.enterprise.bars[0]
        until = f"至 {bar.ends}" if bar.ends else "解除前"
        return no(f"企业被限制申报（{bar.reason}），{until}不能申报。对此有异议的，请联系省级主管部门。")
    return yes("没有限制申报记录")


def _enterprise_seated(facts: Facts) -> tuple[Answer, str]:
    authority = facts.policy.authorities_by_code.get(facts.enterprise.filing_authority)
    if authority is None:
        return no("企业注册所在地没有对应的主管部门。请在企业基本信息中核对注册所在地市，或联系省级主管部门。")
    return yes(authority.name)


def _number_valid(facts: Facts) -> tuple[Answer, str]:
    if facts.individual.number_fault:
        return no(
            f"登记库中{facts.individual.name}的身份证号有误：{facts.individual.number_fault}请先办理身份证号变更。"
        )
    until = facts.individual.id_valid_until
    if until is not None and until < facts.today:
        return no(f"身份证件已于 {until} 到期。请本人登录个人版，更新身份证件的照片和有效期。")
    return yes(f"有效期至 {until}" if until else "身份证号码通过校验")


def _enterprise_qualified(facts: Facts) -> tuple[Answer, str]:
    held = facts.enterprise.qualifications
    if held:
        return yes("、".join(held[:2]) + ("等" if len(held) > 2 else ""))
    if "new_enterprise_commitment" in facts.materials:
        return yes("新设立企业，已上传承诺书")
    return Answer.ASKS, "企业没有有效资质。新设立企业请在附件材料中上传承诺书。"


def _portrait(facts: Facts) -> tuple[Answer, str]:
    if "portrait" in facts.materials:
        return yes("已有照片")
    if facts.individual.has_portrait:
        return yes("没有上传的，本人确认时取个人档案中的照片")
    return Answer.ASKS, "请上传近期免冠正面照。"


def _signature(facts: Facts) -> tuple[Answer, str]:
    if facts.individual.has_signature or "signature" in facts.materials:
        return yes("已有签名")
    return Answer.ADVICE, "本人确认时将请其手写签名。"


verified_person = Guard(
    code="verified_person", holds="已通过实名认证", fails="未通过实名认证", source=f"{MANUAL} 2.1", check=_verified
)
within_age = Guard(
    code="within_age", holds="年龄符合要求", fails="年龄超过上限", source=f"{REGULATION}第十五条第十项", check=_age
)
not_barred = Guard(
    code="not_barred",
    holds="不在不予注册期限内",
    fails="在不予注册期限内",
    source=f"{REGULATION}第十五、三十三、三十四条，《建设工程质量管理条例》第七十二条",
    check=_not_barred,
)
not_locked = Guard(
    code="not_locked",
    holds="证书未锁定",
    fails="证书已锁定",
    source="《注册建造师执业管理办法（试行）》",
    check=_not_locked,
)
one_open_case = Guard(
    code="one_open_case", holds="没有其他在办申报", fails="有其他在办申报", source=PLATFORM, check=_one_open_case
)
no_live_registration = Guard(
    code="no_live_registration",
    holds="未在其他单位注册",
    fails="已有注册",
    source=f"{REGULATION}第十五条第二项",
    check=_no_live_registration,
)
unused_qualification = Guard(
    code="unused_qualification",
    holds="资格证书合格且未使用",
    fails="没有可用的资格证书",
    source=f"{REGULATION}第六条第一项",
    check=_qualification,
    stages=frozenset({Stage.PICK, Stage.REPORT, Stage.DECISION}),
)
specialties_usable = Guard(
    code="specialties_usable",
    holds="注册专业与资格相符",
    fails="注册专业待选择或不符",
    source=f"{REGULATION}第六条",
    check=_specialties,
    stages=frozenset({Stage.REPORT, Stage.DECISION}),
)
profile_complete = Guard(
    code="profile_complete",
    holds="企业基本信息完整",
    fails="企业基本信息不完整",
    source=f"{MANUAL} 3.2.2",
    check=_profile_complete,
    stages=frozenset({Stage.PICK, Stage.REPORT}),
)
enterprise_active = Guard(
    code="enterprise_active",
    holds="企业经营状态正常",
    fails="企业经营状态异常",
    source=f"{REGULATION}第十五条第九项",
    check=_enterprise_active,
)
enterprise_qualified = Guard(
    code="enterprise_qualified",
    holds="聘用企业具备资质",
    fails="聘用企业资质待确认",
    source=f"{REGULATION}第二十条",
    check=_enterprise_qualified,
    stages=FROM_REPORT,
)
portrait_present = Guard(
    code="portrait_present",
    holds="人员寸照已提供",
    fails="人员寸照待上传",
    source=PLATFORM,
    check=_portrait,
    stages=FROM_REPORT,
)
signature_present = Guard(
    code="signature_present",
    holds="手写签名",
    fails="手写签名待提供",
    source=PLATFORM,
    check=_signature,
    stages=FROM_REPORT,
)
enterprise_not_barred = Guard(
    code="enterprise_not_barred",
    holds="企业未被限制申报",
    fails="企业被限制申报",
    source=f"{REGULATION}第三十九条",
    check=_enterprise_not_barred,
)
enterprise_seated = Guard(
    code="enterprise_seated",
    holds="申报主管部门已确定",
    fails="申报主管部门不能确定",
    source=f"{REGULATION}第九条",
    check=_enterprise_seated,
    stages=frozenset({Stage.PICK, Stage.REPORT}),
)
number_valid = Guard(
    code="number_valid", holds="身份证件有效", fails="身份证件无效", source="GB 11643-1999", check=_number_valid
)
