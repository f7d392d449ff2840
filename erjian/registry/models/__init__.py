"""The register's tables, by concept."""

from erjian.registry.models.education import EducationHours
from erjian.registry.models.employers import PendingLapse
from erjian.registry.models.enterprises import Enterprise, EnterpriseQualification, EnterpriseStatus
from erjian.registry.models.figures import Figures
from erjian.registry.models.history import Change, ChangeKind, NumberSequence
from erjian.registry.models.people import Assurance, Person
from erjian.registry.models.presence import Presence
from erjian.registry.models.qualifications import Qualification, ReviewResult
from erjian.registry.models.registrations import (
    CertificateKind,
    Registration,
    RegistrationClass,
    RegistrationSpecialty,
    RegistrationStatus,
    standing_specialties,
)
from erjian.registry.models.restrictions import Bar, BarBasis, EnterpriseBar, Lock, LockKind

__all__ = [
    "standing_specialties",
    "Assurance",
    "Bar",
    "BarBasis",
    "CertificateKind",
    "Change",
    "ChangeKind",
    "EducationHours",
    "Enterprise",
    "EnterpriseBar",
    "EnterpriseQualification",
    "EnterpriseStatus",
    "Figures",
    "Lock",
    "LockKind",
    "NumberSequence",
    "PendingLapse",
    "Person",
    "Presence",
    "Qualification",
    "Registration",
    "RegistrationClass",
    "RegistrationSpecialty",
    "RegistrationStatus",
    "ReviewResult",
]
