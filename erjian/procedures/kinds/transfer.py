"""变更申报: another employer, the validity unchanged (《注册建造师管理规定》第十三条; manual 3.2.3.8; decision G.9).

The new employer files; the person, then the former employer confirm. If the former employer refuses or is silent,
the person goes on with proof that the contract has ended. 临时 goes to the province alone, which policy says.
"""

from __future__ import annotations

from dataclasses import replace

from erjian.procedures import guards, materials, sections
from erjian.procedures.declaration import (
    CertificateNeed,
    Decision,
    Outcome,
    Picker,
    Procedure,
    SpecialtySource,
    Step,
)
from erjian.registry import changes
from erjian.registry.models import RegistrationClass

_HANDLER = (
    replace(sections.HANDLER, required=False),
    replace(sections.HANDLER_PHONE, label="经办人电话", required=False),
)


def move(decision: Decision) -> Outcome:
    """Change the employer and nothing else; the certificate gets its next version, the number stays."""
    assert decision.registration_id is not None
    registration = changes.move(
        registration_id=decision.registration_id,
        enterprise_id=decision.enterprise_id,
        on=decision.decided_on,
        case_number=decision.case_number,
        actor=decision.actor,
    )
    return Outcome(registration_ids=(registration.pk,), certificate=CertificateNeed.NEW_VERSION, reason="变更聘用企业")


TRANSFER = Procedure(
    code="transfer",
    label="二级建造师变更申报",
    kind_label="变更申报",
    form_title="变更注册申报",
    summary="已在其他单位注册，现受聘于本企业的人员。",
    registration_class=RegistrationClass.CONSTRUCTOR,
    picker=Picker.ANYONE,
    sections=(sections.PERSON, sections.with_fields(sections.PRESENT_EMPLOYER, *_HANDLER)),
    specialties=SpecialtySource.NONE,
    materials=(
        materials.PORTRAIT,
        materials.ID_FRONT,
        materials.ID_BACK,
        materials.CONTRACT,
        materials.RELEASE,
        materials.NEW_ENTERPRISE,
        materials.SIGNATURE,
        materials.OTHER,
    ),
    guards=(
        guards.verified_person,
        guards.number_valid,
        guards.held_elsewhere,
        guards.registration_in_force,
        guards.enough_days_left,
        guards.transfer_interval,
        guards.release_proven,
        guards.within_age,
        guards.not_barred,
        guards.not_locked,
        guards.one_open_case,
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
        Step.FORMER_ENTERPRISE,
        Step.ACCEPTANCE,
        Step.FIRST_REVIEW,
        Step.FINAL_REVIEW,
        Step.ANNOUNCEMENT,
        Step.ISSUE,
    ),
    effect=move,
    registers=True,
    conditions=(
        "与原聘用单位解除劳动关系",
        "到现单位注册已满 {transfer_months} 个月",
        "没有在施项目锁定",
        "有效期剩余超过 {min_days_left} 日",
    ),
    basis=("《注册建造师管理规定》第十三条",),
    order=60,
    commitments={
        "person": "本人已与原聘用单位解除劳动关系，受聘且只受聘于{enterprise}；所填信息和所附材料真实、准确。",
        "enterprise": "本企业已与{person}签订劳动合同并依法缴纳社会保险，"
        "已对所填信息和所附材料进行审核，对其真实性负责。",
        "former_enterprise": "本企业已与{person}依法解除劳动合同，同意其转出。",
    },
)

TEMPORARY_TRANSFER = replace(
    TRANSFER,
    code="temporary_transfer",
    label="二级临时建造师变更申报",
    summary="已在其他单位注册的二级临时建造师，现受聘于本企业的。",
    registration_class=RegistrationClass.TEMPORARY,
    guards=(
        guards.temporary_class_open,
        guards.verified_person,
        guards.number_valid,
        guards.held_elsewhere,
        guards.registration_in_force,
        guards.local_builder,
        guards.enough_days_left,
        guards.transfer_interval,
        guards.release_proven,
        guards.within_age,
        guards.not_barred,
        guards.not_locked,
        guards.one_open_case,
        guards.portrait_present,
        guards.signature_present,
        guards.enterprise_qualified,
        guards.enterprise_active,
        guards.enterprise_not_barred,
        guards.enterprise_seated,
        guards.profile_complete,
    ),
    conditions=(
        "与原聘用单位解除劳动关系",
        "到现单位注册已满 {transfer_months} 个月",
        "没有在施项目锁定",
        "现单位为本省施工企业",
        "年龄不超过 {temporary_age_limit} 周岁",
    ),
    order=110,
)
