"""What is drawn in Python is what Django's templates draw, browser-equal."""

from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates

from erjian.ui.widgets import Renderer, Select

HOSTILE = "<b>\"周&'</b>"
CHOICES = [("", "请选择"), ("长沙市", [("430102", "芙蓉区"), ("430104", "岳麓区")]), (HOSTILE, HOSTILE)]
WIDGETS = [
    (forms.TextInput({"class": "form-control", "maxlength": 20, "autofocus": True, "disabled": False}), HOSTILE),
    (forms.TextInput({"title": HOSTILE, "data-x": None}), None),
    (forms.NumberInput(), 0),
    (forms.EmailInput(), "a@example.com"),
    (forms.PasswordInput(), "never shown"),
    (forms.HiddenInput(), ""),
    (forms.DateInput(format="%Y-%m-%d"), date(2026, 11, 20)),
    (forms.CheckboxInput(), True),
    (forms.CheckboxInput(), False),
    (forms.Select(choices=CHOICES), "430104"),
    (forms.Select({"multiple": True}, choices=CHOICES), HOSTILE),
    (forms.Textarea({"rows": 3}), f"{HOSTILE}\n第二行"),
    (forms.Textarea(), None),
    (forms.RadioSelect(choices=CHOICES[:1]), ""),
    (forms.ClearableFileInput(), None),
]


class Read(HTMLParser):
    """The elements, attributes and words of a piece of HTML."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[object] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, attrs))

    def handle_endtag(self, tag: str) -> None:
        self.found.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.found.append(data.strip())


@pytest.mark.parametrize(("widget", "value"), WIDGETS, ids=lambda value: type(value).__name__)
def test_a_widget_is_drawn_as_django_draws_it(widget: forms.Widget, value: object) -> None:
    drawn = [
        widget.render("field", value, {"id": "id_field"}, renderer) for renderer in (Renderer(), DjangoTemplates())
    ]
    assert Read(drawn[0]).found == Read(drawn[1]).found


@pytest.mark.parametrize("choices", [[], [CHOICES[0], CHOICES[2], (7, "七"), (None, "无")], CHOICES], ids=len)
@pytest.mark.parametrize("value", ["", None, 7, "7", HOSTILE, "430104", "not offered"])
def test_a_list_whose_options_are_kept_is_djangos_too(choices: list[Any], value: object) -> None:
    attrs = {"id": "id_field", "class": HOSTILE}
    for _ in range(2):
        drawn = Select({"form": "sign-in"}, choices=choices).render("field", value, attrs, Renderer())
        usual = forms.Select({"form": "sign-in"}, choices=choices).render("field", value, attrs, DjangoTemplates())
        assert Read(drawn).found == Read(usual).found
