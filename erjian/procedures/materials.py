"""Materials (附件材料): what is to be attached, in which form, and where it may already be held (decision G.7)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from erjian.procedures.facts import Facts
from erjian.procedures.guards.education import by_hours
from erjian.standards.validity import add_years


def always(_facts: Facts) -> bool:
    """Required in every case."""
    return True


def never(_facts: Facts) -> bool:
    """Optional in every case."""
    return False


def when_hours_are_not_counted(facts: Facts) -> bool:
    """Required unless the province checks the hours in the register itself."""
    return not by_hours(facts)


def when_qualification_is_old(facts: Facts) -> bool:
    """Required when a chosen qualification is older than policy allows (注册建造师管理规定第十一条)."""
    if by_hours(facts):
        return False
    chosen = (facts.qualification_for(code) for code in facts.specialties)
    years = facts.policy.qualification_fresh_years
    return any(q is not None and add_years(q.obtained_on, years) < facts.today for q in chosen)


def when_enterprise_is_new(facts: Facts) -> bool:
    """Required when the enterprise holds no valid qualification yet."""
    return not facts.enterprise.qualifications


@dataclass(frozen=True, kw_only=True)
class Material:
    """One kind of material. `limits` names a row of policy.material_limits."""

    code: str
    label: str
    limits: str
    hint: str = ""
    required: Callable[[Facts], bool] = always
    max_files: int = 1
    held_on_person: str = ""
    """Attribute of the person that already holds this file, e.g. `portrait`."""
    replaces: str = ""
    """Attribute of the person whose picture it is to replace: the desk shows both side by side."""
    reused: bool = False
    """Whether the file of an earlier case of the same person and enterprise attaches itself."""


PORTRAIT = Material(
    code="portrait",
    label="人员寸照",
    limits="portrait",
    held_on_person="portrait",
    hint="近期免冠正面照，白底或蓝底，不小于 295×413 像素，JPG 或 PNG。",
)
ID_FRONT = Material(
    code="id_front", label="身份证正照", limits="image", held_on_person="id_front", hint="带照片的一面，四角完整。"
)
ID_BACK = Material(
    code="id_back", label="身份证反照", limits="image", held_on_person="id_back", hint="带国徽的一面，四角完整。"
)
QUALIFICATION = Material(
    code="qualification",
    label="二级建造师资格证书",
    limits="document",
    max_files=3,
    reused=True,
    hint="资格证书或合格通知书，所申报专业逐本上传。",
)
EDUCATION = Material(
    code="education", label="学历证书", limits="document", max_files=2, reused=True, hint="毕业证书扫描件。"
)
CONTRACT = Material(
    code="contract",
    label="聘用劳动合同",
    limits="document",
    max_files=5,
    reused=True,
    hint="含双方签章和起止时间，最多 5 个文件；多页合同可合并为一个 PDF。",
)
CONTINUING_EDUCATION = Material(
    code="continuing_education",
    label="继续教育证明",
    limits="document",
    max_files=3,
    required=when_qualification_is_old,
    hint="资格证书取得已满三年的须提供。",
)
NEW_ENTERPRISE = Material(
    code="new_enterprise_commitment",
    label="新设立企业承诺书",
    limits="document",
    required=when_enterprise_is_new,
    hint="尚无资质的新设立企业须提供。",
)
SIGNATURE = Material(
    code="signature",
    label="个人手写签名",
    limits="signature",
    required=never,
    held_on_person="signature",
    hint="由本人在确认时提供。",
)
OTHER = Material(code="other", label="其他材料", limits="document", required=never, max_files=5)


def when_former_employer_objects(facts: Facts) -> bool:
    """Required when the former employer refused or did not answer (decision G.9)."""
    return facts.former_answer in ("refused", "silent")


RELEASE = Material(
    code="release",
    label="解除劳动合同证明",
    limits="document",
    max_files=3,
    required=when_former_employer_objects,
    hint="工作调动证明、解除或终止劳动合同证明、退休证明之一；原单位不同意或逾期未答复的须提供。",
)
RENEWAL_EDUCATION = Material(
    code="continuing_education",
    label="继续教育证明",
    limits="document",
    max_files=3,
    required=when_hours_are_not_counted,
    hint="本注册有效期内的必修课和选修课证明。",
)
LOSS = Material(
    code="loss_statement",
    label="遗失声明",
    limits="document",
    required=never,
    hint="在公开媒体刊登的遗失声明；污损的上传原证书照片。",
)
GROUND = Material(
    code="cancellation_ground",
    label="符合注销情形的证明",
    limits="document",
    max_files=3,
    required=never,
    hint="解除劳动合同证明等。",
)
NEW_ID_FRONT = Material(
    code="new_id_front", label="身份证正照", limits="image", replaces="id_front", hint="新身份证带照片的一面。"
)
NEW_ID_BACK = Material(
    code="new_id_back", label="身份证反照", limits="image", replaces="id_back", hint="新身份证带国徽的一面。"
)
ID_PROOF = Material(
    code="id_proof",
    label="身份证号变更证明",
    limits="document",
    max_files=2,
    required=never,
    hint="公安机关出具的证明或户口簿。",
)


def when_name_changes(facts: Facts) -> bool:
    """Required when the name filed is not the one in the register (decision G.12)."""
    return bool(facts.form.get("new_name")) and facts.form["new_name"] != facts.individual.name


NEW_PORTRAIT = Material(
    code="new_portrait",
    label="新寸照",
    limits="portrait",
    replaces="portrait",
    required=never,
    hint="更换寸照时上传：近期免冠正面照，白底或蓝底，不小于 295×413 像素，JPG 或 PNG。",
)
NEW_SIGNATURE = Material(
    code="new_signature",
    label="新手写签名",
    limits="signature",
    replaces="signature",
    required=never,
    hint="更换签名时上传：白纸上用深色笔书写，拍照或扫描。",
)
NAME_PROOF = Material(
    code="name_proof",
    label="姓名变更证明",
    limits="document",
    max_files=3,
    required=when_name_changes,
    hint="更换姓名的须提供：户口簿曾用名页或公安机关出具的证明，以及新身份证。",
)
NEW_LICENCE = Material(
    code="new_licence",
    label="新营业执照",
    limits="document",
    max_files=2,
    hint="登记机关核准变更后换发的营业执照，名称与所填一致。",
)
RENAME_APPROVAL = Material(
    code="rename_approval",
    label="工商变更核准文件",
    limits="document",
    max_files=3,
    hint="准予变更登记通知书或企业名称变更核准通知书。",
)
