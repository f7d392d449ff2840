"""二级建造师身份证号变更申报: only corrects a wrong number (manual 3.2.3.6; decision G.12)."""

from __future__ import annotations

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
from erjian.procedures.fields import Control, FormField, Section
from erjian.registry import corrections
from erjian.registry.models import RegistrationClass

_FORM = Section(
    code="person",
    title="人员信息",
    compared_with="登记库",
    fields=(
        FormField(
            name="correction_kind",
            label="申报类型",
            control=Control.SELECT,
            choices=sections.words(("身份证号码错误", "15位升18位")),
            required=True,
        ),
        FormField(name="new_name", label="身份证姓名", required=True, known_from="person.name", corrects="name"),
        FormField(
            name="new_id_number", label="身份证号", control=Control.ID_NUMBER, required=True, corrects="id_number"
        ),
        FormField(name="name", label="原身份证姓名", read_only=True, known_from="person.name"),
        FormField(name="id_number", label="原身份证号", read_only=True, known_from="person.id_number"),
        FormField(
            name="correction_note", label="情况说明", control=Control.TEXTAREA, max_length=500, wide=True, required=True
        ),
    ),
)


def correct(decision: Decision) -> Outcome:
    """Correct the person's key; account and history follow, the certificate gets its next version."""
    assert decision.registration_id is not None
    registration = corrections.correct_identity(
        person_id=decision.person_id,
        registration_id=decision.registration_id,
        name=str(decision.form["new_name"]),
        id_number=str(decision.form["new_id_number"]),
        case_number=decision.case_number,
        actor=decision.actor,
    )
    return Outcome(registration_ids=(registration.pk,), certificate=CertificateNeed.NEW_VERSION, reason="身份证号变更")


ID_NUMBER = Procedure(
    code="id_number",
    label="二级建造师身份证号变更申报",
    kind_label="身份证号变更申报",
    form_title="身份证变更申报",
    summary="仅限建造师身份证号码错误的进行变更。",
    registration_class=RegistrationClass.CONSTRUCTOR,
    picker=Picker.OWN_HOLDERS,
    sections=(_FORM,),
    specialties=SpecialtySource.NONE,
    listed=("new_name", "new_id_number", "name", "id_number", "correction_kind"),
    materials=(materials.NEW_ID_FRONT, materials.NEW_ID_BACK, materials.ID_PROOF, materials.SIGNATURE, materials.OTHER),
    guards=(
        guards.registration_held_here,
        guards.correct_number,
        guards.not_locked,
        guards.one_open_case,
        guards.enterprise_seated,
    ),
    route=(Step.PERSON, Step.ACCEPTANCE, Step.FINAL_REVIEW, Step.ISSUE),
    effect=correct,
    conditions=("登记的身份证号码有误，或者仍为 15 位", "新身份证号码未被他人使用"),
    basis=("平台规则",),
    order=80,
    commitments={
        "person": "本人登记的身份证号码确有错误，同意由{enterprise}申请更正；所附身份证件真实、有效。",
        "enterprise": "本企业已核对{person}的身份证件，对更正内容的真实性负责。",
    },
)
