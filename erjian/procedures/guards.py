"""Guards: pure functions over `Facts`, each with its source and a sentence for people.

They run when a person is picked, at save, at 上报 and again at the decision. A verdict *holds*, *asks* (something
is still to be provided; it does not stop saving) or says *no*. At 上报 anything that does not hold, except an
*advice*, stops.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import models

from erjian.procedures.facts import Facts
from erjian.registry.models import EnterpriseStatus, RegistrationStatus
from erjian.standards.specialties import SECOND_CLASS, Specialty
from erjian.standards.validity import add_years, birthday_at

REGULATION = "《注册建造师管理规定》"
MANUAL = "操作手册"
PLATFORM = "平台规则"


class Answer(models.TextChoices):
    HOLDS = "holds", "符合"
    ASKS = "asks", "待补充"
    ADVICE = "advice", "提示"
    NO = "no", "不符合"


class Stage(models.TextChoices):
    PICK = "pick", "选择人员"
    REPORT = "report", "上报"
    DECISION = "decision", "决定"


EVERYWHERE = frozenset(Stage)
FROM_REPORT = frozenset({Stage.REPORT})


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What one guard says of one filing."""

    code: str
    label: str
    source: str
    answer: Answer
    reason: str

    @property
    def stops(self) -> bool:
        """Whether 上报 must be refused."""
        return self.answer in (Answer.NO, Answer.ASKS)


Check = Callable[[Facts], tuple[Answer, str]]


@dataclass(frozen=True, kw_only=True)
class Guard:
    """One condition. `holds` and `fails` are the headings shown for each outcome."""

    code: str
    holds: str
    fails: str
    source: str
    check: Check
    stages: frozenset[Stage] = EVERYWHERE

    def judge(self, facts: Facts) -> Verdict:
        """Run the condition."""
        answer, reason = self.check(facts)
        label = self.holds if answer in (Answer.HOLDS, Answer.ADVICE) else self.fails
        return Verdict(code=self.code, label=label, source=self.source, answer=answer, reason=reason)


_ORDER = {Answer.NO: 0, Answer.ASKS: 1, Answer.ADVICE: 2, Answer.HOLDS: 3}


def judge(guards: Iterable[Guard], facts: Facts, *, stage: Stage | None = None) -> tuple[Verdict, ...]:
    """Verdicts of all guards of a stage (all when none is named), failing first, else in declared order."""
    verdicts = [guard.judge(facts) for guard in guards if stage is None or stage in guard.stages]
    return tuple(sorted(verdicts, key=lambda verdict: _ORDER[verdict.answer]))


def _yes(reason: str) -> tuple[Answer, str]:
    return Answer.HOLDS, reason


def _no(reason: str) -> tuple[Answer, str]:
    return Answer.NO, reason


def _verified(facts: Facts) -> tuple[Answer, str]:
    person = facts.person
    if person.verified_on is None:
        return _no(f"{person.name}尚未通过实名认证。请本人登录个人版完成实名认证。")
    return _yes(f"{person.verified_on} 通过")


def _age(facts: Facts) -> tuple[Answer, str]:
    limit, days = facts.policy.age_limit, facts.policy.age_stop_days
    reaches = birthday_at(facts.person.birth_date, limit)
    left = (reaches - facts.today).days
    if left <= 0:
        return _no(f"已于 {reaches} 满 {limit} 周岁，不予注册。")
    if left <= days:
        return _no(f"将于 {reaches} 满 {limit} 周岁，距今不足 {days} 日，只能办理注销。")
    years = facts.today.year - facts.person.birth_date.year
    if birthday_at(facts.person.birth_date, years) > facts.today:
        years -= 1
    return _yes(f"{years} 周岁")


def _not_barred(facts: Facts) -> tuple[Answer, str]:
    if facts.bars:
        bar = facts.bars[0]
        until = f"至 {bar.ends}" if bar.ends else "终身"
        return _no(f"{bar.label}，{until}不予注册。对此有异议的，请联系省级主管部门。")
    return _yes("无处罚、撤销、吊销记录")


def _not_locked(facts: Facts) -> tuple[Answer, str]:
    if facts.locks:
        lock = facts.locks[0]
        until = f"至 {lock.ends}" if lock.ends else "，解除前"
        return _no(f"{lock.label}（{lock.reason}）{until}只能办理注销。请先联系主管部门解除锁定。")
    return _yes("无锁定记录")


def _one_open_case(facts: Facts) -> tuple[Answer, str]:
    if facts.open_case:
        return _no(f"正在办理{facts.open_case}，办结或撤回后才能申请。")
    return _yes("没有在办申报")


def _no_live_registration(facts: Facts) -> tuple[Answer, str]:
    live = facts.live
    if live is None:
        return _yes("登记库无有效注册")
    if live.status == RegistrationStatus.LAPSED:
        return _no(f"注册（{live.number}）已于 {live.valid_until} 到期。请办理重新申报。")
    if live.enterprise_id == facts.enterprise.id:
        return _no(f"已在本企业注册（{live.number}）。增加专业请办理增项申报。")
    return _no("已在其他单位注册，不得同时受聘于两个单位。请办理变更申报。")


def _qualification(facts: Facts) -> tuple[Answer, str]:
    if not facts.qualifications:
        return _no("资格证书库中没有此人。请核对姓名和身份证号，或联系省级主管部门。")
    own = [item for item in facts.qualifications if item.specialty in SECOND_CLASS]
    if not own:
        return _no("资格证书的专业不属于二级建造师，不能申报。")
    passed = [item for item in own if item.review_result == "passed"]
    usable = [item for item in passed if not item.used]
    if usable:
        return _yes(f"{Specialty(usable[0].specialty).label}　管理号 {usable[0].management_number}")
    if any(item.review_result == "pending" for item in own):
        return _no("资格证书尚在职改部门复审中，复审合格后才能申报。")
    if passed:
        return _no("资格证书均已用于注册。曾注销的请办理重新申报。")
    return _no("资格证书复审不合格，不能申报。")


def _specialties_usable(facts: Facts) -> tuple[Answer, str]:
    if not facts.specialties:
        return Answer.ASKS, "请在“注册专业”中至少勾选一个专业。"
    for code in facts.specialties:
        held = facts.qualification_for(code)
        label = Specialty(code).label
        if code not in SECOND_CLASS:
            return _no(f"{label}不是二级建造师的专业。")
        if held is None:
            return _no(f"没有{label}的资格证书。请取消该专业。")
        if held.review_result != "passed":
            return _no(f"{label}的资格证书未通过复审。请取消该专业。")
        if held.used:
            return _no(f"{label}的资格证书已用于注册。请取消该专业。")
    return _yes("、".join(Specialty(code).label for code in facts.specialties))


def _continuing_education(facts: Facts) -> tuple[Answer, str]:
    years = facts.policy.qualification_fresh_years
    chosen = [facts.qualification_for(code) for code in facts.specialties]
    old = [q for q in chosen if q and add_years(q.obtained_on, years) < facts.today]
    if not old:
        return _yes(f"资格证书取得未满 {years} 年，或尚未选择专业")
    if "continuing_education" in facts.materials:
        return _yes("已上传继续教育证明")
    oldest = min(q.obtained_on for q in old)
    return Answer.ASKS, f"资格证书 {oldest} 取得，已满 {years} 年，请在附件材料中上传继续教育证明。"


def _profile_complete(facts: Facts) -> tuple[Answer, str]:
    missing = facts.enterprise.missing
    if missing:
        shown = "、".join(missing[:4]) + ("等" if len(missing) > 4 else "")
        return _no(f"企业基本信息还缺 {len(missing)} 项：{shown}。请先完善。")
    return _yes(f"{facts.enterprise.updated_on} 更新")


def _enterprise_active(facts: Facts) -> tuple[Answer, str]:
    if facts.enterprise.status != EnterpriseStatus.NORMAL:
        label = EnterpriseStatus(facts.enterprise.status).label
        return _no(f"企业经营状态为“{label}”，不能申报。请先到登记机关办理。")
    return _yes("经营状态正常")


def _enterprise_qualified(facts: Facts) -> tuple[Answer, str]:
    held = facts.enterprise.qualifications
    if held:
        return _yes("、".join(held[:2]) + ("等" if len(held) > 2 else ""))
    if "new_enterprise_commitment" in facts.materials:
        return _yes("新设立企业，已上传承诺书")
    return Answer.ASKS, "企业没有有效资质。新设立企业请在附件材料中上传承诺书。"


def _portrait(facts: Facts) -> tuple[Answer, str]:
    if facts.person.has_portrait or "portrait" in facts.materials:
        return _yes("已有照片")
    return Answer.ASKS, "请上传近期免冠正面照。"


def _signature(facts: Facts) -> tuple[Answer, str]:
    if facts.person.has_signature or "signature" in facts.materials:
        return _yes("已有签名")
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
    source=f"{REGULATION}第十五、三十三、三十四条",
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
    check=_specialties_usable,
    stages=frozenset({Stage.REPORT, Stage.DECISION}),
)
continuing_education = Guard(
    code="continuing_education",
    holds="继续教育符合要求",
    fails="继续教育待提供",
    source=f"{REGULATION}第十一条",
    check=_continuing_education,
    stages=FROM_REPORT,
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
