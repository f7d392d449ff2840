"""个人信息修改: a new portrait or signature, or a lawfully changed name, on a certificate in force (decision G.12).

What is not printed on the certificate a person changes at once (`registry.personal`). A poor picture of a signature, a
beard or a new name never stops the filing: an officer looks at it (decision G.21).
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
from erjian.procedures.fields import Control, FormField, Section
from erjian.registry import corrections
from erjian.registry.models import RegistrationClass

_FORM = Section(
    code="person",
    title="人员信息",
    compared_with="登记库",
    fields=(
        FormField(
            name="new_name",
            label="姓名",
            required=True,
            known_from="person.name",
            corrects="name",
            hint="姓名依法变更的填写新姓名，并上传证明；不变更的保持原样。",
        ),
        FormField(name="name", label="登记姓名", read_only=True, known_from="person.name"),
        FormField(name="id_number", label="证件号", read_only=True, known_from="person.id_number"),
        FormField(
            name="change_note", label="修改说明", control=Control.TEXTAREA, max_length=500, wide=True, required=True
        ),
    ),
)


def change(decision: Decision) -> Outcome:
    """Take over what was filed; the certificate gets its next version, the number stays."""
    assert decision.registration_id is not None
    registration = corrections.change_personal(
        person_id=decision.person_id,
        registration_id=decision.registration_id,
        name=str(decision.form["new_name"]),
        portrait_id=decision.files.get("new_portrait"),
        signature_id=decision.files.get("new_signature"),
        case_number=decision.case_number,
        actor=decision.actor,
    )
    return Outcome(registration_ids=(registration.pk,), certificate=CertificateNeed.NEW_VERSION, reason="个人信息修改")


PERSONAL_CHANGE = Procedure(
    code="personal_change",
    label="二级建造师个人信息修改申报",
    kind_label="个人信息修改",
    form_title="个人信息修改",
    summary="更换证书上的寸照、签名，或者姓名依法变更；审核通过后换发电子证书。",
    registration_class=RegistrationClass.CONSTRUCTOR,
    picker=Picker.OWN_HOLDERS,
    filer=Filer.PERSON,
    sections=(_FORM, sections.PRESENT_EMPLOYER),
    specialties=SpecialtySource.NONE,
    materials=(materials.NEW_PORTRAIT, materials.NEW_SIGNATURE, materials.NAME_PROOF, materials.OTHER),
    guards=(
        guards.registration_in_force,
        guards.verified_person,
        guards.number_valid,
        guards.something_changes,
        guards.not_locked,
        guards.one_open_case,
        guards.enterprise_seated,
    ),
    route=(Step.ACCEPTANCE, Step.FINAL_REVIEW, Step.ISSUE),
    effect=change,
    conditions=("有有效的注册", "通过实名认证", "更换寸照、签名，或者姓名依法变更"),
    basis=("平台规则",),
    order=85,
    commitments={"person": "所填信息和所附材料真实、准确；所附照片、签名为本人近期照片、本人书写。"},
)

TEMPORARY_PERSONAL_CHANGE = replace(
    PERSONAL_CHANGE,
    code="temporary_personal_change",
    label="二级临时建造师个人信息修改申报",
    registration_class=RegistrationClass.TEMPORARY,
    order=136,
)
