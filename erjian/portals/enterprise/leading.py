"""Refusals that name what to file instead lead there: 请办理重新申报 becomes a link to the choice of the person.

Only what the enterprise itself files for the class at hand is linked; what the person files stays a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import cache

from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from erjian.procedures import Filer, Procedure, all_procedures
from erjian.ui import parts

_TOLD = re.compile(r"(?<=办理)\w+?(?=[。，；]|$)")
"""What comes after 办理 up to the end of the clause: 重新申报, 延续或注销."""


@cache
def _addresses(registration_class: str | None) -> dict[str, str]:
    """Words for what the enterprise files for a class, with and without 申报 → where the filing begins."""
    filed = [
        each
        for each in all_procedures()
        if each.registration_class == registration_class and each.filer == Filer.ENTERPRISE
    ]
    return {
        word: reverse("enterprise:pick", args=(each.code,))
        for each in filed
        for word in (each.kind_label, each.kind_label.removesuffix("申报"))
    }


def linked(reason: str, procedure: Procedure) -> SafeString:
    """A reason of a procedure's refusal with the procedures that it tells the reader to file as links."""
    addresses = _addresses(procedure.registration_class)

    def link(told: re.Match[str]) -> str:
        words = told[0].split("或")
        return "或".join(
            format_html('<a href="{}">{}</a>', addresses[word], word) if word in addresses else word for word in words
        )

    return mark_safe(_TOLD.sub(link, escape(reason)))  # noqa: S308 - escaped


def leading(conditions: Iterable[parts.Condition], procedure: Procedure) -> tuple[parts.Condition, ...]:
    """The checklist with such links in what does not hold."""
    return tuple(
        each if each.state == "ok" else replace(each, reason=linked(each.reason, procedure)) for each in conditions
    )
