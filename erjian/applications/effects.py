"""What a decision changes: the procedure's effect on the register, the certificate's version, the issue job.

Runs inside the decision's transaction. Nothing but the file is missing afterwards, and repeating the job that
makes the file changes nothing.
"""

from __future__ import annotations

from uuid import UUID

from procrastinate.contrib.django import app as queue

from erjian import certificates
from erjian.applications import form_data
from erjian.applications.models import Application, TimelineEntry
from erjian.audit import Actor
from erjian.policy import clock
from erjian.procedures import CertificateNeed, Decision


def apply(application: Application, entry: TimelineEntry, *, actor: Actor) -> None:
    """Run the effect and write the certificate's version as pending; queue its issue."""
    procedure = application.procedure
    outcome = procedure.effect(
        Decision(
            person_id=application.person_id,
            enterprise_id=application.enterprise_id,
            registration_id=application.registration_id,
            specialties=tuple(application.specialties),
            decided_on=clock.today(),
            case_number=application.number,
            form=form_data.version(application, application.form_version),
            actor=actor,
            files=_files(application),
        )
    )
    application.registration_id = outcome.registration_id
    entry.data = {**entry.data, "registration_id": outcome.registration_id}
    match outcome.certificate:
        case CertificateNeed.NEW_NUMBER | CertificateNeed.NEW_VERSION:
            version = certificates.actions.create_version(
                registration_id=outcome.registration_id,
                new_number=outcome.certificate == CertificateNeed.NEW_NUMBER,
                reason=outcome.reason,
                case_number=application.number,
                actor=actor,
            )
            application.certificate_version_id = version.pk
            queue.configure_task(
                "erjian.applications.tasks.issue_certificate", queueing_lock=f"issue:{application.pk}"
            ).defer(application_id=application.pk)
        case CertificateNeed.VOID | CertificateNeed.NONE:
            pass
    certificates.actions.void_ended(person_id=application.person_id, actor=actor)


def _files(application: Application) -> dict[str, UUID]:
    attached = application.materials.filter(removed_in__isnull=True).order_by("-position", "-id")
    return dict(attached.values_list("code", "blob_id"))
