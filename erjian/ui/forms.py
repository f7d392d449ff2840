"""Forms that speak: mix :class:`ErjianForm` in and every refusal says what is wrong and what to do.

Also chooses the right inputs: ``type="date"`` (the browser shows it in Chinese order), numeric
keyboards, no browser bubbles (the server's words are the only ones).
"""

from datetime import date

from django import forms
from django.core.exceptions import ValidationError

from erjian.ui import widgets
from erjian.ui.fields import problems

MOST_TYPED = 300
_CHOOSE = (forms.ChoiceField, forms.ModelChoiceField)


def within_centuries(day: date) -> None:
    """No year that nobody means: next to the calendar's ends no day can be added and no time zone reckoned."""
    if not 1900 <= day.year <= 2999:
        raise ValidationError("年份应在 1900 至 2999 之间。请核对后填写。", code="year")


class DateInput(forms.DateInput):
    """The browser's own day picker."""

    input_type = "date"

    def __init__(self, attrs: dict | None = None) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%d")


def _messages(field: forms.Field, label: str) -> dict[str, str]:
    """The Chinese sentences for one field's usual mistakes."""
    verb = "填写"
    if isinstance(field, _CHOOSE):
        verb = "选择"
    elif isinstance(field, forms.FileField):
        verb = "上传"
    said = {"required": f"请{verb}{label}。"}
    if isinstance(field, forms.BooleanField) and not isinstance(field, forms.NullBooleanField):
        said["required"] = f"请先勾选“{label}”。"
    if isinstance(field, forms.DateField | forms.DateTimeField):
        said["invalid"] = f"{label}不是日历上的一天。请按“年-月-日”填写，如 2026-11-20。"
    elif isinstance(field, forms.IntegerField | forms.FloatField | forms.DecimalField):
        said["invalid"] = f"{label}须为数字。请只填写数字。"
    elif isinstance(field, forms.EmailField):
        said["invalid"] = f"{label}不是电子邮箱地址。请核对后填写。"
    elif isinstance(field, forms.FileField):
        said["invalid"] = f"没有收到{label}。请重新选择文件。"
        said["empty"] = f"{label}是空文件。请重新选择文件。"
        said["missing"] = f"没有收到{label}。请重新选择文件。"
    else:
        said["invalid"] = f"{label}的写法不符合要求。请核对后填写。"
    said["invalid_choice"] = f"{label}不在可选范围内。请重新选择。"
    said["invalid_list"] = said["invalid_choice"]
    said["invalid_pk_value"] = said["invalid_choice"]
    return said


class ErjianForm:
    """Mixin for ``forms.Form`` and ``forms.ModelForm``; put it first among the bases.

    A field's own ``error_messages`` win over the ones given here. ``problems()`` lists what the
    error summary shows; ``refuse()`` adds a :class:`~erjian.standards.errors.Refusal`.
    """

    def __init__(self, *args, **kwargs) -> None:
        kwargs.setdefault("label_suffix", "")
        kind = type(self)
        if "_taught" not in kind.__dict__:  # once: what a form's own fields say, each form copies from its class
            for name, field in kind.base_fields.items():
                self._teach(name, field)
            kind._taught = True  # noqa: SLF001 - a mark on the form class itself
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
        for name, field in self.fields.items():
            if name not in kind.base_fields:
                self._teach(name, field)

    @staticmethod
    def _teach(name: str, field: forms.Field) -> None:
        label = str(field.label or name)
        said = _messages(field, label)
        stock = _stock(type(field))
        for code, text in said.items():
            if field.error_messages.get(code) == stock.get(code):
                field.error_messages[code] = text
        _teach_limits(field, label)
        if isinstance(field, forms.DateField) and within_centuries not in field.validators:
            field.validators.append(within_centuries)
        if isinstance(field, forms.DateField) and type(field.widget) is forms.DateInput:
            field.widget = _kept(field, DateInput(attrs=field.widget.attrs))
        if type(field.widget) is forms.Select and type(field) is forms.ChoiceField:
            field.widget = _kept(field, widgets.Select(attrs=field.widget.attrs))
            field.choices = field.choices
        if isinstance(field.widget, forms.Textarea):
            field.widget.attrs.setdefault("rows", 3)
            if field.widget.attrs.get("rows") == "10":
                field.widget.attrs.update(rows=3, cols="")

    @property
    def typed(self) -> dict[str, str]:
        """What stands in the fields as it was sent, unchecked, no value longer than any field takes."""
        return {name: self.data.get(self.add_prefix(name), "")[:MOST_TYPED] for name in self.fields}

    def problems(self) -> list[tuple[str, str]]:
        """(sentence, address of the control) for the error summary."""
        return problems(self)

    def refuse(self, refusal) -> None:
        """Show a refusal beside the field it speaks of, or on top where it names none we have."""
        known = refusal.field if refusal.field in self.fields else None
        self.add_error(known, refusal.message)


def _stock(kind: type[forms.Field]) -> dict[str, str]:
    """The messages Django gives a field of this class."""
    gathered: dict[str, str] = {}
    for base in reversed(kind.__mro__):
        gathered.update(getattr(base, "default_error_messages", {}))
    return gathered


def _kept(field: forms.Field, widget: forms.Widget) -> forms.Widget:
    widget.is_required = field.required
    widget.is_localized = field.localize
    return widget


def _teach_limits(field: forms.Field, label: str) -> None:
    """Say the limit in the sentence: too long, too short, too large, too small."""
    longest, shortest = getattr(field, "max_length", None), getattr(field, "min_length", None)
    if longest is not None:
        field.error_messages.setdefault("max_length", f"{label}最多 {longest} 个字。请缩短后再填。")
    if shortest is not None:
        field.error_messages.setdefault("min_length", f"{label}至少 {shortest} 个字。请补全。")
    for limit, code, text in (
        (getattr(field, "max_value", None), "max_value", "不能大于"),
        (getattr(field, "min_value", None), "min_value", "不能小于"),
    ):
        if limit is not None:
            field.error_messages.setdefault(code, f"{label}{text} {limit}。请核对后填写。")
