"""What a role is expected to meet: the rules that the table of views is written in.

The order of the walls is the product's: no session leads to the sign-in; a portal that is not the visitor's does not
exist (404); a missing right or function is said (403); an object outside the scope does not exist (404); a method
that a view does not know is 405. Where two walls stand one behind the other, either answer is right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from erjian.accounts.models import EnterpriseRight, Function, UserKind
from tests.permissions.roles import MIGHTY, OFFICERS, OTHERS, Role, Side

_RANK = list(EnterpriseRight)


class Outcome(Enum):
    OPEN = "open"
    SIGN_IN = "sign-in"
    FORBIDDEN = "403"
    MISSING = "404"
    METHOD = "405"


Expected = frozenset[Outcome]


def one(outcome: Outcome) -> Expected:
    return frozenset({outcome})


@dataclass(frozen=True, kw_only=True)
class Access:
    """Who may use a view by one method.

    `doors`: the kinds of users for whom the address exists; None is everybody, signed in or not. `right` and
    `functions` are what suffices. `province_only` leaves the cities out. `scoped` says that a foreign object is
    404 (False where the object is nobody's, or the view has none). `unless` names roles that are refused although
    everything else fits, for a reason of its own.
    """

    doors: frozenset[UserKind] | None = None
    right: EnterpriseRight = EnterpriseRight.VIEW
    functions: frozenset[Function] = frozenset(Function)
    province_only: bool = False
    scoped: bool = True
    unless: Callable[[Role, Side], Outcome | None] | None = None

    def expected(self, role: Role, side: Side) -> Expected:
        """What the role meets at an object of that side."""
        if self.doors is None:
            return one(Outcome.OPEN)
        if role.kind is None:
            return one(Outcome.SIGN_IN)
        if role.kind not in self.doors:
            return one(Outcome.MISSING)
        walls = set()
        if role.right and _RANK.index(role.right) < _RANK.index(self.right):
            walls.add(Outcome.FORBIDDEN)
        if role.functions and not role.functions & self.functions:
            walls.add(Outcome.FORBIDDEN)
        if role.kind == UserKind.OFFICER and self.province_only and not role.province:
            walls.add(Outcome.FORBIDDEN)
        if self.scoped and side not in role.sides:
            walls.add(Outcome.MISSING)
        if self.unless is not None and (other := self.unless(role, side)) is not None:
            walls.add(other)
        return frozenset(walls) or one(Outcome.OPEN)


PUBLIC = Access()
SIGNED_IN = Access(doors=frozenset(UserKind), scoped=False)
ONE_PERSON = Access(doors=frozenset({UserKind.PERSON}))


def operators(right: EnterpriseRight = EnterpriseRight.VIEW, *, scoped: bool = True) -> Access:
    """Enterprise operators with this right or a greater one."""
    return Access(doors=frozenset({UserKind.ENTERPRISE}), right=right, scoped=scoped)


def officers(*functions: Function, province_only: bool = False, scoped: bool = True, unless: Any = None) -> Access:
    """Officers with one of the functions; every officer when none is named."""
    return Access(
        doors=frozenset({UserKind.OFFICER}),
        functions=frozenset(functions or Function),
        province_only=province_only,
        scoped=scoped,
        unless=unless,
    )


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One row of the table: a view, who may use it by which method, and the objects that its address names.

    `where` gives the address's arguments: what to look up in the world (`tests.permissions.world.World.find`),
    by argument. `query` and `data` make the request a sensible one.
    """

    get: Access | None = None
    post: Access | None = None
    where: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    data: Mapping[str, str] = field(default_factory=dict)

    @property
    def roles(self) -> tuple[Role, ...]:
        """Who knocks: every officer where the door is theirs, the mightiest ones elsewhere."""
        for_officers = any(
            access is not None and access.doors == frozenset({UserKind.OFFICER}) for access in (self.get, self.post)
        )
        return (*OTHERS, *(OFFICERS if for_officers else MIGHTY))

    def expected(self, method: str, role: Role, side: Side) -> Expected:
        """What the role meets by a method."""
        own, other = (self.post, self.get) if method == "POST" else (self.get, self.post)
        if own is not None:
            return own.expected(role, side)
        assert other is not None, "a view must answer some method"
        found = other.expected(role, side)
        return one(Outcome.METHOD) if found == one(Outcome.OPEN) else found | {Outcome.METHOD}
