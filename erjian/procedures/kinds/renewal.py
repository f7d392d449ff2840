"""二级建造师延续申报: the chosen specialties run on (《注册建造师管理规定》第十二条; 行政许可法第五十条; decision G.8)."""

from __future__ import annotations

from dataclasses import replace

from erjian.procedures import guards, materials, sections
from erjian.procedures.declaration import CertificateNeed, Decision, Outcome, SpecialtySource
from erjian.procedures.kinds.addition import ADDITION as _ADDITION
from erjian.registry import changes


def extend(decision: Decision) -> Outcome:
    """Extend the chosen specialties by the policy's years; those left out lapse on their day."""
    assert decision.registration_id is not None
    registration = changes.extend(
        registration_id=decision.registration_id,
        specialties=decision.specialties,
        case_number=decision.case_number,
        actor=decision.actor,
    )
    return Outcome(registration_ids=(registration.pk,), certificate=CertificateNeed.NEW_VERSION, reason="延续注册")


RENEWAL = replace(
    _ADDITION,
    code="renewal",
    label="二级建造师延续申报",
    kind_label="延续申报",
    form_title="延续注册申报",
    summary="注册有效期届满前 {renewal_opens_days} 日至 {renewal_closes_days} 日内申请延续的人员。",
    specialties=SpecialtySource.REGISTRATION,
    specialty_label="延续专业",
    materials=(
        materials.PORTRAIT,
        materials.ID_FRONT,
        materials.ID_BACK,
        materials.CONTRACT,
        materials.RENEWAL_EDUCATION,
        materials.NEW_ENTERPRISE,
        materials.SIGNATURE,
        materials.OTHER,
    ),
    sections=(sections.PERSON, sections.PRESENT_EMPLOYER),
    guards=(
        guards.verified_person,
        guards.number_valid,
        guards.registration_held_here,
        guards.inside_renewal_window,
        guards.registered_specialties,
        guards.within_age,
        guards.not_barred,
        guards.not_locked,
        guards.one_open_case,
        guards.renewal_education,
        guards.portrait_present,
        guards.signature_present,
        guards.enterprise_qualified,
        guards.enterprise_active,
        guards.enterprise_not_barred,
        guards.enterprise_seated,
        guards.profile_complete,
    ),
    effect=extend,
    granted_when_undecided=True,
    conditions=("在注册有效期届满 {renewal_closes_days} 日前提出", "达到继续教育要求", "仍受聘于原注册单位"),
    basis=("《注册建造师管理规定》第十二条、第二十三条", "《中华人民共和国行政许可法》第五十条"),
    order=40,
    commitments={
        "person": "本人仍受聘且只受聘于{enterprise}，同意由该企业提出本次延续申报；所填信息和所附材料真实、准确。",
        "enterprise": "本企业与{person}的劳动合同仍在履行并依法缴纳社会保险，"
        "已对所填信息和所附材料进行审核，对其真实性负责。",
    },
)
