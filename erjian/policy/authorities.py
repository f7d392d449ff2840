"""The offices that handle cases: one for each city and one for the province, under region codes."""

from __future__ import annotations

from erjian import policy
from erjian.policy.levels import Level
from erjian.policy.schema import Authority
from erjian.standards import regions
from erjian.standards.errors import Refusal

CITY_LEVEL = Level.CITY
PROVINCE_LEVEL = Level.PROVINCE

__all__ = [
    "CITY_LEVEL",
    "PROVINCE_LEVEL",
    "Authority",
    "AuthorityUnknown",
    "Level",
    "choices",
    "cities",
    "every",
    "get",
    "of_region",
    "province",
]


class AuthorityUnknown(Refusal):
    """No authority has this code."""


def get(code: str) -> Authority:
    """The authority of a region code such as 430100. Raises ``AuthorityUnknown``."""
    try:
        return policy.current().authorities_by_code[code]
    except KeyError:
        raise AuthorityUnknown(f"没有代码为“{code}”的主管部门。请重新选择。", code="authority") from None


def every() -> tuple[Authority, ...]:
    """All authorities, the province first, then the cities by code."""
    return (province(), *cities())


def province() -> Authority:
    """The provincial authority (省厅)."""
    rules = policy.current()
    return rules.authorities_by_code[rules.province.code]


def cities() -> tuple[Authority, ...]:
    """The city authorities by code."""
    found = [a for a in policy.current().authorities if a.level == Level.CITY]
    return tuple(sorted(found, key=lambda authority: authority.code))


def of_region(code: str) -> Authority:
    """Where an enterprise registered in a city or county files: its city, else the province.

    Codes outside the province, and the province's own, go to the provincial authority.
    """
    known = policy.current().authorities_by_code
    return known.get(code) or known.get(regions.city_of(code)) or province()


def choices() -> list[tuple[str, str]]:
    """Code and short name, for a select such as 申报主管部门."""
    return [(authority.code, authority.short) for authority in every()]
