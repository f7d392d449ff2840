"""Drawing a form field: label, star, control, hint, error, all tied together for screen readers.

Works for any Django form; :mod:`erjian.ui.forms` adds the Chinese messages and the right inputs.
A field that cannot be edited is grey and says where its value comes from.
"""

from django import forms
from django.forms.boundfield import BoundField
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

_LINE = 20
"""Characters of a value that one line shows, on the phone too."""
_GROUPS = (forms.RadioSelect, forms.CheckboxSelectMultiple)


def control_class(widget: forms.Widget) -> str:
    """The class that a widget is drawn with."""
    if isinstance(widget, forms.CheckboxInput | forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "form-check-input"
    if isinstance(widget, forms.Select):
        return "form-select"
    return "form-control"


def control(bound: BoundField, **extra: object) -> SafeString:
    """Only the control, with class, error state and the ids of what describes it."""
    widget = bound.field.widget
    attrs = {key.replace("_", "-"): value for key, value in extra.items() if value not in (None, False)}
    own = widget.attrs.get("class", "")
    bad = " is-bad" if bound.errors else ""
    attrs["class"] = f"{control_class(widget)}{bad} {own}".strip()
    described = _described_by(bound)
    if described:
        attrs["aria-describedby"] = described
    if isinstance(widget, _GROUPS):
        return _choices(bound, attrs)
    drawn = bound.as_widget(attrs=attrs)
    if isinstance(widget, forms.CheckboxInput):
        return format_html('<label class="ej-check" for="{}">{} {}</label>', bound.id_for_label, drawn, bound.label)
    return drawn


def _described_by(bound: BoundField) -> str:
    parts = []
    if bound.help_text:
        parts.append(f"{bound.auto_id}_hint")
    if bound.errors:
        parts.append(f"{bound.auto_id}_error")
    if lost(bound):
        parts.append(f"{bound.auto_id}_lost")
    return " ".join(parts)


def lost(bound: BoundField) -> str:
    """That the files chosen have to be chosen again: no browser fills in a file field, and a refused form keeps none."""
    form = bound.form
    if not isinstance(bound.field, forms.FileField) or not form.is_bound or not form.errors:
        return ""
    given = form.files.getlist(bound.html_name) if hasattr(form.files, "getlist") else [form.files.get(bound.html_name)]
    names = "、".join(file.name for file in given if file)
    return f"刚才选择的 {names} 没有保存，改正后请重新选择。" if names else ""


def _choices(bound: BoundField, attrs: dict) -> SafeString:
    """Radio buttons or boxes in a line, each with its label."""
    items = []
    for choice in bound.subwidgets:
        choice.data["attrs"]["class"] = attrs["class"]
        choice.data["attrs"].pop("aria-describedby", None)
        items.append((choice.tag(), choice.choice_label))
    return format_html(
        '<ul class="ej-choices">{}</ul>',
        format_html_join("", '<li><label class="ej-check">{} {}</label></li>', items),
    )


def field(
    bound: BoundField, *, wide: bool = False, after: object = "", origin: str = "", **attrs: object
) -> SafeString:
    """A whole field. ``after`` follows the control on its line; ``attrs`` go to the control.

    ``origin`` makes it read-only: the value is posted as it is and the page says where it is from.
    """
    if bound.is_hidden:
        return bound.as_widget()
    if origin or bound.field.disabled:
        return readonly(bound.label, _shown(bound), origin=origin, wide=wide, name=bound)
    star = "ej-req" if bound.field.required else ""
    grouped = isinstance(bound.field.widget, _GROUPS)
    drawn = control(bound, **attrs)
    if after:
        drawn = format_html('<div class="ej-row ej-nowrap">{}{}</div>', drawn, after)
    parts = []
    if bound.help_text:
        parts.append(format_html('<p class="hint" id="{}_hint">{}</p>', bound.auto_id, bound.help_text))
    for number, error in enumerate(bound.errors):
        ref = format_html(' id="{}_error"', bound.auto_id) if number == 0 else ""
        parts.append(format_html('<p class="err"{}>{}</p>', ref, error))
    if again := lost(bound):
        parts.append(format_html('<p class="err" id="{}_lost">{}</p>', bound.auto_id, again))
    tail = mark_safe("".join(parts))  # noqa: S308
    css = "ej-field wide" if wide else "ej-field"
    if grouped:
        described = _described_by(bound)
        return format_html(
            '<div class="{}" role="group" aria-labelledby="{}_label"{}>'
            '<span class="lab {}" id="{}_label">{}</span>{}{}</div>',
            css,
            bound.auto_id,
            format_html(' aria-describedby="{}"', described) if described else "",
            star,
            bound.auto_id,
            bound.label,
            drawn,
            tail,
        )
    if isinstance(bound.field.widget, forms.CheckboxInput):
        return format_html('<div class="{}"><span class="lab"></span>{}{}</div>', css, drawn, tail)
    return format_html(
        '<div class="{}"><label for="{}" class="{}">{}</label>{}{}</div>',
        css,
        bound.id_for_label,
        star,
        bound.label,
        drawn,
        tail,
    )


def _shown(bound: BoundField) -> str:
    """The value of a field as a reader sees it: a choice by its label, a day in its order."""
    value = bound.value()
    choices = getattr(bound.field, "choices", None)
    if choices:
        labels = {str(key): label for key, label in choices}
        chosen = value if isinstance(value, list | tuple) else [value]
        return "、".join(str(labels.get(str(one), one)) for one in chosen if one not in (None, ""))
    return "" if value is None else str(value)


def readonly(
    label: str, value: object, *, origin: str = "", wide: bool = False, name: BoundField | None = None
) -> SafeString:
    """A grey value that is not edited here, with its origin beneath it; a long one is wrapped, never cut."""
    shown = "" if value is None else str(value)
    ident = name.auto_id if name is not None else f"id_shown_{abs(hash((str(label), str(value)))):x}"
    hint = format_html('<p class="hint" id="{}_hint">{}</p>', ident, origin) if origin else ""
    return format_html(
        '<div class="ej-field{}"><label for="{}">{}</label>'
        + (
            '<textarea class="form-control" id="{}" rows="2" readonly{}>{}</textarea>{}</div>'
            if len(shown) > _LINE
            else '<input class="form-control" id="{}" readonly{} value="{}">{}</div>'
        ),
        " wide" if wide else "",
        ident,
        label,
        ident,
        format_html(' aria-describedby="{}_hint"', ident) if origin else "",
        shown,
        hint,
    )


def problems(form: forms.BaseForm) -> list[tuple[str, str]]:
    """(sentence, address of the control) for every error, in the order of the form.

    An error that belongs to no field has the address that it names itself, ``params={"at": "id_held"}``, or none.
    """
    listed = [
        (sentence, f"#{error.params['at']}" if error.params and "at" in error.params else "")
        for error in form.non_field_errors().as_data()
        for sentence in error
    ]
    for bound in form:
        listed.extend((str(error), f"#{bound.id_for_label or bound.auto_id}") for error in bound.errors)
    return listed
