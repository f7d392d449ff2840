"""Guards: pure functions over `Facts`, each with its source and a sentence for people.

They run when a person is picked, at save, at 上报 and again at the decision. A verdict *holds*, *asks* (something
is still to be provided; it does not stop saving) or says *no*. At 上报 anything that does not hold, except an
*advice*, stops.
"""

from erjian.procedures.guards.education import continuing_education, renewal_education
from erjian.procedures.guards.filing import (
    enterprise_active,
    enterprise_not_barred,
    enterprise_qualified,
    enterprise_seated,
    no_live_registration,
    not_barred,
    not_locked,
    number_valid,
    one_open_case,
    portrait_present,
    profile_complete,
    signature_present,
    specialties_usable,
    unused_qualification,
    verified_person,
    within_age,
)
from erjian.procedures.guards.judging import Answer, Guard, Stage, Verdict, judge
from erjian.procedures.guards.registered import (
    correct_number,
    enough_days_left,
    held_elsewhere,
    inside_renewal_window,
    local_builder,
    new_specialties,
    once_registered,
    registered_specialties,
    registration_held_here,
    registration_in_force,
    release_proven,
    reviewed_specialties,
    something_changes,
    temporary_class_open,
    transfer_interval,
)
from erjian.procedures.guards.renaming import changed_already, holders_reissued, new_name_usable

__all__ = [
    "Answer",
    "Guard",
    "Stage",
    "Verdict",
    "changed_already",
    "continuing_education",
    "correct_number",
    "enough_days_left",
    "enterprise_active",
    "enterprise_not_barred",
    "enterprise_qualified",
    "enterprise_seated",
    "held_elsewhere",
    "holders_reissued",
    "inside_renewal_window",
    "judge",
    "local_builder",
    "new_name_usable",
    "new_specialties",
    "no_live_registration",
    "not_barred",
    "not_locked",
    "number_valid",
    "once_registered",
    "one_open_case",
    "portrait_present",
    "profile_complete",
    "registered_specialties",
    "registration_held_here",
    "registration_in_force",
    "release_proven",
    "renewal_education",
    "reviewed_specialties",
    "signature_present",
    "something_changes",
    "specialties_usable",
    "temporary_class_open",
    "transfer_interval",
    "unused_qualification",
    "verified_person",
    "within_age",
]
