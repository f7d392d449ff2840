"""The registry of message templates. Each room registers those it sends, when it is imported.

A template is plain text with named placeholders in braces: `{name}您好，您的{kind}申请已受理。`
Placeholders are checked at registration, so a wrong brace fails at start and not at the thousandth
message; a message without SMS text only goes to the inbox.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from string import Formatter
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")
_SHANGHAI = ZoneInfo("Asia/Shanghai")
# Providers bill by 67 characters; what is longer than this is a letter, not a short message.
MAX_SMS = 300
MAX_VALUE = 120


class BadTemplate(ValueError):
    """The template's text or its placeholders are not usable."""


class UnknownTemplate(LookupError):
    """No template of this name was registered."""


class MissingValue(LookupError):
    """The context lacks a value that the template shows."""


@dataclass(frozen=True)
class Template:
    title: str
    body: str
    sms: str = ""
    fields: frozenset[str] = frozenset()

    def render(self, context: Mapping[str, Any]) -> "Rendered":
        """Raises MissingValue. Dates are written 2026年3月1日, blanks in values are collapsed."""
        missing = self.fields - context.keys()
        if missing:
            raise MissingValue(", ".join(sorted(missing)))
        values = {name: _text(context[name]) for name in self.fields}
        return Rendered(
            title=self.title.format_map(values),
            body=self.body.format_map(values),
            sms=self.sms.format_map(values),
        )


@dataclass(frozen=True)
class Rendered:
    title: str
    body: str
    sms: str


_templates: dict[str, Template] = {}
TEMPLATES: Mapping[str, Template] = MappingProxyType(_templates)


_sentences: dict[str, tuple[str, ...]] = {}


def sentences(name: str, *texts: str) -> tuple[str, ...]:
    """Make the SMS of a `send_sms` without an inbox entry known, one text for each form it takes; returns the texts."""
    if _sentences.setdefault(name, texts) != texts:
        raise BadTemplate(f"{name} is already registered with another text")
    return texts


def all_sms() -> dict[str, tuple[str, ...]]:
    """Every text that may leave as an SMS, with its placeholders, by the name under which it is sent."""
    told = {name: (each.sms,) for name, each in _templates.items() if each.sms}
    return dict(sorted((told | _sentences).items()))


def register(name: str, *, title: str, body: str, sms: str = "", fields: tuple[str, ...] | None = None) -> str:
    """Make a template known. `fields`, when given, are all the placeholders that may be used.

    Raises BadTemplate. Registering the same text again is harmless, another text under the name is not.
    """
    if not _NAME.fullmatch(name):
        raise BadTemplate(f"template names are dotted lower-case names, not {name!r}")
    if not title or not body:
        raise BadTemplate(f"{name}: a template needs a title and a body")
    if len(sms) > MAX_SMS:
        raise BadTemplate(f"{name}: the SMS text is longer than {MAX_SMS} characters")
    used = frozenset().union(*(_placeholders(name, text) for text in (title, body, sms)))
    if fields is not None and not used <= set(fields):
        raise BadTemplate(f"{name}: undeclared placeholders {sorted(used - set(fields))}")
    template = Template(title=title, body=body, sms=sms, fields=used)
    if _templates.setdefault(name, template) != template:
        raise BadTemplate(f"{name} is already registered with another text")
    return name


def get(name: str) -> Template:
    try:
        return _templates[name]
    except KeyError:
        raise UnknownTemplate(name) from None


def _placeholders(name: str, text: str) -> frozenset[str]:
    found = set()
    try:
        for _, field, spec, conversion in Formatter().parse(text):
            if field is None:
                continue
            # Attribute access and format specifications would let a text reach into objects.
            if not field.isidentifier() or spec or conversion:
                raise BadTemplate(f"{name}: {{{field}}} is not a plain name")
            found.add(field)
    except ValueError as error:
        if isinstance(error, BadTemplate):
            raise
        raise BadTemplate(f"{name}: {error}") from error
    return frozenset(found)


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        local = value.astimezone(_SHANGHAI)
        return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日"
    text = " ".join(str(value).split())
    return text if len(text) <= MAX_VALUE else text[: MAX_VALUE - 1] + "…"
