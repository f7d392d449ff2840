"""Values that the components draw: a step, a moment, a condition, a material.

Portals translate what the rooms below know into these and hand tuples of them to the tags.
"""

from dataclasses import dataclass
from enum import StrEnum


class Tone(StrEnum):
    """The colour says who acts next; a word always stands beside it."""

    PLAIN = ""
    MINE = "mine"
    OFFICE = "office"
    DONE = "done"
    BAD = "bad"


@dataclass(frozen=True)
class View:
    """A saved view above a list: 待补正 3."""

    label: str
    url: str
    count: int | str | None = None
    current: bool = False


@dataclass(frozen=True)
class Step:
    """A stage of a route. ``state`` is ``done``, ``now`` or empty for still to come."""

    label: str
    note: str = ""
    state: str = ""


@dataclass(frozen=True)
class Moment:
    """One line of a history: what, when, who, what was added, what was said."""

    title: str
    when: str = ""
    who: str = ""
    note: str = ""
    quote: str = ""
    url: str = ""
    now: bool = False


@dataclass(frozen=True)
class Condition:
    """A verdict on one condition: ``state`` is ``no``, ``ask`` (still to be shown) or ``ok``."""

    state: str
    title: str
    reason: str = ""
    source: str = ""
    url: str = ""


@dataclass(frozen=True)
class Material:
    """An attachment: where it comes from and, if it is unfit, why."""

    label: str
    url: str = ""
    thumbnail: str = ""
    note: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Tile:
    """A figure with its name."""

    label: str
    value: int | str
    unit: str = ""
    url: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Bar:
    """One bar of a plot: a name, how many, and how many of them are `part` (drawn red; said beside the figure)."""

    label: str
    value: int
    part: int = 0
    url: str = ""


@dataclass(frozen=True)
class Row:
    """A name and a value of a definition list; ``wide`` takes the whole line."""

    label: str
    value: object
    wide: bool = False
    origin: str = ""


@dataclass(frozen=True)
class Comparison:
    """Declared against register on the desk. ``verdict`` empty means that both agree."""

    label: str
    declared: object
    found: object
    verdict: str = ""
    group: str = ""
    against: str = ""


@dataclass(frozen=True)
class Waiting:
    """A case in the desk's queue. ``left`` is drawn as given (see ``days_left``)."""

    name: str
    kind: str
    organisation: str
    url: str
    left: object = ""
    current: bool = False


@dataclass(frozen=True)
class Decision:
    """A button of the desk: its name is what is posted as ``decision``, its key what is typed.

    ``tone`` is ``primary`` for the suggested one, ``stop`` for a refusal. ``confirm`` is the
    question that is asked once before it is sent.
    """

    name: str
    label: str
    key: str = ""
    tone: str = ""
    confirm: str = ""
