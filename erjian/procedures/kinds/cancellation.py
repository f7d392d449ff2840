"""注销申报, by the enterprise or by the person; effective with the other side's consent (manual 3.2.3.5, 3.2.3.7).

《注册建造师管理规定》第十七条: the registration organ handles it; here it is done in the authority's name at the second
consent, with public notice (decision G.11).
"""

from __future__ import annotations

from dataclasses import replace

from erjian.procedures import guards, materials, sections
from erjian.procedures.declaration import (
    CertificateNeed,
    Decision,
    Filer,
    Outcome,
    Picker,
    Procedure,
    SpecialtySource,
    Step,
)
from erjian.registry import changes
from erjian.registry.models import RegistrationClass


def cancel(decision: Decision) -> Outcome:
    """End the registration, in force or lapsed, with the reason filed; its certificate is void from then on."""
    assert decision.registration_id is not None
    registration = changes.cancel(
        registration_id=decision.registration_id,
        reason=str(decision.form.get("cancel_reason") or "双方申请注销"),
        on=decision.decided_on,
        case_number=decision.case_number,
        actor=decision.actor,
        lapsed_too=True,
    )
    return Outcome(registration_ids=(registration.pk,), certificate=CertificateNeed.VOID, reason="注销")


CANCELLATION = Procedure(
    code="cancellation",
    label="二级建造师注销申报",
    kind_label="注销申报",
    form_title="注销申报",
    summary="企业发起注销，由个人确认；主管部门不参与审核。",
    registration_class=RegistrationClass.CONSTRUCTOR,
    picker=Picker.OWN_HOLDERS,
    sections=(
        sections.PERSON,
        sections.with_fields(sections.PRESENT_EMPLOYER, sections.HANDLER, sections.HANDLER_PHONE),
        sections.CANCELLATION,
    ),
    specialties=SpecialtySource.NONE,
    materials=(
        replace(materials.PORTRAIT, required=materials.never),
        materials.GROUND,
        materials.SIGNATURE,
        materials.OTHER,
    ),
    guards=(guards.registration_held_here, guards.not_under_proceeding, guards.one_open_case),
    route=(Step.PERSON,),
    effect=cancel,
    voids=True,
    one_sided=True,
    conditions=("有《注册建造师管理规定》第十七条所列情形", "个人和聘用企业双方同意"),
    basis=("《注册建造师管理规定》第十七条", "《中华人民共和国行政许可法》第七十条"),
    order=70,
    commitments={
        "person": "本人同意注销在{enterprise}的注册。确认后注销立即生效，电子证书作废。",
        "enterprise": "本企业申请注销{person}的注册，所填事由属实。",
    },
)

_OWN_SIGNATURE = replace(materials.SIGNATURE, hint="在“个人手写签名”中书写或上传。")

CANCELLATION_BY_PERSON = replace(
    CANCELLATION,
    code="cancellation_by_person",
    label="二级建造师个人注销申报",
    summary="个人发起注销，由聘用企业确认；企业同意后注销生效。",
    filer=Filer.PERSON,
    materials=tuple(_OWN_SIGNATURE if item is materials.SIGNATURE else item for item in CANCELLATION.materials),
    sections=(sections.PERSON, sections.PRESENT_EMPLOYER, sections.CANCELLATION),
    guards=(
        replace(guards.registration_held_here, holds="有可以注销的注册", fails="没有可以注销的注册"),
        guards.not_under_proceeding,
        guards.one_open_case,
    ),
    route=(Step.ENTERPRISE,),
    order=75,
    commitments={
        "person": "本人申请注销在{enterprise}的注册，所填事由属实。",
        "enterprise": "本企业同意注销{person}的注册。同意后注销立即生效，电子证书作废。",
    },
)

TEMPORARY_CANCELLATION = replace(
    CANCELLATION,
    code="temporary_cancellation",
    label="二级临时建造师注销申报",
    registration_class=RegistrationClass.TEMPORARY,
    order=130,
)

TEMPORARY_CANCELLATION_BY_PERSON = replace(
    CANCELLATION_BY_PERSON,
    code="temporary_cancellation_by_person",
    label="二级临时建造师个人注销申报",
    registration_class=RegistrationClass.TEMPORARY,
    order=135,
)
