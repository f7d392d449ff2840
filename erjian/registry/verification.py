"""Real-name verification as the register keeps it: how surely it is known that a person is who they say they are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from erjian import audit
from erjian.audit import Actor, codes
from erjian.policy import clock
from erjian.registry import changes, personal
from erjian.registry.models import Assurance, ChangeKind, Person
from erjian.standards import phones

codes.register("registry.verify_person", "实名认证通过")
codes.register("registry.set_verified", "更新实名认证信息")

_RANK = {level: rank for rank, level in enumerate(Assurance)}
_PICTURES = ("id_front", "id_back", "id_held", "pledge")
_FACTS = ("ethnicity", "id_valid_until", "emergency_name", "emergency_phone", *_PICTURES)
_EDUCATION = ("school", "major", "graduated_on", "education", "degree")


def reaches(level: str, needed: str) -> bool:
    """Whether a level of assurance is at least the needed one."""
    return _RANK[Assurance(level)] >= _RANK[Assurance(needed)]


def verify_person(*, person_id: int, assurance: Assurance, actor: Actor, provider: str = "") -> Person:
    """Record that a person was verified at a level of assurance; runs inside the caller's transaction.

    A lower level than the one already reached changes nothing. Leaves a row in the register's history and the
    audit, with who vouches for it: the embedded check, an authoritative source, the counter (manual 2.1).
    """
    person = Person.objects.select_for_update().get(pk=person_id)
    if _RANK[assurance] < _RANK[Assurance(person.assurance)]:
        return person
    before = {"assurance": person.assurance, "provider": person.verified_by}
    after = {"assurance": str(assurance), "provider": provider}
    person.assurance = assurance
    person.verified_by = provider
    person.verified_at = clock.now()
    person.version += 1
    person.save(update_fields=["assurance", "verified_at", "verified_by", "version"])
    changes.remember(ChangeKind.VERIFIED, actor=actor, person_id=person.pk, before=before, after=after)
    audit.record("registry.verify_person", actor=actor, subject=("person", person.pk), data=after)
    return person


def set_verified(*, person_id: int, values: Mapping[str, Any], actor: Actor) -> Person:
    """Take over what a verification has shown and its form declares (manual 2.3), in the caller's transaction.

    `values` may name facts of the card, the four pictures, the emergency contact, `phone` (proven by a code) and the
    education. The former mobile is told of a new one. Unknown names are a programming error.
    """
    person = Person.objects.select_for_update(of=("self",)).get(pk=person_id)
    unknown = set(values) - {*_FACTS, *_EDUCATION, "phone"}
    if unknown:
        raise ValueError(f"not part of a verification: {sorted(unknown)}")
    before: dict[str, str] = {}
    after: dict[str, str] = {}
    former = person.phone
    for name, value in values.items():
        known = getattr(person, name)
        if value == known:
            continue
        before[name], after[name] = _shown(name, known), _shown(name, value)
        setattr(person, name, value)
    if not after:
        return person
    person.version += 1
    person.save()
    entry = changes.remember(ChangeKind.CORRECTED, actor=actor, person_id=person.pk, before=before, after=after)
    audit.record("registry.set_verified", actor=actor, subject=("person", person.pk), data={"fields": sorted(after)})
    if "phone" in after and former:
        personal.tell_former_phone(person, former=former, event=entry.pk)
    return person


def _shown(name: str, value: Any) -> str:
    """A value as history may keep it: numbers masked, pictures by their digest."""
    if not value:
        return ""
    if name in ("phone", "emergency_phone"):
        return phones.mask(str(value))
    if name in _PICTURES:
        return str(value.sha256[:16])
    return value.isoformat() if isinstance(value, date) else str(value)
