"""Form data: prefilled from the register, kept encrypted, frozen as a version at each 上报."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from erjian import protection
from erjian.accounts.models import User
from erjian.applications.models import Application, FormVersion
from erjian.applications.states import EDITABLE
from erjian.policy import clock
from erjian.procedures import Procedure
from erjian.procedures.fields import FormField
from erjian.procedures.sections import lapse_reason
from erjian.registry.changes import EXPIRED
from erjian.registry.models import Enterprise, Person, Registration, RegistrationClass
from erjian.registry.models.registrations import LIVE
from erjian.standards import regions

SCHEMA = 1


def seal(values: Mapping[str, Any]) -> bytes:
    """Values as they rest: encrypted JSON."""
    return protection.encrypt("form", json.dumps(values, ensure_ascii=False, sort_keys=True))


def unseal(blob: bytes | memoryview) -> dict[str, Any]:
    """The values of encrypted JSON; empty for an empty blob."""
    raw = bytes(blob)
    return json.loads(protection.decrypt("form", raw)) if raw else {}


class Known:
    """What is known of one filing: from the register by the names of `known_from` (`person`, `enterprise`), else by those of
    `begins_with` (`operator`, `earlier`, `ended`)."""

    def __init__(self, person: Person | None, enterprise: Enterprise, operator: User | None = None) -> None:
        self.person = person
        self.enterprise = enterprise
        self.operator = operator
        self._qualifications: list[Any] | None = None

    @property
    def qualifications(self) -> list[Any]:
        """The enterprise's valid 资质, fetched once."""
        if self._qualifications is None:
            today = clock.today()
            self._qualifications = [
                item
                for item in self.enterprise.qualifications.order_by("id")
                if item.withdrawn_on is None and (item.expires_on is None or item.expires_on >= today)
            ]
        return self._qualifications

    @cached_property
    def earlier(self) -> dict[str, Any]:
        """The last version that the enterprise filed of the same person, of whatever kind; empty without one."""
        cases = Application.objects.filter(person=self.person, enterprise=self.enterprise, form_version__gt=0)
        last = cases.order_by("-id").first() if self.person else None
        return version(last, last.form_version) if last else {}

    @cached_property
    def ended(self) -> dict[str, Any]:
        """Until which day the person's last registration as 二级建造师 was in force, and why it ended, in the words of the forms.

        That as 二级临时建造师 counts for itself (decision G.10), and nothing that begins so is asked of it.
        """
        of_class = Registration.objects.filter(person=self.person, registration_class=RegistrationClass.CONSTRUCTOR)
        last = of_class.order_by("-registered_on", "-id").first()
        if last is None or last.status_on(clock.today()) in LIVE:
            return {}
        return {"day": last.ended_on or last.valid_until, "reason": lapse_reason(last.end_reason or EXPIRED)}

    def value(self, field: FormField) -> Any:
        """The register's value for a field as JSON keeps it, or an empty string."""
        return self._found(field.known_from)

    def first(self, field: FormField) -> Any:
        """What the field begins with, as JSON keeps it, or an empty string."""
        return self._found(field.known_from or field.begins_with)

    def _found(self, path: str) -> Any:
        owner, _, name = path.partition(".")
        if owner == "enterprise":
            special = self._enterprise(name)
            if special is not None:
                return special
        source: Any = getattr(self, owner) if owner else {}
        found: Any = source.get(name) if isinstance(source, dict) else source and getattr(source, name)
        return found.isoformat() if hasattr(found, "isoformat") else ("" if found is None else found)

    def _enterprise(self, name: str) -> str | None:
        match name:
            case "region":
                return " ".join(regions.name(code) for code in (self.enterprise.city, self.enterprise.county) if code)
            case "nature_label":
                return self.enterprise.get_nature_display()
            case "qualification_number":
                return "；".join(dict.fromkeys(item.number for item in self.qualifications))
            case "qualification_level":
                return "；".join(dict.fromkeys(item.level for item in self.qualifications))
            case "qualification_scope":
                return "；".join(f"{item.scope}{item.level}" for item in self.qualifications)
            case _:
                return None


def prefill(procedure: Procedure, known: Known) -> dict[str, Any]:
    """First values of the editable fields."""
    editable = (field for field in procedure.fields if not field.read_only)
    return {field.name: known.first(field) for field in editable if field.known_from or field.begins_with}


def compose(application: Application, known: Known | None = None) -> dict[str, Any]:
    """Every field's value: read-only ones from the register, the others as typed so far."""
    known = known or Known(application.person, application.enterprise)
    typed = unseal(application.draft)
    return {
        field.name: known.value(field) if field.read_only else typed.get(field.name, "")
        for field in application.procedure.fields
    }


def current(application: Application) -> dict[str, Any]:
    """What the case says now: the working copy while it can be edited, else the last frozen version."""
    if application.state in EDITABLE or application.form_version == 0:
        return compose(application)
    return version(application, application.form_version)


def version(application: Application, number: int) -> dict[str, Any]:
    """One frozen version. Raises FormVersion.DoesNotExist."""
    return unseal(application.form_versions.get(number=number).data)


def differences(application: Application) -> list[str]:
    """Names of fields in which the working copy differs from the last frozen version."""
    before = version(application, application.form_version)
    after = {**compose(application), "specialties": list(application.specialties)}
    return sorted(name for name in after if after[name] != before.get(name))


def freeze(application: Application, *, author: str) -> FormVersion:
    """Freeze what is typed as the next version; unchanged data after a correction still makes one."""
    values = {**compose(application), "specialties": list(application.specialties)}
    text = json.dumps(values, ensure_ascii=False, sort_keys=True)
    application.form_version += 1
    return FormVersion.objects.create(
        application=application,
        number=application.form_version,
        schema=SCHEMA,
        data=seal(values),
        digest=hashlib.sha256(text.encode()).hexdigest(),
        author=author,
        created_at=clock.now(),
    )
