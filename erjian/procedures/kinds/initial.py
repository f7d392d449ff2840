"""二级建造师初始申报: the first registration of a qualified person (《注册建造师管理规定》第六、十一条; manual 3.2.3.1)."""

from __future__ import annotations

from erjian.procedures import guards, materials, sections
from erjian.procedures.declaration import CertificateNeed, Decision, Outcome, Picker, Procedure, Step
from erjian.registry import changes
from erjian.registry.models import RegistrationClass


def register(decision: Decision) -> Outcome:
    """Write a new registration with each specialty's own validity, and use up the qualifications."""
    registration = changes.register(
        person_id=decision.person_id,
        enterprise_id=decision.enterprise_id,
        registration_class=RegistrationClass.CONSTRUCTOR,
        specialties=decision.specialties,
        on=decision.decided_on,
        case_number=decision.case_number,
        form=decision.form,
        actor=decision.actor,
    )
    return Outcome(registration_ids=(registration.pk,), certificate=CertificateNeed.NEW_NUMBER, reason="初始注册")


INITIAL = Procedure(
    code="initial",
    label="二级建造师初始申报",
    kind_label="初始申报",
    form_title="初始注册申报",
    summary="首次注册，或资格证书尚未注册过的人员。",
    registration_class=RegistrationClass.CONSTRUCTOR,
    picker=Picker.ANYONE,
    sections=(sections.optional(sections.PERSON, "graduated_on", "education"), sections.EMPLOYER),
    materials=(
        materials.PORTRAIT,
        materials.ID_FRONT,
        materials.ID_BACK,
        materials.QUALIFICATION,
        materials.EDUCATION,
        materials.CONTRACT,
        materials.CONTINUING_EDUCATION,
        materials.NEW_ENTERPRISE,
        materials.SIGNATURE,
        materials.OTHER,
    ),
    guards=(
        guards.verified_person,
        guards.number_valid,
        guards.unused_qualification,
        guards.specialties_usable,
        guards.no_live_registration,
        guards.within_age,
        guards.not_barred,
        guards.not_locked,
        guards.one_open_case,
        guards.continuing_education,
        guards.portrait_present,
        guards.signature_present,
        guards.enterprise_qualified,
        guards.enterprise_active,
        guards.enterprise_not_barred,
        guards.enterprise_seated,
        guards.profile_complete,
    ),
    route=(
        Step.PERSON,
        Step.ACCEPTANCE,
        Step.FIRST_REVIEW,
        Step.FINAL_REVIEW,
        Step.PUBLICITY,
        Step.ANNOUNCEMENT,
        Step.ISSUE,
    ),
    effect=register,
    registers=True,
    conditions=(
        "取得二级建造师资格证书，且经职改部门复审合格",
        "受聘于一个具有资质的相关单位",
        "通过实名认证",
        "资格证书取得超过三年的，达到继续教育要求",
        "没有《注册建造师管理规定》第十五条所列情形",
    ),
    basis=(
        "《注册建造师管理规定》第六条、第七条、第九条、第十一条、第十五条",
        "《中华人民共和国行政许可法》第三十二条、第四十二条",
    ),
    order=10,
    commitments={
        "person": "本人受聘且只受聘于{enterprise}，同意由该企业提出本次申报；所填信息和所附材料真实、准确，"
        "如有虚假，愿承担《注册建造师管理规定》第三十三条规定的责任。",
        "enterprise": "本企业已与{person}签订劳动合同并依法缴纳社会保险，"
        "已对所填信息和所附材料进行审核，对其真实性负责。",
    },
)
