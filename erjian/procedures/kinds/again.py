"""二级建造师重新申报: registration after 注销 or lapse (《注册建造师管理规定》第十八条; manual 3.2.3.2, decision G.8)."""

from __future__ import annotations

from dataclasses import replace

from erjian.procedures import guards, materials, sections
from erjian.procedures.declaration import CertificateNeed, Decision, Outcome
from erjian.procedures.kinds.initial import INITIAL as _INITIAL
from erjian.registry import changes
from erjian.registry.models import RegistrationClass


def register_again(decision: Decision) -> Outcome:
    """Cancel what has lapsed, then register anew under the same 注册编号 with a new 证书编号."""
    registration = changes.register(
        person_id=decision.person_id,
        enterprise_id=decision.enterprise_id,
        registration_class=RegistrationClass.CONSTRUCTOR,
        specialties=decision.specialties,
        on=decision.decided_on,
        case_number=decision.case_number,
        form=decision.form,
        actor=decision.actor,
        again=True,
    )
    return Outcome(registration_ids=(registration.pk,), certificate=CertificateNeed.NEW_NUMBER, reason="重新注册")


_EDUCATION = replace(materials.RENEWAL_EDUCATION, hint="申请前三年内的必修课和选修课证明。")

REREGISTRATION = replace(
    _INITIAL,
    code="reregistration",
    label="二级建造师重新申报",
    kind_label="重新申报",
    form_title="重新注册申报",
    summary="注册已注销或失效，重新具备条件后再次注册的人员。",
    sections=(sections.PERSON, sections.EMPLOYER, sections.LAPSE),
    materials=tuple(_EDUCATION if item.code == _EDUCATION.code else item for item in _INITIAL.materials),
    guards=(
        guards.verified_person,
        guards.number_valid,
        guards.once_registered,
        guards.not_under_proceeding,
        guards.reviewed_specialties,
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
    effect=register_again,
    conditions=(
        "原注册已注销，或有效期届满未延续",
        "注销、不予注册的情形已消除，重新具备注册条件",
        "受聘于一个具有资质的相关单位",
        "达到继续教育要求",
    ),
    basis=("《注册建造师管理规定》第十八条",),
    order=20,
)
