"""二级建造师遗失补办申报: a new certificate number, the old certificate void (《注册建造师管理规定》第十九条)."""

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
from erjian.registry import changes
from erjian.registry.models import RegistrationClass

_LOSS = Section(
    code="loss",
    title="遗失或污损情况",
    fields=(
        FormField(
            name="loss_reason",
            label="补办原因",
            control=Control.SELECT,
            choices=sections.words(("遗失", "污损")),
            required=True,
        ),
        FormField(name="lost_on", label="遗失或污损日期", control=Control.DATE),
        FormField(name="loss_note", label="情况说明", control=Control.TEXTAREA, max_length=500, wide=True),
    ),
)


def reissue(decision: Decision) -> Outcome:
    """Nothing in the register changes but the certificate's number."""
    assert decision.registration_id is not None
    registration = changes.reissue(
        registration_id=decision.registration_id, case_number=decision.case_number, actor=decision.actor
    )
    return Outcome(registration_ids=(registration.pk,), certificate=CertificateNeed.NEW_NUMBER, reason="遗失补办")


REPLACEMENT = Procedure(
    code="replacement",
    label="二级建造师遗失补办申报",
    kind_label="遗失补办申报",
    form_title="遗失补办申报",
    summary="注册证书遗失或污损，需要补发的人员。",
    registration_class=RegistrationClass.CONSTRUCTOR,
    picker=Picker.OWN_HOLDERS,
    sections=(sections.PERSON, sections.PRESENT_EMPLOYER, _LOSS),
    specialties=SpecialtySource.NONE,
    materials=(
        materials.PORTRAIT,
        materials.ID_FRONT,
        materials.ID_BACK,
        materials.LOSS,
        materials.SIGNATURE,
        materials.OTHER,
    ),
    guards=(
        guards.verified_person,
        guards.number_valid,
        guards.registration_held_here,
        guards.registration_in_force,
        guards.not_locked,
        guards.one_open_case,
        guards.portrait_present,
        guards.signature_present,
        guards.enterprise_active,
        guards.enterprise_not_barred,
        guards.enterprise_seated,
        guards.profile_complete,
    ),
    route=(Step.PERSON, Step.ACCEPTANCE, Step.FINAL_REVIEW, Step.ISSUE),
    effect=reissue,
    conditions=("注册在有效期内", "证书遗失或污损"),
    basis=("《注册建造师管理规定》第十九条",),
    order=50,
    commitments={
        "person": "本人注册证书确已遗失或污损，同意由{enterprise}提出补办申报；原证书自新证书签发之日起作废。",
        "enterprise": "本企业已对{person}的补办事由进行核实，对其真实性负责。",
    },
)
