"""What a decision changes: the procedure's effect on the register, the certificate's version, the issue job.

Runs inside the decision's transaction. Nothing but the file is missing afterwards, and repeating the job that
makes the file changes nothing.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from procrastinate.contrib.django import app as queue

from erjian import certificates
from erjian.applications import form_data
from erjian.applications.models import Application, TimelineEntry
from erjian.audit import Actor
from erjian.policy import clock
from erjian.procedures import CertificateNeed, Decision
from erjian.registry.models import Enterprise, Registration


def hold(application: Application) -> None:
    """Keep what a decision rests on as it is until it is taken: the enterprise, then the person's registrations.

    Whoever's certificate is written while the enterprise's name changes gets the new one; a proceeding against a
    registration of the person, ended ones that 重新申报 restarts among them, is either seen by the decision or begins
    after it.
    """
    Enterprise.objects.select_for_update(no_key=True).get(pk=application.enterprise_id)
    if application.person_id is not None:
        held = Registration.objects.filter(
            person_id=application.person_id, registration_class=application.registration_class
        )
        list(held.select_for_update(of=("self",)).order_by("pk"))


def apply(application: Application, entry: TimelineEntry, *, actor: Actor) -> None:
    """Run the effect and write the certificates' versions as pending; queue their issue. `hold` came before."""
    procedure = application.procedure
    outcome = procedure.effect(
        Decision(
            subject_person_id=application.person_id,
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
    application.enterprise.refresh_from_db()
    entry.data = {**entry.data, "registration_ids": list(outcome.registration_ids)}
    made: list[int] = []
    if outcome.certificate in (CertificateNeed.NEW_NUMBER, CertificateNeed.NEW_VERSION):
        versions = certificates.actions.create_versions(
            registration_ids=outcome.registration_ids,
            new_number=outcome.certificate == CertificateNeed.NEW_NUMBER,
            reason=outcome.reason,
            case_number=application.number,
            actor=actor,
        )
        made = [version.pk for version in versions]
        _queue_issue(application, made)
    if application.person_id is not None:
        (application.registration_id,) = outcome.registration_ids
        application.certificate_version_id = made[0] if made else application.certificate_version_id
        certificates.actions.void_ended(person_id=application.person_id, actor=actor)


def _queue_issue(application: Application, versions: list[int]) -> None:
    """One job for each version, in one statement; without any, the case still has to be closed."""
    jobs: list[dict[str, Any]] = [{"application_id": application.pk, "version_id": pk} for pk in versions or (None,)]
    queue.configure_task("erjian.applications.tasks.issue_certificate").batch_defer(*jobs)


def _files(application: Application) -> dict[str, UUID]:
    attached = application.materials.filter(removed_in__isnull=True).order_by("-position", "-id")
    return dict(attached.values_list("code", "blob_id"))
