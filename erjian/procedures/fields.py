"""Form fields as data: one list serves the form, the case page, the desk's comparison and the printed 申报表.

A *read-only* field shows what the register knows and is never taken from the browser. `known_from` names where
the register keeps the same fact (`person.school`, `enterprise.address`): the form is prefilled from there and
the desk compares against it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

from erjian import documents
from erjian.policy import clock
from erjian.standards import id_numbers, phones
from erjian.standards.errors import Refusal


class Control(models.TextChoices):
    TEXT = "text", "文本"
    SELECT = "select", "选择"
    DATE = "date", "日期"
    MOBILE = "mobile", "手机号码"
    LANDLINE = "landline", "联系电话"
    TEXTAREA = "textarea", "多行文本"
    CHECK = "check", "勾选"
    ID_NUMBER = "id_number", "身份证号"


@dataclass(frozen=True, kw_only=True)
class FormField:
    """One field: `name` is the key in the form data, `label` the manual's word."""

    name: str
    label: str
    control: Control = Control.TEXT
    required: bool = False
    read_only: bool = False
    known_from: str = ""
    begins_with: str = ""
    """First value of what is the filer's to say: of who fills the form in (`operator.name`), as the enterprise filed of the
    same person before (`earlier.employment_begin`), or as the last registration ended (`ended.day`)."""
    corrects: str = ""
    """Name of the field whose registered value this one is to replace: different is what is asked for, not a fault."""
    choices: tuple[tuple[str, str], ...] = ()
    max_length: int = 100
    hint: str = ""
    wide: bool = False
    beside: str = ""
    """Name of the field in whose row this one stands (a check box beside a date)."""

    @property
    def is_id_number(self) -> bool:
        """Whether it holds an identity number, the registered one or another in its place."""
        return self.name == "id_number" or self.control == Control.ID_NUMBER

    @property
    def is_phone(self) -> bool:
        """Whether it holds a telephone number."""
        return self.control in (Control.MOBILE, Control.LANDLINE)

    def masked(self, value: str) -> str:
        """A displayed value as lists and histories show it: of numbers only the mask."""
        if not value or not (self.is_id_number or self.is_phone):
            return value
        return id_numbers.mask(value) if self.is_id_number else phones.mask(value)

    def display(self, value: Any) -> str:
        """A stored value as people read it."""
        if value in (None, ""):
            return ""
        if self.control == Control.SELECT:
            return dict(self.choices).get(str(value), str(value))
        if self.control == Control.CHECK:
            return "是" if value else "否"
        return str(value)


@dataclass(frozen=True, kw_only=True)
class Section:
    """A titled group of fields, e.g. 人员信息."""

    code: str
    title: str
    fields: tuple[FormField, ...]
    note: str = ""
    compared_with: str = ""
    """What the desk compares this group with, e.g. 实名认证、资格库."""


_MISSING = "请填写{label}。"
_CHOOSE = "请选择{label}。"


def _mobile(value: str) -> str:
    try:
        return phones.parse_mobile(value)
    except Refusal as refusal:
        raise ValidationError(refusal.message, code=refusal.code) from refusal


def _id_number(value: str) -> str:
    try:
        return id_numbers.parse(value, today=clock.today()).number18
    except Refusal as refusal:
        raise ValidationError(refusal.message, code=refusal.code) from refusal


def _landline(value: str) -> str:
    try:
        return phones.parse_mobile(value)
    except Refusal:
        pass
    try:
        return phones.parse_landline(value)
    except Refusal as refusal:
        raise ValidationError(refusal.message, code=refusal.code) from refusal


def _shown_on_paper(text: str) -> None:
    if said := documents.unprintable(text):
        raise ValidationError(said, code="unprintable")


class _Checked(forms.CharField):
    """A text field whose value is normalised by one of the standards."""

    def __init__(self, *, check: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.check = check

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return self.check(text) if text else text


def _form_field(item: FormField, *, strict: bool) -> forms.Field:
    required = strict and item.required
    message = (_CHOOSE if item.control in (Control.SELECT, Control.DATE) else _MISSING).format(label=item.label)
    common: dict[str, Any] = {
        "label": item.label,
        "required": required,
        "help_text": item.hint,
        "error_messages": {"required": message},
    }
    match item.control:
        case Control.SELECT:
            choices = [("", "请选择"), *item.choices]
            common["error_messages"]["invalid_choice"] = f"{item.label}不在可选范围内。请重新选择。"
            return forms.ChoiceField(choices=choices, **common)
        case Control.DATE:
            common["error_messages"]["invalid"] = f"{item.label}不是有效日期。请按 年-月-日 填写。"
            return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **common)
        case Control.MOBILE:
            attrs = {"inputmode": "tel", "autocomplete": "off"}
            return _Checked(check=_mobile, max_length=20, widget=forms.TextInput(attrs=attrs), **common)
        case Control.ID_NUMBER:
            return _Checked(
                check=_id_number, max_length=20, widget=forms.TextInput(attrs={"autocomplete": "off"}), **common
            )
        case Control.LANDLINE:
            return _Checked(
                check=_landline, max_length=30, widget=forms.TextInput(attrs={"inputmode": "tel"}), **common
            )
        case Control.TEXTAREA:
            area = forms.Textarea(attrs={"rows": 3})
            return forms.CharField(max_length=item.max_length, widget=area, validators=[_shown_on_paper], **common)
        case Control.CHECK:
            return forms.BooleanField(**{**common, "required": False})
        case _:
            return forms.CharField(max_length=item.max_length, validators=[_shown_on_paper], **common)


class DeclaredForm(forms.Form):
    """A Django form built from declared fields. With `strict` off (saving a draft) nothing is required."""

    declared: tuple[FormField, ...]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        begin, end = cleaned.get("employment_begin"), cleaned.get("employment_end")
        if cleaned.get("employment_open"):
            cleaned["employment_end"] = None
            self.errors.pop("employment_end", None)
        elif begin and end and end < begin:
            self.add_error("employment_end", "聘用结束时间早于开始时间。请核对劳动合同，或勾选“长期”。")
        return cleaned


def build_form(
    sections: Iterable[Section],
    *,
    data: Mapping[str, Any] | None = None,
    initial: Mapping[str, Any] | None = None,
    strict: bool = True,
) -> DeclaredForm:
    """A bound or unbound form over the editable fields of the sections."""
    editable = tuple(item for section in sections for item in section.fields if not item.read_only)
    form = DeclaredForm(data=data, initial=dict(initial or {}))
    form.declared = editable
    form.fields.update({item.name: _form_field(item, strict=strict) for item in editable})
    return form


def to_json(values: Mapping[str, Any]) -> dict[str, Any]:
    """Cleaned values as JSON keeps them: dates as yyyy-mm-dd."""
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in values.items()}
