"""二级建造师增项申报: a further specialty with its own years (《注册建造师管理规定》第十四条; manual 3.2.3.3)."""

from __future__ import annotations

from erjian.procedures import guards, materials, sections
from erjian.procedures.declaration import CertificateNeed, Decision, Outcome, Picker, Procedure, Step
from erjian.registry import changes
from erjian.registry.models import RegistrationClass


def add(decision: Decision) -> Outcome:
    """Add the specialties from the day of the decision; the certificate gets its next version."""
    assert decision.registration_id is not None
    registration = changes.add_specialties(
        registration_id=decision.registration_id,
        specialties=decision.specialties,
        on=decision.decided_on,
        case_number=decision.case_number,
        actor=decision.actor,
    )
    return Outcome(registration_ids=(registration.pk,), certificate=CertificateNeed.NEW_VERSION, reason="增项注册")


ADDITION = Procedure(
    code="addition",
    label="二级建造师增项申报",
    kind_label="增项申报",
    form_title="增项注册申报",
    summary="已注册，取得其他专业资格证书后增加注册专业，或者恢复已到期专业的人员。",
    registration_class=RegistrationClass.CONSTRUCTOR,
    picker=Picker.OWN_HOLDERS,
    sections=(sections.PERSON, sections.PRESENT_EMPLOYER),
    specialty_label="增项专业",
    materials=(
        materials.PORTRAIT,
        materials.ID_FRONT,
        materials.ID_BACK,
        materials.QUALIFICATION,
        materials.CONTINUING_EDUCATION,
        materials.NEW_ENTERPRISE,
        materials.SIGNATURE,
        materials.OTHER,
    ),
    guards=(
        guards.verified_person,
        guards.number_valid,
        guards.registration_held_here,
        guards.registration_in_force,
        guards.enough_days_left,
        guards.addable_qualification,
        guards.new_specialties,
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
    effect=add,
    registers=True,
    conditions=(
        "已取得二级建造师注册，且有效期剩余超过 {min_days_left} 日",
        "取得所增专业的资格证书，且经复审合格",
        "所增专业未注册，或者注册已到期；恢复已到期的专业使用原资格证书",
    ),
    basis=("《注册建造师管理规定》第十四条",),
    order=30,
    commitments={
        "person": "本人同意由{enterprise}提出本次增项申报；所填信息和所附材料真实、准确，"
        "如有虚假，愿承担《注册建造师管理规定》第三十三条规定的责任。",
        "enterprise": "本企业已对{person}所填信息和所附材料进行审核，对其真实性负责。",
    },
)
