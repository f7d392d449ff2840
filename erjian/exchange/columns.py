"""How a kind of import is declared: columns, rules between them, and the register's load they feed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from erjian.exchange.cells import Parser
from erjian.protection import BulkSealer
from erjian.registry.importing import Load

Problem = tuple[str, str]
"""Header of the column and what is wrong with it."""

_ORNAMENT = re.compile(r"[\s*＊:：\u200b\ufeff]+")


def header_key(text: object) -> str:
    """A header as it is compared: without blanks, stars, colons and bracketed remarks like （必填）."""
    plain = unicodedata.normalize("NFKC", str(text or ""))
    plain = re.sub(r"\((必填|选填|可不填)\)", "", plain)
    return _ORNAMENT.sub("", plain).upper()


@dataclass(frozen=True)
class Column:
    """One column. `repeats` says that few different values occur, so that each is parsed once."""

    name: str
    header: str
    parse: Parser
    required: bool = False
    aliases: tuple[str, ...] = ()
    example: str = ""
    choices: tuple[str, ...] = ()
    note: str = ""
    width: int = 16
    repeats: bool = False
    in_template: bool = True


@dataclass(frozen=True, eq=False)
class Kind:
    """One kind of import.

    `check` looks at the parsed cells of one row and yields what is wrong between them; `convert` turns them into the
    values of the load's columns, protecting numbers by the sealer of the load. Rows with the same value in the column `together` are loaded together or not at all.
    """

    code: str
    label: str
    purpose: str
    columns: tuple[Column, ...]
    load: Load
    convert: Callable[[dict[str, Any], BulkSealer], tuple[Any, ...]]
    check: Callable[[dict[str, Any]], Iterable[Problem]]
    together: str = ""

    @cached_property
    def by_header(self) -> dict[str, Column]:
        """Columns by every header under which they are known."""
        return {header_key(word): column for column in self.columns for word in (column.header, *column.aliases)}

    def recognised(self, cells: Sequence[Any]) -> int:
        """How many of these cells are headers of this kind."""
        return len({self.by_header[key].name for key in map(header_key, cells) if key in self.by_header})
