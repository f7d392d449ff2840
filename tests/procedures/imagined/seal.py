"""执业印章更换: a procedure that nobody has, in one file, to see that one file is all a procedure costs."""

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
from erjian.procedures.fields import FormField, Section
from erjian.registry import changes
from erjian.registry.models import RegistrationClass

_PHOTO = materials.Material(code="seal_photo", label="旧印章印模", limits="document", hint="在白纸上盖印后扫描。")
_SEAL = Section(
    code="seal",
    title="印章情况",
    fields=(FormField(name="seal_number", label="印章编号", required=True, max_length=12),),
)


def exchange(decision: Decision) -> Outcome:
    """The register stays as it is; the certificate gets its next version."""
    assert decision.registration_id is not None
    registration = changes.reissue(
        registration_id=decision.registration_id, case_number=decision.case_number, actor=decision.actor
    )
    reason = f"更换执业印章 {decision.form['seal_number']}"
    return Outcome(registration_ids=(registration.pk,), certificate=CertificateNeed.NEW_VERSION, reason=reason)


SEAL = Procedure(
    code="seal",
    label="二级建造师执业印章更换申报",
    kind_label="印章更换申报",
    form_title="印章更换申报",
    summary="执业印章磨损，需要更换的人员。",
    registration_class=RegistrationClass.CONSTRUCTOR,
    picker=Picker.OWN_HOLDERS,
    sections=(sections.PERSON, sections.PRESENT_EMPLOYER, _SEAL),
    specialties=SpecialtySource.NONE,
    materials=(_PHOTO, materials.SIGNATURE),
    guards=(guards.registration_held_here, guards.registration_in_force, guards.one_open_case),
    route=(Step.PERSON, Step.ACCEPTANCE, Step.FINAL_REVIEW, Step.ISSUE),
    effect=exchange,
    conditions=("注册在有效期内", "执业印章磨损"),
    basis=("平台规则",),
    order=55,
    commitments={
        "person": "本人同意由{enterprise}提出印章更换申报；旧印章交回{enterprise}销毁。",
        "enterprise": "本企业收回并销毁{person}的旧印章。",
    },
)
