"""What is attached to a filing of the demonstration: for every material that is asked for, a scan that shows it."""

from __future__ import annotations

from datetime import date

from erjian.demo import figures, pictures
from erjian.demo.population import Candidate
from erjian.policy import clock
from erjian.standards.specialties import Specialty


def new_name(name: str) -> str:
    """What an enterprise of the demonstration is called after it was reorganised."""
    return f"{name.removesuffix('有限公司').removesuffix('集团')}股份有限公司"


def of(code: str, label: str, who: Candidate, *, kind: str, begin: date) -> pictures.Picture:
    """A scan of what a material asks for; `kind` is what is filed, `begin` the first day of the employment."""
    facts, specialty = who.facts, Specialty(who.facts.specialty).label
    match code:
        case "qualification":
            lines = [
                f"姓　名：{facts.name}",
                f"专业类别：{specialty}",
                f"管理号：{who.number}",
                "",
                "经考试合格，取得二级建造师资格，",
                "特发此证。",
            ]
            return pictures.paper(
                "二级建造师资格证书", lines, issuer="资格考试机构（演示）", day=f"{who.qualified_on}", face=who.face
            )
        case "education":
            lines = [
                f"学生 {facts.name}，在本校 {facts.major} 专业学习期满，",
                "修完教学计划规定的全部课程，",
                "成绩合格，准予毕业。",
            ]
            return pictures.paper(
                "毕业证书", lines, issuer=facts.school, day=f"{facts.graduated}", colour="#b08a2e", face=who.face
            )
        case "contract":
            return contract(who, begin=begin)
        case "new_licence" | "rename_approval":
            employer = who.employer.enterprise
            lines = [
                f"原名称：{employer.name}",
                f"新名称：{new_name(employer.name)}",
                f"统一社会信用代码：{employer.credit_code}",
            ]
            return pictures.paper(
                label, lines, issuer="市场监督管理部门（演示）", day=f"{clock.today()}", colour="#8a2f2f"
            )
        case "new_id_front" | "new_id_back":
            return who.card(back=code == "new_id_back", number=figures.corrected(facts.id_number))
        case "new_portrait":
            return pictures.portrait(97, who.person.sex)
        case "continuing_education":
            lines = [f"{facts.name}，{specialty}专业，", "必修课 60 学时、选修课 60 学时，考核合格。"]
            return pictures.paper(
                "继续教育证明", lines, issuer="继续教育机构（演示）", day=f"{clock.today()}", colour="#2f6a4a"
            )
        case _:
            lines = [
                f"姓名：{facts.name}",
                f"单位：{who.employer.enterprise.name}",
                f"事项：{kind}",
                "所述情况属实。",
            ]
            return pictures.paper(
                label, lines, issuer=who.employer.enterprise.name, day=f"{clock.today()}", colour="#3f5878"
            )


def contract(who: Candidate, *, begin: date | None = None, clear: bool = False) -> pictures.Picture:
    """The contract of employment; a `clear` one is the better scan that was asked for."""
    begins = begin or who.qualified_on
    lines = [
        f"甲方：{who.employer.enterprise.name}",
        f"乙方：{who.facts.name}",
        f"岗位：项目负责人（{Specialty(who.facts.specialty).label}）",
        f"合同自 {begins} 起生效。",
        "双方在平等自愿的基础上签订本合同。",
        *(["（双方签章齐全，共三页）"] if clear else []),
    ]
    return pictures.paper("劳动合同书", lines, issuer=who.employer.enterprise.name, day=f"{begins}", colour="#3f5878")
