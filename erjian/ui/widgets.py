"""Draws the usual widgets in Python, as Django's own templates do.

A page with a form has dozens of controls; starting the template engine for each of them takes longer than the rest of
the page. Whatever is not known here is left to the template it names. Set as `FORM_RENDERER`.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache
from html import escape
from typing import Any

from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.safestring import SafeString, mark_safe


class Renderer(DjangoTemplates):
    """Django's renderer with a way around the engine for inputs, selects and text areas."""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> SafeString:
        draw = _DRAWN.get(template_name)
        if draw is None:
            return super().render(template_name, context, request)
        return mark_safe("".join(draw(context["widget"])))  # noqa: S308 - every value is escaped below


def _attributes(attrs: dict[str, Any]) -> Iterator[str]:
    for name, value in attrs.items():
        if value is True:
            yield f" {escape(str(name))}"
        elif value is not False:
            yield f' {escape(str(name))}="{escape(str(value))}"'


def _input(widget: dict[str, Any]) -> Iterator[str]:
    yield f'<input type="{escape(str(widget["type"]))}" name="{escape(str(widget["name"]))}"'
    if widget["value"] is not None:
        yield f' value="{escape(str(widget["value"]))}"'
    yield from _attributes(widget["attrs"])
    yield ">"


def _select(widget: dict[str, Any]) -> Iterator[str]:
    yield f'<select name="{escape(str(widget["name"]))}"'
    yield from _attributes(widget["attrs"])
    yield ">"
    for label, options, _ in widget["optgroups"]:
        if label:
            yield f'<optgroup label="{escape(str(label))}">'
        for option in options:
            yield f'<option value="{escape(str(option["value"]))}"'
            yield from _attributes(option["attrs"])
            yield f">{escape(str(option['label']))}</option>"
        if label:
            yield "</optgroup>"
    yield "</select>"


class Select(forms.Select):
    """Django's drop-down list, whose options are drawn once for all requests: filters offer the same ones every time."""

    def use_required_attribute(self, initial: Any) -> bool:
        """Never: the server's words are the only ones (`ErjianForm`)."""
        return False

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """The control; as Django draws it where options are grouped."""
        choices = tuple(self.choices)
        if any(isinstance(label, (list, tuple)) for _, label in choices):
            return super().render(name, value, attrs, renderer)
        shown = self.build_attrs(self.attrs, attrs)
        drawn = "".join(_attributes({"name": name, **shown}))
        pairs = tuple(("" if given is None else str(given), str(label)) for given, label in choices)
        return mark_safe(f"<select{drawn}>{_options(pairs, tuple(self.format_value(value)))}</select>")  # noqa: S308


@lru_cache(maxsize=512)
def _options(choices: tuple[tuple[str, str], ...], chosen: tuple[str, ...]) -> str:
    first = next((place for place, (value, _) in enumerate(choices) if value in chosen), None)
    return "".join(
        f'<option value="{escape(value)}"{" selected" if place == first else ""}>{escape(label)}</option>'
        for place, (value, label) in enumerate(choices)
    )


def _textarea(widget: dict[str, Any]) -> Iterator[str]:
    yield f'<textarea name="{escape(str(widget["name"]))}"'
    yield from _attributes(widget["attrs"])
    yield f">\n{escape(str(widget['value'] or ''))}</textarea>"


_DRAWN: dict[str, Callable[[dict[str, Any]], Iterator[str]]] = {
    **{
        f"django/forms/widgets/{name}.html": _input
        for name in ("text", "number", "email", "url", "password", "hidden", "date", "checkbox")
    },
    "django/forms/widgets/select.html": _select,
    "django/forms/widgets/textarea.html": _textarea,
}
