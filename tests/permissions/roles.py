"""Everybody who may knock: nobody, people, operators by right, officers by function at each level.

Each belongs to a side. The world has two sides that have nothing to do with each other: *own* is an enterprise of
one city with its people, *foreign* one of another city. The province sees both.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from erjian.accounts.models import ADMINISTRATORS, EnterpriseRight, Function, UserKind


class Side(Enum):
    OWN = "own"
    FOREIGN = "foreign"


BOTH = frozenset(Side)


@dataclass(frozen=True)
class Role:
    """One kind of visitor. `sides` says whose objects lie within the scope."""

    name: str
    kind: UserKind | None = None
    sides: frozenset[Side] = frozenset()
    right: EnterpriseRight | None = None
    functions: frozenset[Function] = frozenset()
    province: bool = False

    def __str__(self) -> str:
        return self.name


_OWN, _FOREIGN = frozenset({Side.OWN}), frozenset({Side.FOREIGN})

ANONYMOUS = Role("anonymous")
PERSON = Role("person", UserKind.PERSON, _OWN)
OTHER_PERSON = Role("other person", UserKind.PERSON, _FOREIGN)
OPERATORS = tuple(
    Role(f"enterprise {right.value}", UserKind.ENTERPRISE, _OWN, right=right) for right in EnterpriseRight
)
OTHER_ENTERPRISE = Role("other enterprise", UserKind.ENTERPRISE, _FOREIGN, right=EnterpriseRight.MANAGE)
_LEVELS = (("city", _OWN), ("other city", _FOREIGN), ("province", BOTH))
OFFICERS = tuple(
    Role(
        f"{level} {function.value}",
        UserKind.OFFICER,
        sides,
        functions=frozenset({function}),
        province=level == "province",
    )
    for level, sides in _LEVELS
    for function in Function
)
MIGHTY = tuple(
    Role(
        f"{level} officer",
        UserKind.OFFICER,
        sides,
        functions=frozenset(Function) - frozenset(ADMINISTRATORS),
        province=level == "province",
    )
    for level, sides in _LEVELS
)
"""Officers with every function that one officer can hold. Functions only ever add, so at a door that is not for
officers these stand for all."""

OTHERS = (ANONYMOUS, PERSON, OTHER_PERSON, *OPERATORS, OTHER_ENTERPRISE)
ROLES = (*OTHERS, *OFFICERS, *MIGHTY)
