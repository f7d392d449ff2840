"""What is asked on the way: who, the code, the card."""

from __future__ import annotations

from typing import Any

from django import forms

from erjian.standards.dictionaries import Ethnicity
from erjian.ui.forms import ErjianForm


class WhoForm(ErjianForm, forms.Form):
    """完善建造师个人信息."""

    name = forms.CharField(label="姓名", max_length=100, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    id_number = forms.CharField(
        label="身份证号码",
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
    )
    phone = forms.CharField(
        label="手机号码",
        max_length=20,
        help_text="接收验证码和登录方式，须是本人在用的号码",
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )


class CodeForm(ErjianForm, forms.Form):
    code = forms.CharField(
        label="短信验证码",
        min_length=6,
        max_length=6,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class CardForm(ErjianForm, forms.Form):
    """The card as it was read, put right by its holder."""

    name = forms.CharField(label="姓名", max_length=100)
    id_number = forms.CharField(
        label="身份证号码", max_length=30, widget=forms.TextInput(attrs={"spellcheck": "false", "autocomplete": "off"})
    )
    ethnicity = forms.ChoiceField(label="民族", choices=[("", "请选择"), *Ethnicity.choices])
    address = forms.CharField(label="住址", max_length=200, widget=forms.Textarea(attrs={"rows": 2}))
    issuer = forms.CharField(label="签发机关", max_length=100)
    valid_from = forms.DateField(label="有效期起")
    valid_until = forms.DateField(label="有效期至", required=False)
    long_term = forms.BooleanField(label="长期有效", required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("long_term"):
            data["valid_until"] = None
        elif not data.get("valid_until") and "valid_until" not in self.errors:
            self.add_error("valid_until", "请填写有效期至；证件上写“长期”的，请勾选“长期有效”。")
        return data

    @property
    def values(self) -> dict[str, Any]:
        """What `identity.cards.confirm` takes."""
        return {name: value for name, value in self.cleaned_data.items() if name != "long_term"}
