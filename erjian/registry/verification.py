"""Real-name verification as the register keeps it: how surely it is known that a person is who they say they are."""

from __future__ import annotations

from erjian import audit
from erjian.audit import Actor, codes
from erjian.policy import clock
from erjian.registry import changes
from erjian.registry.models import Assurance, ChangeKind, Person

codes.register("registry.verify_person", "实名认证通过")

_RANK = {level: rank for rank, level in enumerate(Assurance)}


def verify_person(*, person_id: int, assurance: Assurance, actor: Actor) -> Person:
    """Record that a person was verified at a level of assurance; runs inside the caller's transaction.

    A lower level than the one already reached changes nothing. Leaves a row in the register's history and the
    audit (manual 2.1; decision G.17: an SMS code to the registered mobile counts until more is asked for).
    """
    person = Person.objects.select_for_update().get(pk=person_id)
    if _RANK[assurance] <= _RANK[Assurance(person.assurance)]:
        return person
    before = {"assurance": person.assurance}
    person.assurance = assurance
    person.verified_at = clock.now()
    person.version += 1
    person.save(update_fields=["assurance", "verified_at", "version"])
    changes.remember(
        ChangeKind.VERIFIED, actor=actor, person_id=person.pk, before=before, after={"assurance": str(assurance)}
    )
    audit.record(
        "registry.verify_person", actor=actor, subject=("person", person.pk), data={"assurance": str(assurance)}
    )
    return person
