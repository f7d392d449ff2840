"""Lists with filters, one row, adding one, ending one. A city sees and keeps what concerns its own people."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from erjian import protection
from erjian.accounts import scopes
from erjian.accounts.models import Function
from erjian.policy import authorities, clock
from erjian.portals.authority.access import FunctionMissing, for_officer, officer
from erjian.portals.authority.navigation import shell
from erjian.portals.authority.restrictions.kept import Kept, kept_or_404
from erjian.portals.authority.searching import IdNumberField, parameters, whose
from erjian.registry.models import Person
from erjian.standards.errors import Refusal
from erjian.standards.text import name_key
from erjian.ui.addresses import row_address
from erjian.ui.forms import ErjianForm
from erjian.ui.paging import paginate
from erjian.ui.parts import Row
from erjian.ui.tables import Column, Op, Table, strong
from erjian.ui.templatetags.ej import chip, crumbs

_STATES = [("", "全部"), ("running", "有效"), ("ended", "已结束")]
_SHARED = "姓名与身份证号不是登记库中本单位范围内的同一人。请核对。"


class KeptFilter(ErjianForm, forms.Form):
    """Name, identity number, the list's own vocabulary, state."""

    name = forms.CharField(label="姓名", max_length=100, required=False)
    id_number = IdNumberField(required=False)
    choice = forms.ChoiceField(required=False)
    state = forms.ChoiceField(label="状态", choices=_STATES, required=False)

    def __init__(self, kept: Kept, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kept.choices:
            self.fields["choice"].label = str(kept.model._meta.get_field(kept.choice_field).verbose_name)
            self.fields["choice"].choices = [("", "全部"), *kept.choices]  # type: ignore[attr-defined]
        else:
            del self.fields["choice"]


class WhoForm(ErjianForm, forms.Form):
    """Whom it concerns: name and number must be those of one person."""

    name = forms.CharField(label="姓名", max_length=100)
    id_number = IdNumberField()


class ReasonForm(ErjianForm, forms.Form):
    reason = forms.CharField(label="理由", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


def _rows(request: HttpRequest, kept: Kept) -> QuerySet[Any]:
    return scopes.of_people(officer(request), kept.model.objects.all()).select_related("person")


def _may_keep(request: HttpRequest, kept: Kept) -> bool:
    return not kept.province_only or officer(request).authority_code == authorities.province().code


def _check_keeper(request: HttpRequest, kept: Kept) -> None:
    if not _may_keep(request, kept):
        raise FunctionMissing(f"{kept.label}的登记和{kept.end_word}由省级主管部门办理。", code="province_only")


@for_officer(Function.REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])  # a search is posted, so that no number stands in an address
def listing(request: HttpRequest, kind: str) -> HttpResponse:
    """One of the lists."""
    kept = kept_or_404(kind)
    status = 200
    if request.method == "POST":
        form = KeptFilter(kept, request.POST)
        if form.is_valid():
            return redirect(f"{request.path}?{urlencode(parameters(form.cleaned_data))}")
        status = 422
    else:
        form = KeptFilter(kept, request.GET or None)
    today = clock.today()
    page = paginate(_filtered(request, kept, _rows(request, kept)).order_by("-id"), request.GET)
    table = Table(
        columns=(
            Column("姓名", lambda row: strong(row.person.name), css="m-top"),
            Column("身份证号", "person.id_number_mask", css="ej-num m-wide"),
            *kept.columns,
            Column("状态", lambda row: chip(*kept.state(row, today)), css="m-top m-end"),
        ),
        rows=page,
        numbered=True,
        first=page.start,
        name=lambda row: row.person.name,
        ops=lambda row: (Op("查阅", row_address("authority:restriction", kind)(row.pk)),),
        empty="没有符合条件的记录。" if request.GET else "还没有记录。",
        empty_links=(("查看全部", "?"),) if request.GET else (),
        caption=kept.label,
    )
    context = {
        "shell": shell(request, "register", kind),
        "kept": kept,
        "may_keep": _may_keep(request, kept),
        "may_import": officer(request).authority_code == authorities.province().code,
        "filter": form,
        "table": table,
        "page": page,
        "sought": request.GET.get("person", ""),
        "here": request.path,
    }
    return render(request, "authority/restrictions/list.html", context, status=status)


def _filtered(request: HttpRequest, kept: Kept, rows: QuerySet[Any]) -> QuerySet[Any]:
    asked = {
        name: request.GET.get(name, "").replace("\x00", "").strip() for name in ("name", "person", "choice", "state")
    }
    if asked["name"]:
        rows = rows.filter(person__name__startswith=asked["name"])
    if (person := whose(asked)) is not None:
        rows = rows.filter(person_id=person)
    if asked["choice"] in dict(kept.choices):
        rows = rows.filter(**{kept.choice_field: asked["choice"]})
    running = kept.running(clock.today())
    return {"running": rows.filter(running), "ended": rows.exclude(running)}.get(asked["state"], rows)


@for_officer(Function.REGISTER)
@require_safe
def page(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """One row."""
    kept = kept_or_404(kind)
    row = get_object_or_404(_rows(request, kept), pk=pk)
    tone, word = kept.state(row, clock.today())
    context = {
        "shell": shell(request, "register", kind),
        "kept": kept,
        "row": row,
        "tone": tone,
        "word": word,
        "rows": (
            Row("姓名", row.person.name),
            Row("身份证号", row.person.id_number_mask),
            *kept.facts(row),
            *kept.ended(row),
        ),
        "may_end": _may_keep(request, kept) and getattr(row, kept.ended_on) is None,
    }
    return render(request, "authority/restrictions/page.html", context)


@for_officer(Function.REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, kind: str) -> HttpResponse:
    """Add one, for somebody named by name and number, or chosen on their page (`?person=`)."""
    kept = kept_or_404(kind)
    _check_keeper(request, kept)
    chosen = _chosen(request)
    data = request.POST if request.method == "POST" else None
    initial = {"begins": clock.today(), "completed_on": ""}
    who = None if chosen else WhoForm(data)
    form = kept.form(data, initial=initial)
    status = 200
    if data is not None:
        status = 422
        valid = form.is_valid() & (who is None or who.is_valid())
        if valid and (person := chosen or _named(request, who)) is not None:
            try:
                made = kept.add(person=person, actor=officer(request).actor, **form.cleaned_data)
            except Refusal as refusal:
                form.refuse(refusal)
                status = getattr(refusal, "status", 422)
            else:
                messages.success(request, f"已为{person.name}登记。")
                return redirect("authority:restriction", kind, made.pk)
    context = {
        "shell": shell(request, "register", kind),
        "kept": kept,
        "chosen": chosen,
        "who": who,
        "form": form,
    }
    return render(request, "authority/restrictions/new.html", context, status=status)


def _chosen(request: HttpRequest) -> Person | None:
    text = request.POST.get("person", "") if request.method == "POST" else request.GET.get("person", "")
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        return None
    return get_object_or_404(scopes.people(officer(request)), pk=int(text))


def _named(request: HttpRequest, who: WhoForm | None) -> Person | None:
    assert who is not None
    index = protection.index("id_number", who.cleaned_data["id_number"])
    found = scopes.people(officer(request)).filter(id_number_index=index).first()
    if found is None or name_key(found.name) != name_key(who.cleaned_data["name"]):
        who.add_error("id_number", _SHARED)
        return None
    return found


@for_officer(Function.REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """End one with a reason; asked once."""
    kept = kept_or_404(kind)
    _check_keeper(request, kept)
    row = get_object_or_404(_rows(request, kept), pk=pk)
    form = ReasonForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            kept.end(**{kept.end_argument: row}, reason=form.cleaned_data["reason"], actor=officer(request).actor)
            messages.success(request, f"已{kept.end_word}{row.person.name}的{kept.label}。")
            return redirect("authority:restriction", kind, row.pk)
    back = reverse("authority:restriction", args=[kind, row.pk])
    all_kept = reverse("authority:restrictions", args=[kind])
    context = {
        "frame": "ui/shell.html",
        "shell": shell(request, "register", kind),
        "crumbs": crumbs(kept.label, all_kept, row.person.name, back, kept.end_word),
        "title": f"{kept.end_word}{kept.label}　{row.person.name}",
        "question": kept.end_question,
        "action": request.path,
        "verb": kept.end_word,
        "keep": "返回",
        "keep_url": back,
        "tone": "stop",
        "form": form,
    }
    return render(request, "ui/confirm.html", context, status=status)
