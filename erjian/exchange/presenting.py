"""A difference as people read it: the column's header, the old words, the new words."""

from __future__ import annotations

from functools import cache
from typing import Any

from erjian.exchange.columns import Kind
from erjian.registry.importing import Difference

_WORDS = {"phone": "手机号码", "contact_phone": "联系人手机号码"}
_LEFT_OUT = {"phone_mask", "contact_phone_mask", "enterprise", "label"}


def difference(found: Difference, kind: Kind) -> dict[str, Any]:
    """One changed row for the page and for keeping: only masks, no full numbers."""
    changes = []
    order = {column.name: place for place, column in enumerate(kind.columns)}
    for name, new in sorted(found.after.items(), key=lambda item: order.get(item[0], len(order))):
        old = found.before.get(name)
        if name in _LEFT_OUT or (old or "") == (new or ""):
            continue
        changes.append({"field": _header(kind, name), "old": _said(kind, name, old), "new": _said(kind, name, new)})
    return {"line": found.line, "label": found.label, "new": found.new, "changes": changes}


def _header(kind: Kind, name: str) -> str:
    return next((column.header for column in kind.columns if column.name == name), _WORDS.get(name, name))


def _said(kind: Kind, name: str, value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    return _labels(kind, name).get(str(value), str(value))


@cache
def _labels(kind: Kind, name: str) -> dict[str, str]:
    """The words of a coded column, from the register's own model."""
    for model in kind.load.vocabularies:
        field = {each.name: each for each in model._meta.concrete_fields}.get(name)
        if field is not None and field.choices:
            return {str(code): str(label) for code, label in field.flatchoices}
    return {}
