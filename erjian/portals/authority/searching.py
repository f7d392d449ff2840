"""Searching for a person by the whole identity number, which is posted and never becomes part of an address."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from django import forms

from erjian import protection
from erjian.policy import clock
from erjian.registry.models import Person
from erjian.standards import id_numbers
from erjian.standards.errors import Refusal


class IdNumberField(forms.CharField):
    """A whole identity number in its eighteen characters; what cannot be one is refused in the standard's words."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label="身份证号", max_length=18, **kwargs)

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        if not text:
            return ""
        try:
            return id_numbers.parse(text, today=clock.today()).number18
        except Refusal as refusal:
            raise forms.ValidationError(refusal.message, code=refusal.code) from refusal


def parameters(asked: Mapping[str, Any]) -> dict[str, str]:
    """What a form asks for as parameters of the list's address: of a number only whose it is, 0 where nobody's."""
    given = {name: str(value) for name, value in asked.items() if value and name != "id_number"}
    if number := asked.get("id_number"):
        index = protection.index("id_number", number)
        given["person"] = str(Person.objects.filter(id_number_index=index).values_list("pk", flat=True).first() or 0)
    return given


def whose(parameters: Mapping[str, str]) -> int | None:
    """The person that such an address names, as a key; None where it names nobody or is no key."""
    text = parameters.get("person", "")
    return min(int(text), sys.maxsize) if text.isdecimal() else None
