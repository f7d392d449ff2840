"""Icons: single Tabler SVGs (MIT) drawn inline, so that they take the colour of the text.

The files belong to the npm package ``@tabler/icons`` and are read from where set-up installed
it, each once per process. An icon beside a word says nothing to a screen reader; an icon alone
must carry a label.
"""

import re
from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

_NAME = re.compile(r"[a-z0-9-]+")
_INSIDE = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
_BOUNDS = re.compile(r'<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*/>')
_OPEN = (
    '<svg class="icon{css}" viewBox="0 0 24 24" fill="none" stroke="currentColor"'
    ' stroke-linecap="round" stroke-linejoin="round" {says}>{inside}</svg>'
)


class UnknownIconError(LookupError):
    """A page names an icon that the installed package does not have."""


def folder() -> Path:
    """The folder with one SVG file per icon."""
    modules = getattr(settings, "NODE_MODULES", None) or Path(settings.BASE_DIR) / "node_modules"
    return Path(modules) / "@tabler" / "icons" / "icons" / "outline"


@cache
def _inside(name: str) -> str:
    """The drawing of one icon without its ``<svg>`` element; empty where none are installed."""
    if not _NAME.fullmatch(name):
        raise UnknownIconError(name)
    where = folder()
    if not where.is_dir():
        return ""
    try:
        text = (where / f"{name}.svg").read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UnknownIconError(name) from None
    found = _INSIDE.search(text)
    return " ".join(_BOUNDS.sub("", found[1] if found else "").split())


@cache
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """Draw one icon; with ``label`` it is an image of its own, without it decoration."""
    says = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    extra = f" {escape(css)}" if css else ""
    return mark_safe(_OPEN.format(css=extra, says=says, inside=_inside(name)))  # noqa: S308
