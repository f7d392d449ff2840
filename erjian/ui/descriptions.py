"""Names and values, two beside each other where both are short: what a page says of one thing."""

from collections.abc import Iterable

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from erjian.ui import dates


def said(value: object) -> object:
    """The value, or an em dash where it is empty."""
    return dates.NOTHING if value is None or value == "" else value


def draw(rows: Iterable, *, one: bool, bare: bool, css: str) -> SafeString:
    """(label, value) pairs or ``Row``, in ``one`` column or two, ``bare`` without ground."""
    listed = [_parts(row) for row in rows]
    if not one:
        _fill_lines(listed)
    names = " ".join(name for name, on in (("ej-dl", True), ("one", one), ("bare", bare), (css, css)) if on)
    return format_html('<dl class="{}">{}</dl>', names, format_html_join("", "{}", ((_row(*row),) for row in listed)))


def _parts(row: object) -> list:
    """Label, value, wide, origin."""
    return [row.label, row.value, row.wide, row.origin] if hasattr(row, "label") else [*row, False, ""]


def _fill_lines(listed: list[list]) -> None:
    """Two columns without a hole: what would stand alone, before a wide row or at the end, takes the whole line."""
    alone: list | None = None
    for row in [*listed, ["", "", True, ""]]:
        if row[2] and alone is not None:
            alone[2] = True
        alone = None if row[2] or alone is not None else row


def _row(label: object, value: object, wide: bool, origin: str) -> SafeString:
    tail = format_html('<span class="origin">{}</span>', origin) if origin else ""
    css = mark_safe(' class="wide"' if wide else "")  # noqa: S308
    return format_html("<dt>{}</dt><dd{}>{}{}</dd>", label, css, _in_lines(said(value)), tail)


def _in_lines(value: object) -> object:
    """Words typed in several lines keep them; what is drawn already stays as it is."""
    if not isinstance(value, str) or isinstance(value, SafeString) or "\n" not in value:
        return value
    return format_html_join(mark_safe("<br>"), "{}", ((line,) for line in value.splitlines()))
