"""What the authority may decide, on which grounds, and what follows by law. Everything that differs stands here.

Sources: 《注册建造师管理规定》第十五至十七、三十一、三十四条; 《中华人民共和国行政许可法》第三十六、四十七、六十九、七十、七十九条;
《中华人民共和国行政处罚法》第四十四、四十五、六十三、六十四条; 《建设工程质量管理条例》第七十二条; 《建设工程安全生产管理条例》第五十八条.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import models

from erjian.registry.changes import EXPIRED
from erjian.registry.models import BarBasis, RegistrationStatus

_RULES = "《注册建造师管理规定》"
_LICENSING = "《中华人民共和国行政许可法》"
_QUALITY = "《建设工程质量管理条例》第七十二条"
_SAFETY = "《建设工程安全生产管理条例》第五十八条"


class Measure(models.TextChoices):
    CANCEL = "cancel", "注销"
    RESCIND = "rescind", "撤销"
    REVOKE = "revoke", "吊销"
    SUSPEND = "suspend", "暂扣"
    RESTORE = "restore", "解除暂扣"


@dataclass(frozen=True, kw_only=True)
class Bar:
    """The period in which the person may not register again; no years means for life."""

    basis: BarBasis
    years: int | None

    @property
    def words(self) -> str:
        """As the decision says it."""
        return f"自决定之日起 {self.years} 年内不予注册" if self.years else "终身不予注册"


@dataclass(frozen=True, kw_only=True)
class Ground:
    """One legal ground with its source, what follows from it, and whether one side may cite it."""

    code: str
    text: str
    source: str
    bar: Bar | None = None
    by_one_side: bool = False


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One measure: what it leads to and how it is gone about."""

    measure: Measure
    status: RegistrationStatus
    froms: frozenset[str]
    grounds: tuple[Ground, ...]
    heard: bool = True
    """Whether the parties are told first and may state their case or ask for a hearing."""
    hearing_source: str = f"{_LICENSING}第三十六条、第四十七条"
    voids: bool = False
    """Whether the certificate is void from the decision on, which is made public (第十七条)."""
    longest_months: int = 0
    """Longest term of what ends by itself; 0 where there is no term."""
    word: str
    """Document word of the decision, a key of policy's `numbers.document_words`."""
    effect: str
    """What follows for the person, in the decision and before it is taken."""

    @property
    def label(self) -> str:
        return str(self.measure.label)

    @property
    def bars(self) -> bool:
        """Whether a bar may follow."""
        return any(ground.bar for ground in self.grounds)

    @property
    def holds_back(self) -> bool:
        """Whether nobody may give the registration up while it is decided: a bar or a term would be escaped."""
        return self.bars or self.longest_months > 0

    def ground(self, code: str) -> Ground:
        """The ground of a code. Raises KeyError."""
        return next(each for each in self.grounds if each.code == code) if code in self.codes else _unknown(code)

    @property
    def codes(self) -> frozenset[str]:
        """Codes of the measure's grounds."""
        return frozenset(each.code for each in self.grounds)


def _unknown(code: str) -> Ground:
    raise KeyError(code)


_LIVE = frozenset({RegistrationStatus.VALID.value, RegistrationStatus.SUSPENDED.value})
_PUNISHING = "《中华人民共和国行政处罚法》第四十四条、第四十五条、第六十三条、第六十四条"


def _lapse(number: str) -> str:
    return f"{_RULES}第十六条第{number}项、第十七条"


_CANCEL = Rule(
    measure=Measure.CANCEL,
    status=RegistrationStatus.CANCELLED,
    froms=_LIVE | {RegistrationStatus.LAPSED.value},
    voids=True,
    word="cancellation",
    effect="注册证书自决定作出之日起作废；具备条件后可以重新申请注册",
    grounds=(
        Ground(code="contract_ended", text="已与聘用单位解除聘用合同关系", source=_lapse("四"), by_one_side=True),
        Ground(code="bankrupt", text="聘用单位破产", source=_lapse("一"), by_one_side=True),
        Ground(code="licence_revoked", text="聘用单位被吊销营业执照", source=_lapse("二"), by_one_side=True),
        Ground(
            code="qualification_revoked", text="聘用单位被吊销或者撤回资质证书", source=_lapse("三"), by_one_side=True
        ),
        Ground(code="expired", text=EXPIRED, source=f"{_lapse('五')}，{_LICENSING}第七十条第一项"),
        Ground(code="over_age", text="年龄超过规定上限", source=_lapse("六")),
        Ground(
            code="dead",
            text="死亡或者不具有完全民事行为能力",
            source=f"{_lapse('七')}，{_LICENSING}第七十条第二项",
            by_one_side=True,
        ),
        Ground(code="convicted", text="受到刑事处罚", source=f"{_RULES}第十七条第四项"),
        Ground(
            code="other",
            text="法律、法规规定应当注销注册的其他情形",
            source=f"{_RULES}第十七条第五项",
            by_one_side=True,
        ),
    ),
)
_RESCIND = Rule(
    measure=Measure.RESCIND,
    status=RegistrationStatus.RESCINDED,
    froms=_LIVE | {RegistrationStatus.LAPSED.value},
    voids=True,
    word="rescission",
    effect="注册证书自决定作出之日起作废",
    grounds=(
        Ground(
            code="fraud",
            text="以欺骗、贿赂等不正当手段取得注册",
            source=f"{_LICENSING}第六十九条第二款、第七十九条，{_RULES}第三十四条",
            bar=Bar(basis=BarBasis.FRAUD, years=3),
        ),
        Ground(
            code="unqualified",
            text="对不具备申请资格或者不符合法定条件的申请人准予注册",
            source=f"{_LICENSING}第六十九条第一款第四项，{_RULES}第三十一条",
        ),
        Ground(
            code="abuse",
            text="工作人员滥用职权、玩忽职守作出准予注册决定",
            source=f"{_LICENSING}第六十九条第一款第一项，{_RULES}第三十一条",
        ),
        Ground(
            code="beyond",
            text="超越法定职权作出准予注册决定",
            source=f"{_LICENSING}第六十九条第一款第二项，{_RULES}第三十一条",
        ),
        Ground(
            code="procedure",
            text="违反法定程序作出准予注册决定",
            source=f"{_LICENSING}第六十九条第一款第三项，{_RULES}第三十一条",
        ),
    ),
)
_REVOKE = Rule(
    measure=Measure.REVOKE,
    status=RegistrationStatus.REVOKED,
    # Whose registration runs out while they are heard is punished all the same.
    froms=_LIVE | {RegistrationStatus.LAPSED.value},
    voids=True,
    hearing_source=_PUNISHING,
    word="revocation",
    effect="注册证书自决定作出之日起作废",
    grounds=(
        Ground(
            code="quality",
            text="因过错造成重大质量事故",
            source=_QUALITY,
            bar=Bar(basis=BarBasis.QUALITY, years=5),
        ),
        Ground(
            code="quality_extreme",
            text="因过错造成质量事故，情节特别恶劣",
            source=_QUALITY,
            bar=Bar(basis=BarBasis.LIFETIME, years=None),
        ),
        Ground(
            code="safety",
            text="未执行法律、法规和工程建设强制性标准，情节严重",
            source=_SAFETY,
            bar=Bar(basis=BarBasis.REVOKED, years=5),
        ),
        Ground(
            code="safety_extreme",
            text="未执行法律、法规和工程建设强制性标准，造成重大安全事故",
            source=_SAFETY,
            bar=Bar(basis=BarBasis.LIFETIME, years=None),
        ),
        Ground(
            code="other",
            text="法律、法规规定应当吊销注册证书的其他情形",
            source=f"{_RULES}第十七条第三项、第十五条第七项",
            bar=Bar(basis=BarBasis.REVOKED, years=2),
        ),
    ),
)
_SUSPEND = Rule(
    measure=Measure.SUSPEND,
    status=RegistrationStatus.SUSPENDED,
    froms=frozenset({RegistrationStatus.VALID.value}),
    hearing_source=_PUNISHING,
    longest_months=12,
    word="suspension",
    effect="暂扣期间不得执业，注册证书不得使用；注册有效期不因暂扣延长",
    grounds=(
        Ground(code="quality", text="因过错造成质量事故，责令停止执业", source=_QUALITY),
        Ground(code="safety", text="未执行法律、法规和工程建设强制性标准，责令停止执业", source=_SAFETY),
        Ground(
            code="other",
            text="法律、法规规定可以暂扣注册证书的其他情形",
            source="《中华人民共和国行政处罚法》第九条第三项",
        ),
    ),
)
_RESTORE = Rule(
    measure=Measure.RESTORE,
    status=RegistrationStatus.VALID,
    froms=frozenset({RegistrationStatus.SUSPENDED.value}),
    heard=False,
    word="restoration",
    effect="自决定作出之日起恢复执业，注册证书恢复使用",
    grounds=(
        Ground(code="over", text="暂扣期限届满", source="《中华人民共和国行政处罚法》第九条第三项"),
        Ground(
            code="annulled",
            text="原暂扣决定被撤销或者变更",
            source="《中华人民共和国行政复议法》第六十三条、第六十四条",
        ),
        Ground(code="corrected", text="已改正违法行为，符合恢复条件", source="《中华人民共和国行政处罚法》第二十八条"),
    ),
)

RULES: Mapping[Measure, Rule] = {rule.measure: rule for rule in (_CANCEL, _RESCIND, _REVOKE, _SUSPEND, _RESTORE)}


def rule(measure: str) -> Rule:
    """The rule of a measure. Raises ValueError for an unknown one."""
    return RULES[Measure(measure)]


def for_one_side() -> tuple[Ground, ...]:
    """The grounds that a person or an enterprise may cite for 强制注销."""
    return tuple(ground for ground in _CANCEL.grounds if ground.by_one_side)
