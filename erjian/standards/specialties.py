"""专业 of constructors: ten in the first class, six of them also in the second.

Registrations of the second class are filed in the six of ``SECOND_CLASS``; all ten exist to show
imported data (《注册建造师管理规定》, 《一级建造师注册实施办法》).
"""

from __future__ import annotations

from django.db.models import TextChoices

from erjian.standards.errors import Refusal
from erjian.standards.text import compact


class Specialty(TextChoices):
    """注册专业; the label is the full name, ``short`` the one lists use."""

    BUILDING = "building", "建筑工程"
    HIGHWAY = "highway", "公路工程"
    RAILWAY = "railway", "铁路工程"
    AIRPORT = "airport", "民航机场工程"
    PORT = "port", "港口与航道工程"
    WATER = "water", "水利水电工程"
    MINING = "mining", "矿业工程"
    MUNICIPAL = "municipal", "市政公用工程"
    TELECOM = "telecom", "通信与广电工程"
    MECHANICAL = "mechanical", "机电工程"

    @property
    def short(self) -> str:
        """The short name, such as 建筑."""
        return _SHORT.get(self.value) or self.label.removesuffix("工程")


_SHORT = {"water": "水利", "municipal": "市政"}

#: The specialties of the second class, in the order of the regulations.
SECOND_CLASS: tuple[Specialty, ...] = (
    Specialty.BUILDING,
    Specialty.HIGHWAY,
    Specialty.WATER,
    Specialty.MUNICIPAL,
    Specialty.MINING,
    Specialty.MECHANICAL,
)

_LICENCE_CODES = {
    Specialty.BUILDING: "10401001",
    Specialty.HIGHWAY: "10401002",
    Specialty.WATER: "10401005",
    Specialty.MINING: "10401007",
    Specialty.MUNICIPAL: "10401010",
    Specialty.MECHANICAL: "10401012",
}


class SpecialtyRefused(Refusal):
    """The text names no specialty, or one that the second class does not have."""


def licence_code(specialty: Specialty | str) -> str:
    """The code of a second-class specialty in the electronic licence, such as 10401001.

    Raises ``SpecialtyRefused`` for the four that only the first class has.
    """
    found = Specialty(specialty)
    if found not in _LICENCE_CODES:
        raise SpecialtyRefused(f"{found.label}不是二级建造师的注册专业。", code="first_class_only")
    return _LICENCE_CODES[found]


def parse(text: object) -> Specialty:
    """The specialty that ``text`` names by full name, short name or code. Raises ``SpecialtyRefused``."""
    wanted = compact(text)
    found = _BY_NAME.get(wanted) or _BY_NAME.get(wanted.removesuffix("专业"))
    if found is None:
        known = "、".join(specialty.label for specialty in SECOND_CLASS)
        raise SpecialtyRefused(f"没有“{text}”这个专业。二级建造师的专业为：{known}。", code="specialty")
    return found


_BY_NAME = {
    alias: specialty
    for specialty in Specialty
    for alias in (specialty.label, specialty.label.removesuffix("工程"), specialty.short, specialty.value.upper())
} | {"港航": Specialty.PORT, "港口": Specialty.PORT, "民航": Specialty.AIRPORT, "通信": Specialty.TELECOM}
