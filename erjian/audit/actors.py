"""Who acts: a value that every action receives and every event stores.

An actor is a copy of names, not a foreign key: the event must say who it was even after the account
is renamed or deactivated, and `audit` stands below `accounts`.
"""

from contextvars import ContextVar
from dataclasses import dataclass

from django.db.models import TextChoices


class ActorKind(TextChoices):
    PERSON = "person", "个人"
    ENTERPRISE = "enterprise", "企业"
    OFFICER = "officer", "主管部门"
    SYSTEM = "system", "系统"
    PUBLIC = "public", "公众"


@dataclass(frozen=True)
class Actor:
    """`label` is the name shown; never an ID number or a phone. `address` is the client's IP address."""

    kind: ActorKind
    user_id: int | None
    label: str
    organisation: str = ""
    address: str = ""


SYSTEM = Actor(kind=ActorKind.SYSTEM, user_id=None, label="系统")
PUBLIC = Actor(kind=ActorKind.PUBLIC, user_id=None, label="公众")

# The address of the request being served; the middleware sets it. An actor's own address wins.
client_address: ContextVar[str] = ContextVar("client_address", default="")
