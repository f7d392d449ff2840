"""Who is told: a person, an enterprise, or the officers who hold one function at one authority.

A recipient is a plain id, not a foreign key: `messaging` stands below the rooms that know people.
"""

from dataclasses import dataclass
from typing import Self

from django.db.models import TextChoices


class RecipientKind(TextChoices):
    PERSON = "person", "个人"
    ENTERPRISE = "enterprise", "企业"
    AUTHORITY = "authority", "主管部门"


@dataclass(frozen=True)
class Recipient:
    """`phone` is the full mobile number, or "" where none is known: then only the inbox is told."""

    kind: RecipientKind
    id: str
    name: str = ""
    phone: str = ""

    def __repr__(self) -> str:
        return f"Recipient({self.kind}:{self.id})"  # a log must not show the phone

    @classmethod
    def person(cls, person_id: int, name: str, phone: str = "") -> Self:
        return cls(RecipientKind.PERSON, str(person_id), name, phone)

    @classmethod
    def enterprise(cls, enterprise_id: int, name: str, phone: str = "") -> Self:
        return cls(RecipientKind.ENTERPRISE, str(enterprise_id), name, phone)

    @classmethod
    def authority(cls, code: str, function: str) -> Self:
        """Everybody who holds `function` at the authority `code`; they share the entry and its read mark."""
        return cls(RecipientKind.AUTHORITY, f"{code}:{function}")
