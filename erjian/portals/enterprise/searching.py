"""Looking in lists by 姓名 or 身份证号.

An identity number must not stand in an address, where logs keep it. So filters are posted and answered with a
redirect to the list's address: a name travels as it is, a number as its keyed index with its mask, signed for this
operator. The address can be kept and reloaded, and gives the number away to nobody.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core import signing
from django.db.models import Q
from django.http import HttpRequest, HttpResponseRedirect

from erjian import protection
from erjian.policy import clock
from erjian.standards import id_numbers
from erjian.standards.errors import Refusal
from erjian.standards.text import beginning
from erjian.ui.forms import ErjianForm

MOST_PICKED = 300
"""Rows that may be ticked at once."""
_LOOKS_LIKE_A_NUMBER = re.compile(r"[0-9]{6,}[0-9Xx*]*")


@dataclass(frozen=True)
class Holder:
    """A full identity number as the address carries it: enough to find its person, not to read it."""

    index: bytes
    mask: str


def _salt(request: HttpRequest) -> str:
    return f"erjian.enterprise.holder:{request.user.pk}"


def sign_holder(request: HttpRequest, number: str) -> str:
    """The address's form of a number, for this operator only."""
    text = str(id_numbers.parse(number, today=clock.today()))
    return signing.dumps([protection.index("id_number", text).hex(), id_numbers.mask(text)], salt=_salt(request))


def read_holder(request: HttpRequest) -> Holder | None:
    """The number that the address asks for; None when there is none or it is not this operator's."""
    try:
        index, mask = signing.loads(request.GET.get("holder", ""), salt=_salt(request))
    except (signing.BadSignature, ValueError):
        return None
    return Holder(index=bytes.fromhex(index), mask=mask)


class PersonFilter(ErjianForm, forms.Form):
    """The filter of a list: 姓名 (or a full 身份证号) and whatever a list adds."""

    name = forms.CharField(label="姓名", max_length=50, required=False)
    number_field = "name"
    """The field in which a number is typed."""

    def address(self, request: HttpRequest) -> HttpResponseRedirect:
        """The list's address for what was posted. Raises nothing: a wrong number becomes a field's error."""
        kept: dict[str, Any] = {key: value for key in ("state",) if (value := request.GET.get(key))}
        for key in self.fields:
            value = self.data.get(self.add_prefix(key), "")
            if value and key not in ("name", self.number_field):
                kept[key] = value
        number = "".join(str(self.data.get(self.number_field, "")).split())
        text = number or "".join(str(self.data.get("name", "")).split())
        if "*" in text and request.GET.get("holder"):
            kept["holder"] = request.GET["holder"]
        elif _LOOKS_LIKE_A_NUMBER.fullmatch(text) or (number and self.number_field != "name"):
            try:
                kept["holder"] = sign_holder(request, text)
            except Refusal:
                kept["wrong"] = "1"
        elif text:
            kept["name"] = text
        return HttpResponseRedirect(f"{request.path}?{urlencode(kept)}" if kept else request.path)


class HolderFilter(PersonFilter):
    """The filter of 选择人员证书信息: 人员姓名 or 身份证号, each in its own field (A.4.3)."""

    name = forms.CharField(label="人员姓名", max_length=50, required=False)
    id_number = forms.CharField(label="身份证号", max_length=30, required=False)
    number_field = "id_number"


def shown(request: HttpRequest, kind: type[PersonFilter], **options: Any) -> PersonFilter:
    """The filter as the address says it. Values that are not in range are ignored."""
    data = {key: value for key, value in request.GET.items() if key != "holder"}
    holder = read_holder(request)
    if holder is not None:
        data[kind.number_field] = holder.mask
    form = kind(data, **options)
    if request.GET.get("wrong"):
        form.add_error(kind.number_field, "身份证号不正确。请核对后查询，或按姓名查询。")
    form.is_valid()
    return form


def person_condition(request: HttpRequest, form: PersonFilter, person: str = "person__") -> Q:
    """Rows of the person asked for: the exact number, or names that begin so."""
    if request.GET.get("wrong"):
        return Q(pk__in=())
    holder = read_holder(request)
    if holder is not None:
        return Q(**{f"{person}id_number_index": holder.index})
    name = form.cleaned_data.get("name")
    return Q(**{f"{person}name__startswith": name}) if name else Q()


def only_a_name(request: HttpRequest, form: PersonFilter) -> tuple[str, str] | None:
    """The span of the names asked for, where nothing else is: a search that a query compiled once can answer."""
    asked = [key for key, value in form.cleaned_data.items() if value]
    if asked != ["name"] or form.errors or read_holder(request) is not None:
        return None
    return beginning(form.cleaned_data["name"])


def picked(request: HttpRequest) -> list[str]:
    """The ticked boxes of a list, over as many of its pages as were turned. Raises Refusal for more than `MOST_PICKED`."""
    found = request.POST.getlist("picked")
    if len(found) > MOST_PICKED:
        raise Refusal(f"一次最多勾选 {MOST_PICKED} 条，已勾选 {len(found)} 条。请返回列表，分次办理。", code="too_many")
    return found
