"""A case before it is reported: opening it, saving what is typed, what is still missing, deleting it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction

from erjian import audit
from erjian.accounts.models import User
from erjian.applications import engine, facts, form_data, materials
from erjian.applications.errors import CaseRefused, FieldsRefused, GuardsRefused, NotYours, from_constraint
from erjian.applications.models import Application
from erjian.applications.routing import acting_authority
from erjian.applications.states import State
from erjian.policy import authorities, clock
from erjian.procedures import About, Procedure, Step, guards
from erjian.procedures.fields import build_form, to_json
from erjian.procedures.guards import Stage
from erjian.registry.models import Enterprise, Person


def start(
    *,
    procedure: Procedure,
    person: Person | None,
    enterprise: Enterprise,
    by: User,
    values: Mapping[str, Any] | None = None,
) -> Application:
    """Open a draft for a picked person (none when it is about the enterprise), with what is known and held already.

    `values` are further first values by field; what is not well-formed in them is left out. A draft of the same kind
    for the same subject is returned instead of a second one. Raises NotYours, or GuardsRefused when the subject
    cannot be picked.
    """
    if (person is None) != (procedure.about == About.ENTERPRISE):
        raise CaseRefused("申报对象与申报类型不符。请返回重新选择。", code="wrong_subject")
    person_id = person.pk if person else None
    if not engine.is_filer(procedure, by, person_id=person_id, enterprise_id=enterprise.pk):
        raise NotYours("您没有填报权限。请联系本企业管理员。", code="not_yours")
    drafts = Application.objects.filter(
        procedure_code=procedure.code, person=person, enterprise=enterprise, state=State.DRAFT
    )
    if existing := drafts.first():
        return existing
    known = facts.assemble(procedure=procedure, person=person, enterprise=enterprise)
    verdicts = guards.judge(procedure.guards, known, stage=Stage.PICK)
    if any(verdict.stops for verdict in verdicts):
        raise GuardsRefused(verdicts)
    known_values = form_data.prefill(procedure, form_data.Known(person, enterprise, by))
    leaves = Step.FORMER_ENTERPRISE in procedure.route and known.live is not None
    try:
        with transaction.atomic():
            application = Application.objects.create(
                procedure_code=procedure.code,
                about=procedure.about,
                registration_class=procedure.registration_class or "",
                person=person,
                enterprise=enterprise,
                registration_id=known.live.id if known.live else None,
                former_enterprise_id=known.live.enterprise_id if leaves and known.live else None,
                authority_code=seats(procedure, enterprise)[0],
                draft=form_data.seal({**known_values, **_well_formed(procedure, values or {})}),
                created_by=by,
                created_at=clock.now(),
            )
            materials.attach_held(application, by=by)
            audit.record(
                "application.start",
                actor=by.actor,
                subject=("application", application.pk),
                data={"procedure": procedure.code, "person_id": person_id},
            )
    except IntegrityError as error:
        if quicker := drafts.first():  # chosen twice at the same moment
            return quicker
        raise from_constraint(error) from error
    return application


def _well_formed(procedure: Procedure, values: Mapping[str, Any]) -> dict[str, Any]:
    form = build_form(procedure.sections, data=values, strict=False)
    form.is_valid()
    return {name: value for name, value in to_json(form.cleaned_data).items() if values.get(name)}


def save(
    *,
    application: Application,
    values: Mapping[str, Any],
    specialties: Sequence[str],
    by: User,
    seen: int | None = None,
    authority_code: str | None = None,
) -> Application:
    """Save what was typed so far; nothing is required, but what is there must be well-formed.

    Raises FieldsRefused with messages by field; Stale when another window saved something else meanwhile.
    """
    form = build_form(application.procedure.sections, data=values, strict=False)
    if not form.is_valid():
        raise FieldsRefused({name: [str(each) for each in errors] for name, errors in form.errors.items()})
    offered = facts.offered_specialties(application)
    if set(specialties) - offered:
        raise FieldsRefused({"specialties": ["所选专业不在可选范围内。请重新勾选。"]})
    with transaction.atomic():
        locked = engine.lock_for_editing(application.pk, by=by)
        cleaned = to_json(form.cleaned_data)
        chosen = sorted(set(specialties))
        if authority_code is not None:
            _check_authority(locked, authority_code)
        unchanged = form_data.unseal(locked.draft) == cleaned and locked.specialties == chosen
        unchanged = unchanged and authority_code in (None, locked.authority_code)
        if not (unchanged and seen == locked.version - 1):  # a button pressed twice sends the same again
            engine.check_version(locked, seen)
        if unchanged:
            return locked
        locked.draft = form_data.seal(cleaned)
        locked.specialties = chosen
        locked.authority_code = authority_code or locked.authority_code
        locked.draft_saved_at = clock.now()
        locked.version += 1
        locked.save(update_fields=["draft", "specialties", "authority_code", "draft_saved_at", "version"])
        audit.record("application.save", actor=by.actor, subject=("application", locked.pk))
    return locked


def seats(procedure: Procedure, enterprise: Enterprise) -> tuple[str, ...]:
    """Where an enterprise may file, first where it usually does: its own authority, or the province (G.1).

    What the province itself accepts by policy is filed there alone (临时变更, G.9).
    """
    own = enterprise.filing_authority
    accepts = acting_authority(procedure, State.REPORTED, own)[0] if Step.ACCEPTANCE in procedure.route else own
    return tuple(dict.fromkeys((accepts or own, authorities.province().code)))


def _check_authority(application: Application, code: str) -> None:
    if code not in seats(application.procedure, application.enterprise):
        raise FieldsRefused({"authority_code": ["申报主管部门应为企业注册所在市州或省级主管部门。请重新选择。"]})


def delete_draft(*, application: Application, by: User) -> None:
    """Delete a draft that was never reported."""
    with transaction.atomic():
        locked = engine.lock_for_editing(application.pk, by=by)
        if locked.state != State.DRAFT or locked.form_version:
            raise CaseRefused("只能删除未上报的申报。已上报的请撤回。", code="not_draft")
        audit.record(
            "application.delete",
            actor=by.actor,
            subject=("application", locked.pk),
            data={"procedure": locked.procedure_code, "person_id": locked.person_id},
        )
        materials.forget(locked.materials.all())
        locked.delete()


def problems(application: Application) -> tuple[dict[str, list[str]], tuple[guards.Verdict, ...]]:
    """What still stops 上报: messages by field (materials as `material:<code>`), and the guards' verdicts."""
    values = form_data.compose(application)
    form = build_form(application.procedure.sections, data=values, strict=True)
    errors = {} if form.is_valid() else {name: [str(each) for each in found] for name, found in form.errors.items()}
    known = facts.of_application(application, form=values)
    guarded = {"portrait", "continuing_education", "new_enterprise_commitment"}
    for row in materials.listing(application, known):
        if row.missing and row.material.code not in guarded:
            errors[f"material:{row.material.code}"] = [f"请上传{row.material.label}。"]
    return errors, guards.judge(application.procedure.guards, known, stage=Stage.REPORT)


def check_complete(application: Application) -> None:
    """Raise FieldsRefused or GuardsRefused when the case cannot be reported as it stands."""
    errors, verdicts = problems(application)
    if errors:
        raise FieldsRefused(errors)
    if any(verdict.stops for verdict in verdicts):
        raise GuardsRefused(verdicts)
