"""Who somebody is, corrected in the register by a reviewed case: identity number, name, portrait, signature.

Like `changes`: inside the caller's transaction, after the caller's guards, with the history row that says so.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from erjian import protection
from erjian.audit import Actor
from erjian.policy import clock
from erjian.registry.changes import RegisterRefused, locked, remember
from erjian.registry.models import ChangeKind, Person, Registration
from erjian.standards import id_numbers


def correct_identity(
    *, person_id: int, registration_id: int, name: str, id_number: str, case_number: str, actor: Actor
) -> Registration:
    """身份证号变更: the person's key is corrected; account and history follow, since they hold the person's id.

    Raises RegisterRefused when the new number belongs to somebody else: two people are never merged silently
    (decision G.12). History keeps masks only.
    """
    person = Person.objects.select_for_update().get(pk=person_id)
    number = id_numbers.parse(id_number, today=clock.today())
    other = Person.objects.filter(id_number_index=protection.index("id_number", number.number18)).exclude(pk=person.pk)
    if other.exists():
        raise RegisterRefused("新身份证号已属于登记库中的另一人。请联系省级主管部门核实。", code="number_taken")
    before = {"name": person.name, "id_number": person.id_number_mask}
    person.name = name
    person.id_number = number.number18
    person.birth_date = number.birth_date
    person.sex = number.sex
    person.version += 1
    person.save()
    registration = locked(registration_id)
    registration.version += 1
    registration.save()
    remember(
        ChangeKind.CORRECTED, actor=actor, registration=registration, before=before,
        after={"name": person.name, "id_number": person.id_number_mask}, case_number=case_number,
    )  # fmt: skip
    return registration


def change_personal(
    *,
    person_id: int,
    registration_id: int,
    name: str,
    portrait_id: UUID | None,
    signature_id: UUID | None,
    case_number: str,
    actor: Actor,
) -> Registration:
    """个人信息修改: what the certificate prints of its holder; what is not given stays (decision G.12).

    History keeps the names, and of the pictures their stored ids.
    """
    person = Person.objects.select_for_update().get(pk=person_id)
    wanted: dict[str, Any] = {"name": name, "portrait_id": portrait_id, "signature_id": signature_id}
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for field, value in wanted.items():
        known = getattr(person, field)
        if value and value != known:
            before[field], after[field] = str(known or ""), str(value)
            setattr(person, field, value)
    person.version += 1
    person.save(update_fields=[*after, "version"])
    registration = locked(registration_id)
    registration.version += 1
    registration.save()
    remember(
        ChangeKind.CORRECTED, actor=actor, registration=registration, before=before, after=after,
        case_number=case_number,
    )  # fmt: skip
    return registration
