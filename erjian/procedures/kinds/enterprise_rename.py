"""企业名称变更申报: the employer's lawful name has changed, and every holder's certificate follows (decision G.13).

One case of the enterprise, about no single person: the decision changes the name in the register and re-issues the
certificates of all who hold a live registration there. What people have in progress under the old name goes on.
"""

from __future__ import annotations

from erjian.procedures import guards, materials, sections
from erjian.procedures.declaration import (
    About,
    CertificateNeed,
    Decision,
    Outcome,
    Picker,
    Procedure,
    SpecialtySource,
    Step,
)
from erjian.procedures.fields import Control, FormField, Section
from erjian.registry import renaming

_FORM = Section(
    code="enterprise",
    title="企业信息",
    compared_with="企业库",
    fields=(
        FormField(name="old_name", label="原企业名称", wide=True, read_only=True, known_from="enterprise.name"),
        FormField(
            name="new_enterprise_name",
            label="新企业名称",
            required=True,
            max_length=200,
            wide=True,
            corrects="old_name",
            hint="与新营业执照完全一致。",
        ),
        FormField(name="credit_code", label="统一社会信用代码", read_only=True, known_from="enterprise.credit_code"),
        FormField(name="changed_on", label="核准变更日期", control=Control.DATE, required=True),
        FormField(
            name="change_reason", label="变更原因", control=Control.TEXTAREA, max_length=500, wide=True, required=True
        ),
        sections.HANDLER,
        sections.HANDLER_PHONE,
    ),
)


def rename(decision: Decision) -> Outcome:
    """Change the name; every live holder's certificate gets its next version, the numbers stay."""
    holders = renaming.rename(
        enterprise_id=decision.enterprise_id,
        name=str(decision.form["new_enterprise_name"]),
        licence_id=decision.files.get("new_licence"),
        case_number=decision.case_number,
        actor=decision.actor,
    )
    return Outcome(registration_ids=holders, certificate=CertificateNeed.NEW_VERSION, reason="企业名称变更")


ENTERPRISE_RENAME = Procedure(
    code="enterprise_rename",
    label="企业名称变更申报",
    kind_label="企业名称变更",
    form_title="企业名称变更",
    summary="企业名称依法变更；核准后本企业全部有效注册人员的电子证书一次换发。",
    registration_class=None,
    about=About.ENTERPRISE,
    picker=Picker.OWN_ENTERPRISE,
    sections=(_FORM,),
    specialties=SpecialtySource.NONE,
    materials=(materials.NEW_LICENCE, materials.RENAME_APPROVAL, materials.OTHER),
    guards=(
        guards.new_name_usable,
        guards.changed_already,
        guards.enterprise_active,
        guards.enterprise_not_barred,
        guards.enterprise_seated,
        guards.profile_complete,
        guards.one_open_case,
        guards.holders_reissued,
    ),
    route=(Step.ACCEPTANCE, Step.FIRST_REVIEW, Step.FINAL_REVIEW, Step.ISSUE),
    effect=rename,
    conditions=("登记机关已核准企业名称变更", "统一社会信用代码不变", "新名称未被登记库中的其他企业使用"),
    basis=("《注册建造师管理规定》第十三条",),
    order=90,
    commitments={
        "enterprise": "本企业名称已经登记机关依法核准变更，统一社会信用代码不变；所填信息和所附材料真实、准确。"
    },
)
