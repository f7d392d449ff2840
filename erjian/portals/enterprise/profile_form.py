"""The form of 企业基本信息: fields of A.4.1 in the manual's order; city and county belong together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from erjian.policy import clock
from erjian.registry.enterprise_profile import REQUIRED
from erjian.registry.models import Enterprise
from erjian.standards import phones, regions
from erjian.standards.dictionaries import Currency, EnterpriseType, RegistrationKind
from erjian.standards.errors import Refusal
from erjian.ui.forms import ErjianForm

_CITIES = [("", "请选择"), *regions.CITIES.items()]


def _counties() -> list[tuple[str, Any]]:
    """All counties under their cities: the select works without scripts."""
    return [("", "请选择"), *((name, list(regions.counties_of(city).items())) for city, name in regions.CITIES.items())]


def _choices(vocabulary: Any) -> list[tuple[str, str]]:
    return [("", "请选择"), *vocabulary.choices]


class ProfileForm(ErjianForm, forms.Form):
    """What the enterprise keeps up to date itself."""

    established_on = forms.DateField(label="成立日期")
    former_name = forms.CharField(label="曾用名", max_length=200)
    city = forms.ChoiceField(label="注册所在地市", choices=_CITIES)
    county = forms.ChoiceField(label="注册所在区县", choices=_counties)
    address = forms.CharField(label="企业营业地址", max_length=300)
    registration_kind = forms.ChoiceField(label="企业登记注册类型", choices=_choices(RegistrationKind))
    capital = forms.DecimalField(label="注册资本金(万元)", min_value=0, max_digits=18, decimal_places=6)
    currency = forms.ChoiceField(label="注册资本币种", choices=_choices(Currency))
    office_phone = forms.CharField(label="办公电话", max_length=30)
    fax = forms.CharField(label="传真号码", max_length=30)
    contact_name = forms.CharField(label="联系人姓名", max_length=100)
    contact_phone = forms.CharField(label="联系人手机号码", max_length=20)
    website = forms.CharField(label="企业网址", max_length=200)
    email = forms.EmailField(label="电子邮箱")
    kind = forms.ChoiceField(label="企业资质类型", choices=_choices(EnterpriseType))
    business_scope = forms.CharField(
        label="营业执照经营范围", max_length=4000, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, *args: Any, enterprise: Enterprise, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {name: getattr(enterprise, name) for name in self.base_fields})
        capital = kwargs["initial"].get("capital")
        if capital is not None:
            kwargs["initial"]["capital"] = f"{capital:f}".rstrip("0").rstrip(".") if "." in f"{capital:f}" else capital
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.required = name in REQUIRED
        for name in ("contact_phone", "office_phone", "fax"):
            self.fields[name].widget.attrs["inputmode"] = "tel"
        self.fields["capital"].widget = forms.TextInput(attrs={"inputmode": "decimal"})

    def clean_established_on(self) -> Any:
        """No enterprise is established in the future."""
        day = self.cleaned_data["established_on"]
        if day and day > clock.today():
            raise ValidationError("成立日期晚于今天。请对照营业执照核对。")
        return day

    def clean_contact_phone(self) -> str:
        """A mobile number: messages go there."""
        return self._checked("contact_phone", phones.parse_mobile)

    def clean_office_phone(self) -> str:
        """A landline, or a mobile number."""
        return self._checked("office_phone", phones.parse_landline, phones.parse_mobile)

    def clean_fax(self) -> str:
        """A landline."""
        return self._checked("fax", phones.parse_landline)

    def _checked(self, name: str, *checks: Callable[[str], str]) -> str:
        text: str = self.cleaned_data[name]
        if not text:
            return ""
        refused: Refusal | None = None
        for check in checks:
            try:
                return check(text)
            except Refusal as refusal:
                refused = refused or refusal
        assert refused is not None
        raise ValidationError(refused.message, code=refused.code)

    def clean(self) -> dict[str, Any]:
        """A county of another city is refused."""
        cleaned: dict[str, Any] = super().clean() or {}
        city, county = cleaned.get("city"), cleaned.get("county")
        if county and county not in regions.counties_of(city or ""):
            self.add_error("county", "所选区县不属于所选地市。请重新选择。")
        return cleaned
