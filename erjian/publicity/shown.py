"""What a public list says of a case: copied and masked when the batch is made, so that its page never reads the case."""

from __future__ import annotations

from erjian.applications import grounds
from erjian.applications.models import Application
from erjian.policy import authorities
from erjian.registry.models import Registration
from erjian.standards.specialties import Specialty


def facts_of(application: Application) -> dict[str, str]:
    """The row: name, masked number, employer, kind, specialties, the authority that reviewed first."""
    return {
        "name": application.subject.name,
        "id_number": application.subject.number,
        "enterprise": application.enterprise.name,
        "kind": application.procedure.kind_label,
        "class": application.get_registration_class_display(),
        "specialties": "、".join(Specialty(code).short for code in application.specialties),
        "authority": authorities.get(application.authority_code).short,
    }


def granted_facts(application: Application) -> dict[str, str]:
    """What a decision adds: the registration's number and how long it is valid."""
    if application.registration_id is None:
        return {}
    registration = Registration.objects.get(pk=application.registration_id)
    return {"registration_number": registration.number, "valid_until": registration.valid_until.isoformat()}


def reason_of(application: Application) -> str:
    """Why a case is not granted: the final reviewer's opinion, or the finding on an objection."""
    last = grounds.standing(application)
    return last.opinion if last else ""
