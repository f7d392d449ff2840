"""Lists: a table is declared as columns and drawn row by row in Python.

The template engine needs about ten times as long for thirty rows of eleven cells; joining
escaped strings keeps a list page within its time. On the phone each row becomes a card: what a
cell does there is said by its classes (``m-top`` first line, ``m-end`` right, ``m-wide`` whole
line, ``m-hide`` left out) and by ``data_label``, which names the value.

A cell that is not a ``SafeString`` is escaped, always.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from html import escape as quote
from operator import attrgetter
from typing import NamedTuple

from django.db.models import Model
from django.utils.safestring import SafeString, mark_safe

from erjian.ui.dates import NOTHING

# The form on every signed-in page that a row's buttons belong to (ui/document.html): one token a
# page, and a list may stand inside a form of its own for batches.
ROW_FORM = "ej-row-form"
_DISPLAY = re.compile("get_([a-z_]+)_display")
_unsafe = re.compile("[&<>\"']").search


def escape(value: object) -> str:
    """What Django's `escape` gives, without its wrapper for lazy strings: a list escapes a thousand values.

    Nearly none holds a character that needs it; looking once costs a third of replacing five times.
    """
    text = str(value)
    return quote(text) if _unsafe(text) else text


def conditional_escape(value: object) -> str:
    """Escaped, unless it says that it is HTML already."""
    if type(value) is str:
        return quote(value) if _unsafe(value) else value
    return value.__html__() if hasattr(value, "__html__") else escape(value)


def strong(value: object) -> SafeString:
    """The value in bold: what `format_html` gives, at a third of its price."""
    return mark_safe(f"<b>{conditional_escape(value)}</b>")  # noqa: S308 - escaped


@dataclass(frozen=True)
class Column:
    """One column.

    ``cell`` is the name of an attribute (dots follow relations, a method is called) or a function
    of the row. ``css`` goes to the cells, ``head_css`` to the heading (by default the classes that
    drop the column on narrower screens). ``title`` repeats the text for values that are cut.
    ``plain`` is what a spreadsheet takes where the cell is more than text; ``None`` leaves the column out of it.
    """

    label: str
    cell: str | Callable[[object], object]
    css: str = ""
    data_label: str = ""
    head_css: str | None = None
    title: bool = False
    head: object = None
    plain: str | Callable[[object], object] | None = ""


class Op(NamedTuple):
    """One operation of a row: a link that names its row, or a button that posts.

    What is not possible is not shown: leave the operation out. ``post`` makes it a button of the page's row form; then
    ``confirm`` is the question asked before something that cannot be undone and ``verb``/``keep``
    the words on the two buttons.
    """

    label: str
    url: str
    stop: bool = False
    post: bool = False
    confirm: str = ""
    verb: str = ""
    keep: str = "保留"
    new_tab: bool = False


@dataclass
class Table:
    """A list ready to be drawn: ``{% table t %}`` in a template.

    ``ops`` gives the operations of a row, ``name`` what they call it (for screen readers), ``pick``
    the value of a box at the start of the row (``None`` for a row that cannot be picked),
    ``row_css`` a class for the row. ``first`` is the number of the first row when ``numbered``.
    """

    columns: Sequence[Column]
    rows: Iterable[object]
    ops: Callable[[object], Iterable[Op]] | None = None
    name: Callable[[object], str] | str = ""
    empty: str = ""
    empty_links: Sequence[tuple[str, str]] = ()
    numbered: bool = False
    first: int = 1
    pick: Callable[[object], object] | None = None
    pick_name: str = "picked"
    row_css: Callable[[object], str] | None = None
    caption: str = ""
    css: str = "ej-table ej-stack"
    ops_label: str = "操作"
    _getters: list = field(default_factory=list, repr=False)

    def __post_init__(self) -> None:
        self.rows = list(self.rows)
        self._getters = [_getter(column.cell) for column in self.columns]
        self._openings = [_opening(column) for column in self.columns]
        self._name = _getter(self.name) if self.name else None

    def __len__(self) -> int:
        return len(self.rows)

    def render(self) -> SafeString:
        """The whole table, or the sentence for an empty list."""
        if not self.rows and self.empty:
            return nothing(self.empty, self.empty_links)
        # Without a link or a box inside, a list wider than the screen could not be scrolled by keyboard.
        reach = "" if self.ops or self.pick else ' tabindex="0"'
        parts = [f'<div class="table-scroll"{reach}><table class="', escape(self.css), '">']
        if self.caption:
            parts.append(f'<caption class="visually-hidden">{escape(self.caption)}</caption>')
        self._head(parts)
        parts.append("<tbody>")
        for number, row in enumerate(self.rows, self.first):
            self._row(parts, number, row)
        parts.append("</tbody></table></div>")
        return mark_safe("".join(parts))  # noqa: S308

    __str__ = render
    __html__ = render

    def _head(self, parts: list[str]) -> None:
        parts.append("<thead><tr>")
        if self.pick:
            parts.append(
                '<th><input class="form-check-input m-0" type="checkbox" data-pick-all aria-label="选择本页全部"></th>'
            )
        if self.numbered:
            parts.append("<th>序号</th>")
        for column in self.columns:
            css = column.head_css
            if css is None:
                css = " ".join(one for one in column.css.split() if one.startswith("w-low") or one == "num")
            opening = f'<th class="{escape(css)}">' if css else "<th>"
            said = column.label if column.head is None else column.head
            parts.append(f"{opening}{conditional_escape(said)}</th>")
        if self.ops:
            parts.append(f'<th class="ej-no-print">{escape(self.ops_label)}</th>')
        parts.append("</tr></thead>")

    def _row(self, parts: list[str], number: int, row: object) -> None:
        css = self.row_css(row) if self.row_css else ""
        parts.append(f'<tr class="{escape(css)}">' if css else "<tr>")
        named = str(self._name(row)) if self._name else ""
        if self.pick:
            parts.append(_pick(self.pick_name, self.pick(row), named))
        if self.numbered:
            parts.append(f'<td class="m-hide ej-num">{number}</td>')
        for (plain, titled, bare), get in zip(self._openings, self._getters, strict=True):
            value = get(row)
            if value is None or value in ("", NOTHING):
                parts.append(f"{bare}{NOTHING}</td>")
                continue
            shown = conditional_escape(value)
            parts.append(titled.format(shown) if titled else plain)
            parts.append(shown)
            parts.append("</td>")
        if self.ops:
            parts.append('<td class="m-wide ej-no-print"><div class="ej-ops">')
            parts.extend(_op(op, named) for op in self.ops(row))
            parts.append("</div></td>")
        parts.append("</tr>")


def sheet(columns: Iterable[Column], rows: Iterable[object]) -> tuple[list[str], Iterable[list[object]]]:
    """The headings and the cells of a spreadsheet that says what the list says."""
    said = [(column.label, _getter(column.plain or column.cell)) for column in columns if column.plain is not None]
    return [label for label, _ in said], ([get(row) for _, get in said] for row in rows)


def word(row: Model, field: str) -> str:
    """The word of a row's choice: what `get_…_display` gives, whose list is built anew for every cell."""
    value = getattr(row, field)
    return _words(type(row), field).get(value, value)


@cache
def _words(model: type[Model], field: str) -> dict[object, str]:
    return {value: str(label) for value, label in model._meta.get_field(field).flatchoices}


def _getter(cell: str | Callable[[object], object]) -> Callable[[object], object]:
    """A function of the row for a column's cell."""
    if callable(cell):
        return cell
    if chosen := _DISPLAY.fullmatch(cell):
        field = chosen[1]
        return lambda row: word(row, field)
    names = cell.split(".")
    read = attrgetter(cell)

    def get(row: object) -> object:
        try:
            value = read(row)
        except AttributeError:  # a mapping, a method or nothing on the way
            return step_by_step(row)
        return value() if callable(value) else value

    def step_by_step(row: object) -> object:
        for name in names:
            row = row.get(name) if isinstance(row, dict) else getattr(row, name, None)
            if callable(row):
                row = row()
            if row is None:
                return None
        return row

    return get


def _opening(column: Column) -> tuple[str, str, str]:
    """The start tags of a column's cells: plain, with a place for the title, for an empty cell.

    An empty cell is left out of a card on the phone.
    """
    css = f' class="{escape(column.css)}"' if column.css else ""
    bare = f'<td class="{escape(f"{column.css} m-hide".strip())}">'
    attrs = f'{css} data-label="{escape(column.data_label)}"' if column.data_label else css
    if not column.title:
        return f"<td{attrs}>", "", bare
    braced = attrs.replace("{", "{{").replace("}", "}}")
    return "", f'<td{braced} title="{{}}">', bare


def _pick(name: str, value: object, named: str) -> str:
    if value is None:
        return '<td class="m-hide"></td>'
    return (
        f'<td class="m-top pick"><label><input class="form-check-input m-0" type="checkbox" name="{escape(name)}"'
        f' value="{escape(value)}" aria-label="选择 {escape(named)}"></label></td>'
    )


def _op(op: Op, named: str) -> str:
    label = f"{op.label} {named}" if named else op.label
    css = ' class="stop"' if op.stop else ""
    said = f'{css} aria-label="{escape(label)}"'
    if not op.post:
        tab = ' target="_blank" rel="noopener"' if op.new_tab else ""
        return f'<a href="{escape(op.url)}"{said}{tab}>{escape(op.label)}</a>'
    ask = ""
    if op.confirm:
        ask = (
            f' data-confirm="{escape(op.confirm)}" data-confirm-verb="{escape(op.verb or op.label)}"'
            f' data-confirm-keep="{escape(op.keep)}"'
        )
    return f'<button form="{ROW_FORM}" formaction="{escape(op.url)}"{said}{ask}>{escape(op.label)}</button>'


def nothing(why: str, links: Sequence[tuple[str, str]] = ()) -> SafeString:
    """没有数据, then why and the next step."""
    steps = "".join(f'<a class="btn" href="{escape(url)}">{escape(label)}</a>' for label, url in links)
    row = f'<div class="ej-row">{steps}</div>' if steps else ""
    return mark_safe(f'<div class="ej-empty"><b>没有数据</b><p>{escape(why)}</p>{row}</div>')  # noqa: S308
