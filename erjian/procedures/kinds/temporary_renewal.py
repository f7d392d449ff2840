"""二级临时建造师延期申报: to the day that policy names, capped at 60 years (manual 3.2.3.10; decision G.10)."""

from __future__ import annotations

from dataclasses import replace

from erjian import policy
from erjian.procedures import guards
from erjian.procedures.declaration import CertificateNeed, Decision, Outcome
from erjian.procedures.kinds.renewal import RENEWAL as _RENEWAL
from erjian.registry import changes
from erjian.registry.models import RegistrationClass


def extend(decision: Decision) -> Outcome:
    """Extend to the policy's day; from then on the date binds."""
    assert decision.registration_id is not None
    registration = changes.extend(
        registration_id=decision.registration_id,
        specialties=decision.specialties,
        case_number=decision.case_number,
        actor=decision.actor,
        until=policy.current().temporary_until,
    )
    return Outcome(registration_ids=(registration.pk,), certificate=CertificateNeed.NEW_VERSION, reason="延期")


TEMPORARY_RENEWAL = replace(
    _RENEWAL,
    code="temporary_renewal",
    label="二级临时建造师延期申报",
    kind_label="延期申报",
    summary="二级临时建造师延长执业期限。",
    registration_class=RegistrationClass.TEMPORARY,
    guards=(
        guards.temporary_class_open,
        guards.verified_person,
        guards.number_valid,
        guards.registration_held_here,
        guards.registration_in_force,
        guards.registered_specialties,
        guards.local_builder,
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
    granted_when_undecided=False,
    conditions=("持有有效的二级临时建造师证书", "年龄不超过 {temporary_age_limit} 周岁", "达到继续教育要求"),
    basis=("平台规则",),
    order=120,
)
